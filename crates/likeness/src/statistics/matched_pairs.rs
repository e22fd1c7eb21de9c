//! Pairs of like cases, one of each group: who was treated more severely when they were treated unlike?

use super::{
    Interval,
    special::{beta_quantile, binomial_at_least, chi_squared_tail, fair_binomial},
};

/// Matched pairs that were decided differently. Pairs decided alike say nothing of the direction.
///
/// McNemar, Psychometrika 12:153 (1947); exact form: binomial on the discordant pairs at ½.
///
/// ```
/// use likeness::statistics::MatchedPairs;
/// // Of 61 unlike pairs it was the post of A that was removed in 44.
/// let pairs = MatchedPairs { only_one: 44, only_other: 17 };
/// assert!(pairs.exact_p() < 0.001);
/// let odds = pairs.odds_ratio().unwrap();
/// assert!(odds > 2.5 && pairs.interval(0.95).unwrap().low > 1.4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MatchedPairs {
    /// Pairs in which only the case of the first group was met with a measure.
    pub only_one: u64,
    /// Pairs in which only the case of the second group was.
    pub only_other: u64,
}

impl MatchedPairs {
    /// Two-sided exact p: min(1, 2 P(X ≥ max(b, c))) for X ~ Binomial(b + c, ½).
    #[must_use]
    pub fn exact_p(self) -> f64 {
        (2.0 * binomial_at_least(self.more(), self.unlike(), 0.5)).min(1.0)
    }

    /// Two-sided mid-p: the exact p less the probability of what was seen. Less conservative than
    /// [`MatchedPairs::exact_p`].
    #[must_use]
    pub fn mid_p(self) -> f64 {
        if self.only_one == self.only_other {
            return 1.0;
        }
        self.exact_p() - fair_binomial(self.more(), self.unlike())
    }

    /// McNemar's (b − c)² / (b + c) and its p, for comparison with published tables.
    #[must_use]
    pub fn chi_squared(self) -> Option<(f64, f64)> {
        self.statistic(0.0)
    }

    /// The same with the continuity correction (|b − c| − 1)² / (b + c).
    #[must_use]
    pub fn chi_squared_corrected(self) -> Option<(f64, f64)> {
        self.statistic(1.0)
    }

    /// The conditional odds ratio b / c; infinite if c is 0, none without an unlike pair.
    #[must_use]
    pub fn odds_ratio(self) -> Option<f64> {
        (self.unlike() > 0).then(|| self.only_one as f64 / self.only_other as f64)
    }

    /// The exact interval of the odds ratio: Clopper and Pearson's (L, U) for b / (b + c), turned into odds.
    ///
    /// Clopper and Pearson, Biometrika 26:404 (1934).
    #[must_use]
    pub fn interval(self, confidence: f64) -> Option<Interval> {
        if self.unlike() == 0 {
            return None;
        }
        let tail = (1.0 - confidence) / 2.0;
        let (b, c) = (self.only_one as f64, self.only_other as f64);
        let low = if self.only_one == 0 { 0.0 } else { beta_quantile(tail, b, c + 1.0) };
        let high = if self.only_other == 0 { 1.0 } else { beta_quantile(1.0 - tail, b + 1.0, c) };
        Some(Interval { low: low / (1.0 - low), high: high / (1.0 - high) })
    }

