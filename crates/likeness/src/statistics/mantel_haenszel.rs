//! Sets of like cases of any size: the odds of a measure for one group against another, set by set.

use std::iter::Sum;

use super::{
    Interval,
    special::{chi_squared_tail, two_sided_z},
};

/// One set of like cases: what happened to those of the first group and of the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Table {
    /// First group, met with a measure.
    pub one_yes: u64,
    /// First group, left alone.
    pub one_no: u64,
    /// Second group, met with a measure.
    pub other_yes: u64,
    /// Second group, left alone.
    pub other_no: u64,
}

impl Table {
    /// The counts a, b, c, d as numbers.
    pub(super) fn cells(self) -> [f64; 4] {
        [self.one_yes, self.one_no, self.other_yes, self.other_no].map(|count| count as f64)
    }

    /// Can this set say anything about the direction? Only if it has both groups and both outcomes.
    #[must_use]
    pub fn tells(self) -> bool {
        self.one_yes + self.one_no > 0
            && self.other_yes + self.other_no > 0
            && self.one_yes + self.other_yes > 0
            && self.one_no + self.other_no > 0
    }
}

/// What sets of like cases add up to. Sums of shards are the sums of the whole, so an audit needs no join.
///
/// With a, b the first group's cases with and without a measure, c, d the second's, n their sum, P = (a + d)/n,
/// Q = (b + c)/n, R = ad/n, S = bc/n. Mantel and Haenszel, J. Natl. Cancer Inst. 22:719 (1959); variance:
/// Robins, Breslow and Greenland, Biometrics 42:311 (1986).
///
/// ```
/// use likeness::statistics::{StratumSums, Table};
/// let sets = [Table { one_yes: 2, one_no: 1, other_yes: 1, other_no: 2 }; 30];
/// let whole: StratumSums = sets.into_iter().collect();
/// let shards: StratumSums =
///     sets.chunks(7).map(|shard| shard.iter().copied().collect::<StratumSums>()).sum();
/// let (whole, shards) = (whole.common_odds(0.95).unwrap(), shards.common_odds(0.95).unwrap());
/// assert!(whole.interval.low > 1.0);
/// assert!((whole.odds_ratio - 4.0).abs() < 1e-9 && (shards.odds_ratio - 4.0).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StratumSums {
    /// Sets that told something.
    pub used: u64,
    /// Sets that lacked a group or a difference; show them beside every result.
    pub dropped: u64,
    r: f64,
    s: f64,
    pr: f64,
    ps_qr: f64,
    qs: f64,
    observed: f64,
    expected: f64,
    variance: f64,
}

/// A common odds ratio over sets of like cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CommonOdds {
    /// Σ R / Σ S: above 1, the first group is treated more severely.
    pub odds_ratio: f64,
    /// The interval of Robins, Breslow and Greenland.
    pub interval: Interval,
    /// (|Σ a − Σ E| − ½)² / Σ V, and its p.
    pub corrected: (f64, f64),
    /// (Σ a − Σ E)² / Σ V, and its p.
    pub uncorrected: (f64, f64),
}

impl StratumSums {
    /// Adds one set.
    pub fn add(&mut self, table: Table) {
        if !table.tells() {
            self.dropped += 1;
            return;
        }
        let [a, b, c, d] = table.cells();
        let n = a + b + c + d;
        let (p, q, r, s) = ((a + d) / n, (b + c) / n, a * d / n, b * c / n);
        self.used += 1;
        self.r += r;
        self.s += s;
        self.pr += p * r;
        self.ps_qr += p * s + q * r;
        self.qs += q * s;
        self.observed += a;
        self.expected += (a + b) * (a + c) / n;
        self.variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1.0));
    }

    /// The common odds ratio; none if no set told anything.
    ///
    /// If every unlike decision points one way, the ratio is 0 or infinite, and so is one end of an interval
    /// that then says nothing (0 to infinity): use the exact test of [`super::MatchedPairs`].
    #[must_use]
    pub fn common_odds(&self, confidence: f64) -> Option<CommonOdds> {
        if self.used == 0 {
            return None;
        }
        let Self { r, s, .. } = *self;
        let odds_ratio = r / s;
        let variance =
            self.pr / (2.0 * r * r) + self.ps_qr / (2.0 * r * s) + self.qs / (2.0 * s * s);
        let interval = if r > 0.0 && s > 0.0 {
            let reach = two_sided_z(confidence) * variance.sqrt();
            Interval { low: odds_ratio * (-reach).exp(), high: odds_ratio * reach.exp() }
        } else {
            Interval { low: 0.0, high: f64::INFINITY }
        };
        let gap = (self.observed - self.expected).abs();
        let test = |gap: f64| {
            let statistic = gap * gap / self.variance;
            (statistic, chi_squared_tail(statistic, 1.0))
        };
        let corrected = test((gap - 0.5).max(0.0));
        Some(CommonOdds { odds_ratio, interval, corrected, uncorrected: test(gap) })
    }
}

