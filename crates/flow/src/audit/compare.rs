//! Compares the groups that the rulebook declares, clause by clause. Must not choose what it compares by outcome.

use super::gather::{Gathered, Item};
use super::report::{
    AspectCounts, ClauseReport, ComparisonReport, Control, EvennessReport, Interval, LikePost,
    NotTested, Pairing, UnlikePosts,
};
use super::words;
use jiff::Timestamp;
use likeness::audit::{Aspect, Case, Comparison, Judged, Verdict, compare, judge};
use likeness::statistics::{
    Divergence, DrawnPairs, LikeDecisions, Member, Table, breslow_day, conditional_logistic,
};
use model::ClauseId;
use rules::rulebook::{Grouping, Rulebook};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Groups of one grouping that are compared: the largest. All pairs of more would drown what matters.
pub(super) const MOST_GROUPS: usize = 6;
/// Unlike pairs that a report shows of one comparison.
const MOST_PAIRS: usize = 20;
/// Fewer cases in a cell of a language's table say nothing of whether languages differ.
const LEAST_IN_CELL: u64 = 5;
/// 95 % of a normal distribution lie within so many deviations.
const Z: f64 = 1.959_963_984_540_054;
/// A Wald interval from fewer sets than this would be trusted too far.
const LEAST_SETS: usize = 20;

/// Compares. Draws are made from `seed`.
#[must_use]
pub fn report(
    gathered: &Gathered,
    book: &Rulebook,
    (made_at, since): (Timestamp, Timestamp),
    deals: usize,
    seed: u64,
) -> EvennessReport {
    let mut audit = Audit::new(gathered, deals, seed);
    let mut reports: Vec<ClauseReport> = Vec::new();
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut controls: Vec<Comparison> = Vec::new();
    for clause in audit.clauses() {
        let cases = audit.cases(&clause);
        for (number, grouping) in book.audit.groupings.iter().enumerate() {
            found.extend(audit.compare_groups(reports.len(), &clause, (number, grouping), &cases));
        }
        controls.push(audit.control(&cases));
        reports.push(clause_report(clause, &cases, gathered.drawn));
    }
    let comparisons: Vec<Comparison> = found.iter().map(|one| one.comparison.clone()).collect();
    for (found, judged) in found.into_iter().zip(judge(&comparisons, 0.05)) {
        if let Some(report) = reports.get_mut(found.clause) {
            report.comparisons.push(comparison_report(&found, &judged, &gathered.items));
        }
    }
    let never_flagged = gathered.items.iter().filter(|item| !item.flagged).count();
    EvennessReport {
        id: String::new(),
        made_at,
        since,
        rulebook: book.version().clone(),
        threshold: book.audit.threshold,
        deals,
        seed,
        items: gathered.items.len(),
        never_flagged,
        never_flagged_drawn: gathered.drawn,
        draw_keys: Vec::new(),
        wordless: gathered.sets.wordless,
        sets: audit.members.values().filter(|set| set.len() > 1).count() as u64,
        parted: gathered.sets.parted,
        meaning: gathered.meaning.clone(),
        clauses: reports,
        not_tested: audit.not_tested,
        drift: Vec::new(),
        control: control(&controls),
        pairing: Pairing::default(),
    }
}

/// Two groups of one grouping, compared under one clause.
struct Found<'a> {
    clause: usize,
    grouping: &'a Grouping,
    one: String,
    other: String,
    comparison: Comparison,
    languages: Option<f64>,
    reports_equal: Option<Interval>,
}

struct Audit<'a> {
    gathered: &'a Gathered,
    /// The items of each set, in the order in which they came.
    members: HashMap<usize, Vec<usize>>,
    draws: Draws,
    deals: usize,
    seed: u64,
    not_tested: Vec<NotTested>,
}

