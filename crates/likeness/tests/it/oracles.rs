//! Values that other programs give for public data, to six significant digits.

use likeness::statistics::{Member, StratumSums, Table, conditional_logistic};

fn six_digits(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-6 * expected.abs(), "{got} is not {expected}");
}

fn odds(table: Table) -> f64 {
    let Table { one_yes, one_no, other_yes, other_no } = table;
    (one_yes * other_no) as f64 / (one_no * other_yes) as f64
}

/// Counts of ProPublica's COMPAS data (7,214 rows; black and white defendants, score not low or low), by number of
/// earlier crimes (to 8), age, charge, sex and whether they offended again within two years: black not low, black low,
/// white not low, white low.
const COMPAS: &str = "\
    9/27/9/21 6/5/3/15 41/95/18/90 19/31/19/31 8/44/11/51 5/9/3/7 18/66/8/93 11/31/9/28 1/12/2/12 \
    2/0/2/3 1/20/6/60 5/9/3/4 1/7/0/45 0/0/0/8 2/29/2/87 2/9/1/16 21/10/12/5 13/6/6/1 42/58/12/37 \
    62/31/22/13 12/12/11/4 8/3/4/0 19/15/8/15 18/17/10/11 12/26/6/12 6/7/5/5 32/67/24/50 20/28/9/32 \
    6/18/5/14 2/3/7/6 23/43/7/31 14/15/4/20 2/12/3/13 1/2/0/4 6/26/1/54 1/5/4/17 2/2/0/15 0/1/0/5 \
    2/13/2/40 1/5/1/9 8/6/8/4 9/3/1/0 40/25/12/18 81/28/21/9 3/2/4/3 2/2/2/0 13/8/3/7 18/11/3/4 \
    7/10/1/10 6/6/16/3 33/41/17/36 27/22/16/21 3/7/3/3 0/2/0/3 15/28/4/27 10/8/4/15 0/3/2/7 1/1/1/2 \
    3/9/2/33 2/3/3/7 0/0/0/4 0/1/0/2 5/7/1/23 1/1/0/9 6/3/3/2 11/0/2/0 14/3/7/3 48/11/11/5 1/1/2/0 \
    5/0/1/0 2/1/1/3 19/5/4/1 7/6/4/7 9/6/8/4 11/19/6/18 28/21/14/7 5/3/1/2 2/2/0/1 10/11/5/14 13/14/5/11 \
    1/3/1/4 0/0/0/1 5/16/2/23 6/4/2/7 0/3/0/2 3/7/2/10 3/4/0/9 3/0/1/0 3/0/1/0 12/0/3/0 40/5/12/3 \
    2/0/0/0 2/0/3/0 2/0/3/1 8/1/6/1 7/4/1/3 8/1/3/3 14/18/11/9 38/15/13/12 1/1/1/2 3/0/4/0 14/10/2/9 \
    11/11/7/6 1/4/1/3 0/1/0/1 6/8/1/7 1/5/2/2 1/0/0/1 2/8/1/7 3/2/1/2 3/1/1/0 5/0/1/0 17/2/3/1 2/0/1/0 \
    1/0/1/0 2/0/4/1 5/3/2/1 9/2/5/2 21/12/5/16 40/12/17/6 3/0/0/0 1/0/1/1 16/4/5/4 12/4/4/5 1/3/1/1 \
    1/7/2/2 2/6/5/2 0/0/0/1 0/0/1/0 3/2/1/6 0/3/0/1 1/0/1/0 1/0/0/0 14/1/6/0 2/0/4/0 3/2/3/0 2/2/2/1 \
    13/8/4/8 42/8/11/3 1/0/0/0 1/2/1/0 10/2/5/0 16/2/2/3 0/1/1/2 0/0/1/0 1/6/0/6 1/0/1/5 0/0/1/0 0/1/0/0 \
    2/2/0/2 1/0/1/0 2/0/2/0 11/1/4/0 2/0/0/0 0/2/2/0 6/3/6/0 14/13/1/0 38/8/11/1 0/1/2/0 0/1/0/0 5/3/1/1 \
    9/2/6/0 1/1/2/0 1/0/1/1 1/3/3/6 4/2/4/2 1/1/0/1 0/0/0/1 3/0/0/1 1/2/0/0 1/0/0/0 6/0/0/0 0/0/1/0 \
    0/0/1/0 1/0/0/0 2/0/0/0 11/0/1/0 24/1/11/2 77/10/19/11 272/13/57/9 1/1/0/0 9/0/2/1 22/1/6/3 \
    84/10/15/2 3/0/3/2 5/1/3/2 37/23/4/9 69/18/26/12 1/0/0/0 3/0/1/1 15/3/5/4 18/8/2/7 0/0/2/0 19/2/3/1 \
    1/0/1/0 2/0/0/0 3/0/1/0";

