//! `/rulebook`: the text that people are judged by, now and earlier.

use crate::page::{Frame, Wants, html};
use crate::problem::Problem;
use crate::query::Query;
use crate::reads;
use crate::state::ConsoleState;
use crate::text;
use crate::views::replay::ReplayView;
use crate::views::{PolicyView, RulebookView, VersionView};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use model::{ClauseId, RulebookVersion};

#[derive(Debug, Template)]
#[template(path = "rulebook.html")]
struct Whole<'a> {
    frame: Frame,
    view: &'a RulebookView,
}

#[derive(Debug, Template)]
#[template(path = "history.html")]
struct History<'a> {
    frame: Frame,
    versions: &'a [VersionView],
}

#[derive(Debug, Template)]
#[template(path = "policy.html")]
struct Policy<'a> {
    frame: Frame,
    version: &'a RulebookVersion,
    rulebook_title: &'a str,
    in_force: bool,
    policy: &'a PolicyView,
    languages: Vec<&'a str>,
}

#[derive(Debug, Template)]
#[template(path = "replay_report.html")]
struct Report<'a> {
    frame: Frame,
    view: &'a ReplayView,
}

fn encoded(clause: &ClauseId) -> String {
    text::percent(clause.as_str())
}

/// `GET /rulebook`.
pub(crate) async fn in_force(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let view = reads::current(&state).view(true);
    wants.answer(&view, || Whole {
        frame: Frame::new(&state, "/rulebook", "/api/v1/rulebook"),
        view: &view,
    })
}

/// `GET /rulebook/{version}`.
pub(crate) async fn version(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let book = reads::named(&state, &name).await?;
    let view = book.view(reads::current(&state).version == book.version);
    let twin = format!("/api/v1/rulebook/{}", book.version);
    wants.answer(&view, || Whole { frame: Frame::new(&state, "/rulebook", twin), view: &view })
}

/// `GET /rulebook/history`.
pub(crate) async fn history(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let versions = reads::history(&state).await?;
    wants.answer(&versions, || History {
        frame: Frame::new(&state, "/rulebook", "/api/v1/rulebook/history"),
        versions: &versions,
    })
}

/// `GET /rulebook/replays/{digest}`: what a replay said before a version came into force.
pub(crate) async fn replay(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(digest): Path<String>,
) -> Result<Response, Problem> {
    let seen = reads::replay_report(&state, &digest).await?;
    if wants == Wants::Json {
        let json = [(http::header::CONTENT_TYPE, "application/json")];
        return Ok((json, seen.report).into_response());
    }
    let report = serde_json::from_str(&seen.report).map_err(Problem::internal)?;
    let view = ReplayView::of(&report, seen.digest);
    let twin = format!("/api/v1/rulebook/replays/{digest}");
    html(&Report { frame: Frame::new(&state, "/rulebook", twin), view: &view })
}

/// `GET /rulebook/{version}/{policy}`.
pub(crate) async fn policy(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path((name, id)): Path<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    let book = reads::named(&state, &name).await?;
    let (policy, languages) = reads::policy(&book, &id, query.get("lang"))?;
    let in_force = reads::current(&state).version == book.version;
    let twin = format!("/api/v1/rulebook/{}", book.version);
    wants.answer(policy, || Policy {
        frame: Frame::new(&state, "/rulebook", twin),
        version: &book.version,
        rulebook_title: &book.title,
        in_force,
        policy,
        languages,
    })
}
