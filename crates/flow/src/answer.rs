//! What an event is answered: kept and decided, or refused with what to do. Must not decide.

use model::{ActionId, CaseId, Decided, DecisionId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// What became of an event that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Breach or no breach was held.
    Decided,
    /// The item waits for people.
    Referred,
    /// The event is about no item; it is kept.
    Recorded,
    /// The event was here before; the ids are those of then.
    Duplicate,
}

/// The answer to an event that is kept. It comes only after the transaction that keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The event.
    pub action_id: ActionId,
    /// What became of it.
    pub status: Status,
    /// The decision made on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// The case that waits for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The decision itself when it was made just now; an earlier one is in the store.
    #[serde(skip)]
    pub decided: Option<Arc<Decided>>,
}

impl Answer {
    pub(crate) const fn new(action_id: ActionId, status: Status) -> Self {
        Self { action_id, status, decision: None, case: None, decided: None }
    }
}

impl Status {
    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Referred => "referred",
            Self::Recorded => "recorded",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Why an event was not taken, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The queue is full.
    #[error("too many events are waiting; send it again after {} s", retry_after.as_secs())]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The store cannot write: a full disk, a lost database.
    #[error("the store cannot write at present; send it again after {} s", retry_after.as_secs())]
    Storage {
        /// When to try again.
        retry_after: Duration,
    },
    /// No answer in time. The event may be kept or not: sending it again is safe.
    #[error(
        "no answer within the time allowed; send it again with the same action_id, which is safe"
    )]
    Late,
    /// The server is stopping.
    #[error("the server is stopping; send it again")]
    Stopping,
    /// The same `action_id` came before with other content. Both are kept.
    #[error(
        "action_id `{0}` came before with other content; both are kept, the first one counts: give a new event a new id"
    )]
    Conflict(ActionId),
    /// The event carries an item that cannot be read.
    #[error("{0}")]
    BadItem(String),
    /// The event could not be decided; its input is kept for the operator.
    #[error("the event could not be decided ({0}); it is kept for the operator to look at")]
    Failed(String),
}

impl Refused {
    /// The word for it in metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Storage { .. } => "storage",
            Self::Late => "late",
            Self::Stopping => "stopping",
            Self::Conflict(_) => "conflict",
            Self::BadItem(_) => "bad_item",
            Self::Failed(_) => "failed",
        }
    }
}
