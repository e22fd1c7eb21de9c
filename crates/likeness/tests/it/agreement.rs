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
