//! Watching every day without crying wolf.
//!
//! A bet against even-handedness whose stake can be looked at at any time: under even treatment the chance
//! that it *ever* grows 1/α-fold is at most α (Ville's inequality). Pairs must be fixed before their outcomes
//! are known, one per set of like cases.

use super::{
    Interval,
    special::{bisect, ln_beta},
};

/// The beta-binomial e-process over unlike pairs: after n of them, k against the first group,
/// E = 2ⁿ B(½ + k, ½ + n − k) / B(½, ½), and its confidence sequence.
///
/// Robbins, Ann. Math. Stat. 41:1397 (1970); Chugg et al., NeurIPS 2023.
///
/// ```
/// use likeness::statistics::Monitor;
/// let mut monitor = Monitor::default();
/// (0..100).for_each(|_| monitor.add(true));
/// assert!(monitor.alarms(0.05));
/// assert!(monitor.odds_interval(0.95).low > 5.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Monitor {
    /// Unlike pairs in which only the case of the first group was met with a measure.
    pub against_one: u64,
    /// Unlike pairs in which only the case of the second group was.
    pub against_other: u64,
}

impl Monitor {
    /// Adds one unlike pair.
    pub fn add(&mut self, against_one: bool) {
        if against_one {
            self.against_one += 1;
        } else {
            self.against_other += 1;
        }
    }

    /// ln E: how much a bet against even-handedness has won so far. Add those of independent streams.
    #[must_use]
    pub fn ln_e(self) -> f64 {
        self.ln_ratio(0.5)
    }

    /// Has the bet grown 1/α-fold? Look as often as you like.
    #[must_use]
    pub fn alarms(self, alpha: f64) -> bool {
        self.ln_e() >= -alpha.ln()
    }

    /// The odds of a measure against the first group rather than the second: all p/(1 − p) against which
    /// the same bet has not won 1/α-fold. Holds at every look at once.
    #[must_use]
    pub fn odds_interval(self, confidence: f64) -> Interval {
        let limit = -(1.0 - confidence).ln();
        let (k, rest) = (self.against_one as f64, self.against_other as f64);
        if k + rest == 0.0 {
            return Interval { low: 0.0, high: f64::INFINITY };
        }
        let likeliest = k / (k + rest);
        let low = bisect(0.0, likeliest, |p| self.ln_ratio(p) >= limit);
        let high = bisect(likeliest, 1.0, |p| self.ln_ratio(p) < limit);
        let odds = |p: f64| p / (1.0 - p);
        Interval {
            low: if self.against_one == 0 { 0.0 } else { odds(low) },
            high: if self.against_other == 0 { f64::INFINITY } else { odds(high) },
        }
    }

    /// ln of the mixture's likelihood over that of p.
    fn ln_ratio(self, p: f64) -> f64 {
        let (k, rest) = (self.against_one as f64, self.against_other as f64);
        let times_ln = |count: f64, x: f64| if count == 0.0 { 0.0 } else { count * x.ln() };
        ln_beta(0.5 + k, 0.5 + rest) - ln_beta(0.5, 0.5) - times_ln(k, p) - times_ln(rest, 1.0 - p)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    /// SplitMix64 as a coin.
    fn coin(seed: &mut u64, p: f64) -> bool {
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 <= p
    }

    #[test]
    fn small_cases_by_hand() {
        // One pair: E = 2 B(3/2, 1/2)/B(1/2, 1/2) = 1. Two alike: 4 · 3/8 = 3/2; two unlike: 4 · 1/8 = 1/2.
        let e = |against_one, against_other| Monitor { against_one, against_other }.ln_e().exp();
        assert_six_digits(e(1, 0), 1.0);
        assert_six_digits(e(2, 0), 1.5);
        assert_six_digits(e(1, 1), 0.5);
        assert_six_digits(e(3, 5), e(5, 3));
    }

    #[test]
    fn under_evenness_few_monitors_ever_alarm_and_the_interval_holds() {
        let (mut alarms, mut missed, mut seed) = (0, 0, 7);
        for _ in 0..1_000 {
            let mut monitor = Monitor::default();
            let (mut alarmed, mut outside) = (false, false);
            for _ in 0..1_000 {
                monitor.add(coin(&mut seed, 0.5));
                alarmed |= monitor.alarms(0.05);
            }
            let interval = monitor.odds_interval(0.95);
            outside |= interval.low > 1.0 || interval.high < 1.0;
            alarms += u32::from(alarmed);
            missed += u32::from(outside);
        }
        assert!(alarms <= 50, "{alarms} of 1,000 cried wolf");
        assert!(alarms >= 15, "{alarms} of 1,000: the monitor does not bet");
        assert!(missed <= alarms);
    }

    #[test]
    fn bias_is_found_as_fast_as_stated() {
        for (odds, median) in [(2.0, 74.0), (3.0, 29.0)] {
            let mut seed = 11;
            let mut pairs: Vec<u64> = (0..801)
                .map(|_| {
                    let mut monitor = Monitor::default();
                    while !monitor.alarms(0.05) {
                        monitor.add(coin(&mut seed, odds / (1.0 + odds)));
                    }
                    monitor.against_one + monitor.against_other
                })
                .collect();
            pairs.sort_unstable();
            let found = pairs[400] as f64;
            assert!((found / median - 1.0).abs() < 0.1, "odds {odds}: {found} pairs");
        }
    }

    #[test]
    fn the_interval_ends_where_the_bet_has_won() {
        let monitor = Monitor { against_one: 226, against_other: 91 };
        let Interval { low, high } = monitor.odds_interval(0.95);
        for odds in [low, high] {
            assert_six_digits(monitor.ln_ratio(odds / (1.0 + odds)), 20f64.ln());
        }
        let nothing = Monitor::default().odds_interval(0.95);
        assert_eq!((nothing.low, nothing.high), (0.0, f64::INFINITY));
    }
}
