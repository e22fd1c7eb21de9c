//! What a decision adds to the standing, and what is left when it is undone. Must not keep
//! anything: the store does.

use model::{Decision, DecisionId, Measure, Standing, StandingEntry, StandingKind};

/// The warning or strike that a decision gives; not yet delivered. `None` when it gives none.
pub fn entry_of(decision: &Decision) -> Option<StandingEntry> {
    let step = decision.ladder.as_ref()?;
    let punishes = decision.measures.iter().any(Measure::punishes);
    Some(StandingEntry {
        decision: decision.id,
        ladder: step.ladder.clone(),
        clause: decision.outcome.clause()?.clone(),
        kind: if punishes { StandingKind::Strike } else { StandingKind::Warning },
        step: step.step,
        conduct_at: Some(decision.conduct_at),
        given_at: decision.decided_at,
        delivered_at: None,
        expires_at: step.expires_at?,
    })
}

/// The standing as if the decision had never been made.
#[must_use]
pub fn without(standing: &Standing, decision: DecisionId) -> Standing {
    let entries = standing.entries.iter().filter(|entry| entry.decision != decision);
    Standing { entries: entries.cloned().collect() }
}
