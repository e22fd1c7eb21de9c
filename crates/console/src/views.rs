//! What the public pages show and what their JSON twins say: one value for both. Must not hold
//! personal data, and must not be read from anywhere but the model: the modules of `reads` fill it.

mod evenness;
mod exemptions;
mod register;
pub mod replay;

pub use evenness::{EvennessView, PairPost, PairView, ReportName, Said};
pub use exemptions::{ExemptionLine, ExemptionRows, ExemptionState, ExemptionView};
pub use register::{AffiliationView, EmergencyRows, EmergencyView, RegisterView};

use jiff::Timestamp;
use model::{
    AutomatedDecision, CaseId, ClauseId, ClauseText, DecisionId, Measure, PublicView, ReceiptState,
    RulebookVersion,
};
use serde::Serialize;
use utoipa::ToSchema;

/// Breach or not, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// A clause is breached.
    Breach,
    /// None is.
    NoBreach,
}

/// Who decided, without saying who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct By {
    /// Nobody took part: the rules and the ladder alone.
    pub automation: bool,
    /// How many people decided.
    pub people: usize,
}

impl By {
    /// `automation`, `1 person`, `2 people`.
    pub fn says(&self) -> String {
        match self.people {
            0 => "automation".into(),
            1 => "1 person".into(),
            many => format!("{many} people"),
        }
    }
}

/// A clause by its id and its titles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClauseName {
    /// The clause.
    #[schema(value_type = String)]
    pub id: ClauseId,
    /// Its own title.
    pub title: String,
    /// Its policy's title.
    pub policy_title: String,
}

impl From<&ClauseText> for ClauseName {
    fn from(text: &ClauseText) -> Self {
        let ClauseText { id, title, policy_title, .. } = text;
        Self { id: id.clone(), title: title.clone(), policy_title: policy_title.clone() }
    }
}

/// One decision in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Row {
    /// The decision.
    #[schema(value_type = String)]
    pub id: DecisionId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: Timestamp,
    /// What was held.
    pub outcome: Held,
    /// The gravest clause breached.
    pub clause: Option<ClauseName>,
    /// What is done.
    #[schema(value_type = Vec<crate::api::MeasureBody>)]
    pub measures: Vec<Measure>,
    /// By whom.
    pub by: By,
    /// The decision that this one takes the place of.
    #[schema(value_type = Option<String>)]
    pub replaces: Option<DecisionId>,
    /// The decision that took its place.
    #[schema(value_type = Option<String>)]
    pub replaced_by: Option<DecisionId>,
}

impl Row {
    /// What it is called in a list.
    pub fn title(&self) -> &str {
        match (&self.clause, self.outcome) {
            (Some(clause), _) => &clause.title,
            (None, Held::Breach) => "A clause was breached",
            (None, Held::NoBreach) => "Nothing was breached",
        }
    }

    /// What was done, in words.
    pub fn did(&self) -> String {
        crate::text::all_done(&self.measures, self.outcome)
    }
}

/// A page of decisions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rows {
    /// The decisions.
    pub decisions: Vec<Row>,
    /// Value of `before` for the next page; `None` on the last.
    pub next: Option<String>,
}

/// A step of a ladder as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// The step, from 0.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// What is done to the item and the account, in words.
    pub does: Vec<String>,
    /// How many people must decide it; 0 = automation may.
    pub people: u32,
    /// How long the warning or strike counts, in words.
    pub counts_for: Option<String>,
    /// Whether it is the step that the decision stands on.
    pub here: bool,
}

impl Step {
    /// Its name as a heading.
    pub fn heading(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }

    /// All that is done, in words.
    pub fn does_all(&self) -> String {
        self.does.join(" · ")
    }

    /// Who may decide it.
    pub fn who(&self) -> String {
        match self.people {
            0 => "Automation may decide".into(),
            1 => "A person decides".into(),
            many => format!("{many} people decide together"),
        }
    }
}

/// Which step applied and how it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LadderView {
    /// The ladder.
    pub ladder: String,
    /// The step's name.
    pub name: String,
    /// The step, from 0.
    pub step: u32,
    /// How it was found, in plain words.
    pub arithmetic: String,
    /// Until when the warning or strike that it gives counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// All steps, when the rulebook of the decision is at hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What the platform said about the enforcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Enforced, delivered or failed.
    #[schema(value_type = String)]
    pub state: ReceiptState,
    /// When, by the platform's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The end of a measure that ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EndingView {
    /// Our id.
    #[schema(value_type = String)]
    pub id: model::EndingId,
    /// Place of the measure among those of the decision, from 0.
    pub measure: usize,
    /// When its time was over.
    #[schema(value_type = String, format = DateTime)]
    pub ended_at: Timestamp,
    /// When the platform says that it took it back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lifted_at: Option<Timestamp>,
    /// Place of its leaf in the record.
    pub leaf: u64,
}

