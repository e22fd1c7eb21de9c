//! A real system, audited: PyPI's `alt-profanity-check` (1.9.1) over HateCheck's sentences that are hateful whoever they name.

use likeness::audit::{Aspect, Case, Treatment, compare};
use likeness::statistics::{MatchedPairs, benjamini_hochberg, cochran_q};

/// The groups, in the order of the bits, and how many of the 341 sentences were flagged.
const GROUPS: [(&str, u64); 7] = [
    ("Muslims", 101),
    ("black people", 136),
    ("disabled people", 105),
    ("gay people", 295),
    ("immigrants", 120),
    ("trans people", 69),
    ("women", 125),
];

/// For each of the 341 hateful templates that name every group, whether it was flagged: one bit for each group, the first
/// the lowest. Where a template has several sentences for a group (its slurs), whether any was.
const FLAGGED: &str = "\
    5f 08 5a 00 08 00 00 0a 5f 08 5e 5f 5f 08 08 08 08 08 0a 08 5f 08 08 4a 08 08 08 5a 7f 00 08 08 7f 7f 5f \
    7f 00 7f 7f 08 7f 5f 7f 08 4a 08 08 5f 08 5e 08 5f 08 00 08 08 5f 08 08 08 00 00 1b 5a 00 08 08 1a 00 7f \
    5a 00 08 08 08 5f 5f 1b 08 08 5f 08 08 5f 08 1a 5f 5a 08 08 5a 00 08 08 08 00 0a 08 7f 5a 7f 08 08 08 08 \
    08 0a 00 08 0a 08 08 08 08 08 08 08 08 00 6f 6f 6f 7f 6f 6f 4f 4f 7f 7f 7f 7f 7f 7f 7f 7f 7f 7f 7f 7f 5f \
    7f 7f 7f 7f 7f 08 7f 5e 08 00 5a 08 7f 08 5f 08 5f 5f 00 08 7f 5e 08 7f 7f 7f 7f 5a 08 08 08 5f 7f 7f 7f \
    08 08 08 08 5f 5a 0a 7f 7f 7f 08 08 08 08 08 08 08 08 08 08 08 08 1a 08 08 08 08 5a 5f 08 08 5f 00 08 08 \
    7f 7f 7f 08 5e 08 5e 5a 08 08 5e 08 08 7f 7f 7f 5f 5e 7f 5f 7f 5f 5a 00 08 08 5a 7f 08 08 08 08 7f 7f 7f \
    08 08 08 00 08 08 08 08 08 08 08 08 00 08 08 08 08 4a 08 08 08 00 08 00 08 7f 5b 08 00 00 00 08 7f 08 00 \
    7f 7f 7f 08 08 08 08 08 08 08 08 00 00 08 5a 08 08 00 01 08 08 08 00 7f 08 7f 00 08 08 00 08 7f 5a 08 00 \
    00 00 00 08 7f 08 08 08 7f 00 08 08 08 08 00 00 00 08 08 00 08 00 00 00 08 08";

fn flagged() -> Vec<Vec<bool>> {
    let bits = |text: &str| {
        let byte = u8::from_str_radix(text, 16).unwrap();
        (0..GROUPS.len()).map(|group| byte >> group & 1 == 1).collect()
    };
    FLAGGED.split_whitespace().map(bits).collect()
}

/// The reference tells how often each group was flagged, the unlike templates, Cochran's Q and one pair of groups; not the order in
/// which several sentences of one group and template are taken, nor a threshold. That a template counts as flagged where any of
/// its sentences was, by the tool's own yes or no, gives every figure that is told, the one of eleven
/// ways tried that does. The flags are kept here, since the tool is no part of the tests.
#[test]
fn the_worked_audit_comes_to_the_count() {
    let sets = flagged();
    assert_eq!(sets.len(), 341);
    for (at, (group, many)) in GROUPS.into_iter().enumerate() {
        assert_eq!(sets.iter().filter(|set| set[at]).count() as u64, many, "{group}");
    }
    let found = cochran_q(&sets).unwrap();
    assert_eq!((found.unlike, found.freedom), (232, 6));
    assert!(
        (found.statistic - 846.620_947_630_922_7).abs() < 1e-6 * found.statistic,
        "{}",
        found.statistic
    );
    assert!((found.statistic - 846.6).abs() < 0.05 && found.p < 1e-100);

    // The same by the audit: every sentence a set of like cases, one for each group.
    let cases: Vec<Case> = sets
        .iter()
        .enumerate()
        .flat_map(|(set, flags)| {
            flags.iter().enumerate().map(move |(group, measured)| Case {
                key: set * GROUPS.len() + group,
                set,
                account: (set * GROUPS.len() + group) as u64,
                group: Some(group as u32),
                treatment: Treatment { measured: *measured, ..Treatment::default() },
            })
        })
        .collect();
    let mut ps = Vec::new();
    for (one, (name, ..)) in GROUPS.iter().enumerate() {
        for (other, (against, ..)) in GROUPS.iter().enumerate().skip(one + 1) {
            let found = compare(&cases, one as u32, other as u32, 0, |_| 0);
            let pairs = found.pairs_of(Aspect::Measure);
            if (*name, *against) == ("gay people", "trans people") {
                assert_eq!(pairs, MatchedPairs { only_one: 226, only_other: 0 });
                assert_eq!((found.divergence.sets, found.divergence.divergent), (341, 226));
            }
            ps.push(pairs.exact_p());
        }
    }
    let stand = benjamini_hochberg(&ps).into_iter().filter(|p| *p <= 0.05).count();
    assert_eq!((ps.len(), stand), (21, 19), "pairs of groups, and those that survive");
}
