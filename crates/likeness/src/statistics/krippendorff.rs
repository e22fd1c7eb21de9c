//! Do those who decide agree with each other more than chance would have them?
//!
//! Krippendorff's α = 1 − Dₒ / Dₑ over cases that any number of people (or models) decided, gaps allowed.
//! Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).

use std::collections::BTreeMap;

use super::Interval;

/// How far apart two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scale {
    /// The same or not: clauses, outcomes.
    Nominal,
    /// By rank: severities.
    Ordinal,
    /// By difference.
    Interval,
    /// By difference relative to size: durations.
    Ratio,
}

/// Agreement among those who decided the same cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// 1: complete; 0: as by chance; below: worse than chance.
    pub alpha: f64,
    /// The share of pairs of values that are the same, always to be shown beside α: where almost all cases
    /// have one outcome, α is low however often people agree.
    pub raw: f64,
    /// Cases with at least two values.
    pub cases: usize,
    /// Values in these cases.
    pub values: usize,
}

/// α of `cases`, each the values that it was given. Values are small whole numbers; what they mean is the
/// caller's. None if no case has two values, or if all values are the same (chance and agreement coincide).
///
/// ```
/// use likeness::statistics::{Scale, krippendorff_alpha};
/// let cases = [vec![1, 1], vec![0, 0], vec![1, 0], vec![0]];
/// let found = krippendorff_alpha(&cases, Scale::Nominal).unwrap();
/// assert_eq!((found.cases, found.values), (3, 6));
/// assert!((found.alpha - (1.0 - 5.0 * 2.0 / 18.0)).abs() < 1e-12);
/// ```
#[must_use]
pub fn krippendorff_alpha(cases: &[Vec<u32>], scale: Scale) -> Option<Agreement> {
    alpha(cases.iter().map(Vec::as_slice), scale)
}

/// An interval of α by drawing cases with replacement, `draws` times (percentiles).
///
/// `pick(n)` must give a whole number below n; the randomness is the caller's. Draws in which α does not
/// exist are left out.
pub fn krippendorff_interval(
    cases: &[Vec<u32>],
    scale: Scale,
    confidence: f64,
    draws: usize,
    mut pick: impl FnMut(usize) -> usize,
) -> Option<Interval> {
    let cases: Vec<&[u32]> =
        cases.iter().map(Vec::as_slice).filter(|values| values.len() > 1).collect();
    let mut alphas: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let drawn: Vec<&[u32]> =
                cases.iter().filter_map(|_| cases.get(pick(cases.len())).copied()).collect();
            alpha(drawn.into_iter(), scale).map(|found| found.alpha)
        })
        .collect();
    alphas.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = alphas.len().checked_sub(1)?;
        alphas.get((share * last as f64).round() as usize).copied()
    };
    let tail = (1.0 - confidence) / 2.0;
    Some(Interval { low: at(tail)?, high: at(1.0 - tail)? })
}

fn alpha<'a>(cases: impl Iterator<Item = &'a [u32]>, scale: Scale) -> Option<Agreement> {
    let mut coincidences: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    let mut totals: BTreeMap<u32, f64> = BTreeMap::new();
    let mut used = 0;
    for values in cases.filter(|values| values.len() > 1) {
        used += 1;
        let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
        values.iter().for_each(|value| *counts.entry(*value).or_default() += 1.0);
        for (c, of_c) in &counts {
            *totals.entry(*c).or_default() += of_c;
            for (k, of_k) in &counts {
                let others = if c == k { of_k - 1.0 } else { *of_k };
                *coincidences.entry((*c, *k)).or_default() +=
                    of_c * others / (values.len() as f64 - 1.0);
            }
        }
    }
    let values: f64 = totals.values().sum();
    let distance = Distance::new(scale, &totals);
    let observed: f64 =
        coincidences.iter().map(|((c, k), weight)| weight * distance.between(*c, *k)).sum();
    let mut expected = 0.0;
    for (c, of_c) in &totals {
        for (k, of_k) in &totals {
            expected += of_c * of_k * distance.between(*c, *k);
        }
    }
    let same: f64 =
        coincidences.iter().filter(|((c, k), _)| c == k).map(|(_, weight)| weight).sum();
    (expected > 0.0).then(|| Agreement {
        alpha: 1.0 - (values - 1.0) * observed / expected,
        raw: same / values,
        cases: used,
        values: values as usize,
    })
}

