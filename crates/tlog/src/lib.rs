//! How does anyone check that history was not rewritten?
//!
//! The pieces of a public log that follow from specifications: signed notes and checkpoints, tiles
//! and the tree over them (RFC 6962), proofs and receipts, witnesses and policies (all C2SP, at commit
//! 5ba5ee8), canonical JSON for leaves (RFC 8785), and commitments that let a field be erased later
//! without a change to the leaf.
//!
//! This crate knows nothing of moderation. It must not do I/O, read a clock or draw randomness:
//! tiles, times, seeds and openings come in as arguments.

pub mod checkpoint;
pub mod cosignature;
pub mod disclosure;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;
pub mod tree;
pub mod witness;

mod canonical;
mod commitment;
mod key;
mod leaf;
mod merkle;
mod receipt;
mod text;

pub use canonical::Canonical;
pub use commitment::{Commitment, OPENING};
pub use leaf::{Hash, LONGEST_LEAF, leaf_hash};
pub use merkle::{empty_root, node_hash, root};
