//! Could the labels of the groups just as well be dealt out by lot? The test that assumes least.
//!
//! Labels are dealt among *accounts*, never among posts: an account that posts much is one throw, not many.
//! Accounts that meet in sets of like cases, directly or through others, are dealt among themselves.
//! Good, "Permutation Tests" (2000); p as Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9:39 (2010).

use std::collections::{BTreeMap, HashMap};

/// One case of a set of like cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dealt {
    /// Whose it is; any number that stands for one account.
    pub account: u64,
    /// Is the account of the first group? If its cases say otherwise, the first one counts.
    pub of_one: bool,
    /// Was the case met with a measure?
    pub measured: bool,
}

/// What dealing the labels anew came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permutation {
    /// Measures against the first group beyond those expected if its labels were dealt by lot in each set.
    pub surplus: f64,
    /// (1 + deals with at least this surplus, either way) / (1 + deals).
    pub p: f64,
    /// How often the labels were dealt.
    pub deals: usize,
}

/// Deals the labels `deals` times. `pick(n)` must give a whole number below n; the randomness is the caller's.
/// None if no set has both groups and both outcomes.
///
/// ```
/// use likeness::statistics::{Dealt, permutation};
/// let sets: Vec<Vec<Dealt>> = (0..40u64)
///     .map(|set| {
///         let case = |i: u64| Dealt { account: set * 2 + i, of_one: i == 0, measured: (i == 0) == (set < 32) };
///         vec![case(0), case(1)]
///     })
///     .collect();
/// let mut seed = 1usize;
/// let found = permutation(&sets, 999, |n| {
///     seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
///     (seed >> 33) % n
/// });
/// assert!(found.unwrap().p < 0.005);
/// ```
pub fn permutation(
    sets: &[Vec<Dealt>],
    deals: usize,
    mut pick: impl FnMut(usize) -> usize,
) -> Option<Permutation> {
    let mut accounts = Accounts::of(sets);
    if !sets.iter().any(|set| accounts.tells(set)) {
        return None;
    }
    let surplus = accounts.surplus();
    let mut tables = accounts.tables();
    let stays = surplus - tables.iter().map(|table| table.now).sum::<f64>();
    let mut at_least = 0;
    for _ in 0..deals {
        let dealt = tables.iter_mut().fold(stays, |sum, table| sum + table.deal(&mut pick));
        at_least += usize::from(dealt.abs() >= surplus.abs() - 1e-9);
    }
    Some(Permutation { surplus, p: (1 + at_least) as f64 / (1 + deals) as f64, deals })
}

/// Accounts that are dealt among themselves.
struct DealtTable {
    /// What each adds if it is of the first group, in whatever order the last deal left.
    weights: Vec<f64>,
    all: f64,
    /// How many are of the first group.
    ones: usize,
    /// What those of the first group add as it was.
    now: f64,
}

impl DealtTable {
    /// Draws who is of the first group; gives what they add. The smaller group is drawn: the rest is the other.
    fn deal(&mut self, pick: &mut impl FnMut(usize) -> usize) -> f64 {
        let size = self.weights.len();
        let few = self.ones.min(size - self.ones);
        let mut sum = 0.0;
        for at in 0..few {
            self.weights.swap(at, (at + pick(size - at)).min(size - 1));
            sum += self.weights.get(at).copied().unwrap_or_default();
        }
        if few == self.ones { sum } else { self.all - sum }
    }
}

/// The accounts, numbered from 0.
struct Accounts {
    numbers: HashMap<u64, usize>,
    of_one: Vec<bool>,
    /// What each account adds to the surplus if it is of the first group: over its cases, 1 or 0 for a measure
    /// less the share of its set. Dealing labels changes no more than who is summed.
    weights: Vec<f64>,
    /// For each account another that it is dealt with, or itself.
    with: Vec<usize>,
}

impl Accounts {
    fn of(sets: &[Vec<Dealt>]) -> Self {
        let (numbers, of_one) = (HashMap::new(), Vec::new());
        let mut accounts = Self { numbers, of_one, weights: Vec::new(), with: Vec::new() };
        for set in sets {
            let measured = set.iter().filter(|case| case.measured).count() as f64;
            let share = measured / set.len() as f64;
            let mut first = None;
            for case in set {
                let at = accounts.number(case);
                if let Some(weight) = accounts.weights.get_mut(at) {
                    *weight += f64::from(u8::from(case.measured)) - share;
                }
                let met = *first.get_or_insert(at);
                let (a, b) = (accounts.leader(met), accounts.leader(at));
                accounts.follow(b, a);
            }
        }
        accounts
    }

