//! What a decision under an exemption does in place of what the ladder says: the breach stays a breach and counts,
//! the item stands behind a notice, and nothing is taken. Must not grant an exemption, nor hide a breach.

use super::Context;
use crate::rulebook::{AccountStep, Step};
use model::{ClauseId, Exempted, ItemId, Measure};

/// The exemption under which a breach stands, if one runs for this item and clause and the step takes anything.
pub(super) fn exempted(
    context: &Context<'_>,
    item: &ItemId,
    clause: &ClauseId,
    step: &Step,
) -> Option<Exempted> {
    // What only informs readers takes nothing: there is nothing to be exempt from.
    let takes = !step.informs();
    let covers = |one: &&model::Exemption| one.covers(item, clause, context.now);
    context.exemptions.iter().filter(|_| takes).find(covers).map(model::Exemption::exempted)
}

/// A notice in place of what a step does to the item, a warning in place of what it does to the account.
pub(super) fn instead(step: &Step) -> Vec<Measure> {
    let warns = step.account != AccountStep::None;
    std::iter::once(Measure::Notice).chain(warns.then_some(Measure::Warn)).collect()
}
