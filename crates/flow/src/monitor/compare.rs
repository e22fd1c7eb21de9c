//! Holds a platform's list of what it shows as restricted against the leaves of the log. Must not ask
//! anybody, and must not guess: what cannot be told is said to be open.

use jiff::{SignedDuration, Timestamp};
use model::DecisionId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::Concerned;

/// The words of measures that leave nothing to see.
const PASSING: &str = "warn";
/// How finely leaves tell the time.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// One measure that a platform shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shown {
    /// The item that it is done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The account that it is done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `remove`, `suspend`, ...
    pub measure: String,
    /// The decision that the platform gives for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Why there is nothing to be seen any more: `deleted_by_author`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the platform's list cannot be read ({why}); each line is JSON such as \
     {{\"item\":\"p-1\",\"measure\":\"remove\",\"decision\":\"...\"}}"
)]
pub struct ListError {
    /// Which, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// Reads a list: a line of JSON for each measure; empty lines say nothing.
///
/// # Errors
/// [`ListError`] names the first line that cannot be read.
pub fn read_list(text: &str) -> Result<Vec<Shown>, ListError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let failed = |why: String| ListError { line: at + 1, why };
            let shown: Shown =
                serde_json::from_str(line).map_err(|error| failed(error.to_string()))?;
            if shown.item.is_none() && shown.account.is_none() {
                return Err(failed("it names neither `item` nor `account`".into()));
            }
            Ok(shown)
        })
        .collect()
}

/// What the leaves say of measures. Grows with the log.
#[derive(Debug, Clone, Default)]
pub struct Leaves {
    size: u64,
    decisions: HashMap<DecisionId, Decided>,
}

#[derive(Debug, Clone)]
struct Decided {
    index: u64,
    hour: Timestamp,
    measures: Vec<Measure>,
    replaced_by: Option<DecisionId>,
}

#[derive(Debug, Clone, Deserialize)]
struct Measure {
    measure: String,
    until: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Leaf {
    decision: Option<DecisionId>,
    decided_at: Option<Timestamp>,
    #[serde(default)]
    measures: Vec<Measure>,
    replaces: Option<DecisionId>,
}

impl Decided {
    /// Whether a measure has ended for sure: the leaf's end is rounded down to the hour.
    fn over(measure: &Measure, at: Timestamp) -> bool {
        measure.until.is_some_and(|until| until + HOUR <= at)
    }

    /// The measures that must be seen at `at`.
    fn lasting(&self, at: Timestamp) -> impl Iterator<Item = &str> {
        let lasting = move |one: &&Measure| {
            one.measure != PASSING && one.until.is_none_or(|until| until > at)
        };
        self.measures.iter().filter(lasting).map(|one| one.measure.as_str())
    }
}

impl Leaves {
    /// How many leaves were taken.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next leaf. One of another kind says nothing of measures.
    pub fn take(&mut self, leaf: &[u8]) {
        let index = self.size;
        self.size += 1;
        let Ok(Leaf { decision: Some(decision), decided_at: Some(hour), measures, replaces }) =
            serde_json::from_slice(leaf)
        else {
            return;
        };
        if let Some(replaced) = replaces.and_then(|id| self.decisions.get_mut(&id)) {
            replaced.replaced_by = Some(decision);
        }
        let decided = Decided { index, hour, measures, replaced_by: None };
        self.decisions.insert(decision, decided);
    }

    /// The decisions of which more must be known for a comparison: those that the list names, and
    /// those that should be on it.
    pub fn asked(&self, list: &[Shown], at: Timestamp) -> Vec<DecisionId> {
        let named = list.iter().filter_map(|shown| shown.decision.as_ref()?.parse().ok());
        let due = self.decisions.iter().filter(|(_, decided)| {
            decided.replaced_by.is_none() && decided.lasting(at).next().is_some()
        });
        let all: BTreeSet<DecisionId> = named.chain(due.map(|(id, _)| *id)).collect();
        all.into_iter().collect()
    }
}

/// What is wrong with a measure or a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The platform gives no decision for it.
    NoDecision,
    /// The log holds no such decision.
    NotInTheLog,
    /// The decision holds another measure.
    OtherMeasure,
    /// A later decision took its place.
    Replaced,
    /// Its time is over.
    Over,
    /// The decision is about something else.
    OtherSubject,
    /// One decision is given for two items or accounts.
    Twice,
    /// The platform does not show the measure that the leaf tells.
    NotShown,
}

impl Why {
    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoDecision => "no_decision",
            Self::NotInTheLog => "not_in_the_log",
            Self::OtherMeasure => "other_measure",
            Self::Replaced => "replaced",
            Self::Over => "over",
            Self::OtherSubject => "other_subject",
            Self::Twice => "twice",
            Self::NotShown => "not_shown",
        }
    }
}

/// A measure without a leaf, or a leaf without a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// What is wrong.
    pub why: Why,
    /// The measure, as the platform shows it or as it should.
    #[serde(flatten)]
    pub shown: Shown,
    /// The place of the leaf, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Measures on the list.
    pub listed: u64,
    /// Those that a leaf tells as well.
    pub agree: u64,
    /// Measures and leaves whose counterpart may still be on its way.
    pub pending: u64,
    /// Items that are gone for a reason of their author's.
    pub explained: u64,
    /// Measures without a leaf: secret decisions.
    pub unlogged: Vec<Misfit>,
    /// Leaves without a measure.
    pub undone: Vec<Misfit>,
}

