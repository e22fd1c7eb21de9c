//! Two groups under one clause.

use std::collections::BTreeMap;

use super::{Aspect, Case};
use crate::statistics::{
    CommonOdds, Dealt, Divergence, LikeDecisions, MatchedPairs, Monitor, Permutation, StratumSums,
    Table, gamma_bound, permutation,
};

/// Two like cases of the two groups that were decided unlike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnlikePair {
    /// The caller's number of the first group's case.
    pub one: usize,
    /// The caller's number of the second group's case.
    pub other: usize,
    /// Was it the first that was met with a measure?
    pub against_one: bool,
    /// Is a distinguishing fact on record?
    pub explained: bool,
}

/// What the like cases of two groups tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Cases of the first and of the second group, in sets of like cases or not.
    pub cases: (u64, u64),
    /// Sets of like cases that have both groups, and how many of them were decided unlike, explained or not.
    pub divergence: Divergence,
    /// One pair for each set that has both groups, fixed before the outcomes were looked at: the first case of
    /// each group. Counted for each [`Aspect`].
    pub pairs: BTreeMap<Aspect, MatchedPairs>,
    /// All cases of all sets: the common odds of a measure. Infinite or 0 if all point one way.
    pub odds: Option<CommonOdds>,
    /// Sums that add up over shards.
    pub sums: StratumSums,
    /// The labels dealt anew among the accounts.
    pub permutation: Option<Permutation>,
    /// How strong a hidden difference would have to be to explain the pairs.
    pub gamma: Option<f64>,
    /// ln of what a bet against even-handedness on these pairs has won.
    pub ln_e: f64,
    /// The pairs decided unlike.
    pub unlike: Vec<UnlikePair>,
}

/// Compares group `one` with group `other` over `cases`. Labels are dealt `deals` times; `pick(n)` must give a
/// whole number below n.
///
/// ```
/// use likeness::audit::{Aspect, Case, Treatment, compare};
/// let case = |key: usize, group| Case {
///     key, set: key / 2, account: key as u64, group: Some(group),
///     treatment: Treatment { measured: group == 1 || key % 5 == 0, ..Treatment::default() },
/// };
/// let cases: Vec<Case> = (0..80).map(|key| case(key, key as u32 % 2)).collect();
/// let mut seed = 7usize;
/// let found = compare(&cases, 1, 0, 499, |n| {
///     seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
///     (seed >> 33) % n
/// });
/// assert_eq!(found.pairs[&Aspect::Measure].only_one, 32);
/// assert!(found.permutation.unwrap().p < 0.01);
/// ```
pub fn compare(
    cases: &[Case],
    one: u32,
    other: u32,
    deals: usize,
    pick: impl FnMut(usize) -> usize,
) -> Comparison {
    let mut sets: BTreeMap<usize, (Vec<&Case>, Vec<&Case>)> = BTreeMap::new();
    let mut counts = (0, 0);
    for case in cases {
        if case.group == Some(one) {
            counts.0 += 1;
            sets.entry(case.set).or_default().0.push(case);
        } else if case.group == Some(other) {
            counts.1 += 1;
            sets.entry(case.set).or_default().1.push(case);
        }
    }
    sets.retain(|_, (ones, others)| !ones.is_empty() && !others.is_empty());
    let mut found = Comparison {
        cases: counts,
        divergence: Divergence::default(),
        pairs: Aspect::ALL.map(|aspect| (aspect, MatchedPairs::default())).into(),
        odds: None,
        sums: StratumSums::default(),
        permutation: None,
        gamma: None,
        ln_e: 0.0,
        unlike: Vec::new(),
    };
    let mut dealt = Vec::with_capacity(sets.len());
    for (ones, others) in sets.values() {
        found.add(ones, others);
        let member = |of_one| {
            move |case: &&Case| Dealt {
                account: case.account,
                of_one,
                measured: case.treatment.measured,
            }
        };
        dealt.push(ones.iter().map(member(true)).chain(others.iter().map(member(false))).collect());
    }
    let measure = found.pairs.get(&Aspect::Measure).copied().unwrap_or_default();
    found.odds = found.sums.common_odds(0.95);
    found.gamma = gamma_bound(measure, 0.05);
    let bet = Monitor { against_one: measure.only_one, against_other: measure.only_other };
    found.ln_e = bet.ln_e();
    found.permutation = permutation(&dealt, deals, pick);
    found
}

impl Comparison {
    fn add(&mut self, ones: &[&Case], others: &[&Case]) {
        let split = |cases: &[&Case]| {
            let yes = cases.iter().filter(|case| case.treatment.measured).count() as u64;
            (yes, cases.len() as u64 - yes)
        };
        let ((one_yes, one_no), (other_yes, other_no)) = (split(ones), split(others));
        self.sums.add(Table { one_yes, one_no, other_yes, other_no });
        let explained = ones.iter().chain(others).any(|case| case.treatment.explained);
        self.divergence.add(LikeDecisions {
            measured: one_yes + other_yes,
            left: one_no + other_no,
            explained,
        });
        let (Some(one), Some(other)) = (ones.first(), others.first()) else { return };
        for (aspect, pairs) in &mut self.pairs {
            match aspect.harsher(&one.treatment, &other.treatment) {
                Some(true) => pairs.only_one += 1,
                Some(false) => pairs.only_other += 1,
                None => {}
            }
        }
        if let Some(against_one) = Aspect::Measure.harsher(&one.treatment, &other.treatment) {
            let explained = one.treatment.explained || other.treatment.explained;
            self.unlike.push(UnlikePair { one: one.key, other: other.key, against_one, explained });
        }
    }

    /// The counts of one aspect.
    #[must_use]
    pub fn pairs_of(&self, aspect: Aspect) -> MatchedPairs {
        self.pairs.get(&aspect).copied().unwrap_or_default()
    }
}
