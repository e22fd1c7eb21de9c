//! Which events were here before, and what became of them.

use jiff::Timestamp;
use model::{CaseId, DecisionId, Event, RulebookVersion};

/// SHA-256 of what an event says: two events with one id and other content are a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash(pub [u8; 32]);

/// An event that was here before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it said.
    pub content: ContentHash,
    /// What became of it.
    pub became: Became,
}

/// What became of an event that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It was decided on arrival; the first decision on it.
    Decided(DecisionId),
    /// It opened or joined a case, which may be decided by now.
    Referred(CaseId),
    /// It is about no item.
    Nothing,
    /// It could not be decided.
    Failed(String),
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event, its `data` as it came.
    pub event: Event,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Under which rulebook it was looked at.
    pub rulebook: RulebookVersion,
    /// What became of it.
    pub became: Became,
}

/// One event that came again under the id of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The event that is kept beside the first.
    pub event: Event,
    /// When it came.
    pub received_at: Timestamp,
}
