//! Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): a witness says at what time it saw that a
//! log had only grown. Must not read a clock.

use crate::key::{KeyError, Kind, SigningKey, VerifierKey};
use crate::note::Signature;

/// The signature of a witness's key over `checkpoint` (the text of the note) at `time`, in seconds
/// since 1970.
///
/// # Errors
/// [`KeyError::Kind`] when the key is not a witness's.
pub fn cosign(checkpoint: &str, key: &SigningKey, time: u64) -> Result<Signature, KeyError> {
    let public = key.verifier();
    if public.kind() != Kind::Cosignature {
        return Err(KeyError::Kind(public.kind().byte()));
    }
    let signature = key.sign(&message(checkpoint, time));
    let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
    Ok(Signature { name: public.name().into(), id: public.id(), bytes })
}

/// The time of a cosignature, in seconds since 1970, if `key` made it over `checkpoint` (the text
/// of the note).
pub fn verify(checkpoint: &str, signature: &Signature, key: &VerifierKey) -> Option<u64> {
    let (time, bytes) = signature.bytes.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    let ours =
        key.kind() == Kind::Cosignature && signature.names(key) && i64::try_from(time).is_ok();
    (ours && key.accepts(&message(checkpoint, time), bytes.try_into().ok()?)).then_some(time)
}

fn message(checkpoint: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{checkpoint}").into_bytes()
}
