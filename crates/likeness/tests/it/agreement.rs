//! Agreement of people on public data.

use likeness::statistics::{Scale, fleiss_kappa, krippendorff_alpha};

#[test]
fn three_people_on_hatecheck_in_mandarin() {
    let Some(folder) = crate::shared("data/hatecheck-multilingual") else { return };
    let rows = crate::rows(&folder.join("hatecheck_cases_final_mandarin.csv"));
    let cases: Vec<Vec<u64>> = rows
        .iter()
        .map(|row| {
            let labels = &row["label_annotated"];
            let not = labels.matches("'non-hateful'").count();
            let hateful = labels.matches("'hateful'").count();
            vec![hateful as u64, not as u64]
        })
        .collect();
    assert_eq!(cases.len(), 3_378);
    let kappa = fleiss_kappa(&cases).unwrap();
    assert!((kappa - 0.5056).abs() < 5e-5, "{kappa}");
}

/// Cases by how many of their five people said that it is hateful (0 to 5), counted from `all_annotations.csv` of
/// paul-rottger/hatecheck-data (Röttger et al. 2021, CC-BY-4.0): all 3,901, and the 3,728 of the published suite.
const HATECHECK: [([usize; 6], f64); 2] = [
    ([1_070, 158, 13, 9, 110, 2_541], 0.928_512_263),
    ([1_017, 148, 0, 0, 95, 2_468], 0.939_016_154),
];

#[test]
fn five_people_on_hatecheck() {
    for (counts, published) in HATECHECK {
        let each = |said: u64, cases| std::iter::repeat_n(vec![said, 5 - said], cases);
        let cases: Vec<Vec<u64>> =
            (0..).zip(counts).flat_map(|(said, cases)| each(said, cases)).collect();
        let kappa = fleiss_kappa(&cases).unwrap();
        assert!((kappa - published).abs() < 5e-7, "{kappa}");
        let labels =
            |case: &Vec<u64>| (0..5).map(|at| u32::from(at < case[0])).collect::<Vec<u32>>();
        let labels: Vec<Vec<u32>> = cases.iter().map(labels).collect();
        let alpha = krippendorff_alpha(&labels, Scale::Nominal).unwrap().alpha;
        // Two categories and nobody missing: alpha is kappa, but for the correction of small samples.
        let ratings = 5.0 * cases.len() as f64;
        assert!((alpha - (kappa + (1.0 - kappa) / ratings)).abs() < 1e-9, "{alpha}");
    }
}

#[test]
fn who_agrees_in_four_of_five_cases_may_agree_hardly_more_than_by_chance() {
    let Some(folder) = crate::shared("data/davidson-hate-offensive/data") else { return };
    let rows = crate::rows(&folder.join("labeled_data.csv"));
    assert_eq!(rows.len(), 24_783);
    let columns = ["hate_speech", "offensive_language", "neither"];
    let alpha = |of: [u32; 3]| {
        let cases: Vec<Vec<u32>> = rows
            .iter()
            .map(|row| {
                let each = columns.iter().zip(of).flat_map(|(column, value)| {
                    let many = row[*column].parse().unwrap_or(0);
                    std::iter::repeat_n(value, many)
                });
                each.collect()
            })
            .collect();
        krippendorff_alpha(&cases, Scale::Nominal).unwrap()
    };
    let three = alpha([1, 2, 3]);
    assert!((three.alpha - 0.542_798_997_574).abs() < 5e-7, "{three:?}");
    let hate = alpha([1, 2, 2]);
    assert!((hate.alpha - 0.235_482_973_738).abs() < 5e-7, "{hate:?}");
}
