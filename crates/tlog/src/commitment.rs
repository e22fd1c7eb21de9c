//! Commitments: a leaf shows one in place of a value that may have to be erased. Whoever is handed
//! the opening and the value can check them against the leaf; once the opening is destroyed, nobody
//! can find the value by guessing. Must not draw the opening.

use crate::Hash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Bytes of an opening. It must be random and used once.
pub const OPENING: usize = 32;

/// The key is public and never changes: what hides the value is the opening. It keeps these
/// digests apart from those of any other protocol.
const KEY: &[u8; 64] = b"commitment to a field of a leaf in a public log; salted; fixed 1";

/// A commitment to one value in one context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment(pub Hash);

impl Commitment {
    /// Commits to `value` under `context` (which leaf, which field):
    /// HMAC-SHA-256 of the opening, then context and value, each after its length in eight bytes,
    /// big-endian.
    pub fn new(opening: &[u8; OPENING], context: &str, value: &[u8]) -> Self {
        Self(Self::mac(opening, context, value).finalize().into_bytes().into())
    }

    /// Whether this commitment was made of `opening`, `context` and `value`.
    pub fn opens_to(&self, opening: &[u8; OPENING], context: &str, value: &[u8]) -> bool {
        Self::new(opening, context, value).0.ct_eq(&self.0).into()
    }

    fn mac(opening: &[u8; OPENING], context: &str, value: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(KEY.into());
        mac.update(opening);
        for part in [context.as_bytes(), value] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Computed with Python: `hmac.new(KEY, opening + len8(context) + context + len8(value) + value,
    /// "sha256")`.
    #[test]
    fn known_answers() {
        let counting: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).unwrap());
        for (opening, context, value, expected) in [
            (
                [0; 32],
                "",
                &b""[..],
                "ef7af178178825e9df9a10c539b1002d5144943efb3d2ed09008d522eb513aec",
            ),
            (
                counting,
                "leaf/field/v1",
                b"value",
                "cfef91667713e1acf3d4519171a83f8bea37d9826463004c0e83ff70c4b55b20",
            ),
            (
                counting,
                "leaf/field/v1v",
                b"alue",
                "4beaae63a2d324eacf3f44b2ce51ee92096e0efacc7e90614c78477c7368aed2",
            ),
        ] {
            assert_eq!(hex(&Commitment::new(&opening, context, value).0), expected);
        }
    }

    proptest! {
        #[test]
        fn only_the_same_opens(
            opening: [u8; 32],
            other: [u8; 32],
            context in ".{0,20}",
            value in proptest::collection::vec(any::<u8>(), 1..40),
        ) {
            let commitment = Commitment::new(&opening, &context, &value);
            prop_assert!(commitment.opens_to(&opening, &context, &value));
            prop_assert_eq!(commitment.opens_to(&other, &context, &value), other == opening);
            let longer = format!("{context}x");
            prop_assert!(!commitment.opens_to(&opening, &longer, &value));
            prop_assert!(!commitment.opens_to(&opening, &context, &value[1..]));
        }
    }
}
