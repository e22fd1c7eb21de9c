//! How strong would a hidden difference between the groups have to be to explain what was found?
//!
//! Γ is the most by which something unseen could multiply the odds of being the one of a pair that is met
//! with a measure. Rosenbaum, "Observational Studies" (2002), chapter 4.

use super::{
    matched_pairs::MatchedPairs,
    special::{binomial_at_least, bisect},
};

/// Above this the bound is given as infinite.
const MOST: f64 = 1e6;

/// The largest one-sided p that a hidden difference of strength `gamma` could leave:
/// P(X ≥ max(b, c)) for X ~ Binomial(b + c, Γ/(1 + Γ)).
///
/// ```
/// use likeness::statistics::{MatchedPairs, hidden_bias_p};
/// // Smoking and lung cancer (Hammond 1964): 122 unlike pairs, the smoker died in 110 of them.
/// let pairs = MatchedPairs { only_one: 110, only_other: 12 };
/// assert!(hidden_bias_p(pairs, 5.0) < 0.05 && hidden_bias_p(pairs, 6.0) > 0.05);
/// ```
#[must_use]
pub fn hidden_bias_p(pairs: MatchedPairs, gamma: f64) -> f64 {
    let (more, less) = (pairs.only_one.max(pairs.only_other), pairs.only_one.min(pairs.only_other));
    binomial_at_least(more, more + less, gamma / (1.0 + gamma))
}

/// Γ*: the largest Γ at which the finding still stands at `level`. None if it does not stand even without
/// a hidden difference (Γ = 1); infinite beyond a million.
#[must_use]
pub fn gamma_bound(pairs: MatchedPairs, level: f64) -> Option<f64> {
    let stands = |gamma: f64| hidden_bias_p(pairs, gamma) <= level;
    if !stands(1.0) {
        None
    } else if stands(MOST) {
        Some(f64::INFINITY)
    } else {
        Some(bisect(1.0, MOST, stands))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HAMMOND: MatchedPairs = MatchedPairs { only_one: 110, only_other: 12 };

    #[test]
    fn hammond_equals_the_exact_binomial() {
        for (gamma, p, digit) in [(4.0, 0.00196, 5e-6), (5.0, 0.0232, 5e-5), (6.0, 0.0969, 5e-5)] {
            let found = hidden_bias_p(HAMMOND, gamma);
            assert!((found - p).abs() <= digit, "{gamma}: {found}");
        }
    }

    #[test]
    fn the_bound_is_where_the_finding_falls() {
        let bound = gamma_bound(HAMMOND, 0.05).unwrap();
        assert!(5.0 < bound && bound < 6.0);
        assert!((hidden_bias_p(HAMMOND, bound) - 0.05).abs() < 1e-9);
        assert_eq!(gamma_bound(MatchedPairs { only_one: 6, only_other: 5 }, 0.05), None);
        assert_eq!(gamma_bound(MatchedPairs::default(), 0.05), None);
    }
}