/// When a comparison is made.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// When the list was asked for.
    pub at: Timestamp,
    /// The leaves that the log had before that: later ones cannot be missed on the list.
    pub before: u64,
    /// How long a decision may be on its way to the platform.
    pub grace: SignedDuration,
}

/// Compares. `known` is what the operator's store knows of decisions; strangers know nothing, and go
/// by the leaves alone.
pub fn compare(leaves: &Leaves, list: &[Shown], known: &[Concerned], when: When) -> Compared {
    let known = known.iter().map(|one| (one.decision, one)).collect();
    Comparison { leaves, known, when, seen: BTreeMap::new(), found: Compared::default() }.run(list)
}

struct Comparison<'a> {
    leaves: &'a Leaves,
    known: HashMap<DecisionId, &'a Concerned>,
    when: When,
    /// What is shown under a decision: measure, and of whom.
    seen: BTreeMap<(DecisionId, &'a str), &'a Shown>,
    found: Compared,
}

impl<'a> Comparison<'a> {
    fn run(mut self, list: &'a [Shown]) -> Compared {
        self.found.listed = list.len() as u64;
        for shown in list {
            if shown.ended.is_some() {
                self.found.explained += 1;
            }
            let (leaf, verdict) = self.judge(shown);
            match verdict {
                Ok(true) => self.found.agree += u64::from(shown.ended.is_none()),
                Ok(false) => self.found.pending += 1,
                // What is not there any more is no measure.
                Err(_) if shown.ended.is_some() => {}
                Err(why) => {
                    self.found.unlogged.push(Misfit { why, shown: shown.clone(), leaf });
                }
            }
        }
        self.missing(list);
        self.found
    }

    /// Whether a leaf tells this measure; `false`: it did until just now.
    fn judge(&mut self, shown: &'a Shown) -> (Option<u64>, Result<bool, Why>) {
        let Some(named) = &shown.decision else { return (None, Err(Why::NoDecision)) };
        let id: Option<DecisionId> = named.parse().ok();
        let Some((id, decided)) = id.and_then(|id| Some((id, self.leaves.decisions.get(&id)?)))
        else {
            return (None, Err(Why::NotInTheLog));
        };
        let held = decided.measures.iter().find(|one| one.measure == shown.measure);
        let verdict = match held {
            None => Err(Why::OtherMeasure),
            Some(_) if self.of_another(id, shown) => Err(Why::OtherSubject),
            Some(held) => match self.seen.get(&(id, held.measure.as_str())) {
                Some(first) if first.item != shown.item || first.account != shown.account => {
                    Err(Why::Twice)
                }
                _ => {
                    self.seen.insert((id, held.measure.as_str()), shown);
                    match decided.replaced_by {
                        Some(by) if self.young(by) => Ok(false),
                        Some(_) => Err(Why::Replaced),
                        None if Decided::over(held, self.when.at) => Err(Why::Over),
                        None => Ok(true),
                    }
                }
            },
        };
        (Some(decided.index), verdict)
    }

    /// Whether the store knows the decision to be about something else.
    fn of_another(&self, id: DecisionId, shown: &Shown) -> bool {
        let differs = |ours: &Option<String>, theirs: &Option<String>| {
            ours.is_some() && theirs.is_some() && ours != theirs
        };
        self.known.get(&id).is_some_and(|known| {
            differs(&known.item, &shown.item) || differs(&known.account, &shown.account)
        })
    }

    /// Whether the platform may not have done yet what this decision says.
    fn young(&self, id: DecisionId) -> bool {
        let Some(decided) = self.leaves.decisions.get(&id) else { return true };
        let at = self.known.get(&id).map_or(decided.hour, |known| known.at);
        decided.index >= self.when.before || at + self.when.grace > self.when.at
    }

    /// Leaves whose measures are not on the list.
    fn missing(&mut self, list: &[Shown]) {
        // A platform may give only one of several decisions that do the same to one thing.
        let items: BTreeSet<_> = list.iter().map(|one| (&one.item, &one.measure)).collect();
        let accounts: BTreeSet<_> = list.iter().map(|one| (&one.account, &one.measure)).collect();
        let mut undone = Vec::new();
        for (id, decided) in &self.leaves.decisions {
            if decided.replaced_by.is_some() {
                continue;
            }
            for measure in decided.lasting(self.when.at) {
                if self.seen.contains_key(&(*id, measure)) {
                    continue;
                }
                let known = self.known.get(id);
                let word = measure.to_owned();
                let covered = known.is_some_and(|known| {
                    known.item.is_some() && items.contains(&(&known.item, &word))
                        || known.account.is_some() && accounts.contains(&(&known.account, &word))
                });
                if covered {
                    continue;
                }
                if self.young(*id) {
                    self.found.pending += 1;
                    continue;
                }
                let shown = Shown {
                    item: known.and_then(|known| known.item.clone()),
                    account: known.and_then(|known| known.account.clone()),
                    measure: word,
                    decision: Some(id.to_string()),
                    ended: None,
                };
                undone.push(Misfit { why: Why::NotShown, shown, leaf: Some(decided.index) });
            }
        }
        undone.sort_by(|a, b| a.leaf.cmp(&b.leaf).then_with(|| a.shown.cmp(&b.shown)));
        self.found.undone = undone;
    }
}
