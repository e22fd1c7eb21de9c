//! What pages and programs see of the register of exemptions. Must not hold whose post one is about.

use super::ClauseName;
use jiff::Timestamp;
use model::DecisionId;
use serde::Serialize;
use utoipa::ToSchema;

/// Where an exemption stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExemptionState {
    /// It runs.
    Running,
    /// Its time is over.
    Over,
    /// People ended it ahead of its time.
    Revoked,
}

/// One exemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptionView {
    /// Its id.
    pub id: String,
    /// `running`, `over` or `revoked`.
    pub state: ExemptionState,
    /// The one clause that it is about.
    pub clause: ClauseName,
    /// What kind of account made the post: `government`, `legislature`, `state-media`, `public-media`, `party` or `none`.
    pub account_class: &'static str,
    /// That for people.
    pub account_says: &'static str,
    /// Which public interest there is in seeing the post.
    pub reason: String,
    /// What stands before the post.
    pub notice: String,
    /// How many people agreed to it.
    pub people: usize,
    /// Since when it runs.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Why people ended it ahead of its time.
    pub revoked_because: Option<String>,
    /// Decisions that were made under it, the first first.
    #[schema(value_type = Vec<String>)]
    pub decisions: Vec<DecisionId>,
    /// Place of the leaf of the public log that says that it began.
    pub leaf: u64,
    /// Place of the leaf that says that it ended.
    pub end_leaf: Option<u64>,
}

impl ExemptionView {
    /// Whether it runs.
    pub fn runs(&self) -> bool {
        self.state == ExemptionState::Running
    }
}

/// How many exemptions began in a month, for a class of account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptionLine {
    /// The class of account.
    pub account_class: &'static str,
    /// That for people.
    pub name: &'static str,
    /// One number per month.
    pub values: Vec<u64>,
}

/// A page of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptionRows {
    /// How many fit.
    pub all: u64,
    /// How many run now.
    pub running: u64,
    /// The months of `begun`: `2026-11`.
    pub months: Vec<String>,
    /// How many began in each of these months, by class of account, whatever is searched for.
    pub begun: Vec<ExemptionLine>,
    /// The latest first.
    pub exemptions: Vec<ExemptionView>,
    /// `before` of the next page.
    pub next: Option<u64>,
}
