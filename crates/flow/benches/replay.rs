//! Replayed events a second, as a ratio to live evaluation in the same run: `cargo bench -p flow --bench replay`.
//!
//! Three sides over the same posts under the starter rulebook, in turns. *Evaluated*: an event's bytes are read,
//! evaluated and decided in memory, and nothing is kept. *Live*: the whole way of an event, kept durably. *Replayed*:
//! read from that record, decided with the recorded facts, compared.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench measures time and may panic"
)]

use flow::replay::{Replay, ReplayOptions, Step};
use flow::{Engine, Intake, Memory, Settings};
use jiff::Timestamp;
use model::{Event, FixedClock, Limits, SeededIds};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use tokio_util::sync::CancellationToken;

const POSTS: usize = 20_000;
const RUNS: usize = 5;

fn gather(folder: &Path, under: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, under, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.insert(path.strip_prefix(under).unwrap().display().to_string(), text);
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Posts of eight to twenty words; every twentieth is the text of a worked case.
fn posts(book: &Rulebook) -> Vec<String> {
    let parts = ["ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu"];
    let mut random = Random(7);
    let texts: Vec<String> = book.cases.iter().map(|case| case.subject.item.text.clone()).collect();
    (0..POSTS)
        .map(|n| {
            let text = if n % 20 == 0 {
                texts.get(n / 20 % texts.len()).cloned().unwrap_or_default()
            } else {
                let mut word = || -> String {
                    (0..2 + random.below(3))
                        .filter_map(|_| parts.get(random.below(13) as usize).copied())
                        .collect()
                };
                (0..8 + n % 13).map(|_| word()).collect::<Vec<_>>().join(" ")
            };
            serde_json::json!({
                "action_id": format!("e{n}"), "action_name": "post_created",
                "timestamp": "2026-11-20T12:00:00Z",
                "data": {
                    "item": { "id": format!("p{n}"), "text": text, "language": "en" },
                    "account": { "id": format!("u{}", n % 5_000), "followers": n % 900 },
                },
            })
            .to_string()
        })
        .collect()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn per_second(took: Duration) -> f64 {
    POSTS as f64 / took.as_secs_f64()
}

#[tokio::main]
async fn main() {
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    let mut all = BTreeMap::new();
    gather(&starter, &starter, &mut all);
    let sources = Sources::from_map(all);
    let load = || Rulebook::load(&sources).0.unwrap();
    let lines = posts(&load());
    let read = |line: &String| Event::parse(line.as_bytes(), Limits::default()).unwrap();
    let now: Timestamp = "2026-11-20T12:00:01Z".parse().unwrap();
    let (mut evaluated, mut live, mut replayed) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        let book = Arc::new(load());
        let mut memory = Memory::new(Arc::clone(&book), "http://localhost");
        let begun = Instant::now();
        for line in &lines {
            std::hint::black_box(memory.decide(&read(line)).unwrap());
        }
        evaluated.push(per_second(begun.elapsed()));

        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("evenhand.sqlite")).await.unwrap();
        let settings = Settings { batch_wait: Duration::from_millis(1), ..Settings::default() };
        let (clock, ids) = (FixedClock::new(now), SeededIds::new(&run.to_string()));
        let engine = Engine::start(
            load(),
            &sources,
            store.clone(),
            Arc::new(clock),
            Arc::new(ids),
            settings,
        );
        let stop = CancellationToken::new();
        let (intake, writer) = Intake::start(engine.await.unwrap(), stop.clone());
        let begun = Instant::now();
        for part in lines.chunks(400) {
            let sent = part.iter().map(|line| intake.submit_waiting(read(line)));
            for answer in futures_util::future::join_all(sent).await {
                answer.unwrap();
            }
        }
        live.push(per_second(begun.elapsed()));
        stop.cancel();
        writer.await.unwrap();

        let options = ReplayOptions {
            since: Timestamp::UNIX_EPOCH,
            folder: folder.path().join("replay"),
            page: 1_000,
            checkpoint_every: Duration::from_secs(5),
            evenness: false,
        };
        let version = book.version().clone();
        let replay = Replay::open(store, Arc::clone(&book), version, options).await.unwrap();
        let begun = Instant::now();
        let report = replay.run(now, |_| Step::On).await.unwrap().unwrap();
        replayed.push(per_second(begun.elapsed()));
        assert_eq!((report.tally.flips(), report.tally.compared), (0, POSTS as u64));
    }
    let ratio = |one: &[f64], other: &[f64]| {
        median(one.iter().zip(other).map(|(one, other)| one / other).collect())
    };
    println!("evaluated  {:>8.0} events/s", median(evaluated.clone()));
    println!("live       {:>8.0} events/s", median(live.clone()));
    println!("replayed   {:>8.0} events/s", median(replayed.clone()));
    println!("replayed / evaluated {:.2}", ratio(&replayed, &evaluated));
    println!("replayed / live      {:.2}", ratio(&replayed, &live));
}
