//! Evidence as a decision cites it, and from what a decision departs. Must not hold what the evidence says: that is
//! kept beside the decision, by its hash, and can be erased.

use crate::{DecisionId, EvidenceId};
use serde::{Deserialize, Serialize};

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A document, as a file.
    Document,
    /// A page elsewhere, as it was on a day.
    Link,
    /// A fact check (schema.org `ClaimReview`).
    FactCheck,
    /// A photograph or a picture of a screen.
    Photograph,
}

impl EvidenceKind {
    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Link => "link",
            Self::FactCheck => "fact_check",
            Self::Photograph => "photograph",
        }
    }
}

/// A piece of evidence that a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// Its id.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// SHA-256 of what is kept, in hexadecimal.
    pub sha256: String,
}

/// What a decision is unlike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum DepartsFrom {
    /// Decisions on like items that settle the question.
    Precedents {
        /// The decisions.
        decisions: Vec<DecisionId>,
    },
    /// The step that the ladder says.
    Ladder {
        /// Its number, from 0.
        step: u32,
        /// Its name.
        name: String,
    },
}

/// A departure, with what sets the item apart. Public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departed {
    /// From what.
    #[serde(flatten)]
    pub from: DepartsFrom,
    /// What sets the item apart, in plain words.
    pub reason: String,
}
