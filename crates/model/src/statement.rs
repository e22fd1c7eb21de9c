//! The statement of reasons (DSA Article 17): what a decision says to the person concerned, to the
//! regulator and to the public. Three views of one value; the public one holds no personal data.
//! Must not invent facts: everything comes from the decision, the rulebook and the item.

use crate::{
    ClauseText, DecidedBy, Decision, DecisionId, Exempted, Measure, Outcome, Passage,
    RulebookVersion, Source,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far automation decided. Detection is another fact: [`Decision::automated_detection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomatedDecision {
    /// No person took part.
    Fully,
    /// A person decided on what rules found and proposed.
    Partially,
    /// People found and decided.
    NotAutomated,
}

/// How and until when the decision can be challenged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redress {
    /// What to do, in plain words, per language.
    pub how: BTreeMap<String, String>,
    /// Last day; never less than six months after the person is told (DSA Article 20(1)).
    pub until: Timestamp,
    /// Where to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Everything that a statement is made of; [`Statement::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementDraft {
    /// Whose statement it is.
    pub decision: DecisionId,
    /// The clause as it read, per language; English or the rulebook's first language is always
    /// there. Empty only when nothing was breached.
    pub clause: Vec<ClauseText>,
    /// The passage that breaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
    /// Facts and circumstances relied on, in plain words, per language. Holds no quotation of the
    /// item and no name: it is public.
    pub facts: BTreeMap<String, String>,
    /// The whole notice in plain language, per language, for the person concerned.
    pub notice: BTreeMap<String, String>,
    /// Language of the author's notice.
    pub language: String,
    /// How far automation decided.
    pub automated_decision: AutomatedDecision,
    /// Where the measures apply (ISO 3166-1 alpha-2); empty = everywhere.
    pub territorial_scope: Vec<String>,
    /// How to challenge it.
    pub redress: Redress,
    /// Rulebook in force.
    pub rulebook: RulebookVersion,
}

/// A checked statement of reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Statement(StatementDraft);

/// Why a statement does not stand for its decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The statement is another decision's.
    #[error("the statement is of decision {0}, not of the one it is joined to")]
    OtherDecision(DecisionId),
    /// A breach without the text of its clause.
    #[error("the decision holds a breach, but the statement cites no clause")]
    NoClause,
    /// The clause cited is not the one breached.
    #[error("the statement cites `{cited}`, the decision holds a breach of `{held}`")]
    OtherClause {
        /// Cited by the statement.
        cited: String,
        /// Held by the decision.
        held: String,
    },
    /// The clause was read in another version of the rulebook.
    #[error("the clause was read in rulebook {0}, the decision was made under another")]
    OtherRulebook(RulebookVersion),
    /// Measures without a breach.
    #[error("nothing is breached, yet measures are taken")]
    MeasureWithoutBreach,
    /// No facts or no notice.
    #[error("the statement has no {0}")]
    Empty(&'static str),
    /// Less than the six months that the law gives.
    #[error("the time to appeal ends before six months are over")]
    AppealTooShort,
}

impl Statement {
    /// Checks what can be checked of a statement by itself.
    ///
    /// # Errors
    /// [`StatementError::Empty`] when the facts or the notice are empty.
    pub fn new(draft: StatementDraft) -> Result<Self, StatementError> {
        let filled = |texts: &BTreeMap<String, String>| {
            !texts.is_empty() && texts.values().all(|text| !text.trim().is_empty())
        };
        if !filled(&draft.facts) {
            return Err(StatementError::Empty("facts"));
        }
        if !filled(&draft.notice) {
            return Err(StatementError::Empty("notice"));
        }
        Ok(Self(draft))
    }

    pub(crate) fn check(&self, decision: &Decision) -> Result<(), StatementError> {
        let draft = &self.0;
        if draft.decision != decision.id {
            return Err(StatementError::OtherDecision(draft.decision));
        }
        if draft.rulebook != decision.rulebook {
            return Err(StatementError::OtherRulebook(draft.rulebook.clone()));
        }
        match (&decision.outcome, draft.clause.first()) {
            (Outcome::NoBreach, _) if !decision.measures.is_empty() => {
                return Err(StatementError::MeasureWithoutBreach);
            }
            (Outcome::NoBreach, _) => {}
            (Outcome::Breach { .. }, None) => return Err(StatementError::NoClause),
            (Outcome::Breach { .. }, Some(text)) => {
                let held = decision.outcome.clause().ok_or(StatementError::NoClause)?;
                if *held != text.id {
                    let (cited, held) = (text.id.to_string(), held.to_string());
                    return Err(StatementError::OtherClause { cited, held });
                }
                if text.rulebook != decision.rulebook {
                    return Err(StatementError::OtherRulebook(text.rulebook.clone()));
                }
            }
        }
        // 181 days: no six calendar months are shorter.
        let least = jiff::SignedDuration::from_hours(24 * 181);
        if draft.redress.until.duration_since(decision.decided_at) < least {
            return Err(StatementError::AppealTooShort);
        }
        Ok(())
    }

    /// All parts.
    pub const fn parts(&self) -> &StatementDraft {
        &self.0
    }

    /// The clause in `language`, else in the language that is always there.
    pub fn clause(&self, language: &str) -> Option<&ClauseText> {
        self.0.clause.iter().find(|c| c.language == language).or_else(|| self.0.clause.first())
    }

    /// The text for `language`, else English, else any.
    pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> &'a str {
        texts
            .get(language)
            .or_else(|| texts.get("en"))
            .or_else(|| texts.values().next())
            .map_or("", String::as_str)
    }

    /// What the person concerned gets: everything about them, in their language and in English.
    pub fn person_view(&self, decision: &Decision) -> PersonView {
        PersonView {
            decision: decision.id,
            decided_at: decision.decided_at,
            item: decision.item.to_string(),
            outcome: decision.outcome.clone(),
            clause: self.clause(&self.0.language).cloned(),
            passage: self.0.passage.clone(),
            notice: self.0.notice.clone(),
            language: self.0.language.clone(),
            measures: decision.measures.clone(),
            source: decision.source.clone(),
            automated_detection: decision.automated_detection,
            automated_decision: self.0.automated_decision,
            redress: self.0.redress.clone(),
            exemption: decision.exemption.clone(),
            replaces: decision.replaces,
        }
    }

    /// What everybody may read: no name, no id of the item or of a person, no text of the item
    /// (unless the rulebook says that texts are public: `with_passage`).
    pub fn public_view(&self, decision: &Decision, with_passage: bool) -> PublicView {
        PublicView {
            decision: decision.id,
            decided_at: decision.decided_at,
            rulebook: decision.rulebook.clone(),
            outcome: decision.outcome.clone(),
            clause: self.0.clause.clone(),
            passage: self.0.passage.clone().filter(|_| with_passage),
            facts: self.0.facts.clone(),
            measures: decision.measures.clone(),
            territorial_scope: self.0.territorial_scope.clone(),
            ladder_step: decision.ladder.as_ref().map(|step| step.name.clone()),
            source: decision.source.clone(),
            automated_detection: decision.automated_detection,
            automated_decision: self.0.automated_decision,
            people: match &decision.by {
                DecidedBy::Automation => 0,
                DecidedBy::People(people) => people.len(),
            },
            emergency: decision.emergency.as_ref().map(|emergency| emergency.reason.clone()),
            exemption: decision.exemption.clone(),
            replaces: decision.replaces,
            appeal_until: self.0.redress.until,
        }
    }
}

/// The statement as the person concerned gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Id of decision and statement.
    pub decision: DecisionId,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// The platform's id of the item.
    pub item: String,
    /// What was held.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The clause, in the person's language where the rulebook has it.
    pub clause: Option<ClauseText>,
    /// The passage, with its offsets.
    pub passage: Option<Passage>,
    /// The notice, per language.
    pub notice: BTreeMap<String, String>,
    /// The person's language.
    pub language: String,
    /// What is done.
    pub measures: Vec<Measure>,
    /// What brought it to attention.
    pub source: Source,
    /// Whether a rule found it.
    pub automated_detection: bool,
    /// How far automation decided.
    pub automated_decision: AutomatedDecision,
    /// How to challenge it.
    pub redress: Redress,
    /// The exemption under which the item stands behind a notice in place of what the ladder takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exempted>,
    /// The decision that this one takes the place of.
    pub replaces: Option<DecisionId>,
}

/// The statement as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicView {
    /// Id of decision and statement.
    pub decision: DecisionId,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Under which rulebook.
    pub rulebook: RulebookVersion,
    /// What was held.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The clause as it read, per language.
    pub clause: Vec<ClauseText>,
    /// The passage, only where the rulebook makes texts public.
    pub passage: Option<Passage>,
    /// Facts relied on, per language.
    pub facts: BTreeMap<String, String>,
    /// What is done.
    pub measures: Vec<Measure>,
    /// Where; empty = everywhere.
    pub territorial_scope: Vec<String>,
    /// Name of the ladder's step.
    pub ladder_step: Option<String>,
    /// What brought it to attention.
    pub source: Source,
    /// Whether a rule found it.
    pub automated_detection: bool,
    /// How far automation decided.
    pub automated_decision: AutomatedDecision,
    /// How many people decided.
    pub people: usize,
    /// Why a warning was passed over.
    pub emergency: Option<String>,
    /// The exemption under which the item stands behind a notice in place of what the ladder takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exempted>,
    /// The decision that this one takes the place of.
    pub replaces: Option<DecisionId>,
    /// Until when it can be challenged.
    pub appeal_until: Timestamp,
}
