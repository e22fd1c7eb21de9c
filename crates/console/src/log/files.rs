//! The log as it lies in its folder: checkpoint, keys, tiles, bundles. Must not read a path that a
//! stranger wrote: paths are made here, from what was parsed.

use crate::problem::{NOT_FOUND, Problem};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use tlog::checkpoint::Checkpoint;
use tlog::disclosure::{Disclosed, Disclosure};
use tlog::note::{Note, VerifierKey};
use tlog::proof::{Receipt, inclusion, tiles_of_inclusion};
use tlog::tile::{BundleId, EntryBundle, FULL, Tile, TileId};

/// The folder in which the log is published.
#[derive(Debug, Clone, Default)]
pub(crate) struct Published(pub(crate) Option<PathBuf>);

/// The checkpoint in force.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// As it was signed.
    pub(crate) note: Note,
    /// What it says.
    pub(crate) checkpoint: Checkpoint,
}

impl Published {
    /// A file of the log; `None` when it is not there.
    ///
    /// # Errors
    /// An internal problem when it cannot be read.
    pub(crate) async fn file(&self, path: &str) -> Result<Option<Vec<u8>>, Problem> {
        let Some(folder) = &self.0 else { return Ok(None) };
        match tokio::fs::read(folder.join(path)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(Problem::internal(error)),
        }
    }

    /// When the checkpoint was written; `None` when nobody can tell.
    pub(crate) async fn written(&self) -> Option<std::time::SystemTime> {
        let path = self.0.as_ref()?.join("checkpoint");
        tokio::fs::metadata(path).await.ok()?.modified().ok()
    }

    /// A text file of the log.
    ///
    /// # Errors
    /// An internal problem when it cannot be read or is not UTF-8.
    pub(crate) async fn text(&self, path: &str) -> Result<Option<String>, Problem> {
        let bytes = self.file(path).await?;
        bytes.map(String::from_utf8).transpose().map_err(Problem::internal)
    }

    /// The checkpoint in force; `None` before the first.
    ///
    /// # Errors
    /// An internal problem when it cannot be read.
    pub(crate) async fn signed(&self) -> Result<Option<Signed>, Problem> {
        let Some(text) = self.text("checkpoint").await? else { return Ok(None) };
        let note: Note = text.parse().map_err(Problem::internal)?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(Problem::internal)?;
        Ok(Some(Signed { note, checkpoint }))
    }

    /// The key that the log signs with now.
    ///
    /// # Errors
    /// An internal problem when it cannot be read.
    pub(crate) async fn vkey(&self) -> Result<Option<VerifierKey>, Problem> {
        let text = self.text("vkey").await?;
        text.map(|text| text.trim().parse()).transpose().map_err(Problem::internal)
    }

    /// A tile, or the full one in its place.
    async fn tile(&self, id: TileId) -> Result<(TileId, Vec<tlog::Hash>), Problem> {
        for id in [id, id.full()] {
            if let Some(bytes) = self.file(&id.path()).await? {
                let tile = Tile::parse(id, &bytes).map_err(Problem::internal)?;
                return Ok((id, tile.hashes));
            }
        }
        Err(Problem::internal(format!("the log has no {}", id.path())))
    }

    /// Leaves from place `from` on, at most `limit` of them and none beyond the checkpoint.
    ///
    /// # Errors
    /// An internal problem when a bundle cannot be read.
    pub(crate) async fn leaves(
        &self,
        size: u64,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
        let full = u64::from(FULL);
        let (mut at, mut found) = (from, Vec::new());
        while at < size && found.len() < limit {
            let index = at / full;
            let left = (size - index * full).min(full);
            let width = u16::try_from(left).unwrap_or(FULL);
            for (place, entry) in (index * full..).zip(self.bundle(index, width).await?.0) {
                if place >= at && place < size && found.len() < limit {
                    found.push((place, entry));
                }
            }
            at = (index + 1) * full;
        }
        Ok(found)
    }

    async fn bundle(&self, index: u64, width: u16) -> Result<EntryBundle, Problem> {
        for width in [width, FULL] {
            let id = BundleId { index, width };
            if let Some(bytes) = self.file(&id.path()).await? {
                return EntryBundle::parse(width, &bytes).map_err(Problem::internal);
            }
        }
        Err(Problem::internal(format!("the log has no bundle {index}")))
    }

    /// The receipt of a leaf, with the leaf and what is shown of it; `None` when no checkpoint holds
    /// the leaf yet.
    ///
    /// # Errors
    /// An internal problem when a tile cannot be read.
    pub(crate) async fn receipt(
        &self,
        index: u64,
        leaf: String,
        disclosed: Vec<Disclosed>,
    ) -> Result<Option<Receipt>, Problem> {
        let Some(signed) = self.signed().await? else { return Ok(None) };
        let size = signed.checkpoint.size;
        if index >= size {
            return Ok(None);
        }
        let mut tiles = BTreeMap::new();
        for id in tiles_of_inclusion(index, size).map_err(Problem::internal)? {
            let (id, hashes) = self.tile(id).await?;
            tiles.insert(id, hashes);
        }
        let proof = inclusion(&tiles, index, size).map_err(Problem::internal)?;
        let extra = Some(Disclosure { leaf, disclosed }.bytes());
        Ok(Some(Receipt { extra, index, proof, checkpoint: signed.note }))
    }
}

/// What a missing file is answered.
pub(crate) fn missing() -> Problem {
    Problem::new(&NOT_FOUND, "The log has no such file, or not yet.")
}
