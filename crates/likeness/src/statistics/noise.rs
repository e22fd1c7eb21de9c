//! Would it have been decided otherwise by somebody else, or on another day?
//!
//! The variance of judgements on one and the same case, parted: *level* (some reviewers are stricter than others),
//! *pattern* (reviewers disagree about which cases are grave), *occasion* (one reviewer disagrees with
//! themselves). Kahneman, Sibony and Sunstein, "Noise" (2021), chapter 6. Estimated by products over pairs of
//! reviewers, so that gaps do no harm. Noise is not bias: it says nothing of who suffers from it.

use std::collections::BTreeMap;

/// One judgement, made blind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Who judged.
    pub reviewer: u64,
    /// What was judged.
    pub case: u64,
    /// What it came to: 0 or 1, or a severity.
    pub value: f64,
}

/// The parts of the variance of judgements on one case. A part that the data cannot tell is `None`; an estimate
/// can come out a little below 0 where there is next to nothing of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// The variance between two reviewers on one case: level + pattern + occasion.
    pub system: f64,
    /// Between the reviewers' means. None unless two reviewers shared two cases.
    pub level: Option<f64>,
    /// Within one reviewer on one case. None unless somebody judged a case twice.
    pub occasion: Option<f64>,
    /// What is left of the system's: tastes, with the occasion in them where that is not known.
    pub pattern: Option<f64>,
    /// Pairs of judgements of one case by two reviewers.
    pub pairs: u64,
}

/// Parts the noise. None if no case was judged by two.
///
/// ```
/// use likeness::statistics::{Judgement, noise};
/// // Two reviewers, one stricter by 1 throughout: all level, no pattern.
/// let judged: Vec<Judgement> = (0..10u64)
///     .flat_map(|case| [0u64, 1].map(|reviewer| Judgement { reviewer, case, value: (case + reviewer) as f64 }))
///     .collect();
/// let found = noise(&judged).unwrap();
/// assert_eq!((found.system, found.level, found.pattern), (0.5, Some(0.5), Some(0.0)));
/// ```
#[must_use]
pub fn noise(judgements: &[Judgement]) -> Option<Noise> {
    let mut cells: BTreeMap<u64, BTreeMap<u64, Vec<f64>>> = BTreeMap::new();
    for judgement in judgements {
        let of = cells.entry(judgement.reviewer).or_default();
        of.entry(judgement.case).or_default().push(judgement.value);
    }
    // Repeats: half the mean squared difference of one reviewer's first two looks at a case.
    let (mut repeats, mut apart) = (0u64, 0.0);
    for looks in cells.values().flat_map(BTreeMap::values) {
        if let [first, second, ..] = looks[..] {
            repeats += 1;
            apart += (first - second).powi(2) / 2.0;
        }
    }
    let (mut pairs, mut squares, mut products, mut product_pairs) = (0u64, 0.0, 0.0, 0u64);
    let reviewers: Vec<&BTreeMap<u64, Vec<f64>>> = cells.values().collect();
    for (number, one) in reviewers.iter().enumerate() {
        for other in reviewers.iter().skip(number + 1) {
            let (mut shared, mut sum, mut square) = (0u64, 0.0, 0.0);
            for (case, looks) in *one {
                let (Some(a), Some(b)) = (looks.first(), other.get(case).and_then(|v| v.first()))
                else {
                    continue;
                };
                shared += 1;
                sum += a - b;
                square += (a - b).powi(2);
            }
            pairs += shared;
            squares += square;
            // Differences on two cases have nothing in common but the level.
            products += sum * sum - square;
            product_pairs += shared * shared.saturating_sub(1);
        }
    }
    if pairs == 0 {
        return None;
    }
    let system = squares / pairs as f64 / 2.0;
    let level = (product_pairs > 0).then(|| products / product_pairs as f64 / 2.0);
    let occasion = (repeats > 0).then(|| apart / repeats as f64);
    let pattern = level.map(|level| system - level - occasion.unwrap_or(0.0));
    Some(Noise { system, level, occasion, pattern, pairs })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Roughly normal, from SplitMix64.
    fn draw(seed: &mut u64) -> f64 {
        let mut uniform = || {
            *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }

    #[test]
    fn known_parts_are_found_with_gaps() {
        let (level, pattern, occasion) = (1.5, 1.0, 0.5);
        let mut seed = 9;
        let reviewers: Vec<f64> = (0..60).map(|_| level * draw(&mut seed)).collect();
        let mut judged = Vec::new();
        for case in 0..300u64 {
            let gravity = 5.0 * draw(&mut seed);
            for (reviewer, strict) in (0u64..).zip(&reviewers) {
                let taste = pattern * draw(&mut seed);
                // One in three is missing; one in five of the rest is looked at twice.
                let looks = match (case * 7 + reviewer * 3) % 15 {
                    0..5 => 0,
                    5..7 => 2,
                    _ => 1,
                };
                for _ in 0..looks {
                    let value = gravity + strict + taste + occasion * draw(&mut seed);
                    judged.push(Judgement { reviewer, case, value });
                }
            }
        }
        let found = noise(&judged).unwrap();
        let near = |got: f64, wanted: f64| (got / wanted - 1.0).abs() < 0.1;
        let spread = {
            let mean = reviewers.iter().sum::<f64>() / 60.0;
            reviewers.iter().map(|strict| (strict - mean).powi(2)).sum::<f64>() / 59.0
        };
        assert!(near(found.level.unwrap(), spread), "{found:?} against {spread}");
        assert!(near(found.pattern.unwrap(), pattern * pattern), "{found:?}");
        assert!(near(found.occasion.unwrap(), occasion * occasion), "{found:?}");
    }

    #[test]
    fn what_cannot_be_told_is_not() {
        assert_eq!(noise(&[]), None);
        let one = |reviewer, case| Judgement { reviewer, case, value: reviewer as f64 };
        assert_eq!(noise(&[one(1, 1), one(1, 2)]), None);
        let found = noise(&[one(1, 1), one(2, 1)]).unwrap();
        assert_eq!(
            (found.system, found.level, found.occasion, found.pattern),
            (0.5, None, None, None)
        );
    }
}
