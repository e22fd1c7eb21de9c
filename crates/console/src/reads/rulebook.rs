//! Rulebooks for readers: the one in force, and those before it.

use super::book::Book;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use crate::views::{AdoptedView, PolicyView, SeenBefore, VersionView};
use flow::replay::ReplayReport;
use model::RulebookVersion;
use rules::Sources;
use rules::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{AdoptedBy, Adoption, SeenReplay};

/// Most earlier rulebooks that are held in memory at once.
const HELD: usize = 16;

/// Earlier rulebooks, as far as somebody asked for them.
#[derive(Debug, Default)]
pub(crate) struct Past(Mutex<BTreeMap<RulebookVersion, Arc<Book>>>);

impl Past {
    fn get(&self, version: &RulebookVersion) -> Option<Arc<Book>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(version).cloned()
    }

    fn keep(&self, book: &Arc<Book>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(book.version.clone(), Arc::clone(book));
    }
}

/// The rulebook in force.
pub(crate) fn current(state: &ConsoleState) -> Arc<Book> {
    let rulebook = state.rulebook.load();
    if let Some(book) = state.past().get(rulebook.version()) {
        return book;
    }
    let book = Arc::new(Book::of(&rulebook));
    state.past().keep(&book);
    book
}

/// The rulebook of that version; `None` when it was never in force here.
pub(crate) async fn book(
    state: &ConsoleState,
    version: &RulebookVersion,
) -> Result<Option<Arc<Book>>, Problem> {
    if let Some(book) = state.past().get(version) {
        return Ok(Some(book));
    }
    let now = current(state);
    if now.version == *version {
        return Ok(Some(now));
    }
    let files = state.store.rulebook(version).await.map_err(|error| storage(&error))?;
    let Some(files) = files else { return Ok(None) };
    let loading = tokio::task::spawn_blocking(move || {
        let (rulebook, _) = Rulebook::load(&Sources::from_map(files));
        rulebook.as_ref().map(Book::of)
    });
    // A rulebook of an earlier release may hold what this one no longer reads.
    let Some(loaded) = loading.await.map_err(Problem::internal)? else { return Ok(None) };
    let book = Arc::new(loaded);
    state.past().keep(&book);
    Ok(Some(book))
}

/// A version as it stands in an address: whole, or its first digits if they are enough.
pub(crate) async fn named(state: &ConsoleState, name: &str) -> Result<Arc<Book>, Problem> {
    let nothing =
        || Problem::new(&NOT_FOUND, "No rulebook of this version was ever in force here.");
    let current = current(state);
    if current.version.as_str() == name || current.version.short() == name {
        return Ok(current);
    }
    let all = state.store.rulebooks().await.map_err(|error| storage(&error))?;
    let known = all
        .into_iter()
        .find(|one| one.version.as_str() == name || one.version.short() == name)
        .ok_or_else(nothing)?;
    book(state, &known.version).await?.ok_or_else(nothing)
}

/// Every version that was ever in force, newest first.
pub(crate) async fn history(state: &ConsoleState) -> Result<Vec<VersionView>, Problem> {
    let now = current(state);
    let mut adoptions = state.store.rulebooks().await.map_err(|error| storage(&error))?;
    adoptions.sort_by_key(|one| std::cmp::Reverse(one.adopted_at));
    let mut versions = Vec::with_capacity(adoptions.len());
    let mut current_shown = false;
    for one in adoptions {
        let title = book(state, &one.version).await?.map_or_else(String::new, |b| b.title.clone());
        // A rulebook can come back into force; only its latest adoption is the one that lasts.
        let in_force = one.version == now.version && !current_shown;
        current_shown |= in_force;
        let replay = seen_before(state, &one).await?;
        let Adoption { version, adopted_at: since, by } = one;
        let adopted = match by {
            Some(by) => adopted(state, &by).await?,
            None => None,
        };
        versions.push(VersionView { version, title, since, in_force, replay, adopted });
    }
    Ok(versions)
}

/// What people said for it, and how many they were.
async fn adopted(state: &ConsoleState, by: &AdoptedBy) -> Result<Option<AdoptedView>, Problem> {
    let act = state.store.proposed_act(&by.act).await.map_err(|error| storage(&error))?;
    Ok(act.map(|act| AdoptedView { people: act.people().len(), why: act.why }))
}

/// The replay of a version that was seen before it came into force: the one that people had seen who put it into force,
/// else the last.
async fn seen_before(
    state: &ConsoleState,
    adoption: &Adoption,
) -> Result<Option<SeenBefore>, Problem> {
    let seen = match &adoption.by {
        Some(by) => state.store.replay(&by.report).await,
        None => state.store.replay_of(&adoption.version, adoption.adopted_at).await,
    };
    let Some(seen) = seen.map_err(|error| storage(&error))? else { return Ok(None) };
    let report: ReplayReport = serde_json::from_str(&seen.report).map_err(Problem::internal)?;
    Ok(Some(SeenBefore {
        digest: seen.digest,
        made_at: seen.made_at,
        items: report.tally.compared,
        flips: report.tally.flips(),
        accounts_newly_hit: report.accounts_newly_hit,
        accounts_cleared: report.accounts_cleared,
        evenness: report.evenness.map(|change| change.verdict),
    }))
}

/// A replay's report, byte by byte as its digest says.
pub(crate) async fn replay_report(
    state: &ConsoleState,
    digest: &str,
) -> Result<SeenReplay, Problem> {
    let nothing = || Problem::new(&NOT_FOUND, "No report of a replay has this digest.");
    let seen = state.store.replay(digest).await.map_err(|error| storage(&error))?;
    let seen = seen.ok_or_else(nothing)?;
    // What was tried and not adopted is nobody's business yet.
    let adopted = state.store.rulebooks().await.map_err(|error| storage(&error))?;
    let adopted = adopted.iter().any(|one| one.version == seen.draft);
    if adopted { Ok(seen) } else { Err(nothing()) }
}

/// One policy in one language, with the languages that it has.
pub(crate) fn policy<'a>(
    book: &'a Book,
    id: &str,
    language: Option<&str>,
) -> Result<(&'a PolicyView, Vec<&'a str>), Problem> {
    let versions: Vec<_> = book
        .languages
        .iter()
        .filter_map(|code| {
            let policy = book.policies.get(code)?.iter().find(|policy| policy.id == id)?;
            Some((code.as_str(), policy))
        })
        .collect();
    let chosen = language
        .and_then(|language| versions.iter().find(|(code, _)| *code == language))
        .or_else(|| versions.first())
        .map(|(_, policy)| *policy)
        .ok_or_else(|| Problem::new(&NOT_FOUND, "This rulebook has no such policy."))?;
    Ok((chosen, versions.into_iter().map(|(code, _)| code).collect()))
}

/// Whose posts these are.
pub(crate) fn provider(state: &ConsoleState) -> String {
    state.rulebook.load().settings.provider.clone()
}
