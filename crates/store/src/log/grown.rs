//! A tree that grows by leaves, and the files that are new because of it. Must not write them.

use super::LogError;
use std::path::{Path, PathBuf};
use tlog::Hash;
use tlog::tile::{BundleId, EntryBundle, FULL, TileId};
use tlog::tree::{Frontier, Tiles};

/// A tree with the entries of its last, partial bundle.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    frontier: Frontier,
    tail: Vec<Vec<u8>>,
}

/// The published tiles as files.
#[derive(Debug, Clone)]
pub(crate) struct Published(pub(crate) PathBuf);

impl Tiles for Published {
    type Error = LogError;

    fn hash_tile(&self, id: TileId) -> Result<Vec<Hash>, LogError> {
        for id in [id, id.full()] {
            if let Some(bytes) = super::files::read(&self.0.join(id.path()))? {
                let (hashes, rest) = bytes.as_chunks::<32>();
                if hashes.len() != usize::from(id.width) || !rest.is_empty() {
                    return Err(LogError::Damaged(format!("{} has a wrong length", id.path())));
                }
                return Ok(hashes.to_vec());
            }
        }
        Err(LogError::Damaged(format!("{} is missing", id.path())))
    }
}

impl Tree {
    /// The tree of the first `size` leaves, a multiple of 256, from published tiles.
    pub(crate) fn read(public: &Path, size: u64) -> Result<Self, LogError> {
        let frontier = Frontier::read(&Published(public.into()), size)
            .map_err(|error| LogError::Damaged(error.to_string()))?;
        Ok(Self { frontier, tail: Vec::new() })
    }

    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Appends a leaf; a bundle that becomes full is put into `files`.
    pub(crate) fn append(
        &mut self,
        hash: Hash,
        leaf: Vec<u8>,
        files: &mut Vec<(String, Vec<u8>)>,
    ) -> Result<(), LogError> {
        let index = self.size() / u64::from(FULL);
        self.frontier.append(hash);
        self.tail.push(leaf);
        if self.tail.len() == usize::from(FULL) {
            files.push(bundle(index, std::mem::take(&mut self.tail))?);
        }
        Ok(())
    }

    /// The tiles that are new since this was last asked, and the partial bundle.
    pub(crate) fn edge(&mut self, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), LogError> {
        let tiles = self.frontier.new_tiles();
        files.extend(tiles.iter().map(|tile| (tile.id.path(), tile.bytes())));
        if !self.tail.is_empty() {
            files.push(bundle(self.size() / u64::from(FULL), self.tail.clone())?);
        }
        Ok(())
    }
}

fn bundle(index: u64, entries: Vec<Vec<u8>>) -> Result<(String, Vec<u8>), LogError> {
    let width = u16::try_from(entries.len()).unwrap_or(FULL);
    let bytes =
        EntryBundle(entries).bytes().map_err(|error| LogError::Damaged(error.to_string()))?;
    Ok((BundleId { index, width }.path(), bytes))
}
