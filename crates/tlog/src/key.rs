//! The keys of notes: who signed, and in which way. Written in one line each, as Go's
//! `sumdb/note` writes them. Must not draw keys: the seed comes in as an argument.

use crate::text::{from_base64, to_base64};
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// What stands before the name in the line of a signing key.
const PRIVATE: &str = "PRIVATE+KEY+";

/// The first four bytes of a digest of name, kind and public key. With the name it says which key
/// signed; it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Ed25519 over the text: what a log uses.
    Ed25519,
    /// Ed25519 over a time and the text (`cosignature/v1`): what a witness uses.
    Cosignature,
}

/// The public part of a key, with the name of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: Kind,
    key: ed25519_dalek::VerifyingKey,
}

/// The secret part of a key. It cannot be printed by accident: ask for its [`line`](Self::line).
#[derive(Clone)]
pub struct SigningKey {
    public: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name that would not survive in a signature line.
    #[error(
        "a key's name must not be empty and must hold neither spaces, control characters nor '+'"
    )]
    Name,
    /// The parts of the line are not there.
    #[error("a key is written as name+id+key, its id as 8 lower-case hexadecimal digits")]
    Shape,
    /// A kind of signature that is not spoken here.
    #[error("the key is of type {0:#04x}; known are 0x01 (Ed25519) and 0x04 (cosignature/v1)")]
    Kind(u8),
    /// The key itself cannot be one.
    #[error("the key is not 32 bytes of a valid Ed25519 key in base64")]
    Key,
    /// Name and key do not give the id in the line.
    #[error("the id in the line does not belong to this name and key: one of them was altered")]
    Id,
}

impl Kind {
    /// The byte that stands for it.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn of(byte: u8) -> Result<Self, KeyError> {
        match byte {
            0x01 => Ok(Self::Ed25519),
            0x04 => Ok(Self::Cosignature),
            other => Err(KeyError::Kind(other)),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl KeyId {
    fn of(name: &str, kind: Kind, key: &ed25519_dalek::VerifyingKey) -> Self {
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind.byte()])
            .chain_update(key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
        Self([a, b, c, d])
    }
}

impl VerifierKey {
    /// A key of these 32 bytes.
    ///
    /// # Errors
    /// [`KeyError`] when the name or the bytes cannot be used.
    pub fn new(name: &str, kind: Kind, key: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| KeyError::Key)?;
        Ok(Self { name: name.into(), id: KeyId::of(name, kind, &key), kind, key })
    }

    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// How it signs.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.key.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[self.kind.byte()], self.bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, to_base64(&material))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        let (name, id, kind, bytes) = parts(line)?;
        let key = Self::new(name, kind, &bytes)?;
        if key.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

impl SigningKey {
    /// The key that follows from 32 secret, random bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, kind: Kind, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = VerifierKey::new(name, kind, key.verifying_key().as_bytes())?;
        Ok(Self { public, key })
    }

    /// The public part.
    pub fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// The line that holds the secret, `PRIVATE+KEY+name+id+key`.
    pub fn line(&self) -> String {
        let VerifierKey { name, id, kind, .. } = &self.public;
        let material = [&[kind.byte()], self.key.as_bytes().as_slice()].concat();
        format!("{PRIVATE}{name}+{id}+{}", to_base64(&material))
    }

    /// Signs `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        let (name, id, kind, seed) = parts(line.strip_prefix(PRIVATE).ok_or(KeyError::Shape)?)?;
        let key = Self::new(name, kind, &seed)?;
        if key.public.id.to_string() == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

/// Name, id, kind and key of `name+id+base64(kind, key)`.
fn parts(line: &str) -> Result<(&str, &str, Kind, [u8; 32]), KeyError> {
    let (name, rest) = line.split_once('+').ok_or(KeyError::Shape)?;
    // The base64 may hold further '+'.
    let (id, material) = rest.split_once('+').ok_or(KeyError::Shape)?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if id.len() != 8 || !id.bytes().all(is_hex) {
        return Err(KeyError::Shape);
    }
    let material = from_base64(material).ok_or(KeyError::Key)?;
    let (kind, bytes) = material.split_first().ok_or(KeyError::Key)?;
    let kind = Kind::of(*kind)?;
    Ok((name, id, kind, bytes.try_into().map_err(|_| KeyError::Key)?))
}

/// Whether `name` can stand in a signature line and in the line of a key.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c < ' ' || c == '+')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The key pair in the documentation of Go's `golang.org/x/mod/sumdb/note`.
    const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO_SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    #[test]
    fn the_keys_of_go_are_ours() {
        let public: VerifierKey = GO_PUBLIC.parse().unwrap();
        assert_eq!((public.name(), public.kind()), ("PeterNeumann", Kind::Ed25519));
        assert_eq!(public.to_string(), GO_PUBLIC);
        let secret: SigningKey = GO_SECRET.parse().unwrap();
        assert_eq!(secret.verifier(), &public);
        assert_eq!(secret.line(), GO_SECRET);
        let shown = format!("{secret:?}");
        assert!(!shown.contains("810a14"), "{shown}");
    }

    #[test]
    fn what_is_not_a_key_says_why() {
        for (line, error) in [
            ("", KeyError::Shape),
            ("PeterNeumann", KeyError::Shape),
            ("PeterNeumann+c74f20a3", KeyError::Shape),
            ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Shape),
            ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
            ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
            ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Id),
            ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=", KeyError::Key),
            (
                "PeterNeumann+c74f20a3+AhpR2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                KeyError::Kind(2),
            ),
        ] {
            assert_eq!(line.parse::<VerifierKey>(), Err(error), "{line}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_read_as_written(seed: [u8; 32], name in "[a-zé./0-9]{1,20}", witness: bool) {
            let kind = if witness { Kind::Cosignature } else { Kind::Ed25519 };
            let key = SigningKey::new(&name, kind, &seed).unwrap();
            let read: VerifierKey = key.verifier().to_string().parse().unwrap();
            prop_assert_eq!(&read, key.verifier());
            prop_assert_eq!(key.line().parse::<SigningKey>().unwrap().line(), key.line());
        }

        #[test]
        fn no_text_panics(line in ".{0,80}") {
            let _ = line.parse::<VerifierKey>();
            let _ = line.parse::<SigningKey>();
        }
    }
}
