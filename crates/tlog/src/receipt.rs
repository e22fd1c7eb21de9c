//! Receipts (C2SP tlog-proof): one text that shows, without a network, that a leaf is in a log and
//! who saw that log. Must not know what a leaf says.

use crate::checkpoint::CheckpointError;
use crate::note::{Note, NoteError};
use crate::policy::{Accepted, Policy, PolicyError};
use crate::proof::{LONGEST_PROOF, ProofError, verify_inclusion};
use crate::text::{from_base64, hash, number, to_base64};
use crate::{Hash, leaf_hash};
use std::fmt;
use std::str::FromStr;

/// The first line of a receipt.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that a leaf is in a log, with the checkpoint that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What whoever made the receipt added. Nobody signed it.
    pub extra: Option<Vec<u8>>,
    /// The place of the leaf in the log.
    pub index: u64,
    /// The hashes from the leaf's neighbour up.
    pub proof: Vec<Hash>,
    /// The checkpoint as it was signed.
    pub checkpoint: Note,
}

/// What a receipt shows.
pub type Shown<'a> = Accepted<'a>;

/// Why a text is not a receipt, or does not show that the leaf is in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Something else.
    #[error("the first line is not {HEADER}")]
    Header,
    /// The second line.
    #[error("what follows 'extra ' is not base64")]
    Extra,
    /// The line with the place.
    #[error("the line 'index N' with the place of the leaf is missing or wrong")]
    Index,
    /// A line of the proof.
    #[error("line {0} of the proof is not 32 bytes in base64")]
    Hash(usize),
    /// More hashes than any tree needs.
    #[error("the proof is longer than {LONGEST_PROOF} lines, or no blank line ends it")]
    Length,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is not signed as it must be.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The leaf is not shown to be in the log.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Checks that `leaf` is in a log that `policy` accepts.
    ///
    /// # Errors
    /// [`ReceiptError`] says which step failed.
    pub fn verify<'a>(&self, leaf: &[u8], policy: &'a Policy) -> Result<Shown<'a>, ReceiptError> {
        self.verify_hash(&leaf_hash(leaf), policy)
    }

    /// The same for who has only the hash of the leaf.
    ///
    /// # Errors
    /// [`ReceiptError`] says which step failed.
    pub fn verify_hash<'a>(
        &self,
        leaf: &Hash,
        policy: &'a Policy,
    ) -> Result<Shown<'a>, ReceiptError> {
        let shown = policy.accept(&self.checkpoint)?;
        let tree = &shown.checkpoint;
        verify_inclusion(leaf, self.index, tree.size, &self.proof, &tree.root)?;
        Ok(shown)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        if first != HEADER {
            return Err(ReceiptError::Header);
        }
        let (extra, rest) = match rest.strip_prefix("extra ").and_then(|rest| rest.split_once('\n'))
        {
            Some((extra, rest)) => (Some(from_base64(extra).ok_or(ReceiptError::Extra)?), rest),
            None => (None, rest),
        };
        let (index, rest) = rest
            .strip_prefix("index ")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(index, rest)| Some((number(index)?, rest)))
            .ok_or(ReceiptError::Index)?;
        let (proof, checkpoint) = proof_lines(rest).map_err(|line| match line {
            Some(line) => ReceiptError::Hash(line),
            None => ReceiptError::Length,
        })?;
        Ok(Self { extra, index, proof, checkpoint: checkpoint.parse()? })
    }
}

/// Lines of hashes up to a blank line, and what follows it. The error is the number of the line
/// that is no hash, or nothing when they do not end in time.
pub(crate) fn proof_lines(text: &str) -> Result<(Vec<Hash>, &str), Option<usize>> {
    let mut proof = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if line.is_empty() {
            return Ok((proof, rest));
        }
        if proof.len() == LONGEST_PROOF {
            break;
        }
        proof.push(hash(line).ok_or(Some(proof.len() + 1))?);
    }
    Err(None)
}
