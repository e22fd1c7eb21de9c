//! `/console/enforcement`: what is decided and not yet enforced, the oldest first, and the button that
//! sends it again. Names decisions, never people.

use super::{Desk, see};
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::{DecisionId, Permission};
use serde::Deserialize;
use store::{Backlog, Unenforced, Way};

const ROOM: &str = "/console/enforcement";
/// Decisions on one page.
pub(crate) const PAGE: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "enforcement.html")]
struct Page {
    desk: Desk,
    rows: Vec<Unenforced>,
    backlog: Backlog,
    manages: bool,
    told: bool,
    next: Option<i64>,
}

pub(crate) fn way_says(way: &Way) -> &'static str {
    match way {
        Way::Waiting => "Waits to be sent",
        Way::Retrying => "Is tried again",
        Way::Unconfirmed => "Taken, not confirmed",
        Way::Failed => "The platform could not",
        Way::Dead => "Given up",
    }
}

/// The first place after a full page.
pub(crate) fn next(rows: &[Unenforced]) -> Option<i64> {
    let full = rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    rows.last().filter(|_| full).map(|last| last.seq)
}

/// `GET /console/enforcement`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadEnforcement).await?;
    query.only(&["after", "done"])?;
    let after = query.parse("after")?.unwrap_or(-1);
    let rows = state.store.unenforced(after, PAGE).await.map_err(|error| storage(&error))?;
    html(&Page {
        desk: Desk::new(&state, &caller, ROOM),
        backlog: state.store.backlog().await.map_err(|error| storage(&error))?,
        manages: caller.may(Permission::ManageEnforcement),
        told: query.get("done").is_some(),
        next: next(&rows),
        rows,
    })
}

/// What is to be sent again.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    decision: String,
}

/// `POST /console/enforcement`.
pub(crate) async fn again(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    state.permit(&headers, Permission::ManageEnforcement).await?;
    send(&state, &asked.decision).await?;
    Ok(see("/console/enforcement?done=1"))
}

/// Has a decision, or the end of one of its measures, sent again.
///
/// # Errors
/// A problem when nothing is owed of it.
pub(crate) async fn send(state: &ConsoleState, decision: &str) -> Result<DecisionId, Problem> {
    let none = || {
        Problem::new(
            &NOT_FOUND,
            "Nothing is owed of that decision: it is enforced, asks nothing of the platform, or is not there.",
        )
    };
    let id: DecisionId = decision.parse().map_err(|_| none())?;
    let again = state.store.send_again(id, state.clock.now()).await;
    if again.map_err(|error| storage(&error))? { Ok(id) } else { Err(none()) }
}
