//! What must still go out to the platform, every attempt to send it, and what the platform said.

use jiff::Timestamp;
use model::{DecisionId, Json};

/// An enforcement that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose; key of idempotency.
    pub decision: DecisionId,
    /// The [`model::Enforcement`] as JSON.
    pub body: Json,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it waits.
    pub since: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The platform took it.
    Delivered,
    /// It did not.
    Failed {
        /// Why, for the operator.
        why: String,
        /// When to try again; `None` gives up: a dead letter.
        next_at: Option<Timestamp>,
    },
}

/// How much waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many wait.
    pub waiting: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// How many were given up.
    pub dead: u64,
}

/// An enforcement that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose.
    pub decision: DecisionId,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub why: String,
    /// When that was.
    pub at: Timestamp,
}
