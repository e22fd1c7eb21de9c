//! Automation and precedent: what people settled about like posts, automation does not hold otherwise. Whatever
//! departs from it goes to a person, who must say what sets the post apart. Must not look for precedents: they are
//! facts of the event.

use super::Context;
use super::automation::priority_of;
use crate::rulebook::Rulebook;
use model::{
    Case, CaseState, ClauseId, Decided, DecisionId, Finding, FoundBy, Outcome, RulebookVersion,
    Ruling,
};
use serde::{Deserialize, Serialize};

/// That people held like posts alike under a clause, and none of them otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledLine {
    /// The clause.
    pub clause: ClauseId,
    /// Whether they held it to be breached.
    pub breach: bool,
    /// Their decisions, the nearest first.
    pub decisions: Vec<DecisionId>,
    /// The rulebook under which they were made.
    pub rulebook: RulebookVersion,
}

/// The ruling, unless automation would hold what people settled otherwise: then it goes to people, with the reason.
/// Lines under another rulebook bind nobody.
#[must_use]
pub fn heed(
    book: &Rulebook,
    ruling: Ruling,
    lines: &[SettledLine],
    context: Context<'_>,
) -> Ruling {
    let Ruling::Decided(decided) = ruling else { return ruling };
    let mut binding = lines.iter().filter(|line| line.rulebook == *book.version());
    let departs = |line: &&SettledLine| match &decided.decision().outcome {
        Outcome::Breach { clauses } => !line.breach && clauses.contains(&line.clause),
        Outcome::NoBreach => line.breach,
    };
    match binding.find(departs) {
        Some(line) => Ruling::Referred(Box::new(referred(book, &decided, line, context))),
        None => Ruling::Decided(decided),
    }
}

fn referred(book: &Rulebook, decided: &Decided, line: &SettledLine, context: Context<'_>) -> Case {
    let decision = decided.decision();
    let ids: Vec<String> = line.decisions.iter().map(ToString::to_string).collect();
    let ids = ids.join(", ");
    let held = if line.breach { "a breach" } else { "no breach" };
    let why_referred = format!(
        "people held like posts to be {held} of {} (decisions {ids}); automation would hold otherwise",
        line.clause
    );
    let mut findings = decision.findings.clone();
    if line.breach {
        findings.push(Finding {
            clause: line.clause.clone(),
            by: FoundBy::LikeCases(line.decisions.clone()),
            passage: None,
            explanation: "Like posts were held to breach it.".into(),
        });
    }
    Case {
        id: context.case_id,
        item: decision.item.clone(),
        account: decision.account.clone(),
        action_id: decision.action_id.clone(),
        queue: line.clause.policy().to_owned(),
        priority: book.ladder_of(&line.clause).map_or(50, |ladder| priority_of(ladder.severity)),
        findings,
        why_referred,
        opened_at: context.now,
        rulebook: book.version().clone(),
        state: CaseState::Waiting,
        gravity: book
            .ladder_of(&line.clause)
            .map_or_else(Default::default, |ladder| ladder.severity),
        // Whoever has the event at hand says both.
        language: None,
        reach: 0,
    }
}
