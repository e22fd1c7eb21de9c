//! `/console/`: where somebody arrives, with the rooms that they may enter.

use super::Desk;
use crate::page::html;
use crate::problem::Problem;
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::{Permission, Role};

#[derive(Debug, Template)]
#[template(path = "home.html")]
struct Page {
    desk: Desk,
    role: Option<Role>,
    /// What the operator's folder holds and people have not agreed to.
    held_back: Option<std::sync::Arc<flow::HeldBack>>,
    /// Whether the person may try it.
    replays: bool,
}

/// `GET /console/`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let role = caller.session().map(|(_, person)| person.role);
    html(&Page {
        desk: Desk::new(&state, &caller, "/console/"),
        role,
        held_back: state.review.engine().held_back(),
        replays: caller.may(Permission::Replay),
    })
}