/// The same with earlier crimes in steps as they grow (0, 1, 2, 3, 4 to 5, 6 to 8, more): 162 strata, 148 of them with both
/// groups.
const COMPAS_COARSE: &str = "\
    9/27/9/21 6/5/3/15 41/95/18/90 19/31/19/31 8/44/11/51 5/9/3/7 18/66/8/93 11/31/9/28 1/12/2/12 2/0/2/3 \
    1/20/6/60 5/9/3/4 1/7/0/45 0/0/0/8 2/29/2/87 2/9/1/16 21/10/12/5 13/6/6/1 42/58/12/37 62/31/22/13 \
    12/12/11/4 8/3/4/0 19/15/8/15 18/17/10/11 12/26/6/12 6/7/5/5 32/67/24/50 20/28/9/32 6/18/5/14 2/3/7/6 \
    23/43/7/31 14/15/4/20 2/12/3/13 1/2/0/4 6/26/1/54 1/5/4/17 2/2/0/15 0/1/0/5 2/13/2/40 1/5/1/9 8/6/8/4 \
    9/3/1/0 40/25/12/18 81/28/21/9 3/2/4/3 2/2/2/0 13/8/3/7 18/11/3/4 7/10/1/10 6/6/16/3 33/41/17/36 \
    27/22/16/21 3/7/3/3 0/2/0/3 15/28/4/27 10/8/4/15 0/3/2/7 1/1/1/2 3/9/2/33 2/3/3/7 0/0/0/4 0/1/0/2 \
    5/7/1/23 1/1/0/9 6/3/3/2 11/0/2/0 14/3/7/3 48/11/11/5 1/1/2/0 5/0/1/0 2/1/1/3 19/5/4/1 7/6/4/7 9/6/8/4 \
    11/19/6/18 28/21/14/7 5/3/1/2 2/2/0/1 10/11/5/14 13/14/5/11 1/3/1/4 0/0/0/1 5/16/2/23 6/4/2/7 0/3/0/2 \
    3/7/2/10 3/4/0/9 3/0/1/0 3/0/1/0 12/0/3/0 40/5/12/3 2/0/0/0 2/0/3/0 2/0/3/1 8/1/6/1 12/7/3/4 17/3/8/5 \
    35/30/16/25 78/27/30/18 4/1/1/2 4/0/5/1 30/14/7/13 23/15/11/11 2/7/2/4 0/1/0/1 7/15/3/9 3/11/7/4 1/0/0/2 \
    0/0/1/0 5/10/2/13 3/5/1/3 4/1/2/0 6/0/1/0 31/3/9/1 2/0/1/0 1/0/1/0 4/0/8/1 4/4/5/0 12/5/9/1 41/25/8/15 \
    110/22/31/5 1/1/2/0 2/3/1/0 22/6/8/1 42/7/11/3 2/2/3/3 1/0/2/2 3/15/4/17 11/6/8/7 1/1/1/1 0/0/0/2 \
    6/1/0/3 4/8/0/4 1/0/0/0 1/0/1/0 2/0/3/0 24/2/6/1 2/0/1/0 0/0/1/0 1/0/0/0 2/0/0/0 10/0/1/0 20/1/10/2 \
    63/6/16/4 242/7/48/8 1/1/0/0 8/0/2/1 15/0/4/3 67/7/12/2 2/0/3/1 5/1/3/1 36/17/3/4 63/14/23/12 1/0/0/0 \
    3/0/1/0 12/3/5/2 17/4/2/5 0/0/1/0 12/1/1/0 1/0/1/0 2/0/0/0 3/0/1/0";

