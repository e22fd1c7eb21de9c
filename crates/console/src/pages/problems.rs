//! `/problems`: what each kind of problem means, at the address that programs see.

use crate::page::{Frame, Wants, explain, html};
use crate::problem::{ALL, Kind, NOT_FOUND, Problem};
use crate::state::ConsoleState;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug, Template)]
#[template(path = "problems.html")]
struct Page {
    frame: Frame,
    kinds: &'static [&'static Kind],
}

/// `GET /problems`.
pub(crate) async fn all(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    let mut frame = Frame::new(&state, "", "");
    frame.twin = None;
    html(&Page { frame, kinds: ALL })
}

/// `GET /problems/{name}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let kind = ALL
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| Problem::new(&NOT_FOUND, "There is no problem of this name."))?;
    match wants {
        Wants::Page => explain(&state, kind),
        Wants::Json => Ok(axum::Json(json!({
            "type": format!("/problems/{}", kind.name),
            "title": kind.title,
            "status": kind.status,
            "remedy": kind.remedy,
        }))
        .into_response()),
    }
}
