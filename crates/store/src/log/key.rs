//! The key that signs the log, and the history of such keys that everybody can read. Must not print
//! a secret, and must not draw a key where the log had one.

use super::LogError;
use super::files::{self, Place};
use tlog::note::{Kind, Note, SigningKey, VerifierKey};

/// The first line of each entry of the history.
const HISTORY: &str = "evenhand log key v1";
/// Parts the entries of the history.
const PARTED: &str = "\n---\n";

/// The key in the data directory, if there is one; a change that was cut off is ended.
pub(crate) fn load(place: &Place) -> Result<Option<SigningKey>, LogError> {
    let current = read(place)?;
    let Some(next) = read_from(&place.next_key())? else { return Ok(current) };
    let announced = history(place)?.last().is_some_and(|(_, key)| key == next.verifier());
    if !announced {
        files::remove(&place.next_key())?;
        return Ok(current);
    }
    take_over(place)?;
    Ok(Some(next))
}

fn read(place: &Place) -> Result<Option<SigningKey>, LogError> {
    read_from(&place.key())
}

/// The line of a file that nobody else may read.
fn secret_line(path: &std::path::Path) -> Result<Option<String>, LogError> {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(line) = files::read_text(path)? else { return Ok(None) };
    let mode = std::fs::metadata(path).map_err(|error| LogError::file(path, &error))?;
    if mode.permissions().mode() & 0o077 != 0 {
        return Err(LogError::key(
            path,
            "others can read or write this key: `chmod 600` it; if somebody may have read it, change it (the log's with `evenhand log key rotate`; for webhooks remove the file, start again and rotate their secrets)",
        ));
    }
    Ok(Some(line))
}

fn read_from(path: &std::path::Path) -> Result<Option<SigningKey>, LogError> {
    let Some(line) = secret_line(path)? else { return Ok(None) };
    let key: SigningKey = line.trim_end().parse().map_err(|error| LogError::key(path, error))?;
    if key.verifier().kind() != Kind::Ed25519 {
        return Err(LogError::key(path, "this is the key of a witness, not of a log"));
    }
    Ok(Some(key))
}

/// Draws the first key of a log from 32 random bytes.
pub(crate) fn draw(place: &Place, origin: &str, seed: &[u8; 32]) -> Result<SigningKey, LogError> {
    let path = place.key();
    let key = SigningKey::new(origin, Kind::Ed25519, seed)
        .map_err(|error| LogError::key(&path, error))?;
    files::write_secret(&path, &format!("{}\n", key.line()))?;
    Ok(key)
}

/// The key that signs case files, beside that of the log; drawn from 32 random bytes when there is none yet.
///
/// # Errors
/// [`LogError`] when it cannot be read or written, or others may read it.
pub fn case_key(
    data: &std::path::Path,
    name: &str,
    seed: &[u8; 32],
) -> Result<SigningKey, LogError> {
    let path = data.join("case-files.key");
    if let Some(key) = read_from(&path)? {
        return Ok(key);
    }
    let key =
        SigningKey::new(name, Kind::Ed25519, seed).map_err(|error| LogError::key(&path, error))?;
    files::write_secret(&path, &format!("{}\n", key.line()))?;
    Ok(key)
}

/// The key from which the secrets of webhooks follow, beside that of the log; drawn from 32 random bytes when there is
/// none yet.
///
/// # Errors
/// [`LogError`] when it cannot be read or written, or others may read it.
pub fn webhook_key(data: &std::path::Path, seed: &[u8; 32]) -> Result<[u8; 32], LogError> {
    use sha2::Digest as _;
    let path = data.join("webhooks.key");
    let line = match secret_line(&path)? {
        Some(line) => line,
        None => {
            let line: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
            files::write_secret(&path, &format!("{line}\n"))?;
            line
        }
    };
    Ok(sha2::Sha256::digest(line.trim_end()).into())
}

/// Writes the key that is to follow, beside the one that signs.
pub(crate) fn prepare(
    place: &Place,
    old: &SigningKey,
    seed: &[u8; 32],
) -> Result<SigningKey, LogError> {
    let path = place.next_key();
    let key = SigningKey::new(old.verifier().name(), Kind::Ed25519, seed)
        .map_err(|error| LogError::key(&path, error))?;
    files::remove(&path)?;
    files::write_secret(&path, &format!("{}\n", key.line()))?;
    Ok(key)
}

