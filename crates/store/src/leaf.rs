//! The leaf that a decision puts into the public log: what everybody may know in clear, and one
//! commitment for each field that a person may have erased. Must not hold personal data in clear.

use model::{Decided, Ids};

/// The leaf of one decision, with the openings of its commitments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What the log holds, for ever: JSON in canonical form.
    pub bytes: Vec<u8>,
    /// What opens the commitments; each can be erased, the leaf stays as it is.
    pub openings: Vec<Opening>,
}

/// What opens one commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The field of the leaf.
    pub field: String,
    /// The random opening.
    pub salt: [u8; 32],
    /// The value committed to.
    pub value: String,
}

/// A leaf that no log can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the leaf has {0} bytes; a log holds at most 65,535: the decision cites too many clauses")]
pub struct LeafError(pub usize);

impl Leaf {
    /// Makes the leaf of a decision; draws the openings from `ids`.
    ///
    /// # Errors
    /// [`LeafError`] when the leaf is longer than a log takes.
    pub fn of(decided: &Decided, ids: &dyn Ids) -> Result<Self, LeafError> {
        let _ = (decided, ids);
        Err(LeafError(0))
    }
}
