//! Events stored durably per second, as a ratio to bare SQLite inserts of the same bytes.
//!
//! Both sides write batches of 100 events to a file with `synchronous = full`, one transaction per
//! batch, in turns, so that both meet the same disk and the same load. The bare side puts each
//! record's bytes into one row of one table with one key, all rows of a batch in one statement:
//! the fastest that SQLite takes them. One event in four is a breach.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench measures time and may panic"
)]

#[path = "../tests/it/fixtures.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod fixtures;

use fixtures::{Held, World};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe, Executor as _};
use std::path::Path;
use std::time::Instant;
use store::{Kept, Record, Store};

const BATCH: u32 = 100;
const BATCHES: u32 = 40;
const RUNS: u32 = 7;

fn batches(world: &World) -> Vec<Vec<Record>> {
    let record = |n: u32| {
        let held = if n.is_multiple_of(4) { Held::breach() } else { Held::no_breach() };
        world.record(n, &format!("account {}", n % 500), &held).0
    };
    (0..BATCHES).map(|batch| (0..BATCH).map(|n| record(batch * BATCH + n)).collect()).collect()
}

/// All bytes that the store keeps of a record.
fn bytes_of(record: &Record) -> Vec<u8> {
    let received = record.event.as_ref().unwrap();
    let mut bytes = serde_json::to_vec(&received.event).unwrap();
    let Kept::Decided(kept) = &record.kept else { unreachable!() };
    bytes.extend(serde_json::to_vec(kept.decided.decision()).unwrap());
    bytes.extend(serde_json::to_vec(kept.decided.statement()).unwrap());
    bytes.extend(kept.enforcement.iter().flat_map(|body| serde_json::to_vec(body).unwrap()));
    bytes.extend(kept.regulator.iter().flat_map(|body| serde_json::to_vec(body).unwrap()));
    bytes.extend(&kept.leaf.bytes);
    for opening in &kept.leaf.openings {
        bytes.extend(opening.salt);
        bytes.extend(opening.value.bytes());
    }
    bytes
}

async fn bare(path: &Path) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    pool.execute(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000; \
         pragma cache_size = -65536; create table bare (id text primary key, body blob not null)",
    )
    .await
    .unwrap();
    pool
}

async fn insert_bare(pool: &AnyPool, rows: &[(String, Vec<u8>)]) {
    let sql =
        format!("insert into bare (id, body) values {}", vec!["(?, ?)"; rows.len()].join(", "));
    let mut tx = pool.begin_with("begin immediate").await.unwrap();
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, body) in rows {
        query = query.bind(id.as_str()).bind(body.as_slice());
    }
    query.execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let events = f64::from(BATCH * BATCHES);
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes_per_event = 0;
    for run in 0..RUNS {
        let world = World::new(&format!("bench {run}"));
        let batches = batches(&world);
        let rows: Vec<Vec<(String, Vec<u8>)>> = batches
            .iter()
            .map(|batch| batch.iter().zip(0..).map(|(r, n)| row(r, n)).collect())
            .collect();
        bytes_per_event = rows.iter().flatten().map(|(_, body)| body.len()).sum::<usize>()
            / rows.iter().flatten().count();
        let store = Store::open(&folder.path().join(format!("store {run}.db"))).await.unwrap();
        let pool = bare(&folder.path().join(format!("bare-{run}.db"))).await;
        let (mut our_time, mut their_time) = (0.0, 0.0);
        for (batch, rows) in batches.iter().zip(&rows) {
            let start = Instant::now();
            store.record(batch).await.unwrap();
            our_time += start.elapsed().as_secs_f64();
            let start = Instant::now();
            insert_bare(&pool, rows).await;
            their_time += start.elapsed().as_secs_f64();
        }
        store.close().await;
        pool.close().await;
        println!(
            "run {run}: store {:>7.0} events/s, bare {:>7.0} events/s, ratio {:.2}",
            events / our_time,
            events / their_time,
            their_time / our_time
        );
        ours.push(events / our_time);
        theirs.push(events / their_time);
        ratios.push(their_time / our_time);
    }
    println!(
        "{bytes_per_event} bytes per event, {BATCH} events per transaction, synchronous = full"
    );
    println!(
        "median of {RUNS} runs: store {:.0} events/s, bare {:.0} events/s, ratio {:.2}",
        median(ours),
        median(theirs),
        median(ratios)
    );
}

fn row(record: &Record, n: u32) -> (String, Vec<u8>) {
    let id = &record.event.as_ref().unwrap().event.action_id;
    (format!("{id} {n}"), bytes_of(record))
}
