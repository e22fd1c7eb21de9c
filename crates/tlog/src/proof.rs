//! Proofs that a leaf is in a tree and that a tree only grew (RFC 6962, section 2.1; verified as in
//! RFC 9162). Must not trust the tiles that proofs are made of: whoever uses a proof verifies it.

pub use crate::receipt::{Receipt, ReceiptError, Shown};

use crate::Hash;
use crate::merkle::{empty_root, node_hash, root};
use crate::tile::{FULL, TileId};
use crate::tree::{ReadError, Tiles, read_tile};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

/// Most hashes of a proof: a tree of 2^63 leaves is 63 high.
pub const LONGEST_PROOF: usize = 63;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such leaf.
    #[error("there is no leaf {index} in a log of {size}")]
    NoLeaf {
        /// The leaf.
        index: u64,
        /// The size of the log.
        size: u64,
    },
    /// A log that shrinks.
    #[error("a log of {new} leaves cannot have grown from one of {old}")]
    Shrunk {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
    /// Too many or too few hashes.
    #[error("the proof has {found} hashes; that is not how many it takes")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// The hashes give another root.
    #[error("the proof does not lead to the root of the log")]
    Root,
    /// The hashes give another root for the smaller tree.
    #[error("the proof does not lead to the earlier root: history was rewritten")]
    OldRoot,
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeError<E> {
    /// Nothing to prove.
    #[error(transparent)]
    Proof(ProofError),
    /// A tile is missing.
    #[error(transparent)]
    Read(ReadError<E>),
}

/// A full subtree: its leaves are those from `index` * 2^`height` on.
#[derive(Debug, Clone, Copy)]
struct Node {
    height: u32,
    index: u64,
}

/// The leaves from the first number up to, not including, the second.
type Range = (u64, u64);

/// The hashes that lead from leaf `index` to the root of the first `size` leaves, the leaf's
/// neighbour first.
///
/// # Errors
/// [`MakeError`] when there is no such leaf or a tile is missing.
pub fn inclusion<T: Tiles>(
    tiles: &T,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, MakeError<T::Error>> {
    let ranges = inclusion_ranges(index, size).map_err(MakeError::Proof)?;
    hashes(tiles, &ranges, size).map_err(MakeError::Read)
}

/// The hashes that show that the first `old` leaves are the same in a tree of `new`.
///
/// # Errors
/// [`MakeError`] when `old` is larger or a tile is missing.
pub fn consistency<T: Tiles>(
    tiles: &T,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, MakeError<T::Error>> {
    let ranges = consistency_ranges(old, new).map_err(MakeError::Proof)?;
    hashes(tiles, &ranges, new).map_err(MakeError::Read)
}

/// The tiles that [`inclusion`] will read, for those who have to fetch them beforehand.
///
/// # Errors
/// [`ProofError::NoLeaf`].
pub fn tiles_of_inclusion(index: u64, size: u64) -> Result<BTreeSet<TileId>, ProofError> {
    Ok(tiles_of(&inclusion_ranges(index, size)?, size))
}

/// The tiles that [`consistency`] will read, for those who have to fetch them beforehand.
///
/// # Errors
/// [`ProofError::Shrunk`].
pub fn tiles_of_consistency(old: u64, new: u64) -> Result<BTreeSet<TileId>, ProofError> {
    Ok(tiles_of(&consistency_ranges(old, new)?, new))
}

/// Checks that the leaf with this hash is leaf `index` of the tree of `size` leaves under `root`.
///
/// # Errors
/// [`ProofError`] when it is not shown.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoLeaf { index, size });
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for other in proof {
        if last == 0 {
            return Err(ProofError::Length { found: proof.len() });
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(other, &hash);
            // A subtree without a right neighbour goes up as it is.
            let up = if place == 0 { 0 } else { place.trailing_zeros() };
            (place, last) = (place >> up, last >> up);
        } else {
            hash = node_hash(&hash, other);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length { found: proof.len() });
    }
    if equal(&hash, root) { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old` leaves under `old_root` is the beginning of the tree of `new`
/// leaves under `new_root`.
///
/// # Errors
/// [`ProofError`] when it is not shown.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let length = ProofError::Length { found: proof.len() };
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        let expected = if old == new { new_root } else { &empty_root() };
        return match () {
            () if !proof.is_empty() => Err(length),
            () if !equal(old_root, expected) => Err(ProofError::OldRoot),
            () if new == 0 && !equal(new_root, &empty_root()) => Err(ProofError::Root),
            () => Ok(()),
        };
    }
    // The proof starts with the largest subtree that ends where the old tree ends. If that is the
    // old tree itself, its root is known and not sent.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(length)?
    };
    let up = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> up, (new - 1) >> up);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for other in rest {
        if last == 0 {
            return Err(length);
        }
        if place & 1 == 1 || place == last {
            old_hash = node_hash(other, &old_hash);
            new_hash = node_hash(other, &new_hash);
            let up = if place == 0 { 0 } else { place.trailing_zeros() };
            (place, last) = (place >> up, last >> up);
        } else {
            new_hash = node_hash(&new_hash, other);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    match () {
        () if last != 0 => Err(length),
        () if !equal(&old_hash, old_root) => Err(ProofError::OldRoot),
        () if !equal(&new_hash, new_root) => Err(ProofError::Root),
        () => Ok(()),
    }
}

fn equal(a: &Hash, b: &Hash) -> bool {
    a.ct_eq(b).into()
}

/// PATH(m, D[n]) of RFC 6962, the leaf's neighbour first.
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range>, ProofError> {
    if index >= size {
        return Err(ProofError::NoLeaf { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// PROOF(m, D[n]) of RFC 6962.
fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range>, ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    let (mut start, mut end) = (0, new);
    let mut ranges = Vec::new();
    if old > 0 {
        while end != old {
            let middle = start + split(end - start);
            if old <= middle {
                ranges.push((middle, end));
                end = middle;
            } else {
                ranges.push((start, middle));
                start = middle;
            }
        }
        if start > 0 {
            ranges.push((start, end));
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The largest power of two smaller than `leaves`, which must be at least 2.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The full subtrees of a range, from left to right.
fn nodes((start, end): Range) -> impl Iterator<Item = Node> {
    let mut start = start;
    std::iter::from_fn(move || {
        let height = (end - start).checked_ilog2()?;
        let node = Node { height, index: start >> height };
        start += 1 << height;
        Some(node)
    })
}

impl Node {
    /// The tile of a tree of `size` leaves in which its hash or those below it stand, where in it
    /// they begin, and how many they are.
    fn place(self, size: u64) -> (TileId, usize, usize) {
        let (level, within) = ((self.height / 8) as u8, self.height % 8);
        let first = self.index << within;
        let index = first / u64::from(FULL);
        let hashes = (size >> (8 * level)) - index * u64::from(FULL);
        let width = hashes.min(FULL.into()) as u16;
        (TileId { level, index, width }, (first % u64::from(FULL)) as usize, 1 << within)
    }
}

fn tiles_of(ranges: &[Range], size: u64) -> BTreeSet<TileId> {
    ranges.iter().flat_map(|range| nodes(*range)).map(|node| node.place(size).0).collect()
}

fn hashes<T: Tiles>(
    tiles: &T,
    ranges: &[Range],
    size: u64,
) -> Result<Vec<Hash>, ReadError<T::Error>> {
    let read: BTreeMap<TileId, Vec<Hash>> = tiles_of(ranges, size)
        .into_iter()
        .map(|id| Ok((id, read_tile(tiles, id)?)))
        .collect::<Result<_, _>>()?;
    let hash_of = |node: Node| {
        let (id, from, count) = node.place(size);
        read.get(&id).and_then(|hashes| hashes.get(from..from + count)).map(root)
    };
    let joined = |range: &Range| {
        let mut hashes: Vec<Hash> = nodes(*range).filter_map(hash_of).collect();
        let last = hashes.pop().unwrap_or_else(empty_root);
        hashes.iter().rev().fold(last, |right, left| node_hash(left, &right))
    };
    Ok(ranges.iter().map(joined).collect())
}
