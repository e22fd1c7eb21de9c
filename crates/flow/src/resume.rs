//! Under which rulebook a server goes on: the operator's folder, what people put into force since it was last read, or,
//! when the folder changed while nobody was there and the rulebook last in force wants people to agree to a change, the one
//! last in force. Where that one cannot be gone on under, the server does not start. Must not put anything into force.

use crate::reload;
use jiff::Timestamp;
use model::{ActClass, RulebookVersion};
use rules::Sources;
use rules::rulebook::{Rulebook, Settings};
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

/// Why a server cannot go on under any rulebook.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rulebook last in force wants people to agree to another, and is none under this program.
    #[error(
        "rulebook {in_force} is in force and cannot be gone on under: {why}. The folder holds {folder}, to which nobody \
         agreed, so it is not taken. Put the folder of {in_force} back; or, if it is this program that reads it no more, start \
         the program of before, have people put a rulebook into force there that both read (`evenhand check` says so), \
         and start this one then"
    )]
    Unreadable {
        /// The version in force.
        in_force: RulebookVersion,
        /// What the operator's folder holds.
        folder: RulebookVersion,
        /// What is wrong with the one in force.
        why: String,
    },
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
/// [`ResumeError`] when the store cannot be read, or the rulebook in force cannot be gone on under and nobody agreed to
/// the folder's.
pub async fn resume(
    store: &Store,
    folder: &Sources,
    now: Timestamp,
) -> Result<Resume, ResumeError> {
    let version = folder.version();
    let Some(last) = store.rulebooks().await?.into_iter().next() else { return Ok(Resume::Folder) };
    if last.version == version {
        return Ok(Resume::Folder);
    }
    let sources = store.rulebook(&last.version).await?.map(Sources::from_map);
    let (book, sources) = match load(sources) {
        Ok(loaded) => loaded,
        Err((why, alone)) => {
            let alone = alone && last.by.is_none();
            if !alone && !reload::agreed(store, &version).await? {
                return Err(ResumeError::Unreadable {
                    in_force: last.version,
                    folder: version,
                    why,
                });
            }
            let last = last.version.short();
            tracing::warn!(
                why,
                "rulebook {last}, last in force, does not load; the folder's is taken"
            );
            return Ok(Resume::Folder);
        }
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

/// The rulebook last in force; else what is wrong with it, and whether it says still that one person is enough to change it.
fn load(sources: Option<Sources>) -> Result<(Rulebook, Sources), (String, bool)> {
    let Some(sources) = sources else {
        return Err(("the store does not hold its text".into(), false));
    };
    match Rulebook::load(&sources) {
        (Some(book), _) => Ok((book, sources)),
        (None, problems) => {
            let first = problems.iter().find(|problem| problem.is_error());
            let why = first.map_or_else(|| "it does not check".into(), ToString::to_string);
            let alone = Settings::of(&sources)
                .is_some_and(|settings| settings.four_eyes.people(ActClass::Rulebook) <= 1);
            Err((why, alone))
        }
    }
}
