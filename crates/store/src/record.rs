//! What is kept together, in one transaction. Must not decide anything and must not speak SQL.

use crate::{Label, Leaf, State};
use jiff::Timestamp;
use model::{
    Case, CaseId, Decided, DsaStatement, Enforcement, Event, Finding, RulebookVersion, Subject,
};
use std::sync::Arc;

/// All that is kept of one event, or of one decision by people.
#[derive(Debug, Clone)]
pub struct Record {
    /// When it reached us, by our clock.
    pub at: Timestamp,
    /// Under which rulebook it was looked at.
    pub rulebook: RulebookVersion,
    /// The event; `None` when people decide on an event that is kept already.
    pub event: Option<Received>,
    /// What became of it.
    pub kept: Kept,
    /// Labels that the rules set or took away.
    pub labels: Vec<Label>,
    /// Counters and values that the rules keep, and the facts that they were evaluated with.
    pub state: State,
}

/// An event and what it is about.
#[derive(Debug, Clone)]
pub struct Received {
    /// The event; its `data` is kept byte by byte.
    pub event: Event,
    /// The item as it was and who made it; `None` when the event is about no item.
    pub subject: Option<Subject>,
}

/// What became of an event.
#[derive(Debug, Clone)]
pub enum Kept {
    /// It was decided, by rules or by people. When the decision names a case, that case is decided.
    Decided(Box<KeptDecision>),
    /// It waits for people.
    Referred(Box<Case>),
    /// It joins a case that waits for people already.
    Joined {
        /// That case.
        case: CaseId,
        /// What was found this time.
        findings: Vec<Finding>,
    },
    /// It is about no item: kept, nothing to decide.
    Nothing,
    /// It could not be decided; says why, for the operator.
    Failed(String),
}

/// A decision with all that leaves the house because of it.
#[derive(Debug, Clone)]
pub struct KeptDecision {
    /// Decision and statement.
    pub decided: Arc<Decided>,
    /// What the platform must do: [`Enforcement::of`]. `None` when nothing is to be done.
    pub enforcement: Option<Enforcement>,
    /// The regulator's view, where one is owed.
    pub regulator: Option<DsaStatement>,
    /// The leaf of the public log: [`Leaf::of`].
    pub leaf: Leaf,
}
