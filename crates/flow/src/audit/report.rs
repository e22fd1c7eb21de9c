//! What the audit says: numbers with their intervals, one of four phrases for each comparison, and the pairs.

use super::gather::{Gathered, Item};
use jiff::Timestamp;
use likeness::audit::{Aspect, Case, Comparison, Judged, Treatment, compare, judge};
use likeness::statistics::{Divergence, LikeDecisions};
use model::{ClauseId, DecidedBy, DecisionId, ItemId, Measure, RulebookVersion};
use rules::rulebook::{Grouping, Rulebook};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Groups of one grouping that are compared: the largest. All pairs of more would drown what matters.
const MOST_GROUPS: usize = 6;
/// Unlike pairs that a report shows of one comparison.
const MOST_PAIRS: usize = 20;

/// An interval at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// What was found.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end; none: without end.
    pub high: Option<f64>,
}

/// Whether like cases are treated alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvennessReport {
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
    /// Items without words; they are like nothing.
    pub wordless: usize,
    /// Sets of at least two like cases.
    pub sets: u64,
    /// Pairs that looked alike and say different things.
    pub parted: usize,
    /// What was compared, clause by clause.
    pub clauses: Vec<ClauseReport>,
    /// What could not be compared, and why.
    pub not_tested: Vec<NotTested>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseReport {
    /// The clause.
    pub clause: ClauseId,
    /// Sets of like cases with at least one case under the clause.
    pub sets: u64,
    /// Of them, those decided unlike.
    pub divergent: u64,
    /// Of these, those without a recorded reason.
    pub unexplained: u64,
    /// The share decided unlike.
    pub divergence: Option<Interval>,
    /// The groups compared.
    pub comparisons: Vec<ComparisonReport>,
}

/// Two groups under one clause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonReport {
    /// The grouping.
    pub grouping: String,
    /// The first group.
    pub one: String,
    /// The second group.
    pub other: String,
    /// One of four phrases.
    pub verdict: &'static str,
    /// The finding in a sentence.
    pub sentence: String,
    /// Cases of the first and of the second group.
    pub cases: (u64, u64),
    /// Sets that have both groups and both outcomes; sets that lack one.
    pub sets: (u64, u64),
    /// Counts of unlike pairs, aspect by aspect.
    pub aspects: Vec<AspectCounts>,
    /// The common odds of a measure, first group to second.
    pub odds: Option<Interval>,
    /// The p of dealing the labels among accounts.
    pub p: Option<f64>,
    /// How strong a hidden difference would have to be to explain the pairs; none: the finding does not stand.
    pub gamma: Option<f64>,
    /// What a bet of 1 against even-handedness has become.
    pub bet: f64,
    /// The odds that so many unlike pairs would find four times in five.
    pub finds: Option<f64>,
    /// Pairs decided unlike, the unexplained first.
    pub unlike: Vec<UnlikePosts>,
    /// How many there are in all.
    pub unlike_in_all: usize,
}

/// Unlike pairs in one aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AspectCounts {
    /// `measure`, `severity`, `speed`, `warning`, `lasting`.
    pub aspect: &'static str,
    /// Pairs in which the first group's case was treated more harshly.
    pub one: u64,
    /// Pairs in which the second group's case was.
    pub other: u64,
}

/// Two like posts, one met with a measure and one not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnlikePosts {
    /// The first group's.
    pub one: LikePost,
    /// The second group's.
    pub other: LikePost,
    /// Whether a distinguishing reason is on record.
    pub explained: bool,
}

/// One of them. Public: names no account and quotes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LikePost {
    /// The item.
    pub item: ItemId,
    /// Its decision.
    pub decision: Option<DecisionId>,
    /// Whether it was met with a measure.
    pub measured: bool,
}

/// What could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotTested {
    /// The clause, if it is about one.
    pub clause: Option<ClauseId>,
    /// The grouping.
    pub grouping: String,
    /// Why.
    pub why: String,
}