fn strata(text: &str) -> Vec<Table> {
    let table = |text: &str| {
        let cells: Vec<u64> = text.split('/').map(|cell| cell.parse().unwrap()).collect();
        let [one_yes, one_no, other_yes, other_no] = cells.try_into().unwrap();
        Table { one_yes, one_no, other_yes, other_no }
    };
    text.split_whitespace().map(table).collect()
}

fn sum(tables: &[Table]) -> Table {
    tables.iter().fold(Table::default(), |all, one| Table {
        one_yes: all.one_yes + one.one_yes,
        one_no: all.one_no + one.one_no,
        other_yes: all.other_yes + one.other_yes,
        other_no: all.other_no + one.other_no,
    })
}

#[test]
fn compas_as_statsmodels_has_it() {
    let tables = strata(COMPAS);
    let all = sum(&tables);
    // The published table: black FP 805 and TP 1,369, white FP 349 and TP 505.
    assert_eq!((all.one_yes, all.one_no), (805 + 1_369, 990 + 532));
    assert_eq!((all.other_yes, all.other_no), (349 + 505, 1_139 + 461));
    six_digits(odds(all), 2.676_128_722_530_135_6);
    let sums: StratumSums = tables.into_iter().collect();
    assert_eq!((sums.used, sums.dropped), (148, 49));
    let found = sums.common_odds(0.95).unwrap();
    six_digits(found.odds_ratio, 1.700_732_958_046_342_8);
    six_digits(found.interval.low, 1.498_358_164_301_470_5);
    six_digits(found.interval.high, 1.930_441_374_765_381);
    six_digits(found.corrected.0, 68.716_903_201_615_11);
    six_digits(found.uncorrected.0, 69.256_638_944_775_12);
}

#[test]
fn compas_in_coarser_steps() {
    let tables = strata(COMPAS_COARSE);
    let both =
        |table: &&Table| table.one_yes + table.one_no > 0 && table.other_yes + table.other_no > 0;
    assert_eq!((tables.len(), tables.iter().filter(both).count()), (162, 148));
    let all = sum(&tables);
    assert_eq!(all, sum(&strata(COMPAS)), "the same people");
    let sums: StratumSums = tables.into_iter().collect();
    assert_eq!((sums.used, sums.dropped), (127, 35));
    let found = sums.common_odds(0.95).unwrap();
    six_digits(found.odds_ratio, 1.685_340_357_522_712_4);
    six_digits(found.interval.low, 1.484_738_506_554_466_7);
    six_digits(found.interval.high, 1.913_045_366_679_581_7);
}

#[test]
fn berkeley_as_r_has_it() {
    let departments = [
        [512, 313, 89, 19],
        [353, 207, 17, 8],
        [120, 205, 202, 391],
        [138, 279, 131, 244],
        [53, 138, 94, 299],
        [22, 351, 24, 317],
    ]
    .map(|[one_yes, one_no, other_yes, other_no]| Table {
        one_yes,
        one_no,
        other_yes,
        other_no,
    });
    let crude = odds(sum(&departments));
    assert!((crude - 1.841_08).abs() < 5e-6, "{crude}");
    let published = [0.349_212, 0.802_500_7, 1.133_06, 0.921_283_8, 1.221_631, 0.827_872_7];
    for (table, expected) in departments.into_iter().zip(published) {
        assert!((odds(table) - expected).abs() <= 5e-6, "{} is not {expected}", odds(table));
    }
    // `mantelhaen.test(exact = TRUE)`: the conditional estimate is that of a conditional logistic regression.
    let sets: Vec<Vec<Member>> = departments
        .iter()
        .map(|table| {
            let people = [
                (table.one_yes, 1.0, true),
                (table.one_no, 1.0, false),
                (table.other_yes, 0.0, true),
                (table.other_no, 0.0, false),
            ];
            let each = people.into_iter().flat_map(|(many, group, measured)| {
                (0..many).map(move |_| Member { covariates: vec![group], measured })
            });
            each.collect()
        })
        .collect();
    let fitted = conditional_logistic(&sets).unwrap();
    // The root of the conditional score, from sums over the noncentral hypergeometric distribution with forty digits. R's
    // root finder stops at a tolerance of 1e-4: it prints 0.9050762, and is wrong from the sixth digit on.
    six_digits(fitted.effects[0].log_odds.exp(), 0.905_069_961_340_940_9);
}
