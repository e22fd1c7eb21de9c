//! Reads of the published log: for pages, for receipts, for whoever asks. Must not read what is not
//! signed for.

use super::files;
use super::grown::Published;
use super::{LogError, joined};
use crate::Store;
use model::DecisionId;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tlog::Hash;
use tlog::checkpoint::Checkpoint;
use tlog::note::Note;
use tlog::proof::{Receipt, consistency, inclusion};
use tlog::tile::{BundleId, TileId};

/// Reads of the published log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LogReader {
    store: Store,
    public: Arc<PathBuf>,
}

/// A leaf that is in the log, with what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipted {
    /// Its place.
    pub index: u64,
    /// Its bytes.
    pub leaf: Vec<u8>,
    /// The proof (C2SP tlog-proof).
    pub receipt: Receipt,
}

impl LogReader {
    /// Reads of the log that is published in `public` and whose leaves are in `store`.
    pub fn new(store: Store, public: &Path) -> Self {
        Self { store, public: Arc::new(public.into()) }
    }

    /// The directory that is published: any web server can serve it as it is.
    pub fn directory(&self) -> &Path {
        &self.public
    }

    /// The checkpoint that was published last, as it was signed; `None` before the first.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn latest_checkpoint(&self) -> Result<Option<(Note, Checkpoint)>, LogError> {
        let Some(bytes) = self.file("checkpoint".into()).await? else { return Ok(None) };
        let damaged = |why: String| LogError::Damaged(format!("the published checkpoint: {why}"));
        let text = String::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
        let note: Note = text.parse().map_err(|error| damaged(format!("{error}")))?;
        let checkpoint =
            Checkpoint::parse(note.text()).map_err(|error| damaged(error.to_string()))?;
        Ok(Some((note, checkpoint)))
    }

    /// The verifier key, one line.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn vkey(&self) -> Result<Option<Vec<u8>>, LogError> {
        self.file("vkey".into()).await
    }

    /// The history of keys: signed notes, parted by a line `---`; see [`super::read_history`].
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn keys(&self) -> Result<Option<Vec<u8>>, LogError> {
        self.file("keys".into()).await
    }

    /// A tile as it is served.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, LogError> {
        self.file(id.path()).await
    }

    /// A bundle of entries as it is served.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn entries(&self, id: BundleId) -> Result<Option<Vec<u8>>, LogError> {
        self.file(id.path()).await
    }

    /// The leaf at a place of the published log.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn leaf(&self, index: u64) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.signed_for(index).await?.map(|(_, leaf)| leaf))
    }

    /// The place of a decision's leaf; it may not be published yet.
    ///
    /// # Errors
    /// [`LogError`] when the database fails.
    pub async fn index_of(&self, decision: DecisionId) -> Result<Option<u64>, LogError> {
        Ok(self.store.leaf_of(decision).await?)
    }

    /// What shows that a decision is in the log; `None` while it is not published.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn receipt(&self, decision: DecisionId) -> Result<Option<Receipted>, LogError> {
        match self.index_of(decision).await? {
            Some(index) => self.receipt_at(index).await,
            None => Ok(None),
        }
    }

    /// What shows that the leaf at a place is in the log; `None` while it is not published.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn receipt_at(&self, index: u64) -> Result<Option<Receipted>, LogError> {
        let Some(((note, checkpoint), leaf)) = self.signed_for(index).await? else {
            return Ok(None);
        };
        let tiles = Published(self.public.to_path_buf());
        let size = checkpoint.size;
        let made = tokio::task::spawn_blocking(move || {
            inclusion(&tiles, index, size).map_err(|error| LogError::Damaged(error.to_string()))
        });
        let proof = joined(made.await)?;
        let receipt = Receipt { extra: None, index, proof, checkpoint: note };
        Ok(Some(Receipted { index, leaf, receipt }))
    }

    /// What shows that the published log begins with the log of `old` leaves.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub async fn growth(&self, old: u64) -> Result<Option<Vec<Hash>>, LogError> {
        let Some((_, checkpoint)) = self.latest_checkpoint().await? else { return Ok(None) };
        if old > checkpoint.size {
            return Ok(None);
        }
        let tiles = Published(self.public.to_path_buf());
        let made = tokio::task::spawn_blocking(move || {
            consistency(&tiles, old, checkpoint.size)
                .map_err(|error| LogError::Damaged(error.to_string()))
        });
        joined(made.await).map(Some)
    }

    /// The published checkpoint and a leaf below it.
    async fn signed_for(
        &self,
        index: u64,
    ) -> Result<Option<((Note, Checkpoint), Vec<u8>)>, LogError> {
        let Some(latest) = self.latest_checkpoint().await? else { return Ok(None) };
        if index >= latest.1.size {
            return Ok(None);
        }
        let leaf = self.store.log_leaves(index, index + 1).await?.pop();
        Ok(leaf.map(|(_, leaf)| (latest, leaf)))
    }

    async fn file(&self, path: String) -> Result<Option<Vec<u8>>, LogError> {
        let path = self.public.join(path);
        joined(tokio::task::spawn_blocking(move || files::read(&path)).await)
    }
}
