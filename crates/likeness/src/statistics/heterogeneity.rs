//! May one odds ratio stand for all of these tables? If not, showing one would hide what differs.
//!
//! For aggregates (policy by language), not for single sets of like cases: the tables must not be tiny.

use super::{
    mantel_haenszel::{StratumSums, Table},
    special::chi_squared_tail,
};

/// A test that the odds ratio is the same in every table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heterogeneity {
    /// The test statistic, χ² with `freedom` degrees.
    pub statistic: f64,
    /// Tables less one.
    pub freedom: u64,
    /// Small: the ratios differ, and no common one may be shown.
    pub p: f64,
}

impl Heterogeneity {
    fn new(statistic: f64, tables: usize) -> Option<Self> {
        let freedom = u64::try_from(tables).ok()?.checked_sub(1).filter(|&freedom| freedom > 0)?;
        let p = chi_squared_tail(statistic, freedom as f64);
        statistic.is_finite().then_some(Self { statistic, freedom, p })
    }
}

/// Woolf's test: Σ w (ln OR − mean)², w = 1/(1/a + 1/b + 1/c + 1/d), after ½ is added to every cell, so that
/// empty cells can be borne. None for fewer than two tables that tell something.
///
/// Woolf, Ann. Hum. Genet. 19:251 (1955); the ½ as in the manual of R's `mantelhaen.test`.
#[must_use]
pub fn woolf(tables: &[Table]) -> Option<Heterogeneity> {
    let weighed: Vec<(f64, f64)> = tables
        .iter()
        .filter(|table| table.tells())
        .map(|table| table.cells().map(|cell| cell + 0.5))
        .map(|[a, b, c, d]| (1.0 / (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d), (a * d / (b * c)).ln()))
        .collect();
    let weights: f64 = weighed.iter().map(|(weight, _)| weight).sum();
    let mean = weighed.iter().map(|(weight, log)| weight * log).sum::<f64>() / weights;
    let statistic = weighed.iter().map(|(weight, log)| weight * (log - mean).powi(2)).sum();
    Heterogeneity::new(statistic, weighed.len())
}

/// Breslow and Day's test about the Mantel-Haenszel ratio, with Tarone's correction:
/// Σ (a − â)²/v̂ − (Σ a − Σ â)²/Σ v̂, where â fits the common ratio to the margins of its table.
///
/// Breslow and Day, IARC Sci. Publ. 32 (1980); Tarone, Biometrika 72:91 (1985). None for fewer than two
/// tables that tell something, or if the common ratio is 0 or infinite.
#[must_use]
pub fn breslow_day(tables: &[Table]) -> Option<Heterogeneity> {
    let telling: Vec<Table> = tables.iter().copied().filter(|table| table.tells()).collect();
    let ratio = telling.iter().copied().collect::<StratumSums>().common_odds(0.95)?.odds_ratio;
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let (mut statistic, mut gaps, mut variances) = (0.0, 0.0, 0.0);
    for [a, b, c, d] in telling.iter().map(|table| table.cells()) {
        let fitted = fit(a + b, c + d, a + c, ratio);
        let cells = [fitted, a + b - fitted, a + c - fitted, c + d - (a + c) + fitted];
        let variance = 1.0 / cells.iter().map(|cell| 1.0 / cell).sum::<f64>();
        statistic += (a - fitted).powi(2) / variance;
        gaps += a - fitted;
        variances += variance;
    }
    Heterogeneity::new(statistic - gaps * gaps / variances, telling.len())
}

/// The first cell of a table with these margins and this odds ratio: the root of
/// x (others − yes + x) = ratio (ones − x)(yes − x) that keeps every cell positive.
fn fit(ones: f64, others: f64, yes: f64, ratio: f64) -> f64 {
    let below = |x: f64| x * (others - yes + x) < ratio * (ones - x) * (yes - x);
    super::special::bisect((yes - others).max(0.0), ones.min(yes), below)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{mantel_haenszel::BERKELEY, special::assert_six_digits},
        *,
    };

    #[test]
    fn berkeley_equals_woolf_test_of_r() {
        let found = woolf(&BERKELEY).unwrap();
        assert!((found.p - 0.003_427_2).abs() < 5e-8, "{found:?}");
        assert_eq!(found.freedom, 5);
    }

    #[test]
    fn berkeley_equals_test_equal_odds_of_statsmodels() {
        let found = breslow_day(&BERKELEY).unwrap();
        assert_six_digits(found.statistic, 18.825_501_25);
        assert_six_digits(found.p, 0.002_071_401_4);
    }

    #[test]
    fn the_fit_has_the_ratio_and_the_margins() {
        let x = fit(50.0, 30.0, 40.0, 2.5);
        assert_six_digits(x * (30.0 - 40.0 + x) / ((50.0 - x) * (40.0 - x)), 2.5);
    }

    #[test]
    fn tables_that_agree_show_no_difference_and_one_is_no_comparison() {
        let table = Table { one_yes: 20, one_no: 10, other_yes: 10, other_no: 10 };
        let found = breslow_day(&[table; 3]).unwrap();
        assert!(found.statistic.abs() < 1e-9 && found.p > 0.999);
        assert_eq!((woolf(&[table]), breslow_day(&[table])), (None, None));
    }
}
