//! `/lookup`: what happened to a post, whatever it was.

use crate::page::{Frame, Wants};
use crate::problem::Problem;
use crate::query::Query;
use crate::reads::Asked;
use crate::state::ConsoleState;
use crate::text;
use crate::views::Found;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

#[derive(Debug, Template)]
#[template(path = "lookup.html")]
struct Page<'a> {
    frame: Frame,
    asked: String,
    found: Option<&'a Found>,
}

/// `GET /lookup`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let asked = query.get("q").unwrap_or("").to_owned();
    let found = match asked.as_str() {
        "" => None,
        text => Some(crate::reads::lookup(&state, &Asked::Either(text.into())).await?),
    };
    let twin = format!("/api/v1/lookup?item={}", text::percent(&asked));
    wants.answer(&found, || {
        let mut frame = Frame::new(&state, "/lookup", twin);
        frame.twin = frame.twin.filter(|_| found.is_some());
        Page { frame, asked: text::visible(&asked), found: found.as_ref() }
    })
}
