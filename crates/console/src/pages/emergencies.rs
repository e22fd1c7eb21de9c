//! `/emergencies`: every decision that passed over the ladder's warning because harm could not wait. Must
//! not show whom it is about.

use crate::page::{Frame, Wants};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use crate::text;
use crate::views::EmergencyRows;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::Cursor;

#[derive(Debug, Template)]
#[template(path = "emergencies.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a EmergencyRows,
}

/// `GET /emergencies`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["before"])?;
    let before = query.parse::<Cursor>("before")?;
    let view = crate::reads::emergencies(&state, before.as_ref()).await?;
    wants.answer(&view, || Page {
        frame: Frame::new(&state, "/emergencies", "/api/v1/emergencies"),
        view: &view,
    })
}
