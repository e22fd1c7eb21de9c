//! How fast are vectors of meaning made and found? One core, medians of several runs.
//!
//! `EVENHAND_MODEL=WHEEL cargo bench -p likeness --bench meaning -- TEXTS.csv...` prints it. The columns `test_case`, `tweet` and
//! `text` of the files give the texts; vectors for a million items are mixed of theirs, two and two, with a little noise. All
//! is the time of the processor.

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
const ASKED: usize = 200;
const OVER_AND_OVER: u32 = 20;
/// One question in so many is compared with all.
const COMPARED: usize = 2;
/// Texts whose reading is timed, and that are taken of one file.
const TIMED: usize = 1_000;
const MOST_OF_A_FILE: usize = 8_000;

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
    let files = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let texts: Vec<String> = files.flat_map(column).collect();
    if texts.len() < 100 {
        return println!("name CSV files with a column `test_case`, `tweet` or `text`");
    }
    let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
    let some: Vec<&str> = refs.iter().copied().take(TIMED).collect();
    let rate = |work: &dyn Fn()| {
        let clock = Instant::now();
        let start = spent(clock);
        work();
        some.len() as f64 / (spent(clock) - start)
    };
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            rate(&|| {
                black_box(encoder.vectors(&some));
            })
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let alone = rate(&|| {
        some.iter().for_each(|text| {
            black_box(encoder.meaning(text));
        });
    });
    println!(
        "texts read together: {:.0}/s, one by one: {alone:.0}/s ({} texts)",
        rates[2],
        some.len()
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
    let clock = Instant::now();
    let start = spent(clock);
    let mut made = start;
    for keys in (0..MANY).collect::<Vec<usize>>().chunks(1_000) {
        let begun = spent(clock);
        let some: Vec<Option<Meaning>> = keys.iter().map(|_| mixed()).collect();
        made += spent(clock) - begun;
        for (key, meaning) in keys.iter().zip(some) {
            if let Some(meaning) = meaning {
                index.insert(*key as i64, &meaning);
            }
        }
    }
    println!("{MANY} vectors put in: {:.1} s", spent(clock) - made);
    let asked: Vec<Meaning> = (0..ASKED).filter_map(|_| mixed()).collect();
    for (least, limit) in [(0.75, 5), (0.8, 5), (0.85, 5), (0.8, 256)] {
        let mut times: Vec<f64> = asked
            .iter()
            .map(|one| {
                // Over and over: the system counts a processor's time in steps.
                let start = spent(clock);
                for _ in 0..OVER_AND_OVER {
                    black_box(index.nearest(one, least, limit));
                }
                (spent(clock) - start) * 1e3 / f64::from(OVER_AND_OVER)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let (mut found, mut all) = (0, 0);
        let start = spent(clock);
        for one in asked.iter().step_by(COMPARED) {
            let exact = index.nearest_of_all(one, least, limit);
            let near = index.nearest(one, least, limit);
            all += exact.len();
            found += exact.iter().filter(|one| near.contains(one)).count();
        }
        let exact = (spent(clock) - start) * 1e3 / (asked.len().div_ceil(COMPARED)) as f64;
        println!(
            "nearest {limit} of {MANY} from {least} on: median {:.2} ms, 95th percentile {:.2} ms; {found} of {all} found; all compared: {exact:.0} ms",
            times[times.len() / 2],
            times[times.len() * 19 / 20]
        );
    }
}

/// The texts of a file.
fn column(path: String) -> Vec<String> {
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        println!("{path} cannot be read");
        return Vec::new();
    };
    let known = |name: &str| matches!(name, "test_case" | "tweet" | "text");
    let at = reader.headers().ok().and_then(|row| row.iter().position(known));
    let rows = reader.records().flatten();
    rows.filter_map(|row| row.get(at?).map(str::to_owned)).take(MOST_OF_A_FILE).collect()
}

/// Seconds that this thread has had of a processor: what others do on the machine does not count. By the clock where the
/// system does not tell.
fn spent(clock: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| clock.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}
