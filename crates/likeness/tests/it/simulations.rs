//! Worlds whose truth is known: do the methods tell it as often as they claim?

use likeness::audit::{Aspect, Case, Treatment, compare};
use likeness::statistics::{
    DrawnPairs, Interval, LikeDecisions, MatchedPairs, StratumSums, Table, wilson,
};

use crate::random::Random;

fn with_odds(base: f64, ratio: f64) -> f64 {
    let odds = base / (1.0 - base) * ratio;
    odds / (1.0 + odds)
}

/// The share of `rounds` in which the interval held the truth.
fn coverage(rounds: u64, mut holds: impl FnMut(&mut Random) -> bool) -> f64 {
    (0..rounds).filter(|round| holds(&mut Random(round * 7_919 + 3))).count() as f64 / rounds as f64
}

#[test]
fn the_interval_of_the_common_odds_covers_at_its_level() {
    for ratio in [1.0, 2.0] {
        let covered = coverage(4_000, |random| {
            let sums: StratumSums = (0..300)
                .map(|set| {
                    let base = [0.2, 0.5, 0.7][set % 3];
                    let mut yes =
                        |n: u64, share| (0..n).filter(|_| random.hits(share)).count() as u64;
                    let (one_yes, other_yes) = (yes(2, with_odds(base, ratio)), yes(3, base));
                    Table { one_yes, one_no: 2 - one_yes, other_yes, other_no: 3 - other_yes }
                })
                .collect();
            let interval = sums.common_odds(0.95).unwrap().interval;
            interval.low <= ratio && ratio <= interval.high
        });
        eprintln!(
            "common odds, true ratio {ratio}: the 95 % interval held it in {:.1} %",
            covered * 100.0
        );
        assert!((0.94..=0.96).contains(&covered), "{covered}");
    }
}

#[test]
fn the_exact_interval_of_pairs_covers_at_least_at_its_level() {
    for ratio in [1.0f64, 3.0] {
        let share = ratio / (1.0 + ratio);
        let covered = coverage(4_000, |random| {
            let only_one = (0..80).filter(|_| random.hits(share)).count() as u64;
            let interval =
                MatchedPairs { only_one, only_other: 80 - only_one }.interval(0.95).unwrap();
            interval.low <= ratio && ratio <= interval.high
        });
        eprintln!(
            "pairs, true ratio {ratio}: the exact 95 % interval held it in {:.1} %",
            covered * 100.0
        );
        assert!(covered >= 0.945, "{covered}");
    }
}

/// The coverage that mid-p has for each number of pairs and each truth is a sum, not a draw: over numbers from 40 to 400, as
/// audits meet them, it stays near 95 % where the exact interval lies above it.
#[test]
fn the_mid_p_interval_of_pairs_covers_at_its_level() {
    for ratio in [1.0f64, 1.5, 3.0] {
        let share = ratio / (1.0 + ratio);
        let (mut mid, mut exact) = (0.0, 0.0);
        let numbers = [40_u64, 57, 80, 121, 200, 283, 400];
        for n in numbers {
            let mut weight = (1.0 - share).powi(i32::try_from(n).unwrap());
            for only_one in 0..=n {
                let pairs = MatchedPairs { only_one, only_other: n - only_one };
                let holds = |interval: Interval| interval.low <= ratio && ratio <= interval.high;
                if weight > 1e-12 {
                    mid += if holds(pairs.mid_p_interval(0.95).unwrap()) { weight } else { 0.0 };
                    exact += if holds(pairs.interval(0.95).unwrap()) { weight } else { 0.0 };
                }
                weight *= share / (1.0 - share) * (n - only_one) as f64 / (only_one + 1) as f64;
            }
        }
        let many = numbers.len() as f64;
        eprintln!(
            "pairs, true ratio {ratio}: mid-p holds it in {:.1} %, the exact interval in {:.1} %",
            mid / many * 100.0,
            exact / many * 100.0
        );
        assert!((0.94..=0.96).contains(&(mid / many)), "{}", mid / many);
        assert!(exact / many >= 0.95);
    }
}

#[test]
fn the_interval_of_a_share_covers_at_its_level() {
    let covered = coverage(4_000, |random| {
        let share = 0.13;
        let part = (0..400).filter(|_| random.hits(share)).count() as u64;
        let interval = wilson(part, 400, 0.95).unwrap();
        interval.low <= share && share <= interval.high
    });
    assert!((0.94..=0.965).contains(&covered), "{covered}");
}

