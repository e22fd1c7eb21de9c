//! What the audit says: numbers with their intervals, one of four phrases for each comparison, and the pairs. Holds no
//! personal data: posts stand here by the ids of their decisions, which are public. Must not compute anything.

use super::left_up::ShownKey;
use jiff::Timestamp;
use model::{ClauseId, DecisionId, RulebookVersion};
use serde::{Deserialize, Serialize};

/// A value with its interval at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// What was found.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end; none: without end.
    pub high: Option<f64>,
}

/// Whether like cases are treated alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvennessReport {
    /// Its id; empty until it is published.
    #[serde(default)]
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Items that came at or after.
    pub since: Timestamp,
    /// The rulebook in force, which declares the groups.
    pub rulebook: RulebookVersion,
    /// The share of common stretches from which on posts are like cases.
    pub threshold: f64,
    /// How often labels were dealt anew for each comparison.
    pub deals: usize,
    /// The start of the draws, so that anybody can draw the same.
    pub seed: u64,
    /// Items looked at.
    pub items: usize,
    /// Of them, those that no rule found and nobody reported.
    pub never_flagged: usize,
    /// The chance with which an item that was not met with a measure was drawn to be looked at; 1: all were.
    #[serde(default = "all")]
    pub never_flagged_drawn: f64,
    /// The keys of that draw: SHA-256 of each, and the key itself once its month is over.
    #[serde(default)]
    pub draw_keys: Vec<ShownKey>,
    /// Items without words; they are like nothing.
    pub wordless: usize,
    /// Sets of at least two like cases.
    pub sets: u64,
    /// Pairs that looked alike and say different things.
    pub parted: usize,
    /// By which model sets were joined, besides words; none: by words alone.
    #[serde(default)]
    pub meaning: Option<ByMeaning>,
    /// What was compared, clause by clause.
    pub clauses: Vec<ClauseReport>,
    /// What could not be compared, and why.
    pub not_tested: Vec<NotTested>,
    /// What is counted from night to night.
    #[serde(default)]
    pub drift: Vec<Stream>,
    /// The same audit on groups dealt by lot, where nothing should be found.
    #[serde(default)]
    pub control: Option<Control>,
    /// How often the matching is wrong, as people see it who do not know what was decided.
    #[serde(default)]
    pub pairing: Pairing,
}

const fn all() -> f64 {
    1.0
}

/// How sets were joined by meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByMeaning {
    /// SHA-256 of the model's package.
    pub model: String,
    /// From which cosine on two posts say the same, unless the guard finds a difference.
    pub threshold: f64,
    /// The same where one of both is Chinese, if the report says so.
    #[serde(default)]
    pub threshold_chinese: Option<f64>,
    /// Sets that were joined to another so.
    pub joined: usize,
    /// Sets that were too many to be looked at.
    pub left_out: usize,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClauseReport {
    /// The clause.
    pub clause: ClauseId,
    /// Sets of like cases with at least one case that was met with a measure under the clause.
    pub sets: u64,
    /// Of them, those decided unlike.
    pub divergent: u64,
    /// Of these, those without a recorded reason.
    pub unexplained: u64,
    /// The share decided unlike.
    pub divergence: Option<Interval>,
    /// The chance that two posts drawn from one set were decided unlike; none where not all posts were looked at.
    #[serde(default)]
    pub of_two: Option<f64>,
    /// The share of all pairs of like posts that were decided unlike, those not drawn included, with its interval.
    #[serde(default)]
    pub of_pairs: Option<Interval>,
    /// The groups compared.
    pub comparisons: Vec<ComparisonReport>,
}

/// Two groups under one clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonReport {
    /// The grouping.
    pub grouping: String,
    /// The grouping's title.
    #[serde(default)]
    pub title: String,
    /// The first group.
    pub one: String,
    /// The second group.
    pub other: String,
    /// One of four phrases.
    pub verdict: String,
    /// The finding in a sentence.
    pub sentence: String,
    /// What so many pairs can find, in words.
    #[serde(default)]
    pub power: String,
    /// Cases of the first and of the second group.
    pub cases: (u64, u64),
    /// Sets that have both groups and both outcomes; sets that lack one.
    pub sets: (u64, u64),
    /// Counts of unlike pairs, aspect by aspect.
    pub aspects: Vec<AspectCounts>,
    /// The common odds of a measure, first group to second. None where the odds differ by language too much for one
    /// number to stand for them.
    pub odds: Option<Interval>,
    /// The odds by pairs, with the exact interval.
    #[serde(default)]
    pub pair_odds: Option<Interval>,
    /// The common odds with reports held equal: did somebody report the post?
    #[serde(default)]
    pub odds_reports_equal: Option<Interval>,
    /// The p that the odds are the same in every language; none: there are not enough cases in two.
    #[serde(default)]
    pub same_in_every_language: Option<f64>,
    /// The p of dealing the labels among accounts.
    pub p: Option<f64>,
    /// How strong a hidden difference would have to be to explain the pairs; none: the finding does not stand.
    pub gamma: Option<f64>,
    /// What a bet of 1 against even-handedness has become.
    pub bet: f64,
    /// The odds that so many unlike pairs would find four times in five.
    pub finds: Option<f64>,
    /// Pairs decided unlike: the unexplained first, of these the likest.
    pub unlike: Vec<UnlikePosts>,
    /// How many there are in all.
    pub unlike_in_all: usize,
}

