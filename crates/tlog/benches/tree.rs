//! Instruction counts of appending a batch, of making proofs in a log of ten million leaves and of
//! verifying a receipt. They do not depend on how busy the machine is.
//!
//! `cargo bench -p tlog --bench tree` needs valgrind and `gungraun-runner` of the same version.
#![expect(clippy::unwrap_used, reason = "a bench may panic")]
#![expect(missing_docs, reason = "the macros make public items without docs")]

use std::convert::Infallible;
use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use tlog::note::{Kind, Note, SigningKey};
use tlog::policy::Policy;
use tlog::proof::{Receipt, consistency, inclusion};
use tlog::tile::{Tile, TileId};
use tlog::tree::{Frontier, Tiles};
use tlog::{Hash, leaf_hash};

const LARGE: u64 = 10_000_000;

/// Tiles with made-up hashes: what a proof costs does not depend on them.
struct Made;

impl Tiles for Made {
    type Error = Infallible;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, Infallible> {
        Ok(vec![[id.level; 32]; id.width.into()])
    }
}

fn batch(leaves: usize) -> (Frontier, Vec<Hash>) {
    (Frontier::read(&Made, LARGE).unwrap(), vec![[7; 32]; leaves])
}

fn receipt() -> (String, Policy) {
    let mut tree = Frontier::new();
    (0..70_000_u64).for_each(|index| tree.append(leaf_hash(&index.to_be_bytes())));
    let tiles = tree.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes));
    let tiles: std::collections::BTreeMap<_, _> = tiles.collect();
    let key = SigningKey::new("log.example", Kind::Ed25519, &[1; 32]).unwrap();
    let checkpoint = tlog::checkpoint::Checkpoint::new("log.example", 70_000, tree.root());
    let mut note = Note::new(checkpoint.to_string()).unwrap();
    note.sign(&key).unwrap();
    let proof = inclusion(&tiles, 4_711, 70_000).unwrap();
    let receipt = Receipt { extra: None, index: 4_711, proof, checkpoint: note };
    (receipt.to_string(), Policy::log(key.verifier().clone()))
}

#[library_benchmark]
#[bench::bytes_500(vec![7; 500])]
fn hash_a_leaf(leaf: Vec<u8>) -> (Hash, Vec<u8>) {
    (leaf_hash(black_box(&leaf)), leaf)
}

#[library_benchmark]
#[bench::batch_1(batch(1))]
#[bench::batch_100(batch(100))]
#[bench::batch_1000(batch(1_000))]
fn append((mut tree, leaves): (Frontier, Vec<Hash>)) -> (Vec<Tile>, Hash, Frontier, Vec<Hash>) {
    for leaf in &leaves {
        tree.append(*leaf);
    }
    (tree.new_tiles(), tree.root(), tree, leaves)
}

#[library_benchmark]
#[bench::of_10_million(4_711_471)]
fn prove_inclusion(index: u64) -> Vec<Hash> {
    inclusion(&Made, black_box(index), LARGE).unwrap()
}

#[library_benchmark]
#[bench::to_10_million(4_711_471)]
fn prove_consistency(old: u64) -> Vec<Hash> {
    consistency(&Made, black_box(old), LARGE).unwrap()
}

#[library_benchmark]
#[bench::of_70_000(receipt())]
fn verify_receipt((text, policy): (String, Policy)) -> (bool, String, Policy) {
    let receipt: Receipt = text.parse().unwrap();
    let holds = receipt.verify(&4_711_u64.to_be_bytes(), &policy).is_ok();
    (holds, text, policy)
}

library_benchmark_group!(
    name = tlog_cost;
    benchmarks = hash_a_leaf, append, prove_inclusion, prove_consistency, verify_receipt
);
main!(library_benchmark_groups = tlog_cost);
