//! The hash of one leaf. Must not look inside the leaf.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Most bytes of a leaf that a log in tiles can serve (C2SP tlog-tiles: a 16-bit length).
pub const LONGEST_LEAF: usize = 65_535;

/// The hash of a leaf (RFC 6962, section 2.1): SHA-256 of a zero byte and the leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}
