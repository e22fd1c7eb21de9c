//! What an answer may bring about: which verdict it is, and that nobody is worse off for having asked. Must not keep
//! anything.

use super::Reply;
use crate::review::{Held, Verdict};
use jiff::Timestamp;
use model::{AppealOutcome, Appellant, Measure, MeasureTarget};

/// What is held instead of the decision challenged; nothing when that stands.
pub(super) fn verdict(by: &Appellant, answer: &Reply) -> Result<Option<Verdict>, &'static str> {
    let breach = match (by, answer.outcome) {
        (_, AppealOutcome::Rejected) => return Ok(None),
        (Appellant::Person, AppealOutcome::Granted) => false,
        (Appellant::Person, AppealOutcome::Varied)
        | (Appellant::Reporter { .. }, AppealOutcome::Granted) => true,
        (Appellant::Reporter { .. }, AppealOutcome::Varied) => {
            return Err("a reporter's appeal is granted or rejected");
        }
    };
    if breach && answer.clause.is_none() {
        return Err("name the clause that is breached");
    }
    if !breach && answer.clause.is_some() {
        return Err(
            "when an appeal is granted, no clause is breached: leave it out, or vary the decision",
        );
    }
    Ok(Some(Verdict {
        outcome: if breach { Held::Breach } else { Held::NoBreach },
        clause: answer.clause.clone(),
        passage: answer.passage,
        reason: answer.reason.trim().to_owned(),
        emergency: None,
        departs: answer.departs.clone(),
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }))
}

/// Whether some measures go further than others, and which.
pub(super) fn harsher(new: &[Measure], old: &[Measure]) -> Option<String> {
    let weight = |measure: &Measure| match measure {
        Measure::Label { .. } => 1,
        Measure::Demote => 2,
        Measure::AgeGate => 3,
        Measure::Notice => 4,
        Measure::Remove => 5,
        Measure::Warn => 1,
        Measure::Lock { .. } => 2,
        Measure::Suspend { .. } => 3,
        Measure::Ban => 4,
    };
    let most = |of: &[Measure], target: MeasureTarget| {
        let on = of.iter().filter(|one| one.target() == target);
        on.map(|one| (weight(one), one.until().unwrap_or(Timestamp::MIN)))
            .max()
            .unwrap_or((0, Timestamp::MIN))
    };
    if most(new, MeasureTarget::Item) > most(old, MeasureTarget::Item) {
        return Some("this would do more to the post".into());
    }
    (most(new, MeasureTarget::Account) > most(old, MeasureTarget::Account))
        .then(|| "this would do more to the account".into())
}
