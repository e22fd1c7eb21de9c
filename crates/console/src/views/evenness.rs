//! A report on evenness as the public reads it: the report itself, and of its clearest unlike pairs both statements
//! and what the operator says to them. Quotes no post and names no account.

use super::{ClauseName, Row};
use flow::audit::{ComparisonReport, EvennessReport};
use jiff::Timestamp;
use model::ClauseId;
use serde::Serialize;

/// The report with its pairs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvennessView {
    /// The report.
    #[serde(flatten)]
    pub report: EvennessReport,
    /// Titles of the clauses in it.
    pub titles: Vec<ClauseName>,
    /// The clearest unlike pairs, with those that point the other way beside them.
    pub pairs: Vec<PairView>,
}

impl EvennessView {
    /// The clause's title.
    #[must_use]
    pub fn title<'a>(&'a self, clause: &'a ClauseId) -> &'a str {
        let known = self.titles.iter().find(|one| one.id == *clause);
        known.map_or(clause.as_str(), |one| one.title.as_str())
    }

    /// Every comparison with its clause.
    pub fn comparisons(&self) -> impl Iterator<Item = (&ClauseId, &ComparisonReport)> {
        let clauses = self.report.clauses.iter();
        clauses.flat_map(|clause| clause.comparisons.iter().map(|one| (&clause.clause, one)))
    }

    /// How many comparisons end in this phrase.
    #[must_use]
    pub fn so_many(&self, verdict: &str) -> usize {
        self.comparisons().filter(|(_, one)| one.verdict == verdict).count()
    }
}

/// Two like posts that were treated unlike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairView {
    /// Under which clause.
    pub clause: ClauseName,
    /// What the groups are.
    pub grouping: String,
    /// The first group's post.
    pub one: PairPost,
    /// The second group's post.
    pub other: PairPost,
    /// Whether a decision says what sets them apart.
    pub explained: bool,
    /// The share of short stretches of text that both have in common.
    pub similarity: Option<f64>,
    /// How near they are by meaning, where a model read them: 1 for the same.
    pub meaning: Option<f64>,
    /// What the operator says, the newest last.
    pub answers: Vec<Said>,
}

impl PairView {
    /// Both posts.
    #[must_use]
    pub const fn posts(&self) -> [&PairPost; 2] {
        [&self.one, &self.other]
    }
}

/// One post of a pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairPost {
    /// Its author's group.
    pub group: String,
    /// Its decision, as in every list.
    pub decision: Row,
    /// The statement of reasons, in English where there is one.
    pub statement: String,
    /// Whether it was met with a measure when it was first decided.
    pub measured: bool,
}

/// What the operator says to a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The words.
    pub said: String,
    /// When.
    pub at: Timestamp,
}

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportName {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// It looks back to here.
    pub since: Timestamp,
}