impl<'a> Audit<'a> {
    fn new(gathered: &'a Gathered, deals: usize, seed: u64) -> Self {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for (key, set) in gathered.sets.set_of.iter().enumerate() {
            members.entry(*set).or_default().push(key);
        }
        Self { gathered, members, draws: Draws(seed), deals, seed, not_tested: Vec::new() }
    }

    fn clauses(&self) -> BTreeSet<ClauseId> {
        self.gathered.items.iter().flat_map(|item| item.breached.iter().cloned()).collect()
    }

    fn cases(&self, clause: &ClauseId) -> Vec<Case> {
        cases_of(self.gathered, &self.members, clause)
    }

    /// The same comparison on groups that were dealt to accounts by lot.
    fn control(&mut self, cases: &[Case]) -> Comparison {
        let coin = |account: u64| (Draws(self.seed ^ account.wrapping_mul(31)).next() & 1) as u32;
        let labelled: Vec<Case> =
            cases.iter().map(|case| Case { group: Some(coin(case.account)), ..*case }).collect();
        let draws = &mut self.draws;
        compare(&labelled, 0, 1, self.deals, |n| draws.below(n))
    }

    fn compare_groups<'g>(
        &mut self,
        at: usize,
        clause: &ClauseId,
        (number, grouping): (usize, &'g Grouping),
        cases: &[Case],
    ) -> Vec<Found<'g>> {
        let mut not_tested = Vec::new();
        let mut untested = |why: String| {
            let (clause, grouping) = (Some(clause.clone()), grouping.name.clone());
            not_tested.push(NotTested { clause, grouping, why });
        };
        let (names, left_out) = largest(&self.gathered.items, number, cases);
        if left_out > 0 {
            let groups = words::plural(left_out as u64, "smaller group was", "smaller groups were");
            untested(format!("{left_out} {groups} left out"));
        }
        if names.len() < 2 {
            untested("like cases come from fewer than two groups".to_owned());
        }
        let labelled = labelled(&self.gathered.items, number, &names, cases);
        let mut found = Vec::new();
        for (a, one) in (0u32..).zip(&names) {
            for (b, other) in (0u32..).zip(&names).filter(|(b, _)| *b > a) {
                let draws = &mut self.draws;
                let comparison = compare(&labelled, a, b, self.deals, |n| draws.below(n));
                if comparison.divergence.sets == 0 {
                    untested(format!("no set of like cases has both `{one}` and `{other}`"));
                    continue;
                }
                let of_two =
                    || labelled.iter().filter(|case| [Some(a), Some(b)].contains(&case.group));
                found.push(Found {
                    clause: at,
                    grouping,
                    one: one.clone(),
                    other: other.clone(),
                    languages: languages(&self.gathered.items, of_two(), a),
                    reports_equal: reports_equal(&self.gathered.items, of_two(), a),
                    comparison,
                });
            }
        }
        self.not_tested.append(&mut not_tested);
        found
    }
}

/// The cases of the sets that have company and at least one measure under the clause; without groups yet.
pub(super) fn cases_of(
    gathered: &Gathered,
    members: &HashMap<usize, Vec<usize>>,
    clause: &ClauseId,
) -> Vec<Case> {
    let measured = |item: &Item| item.breached.contains(clause) && item.treated(clause).measured;
    let each = gathered.items.iter().zip(&gathered.sets.set_of);
    let sets: BTreeSet<usize> =
        each.filter(|(item, _)| measured(item)).map(|(_, set)| *set).collect();
    let mut cases = Vec::new();
    for set in sets {
        let keys = members.get(&set).map(Vec::as_slice).unwrap_or_default();
        if keys.len() < 2 {
            continue;
        }
        cases.extend(keys.iter().filter_map(|key| {
            let item = gathered.items.get(*key)?;
            let (account, treatment) = (item.account, item.treated(clause));
            Some(Case { key: *key, set, account, group: None, treatment })
        }));
    }
    cases
}

/// The largest groups of a grouping among these cases, and how many smaller ones there are.
pub(super) fn largest(items: &[Item], grouping: usize, cases: &[Case]) -> (Vec<String>, usize) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        let groups = items.get(case.key).map(|item| &item.groups);
        if let Some(Some(group)) = groups.and_then(|groups| groups.get(grouping)) {
            *counts.entry(group).or_default() += 1;
        }
    }
    let mut names: Vec<(&str, usize)> = counts.into_iter().collect();
    names.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let left_out = names.len().saturating_sub(MOST_GROUPS);
    (names.into_iter().take(MOST_GROUPS).map(|(name, _)| name.to_owned()).collect(), left_out)
}

