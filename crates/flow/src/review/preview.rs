//! What would be decided and said, before anybody decides: the ladder's step with its arithmetic, the measures, what
//! it departs from, whether a second person is needed, and the notice. Must not keep anything.

use super::{Obstacle, Question, Review, ReviewError, Verdict, failed, held};
use crate::like::Departure;
use model::{CaseId, ClauseId, Decided, DecisionId, Exemption, ItemKind, Measure, Subject};
use rules::decide::{Context, PeopleDecision, foresee_by_people};
use rules::rulebook::{Gravity, Rulebook};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A step of the ladder as somebody may choose it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepChoice {
    /// Its number, from 0.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// What it does, begun now.
    pub measures: Vec<Measure>,
    /// How many people must decide it.
    pub people: u8,
    /// Whether the ladder says this one.
    pub says: bool,
    /// Whether it is the one that is chosen.
    pub chosen: bool,
    /// Whether it may be chosen at all.
    pub open: bool,
}

/// The ladder under a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LadderPreview {
    /// Its id.
    pub ladder: String,
    /// How grave a breach on it is.
    pub severity: Gravity,
    /// Why it is as it is, in plain words.
    pub why: String,
    /// How the step was found, in plain words.
    pub arithmetic: String,
    /// All steps.
    pub steps: Vec<StepChoice>,
    /// Whether it has a step for an emergency.
    pub emergency: bool,
}

/// What would follow from a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The decision with its statement; `None` when the verdict cannot be decided as it stands.
    pub decided: Option<Decided>,
    /// Why it cannot.
    pub refused: Option<String>,
    /// The ladder; `None` for no breach.
    pub ladder: Option<LadderPreview>,
    /// Why a second person is needed.
    pub second: Option<String>,
    /// The settled line that it departs from.
    pub departure: Option<Departure>,
    /// Whether it departs from the ladder.
    pub milder: bool,
    /// What is still missing before it can be decided, in plain words.
    pub missing: Vec<&'static str>,
}

/// What stands between a verdict and the rulebook, put together.
pub(super) struct Prepared {
    pub(super) rulebook: Arc<Rulebook>,
    pub(super) asked: PeopleDecision,
    pub(super) standing: model::Standing,
    pub(super) kind: ItemKind,
    pub(super) departure: Option<Departure>,
    pub(super) case: Option<CaseId>,
    pub(super) exemptions: Vec<Exemption>,
}

impl Prepared {
    /// What the rulebook needs from outside.
    pub(super) fn context<'c>(
        &self,
        review: &'c Review,
        exemptions: &'c [Exemption],
    ) -> Context<'c> {
        let engine = &review.engine;
        Context {
            now: engine.clock.now(),
            id: DecisionId::new(engine.ids.next()),
            case_id: self.case.unwrap_or_else(|| CaseId::new(engine.ids.next())),
            public_url: &engine.settings.public_url,
            exemptions,
        }
    }
}

