//! The honest answer about one item: what was held, whether it waits, or that it was never seen.

use crate::StoredDecision;
use jiff::Timestamp;
use model::{AccountId, Case, ItemId, RulebookVersion};

/// What is known of an item that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The platform's id.
    pub item: ItemId,
    /// Who made it.
    pub account: AccountId,
    /// Where people see it.
    pub url: Option<String>,
    /// When we last received it.
    pub received_at: Timestamp,
    /// Under which rulebook it was last looked at.
    pub rulebook: RulebookVersion,
    /// The latest decision on it.
    pub decision: Option<StoredDecision>,
    /// The case in which it waits for people.
    pub waiting: Option<Case>,
}
