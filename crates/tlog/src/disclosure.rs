//! Selective disclosure: whoever holds the openings of a leaf shows some of its fields, and anyone
//! checks them against the leaf; the others stay hidden. Travels in the `extra` of a receipt. Must
//! not know what the fields mean.

use crate::Canonical;
use crate::commitment::{Commitment, OPENING};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The member of a leaf that holds its commitments, one in hexadecimal for each field.
const COMMITMENTS: &str = "commitments";

/// A leaf, and the fields of it that are shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// The leaf as it is in the log: a JSON object.
    pub leaf: String,
    /// The fields that are shown, none or some or all.
    pub disclosed: Vec<Disclosed>,
}

/// A field that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// Its name in the leaf.
    pub field: String,
    /// What opens the commitment.
    #[serde(deserialize_with = "opening")]
    pub opening: [u8; OPENING],
    /// The value committed to.
    pub value: String,
}

/// Why a disclosure does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Not a disclosure at all.
    #[error("not a leaf with the fields shown of it: {0}")]
    Shape(String),
    /// The leaf cannot be read.
    #[error("the leaf is not a JSON object with commitments and the text {0:?}")]
    Leaf(String),
    /// The leaf has no such field.
    #[error("the leaf has no field {0:?}")]
    NoField(String),
    /// The opening and the value are not what was committed to.
    #[error("the value shown for {0:?} is not the one in the leaf")]
    Value(String),
}

impl Disclosure {
    /// Reads what [`Self::bytes`] writes.
    ///
    /// # Errors
    /// [`DisclosureError::Shape`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DisclosureError> {
        serde_json::from_slice(bytes).map_err(|error| DisclosureError::Shape(error.to_string()))
    }

    /// As canonical JSON, for the `extra` of a receipt.
    pub fn bytes(&self) -> Vec<u8> {
        let shown = |shown: &Disclosed| {
            Canonical::Object(vec![
                ("field".into(), Canonical::text(shown.field.as_str())),
                ("opening".into(), Canonical::Text(hex(&shown.opening))),
                ("value".into(), Canonical::text(shown.value.as_str())),
            ])
        };
        Canonical::Object(vec![
            ("leaf".into(), Canonical::text(self.leaf.as_str())),
            ("disclosed".into(), Canonical::List(self.disclosed.iter().map(shown).collect())),
        ])
        .bytes()
    }

    /// Checks every field that is shown against the leaf. `id` names the member of the leaf that
    /// tells it from all others, and that its commitments are bound to. That the leaf is in a log
    /// is for the receipt to show.
    ///
    /// # Errors
    /// [`DisclosureError`] names the first field that does not hold.
    pub fn verify(&self, id: &str) -> Result<(), DisclosureError> {
        verify_disclosed(self.leaf.as_bytes(), id, &self.disclosed)
    }
}

/// Checks fields that are shown against the bytes of a leaf, as [`Disclosure::verify`] does.
///
/// # Errors
/// [`DisclosureError`] names the first field that does not hold.
pub fn verify_disclosed(
    leaf: &[u8],
    id: &str,
    disclosed: &[Disclosed],
) -> Result<(), DisclosureError> {
    let unread = || DisclosureError::Leaf(id.into());
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(leaf).map_err(|_| unread())?;
    let leaf_id = members.get(id).and_then(|id| id.as_str()).ok_or_else(unread)?;
    let commitments = members.get(COMMITMENTS).ok_or_else(unread)?;
    let commitments = BTreeMap::<&str, &str>::deserialize(commitments).map_err(|_| unread())?;
    for Disclosed { field, opening, value } in disclosed {
        let committed = commitments
            .get(field.as_str())
            .ok_or_else(|| DisclosureError::NoField(field.clone()))?;
        let holds = unhex(committed).is_some_and(|hash| {
            Commitment(hash).opens_to(opening, &context(leaf_id, field), value.as_bytes())
        });
        if !holds {
            return Err(DisclosureError::Value(field.clone()));
        }
    }
    Ok(())
}

/// What a commitment is bound to: which leaf, which field.
pub fn context(id: &str, field: &str) -> String {
    format!("{id}/{field}/v1")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 bytes in lower-case hexadecimal.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    bytes.try_into().ok().filter(|_| rest.is_empty())
}

fn opening<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<[u8; OPENING], D::Error> {
    let text = String::deserialize(reader)?;
    unhex(&text).ok_or_else(|| serde::de::Error::custom("an opening is 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf() -> (String, Vec<Disclosed>) {
        let fields = [("account", "@someone"), ("facts", "{\"en\":\"Größe\"}"), ("reason", "")];
        let disclosed = (1..).zip(fields).map(|(n, (field, value))| Disclosed {
            field: field.into(),
            opening: [n; OPENING],
            value: value.into(),
        });
        let disclosed: Vec<Disclosed> = disclosed.collect();
        let commitment = |shown: &Disclosed| {
            let context = context("abc", &shown.field);
            let commitment = Commitment::new(&shown.opening, &context, shown.value.as_bytes());
            (shown.field.clone(), Canonical::Text(hex(&commitment.0)))
        };
        let leaf = Canonical::Object(vec![
            ("id".into(), Canonical::text("abc")),
            ("clear".into(), Canonical::Integer(1)),
            ("commitments".into(), Canonical::Object(disclosed.iter().map(commitment).collect())),
        ]);
        (String::from_utf8(leaf.bytes()).unwrap(), disclosed)
    }

    #[test]
    fn any_subset_can_be_shown() {
        let (leaf, all) = leaf();
        for mask in 0..8 {
            let disclosed: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(n, _)| mask >> n & 1 == 1)
                .map(|(_, d)| d.clone())
                .collect();
            let shown = Disclosure { leaf: leaf.clone(), disclosed };
            assert_eq!(shown.verify("id"), Ok(()));
            assert_eq!(Disclosure::parse(&shown.bytes()), Ok(shown));
        }
    }

    #[test]
    fn nothing_else_is_believed() {
        let (leaf, all) = leaf();
        let value = |field: &str| Err(DisclosureError::Value(field.into()));
        let with = |change: fn(&mut Disclosed)| {
            let mut shown = all[0].clone();
            change(&mut shown);
            verify_disclosed(leaf.as_bytes(), "id", &[all[1].clone(), shown])
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|shown| shown.value.push('x')), value("account"));
        assert_eq!(with(|shown| shown.opening[31] ^= 1), value("account"));
        assert_eq!(with(|shown| shown.field = "reason".into()), value("reason"));
        assert_eq!(
            with(|shown| shown.field = "id".into()),
            Err(DisclosureError::NoField("id".into()))
        );
        let other = leaf.replace("abc", "abd");
        assert_eq!(verify_disclosed(other.as_bytes(), "id", &all), value("account"));
        let upper =
            leaf.to_uppercase().replace("COMMITMENTS", "commitments").replace("\"ID\"", "\"id\"");
        assert!(verify_disclosed(upper.as_bytes(), "id", &all).is_err());
        for wrong in ["", "[]", "{}", "{\"id\":1,\"commitments\":{}}", "{\"id\":\"a\"}", "\u{e9}"] {
            let error = Err(DisclosureError::Leaf("id".into()));
            assert_eq!(verify_disclosed(wrong.as_bytes(), "id", &[]), error);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[{}\":,a-z]{0,60}") {
            let _ = Disclosure::parse(&bytes);
            let _ = verify_disclosed(text.as_bytes(), "a", &[]);
        }
    }
}
