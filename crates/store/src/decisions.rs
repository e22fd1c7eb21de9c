//! Decisions as they are kept, for pages and programs. What happened to a decision later (replaced,
//! enforced, delivered) is read from later rows: no row is ever changed.

use jiff::Timestamp;
use model::{ClauseId, Decision, DecisionId, Receipt, RulebookVersion, Statement};
use std::fmt;
use std::str::FromStr;

/// A decision as it is kept, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDecision {
    /// The decision.
    pub decision: Decision,
    /// Its statement of reasons.
    pub statement: Statement,
    /// The decision that took its place.
    pub replaced_by: Option<DecisionId>,
    /// What the platform said, oldest first.
    pub receipts: Vec<Receipt>,
    /// Its place in the public log, from 0.
    pub leaf: u64,
    /// Whether the platform was asked to do something.
    pub acts: bool,
}

/// Which decisions to list. Empty = all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionFilter {
    /// The gravest clause breached.
    pub clause: Option<ClauseId>,
    /// The word of a measure taken: `remove`.
    pub measure: Option<String>,
    /// Breach (`true`) or no breach.
    pub breach: Option<bool>,
    /// Decided by automation alone (`true`) or by people.
    pub automated: Option<bool>,
    /// Under this rulebook.
    pub rulebook: Option<RulebookVersion>,
    /// Words in the clause or the public facts, without regard to case.
    pub text: Option<String>,
    /// Decided at or after.
    pub since: Option<Timestamp>,
}

/// A page of a list, and where the next one starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<Cursor>,
}

/// A place in a list; stays right while the list grows. Goes through URLs as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) rank: i64,
    pub(crate) seq: i64,
}

/// A text that is no place in a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in this list: follow the link to the next page, or leave it out")]
pub struct CursorError(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.rank, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        text.split_once('.')
            .and_then(|(rank, seq)| Some(Self { rank: rank.parse().ok()?, seq: seq.parse().ok()? }))
            .ok_or_else(|| CursorError(text.chars().take(60).collect()))
    }
}
