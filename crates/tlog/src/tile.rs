//! Tiles and entry bundles (C2SP tlog-tiles): the pieces in which a log is served, and the paths
//! under which they stand. Must not hash anything.

use crate::Hash;
use crate::text::number;
use std::fmt::Write as _;

/// Hashes in a full tile, entries in a full bundle.
pub const FULL: u16 = 256;
/// The highest level that a path can name.
const HIGHEST: u8 = 63;

/// Which hashes: those of the subtrees of 256^`level` leaves, 256 to a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for the hashes of leaves.
    pub level: u8,
    /// Which tile of the level, from 0.
    pub index: u64,
    /// How many hashes it has, 1 to 256; fewer than 256 only at the right edge of the tree.
    pub width: u16,
}

/// Which entries: those of the tile of level 0 with the same index and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    /// Which bundle, from 0.
    pub index: u64,
    /// How many entries it has, 1 to 256.
    pub width: u16,
}

/// A tile with its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which one.
    pub id: TileId,
    /// As many as its width says.
    pub hashes: Vec<Hash>,
}

/// The entries of a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryBundle(pub Vec<Vec<u8>>);

/// Why bytes or a path are not those of a tile or a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not a path that tlog-tiles knows, or not written as it must be.
    #[error(
        "{0:?} is not the path of a tile, such as tile/0/x001/x234/067 or tile/entries/000.p/12"
    )]
    Path(String),
    /// The length does not fit.
    #[error("a tile of {width} hashes has {} bytes, not {found}", usize::from(*width) * 32)]
    Length {
        /// How many hashes there should be.
        width: u16,
        /// How many bytes there are.
        found: usize,
    },
    /// A bundle that ends too early, or does not end.
    #[error("the bundle does not hold exactly {0} entries")]
    Bundle(u16),
    /// An entry that no bundle holds.
    #[error("an entry of {0} bytes: a log holds at most 65,535")]
    Entry(usize),
}

impl TileId {
    /// Where it is served, relative to the log: `tile/0/x001/067.p/12`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, place(self.index, self.width))
    }

    /// Reads what [`Self::path`] writes, and nothing else.
    ///
    /// # Errors
    /// [`TileError::Path`].
    pub fn parse(path: &str) -> Result<Self, TileError> {
        let read = || {
            let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
            let level = u8::try_from(number(level)?).ok().filter(|level| *level <= HIGHEST)?;
            let (index, width) = read_place(rest)?;
            Some(Self { level, index, width })
        };
        read().ok_or_else(|| TileError::Path(path.into()))
    }

    /// The same tile once it has all its hashes: what to ask for when a partial one is gone.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: FULL, ..self }
    }
}

impl BundleId {
    /// Where it is served, relative to the log: `tile/entries/x001/067.p/12`.
    pub fn path(&self) -> String {
        format!("tile/entries/{}", place(self.index, self.width))
    }

    /// Reads what [`Self::path`] writes, and nothing else.
    ///
    /// # Errors
    /// [`TileError::Path`].
    pub fn parse(path: &str) -> Result<Self, TileError> {
        let read = || path.strip_prefix("tile/entries/").and_then(read_place);
        let (index, width) = read().ok_or_else(|| TileError::Path(path.into()))?;
        Ok(Self { index, width })
    }
}

impl Tile {
    /// The tile as it is served.
    pub fn bytes(&self) -> Vec<u8> {
        self.hashes.concat()
    }

    /// Reads a tile as it is served.
    ///
    /// # Errors
    /// [`TileError::Length`].
    pub fn parse(id: TileId, bytes: &[u8]) -> Result<Self, TileError> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if hashes.len() != usize::from(id.width) || !rest.is_empty() {
            return Err(TileError::Length { width: id.width, found: bytes.len() });
        }
        Ok(Self { id, hashes: hashes.to_vec() })
    }
}

impl EntryBundle {
    /// The bundle as it is served: each entry after its length in two bytes, big-endian.
    ///
    /// # Errors
    /// [`TileError::Entry`] when one is too long.
    pub fn bytes(&self) -> Result<Vec<u8>, TileError> {
        let mut bytes = Vec::with_capacity(self.0.iter().map(|entry| entry.len() + 2).sum());
        for entry in &self.0 {
            let length = u16::try_from(entry.len()).map_err(|_| TileError::Entry(entry.len()))?;
            bytes.extend(length.to_be_bytes());
            bytes.extend(entry);
        }
        Ok(bytes)
    }

    /// Reads a bundle of exactly `width` entries.
    ///
    /// # Errors
    /// [`TileError::Bundle`].
    pub fn parse(width: u16, bytes: &[u8]) -> Result<Self, TileError> {
        let mut rest = bytes;
        let mut next = || {
            let (length, after) = rest.split_first_chunk()?;
            let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
            rest = after;
            Some(entry.to_vec())
        };
        let entries: Option<Vec<_>> = (0..width).map(|_| next()).collect();
        entries.filter(|_| rest.is_empty()).map(Self).ok_or(TileError::Bundle(width))
    }
}

/// `x001/x234/067`, with `.p/12` for a partial one.
fn place(index: u64, width: u16) -> String {
    let mut groups = vec![index % 1000];
    let mut left = index / 1000;
    while left > 0 {
        groups.push(left % 1000);
        left /= 1000;
    }
    let mut path = String::new();
    for (n, group) in groups.iter().enumerate().rev() {
        // Writing to a String cannot fail.
        let _ = if n > 0 { write!(path, "x{group:03}/") } else { write!(path, "{group:03}") };
    }
    if width < FULL {
        let _ = write!(path, ".p/{width}");
    }
    path
}

fn read_place(path: &str) -> Option<(u64, u16)> {
    let (groups, width) = match path.split_once(".p/") {
        Some((groups, width)) => {
            let width = u16::try_from(number(width)?).ok()?;
            (groups, Some(width).filter(|width| (1..FULL).contains(width))?)
        }
        None => (path, FULL),
    };
    let mut index = 0_u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u16 = digits.parse().ok()?;
        index = index.checked_mul(1000)?.checked_add(value.into())?;
    }
    // There is one way to write it: what was read must give the path again.
    (place(index, width) == path).then_some((index, width))
}
