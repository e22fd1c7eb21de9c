//! The regulator's view: one statement as the DSA Transparency Database takes it (schema of
//! 1 July 2025, `POST /api/v1/statement`). Serialised from a type, never from a map: the database
//! ignores unknown names in silence. Must not carry personal data (DSA Article 24(5)).

use crate::{AutomatedDecision, Decision, ItemKind, Measure, Outcome, Source, Statement};
use jiff::Timestamp;
use serde::Serialize;

/// What the rulebook says about a policy in the regulator's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DsaTerms {
    /// `STATEMENT_CATEGORY_...`.
    pub category: String,
    /// `KEYWORD_...`, may be empty.
    pub keywords: Vec<String>,
}

/// One statement of reasons in the database's attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DsaStatement {
    puid: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decision_visibility: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_visibility_other: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_provision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_account: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_service_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_account_restriction: Option<String>,
    decision_ground: &'static str,
    incompatible_content_ground: String,
    incompatible_content_explanation: String,
    category: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    category_specification: Vec<String>,
    content_type: Vec<&'static str>,
    content_date: String,
    application_date: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    territorial_scope: Vec<String>,
    decision_facts: String,
    source_type: &'static str,
    automated_detection: &'static str,
    automated_decision: &'static str,
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

impl DsaStatement {
    /// The statement for the database; `None` when it owes nothing: no breach, or only a warning.
    pub fn of(
        decision: &Decision,
        statement: &Statement,
        terms: &DsaTerms,
        kind: ItemKind,
    ) -> Option<Self> {
        if decision.outcome == Outcome::NoBreach {
            return None;
        }
        let mut dsa = Self {
            puid: decision.id.to_string(),
            decision_visibility: Vec::new(),
            decision_visibility_other: None,
            decision_provision: None,
            decision_account: None,
            end_date_service_restriction: None,
            end_date_account_restriction: None,
            decision_ground: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            incompatible_content_ground: String::new(),
            incompatible_content_explanation: String::new(),
            category: terms.category.clone(),
            category_specification: terms.keywords.clone(),
            content_type: vec![match kind {
                ItemKind::Image => "CONTENT_TYPE_IMAGE",
                ItemKind::Video => "CONTENT_TYPE_VIDEO",
                ItemKind::Post | ItemKind::Comment | ItemKind::Profile => "CONTENT_TYPE_TEXT",
            }],
            // A platform's clock may run ahead of ours; content is never newer than its measure.
            content_date: day(decision.conduct_at.min(decision.decided_at)),
            application_date: day(decision.decided_at),
            territorial_scope: statement.parts().territorial_scope.clone(),
            decision_facts: cut(Statement::in_language(&statement.parts().facts, "en"), 5000),
            source_type: match decision.source {
                Source::OwnInitiative => "SOURCE_VOLUNTARY",
                Source::Report => "SOURCE_ARTICLE_16",
                Source::Order => "SOURCE_TYPE_OTHER_NOTIFICATION",
            },
            automated_detection: if decision.automated_detection { "Yes" } else { "No" },
            automated_decision: match statement.parts().automated_decision {
                AutomatedDecision::Fully => "AUTOMATED_DECISION_FULLY",
                AutomatedDecision::Partially => "AUTOMATED_DECISION_PARTIALLY",
                AutomatedDecision::NotAutomated => "AUTOMATED_DECISION_NOT_AUTOMATED",
            },
        };
        let clause = statement.clause("en")?;
        dsa.incompatible_content_ground =
            cut(&format!("{}: {} ({})", clause.policy_title, clause.title, clause.id), 500);
        dsa.incompatible_content_explanation = cut(&clause.text, 2000);
        decision.measures.iter().for_each(|measure| dsa.take(measure));
        let owed = !dsa.decision_visibility.is_empty()
            || dsa.decision_provision.is_some()
            || dsa.decision_account.is_some();
        owed.then_some(dsa)
    }

    fn take(&mut self, measure: &Measure) {
        match measure {
            Measure::Label { .. } => {
                self.decision_visibility.push("DECISION_VISIBILITY_CONTENT_LABELLED");
            }
            Measure::Notice => {
                self.decision_visibility.push("DECISION_VISIBILITY_OTHER");
                self.decision_visibility_other = Some("Shown behind a notice");
            }
            Measure::Demote => {
                self.decision_visibility.push("DECISION_VISIBILITY_CONTENT_DEMOTED");
            }
            Measure::AgeGate => {
                self.decision_visibility.push("DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED");
            }
            Measure::Remove => {
                self.decision_visibility.push("DECISION_VISIBILITY_CONTENT_REMOVED");
            }
            Measure::Warn => {}
            Measure::Lock { until } => {
                self.decision_provision = Some("DECISION_PROVISION_PARTIAL_SUSPENSION");
                self.end_date_service_restriction = Some(day(*until));
            }
            Measure::Suspend { until } => {
                self.decision_account = Some("DECISION_ACCOUNT_SUSPENDED");
                self.end_date_account_restriction = Some(day(*until));
            }
            Measure::Ban => self.decision_account = Some("DECISION_ACCOUNT_TERMINATED"),
        }
    }
}
