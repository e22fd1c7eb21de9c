//! `/api/v1/decisions`: decisions for everybody, for the person concerned and for the regulator.

use super::openapi::{ProblemBody, VerdictBody};
use crate::body;
use crate::pages::{decision_id, filter};
use crate::problem::{NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::views::{DecisionView, Rows};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use flow::Verdict;
use http::HeaderMap;
use model::{Looked, Permission, PersonView};
use serde::Serialize;
use store::Cursor;

/// List decisions, the newest first.
#[utoipa::path(
    get, path = "/api/v1/decisions", tag = "public",
    params(
        ("clause" = Option<String>, Query, description = "`policy#clause`, the gravest breached"),
        ("measure" = Option<String>, Query, description = "A measure taken: `remove`"),
        ("outcome" = Option<String>, Query, description = "`breach` or `no_breach`"),
        ("by" = Option<String>, Query, description = "`automation` or `people`"),
        ("q" = Option<String>, Query, description = "Words in the clause or the facts"),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "`decisions`, and `next` unless it is the last page", body = Rows),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<Rows>, Problem> {
    query.only(&["clause", "measure", "outcome", "by", "q", "before"])?;
    let before: Option<Cursor> = query.parse("before")?;
    crate::reads::decisions(&state, &filter(&query)?, before.as_ref()).await.map(Json)
}

/// One decision with its statement of reasons, for everybody.
#[utoipa::path(
    get, path = "/api/v1/decisions/{id}", tag = "public",
    params(("id" = String, Path, description = "The decision")),
    responses(
        (status = 200, description = "The statement, what came of it, and its leaf in the record", body = DecisionView),
        (status = 404, description = "No such decision", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<DecisionView>, Problem> {
    query.only(&[])?;
    crate::reads::decision(&state, decision_id(&name)?).await.map(Json)
}

/// The statement for the person concerned: for the platform to show to them alone.
#[utoipa::path(
    get, path = "/api/v1/decisions/{id}/person", tag = "platform", security(("key" = ["events"])),
    params(("id" = String, Path, description = "The decision")),
    responses(
        (status = 200, description = "The statement", body = Object),
        (status = 404, description = "No such decision", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn person(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<PersonView>, Problem> {
    let caller = state.permit(&headers, Permission::SendEvents).await?;
    query.only(&[])?;
    let id = decision_id(&name)?;
    state.look(&caller, Looked::Decision, &id.to_string()).await?;
    let stored = state.store.decision(id).await.map_err(|e| storage(&e))?;
    let stored = stored.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such decision."))?;
    Ok(Json(stored.statement.person_view(&stored.decision)))
}

/// A receipt that opens chosen fields of the decision's leaf.
///
/// For the person concerned, who may hand it on: it shows what was not public and proves it.
#[utoipa::path(
    get, path = "/api/v1/decisions/{id}/disclosure", tag = "platform", security(("key" = ["events"])),
    params(
        ("id" = String, Path, description = "The decision"),
        ("fields" = String, Query, description = "Which, with commas: `account,excerpt`"),
    ),
    responses(
        (status = 200, description = "A receipt (C2SP tlog-proof)", body = String, content_type = "text/plain"),
        (status = 404, description = "No such decision or field, or no checkpoint holds it yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn disclosure(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<String, Problem> {
    let caller = state.permit(&headers, Permission::SendEvents).await?;
    query.only(&["fields"])?;
    let fields: Vec<String> =
        query.get("fields").unwrap_or("").split(',').map(|field| field.trim().into()).collect();
    let id = decision_id(&name)?;
    state.look(&caller, Looked::Decision, &id.to_string()).await?;
    crate::reads::disclosure(&state.store, state.published(), id, &fields).await
}

/// The statement as the DSA Transparency Database takes it, and under `log` the place of its leaf in the
/// public log, the leaf and the receipt (C2SP tlog-proof), as soon as a checkpoint holds it. Leave `log`
/// out of what is sent to the database.
#[utoipa::path(
    get, path = "/api/v1/decisions/{id}/regulator", tag = "public", security(("key" = ["regulator"])),
    params(("id" = String, Path, description = "The decision")),
    responses(
        (status = 200, description = "The statement, with its receipt", body = Object),
        (status = 404, description = "No such decision, or one that owes the database nothing", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn regulator(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<RegulatorBody>, Problem> {
    state.permit(&headers, Permission::ReadRegulator).await?;
    query.only(&[])?;
    let id = decision_id(&name)?;
    let view = state.store.regulator_view(id).await.map_err(|e| storage(&e))?;
    let view = view.ok_or_else(|| {
        Problem::new(&NOT_FOUND, "No such decision, or it restricts nothing and owes no statement.")
    })?;
    let statement = serde_json::from_str(view.as_str()).map_err(Problem::internal)?;
    Ok(Json(RegulatorBody { statement, log: crate::reads::in_log(&state, id).await? }))
}

/// The statement, and what shows that its decision is in the public log.
#[derive(Debug, Serialize)]
pub(crate) struct RegulatorBody {
    #[serde(flatten)]
    statement: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<model::InLog>,
}

/// Replace a decision by another; its measures end. Not by who took it.
#[utoipa::path(
    post, path = "/api/v1/decisions/{id}/replace", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The decision to replace")),
    request_body = VerdictBody,
    responses(
        (status = 200, description = "Decided", body = Object),
        (status = 202, description = "Proposed: waits for a second person", body = Object),
        (status = 409, description = "The same person, or replaced already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The rulebook does not allow it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn replace(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let by = state.permit(&headers, Permission::Replace).await?.by;
    query.only(&[])?;
    let verdict: Verdict = body::json(&headers, body, &state.bounds).await?;
    let held = state.review.replace(decision_id(&name)?, &by, verdict).await;
    held.map(super::reviewed).map_err(|error| super::refused(&error))
}
