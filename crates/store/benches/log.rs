//! Leaves signed for and published per second, as a ratio to bare SQLite inserts of the same bytes.
//!
//! Both sides write the same leaves to a file with `synchronous = full`, one transaction a batch, in
//! turns. Ours also takes them into the log (at most one checkpoint in 200 ms, as the server does),
//! and the time ends when the last of them is under a published checkpoint, all files on the disk.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic")]

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe, Executor as _};
use std::time::{Duration, Instant};
use store::Store;
use store::log::Log;
use tempfile::TempDir;
use tlog::leaf_hash;

const RUNS: usize = 5;
const PERIOD: Duration = Duration::from_millis(200);
/// Bytes of a usual leaf.
const LEAF: usize = 900;

fn leaves(from: u64, count: u64) -> Vec<Vec<u8>> {
    (from..from + count)
        .map(|n| leaf_hash(&n.to_le_bytes()).iter().copied().cycle().take(LEAF).collect())
        .collect()
}

async fn pool(path: &std::path::Path) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    pool.execute(
        "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000; \
         pragma wal_autocheckpoint = 4000; pragma cache_size = -65536; \
         create table if not exists bare (seq integer primary key, bytes blob not null)",
    )
    .await
    .unwrap();
    pool
}

async fn insert(pool: &AnyPool, table: &str, from: u64, batch: &[Vec<u8>]) {
    let hashed = table == "leaf";
    let mut tx = pool.begin().await.unwrap();
    for (part, rows) in (0_u64..).zip(batch.chunks(256)) {
        let row = if hashed { "(?, ?, ?)" } else { "(?, ?)" };
        let columns = if hashed { "(seq, bytes, hash)" } else { "(seq, bytes)" };
        let places = vec![row; rows.len()].join(", ");
        let sql = AssertSqlSafe(format!("insert into {table} {columns} values {places}"));
        let mut query = sqlx::query(sql);
        for (n, leaf) in (from + part * 256..).zip(rows) {
            query = query.bind(i64::try_from(n).unwrap()).bind(leaf.clone());
            if hashed {
                query = query.bind(leaf_hash(leaf).to_vec());
            }
        }
        query.execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn run(batch: u64, batches: u64, kept: &mut Vec<TempDir>) -> (f64, f64) {
    let all: Vec<_> = (0..batches).map(|n| leaves(n * batch, batch)).collect();
    let count = (batch * batches) as f64;
    let folder = tempfile::tempdir().unwrap();
    let bare = pool(&folder.path().join("bare.sqlite")).await;
    let begun = Instant::now();
    for (n, rows) in (0_u64..).zip(&all) {
        insert(&bare, "bare", n * batch, rows).await;
    }
    let bare = count / begun.elapsed().as_secs_f64();

    let file = folder.path().join("evenhand.sqlite");
    let store = Store::open(&file).await.unwrap();
    let mut log = Log::open(store, folder.path(), "bench.example/log", &[1; 32]).await.unwrap();
    let writer = pool(&file).await;
    let begun = Instant::now();
    let total = batch * batches;
    let ticker = tokio::spawn(async move {
        while log.size() < total {
            let next = tokio::time::Instant::now() + PERIOD;
            while log.integrate().await.unwrap() > 0 && log.size() < total {}
            if log.size() < total {
                tokio::time::sleep_until(next).await;
            }
        }
    });
    for (n, rows) in (0_u64..).zip(&all) {
        insert(&writer, "leaf", n * batch, rows).await;
    }
    ticker.await.unwrap();
    let ours = count / begun.elapsed().as_secs_f64();
    // A log removes nothing that is full. To remove hundreds of files now would make the system look
    // for free inodes among those just freed in the next run.
    kept.push(folder);
    (ours, bare)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(0.0)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("batch  leaves  leaves/s  bare/s  ratio   (medians of {RUNS})");
    // Of a run of less than a second the wait for the last checkpoint is a large part: the last line is
    // of a longer one.
    for (batch, batches) in [(1, 1_000), (10, 600), (100, 600), (1_000, 80), (1_000, 400)] {
        let (mut pairs, mut kept) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            pairs.push(run(batch, batches, &mut kept).await);
        }
        let (ours, bare): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        let ratio = median(pairs.iter().map(|(ours, bare)| ours / bare).collect());
        let leaves = batch * batches;
        println!(
            "{batch:>5}  {leaves:>6}  {:>8.0}  {:>6.0}  {ratio:.2}",
            median(ours),
            median(bare)
        );
    }
}
