//! Does the audit find a double standard that was planted, and none where there is none?
//!
//! HateCheck has the same sentences about seven groups. A rulebook is played by the labels of the suite: even, or
//! with one group treated otherwise.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use likeness::audit::{Aspect, Case, Comparison, Judged, Treatment, Verdict, compare, judge};
use likeness::{Terms, Text, like_sets};

use crate::random::Random;

/// The suite, sorted into sets of like cases by text alone.
struct Suite {
    rows: Vec<HashMap<String, String>>,
    sets: Vec<usize>,
    groups: Vec<String>,
}

impl Suite {
    fn load() -> Option<&'static Self> {
        static SUITE: OnceLock<Option<Suite>> = OnceLock::new();
        SUITE.get_or_init(Self::read).as_ref()
    }

    fn read() -> Option<Self> {
        let folder = crate::shared("data/hatecheck-en")?;
        let rows = crate::rows(&folder.join("test_suite_cases.csv"));
        let placeholders = crate::rows(&folder.join("template_placeholders.csv"));
        let groups = ["[IDENTITY_S]", "[IDENTITY_P]", "[IDENTITY_A]"];
        let slurs = ["[SLUR_S]", "[SLUR_P]"];
        let terms =
            Terms::new([crate::names(&placeholders, &groups), crate::names(&placeholders, &slurs)]);
        let texts: Vec<Text> =
            rows.iter().map(|row| Text::read_with(&row["test_case"], &terms)).collect();
        let sets = like_sets(&texts, 0.7).set_of;
        let mut groups: Vec<String> = rows.iter().map(|row| row["target_ident"].clone()).collect();
        groups.retain(|group| !group.is_empty());
        groups.sort();
        groups.dedup();
        Some(Self { rows, sets, groups })
    }

    /// Cases, grouped and decided as told.
    fn cases(
        &self,
        group: impl Fn(usize, &HashMap<String, String>) -> Option<u32>,
        mut measured: impl FnMut(&HashMap<String, String>) -> bool,
    ) -> Vec<Case> {
        let each = self.rows.iter().zip(&self.sets).enumerate();
        each.map(|(key, (row, set))| Case {
            key,
            set: *set,
            account: key as u64,
            group: group(key, row),
            treatment: Treatment { measured: measured(row), ..Treatment::default() },
        })
        .collect()
    }

    fn target(&self, row: &HashMap<String, String>) -> Option<u32> {
        self.groups.iter().position(|group| *group == row["target_ident"]).map(|at| at as u32)
    }

    /// All pairs of groups.
    fn audit(&self, cases: &[Case], deals: usize) -> BTreeMap<(u32, u32), (Comparison, Judged)> {
        let count = self.groups.len() as u32;
        let pairs: Vec<(u32, u32)> =
            (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other))).collect();
        let mut random = Random(5);
        let found: Vec<Comparison> = pairs
            .iter()
            .map(|(one, other)| compare(cases, *one, *other, deals, |n| random.below(n)))
            .collect();
        let judged = judge(&found, 0.05);
        pairs.into_iter().zip(found.into_iter().zip(judged)).collect()
    }
}

fn hateful(row: &HashMap<String, String>) -> bool {
    row["label_gold"] == "hateful"
}

#[test]
fn unlisted_slurs_of_one_group_are_found_with_group_and_direction() {
    let Some(suite) = Suite::load() else { return };
    let slur = |row: &HashMap<String, String>| row["functionality"] == "slur_h";
    for (number, spared) in suite.groups.iter().enumerate() {
        let cases = suite.cases(
            |_, row| suite.target(row),
            |row| hateful(row) && !(slur(row) && row["target_ident"] == *spared),
        );
        let found = suite.audit(&cases, 1_999);
        for ((one, other), (comparison, judged)) in found {
            let pairs = comparison.pairs_of(Aspect::Measure);
            if one as usize != number && other as usize != number {
                assert!(judged.verdict <= Verdict::NoEvidence, "{one} {other}: {judged:?}");
            } else if pairs.only_one + pairs.only_other >= 10 {
                assert_eq!(judged.verdict, Verdict::Clear, "{spared}: {pairs:?} {judged:?}");
                // Those who are not spared bear it.
                assert_eq!(pairs.only_one > pairs.only_other, one as usize != number);
                assert!(comparison.gamma.is_some_and(|gamma| gamma > 1.5));
            }
        }
    }
}

#[test]
fn an_even_but_noisy_rulebook_raises_no_more_alarms_than_stated() {
    let Some(suite) = Suite::load() else { return };
    let mut alarms = 0;
    for night in 0..200u64 {
        let mut noise = Random(night);
        let labels: Vec<u32> = suite.rows.iter().map(|_| noise.below(2) as u32).collect();
        let cases =
            suite.cases(|key, _| labels.get(key).copied(), |row| hateful(row) && noise.hits(0.7));
        let mut lots = Random(night + 1_000);
        let found = compare(&cases, 0, 1, 199, |n| lots.below(n));
        let p = found.permutation.map(|found| found.p);
        alarms += u32::from(p.is_some_and(|p| p <= 0.05));
    }
    eprintln!("random groupings with an alarm at 5 %: {alarms} of 200");
    // Binomial(200, 0.05) is above 18 once in a hundred.
    assert!(alarms <= 18, "{alarms} of 200");
}

#[test]
fn the_smaller_the_bias_the_rarer_it_is_found() {
    let Some(suite) = Suite::load() else { return };
    let mut rates = Vec::new();
    for share in [0.0, 0.05, 0.1, 0.2, 0.3, 0.5] {
        let mut found = 0;
        let rounds = 20;
        for round in 0..rounds {
            let mut noise = Random(round * 31 + 7);
            let spared = suite.groups[round as usize % suite.groups.len()].clone();
            let cases = suite.cases(
                |_, row| {
                    suite.target(row).map(|group| u32::from(suite.groups[group as usize] == spared))
                },
                |row| {
                    hateful(row)
                        && noise.hits(0.9)
                        && !(row["target_ident"] == spared && noise.hits(share))
                },
            );
            let mut lots = Random(round);
            let comparison = compare(&cases, 0, 1, 999, |n| lots.below(n));
            let right =
                comparison.permutation.is_some_and(|found| found.p <= 0.05 && found.surplus > 0.0);
            found += u32::from(right);
        }
        eprintln!(
            "{:2.0} % of one group's breaches passed over: found {found} of {rounds}",
            share * 100.0
        );
        rates.push(found);
    }
    assert!(rates[0] <= 3 && rates[5] == 20, "{rates:?}");
    assert!(rates[3] >= 15, "{rates:?}");
}