/// The key that was prepared takes the place of the old one, which is gone then.
pub(crate) fn take_over(place: &Place) -> Result<(), LogError> {
    let path = place.key();
    std::fs::rename(place.next_key(), &path).map_err(|error| LogError::file(&path, &error))?;
    path.parent().map_or(Ok(()), files::sync)
}

/// The history of keys: from which size on, and which; the oldest first.
pub(crate) fn history(place: &Place) -> Result<Vec<(u64, VerifierKey)>, LogError> {
    match history_text(place)? {
        Some(text) => read_history(&text),
        None => Ok(Vec::new()),
    }
}

/// The history as it was written; what lies beside the key is what counts.
pub(crate) fn history_text(place: &Place) -> Result<Option<String>, LogError> {
    match files::read_text(&place.keys())? {
        Some(text) => Ok(Some(text)),
        None => files::read_text(&place.public().join("keys")),
    }
}

/// Reads a history: each key must be announced by the one before it.
///
/// # Errors
/// [`LogError::Damaged`] when an announcement is not signed as it must be.
pub fn read_history(text: &str) -> Result<Vec<(u64, VerifierKey)>, LogError> {
    let mut keys: Vec<(u64, VerifierKey)> = Vec::new();
    for entry in text.split(PARTED).filter(|entry| !entry.is_empty()) {
        let last = keys.last();
        let key = announced(entry, last.map(|(_, key)| key))
            .filter(|(from, key)| {
                last.is_none_or(|(earlier, last)| earlier <= from && last.name() == key.name())
            })
            .ok_or_else(|| {
                LogError::Damaged(format!("entry {} of the history of keys", keys.len() + 1))
            })?;
        keys.push(key);
    }
    Ok(keys)
}

/// The key of a history that may have signed a checkpoint of `size` leaves, for whoever trusts the
/// key `trusted`: that key or a later one, each up to the size at which the next took over. The
/// first of them that `signed`; `None` when none did, or the trusted key is not in the history.
pub fn follow(
    history: &[(u64, VerifierKey)],
    trusted: &VerifierKey,
    size: u64,
    signed: impl Fn(&VerifierKey) -> bool,
) -> Option<VerifierKey> {
    let known = history.iter().position(|(_, key)| key == trusted)?;
    let later = history.get(known..)?;
    let ends = later.iter().skip(1).map(|(from, _)| *from).chain([u64::MAX]);
    let fits = |((from, key), end): &(&(u64, VerifierKey), u64)| {
        (*from..=*end).contains(&size) && signed(key)
    };
    later.iter().zip(ends).find(fits).map(|((_, key), _)| key.clone())
}

fn announced(entry: &str, before: Option<&VerifierKey>) -> Option<(u64, VerifierKey)> {
    let note: Note = format!("{}\n", entry.trim_end()).parse().ok()?;
    let mut lines = note.text().lines();
    if lines.next() != Some(HISTORY) {
        return None;
    }
    let origin = lines.next()?;
    let from: u64 = lines.next()?.parse().ok()?;
    let key: VerifierKey = lines.next()?.parse().ok()?;
    let signed = |by: &VerifierKey| note.verify(std::slice::from_ref(by)).is_ok();
    let follows = before.is_none_or(signed);
    (key.name() == origin && signed(&key) && follows).then_some((from, key))
}

/// The history with one more key, from `size` on.
pub(crate) fn announce(
    place: &Place,
    size: u64,
    old: Option<&SigningKey>,
    new: &SigningKey,
) -> Result<String, LogError> {
    let path = place.keys();
    let key = new.verifier();
    let wrong = |why: String| LogError::key(&path, why);
    let mut note = Note::new(format!("{HISTORY}\n{}\n{size}\n{key}\n", key.name()))
        .map_err(|error| wrong(error.to_string()))?;
    for key in old.into_iter().chain([new]) {
        note.sign(key).map_err(|error| wrong(error.to_string()))?;
    }
    let earlier = history_text(place)?.map(|text| format!("{}{PARTED}", text.trim_end()));
    Ok(format!("{}{note}", earlier.unwrap_or_default()))
}