/// Compares. Draws are made from `seed`.
#[must_use]
pub fn report(
    gathered: &Gathered,
    book: &Rulebook,
    (made_at, since): (Timestamp, Timestamp),
    deals: usize,
    seed: u64,
) -> EvennessReport {
    let mut audit = Audit { gathered, draws: Draws(seed), deals, not_tested: Vec::new() };
    let sizes = audit.sizes();
    let clauses: BTreeSet<&ClauseId> =
        gathered.items.iter().flat_map(|item| item.breached()).collect();
    let mut reports: Vec<ClauseReport> = Vec::new();
    let mut found: Vec<(usize, Pair<'_>, Comparison)> = Vec::new();
    for clause in clauses {
        let cases = audit.cases(clause, &sizes);
        reports.push(clause_report(clause, &cases));
        for (number, grouping) in book.audit.groupings.iter().enumerate() {
            for (pair, comparison) in audit.compare_groups(clause, (number, grouping), &cases) {
                found.push((reports.len() - 1, pair, comparison));
            }
        }
    }
    let comparisons: Vec<Comparison> = found.iter().map(|(_, _, one)| one.clone()).collect();
    for ((at, pair, comparison), judged) in found.into_iter().zip(judge(&comparisons, 0.05)) {
        if let Some(report) = reports.get_mut(at) {
            let one = comparison_report(&pair, &comparison, &judged, &gathered.items);
            report.comparisons.push(one);
        }
    }
    EvennessReport {
        made_at,
        since,
        rulebook: book.version().clone(),
        threshold: book.audit.threshold,
        deals,
        seed,
        items: gathered.items.len(),
        never_flagged: gathered.items.iter().filter(|item| item.decision.is_none()).count(),
        wordless: gathered.wordless,
        sets: sizes.values().filter(|size| **size > 1).count() as u64,
        parted: gathered.parted,
        clauses: reports,
        not_tested: audit.not_tested,
    }
}

/// Two groups of one grouping.
struct Pair<'a> {
    grouping: &'a Grouping,
    one: String,
    other: String,
}

struct Audit<'a> {
    gathered: &'a Gathered,
    draws: Draws,
    deals: usize,
    not_tested: Vec<NotTested>,
}

impl Audit<'_> {
    fn sizes(&self) -> BTreeMap<usize, usize> {
        let mut sizes = BTreeMap::new();
        self.gathered.sets.iter().for_each(|set| *sizes.entry(*set).or_default() += 1);
        sizes
    }

    /// The cases of the sets that have company, treated as the clause says; without groups yet.
    fn cases(&self, clause: &ClauseId, sizes: &BTreeMap<usize, usize>) -> Vec<Case> {
        let each = self.gathered.items.iter().zip(&self.gathered.sets).enumerate();
        each.filter(|(_, (_, set))| sizes.get(set).is_some_and(|size| *size > 1))
            .map(|(key, (item, set))| Case {
                key,
                set: *set,
                account: item.account,
                group: None,
                treatment: treatment(item, clause),
            })
            .collect()
    }

    fn compare_groups<'g>(
        &mut self,
        clause: &ClauseId,
        (number, grouping): (usize, &'g Grouping),
        cases: &[Case],
    ) -> Vec<(Pair<'g>, Comparison)> {
        let group = |case: &Case| self.gathered.items.get(case.key)?.groups.get(number)?.as_deref();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        cases.iter().filter_map(group).for_each(|group| *counts.entry(group).or_default() += 1);
        let mut names: Vec<(&str, usize)> = counts.into_iter().collect();
        names.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let left_out = names.len().saturating_sub(MOST_GROUPS);
        names.truncate(MOST_GROUPS);
        let mut not_tested = Vec::new();
        let mut untested = |why: String| {
            let (clause, grouping) = (Some(clause.clone()), grouping.name.clone());
            not_tested.push(NotTested { clause, grouping, why });
        };
        if left_out > 0 {
            untested(format!("{left_out} smaller groups were left out"));
        }
        if names.len() < 2 {
            untested("like cases come from fewer than two groups".to_owned());
        }
        let labelled: Vec<Case> = cases
            .iter()
            .map(|case| {
                let at =
                    group(case).and_then(|name| names.iter().position(|(other, _)| *other == name));
                Case { group: at.and_then(|at| u32::try_from(at).ok()), ..*case }
            })
            .collect();
        let mut found = Vec::new();
        let numbered: Vec<(u32, &str)> =
            (0u32..).zip(names.iter().map(|(name, _)| *name)).collect();
        for (a, one) in &numbered {
            for (b, other) in numbered.iter().filter(|(b, _)| b > a) {
                let draws = &mut self.draws;
                let comparison = compare(&labelled, *a, *b, self.deals, |n| draws.below(n));
                if comparison.divergence.sets == 0 {
                    untested(format!("no set of like cases has both `{one}` and `{other}`"));
                    continue;
                }
                let pair = Pair { grouping, one: (*one).to_owned(), other: (*other).to_owned() };
                found.push((pair, comparison));
            }
        }
        self.not_tested.append(&mut not_tested);
        found
    }
}

