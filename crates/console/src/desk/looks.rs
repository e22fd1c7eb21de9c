//! `/console/looks`: who looked at whose data, and when. Must not show the data itself.

use super::Desk;
use crate::page::html;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::{Looked, Permission};
use store::{Look, LookFilter};

/// Looks on one page.
const PAGE: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "looks.html")]
struct Page {
    desk: Desk,
    looker: String,
    subject: String,
    looks: Vec<Look>,
    next: Option<String>,
}

fn at_what(kind: &Looked) -> &'static str {
    match kind {
        Looked::Case => "Case",
        Looked::Item => "Item",
        Looked::Account => "Account",
        Looked::Decision => "Decision",
        Looked::List => "List",
        Looked::Export => "Everything held about an account",
    }
}

/// `GET /console/looks`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadLooks).await?;
    query.only(&["looker", "subject", "before"])?;
    let of = |name: &str| query.get(name).map(str::to_owned);
    let filter =
        LookFilter { looker: of("looker"), subject: of("subject"), before: query.parse("before")? };
    let looks = state.store.looks(&filter, PAGE).await.map_err(|error| storage(&error))?;
    let full = looks.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let looker = filter.looker.unwrap_or_default();
    let subject = filter.subject.unwrap_or_default();
    let next = looks.last().filter(|_| full).map(|last| {
        let (looker, subject) = (text::percent(&looker), text::percent(&subject));
        format!("/console/looks?looker={looker}&subject={subject}&before={}", last.seq)
    });
    html(&Page { desk: Desk::new(&state, &caller, "/console/looks"), looker, subject, looks, next })
}