impl Review {
    /// What deciding a case so would lead to. Nothing is kept, and nobody is told.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such case, or it is decided already.
    pub async fn preview(
        &self,
        case: CaseId,
        by: &str,
        verdict: &Verdict,
    ) -> Result<Preview, ReviewError> {
        let stored = self.undecided(case).await?;
        let question = self.on_case(stored, vec![by.to_owned()], verdict).await?;
        let clause = verdict.clause.clone();
        let prepared = match self.prepare(question).await {
            Ok(prepared) => prepared,
            Err(ReviewError::Storage) => return Err(ReviewError::Storage),
            Err(other) => return Ok(Preview::refused(other.to_string(), verdict)),
        };
        let context = prepared.context(self, &prepared.exemptions);
        let mut asked = prepared.asked.clone();
        // A plea that is not written yet is looked at as if it were.
        if let Some(plea) = &mut asked.emergency {
            if plea.reason.trim().is_empty() {
                "…".clone_into(&mut plea.reason);
            }
            plea.evidence.push("…".into());
        }
        let foreseen = foresee_by_people(&prepared.rulebook, asked, &prepared.standing, context);
        let says = match &foreseen {
            Ok(foreseen) => foreseen.says,
            Err(_) => None,
        };
        let ladder = clause
            .filter(|_| verdict.outcome == super::Held::Breach)
            .and_then(|clause| ladder(&prepared, &clause, says, verdict, context.now));
        let mut preview = match foreseen {
            Ok(foreseen) => Preview {
                milder: foreseen
                    .decided
                    .decision()
                    .departs
                    .iter()
                    .any(|one| matches!(one.from, model::DepartsFrom::Ladder { .. })),
                decided: Some(foreseen.decided),
                second: foreseen.second,
                ..Preview::refused(String::new(), verdict)
            },
            Err(refusal) => match Obstacle::from(refusal) {
                Obstacle::SecondPerson(why) => {
                    Preview { second: Some(why), ..Preview::refused(String::new(), verdict) }
                }
                Obstacle::Refused(error) => Preview::refused(error.to_string(), verdict),
            },
        };
        preview.ladder = ladder;
        preview.departure = prepared.departure;
        if preview.departs() && verdict.departs.as_deref().is_none_or(|why| why.trim().is_empty()) {
            preview.missing.push("what sets this item apart");
        }
        Ok(preview)
    }

    /// A case that is not decided yet, whoever works on it.
    pub(super) async fn undecided(&self, case: CaseId) -> Result<store::StoredCase, ReviewError> {
        let stored = self.engine.store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        if stored.decision.is_some() { Err(ReviewError::AlreadyDecided) } else { Ok(stored) }
    }

    /// Puts a question as the rulebook takes it, with the standing and the settled line that it departs from.
    pub(super) async fn prepare(&self, question: Question<'_>) -> Result<Prepared, ReviewError> {
        let engine = &self.engine;
        let rulebook = engine.rulebook.load_full();
        let refused = |error: model::ItemError| ReviewError::NotAllowed(error.to_string());
        let subject = Subject::of(&question.event).map_err(refused)?;
        let no_item = || ReviewError::NotAllowed("the event is about no item".into());
        let subject = subject.ok_or_else(no_item)?;
        let accounts = std::slice::from_ref(&subject.account.id);
        let mut standings = engine.store.standings(accounts).await.map_err(failed)?;
        let standing = standings.remove(&subject.account.id).unwrap_or_default();
        let kind = subject.item.kind;
        let departure = self.departure(&rulebook, &question, &subject).await?;
        let evidence = self.cited(&question.verdict.evidence).await?;
        let case = question.case;
        let item = std::slice::from_ref(&subject.item.id);
        let mut exemptions = engine.store.exemptions_of(item).await.map_err(failed)?;
        let exemptions = exemptions.remove(&subject.item.id).unwrap_or_default();
        let mut asked = question.put(subject)?;
        asked.evidence = evidence;
        asked.unlike = departure.as_ref().map(|one| (one.to_string(), one.from.clone()));
        Ok(Prepared { rulebook, asked, standing, kind, departure, case, exemptions })
    }
}

impl Question<'_> {
    /// The question as the rulebook takes it.
    pub(super) fn put(self, subject: Subject) -> Result<PeopleDecision, ReviewError> {
        let conduct_at = subject.conduct_at(&self.event);
        Ok(PeopleDecision {
            held: held(self.verdict, &subject)?,
            item: subject.item.id,
            account: subject.account,
            item_language: subject.item.language,
            action_id: self.event.action_id,
            conduct_at,
            on_case: self.case.is_some(),
            findings: self.findings,
            reason: self.verdict.reason.clone(),
            people: self.people,
            emergency: self.verdict.emergency.as_ref().map(Into::into),
            replaces: self.replaces,
            source: self.source,
            since: self.since,
            step: self.verdict.step,
            unlike: None,
            departs: self.verdict.departs.clone(),
            evidence: Vec::new(),
        })
    }
}