impl FromIterator<Table> for StratumSums {
    fn from_iter<Tables: IntoIterator<Item = Table>>(tables: Tables) -> Self {
        let mut sums = Self::default();
        tables.into_iter().for_each(|table| sums.add(table));
        sums
    }
}

impl Sum for StratumSums {
    fn sum<Shards: Iterator<Item = Self>>(shards: Shards) -> Self {
        shards.fold(Self::default(), |a, b| Self {
            used: a.used + b.used,
            dropped: a.dropped + b.dropped,
            r: a.r + b.r,
            s: a.s + b.s,
            pr: a.pr + b.pr,
            ps_qr: a.ps_qr + b.ps_qr,
            qs: a.qs + b.qs,
            observed: a.observed + b.observed,
            expected: a.expected + b.expected,
            variance: a.variance + b.variance,
        })
    }
}

/// Admissions to Berkeley by department (Bickel et al. 1975), men and women, admitted and rejected.
#[cfg(test)]
pub(super) const BERKELEY: [Table; 6] = {
    const fn table([one_yes, one_no, other_yes, other_no]: [u64; 4]) -> Table {
        Table { one_yes, one_no, other_yes, other_no }
    }
    [
        table([512, 313, 89, 19]),
        table([353, 207, 17, 8]),
        table([120, 205, 202, 391]),
        table([138, 279, 131, 244]),
        table([53, 138, 94, 299]),
        table([22, 351, 24, 317]),
    ]
};

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{super::special::assert_six_digits, *};

    #[test]
    fn berkeley_equals_mantelhaen_test_of_r() {
        let sums: StratumSums = BERKELEY.into_iter().collect();
        let found = sums.common_odds(0.95).unwrap();
        assert_six_digits(found.odds_ratio, 0.904_696_8);
        assert_six_digits(found.interval.low, 0.771_907_4);
        assert_six_digits(found.interval.high, 1.060_329_8);
        assert_six_digits(found.uncorrected.0, 1.524_607);
        assert_six_digits(found.uncorrected.1, 0.216_923_7);
        assert!((found.corrected.0 - 1.4269).abs() < 5e-5, "{:?}", found.corrected);
        assert!((found.corrected.1 - 0.2323).abs() < 5e-5, "{:?}", found.corrected);
    }

    #[test]
    fn sets_that_tell_nothing_are_counted_and_not_used() {
        let silent = [
            Table { one_yes: 3, one_no: 2, ..Table::default() },
            Table { one_yes: 3, other_yes: 2, ..Table::default() },
        ];
        let sums: StratumSums = silent.into_iter().collect();
        assert_eq!((sums.used, sums.dropped), (0, 2));
        assert_eq!(sums.common_odds(0.95), None);
    }

    #[test]
    fn on_pairs_it_is_the_ratio_of_unlike_pairs() {
        let one = Table { one_yes: 1, one_no: 0, other_yes: 0, other_no: 1 };
        let other = Table { one_yes: 0, one_no: 1, other_yes: 1, other_no: 0 };
        let sums: StratumSums = [one; 86].into_iter().chain([other; 150]).collect();
        let found = sums.common_odds(0.95).unwrap();
        assert_six_digits(found.odds_ratio, 86.0 / 150.0);
        assert_six_digits(found.uncorrected.0, 17.355_93);
    }

    proptest! {
        #[test]
        fn exchanging_the_groups_inverts_the_ratio(cells in vec([1u64..9, 0..9, 0..9, 1..9], 1..20)) {
            let tables = |[a, b, c, d]: [u64; 4]| Table { one_yes: a, one_no: b, other_yes: c, other_no: d };
            let there: StratumSums = cells.iter().copied().map(tables).collect();
            let back: StratumSums =
                cells.iter().map(|&[a, b, c, d]| tables([c, d, a, b])).collect();
            let (there, back) = (there.common_odds(0.9), back.common_odds(0.9));
            if let (Some(there), Some(back)) = (there, back) && there.odds_ratio.is_finite() {
                prop_assert!((there.odds_ratio * back.odds_ratio - 1.0).abs() < 1e-9);
                prop_assert!((there.interval.low * back.interval.high - 1.0).abs() < 1e-9);
            }
        }
    }
}
