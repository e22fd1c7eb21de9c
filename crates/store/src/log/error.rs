//! What can go wrong in the public log, and what to do then. Must not hold the bytes of a key.

use crate::StoreError;
use std::path::Path;

/// Why the log could not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file below the data directory.
    #[error("{path}: {why}")]
    File {
        /// Which one.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The disk did not confirm that it holds what was written.
    #[error(
        "{path} could not be brought to the disk ({why}). What the system says it holds cannot be believed from here on: the log stands still; look at the disk, then start again (the whole log is checked at that start)"
    )]
    Sync {
        /// Which file or directory.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The swap of the checkpoint was sent, its answer is an error.
    #[error(
        "whether the new checkpoint was kept is not known ({0}): the log stands still; start again"
    )]
    Unknown(StoreError),
    /// Somebody else moved the log on.
    #[error(
        "the checkpoint in the database is not the one that this process wrote: two processes work on one data directory; stop one of them, then start again"
    )]
    Swapped,
    /// Another process holds the log.
    #[error("another process works on the log in {0}; stop it first")]
    Held(String),
    /// The log stopped earlier.
    #[error("the log stands still since an earlier fault: {0}")]
    Stopped(String),
    /// The database is older than what the log has signed.
    #[error(
        "the database holds a log of {kept} leaves, {seen_in} shows that it signed one of {seen}: an older copy was put in place, and writing on would show two histories. Put the newest copy in place, or run `evenhand log recover`, which takes the public leaves that are missing from the published files; decisions made since the copy are then known by their public leaves only"
    )]
    RolledBack {
        /// Size in the database.
        kept: u64,
        /// Size seen.
        seen: u64,
        /// Where that was seen.
        seen_in: String,
    },
    /// Two histories.
    #[error(
        "{seen_in} and the database hold different logs of {size} leaves: never start this log again; keep both as evidence and begin a new log in a new data directory"
    )]
    Forked {
        /// At which size.
        size: u64,
        /// Where the other was seen.
        seen_in: String,
    },
    /// What is kept is not what was signed.
    #[error("the log is damaged: {0}; restore the newest backup")]
    Damaged(String),
    /// The key.
    #[error("{path}: {why}")]
    Key {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        why: String,
    },
}

impl LogError {
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), why: error.to_string() }
    }

    pub(crate) fn sync(path: &Path, error: &std::io::Error) -> Self {
        Self::Sync { path: path.display().to_string(), why: error.to_string() }
    }

    pub(crate) fn key(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Key { path: path.display().to_string(), why: why.to_string() }
    }

    /// Whether nothing more may be signed by this process. The others can be tried again.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Store(_) | Self::File { .. })
    }
}
