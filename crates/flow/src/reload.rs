//! A new version of the rulebook comes into force: only if it checks and its worked cases pass,
//! and never half. What is being decided meanwhile ends under the old one.

use crate::Engine;
use jiff::Timestamp;
use model::RulebookVersion;
use rules::rulebook::Rulebook;
use rules::{Problem, Sources};
use std::sync::Arc;
use store::{Store, StoreError};

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
    /// Loading broke off.
    #[error("loading broke off; the old version stays in force: {0}")]
    Fault(String),
}

/// Loads, checks and tries `sources`, then puts them into force. Returns the version in force.
///
/// # Errors
/// [`ReloadError`] says why the old version stays in force.
pub async fn reload(engine: &Engine, sources: Sources) -> Result<RulebookVersion, ReloadError> {
    let trial = sources.clone();
    let loaded = tokio::task::spawn_blocking(move || load(&trial)).await;
    let rulebook = loaded.map_err(|error| ReloadError::Fault(error.to_string()))??;
    adopt(&engine.store, &rulebook, &sources, engine.clock.now()).await?;
    let version = rulebook.version().clone();
    engine.rulebook.store(Arc::new(rulebook));
    tracing::info!(version = version.short(), "a rulebook came into force");
    Ok(version)
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
) -> Result<(), StoreError> {
    let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
    let files = sources.iter().map(own).collect();
    store.adopt(rulebook.version(), &files, at).await?;
    store.set_targets(&rulebook.settings.targets).await
}
