//! An item in question that waits for people. Must not decide anything.

use crate::{AccountId, ActionId, CaseId, Finding, ItemId, RulebookVersion};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Nobody has decided it yet.
    Waiting,
    /// One person proposes a decision that needs a second.
    Proposed,
    /// Decided.
    Decided,
}

/// An item in question with its findings and its queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Our id.
    pub id: CaseId,
    /// The item in question.
    pub item: ItemId,
    /// Who made it.
    pub account: AccountId,
    /// The event that raised it.
    pub action_id: ActionId,
    /// What was found, certain or not.
    pub findings: Vec<Finding>,
    /// The queue that it waits in.
    pub queue: String,
    /// 0 (can wait) to 100 (now).
    pub priority: u8,
    /// Why automation did not decide, in plain words.
    pub why_referred: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Under which rulebook.
    pub rulebook: RulebookVersion,
    /// Where it stands.
    pub state: CaseState,
}
