//! What is done: to the item, or to the account. Must not choose: the ladder does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that is done about a breach. Serialised with its name under `measure`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "measure", rename_all = "snake_case")]
pub enum Measure {
    /// A label is shown with the item.
    Label {
        /// The label's name.
        name: String,
    },
    /// The item stands behind a notice that a reader clicks through.
    Notice,
    /// The item is recommended less.
    Demote,
    /// Only adults see the item.
    AgeGate,
    /// The item is taken down.
    Remove,
    /// The account's owner is warned.
    Warn,
    /// The account can read, not post.
    Lock {
        /// End of the lock.
        until: Timestamp,
    },
    /// The account is suspended.
    Suspend {
        /// End of the suspension.
        until: Timestamp,
    },
    /// The account is closed for good.
    Ban,
}

/// What a measure is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureTarget {
    /// The item.
    Item,
    /// The account.
    Account,
}

impl Measure {
    /// What it is done to.
    pub const fn target(&self) -> MeasureTarget {
        match self {
            Self::Label { .. } | Self::Notice | Self::Demote | Self::AgeGate | Self::Remove => {
                MeasureTarget::Item
            }
            Self::Warn | Self::Lock { .. } | Self::Suspend { .. } | Self::Ban => {
                MeasureTarget::Account
            }
        }
    }

    /// Whether it takes something from the account: such a step needs the delivered notice of the
    /// step before it.
    pub const fn punishes(&self) -> bool {
        matches!(self, Self::Lock { .. } | Self::Suspend { .. } | Self::Ban)
    }

    /// The word for it in data: `remove`, `suspend`, ...
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Label { .. } => "label",
            Self::Notice => "notice",
            Self::Demote => "demote",
            Self::AgeGate => "age_gate",
            Self::Remove => "remove",
            Self::Warn => "warn",
            Self::Lock { .. } => "lock",
            Self::Suspend { .. } => "suspend",
            Self::Ban => "ban",
        }
    }

    /// When it ends by itself, if it does.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Lock { until } | Self::Suspend { until } => Some(*until),
            _ => None,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label { name } => write!(f, "label ({name})"),
            Self::Lock { until } | Self::Suspend { until } => {
                write!(f, "{} until {}", self.word(), until.strftime("%Y-%m-%d %H:%M UTC"))
            }
            _ => f.write_str(&self.word().replace('_', " ")),
        }
    }
}
