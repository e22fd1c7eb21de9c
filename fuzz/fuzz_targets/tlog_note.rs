//! A note that is read is written again byte for byte, and no key is read in two ways.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::note::{Note, NoteError, Signature, SigningKey, VerifierKey};

fuzz_target!(|text: &str| {
    if let Ok(note) = text.parse::<Note>() {
        assert_eq!(note.to_string(), text);
        assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));
    }
    if let Ok(signature) = text.parse::<Signature>() {
        assert_eq!(signature.to_string(), text);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<SigningKey>() {
        assert_eq!(key.line(), text);
    }
});
