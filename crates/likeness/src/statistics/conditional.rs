//! Like cases that differ in more than their group: what do reach, standing or the number of reports do to
//! the odds of a measure, within sets of like cases?
//!
//! Conditional logistic regression: the likelihood of a set is that of just these of its members being met
//! with a measure, given how many were. What the members have in common cancels. The sum over all choices of
//! members is built up member by member: Gail, Lubin and Rubinstein, Biometrika 68:703 (1981).

use super::{
    Interval,
    special::{normal_tail, two_sided_z},
};

/// Sums are scaled down beyond this, so that large sets do not overflow.
const LARGE: f64 = 1e150;

/// One case of a set of like cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// What may tell: the group as 0 or 1, reach, prior strikes... The same ones in the same order for all.
    pub covariates: Vec<f64>,
    /// Was it met with a measure?
    pub measured: bool,
}

/// What one covariate does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The change of the log odds for one more of the covariate.
    pub log_odds: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Effect {
    /// Wald's interval of the odds ratio.
    #[must_use]
    pub fn interval(self, confidence: f64) -> Interval {
        let reach = two_sided_z(confidence) * self.standard_error;
        Interval { low: (self.log_odds - reach).exp(), high: (self.log_odds + reach).exp() }
    }

    /// Wald's two-sided p of "it does nothing".
    #[must_use]
    pub fn p(self) -> f64 {
        2.0 * normal_tail((self.log_odds / self.standard_error).abs())
    }
}

/// What the covariates do within sets of like cases.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionalLogistic {
    /// One for each covariate.
    pub effects: Vec<Effect>,
    /// The log likelihood with these effects.
    pub log_likelihood: f64,
    /// The log likelihood if nothing had an effect.
    pub log_likelihood_without: f64,
    /// Sets that told something.
    pub used: usize,
    /// Sets in which all or none were met with a measure; show them beside every result.
    pub dropped: usize,
}

