//! Under which rulebook a server goes on: the operator's folder, what people put into force since it was last read, or,
//! when the folder changed while nobody was there and the rulebook last in force wants people to agree to a change, the one
//! last in force. Must not put anything into force.

use crate::reload;
use jiff::Timestamp;
use model::{ActClass, RulebookVersion};
use rules::Sources;
use rules::rulebook::Rulebook;
use store::{Store, StoreError};

/// A version that the operator's folder holds and that is not in force, because people must agree to it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The version.
    pub version: RulebookVersion,
    /// The version that stays in force meanwhile.
    pub in_force: RulebookVersion,
    /// How many people must agree.
    pub people: u8,
    /// Since when.
    pub since: Timestamp,
}

/// Under which rulebook to go on.
#[derive(Debug)]
pub enum Resume {
    /// The folder's.
    Folder,
    /// Another, which people put into force since the folder was last read.
    Adopted(Box<Rulebook>, Sources),
    /// The one last in force: the folder's waits for people.
    Held(Box<Rulebook>, Sources, HeldBack),
}

/// Says under which rulebook to go on, `folder` being what the operator's folder holds. Whoever holds it back keeps it as a
/// draft ([`crate::keep_as_draft`]).
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn resume(store: &Store, folder: &Sources, now: Timestamp) -> Result<Resume, StoreError> {
    let version = folder.version();
    let Some(last) = store.rulebooks().await?.into_iter().next() else { return Ok(Resume::Folder) };
    if last.version == version {
        return Ok(Resume::Folder);
    }
    let sources = store.rulebook(&last.version).await?.map(Sources::from_map);
    let loaded = sources.and_then(|sources| Some((Rulebook::load(&sources).0?, sources)));
    let Some((book, sources)) = loaded else {
        tracing::error!(
            version = last.version.short(),
            "the rulebook last in force no longer checks under this program; the folder's is taken"
        );
        return Ok(Resume::Folder);
    };
    if reload::put_into_force_since(store, &version).await?.is_some() {
        return Ok(Resume::Adopted(Box::new(book), sources));
    }
    let people = book.settings.four_eyes.people(ActClass::Rulebook);
    if people <= 1 || reload::agreed(store, &version).await? {
        return Ok(Resume::Folder);
    }
    let held = HeldBack { version, in_force: last.version, people, since: now };
    Ok(Resume::Held(Box::new(book), sources, held))
}
