//! How does anyone check that history was not rewritten?
//!
//! The pieces of a public log that follow from specifications: the hash of a leaf and of a tree
//! (RFC 6962), canonical JSON for leaves (RFC 8785), and commitments that let a field be erased
//! later without a change to the leaf.
//!
//! This crate knows nothing of moderation. It must not do I/O, read a clock or draw randomness:
//! openings come in as arguments.

mod canonical;
mod commitment;
mod leaf;
mod merkle;

pub use canonical::Canonical;
pub use commitment::{Commitment, OPENING};
pub use leaf::{Hash, LONGEST_LEAF, leaf_hash};
pub use merkle::{node_hash, root};