    /// The mid-p interval of the odds ratio: like the exact one, but what was seen counts half in each tail. It holds the truth
    /// about as often as it says, where the exact one holds it more often than that; it can hold it a little less often.
    ///
    /// Lancaster, JASA 56:223 (1961); Berry and Armitage, The Statistician 44:417 (1995).
    #[must_use]
    pub fn mid_p_interval(self, confidence: f64) -> Option<Interval> {
        let n = self.unlike();
        if n == 0 {
            return None;
        }
        let tail = (1.0 - confidence) / 2.0;
        // P(X > b) + P(X = b) / 2 grows with the share.
        let above = |seen: u64, share: f64| {
            (binomial_at_least(seen, n, share) + binomial_at_least(seen + 1, n, share)) / 2.0
        };
        let share = |seen: u64, wanted: f64| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..80 {
                let middle = f64::midpoint(low, high);
                if above(seen, middle) < wanted { low = middle } else { high = middle }
            }
            f64::midpoint(low, high)
        };
        let low = if self.only_one == 0 { 0.0 } else { share(self.only_one, tail) };
        let high = if self.only_other == 0 { 1.0 } else { share(self.only_one, 1.0 - tail) };
        Some(Interval { low: low / (1.0 - low), high: high / (1.0 - high) })
    }

    /// The least number of unlike pairs with which a two-sided exact test at `level` finds a true odds ratio
    /// with probability `power`. None if 100,000 are not enough.
    #[must_use]
    pub fn pairs_needed(odds_ratio: f64, level: f64, power: f64) -> Option<u64> {
        let p = odds_ratio.max(1.0 / odds_ratio) / (1.0 + odds_ratio.max(1.0 / odds_ratio));
        let mut critical = 0;
        (1..=100_000u64).find(|&n| {
            // The critical value never falls as n grows.
            while 2.0 * binomial_at_least(critical, n, 0.5) > level {
                critical += 1;
            }
            binomial_at_least(critical, n, p) >= power
        })
    }

    fn unlike(self) -> u64 {
        self.only_one + self.only_other
    }

    fn more(self) -> u64 {
        self.only_one.max(self.only_other)
    }

    fn statistic(self, correction: f64) -> Option<(f64, f64)> {
        let gap = (self.only_one.abs_diff(self.only_other) as f64 - correction).max(0.0);
        let statistic = gap * gap / self.unlike() as f64;
        (self.unlike() > 0).then(|| (statistic, chi_squared_tail(statistic, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    /// Agresti's approval of the prime minister: 794, 86, 150, 570 (R's `mcnemar.test` and `binom.test`).
    const APPROVAL: MatchedPairs = MatchedPairs { only_one: 86, only_other: 150 };

    #[test]
    fn agresti_approval() {
        assert_six_digits(APPROVAL.chi_squared().unwrap().0, 17.355_93);
        let corrected = APPROVAL.chi_squared_corrected().unwrap().0;
        assert!((corrected - 16.818).abs() < 5e-4, "{corrected}");
        assert_six_digits(APPROVAL.exact_p(), 3.715_936e-5);
        assert_six_digits(APPROVAL.odds_ratio().unwrap(), 86.0 / 150.0);
    }

    #[test]
    fn the_interval_is_that_of_the_exact_test() {
        let Interval { low, high } = APPROVAL.interval(0.95).unwrap();
        let p = |odds: f64| odds / (1.0 + odds);
        assert_six_digits(binomial_at_least(86, 236, p(low)), 0.025);
        assert_six_digits(1.0 - binomial_at_least(87, 236, p(high)), 0.025);
    }

    #[test]
    fn the_edges_are_said_plainly() {
        let none = MatchedPairs::default();
        assert_eq!((none.exact_p(), none.mid_p()), (1.0, 1.0));
        assert_eq!(
            (none.odds_ratio(), none.interval(0.95), none.chi_squared()),
            (None, None, None)
        );
        let all = MatchedPairs { only_one: 226, only_other: 0 };
        assert_eq!(all.odds_ratio(), Some(f64::INFINITY));
        assert_eq!(all.interval(0.95).unwrap().high, f64::INFINITY);
        assert_six_digits(MatchedPairs { only_one: 5, only_other: 0 }.exact_p(), 0.0625);
        assert_six_digits(MatchedPairs { only_one: 5, only_other: 0 }.mid_p(), 0.03125);
    }

    #[test]
    fn the_pairs_needed_are_the_least_that_suffice() {
        for (odds, needed) in [(1.5, 199), (2.0, 72), (3.0, 30)] {
            let n = MatchedPairs::pairs_needed(odds, 0.05, 0.8).unwrap();
            assert_eq!(n, needed);
            let power = |n: u64| {
                let critical =
                    (0..=n).find(|k| 2.0 * binomial_at_least(*k, n, 0.5) <= 0.05).unwrap_or(n + 1);
                binomial_at_least(critical, n, odds / (1.0 + odds))
            };
            assert!(power(n) >= 0.8 && power(n - 1) < 0.8, "{n}");
        }
    }
}
