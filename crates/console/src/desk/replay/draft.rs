//! Taking in a draft: the name of a folder on this machine, or the files themselves. A draft that does not check is
//! shown its problems and not kept. Must not put anything into force.

use super::jobs::{self, Asked};
use crate::problem::{BUSY, MALFORMED_BODY, Problem, RULEBOOK_UNSOUND};
use crate::state::{ConsoleState, storage};
use axum::extract::{Multipart, State};
use axum::response::Response;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use model::Permission;
use rules::rulebook::Rulebook;
use rules::{Problem as Wrong, Sources};
use std::collections::BTreeMap;
use std::path::Path;
use store::Draft;

/// Most files of a rulebook.
const MOST_FILES: usize = 5_000;

/// What the form sends.
#[derive(Debug, Default)]
struct Form {
    named: String,
    /// A draft that is kept already, by its version.
    draft: String,
    since: String,
    files: BTreeMap<String, String>,
}

/// `POST /console/replay`: takes the draft in and begins.
pub(crate) async fn start(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    parts: Multipart,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Replay).await?;
    let form = form(parts).await?;
    must_be_free(&state)?;
    let since = since(&form.since, state.clock.now())?;
    if !form.draft.is_empty() {
        let version = model::RulebookVersion::new(form.draft.trim());
        let kept = state.store.draft(&version).await.map_err(|error| storage(&error))?;
        let kept = kept.ok_or_else(|| malformed("No draft of that version is kept."))?;
        return take_in(&state, caller.by, kept.files, since).await;
    }
    let files = match (form.named.trim(), form.files.is_empty()) {
        ("", true) => return Err(malformed("Name a draft, or choose the folder of one.")),
        ("", false) => form.files,
        (named, _) => named_folder(&state, named)?,
    };
    take_in(&state, caller.by, files, since).await
}

/// Keeps a draft that checks and begins its replay; leads to it.
pub(in crate::desk) async fn take_in(
    state: &ConsoleState,
    by: String,
    files: BTreeMap<String, String>,
    since: Timestamp,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let sources = Sources::from_map(files.clone());
    let loading = tokio::task::spawn_blocking(move || Rulebook::load(&sources)).await;
    let (book, problems) = loading.map_err(Problem::internal)?;
    let Some(book) = book else { return Err(unsound(&problems)) };
    let draft =
        Draft { version: book.version().clone(), files, added_by: by.clone(), added_at: now };
    state.store.keep_draft(&draft).await.map_err(|error| storage(&error))?;
    let asked = Asked {
        draft: draft.version.clone(),
        title: book.settings.title.clone(),
        since,
        by,
        at: now,
    };
    let id = jobs::begin(state, &draft, book, &asked)?;
    Ok(crate::desk::see(&format!("/console/replay/{id}")))
}

/// There is one replay at a time.
pub(in crate::desk) fn must_be_free(state: &ConsoleState) -> Result<(), Problem> {
    let Some(id) = state.replays().busy() else { return Ok(()) };
    let detail = format!("The replay {id} runs; there is one at a time. Wait for its end.");
    Err(Problem::new(&BUSY, detail).retry_after(30))
}

async fn form(mut parts: Multipart) -> Result<Form, Problem> {
    let broken = |error: axum::extract::multipart::MultipartError| malformed(&error.body_text());
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name().unwrap_or_default() {
            "named" => form.named = part.text().await.map_err(broken)?,
            "draft" => form.draft = part.text().await.map_err(broken)?,
            "since" => form.since = part.text().await.map_err(broken)?,
            "files" => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(broken)?;
                if form.files.len() >= MOST_FILES {
                    let detail = format!("A rulebook has {MOST_FILES} files at most.");
                    return Err(malformed(&detail));
                }
                // A browser names a file of a folder by its way in it; the folder itself is cut off.
                let (_, path) = name.split_once('/').unwrap_or(("", &name));
                if let (Some(path), Ok(text)) = (readable(path), String::from_utf8(bytes.into())) {
                    form.files.insert(path, text);
                }
            }
            _ => {}
        }
    }
    Ok(form)
}

/// The path of a file that rulebooks are made of; anything else in the folder is left out.
fn readable(path: &str) -> Option<String> {
    let kinds = ["toml", "md", "sml", "yaml", "yml", "txt", "csv", "tsv", "json"];
    let steps = path.split('/');
    let plain = steps.clone().all(|step| !step.is_empty() && !step.starts_with('.'));
    let kind = path.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind));
    (plain && kind).then(|| path.to_owned())
}

/// A draft that lies beside the store, under `drafts`.
fn named_folder(state: &ConsoleState, named: &str) -> Result<BTreeMap<String, String>, Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if named.starts_with('.') || !named.chars().all(plain) {
        return Err(malformed("A draft's name has letters, digits, `-`, `_` and `.` alone."));
    }
    let data = state.log.as_deref().and_then(Path::parent);
    let root = data.ok_or_else(|| malformed("This server has no folder for drafts."))?;
    let root = root.join("drafts").join(named);
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| {
            tracing::warn!(%error, "a draft's folder cannot be read");
            malformed(&format!("There is no folder `drafts/{named}` beside the store."))
        })?;
        for entry in entries.filter_map(Result::ok) {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            // What a link leads to is not of the draft.
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && files.len() < MOST_FILES
                && let Ok(inside) = path.strip_prefix(&root)
                && let Some(inside) = inside.to_str().and_then(readable)
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files.insert(inside, text);
            }
        }
    }
    Ok(files)
}

pub(in crate::desk) fn since(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let days: i64 = match text.trim() {
        "all" => return Ok(Timestamp::UNIX_EPOCH),
        "" => 90,
        text => text.parse().map_err(|_| malformed("`since` is a number of days, or `all`."))?,
    };
    let days = SignedDuration::from_hours(days.clamp(1, 36_500) * 24);
    // By the hour, so that asking again goes on with the same replay.
    let hour = now.as_second() / 3600 * 3600;
    Timestamp::from_second(hour)
        .and_then(|hour| hour.checked_sub(days))
        .map_err(|_| malformed("That many days ago there was no calendar yet."))
}

fn malformed(detail: &str) -> Problem {
    Problem::new(&MALFORMED_BODY, detail.to_owned())
}

fn unsound(problems: &[Wrong]) -> Problem {
    let errors: Vec<String> =
        problems.iter().filter(|one| one.is_error()).take(10).map(ToString::to_string).collect();
    Problem::new(&RULEBOOK_UNSOUND, format!("The draft does not check: {}", errors.join("; ")))
}
