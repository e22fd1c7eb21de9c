//! Many questions at once: which findings stand when some must come up by chance?

/// Benjamini and Hochberg's adjusted p-values, in the order given; those at most q stand, and of these at
/// most the share q is expected to be false (for independent or positively dependent tests).
///
/// adjusted₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎ m / j. Benjamini and Hochberg, J. R. Stat. Soc. B 57:289 (1995).
///
/// ```
/// use likeness::statistics::benjamini_hochberg;
/// let adjusted = benjamini_hochberg(&[0.04, 0.01, 0.5]);
/// assert_eq!(adjusted.iter().filter(|&&p| p <= 0.05).count(), 1);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, 1.0)
}

/// The same under any dependence, at the price of the factor Σ 1/i.
///
/// Benjamini and Yekutieli, Ann. Stat. 29:1165 (2001).
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    step_up(p, (1..=p.len()).map(|i| 1.0 / i as f64).sum())
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    let mut ranked: Vec<(usize, f64)> = p.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let tests = p.len() as f64;
    let mut least = 1.0f64;
    for ((_, p), rank) in ranked.iter_mut().zip((1..=p.len()).rev()) {
        least = least.min(*p * factor * tests / rank as f64);
        *p = least;
    }
    ranked.sort_unstable_by_key(|(at, _)| *at);
    ranked.into_iter().map(|(_, adjusted)| adjusted).collect()
}

/// Which e-values stand at level `q`, in the order given: the k largest, for the largest k whose k-th is at
/// least m / (k q). Holds under any dependence and at any time of looking.
///
/// Wang and Ramdas, J. R. Stat. Soc. B 84:822 (2022).
#[must_use]
pub fn e_benjamini_hochberg(e: &[f64], q: f64) -> Vec<bool> {
    let mut ranked = e.to_vec();
    ranked.sort_by(|a, b| b.total_cmp(a));
    let stands = |(e, k): &(&f64, usize)| **e >= ranked.len() as f64 / (*k as f64 * q);
    let least = ranked.iter().zip(1..).filter(stands).last().map(|(least, _)| *least);
    e.iter().map(|e| least.is_some_and(|least| *e >= least)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    /// The fifteen p-values of the paper of 1995.
    const PAPER: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ];

    fn standing(adjusted: &[f64]) -> usize {
        adjusted.iter().filter(|&&p| p <= 0.05).count()
    }

    #[test]
    fn the_paper_of_1995() {
        let adjusted = benjamini_hochberg(&PAPER);
        assert_eq!(standing(&adjusted), 4);
        assert_eq!(standing(&benjamini_yekutieli(&PAPER)), 3);
        assert_eq!(PAPER.iter().filter(|&&p| p <= 0.05 / 15.0).count(), 3, "Bonferroni");
        // R: p.adjust(p, "BH")
        assert_six_digits(adjusted[3], 0.035_625);
        assert_six_digits(adjusted[5], 0.063_857_142_857);
        assert_six_digits(adjusted[6], 0.063_857_142_857);
    }

    #[test]
    fn the_order_given_is_kept() {
        let mut turned = PAPER;
        turned.reverse();
        let mut adjusted = benjamini_hochberg(&turned);
        adjusted.reverse();
        assert_eq!(adjusted, benjamini_hochberg(&PAPER));
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn e_values_stand_together() {
        // m = 4, q = 0.1: needs 40, 20, 13.3, 10.
        assert_eq!(e_benjamini_hochberg(&[1.0, 14.0, 30.0, 14.0], 0.1), [false, true, true, true]);
        assert_eq!(
            e_benjamini_hochberg(&[1.0, 13.0, 45.0, 12.0], 0.1),
            [false, false, true, false]
        );
        assert_eq!(e_benjamini_hochberg(&[0.5, 39.0], 0.05), [false, false]);
    }
}
