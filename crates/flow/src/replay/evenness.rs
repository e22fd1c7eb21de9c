//! Whether like cases would be treated more evenly: the audit's numbers over the same like cases, as they were
//! decided and as the draft decides them. Must not draw conclusions beyond better, worse, unchanged and mixed.

use super::compare::Flip;
use crate::audit::{self, EvennessReport};
use jiff::Timestamp;
use likeness::audit::Verdict;
use model::{Decision, ItemId};
use rules::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::Store;

/// How often labels are dealt anew for each comparison: a before and an after need no fine p.
const DEALS: usize = 199;
/// Where the draws start, on both sides.
const SEED: u64 = 1;

/// The audit's numbers before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvennessChange {
    /// As it was recorded.
    pub before: EvennessNumbers,
    /// Under the draft.
    pub after: EvennessNumbers,
    /// `better`, `worse`, `unchanged` or `mixed`.
    pub verdict: String,
    /// Why.
    pub sentence: String,
}

/// The audit's numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvennessNumbers {
    /// Sets of at least two like cases.
    pub sets: u64,
    /// Sets that were decided unlike under some clause.
    pub divergent: u64,
    /// Comparisons of groups with a clear imbalance.
    pub clear: u64,
    /// Clause by clause.
    pub clauses: Vec<ClauseEvenness>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClauseEvenness {
    /// The clause.
    pub clause: String,
    /// Sets with at least one case under it.
    pub sets: u64,
    /// Of them, those decided unlike.
    pub divergent: u64,
    /// The share with its interval at 95 %.
    pub share: Option<(f64, f64, f64)>,
    /// Groups compared.
    pub groups: Vec<GroupsEvenness>,
}

/// Two groups under one clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupsEvenness {
    /// The grouping.
    pub grouping: String,
    /// The first group.
    pub one: String,
    /// The second group.
    pub other: String,
    /// One of four phrases.
    pub verdict: String,
    /// Pairs in which only the first group's post was met with a measure, and only the second's.
    pub pairs: (u64, u64),
    /// The common odds with their interval; the upper end may be without end.
    pub odds: Option<(f64, f64, Option<f64>)>,
}

/// What the draft decides of items instead of what was decided.
#[derive(Debug, Default)]
pub(super) struct Instead(HashMap<ItemId, Option<Decision>>);

impl Instead {
    /// Takes in a flip. What goes to people under the draft is as people decided it, if they did.
    pub(super) fn take(&mut self, flip: Flip) {
        let decided = flip.decides.map(|decision| *decision);
        if decided.is_some() || !flip.after.waits() {
            self.0.insert(flip.item, decided);
        }
    }
}

/// Compares.
///
/// # Errors
/// [`audit::AuditError`] when the store fails.
pub(super) async fn change(
    store: &Store,
    draft: &Rulebook,
    (made_at, since): (Timestamp, Timestamp),
    instead: Instead,
) -> Result<EvennessChange, audit::AuditError> {
    let mut gathered = audit::gather(store, (draft, None), since, None, |_| {}).await?;
    let compared = |gathered: &audit::Gathered| {
        numbers(&audit::report(gathered, draft, (made_at, since), DEALS, SEED))
    };
    let before = compared(&gathered);
    for item in &mut gathered.items {
        if let Some(decision) = instead.0.get(&item.item) {
            item.decide(decision.as_ref());
        }
    }
    let after = compared(&gathered);
    let (verdict, sentence) = verdict(&before, &after);
    Ok(EvennessChange { verdict: verdict.to_owned(), sentence, before, after })
}

fn numbers(report: &EvennessReport) -> EvennessNumbers {
    let clauses: Vec<ClauseEvenness> = report
        .clauses
        .iter()
        .map(|clause| ClauseEvenness {
            clause: clause.clause.to_string(),
            sets: clause.sets,
            divergent: clause.divergent,
            share: clause.divergence.map(|it| (it.value, it.low, it.high.unwrap_or(1.0))),
            groups: clause
                .comparisons
                .iter()
                .map(|one| GroupsEvenness {
                    grouping: one.grouping.clone(),
                    one: one.one.clone(),
                    other: one.other.clone(),
                    verdict: one.verdict.to_owned(),
                    pairs: one.aspects.first().map_or((0, 0), |counts| (counts.one, counts.other)),
                    odds: one.odds.map(|odds| (odds.value, odds.low, odds.high)),
                })
                .collect(),
        })
        .collect();
    let groups = clauses.iter().flat_map(|clause| &clause.groups);
    EvennessNumbers {
        sets: report.sets,
        divergent: clauses.iter().map(|clause| clause.divergent).sum(),
        clear: groups.filter(|one| one.verdict == Verdict::Clear.phrase()).count() as u64,
        clauses,
    }
}

fn verdict(before: &EvennessNumbers, after: &EvennessNumbers) -> (&'static str, String) {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let sides = (after.divergent.cmp(&before.divergent), after.clear.cmp(&before.clear));
    let verdict = match sides {
        (Equal, Equal) => "unchanged",
        (Less | Equal, Less | Equal) => "better",
        (Greater | Equal, Greater | Equal) => "worse",
        _ => "mixed",
    };
    let sentence = format!(
        "Of {} {} of like cases, {} were decided unlike; under the draft {} would be. Clear imbalances between \
         groups: {}, under the draft {}.",
        before.sets,
        if before.sets == 1 { "set" } else { "sets" },
        before.divergent,
        after.divergent,
        before.clear,
        after.clear
    );
    (verdict, sentence)
}
