//! How often are like cases decided unlike, and how often without a word of why?

use super::{Interval, wilson};

/// One set of like cases: how many were met with a measure, how many were not, and whether what was recorded
/// says what distinguishes those decided otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LikeDecisions {
    /// Cases met with a measure.
    pub measured: u64,
    /// Cases left alone.
    pub left: u64,
    /// A distinguishing fact is on record.
    pub explained: bool,
}

/// What sets of like cases come to. Sums of shards are the sums of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Divergence {
    /// Sets of at least two cases.
    pub sets: u64,
    /// Of them, those with both outcomes.
    pub divergent: u64,
    /// Of these, those without a recorded distinguishing fact.
    pub unexplained: u64,
    /// Σ over sets of the chance that two different members were decided unlike.
    unlike: f64,
}

impl Divergence {
    /// Adds one set; one case alone is not a set.
    pub fn add(&mut self, set: LikeDecisions) {
        let size = set.measured + set.left;
        if size < 2 {
            return;
        }
        self.sets += 1;
        if set.measured > 0 && set.left > 0 {
            self.divergent += 1;
            self.unexplained += u64::from(!set.explained);
            let (a, b, n) = (set.measured as f64, set.left as f64, size as f64);
            self.unlike += 2.0 * a * b / (n * (n - 1.0));
        }
    }

    /// The share of sets decided unlike, with Wilson's interval. It grows with the size of sets: show
    /// [`Divergence::of_two`] beside it.
    #[must_use]
    pub fn rate(&self, confidence: f64) -> Option<(f64, Interval)> {
        share(self.divergent, self.sets, confidence)
    }

    /// The share of sets decided unlike without a recorded reason, with Wilson's interval.
    #[must_use]
    pub fn unexplained_rate(&self, confidence: f64) -> Option<(f64, Interval)> {
        share(self.unexplained, self.sets, confidence)
    }

    /// The chance that two members drawn from a set were decided unlike, mean over the sets.
    #[must_use]
    pub fn of_two(&self) -> Option<f64> {
        (self.sets > 0).then(|| self.unlike / self.sets as f64)
    }
}

impl std::ops::Add for Divergence {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sets: self.sets + other.sets,
            divergent: self.divergent + other.divergent,
            unexplained: self.unexplained + other.unexplained,
            unlike: self.unlike + other.unlike,
        }
    }
}

/// The share of all pairs of like cases that were decided unlike, where every case that was left alone was looked at with
/// the same chance, whoever wrote it, and every measured one was.
///
/// A pair of the sample stands for as many as its chance says (Horvitz and Thompson 1952); the share is a ratio of two such
/// sums, with the variance of a ratio over sets (Cochran, "Sampling Techniques" (1977), section 6.4). Sums of shards add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DrawnPairs {
    unlike: f64,
    pairs: f64,
    unlike_squared: f64,
    crossed: f64,
    pairs_squared: f64,
}

impl DrawnPairs {
    /// Adds one set, whose cases left alone were drawn with this chance.
    pub fn add(&mut self, set: LikeDecisions, chance: f64) {
        let (measured, left) = (set.measured as f64, set.left as f64);
        let unlike = measured * left / chance;
        let alike =
            measured * (measured - 1.0) / 2.0 + left * (left - 1.0) / (2.0 * chance * chance);
        let pairs = unlike + alike;
        self.unlike += unlike;
        self.pairs += pairs;
        self.unlike_squared += unlike * unlike;
        self.crossed += unlike * pairs;
        self.pairs_squared += pairs * pairs;
    }

    /// The share with its interval, cut at 0 and 1; none without a pair. `z`: 1.96 for 95 %.
    #[must_use]
    pub fn share(&self, z: f64) -> Option<(f64, Interval)> {
        let share = (self.pairs > 0.0).then(|| self.unlike / self.pairs)?;
        let spread =
            self.unlike_squared - 2.0 * share * self.crossed + share * share * self.pairs_squared;
        let half = z * spread.max(0.0).sqrt() / self.pairs;
        Some((share, Interval { low: (share - half).max(0.0), high: (share + half).min(1.0) }))
    }
}

impl std::ops::Add for DrawnPairs {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            unlike: self.unlike + other.unlike,
            pairs: self.pairs + other.pairs,
            unlike_squared: self.unlike_squared + other.unlike_squared,
            crossed: self.crossed + other.crossed,
            pairs_squared: self.pairs_squared + other.pairs_squared,
        }
    }
}

