//! The time of the log against bare SHA-256 of the same bytes, in turns within one run; and of
//! proofs in a log of ten million leaves, with its tiles in memory and on disk.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench measures time and may panic"
)]

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use tlog::note::{Kind, Note, SigningKey};
use tlog::policy::Policy;
use tlog::proof::{Receipt, consistency, inclusion, verify_inclusion};
use tlog::tile::{Tile, TileId};
use tlog::tree::{Frontier, Tiles};
use tlog::{Hash, leaf_hash};

const RUNS: usize = 9;
const LARGE: u64 = 10_000_000;

/// Nanoseconds for each of `count` calls.
fn timed(count: u32, mut work: impl FnMut(u32)) -> f64 {
    let before = Instant::now();
    for n in 0..count {
        work(n);
    }
    before.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs both sides in turns; gives the medians.
fn both(mut one: impl FnMut() -> f64, mut other: impl FnMut() -> f64) -> (f64, f64) {
    let (ones, others) = (0..RUNS).map(|_| (one(), other())).unzip();
    (median(ones), median(others))
}

fn main() {
    println!(
        "leaf bytes | bare SHA-256 ns | leaf hash ns | ratio | with tree and tiles ns | ratio"
    );
    for bytes in [200_usize, 500, 1_024, 4_096] {
        let leaf = vec![7_u8; bytes];
        let bare = || {
            timed(20_000, |_| {
                black_box(Sha256::digest(black_box(&leaf)));
            })
        };
        let ours = || {
            timed(20_000, |_| {
                black_box(leaf_hash(black_box(&leaf)));
            })
        };
        let (bare_time, hash) = both(bare, ours);
        let tree = || {
            let mut tree = Frontier::new();
            timed(20_000, |n| {
                tree.append(leaf_hash(black_box(&leaf)));
                if n % 1_000 == 999 {
                    black_box((tree.new_tiles(), tree.root()));
                }
            })
        };
        let (_, grown) = both(bare, tree);
        println!(
            "{bytes} | {bare_time:.0} | {hash:.0} | {:.2} | {grown:.0} | {:.2}",
            bare_time / hash,
            bare_time / grown
        );
    }
    large();
}

/// Tiles as files, each read when it is asked for.
struct Files<'a>(&'a Path);

impl Tiles for Files<'_> {
    type Error = std::io::Error;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, std::io::Error> {
        let bytes = std::fs::read(self.0.join(id.path()))?;
        Tile::parse(id, &bytes).map(|tile| tile.hashes).map_err(std::io::Error::other)
    }
}

fn large() {
    let directory = tempfile::tempdir().unwrap();
    let mut tree = Frontier::new();
    let mut memory = BTreeMap::new();
    for index in 0..LARGE {
        tree.append(leaf_hash(&index.to_be_bytes()));
    }
    for tile in tree.new_tiles() {
        let path = directory.path().join(tile.id.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, tile.bytes()).unwrap();
        memory.insert(tile.id, tile.hashes);
    }
    let root = tree.root();
    let index = |n: u32| u64::from(n) * 7_919_317 % LARGE;
    let check = |proof: &[Hash], index: u64| {
        let leaf = leaf_hash(&index.to_be_bytes());
        verify_inclusion(&leaf, index, LARGE, proof, &root).unwrap();
    };
    let proved = |tiles: &dyn Fn(u64) -> Vec<Hash>| {
        median((0..RUNS).map(|_| timed(200, |n| check(&tiles(index(n)), index(n)))).collect())
    };
    let in_memory = proved(&|index| inclusion(&memory, index, LARGE).unwrap());
    let files = Files(directory.path());
    let on_disk = proved(&|index| inclusion(&files, index, LARGE).unwrap());
    let grown = median(
        (0..RUNS)
            .map(|_| {
                timed(200, |n| drop(black_box(consistency(&memory, 1 + index(n), LARGE).unwrap())))
            })
            .collect(),
    );
    let key = SigningKey::new("log.example", Kind::Ed25519, &[1; 32]).unwrap();
    let checkpoint = tlog::checkpoint::Checkpoint::new("log.example", LARGE, root);
    let mut note = Note::new(checkpoint.to_string()).unwrap();
    note.sign(&key).unwrap();
    let proof = inclusion(&memory, 4_711, LARGE).unwrap();
    let receipt = Receipt { extra: None, index: 4_711, proof, checkpoint: note }.to_string();
    let policy = Policy::log(key.verifier().clone());
    let leaf = 4_711_u64.to_be_bytes();
    let verified = median(
        (0..RUNS)
            .map(|_| {
                timed(200, |_| {
                    let receipt: Receipt = receipt.parse().unwrap();
                    black_box(receipt.verify(&leaf, &policy).unwrap());
                })
            })
            .collect(),
    );
    println!("\nlog of {LARGE} leaves | µs");
    for (what, nanoseconds) in [
        ("make and verify a proof of inclusion, tiles in memory", in_memory),
        ("make and verify a proof of inclusion, tiles in files", on_disk),
        ("make a proof of consistency, tiles in memory", grown),
        ("read and verify a receipt, signature included", verified),
    ] {
        println!("{what} | {:.0}", nanoseconds / 1_000.0);
    }
}