/// What the record holds of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeafView {
    /// Position in the record, from 0.
    pub index: u64,
    /// SHA-256 of the leaf (RFC 6962), in hexadecimal.
    pub hash: String,
    /// The leaf itself: public facts and commitments.
    #[schema(value_type = Object)]
    pub entry: serde_json::Value,
    /// The receipt (C2SP tlog-proof) with the leaf and its public fields opened; none until the
    /// leaf is in a signed checkpoint.
    pub receipt: Option<String>,
    /// The key to check the receipt with.
    pub vkey: Option<String>,
}

/// One decision for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecisionView {
    /// The statement of reasons.
    #[serde(flatten)]
    #[schema(value_type = crate::api::StatementBody)]
    pub statement: PublicView,
    /// Which step of which ladder.
    pub ladder: Option<LadderView>,
    /// The decision that took its place.
    #[schema(value_type = Option<String>)]
    pub replaced_by: Option<DecisionId>,
    /// What the platform says about carrying it out.
    pub receipts: Vec<ReceiptView>,
    /// Measures that ended by themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endings: Vec<EndingView>,
    /// Challenges of it, and what was answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<AppealView>,
    /// Its leaf in the record.
    pub leaf: Option<LeafView>,
}

/// A challenge of a decision, as everybody may know it: neither what was said nor who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppealView {
    /// `person` or `reporter`.
    pub appellant: &'static str,
    /// 1 or 2.
    pub level: u8,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: Timestamp,
    /// `granted`, `varied` or `rejected`.
    pub outcome: Option<&'static str>,
    /// Why.
    pub reason: Option<String>,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

impl AppealView {
    /// Who challenged it, in words.
    pub fn who(&self) -> &'static str {
        if self.appellant == "person" {
            "the person concerned"
        } else {
            "somebody who had reported it"
        }
    }

    /// What became of it, in words.
    pub fn says(&self) -> &'static str {
        match self.outcome {
            Some("granted") => "The appeal was granted.",
            Some("varied") => "The appeal was granted in part.",
            Some(_) => "The appeal was rejected: the decision stands.",
            None => "Somebody who took no part in the decision looks at it.",
        }
    }
}

impl DecisionView {
    /// The clause in English or in the rulebook's first language.
    pub fn clause(&self) -> Option<&ClauseText> {
        let texts = &self.statement.clause;
        texts.iter().find(|text| text.language == "en").or_else(|| texts.first())
    }

    /// The end of the measure at a place, once it ended.
    pub fn ended(&self, measure: &usize) -> Option<&EndingView> {
        self.endings.iter().find(|one| one.measure == *measure)
    }

    /// The clause in all other languages.
    pub fn other_languages(&self) -> impl Iterator<Item = &ClauseText> {
        let first = self.clause().map(|text| text.language.as_str());
        self.statement.clause.iter().filter(move |text| Some(text.language.as_str()) != first)
    }

    /// Breach or not.
    pub fn held(&self) -> Held {
        match self.statement.outcome {
            model::Outcome::Breach { .. } => Held::Breach,
            model::Outcome::NoBreach => Held::NoBreach,
        }
    }

    /// By whom.
    pub fn by(&self) -> By {
        By { automation: self.statement.people == 0, people: self.statement.people }
    }

    /// How far automation decided, in words.
    pub fn automated_decision(&self) -> &'static str {
        match self.statement.automated_decision {
            AutomatedDecision::Fully => "Yes, fully: no person took part",
            AutomatedDecision::Partially => "In part: people decided on what rules had found",
            AutomatedDecision::NotAutomated => "No: people decided",
        }
    }

    /// What brought the item to attention, in words.
    pub fn source(&self) -> &'static str {
        match self.statement.source {
            model::Source::OwnInitiative => "The platform’s own look at what is posted",
            model::Source::Report => "A report by somebody who saw it",
            model::Source::Order => "An order by an authority",
        }
    }
}

/// What is known about one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Found {
    /// It breaches a clause; this is what was done.
    Breach(Box<Answered>),
    /// It was looked at and breaches nothing.
    NoBreach(Box<Answered>),
    /// It waits for people.
    Waiting {
        /// The case; `None` when the event is kept but could not be decided.
        #[schema(value_type = Option<String>)]
        case: Option<CaseId>,
        /// Since when.
        #[schema(value_type = String, format = DateTime)]
        since: Timestamp,
        /// Why automation did not decide.
        why: String,
        /// Under which rulebook it was looked at.
        #[schema(value_type = String)]
        rulebook: RulebookVersion,
    },
    /// Nobody sent it to us.
    NeverSeen,
}