impl FromIterator<LikeDecisions> for Divergence {
    fn from_iter<I: IntoIterator<Item = LikeDecisions>>(sets: I) -> Self {
        let mut sums = Self::default();
        sets.into_iter().for_each(|set| Self::add(&mut sums, set));
        sums
    }
}

fn share(part: u64, whole: u64, confidence: f64) -> Option<(f64, Interval)> {
    Some((part as f64 / whole as f64, wilson(part, whole, confidence)?))
}

/// An interval for anything that is computed from whole sets, by drawing sets with replacement (percentiles).
///
/// `pick(n)` must give a whole number below n. Draws from which `value` cannot be had are left out; none if
/// there is nothing to draw from. Davison and Hinkley, "Bootstrap Methods" (1997), section 3.8.
///
/// ```
/// use likeness::statistics::bootstrap;
/// let sets: Vec<f64> = (0..100).map(f64::from).collect();
/// let mut next = 0usize;
/// let interval = bootstrap(&sets, 0.95, 400, |n| { next = (next * 75 + 74) % 65_537; next % n }, |drawn| {
///     Some(drawn.iter().copied().sum::<f64>() / drawn.len() as f64)
/// });
/// let interval = interval.unwrap();
/// assert!(interval.low > 40.0 && interval.low < 49.5 && interval.high > 49.5 && interval.high < 59.0);
/// ```
pub fn bootstrap<T>(
    sets: &[T],
    confidence: f64,
    draws: usize,
    mut pick: impl FnMut(usize) -> usize,
    value: impl Fn(&[&T]) -> Option<f64>,
) -> Option<Interval> {
    let mut found: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let drawn: Vec<&T> = sets.iter().filter_map(|_| sets.get(pick(sets.len()))).collect();
            value(&drawn)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    let last = found.len().checked_sub(1)? as f64;
    let at = |share: f64| found.get((share * last).round() as usize).copied();
    let tail = (1.0 - confidence) / 2.0;
    Some(Interval { low: at(tail)?, high: at(1.0 - tail)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(measured: u64, left: u64, explained: bool) -> LikeDecisions {
        LikeDecisions { measured, left, explained }
    }

    #[test]
    fn shards_add_up() {
        let sets = [
            set(1, 1, false),
            set(2, 0, false),
            set(2, 2, true),
            set(1, 0, false),
            set(0, 3, false),
        ];
        let whole: Divergence = sets.into_iter().collect();
        let (first, second) = sets.split_at(2);
        let parts =
            first.iter().copied().collect::<Divergence>() + second.iter().copied().collect();
        assert_eq!(whole, parts);
        assert_eq!((whole.sets, whole.divergent, whole.unexplained), (4, 2, 1));
        // 1, 0, 2·2·2/(4·3), 0.
        assert!((whole.of_two().unwrap() - (1.0 + 2.0 / 3.0) / 4.0).abs() < 1e-12);
        assert_eq!(whole.rate(0.95).unwrap().0, 0.5);
        assert_eq!(whole.unexplained_rate(0.95).unwrap().0, 0.25);
    }

    #[test]
    fn pairs_drawn_stand_for_those_that_were_not() {
        let whole = |sets: &[LikeDecisions]| {
            sets.iter().fold(DrawnPairs::default(), |mut sums, set| {
                sums.add(*set, 1.0);
                sums
            })
        };
        // 1·2 of 3 pairs, 2·1 of 3, 0 of 1.
        let sums = whole(&[set(1, 2, false), set(2, 1, false), set(2, 0, false)]);
        assert!((sums.share(1.96).unwrap().0 - 4.0 / 7.0).abs() < 1e-12);
        assert_eq!(whole(&[set(1, 2, false)]) + whole(&[set(2, 1, false), set(2, 0, false)]), sums);
        // Left alone at 1 in 10: one pair of the two drawn stands for a hundred, one with the measured for ten.
        let mut drawn = DrawnPairs::default();
        drawn.add(set(1, 2, false), 0.1);
        assert!((drawn.share(1.96).unwrap().0 - 20.0 / 120.0).abs() < 1e-12);
        assert_eq!(DrawnPairs::default().share(1.96), None);
    }

    #[test]
    fn nothing_has_no_rate() {
        let none = Divergence::default();
        assert_eq!((none.rate(0.95), none.of_two()), (None, None));
        assert_eq!(bootstrap(&[1u8], 0.95, 10, |_| 0, |_| None), None);
    }
}
