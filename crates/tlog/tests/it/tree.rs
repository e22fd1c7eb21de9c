//! Trees and proofs, against the reference's vectors and against `ct-merkle`.

use crate::log::{Log, leaf};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use std::collections::BTreeMap;
use tlog::proof::{
    MakeError, ProofError, consistency, inclusion, tiles_of_consistency, tiles_of_inclusion,
    verify_consistency, verify_inclusion,
};
use tlog::tile::TileId;
use tlog::tree::{Frontier, MissingTile, ReadError, Tiles, new_tiles};
use tlog::{Hash, leaf_hash, root};

fn hash(hex: &str) -> Hash {
    let byte = |n: usize| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap();
    std::array::from_fn(byte)
}

/// Leaves and proofs of the Certificate Transparency reference implementation.
fn reference() -> Log {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let mut log = Log::new(0);
    for leaf in leaves {
        log.tree.append(leaf_hash(leaf));
        log.tiles.extend(log.tree.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes)));
    }
    log
}

#[test]
fn proofs_are_those_of_the_reference() {
    let log = reference();
    let left = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    let six = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let four = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    let one = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    let two = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    let right = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    let fifth = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let seventh = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";
    let zeroth = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    let third = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    for (index, size, proof) in [
        (0, 1, vec![]),
        (0, 8, vec![one, two, right]),
        (5, 8, vec![fifth, six, left]),
        (2, 3, vec![third]),
        (1, 5, vec![zeroth, two, fifth]),
    ] {
        let made = inclusion(&log.tiles, index, size).unwrap();
        assert_eq!(made, proof.into_iter().map(hash).collect::<Vec<_>>(), "{index} of {size}");
    }
    for (old, new, proof) in [
        (1, 1, vec![]),
        (1, 8, vec![one, two, right]),
        (6, 8, vec![four, six, left]),
        (2, 5, vec![two, fifth]),
        (6, 7, vec![four, seventh, left]),
    ] {
        let made = consistency(&log.tiles, old, new).unwrap();
        assert_eq!(made, proof.into_iter().map(hash).collect::<Vec<_>>(), "{old} to {new}");
    }
}

/// What the reference's tests refuse: every wrong number, missing, added or altered hash.
#[test]
fn spoilt_proofs_are_refused() {
    let log = reference();
    let hashes =
        |size: u64| log.tiles[&TileId { level: 0, index: 0, width: 8 }][..size as usize].to_vec();
    for size in 1..=8 {
        let (leaves, tree) = (hashes(size), root(&hashes(size)));
        for index in 0..size {
            let leaf = &leaves[index as usize];
            let proof = inclusion(&log.tiles, index, size).unwrap();
            let holds = |index, size, proof: &[Hash], root: &Hash| {
                verify_inclusion(leaf, index, size, proof, root).is_ok()
            };
            assert!(holds(index, size, &proof, &tree));
            for other in (0..9).filter(|other| *other != index) {
                assert!(!holds(other, size, &proof, &tree), "{index} as {other} of {size}");
            }
            for other in [0, size / 2, size * 2].into_iter().filter(|other| *other != size) {
                assert!(!holds(index, other, &proof, &tree), "{index} of {size} as of {other}");
            }
            assert!(!holds(index, size, &proof, &[0; 32]));
            spoil(&proof, |proof| assert!(!holds(index, size, proof, &tree)));
        }
        for old in 1..size {
            let old_tree = root(&hashes(old));
            let proof = consistency(&log.tiles, old, size).unwrap();
            let holds = |old, new, proof: &[Hash], old_tree: &Hash, tree: &Hash| {
                verify_consistency(old, old_tree, new, tree, proof).is_ok()
            };
            assert!(holds(old, size, &proof, &old_tree, &tree));
            for other in (0..9).filter(|other| *other != old) {
                assert!(
                    !holds(other, size, &proof, &old_tree, &tree),
                    "{old} as {other} to {size}"
                );
            }
            assert!(!holds(old, size, &proof, &tree, &old_tree));
            assert!(!holds(old, size, &proof, &[0; 32], &tree));
            assert!(!holds(old, size, &proof, &old_tree, &[0; 32]));
            spoil(&proof, |proof| assert!(!holds(old, size, proof, &old_tree, &tree)));
        }
    }
}

/// The proof with each hash altered or left out, and with one more before, between and after.
fn spoil(proof: &[Hash], check: impl Fn(&[Hash])) {
    for n in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(n, [7; 32]);
        check(&longer);
        if n < proof.len() {
            let mut shorter = proof.to_vec();
            shorter.remove(n);
            check(&shorter);
            for bit in [0, 7, 100, 255] {
                let mut altered = proof.to_vec();
                altered[n][bit / 8] ^= 1 << (bit % 8);
                check(&altered);
            }
        }
    }
}

