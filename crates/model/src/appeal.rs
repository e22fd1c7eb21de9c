//! One challenge of one decision, by the person concerned or by who reported the item, and its answer. Must not
//! say who may answer: `flow` does.

use crate::{AccountId, AppealId, DecisionId, EvidenceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who challenges.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "appellant", rename_all = "snake_case")]
pub enum Appellant {
    /// The person whose item was decided on.
    Person,
    /// Who reported the item and was told that it breaches nothing.
    Reporter {
        /// The report's id.
        report: String,
    },
}

impl Appellant {
    /// The word for it in data.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Reporter { .. } => "reporter",
        }
    }
}

/// One challenge of one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Our id.
    pub id: AppealId,
    /// The decision challenged.
    pub decision: DecisionId,
    /// Whose item was decided on.
    pub account: AccountId,
    /// Who challenges.
    #[serde(flatten)]
    pub by: Appellant,
    /// 1; or 2, after the first was rejected, before somebody who took part in neither.
    pub level: u8,
    /// Why, in their own words.
    pub text: String,
    /// The language in which they write (BCP 47).
    pub language: String,
    /// When it came.
    pub submitted_at: Timestamp,
    /// Until when it must be answered; then it is escalated.
    pub due_at: Timestamp,
}

/// What became of an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// The decision is undone; or, for a reporter, the item is held to breach a clause after all.
    Granted,
    /// Something milder takes its place.
    Varied,
    /// The decision stands.
    Rejected,
}

impl AppealOutcome {
    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Varied => "varied",
            Self::Rejected => "rejected",
        }
    }
}

/// The reasoned answer to an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealAnswer {
    /// What became of it.
    pub outcome: AppealOutcome,
    /// Pseudonyms of those who answered, in the order in which they agreed. Never empty.
    pub by: Vec<String>,
    /// Why. Public: names nobody and quotes nothing.
    pub reason: String,
    /// When.
    pub answered_at: Timestamp,
    /// The decision that took the place of the one challenged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// The evidence of the appeal that it rests on. Never public: who has the same file could tell whose appeal it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
}
