//! Replays that run in the background of this server, and those whose reports lie in the folder. A restart loses none:
//! a replay goes on from its checkpoint when it is asked for again. Must not read reports for others.

use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use flow::replay::{Progress, Replay, ReplayOptions, ReplayReport, Step, as_adopted};
use jiff::Timestamp;
use rules::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Draft, SeenReplay};

/// Events that are read at once.
const PAGE: u32 = 1_000;
/// How often it is kept how far a replay came.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// What was asked for; kept beside the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The draft's version.
    pub draft: model::RulebookVersion,
    /// Its title.
    pub title: String,
    /// Events that came at or after.
    pub since: Timestamp,
    /// Who asked.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How a replay stands.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// It runs.
    Runs(Progress),
    /// It is done.
    Done(Box<ReplayReport>),
    /// It broke off; says why.
    Failed(String),
    /// It was interrupted, by a restart of the server for one, and can go on.
    Interrupted,
}

/// Replays of this server by their ids.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<String, Running>>);

#[derive(Debug, Clone)]
enum Running {
    At(Progress),
    Failed(String),
}

impl Jobs {
    fn set(&self, id: &str, running: Option<Running>) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match running {
            Some(running) => jobs.insert(id.to_owned(), running),
            None => jobs.remove(id),
        };
    }

    fn get(&self, id: &str) -> Option<Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Whether one runs: they share the machine with the way of events, so there is one at a time.
    pub(crate) fn busy(&self) -> Option<String> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().find(|(_, job)| matches!(job, Running::At(_))).map(|(id, _)| id.clone())
    }
}

/// The folder of all replays; `None` where nothing is kept in files.
fn root(state: &ConsoleState) -> Option<PathBuf> {
    Some(state.log.as_deref()?.parent()?.join("replays"))
}

/// The folder of one replay. An id is digits and letters alone, so it cannot lead elsewhere.
pub(crate) fn folder(state: &ConsoleState, id: &str) -> Result<PathBuf, Problem> {
    let none = || Problem::new(&NOT_FOUND, "There is no replay of this name.");
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if id.is_empty() || id.len() > 80 || !id.chars().all(plain) {
        return Err(none());
    }
    let nowhere = || Problem::new(&NOT_FOUND, "This server has no folder for replays.");
    Ok(root(state).ok_or_else(nowhere)?.join(id))
}

/// Every replay whose folder is there, the latest first.
pub(crate) fn all(state: &ConsoleState) -> Vec<(String, Asked, Standing)> {
    let Some(root) = root(state) else { return Vec::new() };
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok);
    let ids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut all: Vec<_> = ids
        .filter_map(|id| {
            let (asked, standing) = stands(state, &id).ok()?;
            Some((id, asked, standing))
        })
        .collect();
    all.sort_by_key(|(_, asked, _)| std::cmp::Reverse(asked.at));
    all
}

/// How one stands.
pub(crate) fn stands(state: &ConsoleState, id: &str) -> Result<(Asked, Standing), Problem> {
    let none = || Problem::new(&NOT_FOUND, "There is no replay of this name.");
    let folder = folder(state, id)?;
    let asked: Asked = read(&folder.join("asked.json")).ok_or_else(none)?;
    let standing = match state.replays().get(id) {
        Some(Running::At(progress)) => Standing::Runs(progress),
        Some(Running::Failed(why)) => Standing::Failed(why),
        None => match read::<ReplayReport>(&folder.join("report.json")) {
            Some(report) => Standing::Done(Box::new(report)),
            None => Standing::Interrupted,
        },
    };
    Ok((asked, standing))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Begins a replay, or goes on with one; gives its id.
pub(crate) fn begin(
    state: &ConsoleState,
    draft: &Draft,
    book: Rulebook,
    asked: &Asked,
) -> Result<String, Problem> {
    use std::os::unix::fs::DirBuilderExt as _;
    let id = format!("{}-{}", draft.version.short(), asked.since.as_second());
    let folder = folder(state, &id)?;
    if let Some(Running::At(_)) = state.replays().get(&id) {
        return Ok(id);
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(Problem::internal)?;
    let text = serde_json::to_vec(asked).map_err(Problem::internal)?;
    std::fs::write(folder.join("asked.json"), text).map_err(Problem::internal)?;
    let none = Progress { done: 0, all: 0, flips: 0 };
    state.replays().set(&id, Some(Running::At(none)));
    let (task, name, since, by) = (state.clone(), id.clone(), asked.since, asked.by.clone());
    tokio::spawn(async move {
        let done = run(&task, &name, book, since, folder, &by).await;
        let failed = done.err().map(|why| {
            tracing::error!(why, "a replay broke off");
            Running::Failed(why)
        });
        task.replays().set(&name, failed);
    });
    Ok(id)
}

async fn run(
    state: &ConsoleState,
    id: &str,
    book: Rulebook,
    since: Timestamp,
    folder: PathBuf,
    by: &str,
) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let in_force = state.rulebook.load_full();
    let draft = Arc::new(as_adopted(book, Some(&in_force)));
    let options = ReplayOptions {
        since,
        folder,
        page: PAGE,
        checkpoint_every: CHECKPOINT_EVERY,
        evenness: true,
    };
    let (store, version) = (state.store.clone(), in_force.version().clone());
    let replay = Replay::open(store, draft, version, options).await;
    let replay = replay.map_err(|error| said(&error))?;
    let told = |progress| {
        state.replays().set(id, Some(Running::At(progress)));
        Step::On
    };
    let report = replay.run(state.clock.now(), told).await.map_err(|error| said(&error))?;
    let report = report.ok_or("it stopped early")?;
    let (digest, text) = report.published().map_err(|error| said(&error))?;
    let seen = SeenReplay {
        digest,
        draft: report.draft,
        in_force: report.in_force,
        made_at: report.made_at,
        seen_by: by.to_owned(),
        report: text,
    };
    state.store.keep_replay(&seen).await.map_err(|error| said(&error))
}