/// One group posts what is removed more often. Everybody is treated by what they post.
#[test]
fn groups_that_post_different_things_do_not_fool_the_matched_analysis() {
    let (mut naive_fooled, mut matched_fooled) = (0, 0);
    let rounds = 200;
    for round in 0..rounds {
        let mut random = Random(round);
        let cases: Vec<Case> = (0..1_200)
            .map(|key| {
                let grave = key % 2 == 0;
                let one = random.hits(if grave { 0.8 } else { 0.2 });
                Case {
                    key,
                    // Sets of about six cases, all grave or all harmless.
                    set: random.below(100) * 2 + usize::from(grave),
                    account: key as u64,
                    group: Some(u32::from(one)),
                    treatment: Treatment {
                        measured: random.hits(if grave { 0.8 } else { 0.1 }),
                        ..Treatment::default()
                    },
                }
            })
            .collect();
        let count = |group, measured| {
            let of =
                |case: &&Case| case.group == Some(group) && case.treatment.measured == measured;
            cases.iter().filter(of).count() as u64
        };
        let crude: StratumSums = [Table {
            one_yes: count(1, true),
            one_no: count(1, false),
            other_yes: count(0, true),
            other_no: count(0, false),
        }]
        .into_iter()
        .collect();
        naive_fooled += u32::from(crude.common_odds(0.95).unwrap().interval.low > 1.0);
        let mut lots = Random(round + 5_000);
        let found = compare(&cases, 1, 0, 199, |n| lots.below(n));
        matched_fooled += u32::from(found.permutation.is_some_and(|found| found.p <= 0.05));
        assert!(found.pairs_of(Aspect::Measure).only_one > 0);
    }
    eprintln!(
        "of {rounds} even worlds the naive rate cried wolf in {naive_fooled}, the matched analysis in {matched_fooled}"
    );
    assert!(
        naive_fooled == rounds as u32 && matched_fooled <= 18,
        "{naive_fooled} {matched_fooled}"
    );
}

/// Posts that were left alone are looked at one time in five: the share of unlike pairs is told as if all had been.
#[test]
fn a_share_of_pairs_is_told_from_what_was_drawn() {
    let chance = 0.2;
    let (mut sum, rounds) = (0.0, 2_000);
    let mut truth_sum = 0.0;
    let covered = coverage(rounds, |random| {
        let (mut whole, mut drawn) = (DrawnPairs::default(), DrawnPairs::default());
        for set in 0..400 {
            let base = [0.1, 0.4, 0.8][set % 3];
            let size = 2 + random.below(6) as u64;
            let measured = (0..size).filter(|_| random.hits(base)).count() as u64;
            if measured == 0 {
                continue;
            }
            let left = size - measured;
            let seen = (0..left).filter(|_| random.hits(chance)).count() as u64;
            whole.add(LikeDecisions { measured, left, explained: false }, 1.0);
            drawn.add(LikeDecisions { measured, left: seen, explained: false }, chance);
        }
        let truth = whole.share(1.96).unwrap().0;
        let (found, interval) = drawn.share(1.96).unwrap();
        sum += found;
        truth_sum += truth;
        interval.low <= truth && truth <= interval.high
    });
    let (found, truth) = (sum / rounds as f64, truth_sum / rounds as f64);
    eprintln!(
        "unlike pairs, one in five of those left alone drawn: {found:.4}, all looked at: {truth:.4}; the 95 % interval \
         held it in {:.1} %",
        covered * 100.0
    );
    assert!((found - truth).abs() < 0.005, "{found} {truth}");
    assert!(covered >= 0.94, "{covered}");
}

/// Drawing among those left alone with one chance for all changes no direction: the odds stay, and so does the test's level.
#[test]
fn the_common_odds_do_not_move_when_those_left_alone_are_drawn() {
    for ratio in [1.0, 2.0] {
        let covered = coverage(2_000, |random| {
            let sums: StratumSums = (0..600)
                .map(|set| {
                    let base = [0.2, 0.5, 0.7][set % 3];
                    let mut cells = |n: u64, share: f64| {
                        let yes = (0..n).filter(|_| random.hits(share)).count() as u64;
                        (yes, (0..n - yes).filter(|_| random.hits(0.3)).count() as u64)
                    };
                    let (one_yes, one_no) = cells(3, with_odds(base, ratio));
                    let (other_yes, other_no) = cells(3, base);
                    Table { one_yes, one_no, other_yes, other_no }
                })
                .collect();
            let interval = sums.common_odds(0.95).unwrap().interval;
            interval.low <= ratio && ratio <= interval.high
        });
        eprintln!(
            "common odds, true ratio {ratio}, three in ten of those left alone drawn: held in {:.1} %",
            covered * 100.0
        );
        assert!((0.935..=0.965).contains(&covered), "{covered}");
    }
}
