//! How fast are vectors of meaning made and found? One core, medians of several runs.
//!
//! `EVENHAND_MODEL=WHEEL cargo bench -p likeness --bench meaning -- TEXTS.csv` prints it. The column `test_case` of the file
//! gives the texts; vectors for a million items are mixed of theirs, two and two, with a little noise.

#![expect(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "a bench prints"
)]

use std::hint::black_box;
use std::time::Instant;

use likeness::meaning::{Encoder, Meaning, Meanings};

const MANY: usize = 1_000_000;
const ASKED: usize = 400;

fn main() {
    let Some(path) = std::env::var_os("EVENHAND_MODEL") else {
        println!("skipped: set EVENHAND_MODEL to the wheel's path");
        return;
    };
    let start = Instant::now();
    let package = std::fs::read(path).unwrap_or_default();
    let encoder = match Encoder::load(&package) {
        Ok(encoder) => encoder,
        Err(error) => return println!("{error}"),
    };
    println!("model read in {:.2} s", start.elapsed().as_secs_f64());
    let texts = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let texts = texts.and_then(|path| csv::Reader::from_path(path).ok()).map(|mut reader| {
        let at =
            reader.headers().ok().and_then(|row| row.iter().position(|name| name == "test_case"));
        let rows = reader.records().flatten();
        rows.filter_map(|row| row.get(at?).map(str::to_owned)).collect::<Vec<String>>()
    });
    let Some(texts) = texts.filter(|texts| texts.len() > 100) else {
        return println!("name a CSV file with a column `test_case`");
    };
    let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(encoder.vectors(&refs));
            refs.len() as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let alone = Instant::now();
    refs.iter().take(500).for_each(|text| {
        black_box(encoder.meaning(text));
    });
    let alone = 500.0 / alone.elapsed().as_secs_f64();
    println!(
        "texts read together: {:.0}/s, one by one: {alone:.0}/s ({} texts)",
        rates[2],
        refs.len()
    );

    let vectors = encoder.vectors(&refs);
    let mut state = 7_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut mixed = || {
        let (one, other) = (next() as usize % vectors.len(), next() as usize % vectors.len());
        let share = (next() % 1_000) as f32 / 1_000.0;
        let vector: Vec<f32> = vectors[one]
            .iter()
            .zip(&vectors[other])
            .map(|(a, b)| {
                a * share + b * (1.0 - share) + ((next() % 1_000) as f32 / 1_000.0 - 0.5) * 0.03
            })
            .collect();
        Meaning::of(&vector)
    };
    let mut index = Meanings::default();
    for key in 0..MANY {
        if let Some(meaning) = mixed() {
            index.insert(key as i64, &meaning);
        }
    }
    let asked: Vec<Meaning> = (0..ASKED).filter_map(|_| mixed()).collect();
    for least in [0.75, 0.8, 0.85] {
        let mut times: Vec<f64> = asked
            .iter()
            .map(|one| {
                let start = Instant::now();
                black_box(index.nearest(one, least, 256));
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let (mut found, mut all) = (0, 0);
        let start = Instant::now();
        for one in asked.iter().step_by(20) {
            let exact = index.nearest_of_all(one, least, 256);
            let near = index.nearest(one, least, 256);
            all += exact.len();
            found += exact.iter().filter(|one| near.contains(one)).count();
        }
        let exact = start.elapsed().as_secs_f64() * 1e3 / (asked.len().div_ceil(20)) as f64;
        println!(
            "nearest of {MANY} from {least} on: median {:.1} ms, 95th percentile {:.1} ms; {found} of {all} found; all compared: {exact:.0} ms",
            times[times.len() / 2],
            times[times.len() * 19 / 20]
        );
    }
}
