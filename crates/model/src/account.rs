//! Who made an item, and their standing: warnings and strikes, each with clause, date and expiry.
//! Must not hold anything about a person beyond that.

use crate::{AccountId, ClauseId, DecisionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The account that made an item, as the platform describes it in public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The platform's id.
    pub id: AccountId,
    /// The handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The language that the person reads (BCP 47); notices are written in it where possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// Which kind of body an account or a domain speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AffiliationKind {
    /// A government, ministry, embassy or head of state.
    Government,
    /// A medium that a state controls.
    StateMedia,
    /// A political party or candidate.
    Party,
    /// Stated to be none of these.
    None,
}

impl AffiliationKind {
    /// The word for it in data: `state-media`, ...
    pub const fn word(self) -> &'static str {
        match self {
            Self::Government => "government",
            Self::StateMedia => "state-media",
            Self::Party => "party",
            Self::None => "none",
        }
    }
}

/// What an affiliation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AffiliationSubject {
    /// An account.
    Account(AccountId),
    /// A domain that items link to.
    Domain(String),
}

/// A public, sourced, dated fact about an account or a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affiliation {
    /// Whose.
    pub subject: AffiliationSubject,
    /// What it is.
    pub kind: AffiliationKind,
    /// Full name of the body.
    pub name: String,
    /// Country, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where the fact is published.
    pub source: String,
    /// Day of that source (ISO 8601).
    pub date: String,
}

/// What an entry of the standing weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingKind {
    /// The person was told, nothing was taken from them.
    Warning,
    /// A step that punished: lock, suspension.
    Strike,
}

/// One warning or strike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingEntry {
    /// The decision that gave it.
    pub decision: DecisionId,
    /// The ladder on which it counts.
    pub ladder: String,
    /// The clause breached.
    pub clause: ClauseId,
    /// Warning or strike.
    pub kind: StandingKind,
    /// Step of the ladder, from 0.
    pub step: u32,
    /// When it was given.
    pub given_at: Timestamp,
    /// When the notice reached the person, by the platform's receipt; `None` while unproved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// An account's warnings and strikes, without those undone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// All entries, oldest first.
    pub entries: Vec<StandingEntry>,
}

impl Standing {
    /// The entries on `ladder` that count against conduct at `conduct`: delivered before it and
    /// not lapsed by then. A warning that never arrived, or came after the conduct, counts nothing.
    pub fn counting<'a>(
        &'a self,
        ladder: &'a str,
        conduct: Timestamp,
    ) -> impl Iterator<Item = &'a StandingEntry> {
        self.entries.iter().filter(move |entry| {
            entry.ladder == ladder
                && entry.delivered_at.is_some_and(|at| at < conduct)
                && conduct < entry.expires_at
        })
    }
}
