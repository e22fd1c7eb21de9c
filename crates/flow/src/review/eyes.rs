//! Whether enough people decide: beside what the ladder asks, what the rulebook says about classes of
//! acts. Must not change what follows from a breach.

use super::{Obstacle, Review, ReviewError};
use crate::approval::{Approvals, Proposed, lacking, may_break};
use model::{ActClass, Decided, Decision, Json};
use rules::decide::{Context, PeopleDecision, Plea, decide_by_people};
use rules::rulebook::Rulebook;

impl Review {
    /// Decides by the ladder; refers to a second person what one may not do alone. What is done alone
    /// all the same, because it cannot wait, is kept as such before the decision is.
    pub(super) async fn decide_with_enough(
        &self,
        rulebook: &Rulebook,
        mut asked: PeopleDecision,
        question: &Asked<'_>,
        standing: &model::Standing,
        context: Context<'_>,
    ) -> Result<Decided, Obstacle> {
        let decided = decide_by_people(rulebook, asked.clone(), standing, context)?;
        let kind = self.engine.affiliation_of(rulebook, &asked.account.id).await;
        let kind = kind.map_err(super::failed)?;
        let people = asked.people.len();
        let classes = lacking(rulebook, decided.decision(), question.event, kind, people);
        let Some(first) = classes.first() else { return Ok(decided) };
        let Some(why) = question.break_glass else {
            return Err(Obstacle::SecondPerson(why_two(&classes)));
        };
        for class in &classes {
            may_break(&rulebook.settings.four_eyes, *class)
                .map_err(|error| ReviewError::NotAllowed(error.to_string()))?;
        }
        asked.reason = format!(
            "{} One person decided this alone because it could not wait: {}. Another person looks at it afterwards.",
            sentence(&asked.reason),
            why.trim().trim_end_matches('.'),
        );
        let by = asked.people.first().cloned().unwrap_or_default();
        let decided = decide_by_people(rulebook, asked, standing, context)?;
        let act = proposed(*first, decided.decision());
        let approvals = Approvals::new(std::sync::Arc::clone(&self.engine));
        approvals
            .break_glass(act, &by, why)
            .await
            .map_err(|error| ReviewError::NotAllowed(error.to_string()))?;
        Ok(decided)
    }
}

impl From<&super::EmergencyPlea> for Plea {
    fn from(plea: &super::EmergencyPlea) -> Self {
        Self { reason: plea.reason.clone(), evidence: plea.evidence.clone() }
    }
}

/// What the check needs of a question besides what the ladder sees.
pub(super) struct Asked<'q> {
    pub(super) event: &'q model::Event,
    pub(super) break_glass: Option<&'q str>,
}

fn why_two(classes: &[ActClass]) -> String {
    let said: Vec<&str> = classes.iter().map(|class| class.says()).collect();
    format!("the rulebook asks for two people for {}", said.join(" and "))
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', '。']) { text.to_owned() } else { format!("{text}.") }
}

fn proposed(class: ActClass, decision: &Decision) -> Proposed {
    #[derive(serde::Serialize)]
    struct Body<'b> {
        decision: model::DecisionId,
        measures: &'b [model::Measure],
    }
    let body = Body { decision: decision.id, measures: &decision.measures };
    Proposed {
        class,
        about: decision.id.to_string(),
        body: Json::of(&body).unwrap_or_else(|_| Json::unchecked("{}")),
        why: decision.reason.clone().unwrap_or_default(),
    }
}
