//! What a replay counts. Numbers only, but for the accounts that are newly hit or cleared, which stay with the
//! operator. Must not weigh.

use super::compare::{Flip, Ruled, Turn};
use model::{AccountId, RulebookVersion};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Groups of one grouping that are counted by name; those that come later are counted together.
const MOST_GROUPS: usize = 100;
/// The name under which they are.
const OTHERS: &str = "(others)";

/// Two counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// As it was recorded.
    pub before: u64,
    /// Under the draft.
    pub after: u64,
}

/// One clause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseTally {
    /// Breaches that automation held.
    pub breaches: Both,
    /// Referred to people.
    pub referred: Both,
    /// Flips that have to do with the clause, by which way.
    pub turns: BTreeMap<Turn, u64>,
}

/// One group of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTally {
    /// Items of the group.
    pub items: u64,
    /// Met with a measure.
    pub measured: Both,
    /// Referred to people.
    pub referred: Both,
    /// Flips, by which way.
    pub turns: BTreeMap<Turn, u64>,
}

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Events read.
    pub events: u64,
    /// About no item.
    pub without_item: u64,
    /// Erased since.
    pub erased: u64,
    /// Could not be decided then.
    pub undecided_then: u64,
    /// Cannot be decided under the draft.
    pub undecidable: u64,
    /// Why the first of them cannot.
    pub first_undecidable: Option<String>,
    /// Items compared with all the facts that the draft needs.
    pub compared: u64,
    /// Items that lack a fact that the draft needs; no sum below has them.
    pub unsure: u64,
    /// Of them, those that would come out otherwise if what is missing were nothing.
    pub unsure_flips: u64,
    /// What they lack, and how many of them.
    pub missing: BTreeMap<String, u64>,
    /// Under which rulebook they were decided then.
    pub versions: BTreeMap<String, u64>,
    /// Flips, by which way.
    pub turns: BTreeMap<Turn, u64>,
    /// Of the flips, those of which people had their say later.
    pub judged_by_people: u64,
    /// By clause.
    pub clauses: BTreeMap<String, ClauseTally>,
    /// By grouping and group.
    pub groups: BTreeMap<String, BTreeMap<String, GroupTally>>,
    /// By step of a ladder.
    pub steps: BTreeMap<String, Both>,
    /// By measure.
    pub measures: BTreeMap<String, Both>,
    /// By rule.
    pub rules: BTreeMap<String, Both>,
    /// Accounts with an item that is newly hit.
    #[serde(rename = "whom_hit", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) accounts_hit: BTreeSet<AccountId>,
    /// Accounts with an item that is cleared.
    #[serde(rename = "whom_cleared", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) accounts_cleared: BTreeSet<AccountId>,
}

impl Tally {
    /// Flips in all.
    #[must_use]
    pub fn flips(&self) -> u64 {
        self.turns.values().sum()
    }

    /// How many turn one way.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> u64 {
        self.turns.get(&turn).copied().unwrap_or(0)
    }

    /// Counts an item that lacks facts.
    pub(super) fn unsure(&mut self, missing: &BTreeSet<String>, flips: bool) {
        self.unsure += 1;
        self.unsure_flips += u64::from(flips);
        for kind in missing {
            *self.missing.entry(kind.clone()).or_default() += 1;
        }
    }

    /// Counts an item that was compared.
    pub(super) fn compared(
        &mut self,
        (before, after): (&Ruled, &Ruled),
        version: &RulebookVersion,
        groups: &BTreeMap<String, String>,
        turn: Option<Turn>,
    ) {
        self.compared += 1;
        if let Some(count) = self.versions.get_mut(version.as_str()) {
            *count += 1;
        } else {
            self.versions.insert(version.as_str().to_owned(), 1);
        }
        if let Some(turn) = turn {
            *self.turns.entry(turn).or_default() += 1;
        }
        self.side(before, |both| both.before += 1);
        self.side(after, |both| both.after += 1);
        if let Some(turn) = turn {
            let clauses: BTreeSet<&String> = before.clauses.iter().chain(&after.clauses).collect();
            for clause in clauses {
                let tally = self.clauses.entry(clause.clone()).or_default();
                *tally.turns.entry(turn).or_default() += 1;
            }
        }
        for (grouping, group) in groups {
            let of = self.groups.entry(grouping.clone()).or_default();
            let known = of.contains_key(group) || of.len() < MOST_GROUPS;
            let name = if known { group.as_str() } else { OTHERS };
            let tally = of.entry(name.to_owned()).or_default();
            tally.items += 1;
            tally.measured.before += u64::from(before.hits());
            tally.measured.after += u64::from(after.hits());
            tally.referred.before += u64::from(before.waits());
            tally.referred.after += u64::from(after.waits());
            if let Some(turn) = turn {
                *tally.turns.entry(turn).or_default() += 1;
            }
        }
    }

    fn side(&mut self, ruled: &Ruled, add: impl Fn(&mut Both)) {
        for clause in &ruled.clauses {
            let tally = self.clauses.entry(clause.clone()).or_default();
            add(if ruled.waits() { &mut tally.referred } else { &mut tally.breaches });
        }
        for measure in &ruled.measures {
            add(self.measures.entry(measure.clone()).or_default());
        }
        if let Some(step) = &ruled.step {
            add(self.steps.entry(step.clone()).or_default());
        }
        for rule in &ruled.rules {
            add(self.rules.entry(rule.clone()).or_default());
        }
    }

    /// Counts whom a flip concerns.
    pub(super) fn flip(&mut self, flip: &Flip) {
        self.judged_by_people += u64::from(flip.people.is_some());
        match flip.turn {
            Turn::NewlyHit => self.accounts_hit.insert(flip.account.clone()),
            Turn::Cleared => self.accounts_cleared.insert(flip.account.clone()),
            _ => false,
        };
    }

    /// How many accounts have an item that is newly hit, and how many one that is cleared.
    #[must_use]
    pub fn accounts(&self) -> (u64, u64) {
        (self.accounts_hit.len() as u64, self.accounts_cleared.len() as u64)
    }
}