    fn number(&mut self, case: &Dealt) -> usize {
        let next = self.of_one.len();
        let at = *self.numbers.entry(case.account).or_insert(next);
        if at == next {
            self.of_one.push(case.of_one);
            self.weights.push(0.0);
            self.with.push(at);
        }
        at
    }

    fn leader(&mut self, mut of: usize) -> usize {
        while let Some(up) = self.with.get(of).copied().filter(|up| *up != of) {
            let above = self.with.get(up).copied().unwrap_or(up);
            self.follow(of, above);
            of = above;
        }
        of
    }

    fn follow(&mut self, of: usize, to: usize) {
        if let Some(with) = self.with.get_mut(of) {
            *with = to;
        }
    }

    fn is_of_one(&self, case: &Dealt) -> bool {
        let number = self.numbers.get(&case.account);
        number.and_then(|at| self.of_one.get(*at)).copied().unwrap_or(false)
    }

    /// Has the set both groups and both outcomes?
    fn tells(&self, set: &[Dealt]) -> bool {
        let ones = set.iter().filter(|case| self.is_of_one(case)).count();
        let measured = set.iter().filter(|case| case.measured).count();
        ones > 0 && ones < set.len() && measured > 0 && measured < set.len()
    }

    fn surplus(&self) -> f64 {
        self.of_one.iter().zip(&self.weights).filter(|(one, _)| **one).map(|(_, w)| w).sum()
    }

    /// The accounts that are dealt among themselves, where there is something to deal.
    fn tables(&mut self) -> Vec<DealtTable> {
        let mut tables: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.of_one.len() {
            tables.entry(self.leader(at)).or_default().push(at);
        }
        let dealt = tables.into_values().filter_map(|table| {
            let weight = |at: &usize| self.weights.get(*at).copied().unwrap_or_default();
            let is_one = |at: &&usize| self.of_one.get(**at) == Some(&true);
            let weights: Vec<f64> = table.iter().map(weight).collect();
            let ones = table.iter().filter(is_one).count();
            let tells = weights.iter().any(|w| *w != 0.0) && ones > 0 && ones < table.len();
            let now = table.iter().filter(is_one).map(weight).sum();
            tells.then(|| DealtTable { all: weights.iter().sum(), weights, ones, now })
        });
        dealt.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64.
    fn pick(seed: &mut u64) -> impl FnMut(usize) -> usize + '_ {
        |below| {
            *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as usize % below
        }
    }

    #[test]
    fn on_pairs_it_is_the_sign_test() {
        // Twelve unlike pairs, ten against the first group: two-sided exact p = 2 · 79 / 4096.
        let sets: Vec<Vec<Dealt>> = (0..12)
            .map(|set| {
                let case = |i: u64| Dealt {
                    account: set * 2 + i,
                    of_one: i == 0,
                    measured: (i == 0) == (set < 10),
                };
                vec![case(0), case(1)]
            })
            .collect();
        let found = permutation(&sets, 20_000, pick(&mut 3)).unwrap();
        assert!((found.surplus - 4.0).abs() < 1e-12);
        assert!((found.p - 158.0 / 4096.0).abs() < 0.005, "{}", found.p);
    }

    #[test]
    fn one_busy_account_proves_nothing() {
        // The same two accounts in forty sets: two ways to deal, so p cannot be small.
        let set = vec![
            Dealt { account: 1, of_one: true, measured: true },
            Dealt { account: 2, of_one: false, measured: false },
        ];
        let found = permutation(&vec![set; 40], 999, pick(&mut 5)).unwrap();
        assert!(found.p > 0.9, "{}", found.p);
    }

    #[test]
    fn without_a_difference_there_is_nothing_to_test() {
        let set = vec![
            Dealt { account: 1, of_one: true, measured: true },
            Dealt { account: 2, of_one: false, measured: true },
        ];
        assert_eq!(permutation(&[set], 99, pick(&mut 1)), None);
        assert_eq!(permutation(&[], 99, pick(&mut 1)), None);
    }
}
