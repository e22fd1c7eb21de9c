//! A new version of the rulebook comes into force: only if it checks and its worked cases pass,
//! and never half. What is being decided meanwhile ends under the old one.

use crate::{Engine, HeldBack};
use jiff::Timestamp;
use model::{Act, ActClass, RulebookVersion};
use rules::rulebook::Rulebook;
use rules::{Problem, Sources};
use std::sync::Arc;
use store::{ActFilter, AdoptedBy, Draft, Store, StoreError};

/// Acts about one version that are looked at.
const MOST_ACTS: u32 = 100;

/// Why the old version stays in force.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The rulebook does not check.
    #[error("the rulebook has {} problems; the old version stays in force", .0.len())]
    Problems(Vec<Problem>),
    /// Worked cases come out otherwise than they say.
    #[error("worked cases fail ({}); the old version stays in force", .0.join(", "))]
    Cases(Vec<String>),
    /// The new version cannot be kept.
    #[error("the new version cannot be kept; the old version stays in force: {0}")]
    Store(#[from] StoreError),
    /// Other people must agree first.
    #[error(
        "the rulebook in force asks for {people} people to change it: version {version} is kept as a draft and waits \
         until they agree (try it and propose it at /console/replay); the old version stays in force"
    )]
    NeedsPeople {
        /// The new version.
        version: RulebookVersion,
        /// How many must agree.
        people: u8,
    },
    /// Loading broke off.
    #[error("loading broke off; the old version stays in force: {0}")]
    Fault(String),
}

/// Loads, checks and tries `sources`, then puts them into force. Returns the version in force.
///
/// # Errors
/// [`ReloadError`] says why the old version stays in force.
pub async fn reload(engine: &Engine, sources: Sources) -> Result<RulebookVersion, ReloadError> {
    put_into_force(engine, sources, None).await
}

/// The same, and keeps by whom and after which replay.
pub(crate) async fn put_into_force(
    engine: &Engine,
    sources: Sources,
    by: Option<&AdoptedBy>,
) -> Result<RulebookVersion, ReloadError> {
    let mut rulebook = trial(sources.clone()).await?;
    // What people put into force they have agreed to.
    if by.is_none() {
        may_replace(engine, &rulebook, &sources).await?;
    }
    adopt(&engine.store, &rulebook, &sources, engine.clock.now(), by).await?;
    let version = rulebook.version().clone();
    rulebook.register = engine.register().1;
    engine.rulebook.store(Arc::new(rulebook));
    go_on_waiting(engine, &version, by.is_some());
    tracing::info!(version = version.short(), "a rulebook came into force");
    Ok(version)
}

/// What waits goes on waiting where people put another version into force than the one that waits; what the folder
/// holds has then not been read anew.
fn go_on_waiting(engine: &Engine, version: &RulebookVersion, by_people: bool) {
    let held = engine.held_back().filter(|held| by_people && held.version != *version);
    let people = engine.rulebook.load().settings.four_eyes.people(ActClass::Rulebook);
    let held =
        held.map(|held| HeldBack { people, in_force: version.clone(), ..HeldBack::clone(&held) });
    engine.hold_back(held);
}

/// Whether as many people as the rulebook in force asks for agreed to this version. If not, it is kept as
/// a draft, so that they can try it and agree.
async fn may_replace(
    engine: &Engine,
    rulebook: &Rulebook,
    sources: &Sources,
) -> Result<(), ReloadError> {
    let present = engine.rulebook.load_full();
    let people = present.settings.four_eyes.people(ActClass::Rulebook);
    let version = rulebook.version().clone();
    if people <= 1 || *present.version() == version {
        return Ok(());
    }
    if agreed(&engine.store, &version).await? {
        return Ok(());
    }
    let now = engine.clock.now();
    keep_as_draft(&engine.store, sources, now).await?;
    let in_force = present.version().clone();
    engine.hold_back(Some(HeldBack { version: version.clone(), in_force, people, since: now }));
    Err(ReloadError::NeedsPeople { version, people })
}

/// Whether people agreed to put this version into force and it has not been since: a word counts once, so that a folder does
/// not bring back what people replaced.
pub(crate) async fn agreed(store: &Store, version: &RulebookVersion) -> Result<bool, StoreError> {
    let acts = acts_about(store, version).await?;
    let adoptions = store.rulebooks().await?;
    let used =
        |act: &Act| adoptions.iter().any(|one| one.version == *version && one.adopted_at >= act.at);
    Ok(acts.iter().any(|act| act.holds() && !used(act)))
}

/// Keeps what the operator's folder holds, so that people can try it and agree.
///
/// # Errors
/// [`StoreError`] when it cannot be kept.
pub async fn keep_as_draft(
    store: &Store,
    sources: &Sources,
    now: Timestamp,
) -> Result<(), StoreError> {
    let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
    let draft = Draft {
        version: sources.version(),
        files: sources.iter().map(own).collect(),
        added_by: "the operator".into(),
        added_at: now,
    };
    store.keep_draft(&draft).await
}

/// What people proposed about one version, the latest first.
pub(crate) async fn acts_about(
    store: &Store,
    version: &RulebookVersion,
) -> Result<Vec<Act>, StoreError> {
    let filter = ActFilter { class: Some(ActClass::Rulebook), about: Some(version.as_str()) };
    store.acts(filter, MOST_ACTS).await
}

/// Whether a rulebook could come into force: it, if so.
pub(crate) async fn trial(sources: Sources) -> Result<Rulebook, ReloadError> {
    let loaded = tokio::task::spawn_blocking(move || load(&sources)).await;
    loaded.map_err(|error| ReloadError::Fault(error.to_string()))?
}

/// What people put into force since the operator's folder, whose version is `folder`, was last read: a folder that has not
/// changed since does not undo it. `None`: what the folder holds counts.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn put_into_force_since(
    store: &Store,
    folder: &RulebookVersion,
) -> Result<Option<Sources>, StoreError> {
    let adoptions = store.rulebooks().await?;
    let Some(latest) = adoptions.first().filter(|one| one.by.is_some()) else { return Ok(None) };
    let read = adoptions.iter().find(|one| one.by.is_none());
    if read.is_none_or(|one| one.version != *folder) || latest.version == *folder {
        return Ok(None);
    }
    Ok(store.rulebook(&latest.version).await?.map(Sources::from_map))
}

fn load(sources: &Sources) -> Result<Rulebook, ReloadError> {
    let (rulebook, problems) = Rulebook::load(sources);
    let errors: Vec<_> = problems.into_iter().filter(Problem::is_error).collect();
    let Some(rulebook) = rulebook.filter(|_| errors.is_empty()) else {
        return Err(ReloadError::Problems(errors));
    };
    let failed: Vec<_> = rules::testing::run_cases(&rulebook)
        .into_iter()
        .filter(|case| !case.passed())
        .map(|case| case.name)
        .collect();
    if failed.is_empty() { Ok(rulebook) } else { Err(ReloadError::Cases(failed)) }
}

/// Keeps that a version came into force, before anything is decided under it.
pub(crate) async fn adopt(
    store: &Store,
    rulebook: &Rulebook,
    sources: &Sources,
    at: Timestamp,
    by: Option<&AdoptedBy>,
) -> Result<(), StoreError> {
    let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
    let files = sources.iter().map(own).collect();
    store.adopt(rulebook.version(), &files, at, by).await?;
    store.set_targets(&rulebook.settings.targets).await
}
