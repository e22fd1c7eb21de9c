//! The tree above the leaves (RFC 6962, section 2.1). Must not store anything.

use crate::Hash;
use sha2::{Digest, Sha256};

/// The hash of an inner node: SHA-256 of a one byte, the left hash and the right hash.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root above these leaf hashes; SHA-256 of nothing when there are none.
pub fn root(leaves: &[Hash]) -> Hash {
    // Roots of full subtrees from left to right, with their sizes; equal neighbours merge.
    let mut peaks: Vec<(usize, Hash)> = Vec::new();
    for leaf in leaves {
        let mut peak = (1, *leaf);
        while let Some((size, left)) = peaks.pop_if(|(size, _)| *size == peak.0) {
            peak = (size * 2, node_hash(&left, &peak.1));
        }
        peaks.push(peak);
    }
    peaks
        .into_iter()
        .map(|(_, hash)| hash)
        .rev()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(empty_root)
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Leaves and roots of the Certificate Transparency reference implementation.
    #[test]
    fn roots_are_those_of_the_reference() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let hashes = leaves.map(leaf_hash);
        for (size, expected) in roots.iter().enumerate() {
            assert_eq!(hex(&root(&hashes[..size])), *expected, "{size} leaves");
        }
    }

    /// The definition of RFC 6962, word for word, against the loop above.
    #[test]
    fn the_loop_agrees_with_the_definition() {
        fn definition(leaves: &[Hash]) -> Hash {
            match leaves {
                [] => Sha256::digest([]).into(),
                [one] => *one,
                more => {
                    let split = 1 << (more.len() - 1).ilog2();
                    node_hash(&definition(&more[..split]), &definition(&more[split..]))
                }
            }
        }
        let leaves: Vec<Hash> = (0..130u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for size in 0..leaves.len() {
            assert_eq!(root(&leaves[..size]), definition(&leaves[..size]), "{size} leaves");
        }
    }
}
