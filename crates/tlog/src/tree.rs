//! The tree over the tiles (RFC 6962, C2SP tlog-tiles): appending leaves gives new tiles and a new
//! root. Must not store anything: tiles are handed out, and come back through [`Tiles`].

use crate::Hash;
use crate::merkle::{empty_root, node_hash, root};
use crate::tile::{FULL, Tile, TileId};
use std::collections::BTreeMap;

/// Levels of tiles that a tree of 2^64 leaves can have.
const LEVELS: u8 = 8;

/// Where tiles are read from.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error;

    /// The hashes of a tile: at least as many as its width says (a full tile may stand in for a
    /// partial one); those beyond are not looked at.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, Self::Error>;
}

/// A tile that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tile {} is missing or too short", .0.path())]
pub struct MissingTile(pub TileId);

/// Tiles in memory, such as those of [`tiles_of_inclusion`](crate::proof::tiles_of_inclusion) that
/// were fetched beforehand.
impl Tiles for BTreeMap<TileId, Vec<Hash>> {
    type Error = MissingTile;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, MissingTile> {
        self.get(&id).or_else(|| self.get(&id.full())).cloned().ok_or(MissingTile(id))
    }
}

/// Why a tree could not be read from its tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// From the place where they are kept.
    #[error(transparent)]
    Tiles(E),
    /// What was read is too short.
    #[error(transparent)]
    Short(MissingTile),
}

/// The right edge of a growing tree: all that is needed to append a leaf and to name the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the full subtrees, the largest first: one for each bit of the size.
    peaks: Vec<Hash>,
    /// The hashes of the partial tile of each level.
    edge: Vec<Vec<Hash>>,
    /// Tiles that became full and were not handed out yet.
    full: Vec<Tile>,
    /// The size when tiles were handed out last.
    handed: u64,
}

impl Frontier {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of the first `size` leaves, from the tiles at its right edge. Compare its root with
    /// a signed checkpoint before you trust it.
    ///
    /// # Errors
    /// [`ReadError`] when a tile is missing or too short.
    pub fn read<T: Tiles>(tiles: &T, size: u64) -> Result<Self, ReadError<T::Error>> {
        let mut edge = Vec::new();
        for (level, id) in edge_of(size) {
            edge.resize(usize::from(level), Vec::new());
            edge.push(read_tile(tiles, id)?);
        }
        let peaks = edge.iter().rev().flat_map(|hashes| peaks(hashes)).collect();
        Ok(Self { size, peaks, edge, full: Vec::new(), handed: size })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root above them.
    pub fn root(&self) -> Hash {
        let joined =
            self.peaks.iter().copied().rev().reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or_else(empty_root)
    }

    /// Appends a leaf by its hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        self.extend_edge(0, hash);
        // As many subtrees become full as the size has ones at its end.
        for height in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            if height.is_multiple_of(8) {
                self.extend_edge(height as usize / 8, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The tiles that are new since this was last asked: the full ones, and the partial ones of the
    /// size that the tree has now.
    pub fn new_tiles(&mut self) -> Vec<Tile> {
        let mut tiles = std::mem::take(&mut self.full);
        for (level, id) in edge_of(self.size) {
            let grown = (self.size >> (8 * level)) > (self.handed >> (8 * level));
            if let Some(hashes) = self.edge.get(usize::from(level)).filter(|_| grown) {
                tiles.push(Tile { id, hashes: hashes.clone() });
            }
        }
        self.handed = self.size;
        tiles
    }

    fn extend_edge(&mut self, level: usize, hash: Hash) {
        if self.edge.len() <= level {
            self.edge.resize(level + 1, Vec::new());
        }
        let Some(hashes) = self.edge.get_mut(level) else { return };
        hashes.push(hash);
        if hashes.len() == usize::from(FULL) {
            let index = (self.size >> (8 * level)) / u64::from(FULL);
            let id = TileId { level: level as u8, index, width: FULL };
            self.full.push(Tile { id, hashes: std::mem::take(hashes) });
        }
    }
}

/// The tiles that a tree of `new` leaves has and one of `old` leaves has not, level by level.
pub fn new_tiles(old: u64, new: u64) -> Vec<TileId> {
    let full = u64::from(FULL);
    let mut tiles = Vec::new();
    for level in 0..LEVELS {
        let (old, new) = (old >> (8 * level), new >> (8 * level));
        if new > old {
            tiles.extend((old / full..new / full).map(|index| TileId {
                level,
                index,
                width: FULL,
            }));
            tiles.extend(partial(level, new));
        }
    }
    tiles
}

/// The partial tiles of a tree of `size` leaves, each with its level.
fn edge_of(size: u64) -> impl Iterator<Item = (u8, TileId)> {
    (0..LEVELS).filter_map(move |level| Some((level, partial(level, size >> (8 * level))?)))
}

/// The partial tile of a level with `hashes` hashes, if there is one.
fn partial(level: u8, hashes: u64) -> Option<TileId> {
    let width = (hashes % u64::from(FULL)) as u16;
    (width > 0).then_some(TileId { level, index: hashes / u64::from(FULL), width })
}

/// The first `width` hashes of a tile.
pub(crate) fn read_tile<T: Tiles>(tiles: &T, id: TileId) -> Result<Vec<Hash>, ReadError<T::Error>> {
    let mut hashes = tiles.hash_tile(id).map_err(ReadError::Tiles)?;
    if hashes.len() < usize::from(id.width) {
        return Err(ReadError::Short(MissingTile(id)));
    }
    hashes.truncate(id.width.into());
    Ok(hashes)
}

/// Roots of the full subtrees over `hashes`, the largest first.
fn peaks(hashes: &[Hash]) -> Vec<Hash> {
    let mut peaks = Vec::new();
    let mut rest = hashes;
    while let Some(height) = rest.len().checked_ilog2() {
        let (subtree, after) = rest.split_at(1 << height);
        peaks.push(root(subtree));
        rest = after;
    }
    peaks
}
