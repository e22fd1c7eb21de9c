//! What becomes of one event: decided, referred to people, or nothing to decide.

use crate::{Case, Decided};
use serde::Serialize;

/// What becomes of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", content = "ruling", rename_all = "snake_case")]
pub enum Ruling {
    /// Held: breach or no breach, with its statement.
    Decided(Box<Decided>),
    /// Waits for people; nothing is done until they decide.
    Referred(Box<Case>),
    /// The event is about no item.
    NoItem,
}