/// The decision that stands on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answered {
    /// The decision.
    #[schema(value_type = String)]
    pub decision: DecisionId,
    /// Under which rulebook.
    #[schema(value_type = String)]
    pub rulebook: RulebookVersion,
    /// What it says, in short.
    pub held: Row,
}

/// How many, in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Counts {
    /// Posts looked at.
    pub looked_at: u64,
    /// Decisions that hold a breach, those included that were replaced later.
    pub breaches: u64,
    /// Decisions that hold none.
    pub no_breach: u64,
    /// Cases that wait for people.
    pub waiting: u64,
}

/// Breaches or measures over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Timeline {
    /// Start of each column.
    #[schema(value_type = Vec<String>)]
    pub columns: Vec<Timestamp>,
    /// Length of a column in seconds.
    pub seconds: i64,
    /// Breaches by clause.
    pub by_clause: Vec<Line>,
    /// What was done, by measure.
    pub by_measure: Vec<Line>,
}

/// One count over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// Clause id or word of the measure.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// One count per column.
    pub values: Vec<u64>,
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Overview {
    /// Counts since the beginning.
    pub counts: Counts,
    /// Counts over time.
    pub timeline: Timeline,
    /// The newest decisions.
    pub latest: Vec<Row>,
    /// The rulebook in force.
    #[schema(value_type = String)]
    pub rulebook: RulebookVersion,
    /// Whose posts these are.
    pub provider: String,
}

/// A rulebook for readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulebookView {
    /// Its version.
    #[schema(value_type = String)]
    pub version: RulebookVersion,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub provider: String,
    /// In which languages.
    pub languages: Vec<String>,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// The policies.
    pub policies: Vec<PolicyView>,
    /// On which values that say who speaks the findings of its rules can depend.
    pub blindness: BlindnessView,
}

/// On which values that say who speaks the findings of a rulebook's rules can depend.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct BlindnessView {
    /// The groups of values, by name.
    pub groups: Vec<String>,
    /// The clauses, in the order of the rulebook.
    pub clauses: Vec<BlindClauseView>,
}

/// How a clause stands to each group of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlindClauseView {
    /// The clause.
    #[schema(value_type = String)]
    pub clause: ClauseId,
    /// For each group: "blind, as claimed", "blind", "can depend", or "no rule".
    pub stands: Vec<String>,
    /// The ways by which findings can depend: group, then the names from the rule to the value.
    pub ways: Vec<String>,
}

/// A policy for readers, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Since when (ISO 8601).
    pub effective: Option<String>,
    /// Language of its text.
    pub language: String,
    /// What stands before its clauses, in Markdown.
    pub intro: String,
    /// Its clauses.
    pub clauses: Vec<ClauseView>,
}

/// A clause with the ladder that follows from a breach of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClauseView {
    /// The clause.
    #[schema(value_type = String)]
    pub id: ClauseId,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub text: String,
    /// What follows from a breach.
    pub ladder: Option<ClauseLadder>,
}

/// What follows from a breach of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClauseLadder {
    /// The ladder's id.
    pub id: String,
    /// How grave.
    pub severity: String,
    /// What automation may do alone, in words.
    pub automation: String,
    /// Why this ladder is as it is.
    pub why: Option<String>,
    /// The steps.
    pub steps: Vec<Step>,
    /// What may be done at once in an emergency.
    pub emergency: Option<Step>,
}

/// A version of the rulebook in its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionView {
    /// The version.
    #[schema(value_type = String)]
    pub version: RulebookVersion,
    /// Its title.
    pub title: String,
    /// In force from.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Whether it is in force now.
    pub in_force: bool,
    /// The replay that was seen before it came into force; none: it was adopted without one.
    pub replay: Option<SeenBefore>,
    /// Why people put it into force; none: it was read from the operator's folder.
    pub adopted: Option<AdoptedView>,
}

/// How people put a version into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdoptedView {
    /// What was said for it.
    pub why: String,
    /// How many people stand for it.
    pub people: usize,
}

/// What a replay said before a version came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenBefore {
    /// SHA-256 of the report, which stands at `/rulebook/replays/DIGEST`.
    pub digest: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// Items that were decided again.
    pub items: u64,
    /// Of them, those that came out otherwise.
    pub flips: u64,
    /// Accounts with an item newly met with a measure.
    pub accounts_newly_hit: u64,
    /// Accounts with an item no longer met with one.
    pub accounts_cleared: u64,
    /// Whether like cases are treated more evenly: `better`, `worse`, `unchanged`, `mixed`.
    pub evenness: Option<String>,
}
