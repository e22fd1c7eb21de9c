//! Signed notes (C2SP signed-note): a text, a blank line, and the lines of those who signed it.
//! Must not interpret the text.

pub use crate::key::{KeyError, KeyId, Kind, SigningKey, VerifierKey};

use crate::cosignature;
use crate::key::is_name;
use crate::text::{from_base64, to_base64};
use std::fmt;
use std::str::FromStr;

/// Most bytes of a note that is read.
pub const LONGEST_NOTE: usize = 1 << 20;
/// Most signatures of a note that is read; C2SP asks for at least 16.
pub const MOST_SIGNATURES: usize = 100;

/// How a signature line begins: em dash, space.
const DASH: &str = "\u{2014} ";

/// A text and its signatures, none of which is checked by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One line under a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who says to have signed.
    pub name: String,
    /// With which key.
    pub id: KeyId,
    /// The signature without the key id.
    pub bytes: Vec<u8>,
}

/// A signature that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<'a> {
    /// Whose it is.
    pub key: &'a VerifierKey,
    /// When it was made, in seconds since 1970: only a cosignature says so.
    pub time: Option<u64>,
}

/// Why a text is not a note, or is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Over the limit.
    #[error("the note has {0} bytes; at most {LONGEST_NOTE} are read")]
    TooLong(usize),
    /// Over the limit.
    #[error("the note has more than {MOST_SIGNATURES} signatures")]
    TooMany,
    /// A character that no note holds.
    #[error("the note holds the control character {0:?}; only line breaks are allowed")]
    Control(char),
    /// Text and signatures are not parted by a blank line, or a line break is missing at the end.
    #[error("a note is a text, a blank line and signature lines, each ended by a line break")]
    Shape,
    /// A line that is not a signature.
    #[error("line {0} under the note is not '\u{2014} name base64'")]
    Line(usize),
    /// A known key did not sign this.
    #[error("the signature of {0} does not belong to this text: one of them was altered")]
    Forged(String),
    /// No known key signed.
    #[error("none of the keys that are trusted here signed the note")]
    Unsigned,
}

impl Note {
    /// A note without signatures yet.
    ///
    /// # Errors
    /// [`NoteError`] when the text cannot be one of a note: it must end in a line break and hold no
    /// other control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        check_characters(&text)?;
        if text.ends_with('\n') {
            Ok(Self { text, signatures: Vec::new() })
        } else {
            Err(NoteError::Shape)
        }
    }

    /// What is signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, also those of unknown keys.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds the signature of a log's key. For a witness, use [`cosignature::cosign`].
    ///
    /// # Errors
    /// [`KeyError::Kind`] when the key is a witness's, which signs with a time.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), KeyError> {
        let public = key.verifier();
        if public.kind() != Kind::Ed25519 {
            return Err(KeyError::Kind(public.kind().byte()));
        }
        let bytes = key.sign(self.text.as_bytes()).to_vec();
        self.add(Signature { name: public.name().into(), id: public.id(), bytes });
        Ok(())
    }

    /// Adds a signature; takes the place of an older one of the same key.
    pub fn add(&mut self, signature: Signature) {
        let same = |old: &&mut Signature| old.id == signature.id && old.name == signature.name;
        match self.signatures.iter_mut().find(same) {
            Some(old) => *old = signature,
            None => self.signatures.push(signature),
        }
    }

    /// The signatures of these keys. Those of unknown keys count for nothing.
    ///
    /// # Errors
    /// [`NoteError::Forged`] when a known key's signature is wrong, [`NoteError::Unsigned`] when no
    /// known key signed.
    pub fn verify<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<Verified<'a>>, NoteError> {
        let mut verified: Vec<Verified<'a>> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = keys.iter().find(|key| signature.names(key)) else { continue };
            let Some(time) = check(&self.text, signature, key) else {
                return Err(NoteError::Forged(key.name().into()));
            };
            // The first of several signatures by one key counts, as in Go.
            if verified.iter().all(|earlier| earlier.key != key) {
                verified.push(Verified { key, time });
            }
        }
        if verified.is_empty() { Err(NoteError::Unsigned) } else { Ok(verified) }
    }
}

/// The time in the signature if it is one (a log's has none); nothing if it is wrong.
fn check(text: &str, signature: &Signature, key: &VerifierKey) -> Option<Option<u64>> {
    match key.kind() {
        Kind::Ed25519 => {
            let bytes = signature.bytes.as_slice().try_into().ok()?;
            key.accepts(text.as_bytes(), bytes).then_some(None)
        }
        Kind::Cosignature => cosignature::verify(text, signature, key).map(Some),
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > LONGEST_NOTE {
            return Err(NoteError::TooLong(note.len()));
        }
        check_characters(note)?;
        // The last blank line parts them: the text may hold others.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Shape)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Shape)?;
        if lines.split('\n').count() > MOST_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(n, line)| line.parse().map_err(|()| NoteError::Line(n + 1)))
            .collect::<Result<_, _>>()?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

impl Signature {
    /// Whether this says to be of `key`.
    pub fn names(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.0, self.bytes.as_slice()].concat();
        write!(f, "{DASH}{} {}", self.name, to_base64(&bytes))
    }
}

impl FromStr for Signature {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let (name, bytes) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(())?;
        let bytes = from_base64(bytes).ok_or(())?;
        let (id, bytes) = bytes.split_first_chunk().ok_or(())?;
        if !is_name(name) || bytes.is_empty() {
            return Err(());
        }
        Ok(Self { name: name.into(), id: KeyId(*id), bytes: bytes.to_vec() })
    }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.chars().find(|c| *c < ' ' && *c != '\n') {
        Some(control) => Err(NoteError::Control(control)),
        None => Ok(()),
    }
}