/// Squared distances on a scale.
#[derive(Debug)]
struct Distance {
    scale: Scale,
    /// For ranks: how many values lie below the middle of each value's own.
    ranks: BTreeMap<u32, f64>,
}

impl Distance {
    fn new(scale: Scale, totals: &BTreeMap<u32, f64>) -> Self {
        let mut below = 0.0;
        let ranks = totals.iter().map(|(value, count)| {
            below += count;
            (*value, below - count / 2.0)
        });
        Self { scale, ranks: ranks.collect() }
    }

    fn between(&self, c: u32, k: u32) -> f64 {
        let (x, y) = (f64::from(c), f64::from(k));
        let rank = |value| self.ranks.get(&value).copied().unwrap_or_default();
        match self.scale {
            _ if c == k => 0.0,
            Scale::Nominal => 1.0,
            Scale::Ordinal => (rank(c) - rank(k)).powi(2),
            Scale::Interval => (x - y).powi(2),
            Scale::Ratio => ((x - y) / (x + y)).powi(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    /// Rows of people as published, `0` where somebody gave no value; turned into cases.
    fn cases<const N: usize>(people: &[[u32; N]]) -> Vec<Vec<u32>> {
        (0..N).map(|at| people.iter().map(|row| row[at]).filter(|v| *v > 0).collect()).collect()
    }

    /// Krippendorff (2011), section C: four observers, twelve units.
    fn paper() -> Vec<Vec<u32>> {
        cases(&[
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ])
    }

    #[test]
    fn the_paper_of_2011_on_all_four_scales() {
        for (scale, published) in [
            (Scale::Nominal, 0.7434),
            (Scale::Ordinal, 0.8154),
            (Scale::Interval, 0.8491),
            (Scale::Ratio, 0.7974),
        ] {
            let found = krippendorff_alpha(&paper(), scale).unwrap();
            assert!((found.alpha - published).abs() < 5e-5, "{scale:?}: {}", found.alpha);
            assert_eq!((found.cases, found.values), (11, 40));
        }
    }

    #[test]
    fn the_example_with_three_coders() {
        let example = cases(&[
            [0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3],
            [1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0],
            [0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4],
        ]);
        let alpha = |scale| krippendorff_alpha(&example, scale).unwrap().alpha;
        assert!((alpha(Scale::Nominal) - 0.6914).abs() < 5e-5);
        assert!((alpha(Scale::Interval) - 0.8108).abs() < 5e-5);
    }

    #[test]
    fn for_two_people_it_is_close_to_cohen_and_exact_by_hand() {
        // Cohen's 20/5/10/15: 50 cases; o = 15 unlike pairs, margins 55 and 45.
        let table = [(20, [1, 1]), (5, [1, 0]), (10, [0, 1]), (15, [0, 0])];
        let cases: Vec<Vec<u32>> =
            table.iter().flat_map(|(times, pair)| vec![pair.to_vec(); *times]).collect();
        let found = krippendorff_alpha(&cases, Scale::Nominal).unwrap();
        assert_six_digits(found.alpha, 1.0 - 99.0 * 30.0 / (2.0 * 55.0 * 45.0));
        assert_six_digits(found.raw, 0.7);
    }

    #[test]
    fn without_comparison_there_is_no_agreement() {
        assert_eq!(krippendorff_alpha(&[], Scale::Nominal), None);
        assert_eq!(krippendorff_alpha(&[vec![1], vec![2]], Scale::Nominal), None);
        assert_eq!(krippendorff_alpha(&[vec![1, 1], vec![1, 1]], Scale::Nominal), None);
        assert_eq!(krippendorff_interval(&[], Scale::Nominal, 0.95, 9, |_| 0), None);
    }

    #[test]
    fn the_interval_covers_the_value_and_repeats_with_its_seed() {
        let interval = |mut seed: u64| {
            krippendorff_interval(&paper(), Scale::Nominal, 0.95, 2_000, move |n| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) as usize % n
            })
        };
        let found = interval(1).unwrap();
        assert!(found.low < 0.7434 && 0.7434 < found.high, "{found:?}");
        assert!(found.low > 0.3 && found.high <= 1.0, "{found:?}");
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }
}