/// Fits by Newton's method. None if no set tells anything, if the covariates differ in number, if they say the
/// same (no unique answer), or if they part the cases completely (an infinite effect: use the exact test of
/// [`super::MatchedPairs`]).
///
/// ```
/// use likeness::statistics::{Member, conditional_logistic};
/// let pair = |measured: [bool; 2]| -> Vec<Member> {
///     // The first of each pair is of the group in question.
///     (0..2).map(|i| Member { covariates: vec![f64::from(i == 0)], measured: measured[i as usize] }).collect()
/// };
/// let sets: Vec<_> = (0..61).map(|i| pair([i < 44, i >= 44])).collect();
/// let found = conditional_logistic(&sets).unwrap();
/// assert!((found.effects[0].log_odds.exp() - 44.0 / 17.0).abs() < 1e-6);
/// ```
#[must_use]
pub fn conditional_logistic(sets: &[Vec<Member>]) -> Option<ConditionalLogistic> {
    let telling: Vec<&[Member]> = sets.iter().map(Vec::as_slice).filter(|set| tells(set)).collect();
    let count = telling.first()?.first()?.covariates.len();
    let uneven = |set: &&[Member]| set.iter().any(|member| member.covariates.len() != count);
    if count == 0 || telling.iter().any(uneven) {
        return None;
    }
    let mut effects = vec![0.0; count];
    let mut here = Likelihood::of(&telling, &effects);
    let without = here.log;
    let mut settled = false;
    for _ in 0..50 {
        let step = solve(&here.information, &here.slope)?;
        let gain: f64 = step.iter().zip(&here.slope).map(|(a, b)| a * b).sum();
        if gain < 1e-12 * here.log.abs().max(1e-300) {
            settled = true;
            break;
        }
        let (next, likelihood) =
            (0..30).map(|halvings| 0.5f64.powi(halvings)).find_map(|scale| {
                let next: Vec<f64> =
                    effects.iter().zip(&step).map(|(b, s)| b + scale * s).collect();
                let likelihood = Likelihood::of(&telling, &next);
                (likelihood.log >= here.log).then_some((next, likelihood))
            })?;
        (effects, here) = (next, likelihood);
    }
    // Where the cases are parted completely, the likelihood tends to 1 and the effect to infinity.
    if !settled || here.log > -1e-6 {
        return None;
    }
    let effects = (0..count)
        .map(|at| {
            let unit: Vec<f64> = (0..count).map(|other| f64::from(u8::from(other == at))).collect();
            let variance = solve(&here.information, &unit)?.get(at).copied()?;
            let log_odds = effects.get(at).copied()?;
            (variance > 0.0).then(|| Effect { log_odds, standard_error: variance.sqrt() })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(ConditionalLogistic {
        effects,
        log_likelihood: here.log,
        log_likelihood_without: without,
        used: telling.len(),
        dropped: sets.len() - telling.len(),
    })
}

fn tells(set: &[Member]) -> bool {
    set.iter().any(|member| member.measured) && set.iter().any(|member| !member.measured)
}

/// The log likelihood, its slope, and the information (the negated matrix of second derivatives).
struct Likelihood {
    log: f64,
    slope: Vec<f64>,
    information: Vec<Vec<f64>>,
}

/// The sum over all choices of k members of the product of their weights, with its derivatives.
#[derive(Clone)]
struct Choices {
    sum: f64,
    first: Vec<f64>,
    second: Vec<Vec<f64>>,
}

impl Choices {
    fn none(count: usize) -> Self {
        Self { sum: 0.0, first: vec![0.0; count], second: vec![vec![0.0; count]; count] }
    }

    /// Adds the choices that have one member more: those of `fewer`, each with a member of this weight.
    fn add(&mut self, fewer: &Self, weight: f64, x: &[f64]) {
        self.sum += weight * fewer.sum;
        for (to, (g, x)) in self.first.iter_mut().zip(fewer.first.iter().zip(x)) {
            *to += weight * (g + x * fewer.sum);
        }
        let rows = self.second.iter_mut().zip(&fewer.second).zip(x.iter().zip(&fewer.first));
        for ((to, h), (xi, gi)) in rows {
            for ((to, h), (xj, gj)) in to.iter_mut().zip(h).zip(x.iter().zip(&fewer.first)) {
                *to += weight * (h + xi * gj + xj * gi + xi * xj * fewer.sum);
            }
        }
    }

    fn scale(&mut self, by: f64) {
        self.sum *= by;
        self.first.iter_mut().for_each(|value| *value *= by);
        self.second.iter_mut().flatten().for_each(|value| *value *= by);
    }
}

impl Likelihood {
    fn of(sets: &[&[Member]], effects: &[f64]) -> Self {
        let count = effects.len();
        let mut whole =
            Self { log: 0.0, slope: vec![0.0; count], information: vec![vec![0.0; count]; count] };
        sets.iter().for_each(|set| whole.add(set, effects));
        whole
    }

    fn add(&mut self, set: &[Member], effects: &[f64]) {
        let score = |member: &Member| -> f64 {
            member.covariates.iter().zip(effects).map(|(x, b)| x * b).sum()
        };
        // Scores matter by their differences only.
        let middle = set.iter().map(score).sum::<f64>() / set.len() as f64;
        let chosen = set.iter().filter(|member| member.measured).count();
        let mut choices = vec![Choices::none(effects.len()); chosen + 1];
        if let Some(empty) = choices.first_mut() {
            empty.sum = 1.0;
        }
        let mut scaled = 0.0;
        for member in set {
            let weight = (score(member) - middle).exp();
            for k in (1..=chosen).rev() {
                let (fewer, more) = choices.split_at_mut(k);
                if let (Some(fewer), Some(to)) = (fewer.last(), more.first_mut()) {
                    to.add(fewer, weight, &member.covariates);
                }
            }
            let largest = choices.iter().map(|choice| choice.sum).fold(0.0, f64::max);
            if largest > LARGE {
                choices.iter_mut().for_each(|choice| choice.scale(1.0 / largest));
                scaled += largest.ln();
            }
            if member.measured {
                self.log += score(member) - middle;
                for (slope, x) in self.slope.iter_mut().zip(&member.covariates) {
                    *slope += x;
                }
            }
        }
        let Some(Choices { sum, first, second }) = choices.pop() else { return };
        self.log -= sum.ln() + scaled;
        for (slope, g) in self.slope.iter_mut().zip(&first) {
            *slope -= g / sum;
        }
        let rows = self.information.iter_mut().zip(&second).zip(&first);
        for ((row, h), gi) in rows {
            for ((to, h), gj) in row.iter_mut().zip(h).zip(&first) {
                *to += h / sum - gi * gj / (sum * sum);
            }
        }
    }
}

/// Solves a small symmetric system by elimination with pivoting; none if it is singular.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let size = right.len();
    let mut rows: Vec<Vec<f64>> = matrix
        .iter()
        .zip(right)
        .map(|(row, right)| row.iter().copied().chain([*right]).collect())
        .collect();
    for at in 0..size {
        let cell = |row: &Vec<f64>| row.get(at).copied().unwrap_or(0.0);
        let best = (at..size).max_by(|a, b| {
            let value = |row: &usize| rows.get(*row).map_or(0.0, |row| cell(row).abs());
            value(a).total_cmp(&value(b))
        })?;
        let own = matrix.get(best)?.get(at).copied()?.abs();
        rows.swap(at, best);
        let pivot = rows.get(at)?.clone();
        let lead = cell(&pivot);
        if lead.is_nan() || lead.abs() <= 1e-10 * own.max(1e-300) {
            return None;
        }
        for (number, row) in rows.iter_mut().enumerate() {
            let factor = if number == at { continue } else { cell(row) / lead };
            row.iter_mut().zip(&pivot).for_each(|(to, from)| *to -= factor * from);
        }
    }
    rows.iter().enumerate().map(|(at, row)| Some(row.get(size)? / row.get(at)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::special::assert_six_digits, *};

    /// R's data set `infert`: 83 women and their controls; per person (induced, spontaneous), by set.
    const CASES: &str = "12 10 20 20 11 21 00 00 01 00 10 21 10 20 11 20 21 01 21 01 01 20 02 01 11 02 02 02 12 20 \
        01 10 10 02 10 02 01 12 00 01 02 00 00 11 00 10 02 20 20 02 12 12 11 01 02 02 10 02 01 02 \
        02 01 01 02 10 01 01 12 02 10 10 01 01 02 02 01 01 10 01 01 20 01 01";
    const FIRST_CONTROLS: &str = "20 00 20 01 20 11 00 20 01 01 00 11 00 01 10 10 02 00 01 00 00 00 00 00 01 00 00 00 02 11 \
        00 10 10 00 00 00 00 20 02 10 10 00 00 00 10 00 10 21 10 10 21 11 11 10 10 10 11 20 10 10 \
        20 10 00 00 01 00 01 20 11 00 10 00 01 -- 02 00 20 00 00 00 00 01 01";
    const SECOND_CONTROLS: &str = "20 00 20 02 00 02 00 01 10 01 01 01 00 02 10 00 12 10 11 10 00 00 20 01 02 00 00 00 21 11 \
        00 00 00 20 00 00 00 20 01 00 00 00 00 00 00 01 10 20 10 10 20 21 20 01 11 01 20 10 00 10 \
        10 10 00 10 02 10 00 20 02 10 00 10 00 02 11 10 01 01 01 00 20 01 01";

    fn infert() -> Vec<Vec<Member>> {
        let mut sets = vec![Vec::new(); 83];
        for (people, measured) in [(CASES, true), (FIRST_CONTROLS, false), (SECOND_CONTROLS, false)]
        {
            for (set, person) in sets.iter_mut().zip(people.split_whitespace()) {
                let digits: Vec<f64> =
                    person.chars().filter_map(|c| c.to_digit(10)).map(f64::from).collect();
                if let [induced, spontaneous] = digits[..] {
                    set.push(Member { covariates: vec![spontaneous, induced], measured });
                }
            }
        }
        sets
    }

    #[test]
    fn infert_as_in_r() {
        let sets = infert();
        assert_eq!(sets.iter().map(Vec::len).sum::<usize>(), 248);
        let found = conditional_logistic(&sets).unwrap();
        assert_six_digits(found.effects[0].log_odds, 1.985_876);
        assert_six_digits(found.effects[1].log_odds, 1.409_012);
        assert_six_digits(found.effects[0].standard_error, 0.352_443_5);
        assert_six_digits(found.effects[1].standard_error, 0.360_712_4);
        assert_six_digits(found.log_likelihood_without, -90.779_35);
        assert_six_digits(found.log_likelihood, -64.202_24);
        assert_eq!((found.used, found.dropped), (83, 0));
    }

    #[test]
    fn what_has_no_answer_has_none() {
        let member = |x: &[f64], measured| Member { covariates: x.to_vec(), measured };
        let parted = vec![vec![member(&[1.0], true), member(&[0.0], false)]; 40];
        assert_eq!(conditional_logistic(&parted), None, "an infinite effect");
        let twice = vec![
            vec![member(&[1.0, 2.0], true), member(&[0.0, 0.0], false)],
            vec![member(&[1.0, 2.0], false), member(&[0.0, 0.0], true)],
        ];
        assert_eq!(conditional_logistic(&twice), None, "one covariate said twice");
        let silent = vec![vec![member(&[1.0], true), member(&[0.0], true)]];
        assert_eq!(conditional_logistic(&silent), None);
        assert_eq!(conditional_logistic(&[]), None);
    }

    #[test]
    fn a_large_set_does_not_overflow() {
        let set: Vec<Member> = (0..2_000u32)
            .map(|i| Member { covariates: vec![f64::from(i % 7)], measured: i * i % 11 < 5 })
            .collect();
        let found = conditional_logistic(&[set]).unwrap();
        assert!(found.log_likelihood.is_finite() && found.effects[0].standard_error > 0.0);
    }
}
