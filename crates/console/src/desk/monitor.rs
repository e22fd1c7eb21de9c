//! `/console/monitor`: what the platform shows that the log does not tell, and the other way round, with
//! the items and accounts that the public page leaves out. Must not compare.

use super::Desk;
use crate::log::Look;
use crate::page::html;
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::Permission;
use store::MonitorFinding;

#[derive(Debug, Template)]
#[template(path = "desk_monitor.html")]
struct Page {
    desk: Desk,
    last: Option<Look>,
    findings: Vec<MonitorFinding>,
}

/// `GET /console/monitor`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadEnforcement).await?;
    let last = state.store.last_monitor_look().await.map_err(|error| storage(&error))?;
    let (last, findings) =
        last.map_or((None, Vec::new()), |(look, found)| (Some(look.into()), found));
    html(&Page { desk: Desk::new(&state, &caller, "/console/monitor"), last, findings })
}
