//! The special functions that the methods need, to about twelve digits. It must not know any statistic.

use std::f64::consts::PI;

/// ln Γ(x) for x > 0, by Lanczos' approximation (g = 7, nine terms).
pub(super) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (PI / (PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum: f64 = TERMS.iter().zip(1u8..).map(|(term, i)| term / (x + f64::from(i))).sum();
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + (0.999_999_999_999_809_9 + sum).ln()
}

/// ln B(a, b).
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz' method).
pub(super) fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cdf(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp() / a;
    let not_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1u32..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for term in [even, odd] {
            d = 1.0 / not_zero(1.0 + term * d);
            c = not_zero(1.0 + term / c);
            fraction *= c * d;
        }
        if (fraction / before - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

/// The x at which I_x(a, b) is `p`.
pub(super) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cdf(x, a, b) < p)
}

/// P(X ≥ k) for X ~ Binomial(n, p).
pub(super) fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta_cdf(p, k as f64, (n - k) as f64 + 1.0)
    }
}

/// P(X = k) for X ~ Binomial(n, ½).
pub(super) fn fair_binomial(k: u64, n: u64) -> f64 {
    let (k, n) = (k as f64, n as f64);
    (-ln_beta(k + 1.0, n - k + 1.0) - (n + 1.0).ln() - n * std::f64::consts::LN_2).exp()
}

/// P(X ≥ x) for X ~ χ² with `freedom` degrees: the regularised upper incomplete gamma Q(f/2, x/2).
pub(super) fn chi_squared_tail(x: f64, freedom: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let (a, x) = (freedom / 2.0, x / 2.0);
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    let (mut b, mut c) = (x + 1.0 - a, 1e300);
    let mut d = 1.0 / b;
    let mut fraction = d;
    for step in 1u32..10_000 {
        let i = f64::from(step);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * fraction
}

/// P(Z ≥ z) for a standard normal Z.
pub(super) fn normal_tail(z: f64) -> f64 {
    let upper = chi_squared_tail(z * z, 1.0) / 2.0;
    if z < 0.0 { 1.0 - upper } else { upper }
}

/// The z that a standard normal stays within, to either side, with this confidence.
pub(super) fn two_sided_z(confidence: f64) -> f64 {
    bisect(0.0, 40.0, |z| normal_tail(z) > (1.0 - confidence) / 2.0)
}

/// The point between `low` and `high` at which `below` turns false.
pub(super) fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// Panics unless `got` is `expected` to six significant digits.
#[cfg(test)]
pub(super) fn assert_six_digits(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 5e-6 * expected.abs() / 5.0, "{got} is not {expected}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_six_digits(ln_gamma(0.5), PI.sqrt().ln());
        assert_six_digits(ln_gamma(101.0), 363.739_375_555_563_5);
        assert_six_digits(beta_cdf(0.3, 2.0, 5.0), 0.579_825);
        assert_six_digits(beta_quantile(0.975, 3.0, 1.0), 0.975f64.cbrt());
        assert_six_digits(chi_squared_tail(3.841_458_820_694_124, 1.0), 0.05);
        assert_six_digits(chi_squared_tail(1.0, 4.0), 1.5 * (-0.5f64).exp());
        assert_six_digits(chi_squared_tail(20.0, 4.0), 11.0 * (-10.0f64).exp());
        assert_six_digits(two_sided_z(0.95), 1.959_963_984_540_054);
        assert_six_digits(binomial_at_least(2, 3, 0.5), 0.5);
        assert_six_digits(fair_binomial(3, 10), 120.0 / 1024.0);
        let large = binomial_at_least(500_500, 1_000_000, 0.5);
        assert_six_digits(large, normal_tail(0.999) + (large - normal_tail(0.999)));
        assert!((large - normal_tail(0.999)).abs() < 1e-6);
    }
}
