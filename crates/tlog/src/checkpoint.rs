//! Checkpoints (C2SP tlog-checkpoint): the size of a log and the root above all its leaves. Must not
//! decide which key is to be trusted.

use crate::Hash;
use crate::text::{self, to_base64};
use std::fmt;
use std::str::FromStr;

/// What a log says about itself; the text of a signed note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, for ever.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root of the tree above them.
    pub root: Hash,
    /// Lines that mean nothing here. Our logs write none: nobody can audit them.
    pub extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The first line.
    #[error("the first line of a checkpoint, the origin, is missing or empty")]
    Origin,
    /// The second line.
    #[error("the second line of a checkpoint, the size, is not a number without leading zeros")]
    Size,
    /// The third line.
    #[error("the third line of a checkpoint, the root, is not 32 bytes in base64")]
    Root,
    /// A later line, or what ends them.
    #[error("a line of the checkpoint is empty, or the last has no line break")]
    Line,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: impl Into<String>, size: u64, root: Hash) -> Self {
        Self { origin: origin.into(), size, root, extensions: Vec::new() }
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`CheckpointError`] says which line is wrong.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Line)?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Origin)?;
        let size = lines.next().and_then(text::number).ok_or(CheckpointError::Size)?;
        let root = lines.next().and_then(text::hash).ok_or(CheckpointError::Root)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Line);
        }
        Ok(Self { origin: origin.into(), size, root, extensions })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, to_base64(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        Self::parse(text)
    }
}
