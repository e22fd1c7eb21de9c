//! An item in question that waits for people. Must not decide anything.

use crate::{AccountId, ActionId, CaseId, Event, Finding, ItemId, RulebookVersion};
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
    /// It is about the same item as another case and went on there.
    Merged,
}

/// How grave a breach is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// Nobody is harmed; readers are told something.
    Low,
    /// Harm that can be made good.
    #[default]
    Medium,
    /// Harm to people.
    High,
    /// Life, limb or a child.
    Severe,
}

impl Gravity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [Self::Severe, Self::High, Self::Medium, Self::Low];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Severe => "severe",
        }
    }
}

/// A word that is no gravity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of `severe`, `high`, `medium`, `low`")]
pub struct GravityError(String);

impl std::str::FromStr for Gravity {
    type Err = GravityError;
    fn from_str(text: &str) -> Result<Self, GravityError> {
        let found = Self::ALL.into_iter().find(|one| one.word() == text);
        found.ok_or_else(|| GravityError(text.chars().take(40).collect()))
    }
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
    /// How grave the gravest clause in question is.
    #[serde(default)]
    pub gravity: Gravity,
    /// The language of the item (BCP 47), where the platform names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How many people the account reaches, where the platform says so in `data.account.followers`.
    #[serde(default)]
    pub reach: u64,
}

#[derive(Deserialize)]
struct Data {
    account: Option<Followed>,
}

#[derive(Deserialize)]
struct Followed {
    #[serde(default)]
    followers: u64,
}

/// How many people the account of an event reaches; 0 where the platform does not say.
pub fn reach(event: &Event) -> u64 {
    let data: Option<Data> = event.data.read().ok();
    data.and_then(|data| data.account).map_or(0, |account| account.followers)
}
