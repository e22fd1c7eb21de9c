//! JSON twins of the public pages: look-up, overview, rulebook.

use super::openapi::ProblemBody;
use crate::problem::{BAD_QUERY, Problem};
use crate::query::Query;
use crate::reads::{self, Asked};
use crate::state::ConsoleState;
use crate::views::{Found, Overview, RulebookView, VersionView};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};

/// What happened to an item.
///
/// `breach`, `no_breach`, `waiting` or `never_seen`: there is an answer for items left up, too.
#[utoipa::path(
    get, path = "/api/v1/lookup", tag = "public",
    params(
        ("item" = Option<String>, Query, description = "The platform's id of the item"),
        ("url" = Option<String>, Query, description = "Its address; one of the two"),
    ),
    responses(
        (status = 200, description = "`answer` and what belongs to it", body = Found),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn lookup(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<Found>, Problem> {
    query.only(&["item", "url"])?;
    let asked = match (query.parse("item")?, query.get("url")) {
        (Some(item), None) => Asked::Item(item),
        (None, Some(url)) => Asked::Url(url.to_owned()),
        _ => {
            let detail = "Give either `item` or `url`.";
            return Err(Problem::new(&BAD_QUERY, detail).with("parameter", "item"));
        }
    };
    reads::lookup(&state, &asked).await.map(Json)
}

/// Counts, counts over time, and the latest decisions.
#[utoipa::path(
    get, path = "/api/v1/overview", tag = "public",
    params(("days" = Option<u16>, Query, description = "How far to look back: 1 to 366, else 30")),
    responses(
        (status = 200, description = "The overview", body = Overview),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn overview(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<Overview>, Problem> {
    query.only(&["days"])?;
    let days = query.parse("days")?.unwrap_or(30_u16);
    if !(1..=366).contains(&days) {
        let detail = "`days` goes from 1 to 366.";
        return Err(Problem::new(&BAD_QUERY, detail).with("parameter", "days"));
    }
    reads::overview(&state, days).await.map(Json)
}

/// The rulebook in force.
#[utoipa::path(
    get, path = "/api/v1/rulebook", tag = "public",
    responses((status = 200, description = "Policies, clauses and ladders", body = RulebookView))
)]
pub(crate) async fn rulebook(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<RulebookView>, Problem> {
    query.only(&[])?;
    Ok(Json(reads::current(&state).view(true)))
}

/// Every version of the rulebook that was ever in force, the newest first.
#[utoipa::path(
    get, path = "/api/v1/rulebook/history", tag = "public",
    responses((status = 200, description = "The versions", body = Vec<VersionView>))
)]
pub(crate) async fn rulebook_history(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<Vec<VersionView>>, Problem> {
    query.only(&[])?;
    reads::history(&state).await.map(Json)
}

/// What a replay said before a version of the rulebook came into force.
///
/// Byte by byte what its digest, in the address, is the SHA-256 of.
#[utoipa::path(
    get, path = "/api/v1/rulebook/replays/{digest}", tag = "public",
    params(("digest" = String, Path, description = "SHA-256 of the report, as the history names it")),
    responses(
        (status = 200, description = "The report: numbers by clause, group, step, measure and rule", body = serde_json::Value),
        (status = 404, description = "No such report", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rulebook_replay(
    State(state): State<ConsoleState>,
    Path(digest): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let seen = reads::replay_report(&state, &digest).await?;
    Ok(([(http::header::CONTENT_TYPE, "application/json")], seen.report).into_response())
}

/// A version of the rulebook.
#[utoipa::path(
    get, path = "/api/v1/rulebook/{version}", tag = "public",
    params(("version" = String, Path, description = "The version, or its first twelve digits")),
    responses(
        (status = 200, description = "Policies, clauses and ladders", body = RulebookView),
        (status = 404, description = "Never in force here", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rulebook_version(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<RulebookView>, Problem> {
    query.only(&[])?;
    let book = reads::named(&state, &name).await?;
    let in_force = reads::current(&state).version == book.version;
    Ok(Json(book.view(in_force)))
}
