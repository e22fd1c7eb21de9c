//! From what was decided to what is kept, with all that leaves the house because of it: the
//! platform's enforcement, the regulator's view and the public leaf. Must not decide.

use crate::decide::{Circumstances, Judged};
use jiff::Timestamp;
use model::{
    AffiliationKind, CaseId, Decided, DsaStatement, Enforcement, Event, Ids, ItemKind,
    RulebookVersion, Ruling, Subject,
};
use rules::rulebook::Rulebook;
use std::sync::Arc;
use store::{Kept, KeptDecision, Leaf, LeafError, Received, Record};

/// What is kept of one decision.
///
/// # Errors
/// [`LeafError`] when the public log cannot hold its leaf.
pub(crate) fn decision(
    rulebook: &Rulebook,
    decided: Arc<Decided>,
    kind: ItemKind,
    public_url: &str,
    ids: &dyn Ids,
) -> Result<KeptDecision, LeafError> {
    let account = &decided.decision().account;
    let known = rulebook.affiliation_of(account, decided.decision().decided_at);
    let class = known.map_or(AffiliationKind::None, |known| known.kind);
    let terms = decided.decision().outcome.clause().and_then(|clause| rulebook.dsa_terms(clause));
    Ok(KeptDecision {
        enforcement: Enforcement::of(&decided, public_url),
        regulator: terms.and_then(|terms| {
            DsaStatement::of(decided.decision(), decided.statement(), terms, kind)
        }),
        leaf: Leaf::of(&decided, class, ids)?,
        decided,
    })
}

/// What is kept when people decide on an event that is kept already.
pub(crate) fn by_people(at: Timestamp, kept: KeptDecision) -> Record {
    Record {
        at,
        rulebook: kept.decided.decision().rulebook.clone(),
        event: None,
        kept: Kept::Decided(Box::new(kept)),
        labels: Vec::new(),
        state: store::State::default(),
    }
}

/// What is kept of an event that was judged. `waiting` is the case in which its item waits.
///
/// # Errors
/// [`LeafError`] when the public log cannot hold its leaf.
pub(crate) fn event(
    rulebook: &Rulebook,
    event: &Event,
    judged: Judged,
    waiting: Option<CaseId>,
    circumstances: Circumstances<'_>,
) -> Result<Record, LeafError> {
    let Circumstances { now, ids, public_url } = circumstances;
    let kept = match judged.ruling {
        Ruling::NoItem => Kept::Nothing,
        Ruling::Referred(case) => match waiting {
            Some(waiting) => Kept::Joined { case: waiting, findings: case.findings },
            None => Kept::Referred(case),
        },
        Ruling::Decided(decided) => {
            let kind = judged.subject.as_ref().map_or(ItemKind::Post, |subject| subject.item.kind);
            Kept::Decided(Box::new(decision(rulebook, Arc::from(decided), kind, public_url, ids)?))
        }
    };
    Ok(Record {
        at: now,
        rulebook: rulebook.version().clone(),
        event: Some(Received { event: event.clone(), subject: judged.subject }),
        kept,
        labels: judged.changes,
        state: crate::facts::state(&judged.outcome.changes, judged.at, judged.facts),
    })
}

/// What is kept of an event that could not be decided: its input, and why.
pub(crate) fn failure(
    version: &RulebookVersion,
    event: &Event,
    why: &str,
    at: Timestamp,
) -> Record {
    let subject = Subject::of(event).unwrap_or_default();
    Record {
        at,
        rulebook: version.clone(),
        event: Some(Received { event: event.clone(), subject }),
        kept: Kept::Failed(why.to_owned()),
        labels: Vec::new(),
        state: store::State::default(),
    }
}