pub(super) fn labelled(
    items: &[Item],
    grouping: usize,
    names: &[String],
    cases: &[Case],
) -> Vec<Case> {
    let group = |case: &Case| {
        let group = items.get(case.key)?.groups.get(grouping)?.as_deref()?;
        u32::try_from(names.iter().position(|name| name == group)?).ok()
    };
    cases.iter().map(|case| Case { group: group(case), ..*case }).collect()
}

/// The p that the odds are the same in every language, over languages with enough cases.
fn languages<'c>(items: &[Item], cases: impl Iterator<Item = &'c Case>, one: u32) -> Option<f64> {
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for case in cases {
        let Some(language) = items.get(case.key).and_then(|item| item.language.as_deref()) else {
            continue;
        };
        let table = tables.entry(language).or_default();
        let cell = match (case.group == Some(one), case.treatment.measured) {
            (true, true) => &mut table.one_yes,
            (true, false) => &mut table.one_no,
            (false, true) => &mut table.other_yes,
            (false, false) => &mut table.other_no,
        };
        *cell += 1;
    }
    let enough = |table: &Table| {
        let Table { one_yes, one_no, other_yes, other_no } = *table;
        [one_yes, one_no, other_yes, other_no].iter().all(|cell| *cell >= LEAST_IN_CELL)
    };
    let tables: Vec<Table> = tables.into_values().filter(enough).collect();
    breslow_day(&tables).map(|found| found.p)
}

/// The odds within sets, with it held equal whether somebody reported the post.
fn reports_equal<'c>(
    items: &[Item],
    cases: impl Iterator<Item = &'c Case>,
    one: u32,
) -> Option<Interval> {
    let mut sets: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for case in cases {
        let reported = items.get(case.key).is_some_and(|item| item.reported);
        let covariates = [case.group == Some(one), reported].map(|flag| f64::from(u8::from(flag)));
        let measured = case.treatment.measured;
        let member = Member { covariates: covariates.to_vec(), measured };
        sets.entry(case.set).or_default().push(member);
    }
    let sets: Vec<Vec<Member>> = sets.into_values().collect();
    let fitted = conditional_logistic(&sets).filter(|fitted| fitted.used >= LEAST_SETS)?;
    let effect = fitted.effects.first()?;
    let at = |z: f64| (effect.log_odds + z * effect.standard_error).exp();
    let (low, high) = (at(-Z), at(Z));
    high.is_finite().then_some(Interval { value: at(0.0), low, high: Some(high) })
}

fn clause_report(clause: ClauseId, cases: &[Case], drawn: f64) -> ClauseReport {
    let divergence = divergence(cases);
    ClauseReport {
        clause,
        sets: divergence.sets,
        divergent: divergence.divergent,
        unexplained: divergence.unexplained,
        divergence: divergence.rate(0.95).map(|(value, found)| Interval {
            value,
            low: found.low,
            high: Some(found.high),
        }),
        of_two: divergence.of_two().filter(|_| drawn >= 1.0),
        of_pairs: of_pairs(cases, drawn),
        comparisons: Vec::new(),
    }
}

/// The share of all pairs of like cases that were decided unlike, those not drawn included.
pub(super) fn of_pairs(cases: &[Case], drawn: f64) -> Option<Interval> {
    let mut sums = DrawnPairs::default();
    decisions(cases).for_each(|set| sums.add(set, drawn));
    let (value, found) = sums.share(Z)?;
    Some(Interval { value, low: found.low, high: Some(found.high) })
}

pub(super) fn divergence(cases: &[Case]) -> Divergence {
    decisions(cases).collect()
}

/// How each set was decided that has at least one measure.
fn decisions(cases: &[Case]) -> impl Iterator<Item = LikeDecisions> {
    let mut sets: BTreeMap<usize, LikeDecisions> = BTreeMap::new();
    for case in cases {
        let set = sets.entry(case.set).or_default();
        set.measured += u64::from(case.treatment.measured);
        set.left += u64::from(!case.treatment.measured);
        set.explained |= case.treatment.explained;
    }
    sets.into_values().filter(|set| set.measured > 0)
}

