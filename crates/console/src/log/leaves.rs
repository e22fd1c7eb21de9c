//! What the leaves of the log say, read back from their bytes, and sums over all of them. Must not
//! take anything from elsewhere: a stranger must come to the same sums.

use crate::problem::Problem;
use crate::state::ConsoleState;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A measure of a leaf.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Measure {
    /// Its word.
    pub(crate) measure: String,
}

/// A leaf as far as it is known here: of a decision, of the end of a measure, or of an erasure.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    /// `erasure`, `ending`, `exemption` or `exemption_end`; a decision has none.
    pub(crate) kind: Option<String>,
    /// The decision.
    pub(crate) decision: Option<String>,
    /// Of an exemption, or of its end: which one.
    pub(crate) exemption: Option<String>,
    /// Of an exemption: its clause.
    pub(crate) clause: String,
    /// Of an exemption, to the hour.
    pub(crate) from: Option<Timestamp>,
    /// Of the end of an exemption: whether people ended it ahead of its time.
    pub(crate) revoked: bool,
    /// To the hour.
    pub(crate) decided_at: Option<Timestamp>,
    /// To the hour.
    pub(crate) erased_at: Option<Timestamp>,
    /// Of an ending: the decision whose measure ended.
    pub(crate) ends: Option<String>,
    /// Of an ending: the word of the measure.
    pub(crate) measure: String,
    /// Of an ending, to the hour.
    pub(crate) ended_at: Option<Timestamp>,
    /// `breach` or `no_breach`.
    pub(crate) outcome: String,
    /// The gravest first.
    pub(crate) clauses: Vec<String>,
    /// What was done.
    pub(crate) measures: Vec<Measure>,
    /// `fully`, `partially` or `not_automated`.
    pub(crate) automated_decision: String,
    /// What the account's owner is: a word of the register, or `none`. Leaves of older releases do
    /// not say it.
    pub(crate) account_class: String,
    /// The decision that it takes the place of.
    pub(crate) replaces: Option<String>,
    /// Of an erasure: of how many decisions.
    pub(crate) decisions: u64,
}

impl Entry {
    /// Reads a leaf. One that is unknown here is shown as such, never left out.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// When, to the hour.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.decided_at.or(self.erased_at).or(self.ended_at).or(self.from)
    }

    /// Whether it is of a decision.
    pub(crate) const fn is_decision(&self) -> bool {
        self.kind.is_none() && self.decision.is_some()
    }

    /// The words of its measures.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.measures.iter().map(|measure| measure.measure.as_str())
    }
}

/// Counts per hour.
type Hours = BTreeMap<i64, u64>;

/// Sums over the log from its first leaf on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    /// How many leaves are summed.
    pub(crate) size: u64,
    /// Decisions that hold a breach.
    pub(crate) breaches: u64,
    /// Decisions that hold none.
    pub(crate) no_breach: u64,
    /// Decisions that took the place of another.
    pub(crate) replacements: u64,
    /// Decisions that are without their personal data.
    pub(crate) erased: u64,
    /// Breaches by the gravest clause.
    pub(crate) by_clause: BTreeMap<String, Hours>,
    /// Measures by word.
    pub(crate) by_measure: BTreeMap<String, Hours>,
    /// Decisions by what the account's owner is.
    pub(crate) by_class: BTreeMap<String, Hours>,
    /// Decisions by how far automation decided.
    pub(crate) by_decider: BTreeMap<String, u64>,
}

impl Sums {
    fn add(&mut self, entry: &Entry) {
        self.size += 1;
        self.erased += entry.decisions;
        if !entry.is_decision() {
            return;
        }
        let hour = entry.at().map_or(0, |at| at.as_second());
        if entry.outcome == "breach" {
            self.breaches += 1;
        } else {
            self.no_breach += 1;
        }
        self.replacements += u64::from(entry.replaces.is_some());
        let class = self.by_class.entry(entry.account_class.clone()).or_default();
        *class.entry(hour).or_default() += 1;
        *self.by_decider.entry(entry.automated_decision.clone()).or_default() += 1;
        if let Some(clause) = entry.clauses.first() {
            *self.by_clause.entry(clause.clone()).or_default().entry(hour).or_default() += 1;
        }
        for word in entry.words() {
            *self.by_measure.entry(word.into()).or_default().entry(hour).or_default() += 1;
        }
    }
}

/// Leaves that are read at once.
const STRIDE: usize = 4096;

/// Sums over the first `size` leaves. What was summed before is kept: leaves never change.
///
/// # Errors
/// An internal problem when a bundle cannot be read.
pub(crate) async fn sums(state: &ConsoleState, size: u64) -> Result<Sums, Problem> {
    let mut sums = state.sums().lock().await;
    while sums.size < size {
        let leaves = state.published().leaves(size, sums.size, STRIDE).await?;
        if leaves.is_empty() {
            break;
        }
        for (_, bytes) in leaves {
            sums.add(&Entry::read(&bytes));
        }
    }
    Ok(sums.clone())
}
