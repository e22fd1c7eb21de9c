//! What pages and programs see of the registers that are open to everybody: who speaks for a state, and
//! when the ladder's warning was passed over.

use super::ClauseName;
use jiff::Timestamp;
use model::{Affiliation, DecisionId, Measure};
use serde::Serialize;
use utoipa::ToSchema;

/// One entry of the register of affiliations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AffiliationView {
    /// Our id; none for what stands in the rulebook's own file.
    pub id: Option<String>,
    /// `account` or `domain`.
    pub about: &'static str,
    /// The account's id, or the domain.
    pub subject: String,
    /// `government`, `legislature`, `state-media`, `public-media`, `party` or `none`.
    pub kind: &'static str,
    /// What that is, for people.
    pub says: &'static str,
    /// The source's own word for it.
    pub typology: Option<String>,
    /// Full name of the body.
    pub name: String,
    /// Country, where it has one.
    pub country: Option<String>,
    /// Where the fact is published.
    pub source: String,
    /// Day of that source.
    pub date: String,
    /// Who entered it, without names.
    pub entered_by: String,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub entered_at: Option<Timestamp>,
    /// When it lapses by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

impl AffiliationView {
    /// An affiliation of the rulebook's own file.
    pub fn of_rulebook(of: &Affiliation) -> Self {
        Self {
            id: None,
            about: of.subject.word(),
            subject: of.subject.name().to_owned(),
            kind: of.kind.word(),
            says: of.kind.says(),
            typology: None,
            name: of.name.clone(),
            country: of.country.clone(),
            source: of.source.clone(),
            date: of.date.clone(),
            entered_by: "the rulebook".into(),
            entered_at: None,
            until: None,
        }
    }

    /// The source's address, if it can be linked to.
    pub fn link(&self) -> Option<&str> {
        let web = self.source.starts_with("https://") || self.source.starts_with("http://");
        web.then_some(self.source.as_str())
    }
}

/// A page of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegisterView {
    /// How many fit.
    pub all: u64,
    /// The entries, the latest first.
    pub entries: Vec<AffiliationView>,
    /// `before` of the next page.
    pub next: Option<i64>,
}

/// One decision that passed over the ladder's warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmergencyView {
    /// The decision.
    #[schema(value_type = String)]
    pub decision: DecisionId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: Timestamp,
    /// The clause.
    pub clause: Option<ClauseName>,
    /// The harm that could not wait.
    pub reason: String,
    /// What shows it, named without personal data.
    pub evidence: Vec<String>,
    /// How many people agreed.
    pub people: usize,
    /// What was done.
    #[schema(value_type = Vec<crate::api::MeasureBody>)]
    pub measures: Vec<Measure>,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// The decision that took its place.
    #[schema(value_type = Option<String>)]
    pub replaced_by: Option<DecisionId>,
}

/// A page of emergencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmergencyRows {
    /// The latest first.
    pub emergencies: Vec<EmergencyView>,
    /// `before` of the next page.
    pub next: Option<String>,
}
