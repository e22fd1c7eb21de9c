//! What was held on an item, by whom, under which rulebook. A decision is never changed: a new one
//! may replace it. Must not be enforced without its statement: see [`Decided`].

use crate::{
    AccountId, ActionId, CaseId, Cited, ClauseId, DecisionId, Departed, Exempted, Finding, ItemId,
    Measure, RulebookVersion, Statement, StatementError,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The item breaches these clauses, the gravest first. Never empty.
    Breach {
        /// The clauses.
        clauses: Vec<ClauseId>,
    },
    /// The item breaches nothing.
    NoBreach,
}

impl Outcome {
    /// The gravest clause breached.
    pub fn clause(&self) -> Option<&ClauseId> {
        match self {
            Self::Breach { clauses } => clauses.first(),
            Self::NoBreach => None,
        }
    }
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The rules and the ladder alone.
    Automation,
    /// People, by pseudonym (`reviewer 7`), in the order in which they agreed.
    People(Vec<String>),
}

/// What brought the item to attention (DSA Article 17(3)(b)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The platform's own look at what is posted.
    OwnInitiative,
    /// Somebody reported it.
    Report,
    /// An authority ordered it.
    Order,
}

/// Which step of which ladder applied, with the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderStep {
    /// The ladder's id.
    pub ladder: String,
    /// The step, from 0.
    pub step: u32,
    /// The step's name.
    pub name: String,
    /// How the step was found, in plain words: "1 warning delivered on ... counts".
    pub arithmetic: String,
    /// When the warning or strike that the step gives lapses; `None` when it gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Why a punishing step was taken without the warning before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// The harm that could not wait, in plain words.
    pub reason: String,
    /// What shows that: links, or hashes of evidence that is kept. Not public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Pseudonym of the second person, who is not the first.
    pub approved_by: String,
}

/// What was held on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Our id, public.
    pub id: DecisionId,
    /// The item.
    pub item: ItemId,
    /// Who made the item.
    pub account: AccountId,
    /// The event decided on.
    pub action_id: ActionId,
    /// The case, when people decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// When.
    pub decided_at: Timestamp,
    /// When the conduct took place: when the item was posted.
    pub conduct_at: Timestamp,
    /// Under which rulebook.
    pub rulebook: RulebookVersion,
    /// What was held.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What is done. Empty for no breach.
    pub measures: Vec<Measure>,
    /// The step of the ladder that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderStep>,
    /// What brought the item to attention.
    pub source: Source,
    /// Whether a rule found it (DSA Article 17(3)(c)).
    pub automated_detection: bool,
    /// Who decided.
    pub by: DecidedBy,
    /// The decision that this one takes the place of; its measures end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DecisionId>,
    /// What the people who decided say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the ladder's warning was passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Emergency>,
    /// The exemption under which the item stands behind a notice in place of what the ladder takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exempted>,
    /// What it is unlike, with what sets the item apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departs: Vec<Departed>,
    /// The evidence that the people who decided cite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Cited>,
}

impl Decision {
    /// Whether anything is to be done on the platform: a measure, or the end of an earlier one.
    pub fn acts(&self) -> bool {
        !self.measures.is_empty() || self.replaces.is_some()
    }
}

/// A decision together with its statement of reasons. This is the only thing that can be recorded
/// and enforced, and it cannot be made without a statement that fits the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    decision: Decision,
    statement: Statement,
}

impl Decided {
    /// Joins a decision and its statement.
    ///
    /// # Errors
    /// [`StatementError`] when the statement is of another decision, when a measure has no clause
    /// to stand on, when the clause was read in another rulebook version, or when a no-breach
    /// decision carries measures.
    pub fn new(decision: Decision, statement: Statement) -> Result<Self, StatementError> {
        statement.check(&decision)?;
        Ok(Self { decision, statement })
    }

    /// The decision.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Its statement of reasons.
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }
}
