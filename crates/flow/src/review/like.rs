//! What people look up beside a case: like items, precedents, and the settled line that a verdict departs from. Must
//! not decide.

use super::{Held, Question, Review, ReviewError, failed};
use crate::like::{Departure, LikeItem, LikeQuery, Precedents, like, precedents};
use likeness::Text;
use model::{CaseId, ClauseId, Subject};
use rules::rulebook::Rulebook;

impl Review {
    /// The items most like a text, with what is held of them.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn like(&self, query: &LikeQuery) -> Result<Vec<LikeItem>, ReviewError> {
        let engine = &self.engine;
        let rulebook = engine.rulebook.load_full();
        like(&engine.likeness, &engine.store, &rulebook, query).await.map_err(failed)
    }

    /// The model of meaning, where the operator gave one.
    #[must_use]
    pub fn model(&self) -> Option<std::sync::Arc<crate::like::Model>> {
        self.engine.model().cloned()
    }

    /// How near two texts are by meaning, where a model reads it and finds them near.
    #[must_use]
    pub fn same_meaning(&self, one: &str, other: &str) -> Option<f64> {
        let model = self.engine.model()?;
        let terms = crate::like::terms(&self.engine.rulebook.load());
        let (a, b) = (Text::read_with(one, &terms), Text::read_with(other, &terms));
        model.cosine(one, other, &terms).filter(|cosine| model.near().holds(*cosine, &a, &b))
    }

    /// The nearest precedents for a case, under each clause that it is about or that is named besides; and the
    /// text that they are like.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such case, or the store cannot be read.
    pub async fn precedents(
        &self,
        case: CaseId,
        besides: Option<&ClauseId>,
    ) -> Result<(String, Vec<Precedents>), ReviewError> {
        let stored = self.engine.store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        let subject = Subject::of(&stored.event.event).ok().flatten();
        let Some(subject) = subject else { return Ok((String::new(), Vec::new())) };
        let reported = stored.reports.iter().filter_map(|report| report.clause.as_ref());
        let found = stored.case.findings.iter().map(|finding| &finding.clause);
        let clauses = each_once(found.chain(reported).chain(besides));
        let all = self.precedents_of(&self.engine.rulebook.load(), &subject, &clauses).await?;
        Ok((subject.item.text, all))
    }

    async fn precedents_of(
        &self,
        rulebook: &Rulebook,
        subject: &Subject,
        clauses: &[ClauseId],
    ) -> Result<Vec<Precedents>, ReviewError> {
        let (likeness, store) = (&self.engine.likeness, &self.engine.store);
        let of = (&subject.item.id, subject.item.text.as_str());
        precedents((likeness, store), rulebook, of, clauses).await.map_err(failed)
    }

    /// The first settled line that a verdict departs from.
    pub(super) async fn departure(
        &self,
        rulebook: &Rulebook,
        question: &Question<'_>,
        subject: &Subject,
    ) -> Result<Option<Departure>, ReviewError> {
        let verdict = question.verdict;
        let clauses = match verdict.outcome {
            Held::Breach => each_once(verdict.clause.iter()),
            Held::NoBreach => each_once(question.findings.iter().map(|finding| &finding.clause)),
        };
        let all = self.precedents_of(rulebook, subject, &clauses).await?;
        Ok(all.iter().find_map(|line| line.departure(verdict.outcome, rulebook)))
    }
}

fn each_once<'a>(clauses: impl Iterator<Item = &'a ClauseId>) -> Vec<ClauseId> {
    let mut all: Vec<ClauseId> = Vec::new();
    for clause in clauses {
        if !all.contains(clause) {
            all.push(clause.clone());
        }
    }
    all
}
