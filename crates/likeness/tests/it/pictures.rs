//! PDQ against the fingerprints that its own reference implementations publish.

use std::path::Path;

use likeness::pictures::{Pdq, PdqHash, PdqIndex};

fn pdq(path: &Path) -> Pdq {
    let picture = image::open(path).unwrap().to_rgb8();
    let (width, height) = picture.dimensions();
    Pdq::of_rgb(picture.as_raw(), width as usize, height as usize).unwrap()
}

#[test]
fn pdq_is_that_of_the_references() {
    let Some(folder) = crate::shared("data/threatexchange-media") else { return };
    let mut rows = csv::Reader::from_path(folder.join("pdq_reference_hashes.csv")).unwrap();
    let (mut compared, mut worst) = (0, (0, String::new()));
    for row in rows.records() {
        let row = row.unwrap();
        let path = folder.join(&row[0]);
        if &row[3] != "True" || !path.is_file() {
            continue;
        }
        let (ours, theirs) = (pdq(&path), row[1].parse::<PdqHash>().unwrap());
        let distance = ours.hash.distance(theirs);
        println!("{distance:3} {:3} {} ({})", ours.quality, &row[0], &row[2]);
        compared += 1;
        worst = worst.max((distance, row[0].to_string()));
    }
    assert!(compared >= 30, "only {compared} pictures were there");
    // The references themselves differ by up to 12 among each other, and allow 16.
    assert!(worst.0 <= 16, "{worst:?}");
}

#[test]
fn changed_pictures_are_found_and_others_are_not() {
    let Some(folder) = crate::shared("data/threatexchange-media/pdq/data") else { return };
    let files = |name: &str| -> Vec<_> {
        let mut files: Vec<_> = std::fs::read_dir(folder.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    };
    let (bridges, others) = (files("bridge-mods"), files("reg-test-input/labelme-subset"));
    let hashes: Vec<PdqHash> = bridges.iter().chain(&others).map(|path| pdq(path).hash).collect();
    let index = PdqIndex::new(hashes.clone());
    let found = index.within(hashes[0], 31);
    assert_eq!(found.len(), bridges.len(), "{found:?}");
    assert!(found.iter().all(|one| (one.at as usize) < bridges.len()));
}