impl Preview {
    /// A preview of a verdict that cannot be decided, with what is missing besides; an empty `why` means that it can.
    fn refused(why: String, verdict: &Verdict) -> Self {
        let mut missing = Vec::new();
        if verdict.outcome == super::Held::Breach && verdict.clause.is_none() {
            missing.push("the clause");
        }
        if verdict.reason.trim().is_empty() {
            missing.push("the reason in plain words");
        }
        if verdict.emergency.as_ref().is_some_and(|plea| plea.reason.trim().is_empty()) {
            missing.push("which harm cannot wait");
        }
        let shown =
            |plea: &super::EmergencyPlea| plea.evidence.iter().any(|one| !one.trim().is_empty());
        if verdict.emergency.as_ref().is_some_and(|plea| !shown(plea)) {
            missing.push("what shows that it cannot wait");
        }
        Self {
            decided: None,
            refused: Some(why).filter(|why| !why.is_empty()),
            ladder: None,
            second: None,
            departure: None,
            milder: false,
            missing,
        }
    }

    /// Whether it departs from anything, so that the reason for that becomes public.
    #[must_use]
    pub const fn departs(&self) -> bool {
        self.departure.is_some() || self.milder
    }

    /// Whether it could be decided as it stands.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.decided.is_some() && self.missing.is_empty()
    }

    /// The notice as the person will read it, and its language.
    #[must_use]
    pub fn notice(&self) -> Option<(&str, &str)> {
        let parts = self.decided.as_ref()?.statement().parts();
        let text = model::Statement::in_language(&parts.notice, &parts.language);
        Some((parts.language.as_str(), text))
    }

    /// This preview as JSON.
    #[must_use]
    pub fn shown(&self) -> Value {
        let decision = self.decided.as_ref().map(Decided::decision);
        let notice = self.notice();
        json!({
            "ready": self.ready(),
            "refused": self.refused,
            "missing": self.missing,
            "measures": decision.map(|one| &one.measures),
            "ladder": self.ladder,
            "step": decision.and_then(|one| one.ladder.as_ref()),
            "second_person": self.second,
            "departs": self.departure.as_ref().map(|one| json!({
                "clause": one.clause, "settled": one.settled, "from": one.from,
            })),
            "milder": self.milder,
            "language": notice.map(|(language, _)| language),
            "notice": notice.map(|(_, text)| text),
            "notices": self.decided.as_ref().map(|one| &one.statement().parts().notice),
            "facts": self.decided.as_ref().map(|one| &one.statement().parts().facts),
        })
    }
}

fn ladder(
    prepared: &Prepared,
    clause: &ClauseId,
    says: Option<u32>,
    verdict: &Verdict,
    now: jiff::Timestamp,
) -> Option<LadderPreview> {
    let book = &prepared.rulebook;
    let ladder = book.ladder_of(clause)?;
    let standing = &prepared.standing;
    let counted = rules::decide::count(ladder, standing, prepared.asked.conduct_at)?;
    let said = u32::try_from(counted.number).ok();
    let chosen = verdict.step.or(says).or(said);
    let steps = (0_u32..).zip(&ladder.steps).map(|(number, step)| StepChoice {
        step: number,
        name: step.name.clone(),
        measures: step.measures(now),
        people: step.people.max(1),
        says: said == Some(number),
        chosen: verdict.emergency.is_none() && chosen == Some(number),
        open: said == Some(number)
            || (book.settings.people.milder_step && said.is_some_and(|said| number < said)),
    });
    Some(LadderPreview {
        ladder: ladder.id.clone(),
        severity: ladder.severity,
        why: ladder.why.clone(),
        arithmetic: counted.in_words(),
        steps: steps.collect(),
        emergency: ladder.emergency.is_some(),
    })
}
