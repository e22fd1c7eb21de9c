//! How an event was treated then, how the draft treats it, and which way that turns. Must not count.

use jiff::Timestamp;
use model::{
    AccountId, ActionId, Case, Decision, DecisionId, Finding, FoundBy, ItemId, Measure, Outcome,
    RulebookVersion, Ruling,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What automation said on arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruled {
    /// `breach`, `no_breach`, or `referred` to people.
    pub outcome: String,
    /// The clauses that it breaches or waits under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// What is done, with how long: `lock 3d`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<String>,
    /// The step of the ladder: `spam 1: first breach`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The rules that found something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Why it waits for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Which way a treatment turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Automation does something that it did not do.
    NewlyHit,
    /// Automation does nothing where it did something.
    Cleared,
    /// Something harsher is done.
    Harsher,
    /// Something milder is done.
    Milder,
    /// The same is done under another clause.
    Otherwise,
    /// It goes to people.
    ToPeople,
    /// It went to people, and nothing is found any more.
    Released,
}

impl Turn {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NewlyHit,
        Self::Cleared,
        Self::Harsher,
        Self::Milder,
        Self::Otherwise,
        Self::ToPeople,
        Self::Released,
    ];

    /// The word for it in data and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NewlyHit => "newly_hit",
            Self::Cleared => "cleared",
            Self::Harsher => "harsher",
            Self::Milder => "milder",
            Self::Otherwise => "otherwise",
            Self::ToPeople => "to_people",
            Self::Released => "released",
        }
    }

    /// What it means.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NewlyHit => "newly met with a measure",
            Self::Cleared => "no longer met with a measure",
            Self::Harsher => "met with a harsher measure",
            Self::Milder => "met with a milder measure",
            Self::Otherwise => "held under another clause",
            Self::ToPeople => "newly referred to people",
            Self::Released => "no longer referred, nothing found",
        }
    }
}

/// An event that the draft treats otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flip {
    /// The event's place in the record.
    pub seq: i64,
    /// The event.
    pub action_id: ActionId,
    /// The item.
    pub item: ItemId,
    /// Who made it. Stays with the operator.
    pub account: AccountId,
    /// When it came.
    pub at: Timestamp,
    /// Under which rulebook it was decided then.
    pub rulebook: RulebookVersion,
    /// The decision on arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// Which way.
    pub turn: Turn,
    /// Then.
    pub before: Ruled,
    /// Under the draft.
    pub after: Ruled,
    /// Facts that the draft needs and that were not recorded: with them it may come out otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What people held of it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Ruled>,
    /// The author's group in each declared grouping.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, String>,
    /// What the draft decides, for the comparison of like cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<Box<Decision>>,
}

impl Ruled {
    /// What a ruling says; `None` for an event about no item.
    pub(super) fn of(ruling: &Ruling) -> Option<Self> {
        match ruling {
            Ruling::Decided(decided) => Some(Self::decided(decided.decision())),
            Ruling::Referred(case) => Some(Self::referred(case)),
            Ruling::NoItem => None,
        }
    }

    /// What a decision says.
    pub(super) fn decided(decision: &Decision) -> Self {
        let (outcome, clauses) = match &decision.outcome {
            Outcome::Breach { clauses } => {
                ("breach", clauses.iter().map(ToString::to_string).collect())
            }
            Outcome::NoBreach => ("no_breach", Vec::new()),
        };
        let measures = decision.measures.iter().map(|one| named(one, decision.decided_at));
        let step = decision.ladder.as_ref();
        Self {
            outcome: outcome.to_owned(),
            clauses,
            measures: measures.collect(),
            step: step.map(|step| format!("{} {}: {}", step.ladder, step.step + 1, step.name)),
            rules: rules_of(&decision.findings),
            why: None,
        }
    }

    fn referred(case: &Case) -> Self {
        Self { why: Some(case.why_referred.clone()), ..Self::waiting(&case.findings) }
    }

    /// That it waits, for these findings.
    pub(super) fn waiting(findings: &[Finding]) -> Self {
        let clauses: BTreeSet<String> = findings.iter().map(|one| one.clause.to_string()).collect();
        Self {
            outcome: "referred".to_owned(),
            clauses: clauses.into_iter().collect(),
            rules: rules_of(findings),
            ..Self::default()
        }
    }

    /// Whether something is done.
    #[must_use]
    pub fn hits(&self) -> bool {
        !self.measures.is_empty()
    }

