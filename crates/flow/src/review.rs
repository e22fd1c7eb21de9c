//! People decide: cases, proposals that need a second person, decisions that replace earlier ones,
//! and reports. Each makes a new decision on the same road as any other. Must not patch a row.

use model::{CaseId, ClauseId, Decided, DecisionId, ItemId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The item breaches the clause named.
    Breach,
    /// The item breaches nothing.
    NoBreach,
}

/// Why the ladder's warning is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyPlea {
    /// The harm that cannot wait, in plain words.
    pub reason: String,
}

/// Bytes of the item's text that breach the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// First byte, from 0.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What a person says about a case, or about an earlier decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Breach or no breach.
    pub outcome: Held,
    /// The clause; needed for a breach.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The passage that breaches it.
    #[serde(default)]
    pub passage: Option<Bytes>,
    /// Why, in plain words.
    pub reason: String,
    /// Set when a warning is to be passed over.
    #[serde(default)]
    pub emergency: Option<EmergencyPlea>,
}

/// What became of a person's verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reviewed {
    /// A decision was made and is kept.
    Decided(Arc<Decided>),
    /// It waits for a second person; says why.
    Proposed {
        /// The case.
        case: CaseId,
        /// Why one person is not enough.
        why: String,
    },
}

/// A report by somebody who saw the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The platform's id of the item.
    pub item: ItemId,
    /// What is wrong, in the reporter's words.
    pub reason: String,
    /// The clause that the reporter names.
    #[serde(default)]
    pub clause: Option<ClauseId>,
    /// The platform's id of the reporter; never public.
    #[serde(default)]
    pub reporter: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// The report's id.
    pub report: String,
    /// The case that it joined or opened.
    pub case: CaseId,
}

/// Why a verdict, an approval, a replacement or a report was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// No such case.
    #[error("there is no case {0}")]
    NoSuchCase(CaseId),
    /// No such decision.
    #[error("there is no decision {0}")]
    NoSuchDecision(DecisionId),
    /// The item was never looked at.
    #[error("the item `{0}` was never sent to us; send its event first")]
    NoSuchItem(ItemId),
    /// The case is decided already.
    #[error("the case is decided already; replace the decision instead")]
    AlreadyDecided,
    /// Nothing was proposed.
    #[error("nothing is proposed in this case; decide it instead")]
    NothingProposed,
    /// Another person must do it.
    #[error("another person must do this: {0}")]
    SamePerson(String),
    /// The rulebook does not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// The store failed; nothing was changed.
    #[error("the store cannot write at present; nothing was changed, try again")]
    Storage,
}

/// What people do. Cheap to clone. `by` is the pseudonym of the person.
#[derive(Debug, Clone)]
pub struct Review {}

impl Review {
    /// Decides a case.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn decide(
        &self,
        case: CaseId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Reviewed, ReviewError> {
        drop((by, verdict));
        std::future::ready(Err(ReviewError::NoSuchCase(case))).await
    }

    /// Approves, as a second person, what the first proposed.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn approve(&self, case: CaseId, by: &str) -> Result<Reviewed, ReviewError> {
        let _ = by;
        std::future::ready(Err(ReviewError::NoSuchCase(case))).await
    }

    /// Replaces an earlier decision by another: its measures end. Not by who decided it.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn replace(
        &self,
        decision: DecisionId,
        by: &str,
        verdict: Verdict,
    ) -> Result<Reviewed, ReviewError> {
        drop((by, verdict));
        std::future::ready(Err(ReviewError::NoSuchDecision(decision))).await
    }

    /// Takes a report: it joins the item's waiting case or opens one.
    ///
    /// # Errors
    /// [`ReviewError`] says why not.
    pub async fn report(&self, report: Report) -> Result<Reported, ReviewError> {
        std::future::ready(Err(ReviewError::NoSuchItem(report.item))).await
    }

    /// Keeps what the platform says about an enforcement; a delivered notice makes the warning count.
    ///
    /// # Errors
    /// [`ReviewError::NoSuchDecision`] when we never made that decision.
    pub async fn receipt(&self, receipt: model::Receipt) -> Result<(), ReviewError> {
        std::future::ready(Err(ReviewError::NoSuchDecision(receipt.decision))).await
    }
}