/// Unlike pairs in one aspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AspectCounts {
    /// `measure`, `severity`, `speed`, `warning`, `lasting`, `appeal`, `exemption`.
    pub aspect: String,
    /// Pairs in which the first group's case was treated more harshly.
    pub one: u64,
    /// Pairs in which the second group's case was.
    pub other: u64,
    /// The exact p that harshness falls on either alike; weighed alone, not among all aspects.
    #[serde(default)]
    pub p: Option<f64>,
}

/// Two like posts, one met with a measure and one not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnlikePosts {
    /// The first group's.
    pub one: LikePost,
    /// The second group's.
    pub other: LikePost,
    /// Whether a distinguishing reason is on record.
    pub explained: bool,
    /// The share of short stretches that both have in common; none: not measured.
    #[serde(default)]
    pub similarity: Option<f64>,
    /// How near they are by meaning, where a model read them: the cosine.
    #[serde(default)]
    pub meaning: Option<f64>,
}

/// One of them. Public: names no account and quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikePost {
    /// Its decision; none if nobody decided anything on it.
    pub decision: Option<DecisionId>,
    /// Whether it was met with a measure.
    pub measured: bool,
    /// The place of its event.
    #[serde(skip)]
    pub seq: i64,
}

/// What could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTested {
    /// The clause, if it is about one.
    pub clause: Option<ClauseId>,
    /// The grouping.
    pub grouping: String,
    /// Why.
    pub why: String,
}

/// Unlike pairs of two groups under one clause, counted from the first night on. Each set of like cases counts once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// The clause.
    pub clause: ClauseId,
    /// The grouping.
    pub grouping: String,
    /// The first group.
    pub one: String,
    /// The second group.
    pub other: String,
    /// Pairs counted, like and unlike.
    pub pairs: u64,
    /// Pairs in which only the first group's post was met with a measure.
    pub against_one: u64,
    /// Pairs in which only the second group's post was.
    pub against_other: u64,
    /// What a bet of 1 against even-handedness has become. Who alarms at 20 does so wrongly once in twenty streams at
    /// most, however often they look.
    pub bet: f64,
    /// The odds against the first group; the interval holds on all nights at once.
    pub odds: Option<Interval>,
    /// Whether the bet stands among those on all streams (false discoveries held at 5 %).
    pub alarm: bool,
}

impl Stream {
    /// Its name: what is counted under it.
    #[must_use]
    pub fn name(clause: &ClauseId, grouping: &str, (one, other): (&str, &str)) -> String {
        [clause.as_str(), grouping, one, other].join("\u{1f}")
    }
}

/// The audit on groups that were dealt to accounts by lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Clauses that could be compared.
    pub comparisons: usize,
    /// The least p.
    pub least_p: Option<f64>,
    /// Whether one was called a clear imbalance. That must happen once in twenty nights at most.
    pub alarmed: bool,
    /// Nights on which there was enough to tell, this one included.
    pub nights: u64,
    /// Of them, those on which it cried wolf.
    pub alarms: u64,
}

/// What people say who look at pairs blind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pairing {
    /// Pairs called alike by the matching that somebody looked at.
    pub alike: u64,
    /// Of them, those that people call different.
    pub wrongly_joined: u64,
    /// The share.
    pub wrongly_joined_share: Option<Interval>,
    /// Pairs that look alike and that the matching kept apart, that somebody looked at.
    pub apart: u64,
    /// Of them, those that people call the same.
    pub wrongly_parted: u64,
    /// The share.
    pub wrongly_parted_share: Option<Interval>,
    /// How many people looked.
    pub people: usize,
    /// Krippendorff's alpha of those who looked at the same pairs; none: too few did.
    pub agreement: Option<f64>,
}
