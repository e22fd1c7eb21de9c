//! The labels of one entity, as Osprey keeps them. Pure: the moment is an argument.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a label is on an entity, and who says so. The order is that of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum LabelStatus {
    /// Taken off by a rule.
    Removed,
    /// Put on by a rule.
    Added,
    /// Taken off by a person.
    ManuallyRemoved,
    /// Put on by a person.
    ManuallyAdded,
}

impl LabelStatus {
    /// Whether a person said so.
    pub const fn is_manual(self) -> bool {
        matches!(self, Self::ManuallyRemoved | Self::ManuallyAdded)
    }

    /// Whether the label is on.
    pub const fn is_added(self) -> bool {
        matches!(self, Self::Added | Self::ManuallyAdded)
    }
}

impl From<LabelStatus> for u8 {
    fn from(status: LabelStatus) -> Self {
        match status {
            LabelStatus::Removed => 0,
            LabelStatus::Added => 1,
            LabelStatus::ManuallyRemoved => 2,
            LabelStatus::ManuallyAdded => 3,
        }
    }
}

impl TryFrom<u8> for LabelStatus {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Ok(match number {
            0 => Self::Removed,
            1 => Self::Added,
            2 => Self::ManuallyRemoved,
            3 => Self::ManuallyAdded,
            _ => return Err(format!("{number} is no label status; they go from 0 to 3")),
        })
    }
}

/// Why a label is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelReason {
    /// Whether it still waits to be applied.
    #[serde(default)]
    pub pending: bool,
    /// The rule's description, as written.
    #[serde(default)]
    pub description: String,
    /// What the names in it stood for.
    #[serde(default)]
    pub features: BTreeMap<String, String>,
    /// Since when.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Until when.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A status that a label had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousState {
    /// The status.
    pub status: LabelStatus,
    /// Its reasons.
    pub reasons: BTreeMap<String, LabelReason>,
}

/// One label of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its status.
    pub status: LabelStatus,
    /// Why, by the rule's name.
    #[serde(default)]
    pub reasons: BTreeMap<String, LabelReason>,
    /// What it was before, newest first.
    #[serde(default)]
    pub previous_states: Vec<PreviousState>,
}

impl Label {
    /// Whether all of its reasons have expired by `now`; then it counts as absent.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        !self.reasons.is_empty()
            && self.reasons.values().all(|reason| reason.expires_at.is_some_and(|end| end <= now))
    }

    /// Since when it is as it is.
    pub fn since(&self) -> Option<Timestamp> {
        self.reasons.values().filter_map(|reason| reason.created_at).min()
    }
}

/// All labels of one entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelState {
    /// By name.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
}
