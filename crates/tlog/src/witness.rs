//! What a witness does (C2SP tlog-witness, at commit 5ba5ee8): it cosigns a checkpoint only if the
//! log has grown from the one it cosigned before. Must not keep anything: whoever uses this stores
//! the new state before the answer leaves, and lets no other request in between.

use crate::Hash;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::cosign;
use crate::key::{KeyError, SigningKey, VerifierKey};
use crate::note::{Note, NoteError, Signature};
use crate::proof::{ProofError, verify_consistency};
use crate::receipt::proof_lines;
use crate::text::{number, to_base64};
use std::fmt;
use std::str::FromStr;

/// What a log sends to `POST <prefix>/add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last, as the log knows it; 0 if none.
    pub old: u64,
    /// That the log only grew since.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub checkpoint: Note,
}

/// Why a text is not such a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The first line.
    #[error("the first line must be 'old N', the size cosigned last or 0")]
    Old,
    /// The lines of the proof.
    #[error("after the first line come at most 63 hashes in base64, then a blank line")]
    Proof,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A log whose checkpoints a witness cosigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its name, the first line of its checkpoints.
    pub origin: String,
    /// The keys that it signs with.
    pub keys: Vec<VerifierKey>,
}

/// What a witness remembers of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The size that it cosigned last.
    pub size: u64,
    /// The root at that size.
    pub root: Hash,
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error("{0}")]
    Unreadable(#[from] RequestError),
    /// The log says that the witness saw more than there is.
    #[error("the old size {old} is larger than the checkpoint's size {size}")]
    OldTooLarge {
        /// The old size in the request.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// Nobody here watches this log.
    #[error("the log {0:?} is not watched here")]
    UnknownLog(String),
    /// The log did not sign it.
    #[error("{0}")]
    NotSigned(NoteError),
    /// The log is at another size than the witness: it asks again, from this size.
    #[error("the size cosigned last is {0}")]
    Stale(u64),
    /// The log did not only grow. The request is evidence: keep it.
    #[error("{0}")]
    Inconsistent(ProofError),
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            // A signature that cannot be read signs nothing.
            Self::Unreadable(RequestError::Note(NoteError::Line(_))) | Self::NotSigned(_) => 403,
            Self::Unreadable(_) | Self::OldTooLarge { .. } => 400,
            Self::UnknownLog(_) => 404,
            Self::Stale(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

/// What a witness answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It cosigned.
    Cosigned(Signature),
    /// It did not.
    Refused(Refusal),
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::Refused(refusal) => refusal.status(),
        }
    }

    /// The HTTP content type.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Refused(Refusal::Stale(_)) => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The HTTP body.
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned(signature) => format!("{signature}\n"),
            Self::Refused(Refusal::Stale(size)) => format!("{size}\n"),
            Self::Refused(refusal) => format!("{refusal}\n"),
        }
    }
}

/// The log whose checkpoint the request brings, among those that are watched, if that log signed it.
/// Asked before anything is locked or stored: whoever has no log's key gets no further.
///
/// # Errors
/// [`Refusal`] when it is not watched, did not sign, or names an old size that cannot be.
pub fn find<'a>(request: &AddCheckpoint, logs: &'a [Watched]) -> Result<&'a Watched, Refusal> {
    let Checkpoint { origin, size, .. } = request.read()?;
    let Some(log) = logs.iter().find(|log| log.origin == origin) else {
        return Err(Refusal::UnknownLog(origin));
    };
    request.checkpoint.verify(&log.keys).map_err(Refusal::NotSigned)?;
    if request.old > size {
        return Err(Refusal::OldTooLarge { old: request.old, size });
    }
    Ok(log)
}

/// Whether the request may be cosigned, given what the witness saw last of this log. What it gives
/// must be stored before the answer of [`sign`] leaves.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn judge(
    request: &AddCheckpoint,
    watched: &Watched,
    seen: Option<Seen>,
) -> Result<Seen, Refusal> {
    find(request, std::slice::from_ref(watched))?;
    let Checkpoint { size, root, .. } = request.read()?;
    let seen = seen.unwrap_or_else(|| Seen { size: 0, root: crate::empty_root() });
    if request.old != seen.size {
        return Err(Refusal::Stale(seen.size));
    }
    verify_consistency(seen.size, &seen.root, size, &root, &request.proof)
        .map_err(Refusal::Inconsistent)?;
    Ok(Seen { size, root })
}

/// Cosigns a request that [`judge`] allowed, at `time` in seconds since 1970.
///
/// # Errors
/// [`KeyError::Kind`] when the key is not a witness's.
pub fn sign(request: &AddCheckpoint, key: &SigningKey, time: u64) -> Result<Answer, KeyError> {
    cosign(request.checkpoint.text(), key, time).map(Answer::Cosigned)
}

/// The cosignatures in the body of a witness's answer, unchecked.
pub fn read_signatures(body: &str) -> Option<Vec<Signature>> {
    let lines = body.strip_suffix('\n')?;
    lines.split('\n').map(|line| line.parse().ok()).collect()
}

/// The size in the body of a 409.
pub fn read_size(body: &str) -> Option<u64> {
    number(body.strip_suffix('\n')?)
}

impl AddCheckpoint {
    /// The checkpoint that it asks to cosign.
    ///
    /// # Errors
    /// [`RequestError::Checkpoint`].
    pub fn read(&self) -> Result<Checkpoint, RequestError> {
        Ok(Checkpoint::parse(self.checkpoint.text())?)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = RequestError;

    fn from_str(body: &str) -> Result<Self, RequestError> {
        let (old, rest) = body
            .strip_prefix("old ")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(old, rest)| Some((number(old)?, rest)))
            .ok_or(RequestError::Old)?;
        let (proof, checkpoint) = proof_lines(rest).map_err(|_| RequestError::Proof)?;
        let request = Self { old, proof, checkpoint: checkpoint.parse()? };
        request.read()?;
        Ok(request)
    }
}
