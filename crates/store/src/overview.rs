//! Counts for the first page. Must not count what is not kept.

use jiff::civil::Date;
use serde::Serialize;

/// What was held and done since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Overview {
    /// Events kept.
    pub events: u64,
    /// Decisions.
    pub decisions: u64,
    /// Decisions that hold a breach.
    pub breaches: u64,
    /// Decisions that hold no breach.
    pub no_breaches: u64,
    /// Decisions by automation alone.
    pub automated: u64,
    /// Decisions that took the place of an earlier one.
    pub replacements: u64,
    /// Cases that wait for people, whenever they were opened.
    pub waiting: u64,
    /// Decisions, whenever made, that the platform was asked to enforce and has not said that it did.
    pub not_enforced: u64,
    /// Breaches per day and clause (the gravest of each decision).
    pub by_clause: Vec<Tally>,
    /// Measures per day and word.
    pub by_measure: Vec<Tally>,
    /// Decisions per day and outcome (`breach`, `no_breach`).
    pub by_outcome: Vec<Tally>,
}

/// A count for one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The day.
    pub day: Date,
    /// The clause, the measure or the outcome.
    pub name: String,
    /// How many.
    pub count: u64,
}
