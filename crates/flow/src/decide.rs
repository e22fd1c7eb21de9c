//! One event through the rules and the ladder: a pure function of rulebook, event and what is
//! known. The server and a run over a file decide by this same function.

use crate::evaluate::{Known, changed_labels};
use jiff::Timestamp;
use model::{ActionId, CaseId, DecisionId, Event, Ids, Ruling, Subject};
use rules::Outcome;
use rules::decide::Context;
use rules::labels::LabelState;
use rules::rulebook::Rulebook;
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::Label;

/// What rules and ladder say about one event.
#[derive(Debug)]
pub struct Judged {
    /// The item and who made it.
    pub subject: Option<Subject>,
    /// What the rules found.
    pub outcome: Outcome,
    /// What follows.
    pub ruling: Ruling,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// The facts that it was evaluated with.
    pub(crate) facts: Option<String>,
    /// Labels of the entities that the rules touched, as they are now: `Type/id` to state.
    pub labels: Vec<(String, LabelState)>,
    /// The same as changes, ready to be kept.
    pub(crate) changes: Vec<Label>,
}

/// Why one event could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The event carries an item that cannot be read.
    #[error("{0}")]
    BadItem(String),
    /// The same `action_id` came before with other content.
    #[error("action_id `{0}` came before with other content; give a new event a new id")]
    Conflict(ActionId),
    /// A fault of ours.
    #[error("{0}")]
    Fault(String),
}

/// The moment, the ids and the address under which an event is decided.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Now.
    pub now: Timestamp,
    /// Where ids are drawn.
    pub ids: &'a dyn Ids,
    /// Address of the public pages, without a slash at the end.
    pub public_url: &'a str,
}

/// Decides one event.
///
/// # Errors
/// [`Undecided`] when its item cannot be read.
pub fn decide_one(
    rulebook: &Rulebook,
    event: &Event,
    known: &Known,
    circumstances: Circumstances<'_>,
) -> Result<Judged, Undecided> {
    let Circumstances { now, ids, public_url } = circumstances;
    let mut subject = Subject::of(event).map_err(|error| Undecided::BadItem(error.to_string()))?;
    if let Some(Subject { item, .. }) = &mut subject {
        // A platform's clock may run ahead of ours: nothing was posted after it reached us.
        item.created_at = item.created_at.map(|at| at.min(now));
    }
    let outcome = rulebook.evaluate(event, &known.facts, now);
    let ruling = match &subject {
        None => Ruling::NoItem,
        Some(subject) => {
            let standing = known.standing(subject.account_id());
            let context = Context {
                now,
                id: DecisionId::new(ids.next()),
                case_id: CaseId::new(ids.next()),
                public_url,
                exemptions: known.exemptions_of(&subject.item.id),
            };
            let found = &outcome.findings;
            let ruling = rules::decide::decide(rulebook, event, subject, found, &standing, context);
            let precedents = known.precedents_of(&event.action_id);
            match rules::decide::heed(rulebook, ruling, precedents, context) {
                Ruling::Referred(mut case) => {
                    case.language.clone_from(&subject.item.language);
                    case.reach = model::reach(event);
                    Ruling::Referred(case)
                }
                ruling => ruling,
            }
        }
    };
    let labels = known.labels_after(&outcome, event.timestamp, now);
    let mut changes = Vec::new();
    for (entity, state) in &labels {
        changes.extend(changed_labels(entity, known.facts.labels.get(entity), state, now));
    }
    let (at, facts) = (event.timestamp, known.facts_of(rulebook, event));
    Ok(Judged { subject, outcome, ruling, at, facts, labels, changes })
}

/// Runs `decide`, and makes a panic in it the failure of this one event.
pub(crate) fn contained<T>(decide: impl FnOnce() -> Result<T, Undecided>) -> Result<T, Undecided> {
    catch_unwind(AssertUnwindSafe(decide)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        // What a panic says may quote the event; it goes to the operator only.
        Err(Undecided::Fault(said.unwrap_or("a fault of ours").to_owned()))
    })
}