fn control(controls: &[Comparison]) -> Option<Control> {
    let judged = judge(controls, 0.05);
    let ps = || judged.iter().filter_map(|one| one.p);
    let comparisons = ps().count();
    let alarmed = judged.iter().any(|one| one.verdict == Verdict::Clear);
    let least_p = ps().min_by(f64::total_cmp);
    let (nights, alarms) = (1, u64::from(alarmed));
    (comparisons > 0).then_some(Control { comparisons, least_p, alarmed, nights, alarms })
}

fn comparison_report(found: &Found<'_>, judged: &Judged, items: &[Item]) -> ComparisonReport {
    let names = (found.one.as_str(), found.other.as_str());
    let comparison = &found.comparison;
    let numbers = Numbers::of(comparison, found.languages);
    let mut unlike: Vec<UnlikePosts> = comparison
        .unlike
        .iter()
        .filter_map(|both| {
            let post = |key: usize, measured| {
                let item = items.get(key)?;
                Some(LikePost { decision: item.decision, measured, seq: item.seq })
            };
            let one = post(both.one, both.against_one)?;
            let other = post(both.other, !both.against_one)?;
            Some(UnlikePosts {
                one,
                other,
                explained: both.explained,
                similarity: None,
                meaning: None,
            })
        })
        .collect();
    let unlike_in_all = unlike.len();
    unlike.sort_by_key(|both| both.explained);
    unlike.truncate(MOST_PAIRS);
    ComparisonReport {
        grouping: found.grouping.name.clone(),
        title: found.grouping.title.clone(),
        one: found.one.clone(),
        other: found.other.clone(),
        verdict: judged.verdict.phrase().to_owned(),
        sentence: words::finding(names, comparison),
        power: words::power(comparison, judged),
        cases: comparison.cases,
        sets: (comparison.sums.used, comparison.sums.dropped),
        aspects: Aspect::ALL.map(|aspect| counts(comparison, aspect)).into(),
        odds: numbers.odds,
        pair_odds: numbers.pair_odds,
        odds_reports_equal: found.reports_equal,
        same_in_every_language: found.languages,
        p: judged.p,
        gamma: numbers.gamma,
        bet: numbers.bet,
        finds: judged.finds,
        unlike,
        unlike_in_all,
    }
}

/// The numbers that follow from a comparison alone, as a report shows them.
pub(super) struct Numbers {
    pub(super) odds: Option<Interval>,
    pub(super) pair_odds: Option<Interval>,
    pub(super) gamma: Option<f64>,
    pub(super) bet: f64,
}

impl Numbers {
    /// `languages`: the p that the odds are the same in every language.
    pub(super) fn of(found: &Comparison, languages: Option<f64>) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        let differs = languages.is_some_and(|p| p < 0.05);
        let odds = found.odds.filter(|odds| odds.odds_ratio.is_finite() && !differs);
        let pairs = found.pairs_of(Aspect::Measure);
        let exact = pairs.odds_ratio().and_then(finite).zip(pairs.interval(0.95));
        Self {
            odds: odds.map(|odds| Interval {
                value: odds.odds_ratio,
                low: odds.interval.low,
                high: finite(odds.interval.high),
            }),
            pair_odds: exact.map(|(value, found)| Interval {
                value,
                low: found.low,
                high: finite(found.high),
            }),
            gamma: found.gamma.and_then(finite),
            bet: found.ln_e.min(700.0).exp(),
        }
    }
}

pub(super) fn counts(found: &Comparison, aspect: Aspect) -> AspectCounts {
    let pairs = found.pairs_of(aspect);
    let (one, other) = (pairs.only_one, pairs.only_other);
    let p = (one + other > 0).then(|| pairs.exact_p());
    AspectCounts { aspect: words::aspect(aspect).to_owned(), one, other, p }
}

/// Draws that anybody can repeat: SplitMix64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        let drawn = usize::try_from(self.next() >> 1).unwrap_or(0);
        drawn.checked_rem(n).unwrap_or(0)
    }
}
