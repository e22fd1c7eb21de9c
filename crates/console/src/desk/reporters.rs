//! `/console/reporters`: how the reports of those who report came out, and how that counts in the order of work, with the
//! arithmetic. Names nobody in the list; who opens one is written down. Must not change anything.

use super::Desk;
use crate::api::refused;
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::Reporter;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use model::{Looked, Permission};
use store::ReporterTally;

const AT: &str = "/console/reporters";
/// So far back the list looks.
const WINDOW: SignedDuration = SignedDuration::from_hours(24 * 180);
const MOST: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "reporters.html")]
struct List {
    desk: Desk,
    all: Vec<ReporterTally>,
}

impl List {
    /// Percent of what is decided that was upheld.
    fn share(&self, one: &ReporterTally) -> Option<u64> {
        (one.upheld * 100).checked_div(one.decided)
    }
}

#[derive(Debug, Template)]
#[template(path = "reporter.html")]
struct One {
    desk: Desk,
    who: Reporter,
}

impl One {
    fn two(&self, number: &f64) -> String {
        format!("{number:.2}")
    }

    fn signed(&self) -> String {
        format!("{:+.1}", self.who.points)
    }

    fn share(&self) -> String {
        format!("{:.1} %", f64::from(self.who.reliability) / 10.0)
    }
}

/// `GET /console/reporters`.
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let since = state.clock.now().checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let all = state.store.reporters_since(since, MOST).await.map_err(|error| storage(&error))?;
    html(&List { desk: Desk::new(&state, &caller, AT), all })
}

/// `GET /console/reporters/{report}`: who sent this report.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(report): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let who = state.review.reporter(&report).await.map_err(|error| refused(&error))?;
    let none = || Problem::new(&NOT_FOUND, "There is no such report, or nobody knows who sent it.");
    let who = who.ok_or_else(none)?;
    state.look(&caller, Looked::Account, &who.reporter).await?;
    html(&One { desk: Desk::new(&state, &caller, AT), who })
}