    /// Whether it waits for people.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.outcome == "referred"
    }

    /// Which way the treatment turns from this one to `after`; `None` if a person would see no difference.
    pub(super) fn turn(&self, after: &Self) -> Option<Turn> {
        let clauses = |one: &Self| one.clauses.iter().cloned().collect::<BTreeSet<_>>();
        if (&self.outcome, &self.measures) == (&after.outcome, &after.measures)
            && (self.waits() || clauses(self) == clauses(after))
        {
            return None;
        }
        Some(match (self.hits(), after.hits()) {
            (false, true) => Turn::NewlyHit,
            (_, false) if after.waits() => Turn::ToPeople,
            (true, false) => Turn::Cleared,
            (false, false) if self.waits() => Turn::Released,
            (false, false) => Turn::Otherwise,
            (true, true) => match self.harshness().cmp(&after.harshness()) {
                std::cmp::Ordering::Less => Turn::Harsher,
                std::cmp::Ordering::Greater => Turn::Milder,
                std::cmp::Ordering::Equal => Turn::Otherwise,
            },
        })
    }

    /// The measures with how long they last, the gravest first.
    fn harshness(&self) -> Vec<(usize, u64)> {
        const ORDER: [&str; 9] =
            ["label", "notice", "demote", "age_gate", "remove", "warn", "lock", "suspend", "ban"];
        let rank = |one: &String| {
            let (word, long) = one.split_once(' ').unwrap_or((one, ""));
            let place = ORDER.iter().position(|other| *other == word).map_or(0, |at| at + 1);
            (place, minutes(long))
        };
        let mut all: Vec<(usize, u64)> = self.measures.iter().map(rank).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all
    }
}

/// A measure with how long it lasts.
fn named(measure: &Measure, from: Timestamp) -> String {
    let word = measure.word();
    match measure {
        Measure::Label { name } => format!("{word} {name}"),
        Measure::Lock { until } | Measure::Suspend { until } => {
            // Times are kept to the microsecond: what is a hair shorter is as long.
            let minutes = until.duration_since(from).as_secs_f64() / 60.0;
            format!("{word} {}", long(minutes.round()))
        }
        _ => word.to_owned(),
    }
}

fn long(minutes: f64) -> String {
    for (size, unit) in [(1440.0, "d"), (60.0, "h")] {
        if minutes >= size && minutes % size == 0.0 {
            return format!("{}{unit}", minutes / size);
        }
    }
    format!("{minutes}m")
}

fn minutes(long: &str) -> u64 {
    let (number, unit) = long.split_at_checked(long.len().saturating_sub(1)).unwrap_or_default();
    let size = match unit {
        "d" => 1440,
        "h" => 60,
        _ => 1,
    };
    number.parse::<u64>().unwrap_or(0).saturating_mul(size)
}

fn rules_of(findings: &[Finding]) -> Vec<String> {
    let rules = findings.iter().filter_map(|one| match &one.by {
        FoundBy::Rules(rules) => Some(rules),
        _ => None,
    });
    let rules: BTreeSet<String> = rules.flatten().cloned().collect();
    rules.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(outcome: &str, clause: &str, measures: &[&str]) -> Ruled {
        Ruled {
            outcome: outcome.into(),
            clauses: if clause.is_empty() { Vec::new() } else { vec![clause.into()] },
            measures: measures.iter().map(|one| (*one).to_owned()).collect(),
            ..Ruled::default()
        }
    }

    #[test]
    fn every_turn_has_its_word() {
        let left = ruled("no_breach", "", &[]);
        let waits = ruled("referred", "a#b", &[]);
        let removed = ruled("breach", "a#b", &["remove"]);
        let locked = ruled("breach", "a#b", &["remove", "lock 3d"]);
        let longer = ruled("breach", "a#b", &["remove", "lock 10d"]);
        let other = ruled("breach", "a#c", &["remove"]);
        let warned = ruled("breach", "a#b", &["remove", "warn"]);
        let demoted = ruled("breach", "a#b", &["demote", "warn"]);
        for (before, after, turn) in [
            (&left, &left, None),
            (&left, &removed, Some(Turn::NewlyHit)),
            (&waits, &removed, Some(Turn::NewlyHit)),
            (&removed, &left, Some(Turn::Cleared)),
            (&removed, &waits, Some(Turn::ToPeople)),
            (&left, &waits, Some(Turn::ToPeople)),
            (&waits, &left, Some(Turn::Released)),
            (&removed, &locked, Some(Turn::Harsher)),
            (&locked, &longer, Some(Turn::Harsher)),
            (&longer, &locked, Some(Turn::Milder)),
            (&warned, &demoted, Some(Turn::Milder)),
            (&demoted, &warned, Some(Turn::Harsher)),
            (&removed, &warned, Some(Turn::Harsher)),
            (&removed, &other, Some(Turn::Otherwise)),
            (&waits, &ruled("referred", "a#c", &[]), None),
        ] {
            assert_eq!(before.turn(after), turn, "{before:?} -> {after:?}");
        }
    }

    #[test]
    fn durations_are_written_shortly_and_read_back() {
        for (count, text) in [(4320.0, "3d"), (90.0, "90m"), (120.0, "2h"), (1500.0, "25h")] {
            assert_eq!(long(count), text);
            assert_eq!(minutes(text) as f64, count);
        }
    }
}