#[test]
fn the_sizes_that_are_always_alike() {
    let empty = tlog::empty_root();
    let (a, b) = ([1; 32], [2; 32]);
    assert_eq!(verify_consistency(0, &empty, 0, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 5, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(5, &a, 5, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty, 5, &a, &[b]), Err(ProofError::Length { found: 1 }));
    assert_eq!(verify_consistency(5, &a, 5, &a, &[b]), Err(ProofError::Length { found: 1 }));
    assert_eq!(verify_consistency(5, &a, 5, &b, &[]), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(0, &a, 0, &a, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(5, &a, 4, &b, &[]), Err(ProofError::Shrunk { old: 5, new: 4 }));
    assert_eq!(verify_inclusion(&a, 0, 0, &[], &a), Err(ProofError::NoLeaf { index: 0, size: 0 }));
}

/// The example of C2SP tlog-tiles: the shape of a log of 70,000 leaves.
#[test]
fn a_log_of_70000_has_the_tiles_of_the_specification() {
    let tiles = new_tiles(0, 70_000);
    let full = |level| tiles.iter().filter(|id| id.level == level && id.width == 256).count();
    let partial: Vec<String> = tiles.iter().filter(|id| id.width < 256).map(TileId::path).collect();
    assert_eq!([full(0), full(1), full(2)], [273, 1, 0]);
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let paths: Vec<String> = new_tiles(0, 256).iter().map(TileId::path).collect();
    assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1"]);

    let mut log = Log::new(0);
    for size in [35_298, 70_000] {
        log.grow(size);
    }
    let wanted: Vec<TileId> = tiles.into_iter().filter(|id| !log.tiles.contains_key(id)).collect();
    assert_eq!(wanted, []);
}

#[test]
fn a_missing_tile_is_named() {
    let mut log = Log::new(300);
    let partial = TileId { level: 0, index: 1, width: 44 };
    let hashes = log.tiles.remove(&partial).unwrap();
    let missing = MissingTile(partial);
    assert_eq!(inclusion(&log.tiles, 270, 300), Err(MakeError::Read(ReadError::Tiles(missing))));
    assert_eq!(Frontier::read(&log.tiles, 300), Err(ReadError::Tiles(missing)));
    // A tile that is too short is as good as missing; a full one stands in for a partial one.
    log.tiles.insert(partial, hashes[..43].to_vec());
    assert_eq!(inclusion(&log.tiles, 270, 300), Err(MakeError::Read(ReadError::Short(missing))));
    log.tiles.remove(&partial);
    log.grow(600);
    assert!(log.tiles.contains_key(&partial.full()));
    assert_eq!(
        inclusion(&log.tiles, 270, 300).unwrap(),
        inclusion(&Log::new(300).tiles, 270, 300).unwrap()
    );
}

/// Reads only the tiles that were named beforehand.
struct Only<'a>(&'a BTreeMap<TileId, Vec<Hash>>, std::collections::BTreeSet<TileId>);

impl Tiles for Only<'_> {
    type Error = MissingTile;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, MissingTile> {
        assert!(self.1.contains(&id), "{} was not named", id.path());
        self.0.hash_tile(id)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// After every batch the root is that of `ct-merkle`, and so is every proof.
    #[test]
    fn trees_and_proofs_are_those_of_ct_merkle(
        batches in proptest::collection::vec(1..700_u64, 1..6),
        seeds in proptest::collection::vec(any::<u64>(), 12),
    ) {
        let mut log = Log::new(0);
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut roots = vec![(0, tlog::empty_root())];
        for batch in batches {
            let (old, new) = (log.tree.size(), log.tree.size() + batch);
            (old..new).for_each(|index| oracle.push(leaf(index)));
            log.grow(new);
            let theirs = Hash::from(*oracle.root().as_bytes());
            prop_assert_eq!(log.tree.root(), theirs);
            roots.push((new, log.tree.root()));
            for id in new_tiles(old, new) {
                prop_assert_eq!(log.tiles[&id].len(), usize::from(id.width));
            }
            let read = Frontier::read(&log.tiles, new).unwrap();
            prop_assert_eq!(&read, &log.tree);
        }
        let size = log.tree.size();
        for index in seeds.iter().map(|seed| seed % size).chain([0, size - 1]) {
            let tiles = Only(&log.tiles, tiles_of_inclusion(index, size).unwrap());
            let proof = inclusion(&tiles, index, size).unwrap();
            let theirs = oracle.prove_inclusion(index as usize);
            prop_assert_eq!(proof.concat(), theirs.as_bytes());
            let leaf = leaf_hash(&leaf(index));
            prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &log.tree.root()), Ok(()));
        }
        for (old, old_root) in roots {
            let tiles = Only(&log.tiles, tiles_of_consistency(old, size).unwrap());
            let proof = consistency(&tiles, old, size).unwrap();
            if old > 0 {
                let theirs = oracle.prove_consistency((size - old) as usize);
                prop_assert_eq!(proof.concat(), theirs.as_bytes());
            }
            prop_assert_eq!(verify_consistency(old, &old_root, size, &log.tree.root(), &proof), Ok(()));
        }
    }

    /// A tree that was read back from its tiles grows as if it had never stopped.
    #[test]
    fn a_tree_goes_on_where_it_stopped(first in 0..1500_u64, more in 1..600_u64) {
        let stopped = Log::new(first);
        let mut resumed = Log::new(first);
        resumed.tree = Frontier::read(&stopped.tiles, first).unwrap();
        resumed.grow(first + more);
        prop_assert_eq!(resumed.tree.root(), Log::new(first + more).tree.root());
        for id in new_tiles(first, first + more) {
            prop_assert!(resumed.tiles.contains_key(&id), "{}", id.path());
        }
    }
}
