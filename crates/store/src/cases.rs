//! Cases that wait for people, with what was reported and proposed. A case's state is read from
//! later rows: a proposal, a decision.

use crate::StoredEvent;
use jiff::Timestamp;
use model::{Case, CaseId, CaseState, ClauseId, DecisionId, ItemId, Json};

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only those that stand so.
    pub state: Option<CaseState>,
    /// Only those of this queue.
    pub queue: Option<String>,
}

/// A case with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// The case; its findings include those that joined later.
    pub case: Case,
    /// The event that raised it, with the item as it was.
    pub event: StoredEvent,
    /// What people reported, oldest first.
    pub reports: Vec<Report>,
    /// What one person proposes and a second must approve; the latest.
    pub proposal: Option<Proposal>,
    /// The decision that ended it.
    pub decision: Option<DecisionId>,
}

/// What somebody reported about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Our id.
    pub id: String,
    /// The item.
    pub item: ItemId,
    /// The case that it joined or opened.
    pub case: CaseId,
    /// The clause that the reporter names.
    pub clause: Option<ClauseId>,
    /// What is wrong, in the reporter's words.
    pub reason: String,
    /// The platform's id of the reporter; never public.
    pub reporter: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A decision that one person proposes and that needs a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The case.
    pub case: CaseId,
    /// Pseudonym of the person.
    pub by: String,
    /// What is proposed: the caller's own value.
    pub verdict: Json,
    /// Why one person is not enough.
    pub why: String,
    /// When.
    pub proposed_at: Timestamp,
}
