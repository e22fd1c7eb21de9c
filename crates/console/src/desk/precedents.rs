//! `/console/precedents`: the lines that people settled under the rulebook in force, and the button that makes a worked
//! case of one: a draft is the rulebook in force with the case, tried at once and put into force like any other. Must not
//! say that a text names nobody: people read it before they agree.

use super::{Desk, replay};
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem, RULEBOOK_UNSOUND};
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use flow::like::{ShownLine, worked_case, worked_case_path};
use http::{HeaderMap, header};
use model::{DecisionId, Looked, Permission, Subject};
use rules::Sources;
use rules::rulebook::Rulebook;
use serde::Deserialize;
use std::collections::BTreeMap;

const ROOM: &str = "/console/precedents";

#[derive(Debug, Template)]
#[template(path = "precedents.html")]
struct Page {
    desk: Desk,
    lines: Vec<Line>,
    enough: u32,
    may: bool,
    busy: Option<String>,
}

/// One line, with what is known of its worked case.
#[derive(Debug)]
struct Line {
    line: ShownLine,
    title: String,
    latest: DecisionId,
    /// Whether the rulebook in force has a worked case of one of these decisions.
    has_case: bool,
}

impl Page {
    fn short(id: &DecisionId) -> String {
        id.to_string().chars().take(8).collect()
    }
}

/// `GET /console/precedents`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let lines = state.review.engine().settled_lines().await.map_err(|error| storage(&error))?;
    if !lines.is_empty() {
        state.look(&caller, Looked::List, "precedents").await?;
    }
    let book = crate::reads::current(&state);
    let files = in_force(&state).await?;
    let lines = lines.into_iter().filter_map(|line| {
        let latest = *line.decisions.first()?;
        let title = book.title_of(line.clause.as_str());
        let has_case = line.decisions.iter().any(|id| files.contains_key(&worked_case_path(*id)));
        Some(Line { title, latest, has_case, line })
    });
    html(&Page {
        lines: lines.collect(),
        enough: state.rulebook.load().audit.precedents.settled,
        may: caller.may(Permission::EditRulebook),
        busy: state.replays().busy(),
        desk: Desk::new(&state, &caller, ROOM),
    })
}

/// Which decision becomes a worked case.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    decision: String,
}

/// `POST /console/precedents`: the rulebook in force with the worked case, as a draft that is tried.
pub(crate) async fn make(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditRulebook).await?;
    replay::must_be_free(&state)?;
    let (path, case) = case_of(&state, &asked.decision).await?;
    let mut files = in_force(&state).await?;
    files.insert(path.clone(), case);
    let sources = Sources::from_map(files.clone());
    let tried = tokio::task::spawn_blocking(move || {
        let (book, _) = Rulebook::load(&sources);
        let results = book.map(|book| rules::testing::run_cases(&book)).unwrap_or_default();
        let of = results.into_iter().filter(|one| one.path == path);
        of.flat_map(|one| one.differences).collect::<Vec<String>>()
    });
    let differences = tried.await.map_err(Problem::internal)?;
    if !differences.is_empty() {
        let detail = format!(
            "The rules do not come to the same yet: {}. Take the case as a file into a draft whose rules do, and try that.",
            differences.join("; ")
        );
        return Err(Problem::new(&RULEBOOK_UNSOUND, detail));
    }
    let since = replay::since("90", state.clock.now())?;
    replay::take_in(&state, caller.by, files, since).await
}

/// `GET /console/precedents/{decision}/case.yaml`: the worked case as a file for `cases/`.
pub(crate) async fn file(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(decision): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let (path, case) = case_of(&state, &decision).await?;
    state.look(&caller, Looked::Decision, &decision).await?;
    let name = path.rsplit('/').next().unwrap_or("case.yaml");
    let kind = (header::CONTENT_TYPE, "text/yaml; charset=utf-8".to_owned());
    let saved = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    Ok(([kind, saved], case).into_response())
}

/// A decision that stands as a worked case: where it belongs, and its text.
async fn case_of(state: &ConsoleState, decision: &str) -> Result<(String, String), Problem> {
    let none = || {
        Problem::new(&NOT_FOUND, "There is no such decision on a text, or another took its place.")
    };
    let id: DecisionId = decision.parse().map_err(|_| none())?;
    let stored = state.store.decision(id).await.map_err(|error| storage(&error))?;
    let stored = stored.filter(|stored| stored.replaced_by.is_none()).ok_or_else(none)?;
    let event = state.store.event(&stored.decision.action_id).await;
    let event = event.map_err(|error| storage(&error))?.ok_or_else(none)?;
    let subject = Subject::of(&event.event).ok().flatten().ok_or_else(none)?;
    if subject.item.text.trim().is_empty() {
        return Err(none());
    }
    Ok((worked_case_path(id), worked_case(&stored.decision, &subject.item)))
}

/// The files of the rulebook in force.
async fn in_force(state: &ConsoleState) -> Result<BTreeMap<String, String>, Problem> {
    let version = state.rulebook.load().version().clone();
    let files = state.store.rulebook(&version).await.map_err(|error| storage(&error))?;
    files.ok_or_else(|| Problem::internal("the rulebook in force is not on record"))
}
