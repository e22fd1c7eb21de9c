//! Could the labels of the groups just as well be dealt out by lot? The test that assumes least.
//!
//! Labels are dealt among *accounts*, never among posts: an account that posts much is one throw, not many.
//! Accounts that meet in sets of like cases, directly or through others, are dealt among themselves.
//! Good, "Permutation Tests" (2000); p as Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9:39 (2010).

use std::collections::BTreeMap;

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
    let mut labels: BTreeMap<u64, bool> = BTreeMap::new();
    sets.iter().flatten().for_each(|case| _ = labels.entry(case.account).or_insert(case.of_one));
    let tells = |set: &&Vec<Dealt>| {
        let groups = set.iter().filter(|case| labels.get(&case.account) == Some(&true)).count();
        let measured = set.iter().filter(|case| case.measured).count();
        groups > 0 && groups < set.len() && measured > 0 && measured < set.len()
    };
    sets.iter().find(tells)?;
    let surplus = surplus(sets, &labels);
    let tables = tables(sets, &labels);
    let mut at_least = 0;
    for _ in 0..deals {
        for table in &tables {
            let mut dealt: Vec<bool> =
                table.iter().map(|account| labels.get(account) == Some(&true)).collect();
            for last in (1..dealt.len()).rev() {
                dealt.swap(last, pick(last + 1).min(last));
            }
            for (account, label) in table.iter().zip(dealt) {
                labels.insert(*account, label);
            }
        }
        let here = self::surplus(sets, &labels);
        at_least += usize::from(here.abs() >= surplus.abs() - 1e-9);
    }
    Some(Permutation { surplus, p: (1 + at_least) as f64 / (1 + deals) as f64, deals })
}

/// Σ over sets of (measures against the first group − its share of the set's measures).
fn surplus(sets: &[Vec<Dealt>], labels: &BTreeMap<u64, bool>) -> f64 {
    sets.iter()
        .map(|set| {
            let of_one = |case: &&Dealt| labels.get(&case.account) == Some(&true);
            let measured = set.iter().filter(|case| case.measured).count() as f64;
            let ours = set.iter().filter(of_one).count() as f64;
            let seen = set.iter().filter(of_one).filter(|case| case.measured).count() as f64;
            if set.is_empty() { 0.0 } else { seen - ours * measured / set.len() as f64 }
        })
        .sum()
}

/// The accounts that are dealt among themselves.
fn tables(sets: &[Vec<Dealt>], labels: &BTreeMap<u64, bool>) -> Vec<Vec<u64>> {
    let mut leader: BTreeMap<u64, u64> =
        labels.keys().map(|account| (*account, *account)).collect();
    fn find(leader: &mut BTreeMap<u64, u64>, mut of: u64) -> u64 {
        while let Some(up) = leader.get(&of).copied().filter(|up| *up != of) {
            let above = leader.get(&up).copied().unwrap_or(up);
            leader.insert(of, above);
            of = above;
        }
        of
    }
    for set in sets {
        for pair in set.windows(2) {
            if let [a, b] = pair {
                let (a, b) = (find(&mut leader, a.account), find(&mut leader, b.account));
                leader.insert(b, a);
            }
        }
    }
    let mut tables: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for account in labels.keys() {
        tables.entry(find(&mut leader, *account)).or_default().push(*account);
    }
    tables.into_values().filter(|table| table.len() > 1).collect()
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
