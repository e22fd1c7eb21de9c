//! A page of the work list when 100,000 cases wait, in the order of work, plain and filtered, the first and one
//! from the middle; how the queues stand; and one claim. Wall time, on a database file.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a bench measures time and may panic"
)]

#[path = "../tests/it/fixtures.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod fixtures;

use fixtures::World;
use jiff::SignedDuration;
use model::{ClauseId, Finding, FoundBy, Gravity};
use std::time::Instant;
use store::{Act, Kept, QueueFilter, Record, Store};

const CASES: u32 = 100_000;
const PAGE: u32 = 50;
const RUNS: usize = 31;

fn record(world: &World, n: u32) -> Record {
    let queues = ["hate", "threats", "spam", "reports", "harassment"];
    let languages = ["en", "de", "es", "fr", "zh", "uk", "tr"];
    let gravities = [Gravity::Low, Gravity::Medium, Gravity::High, Gravity::Severe];
    // Spread without any pattern that an index could like.
    let mixed = n.wrapping_mul(2_654_435_761) >> 8;
    let pick = |from: usize, shift: u32| (mixed >> shift) as usize % from;
    let (mut record, _, _) = world.referred(n, queues[pick(5, 0)], (mixed % 101) as u8);
    let Kept::Referred(case) = &mut record.kept else { unreachable!() };
    case.gravity = gravities[pick(4, 3)];
    // One case in a thousand is in a rare language.
    case.language = Some(if n % 1000 == 7 { "gd" } else { languages[pick(7, 5)] }.into());
    case.reach = u64::from(mixed % 1_000_000);
    case.opened_at = world.now - SignedDuration::from_mins(i64::from(mixed % 20_000));
    case.findings = vec![Finding {
        clause: ClauseId::new(&format!("policy-{}#clause", pick(20, 7))).unwrap(),
        by: FoundBy::Rules(vec!["Rule".into()]),
        passage: None,
        explanation: "Found.".into(),
    }];
    record
}

fn shown(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at =
        |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!("{name:<52} median {:>7.2} ms, worst {:>7.2} ms", at(0.5), times.last().unwrap());
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new("queue bench");
    let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
    for first in (0..CASES).step_by(1000) {
        let records: Vec<Record> = (first..first + 1000).map(|n| record(&world, n)).collect();
        store.record(&records).await.unwrap();
    }
    let plain = QueueFilter::default();
    let clause =
        QueueFilter { clause: Some(ClauseId::new("policy-3#clause").unwrap()), ..plain.clone() };
    let rare = QueueFilter { language: Some("gd".into()), ..plain.clone() };
    let late = QueueFilter {
        queue: Some("threats".into()),
        gravity: Some(Gravity::Severe),
        overdue: Some(true),
        ..plain.clone()
    };
    let nothing =
        QueueFilter { reported: Some(true), language: Some("en".into()), ..plain.clone() };
    for (name, filter) in [
        ("page of 50, whole list", &plain),
        ("page of 50, one clause of 20", &clause),
        ("page of 50, a language of 1 case in 1,000", &rare),
        ("page of 50, queue + severity + overdue", &late),
        ("page of 50, a filter that no case meets", &nothing),
    ] {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            let page = store.queue(filter, None, PAGE, world.now).await.unwrap();
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            std::hint::black_box(page);
        }
        shown(name, times);
    }
    let (mut after, mut times) = (None, Vec::new());
    for _ in 0..400 {
        let start = Instant::now();
        let page = store.queue(&plain, after.as_ref(), PAGE, world.now).await.unwrap();
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        after = page.next;
    }
    shown("page of 50, pages 1 to 400 one after the other", times);
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        std::hint::black_box(store.queue_states(world.now).await.unwrap());
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    shown("how the queues stand", times);
    let mut times = Vec::new();
    let page = store.queue(&plain, None, PAGE, world.now).await.unwrap();
    for one in page.entries.iter().take(RUNS) {
        let until = world.now + SignedDuration::from_mins(20);
        let start = Instant::now();
        store.act(one.case.id, "reviewer 1", &Act::Claim { until }, world.now).await.unwrap();
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    shown("one claim, on the disk", times);
}