fn treatment(item: &Item, clause: &ClauseId) -> Treatment {
    let Some(decision) = &item.decision else { return Treatment::default() };
    let measured = item.breached().contains(clause) && !decision.measures.is_empty();
    let punished = decision.measures.iter().any(Measure::punishes);
    let warned = decision.emergency.is_none()
        && decision.ladder.as_ref().is_some_and(|ladder| ladder.step > 0);
    let waited = decision.decided_at.duration_since(item.posted_at);
    Treatment {
        measured,
        severity: decision.measures.iter().map(severity).max().unwrap_or(0),
        hours: measured.then(|| waited.as_secs_f64() / 3600.0),
        warned: (measured && punished).then_some(warned),
        undone: measured.then_some(item.undone),
        explained: decision.reason.is_some() && matches!(decision.by, DecidedBy::People(_)),
    }
}

/// The order of measures from mild to grave.
const fn severity(measure: &Measure) -> u32 {
    match measure {
        Measure::Label { .. } => 1,
        Measure::Notice => 2,
        Measure::Demote => 3,
        Measure::AgeGate => 4,
        Measure::Remove => 5,
        Measure::Warn => 6,
        Measure::Lock { .. } => 7,
        Measure::Suspend { .. } => 8,
        Measure::Ban => 9,
    }
}

fn clause_report(clause: &ClauseId, cases: &[Case]) -> ClauseReport {
    let mut sets: BTreeMap<usize, LikeDecisions> = BTreeMap::new();
    for case in cases {
        let set = sets.entry(case.set).or_default();
        set.measured += u64::from(case.treatment.measured);
        set.left += u64::from(!case.treatment.measured);
        set.explained |= case.treatment.explained;
    }
    let divergence: Divergence = sets.into_values().filter(|set| set.measured > 0).collect();
    let interval = |(value, found): (f64, likeness::statistics::Interval)| Interval {
        value,
        low: found.low,
        high: Some(found.high),
    };
    ClauseReport {
        clause: clause.clone(),
        sets: divergence.sets,
        divergent: divergence.divergent,
        unexplained: divergence.unexplained,
        divergence: divergence.rate(0.95).map(interval),
        comparisons: Vec::new(),
    }
}

fn comparison_report(
    pair: &Pair<'_>,
    found: &Comparison,
    judged: &Judged,
    items: &[Item],
) -> ComparisonReport {
    let post = |key: usize, measured| {
        let item = items.get(key)?;
        Some(LikePost { item: item.item.clone(), decision: item.decision_id(), measured })
    };
    let mut unlike: Vec<UnlikePosts> = found
        .unlike
        .iter()
        .filter_map(|both| {
            let one = post(both.one, both.against_one)?;
            let other = post(both.other, !both.against_one)?;
            Some(UnlikePosts { one, other, explained: both.explained })
        })
        .collect();
    let unlike_in_all = unlike.len();
    unlike.sort_by_key(|both| both.explained);
    unlike.truncate(MOST_PAIRS);
    let finite = |value: f64| value.is_finite().then_some(value);
    ComparisonReport {
        grouping: pair.grouping.name.clone(),
        one: pair.one.clone(),
        other: pair.other.clone(),
        verdict: judged.verdict.phrase(),
        sentence: sentence(pair, found),
        cases: found.cases,
        sets: (found.sums.used, found.sums.dropped),
        aspects: Aspect::ALL.map(|aspect| counts(found, aspect)).into(),
        odds: found.odds.filter(|odds| odds.odds_ratio.is_finite()).map(|odds| Interval {
            value: odds.odds_ratio,
            low: odds.interval.low,
            high: finite(odds.interval.high),
        }),
        p: judged.p,
        gamma: found.gamma.and_then(finite),
        bet: found.ln_e.min(700.0).exp(),
        finds: judged.finds,
        unlike,
        unlike_in_all,
    }
}

fn sentence(pair: &Pair<'_>, found: &Comparison) -> String {
    let counts = found.pairs_of(Aspect::Measure);
    let (sets, unlike) = (found.divergence.sets, counts.only_one + counts.only_other);
    let (one, other) = (&pair.one, &pair.other);
    format!(
        "Of {sets} pairs of like posts, one by each group, {unlike} were decided unlike: in {} only the post of \
         `{one}` was met with a measure, in {} only that of `{other}`.",
        counts.only_one, counts.only_other
    )
}

fn counts(found: &Comparison, aspect: Aspect) -> AspectCounts {
    let pairs = found.pairs_of(aspect);
    let name = match aspect {
        Aspect::Measure => "measure",
        Aspect::Severity => "severity",
        Aspect::Speed => "speed",
        Aspect::Warning => "warning",
        Aspect::Lasting => "lasting",
    };
    AspectCounts { aspect: name, one: pairs.only_one, other: pairs.only_other }
}

/// Draws that anybody can repeat: SplitMix64.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let drawn = usize::try_from((z ^ (z >> 31)) >> 1).unwrap_or(0);
        drawn.checked_rem(n).unwrap_or(0)
    }
}
