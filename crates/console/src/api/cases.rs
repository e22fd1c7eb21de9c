//! `/api/v1/cases`: what waits for people, and what they hold. Who decides is whose key it is.

use super::openapi::{ProblemBody, VerdictBody};
use crate::body;
use crate::problem::{NOT_FOUND, Problem};
use crate::query::Query;
use crate::reads::queue;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use flow::Verdict;
use http::HeaderMap;
use model::{CaseId, Looked, Permission};
use serde_json::{Value, json};
use store::{CaseFilter, Cursor, QueueCursor};

/// Cases in one answer.
const PAGE: u32 = 50;

pub(crate) fn id(text: &str) -> Result<CaseId, Problem> {
    text.parse().map_err(|_| Problem::new(&NOT_FOUND, "This is no id of a case."))
}

/// List cases: what waits, the most pressing first; or decided ones, the latest first.
///
/// `urgency` says part by part how pressing a case is. Pages that follow keep the order of the first.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "review", security(("key" = ["review"])),
    params(
        ("state" = Option<String>, Query, description = "`open` (what is meant if left out), `waiting`, `proposed` or `decided`"),
        ("queue" = Option<String>, Query, description = "Only this queue"),
        ("clause" = Option<String>, Query, description = "Whose gravest finding is under this clause"),
        ("language" = Option<String>, Query, description = "Only items in this language"),
        ("severity" = Option<String>, Query, description = "`severe`, `high`, `medium` or `low`"),
        ("account" = Option<String>, Query, description = "Only of this account"),
        ("item" = Option<String>, Query, description = "Only on this item"),
        ("assignee" = Option<String>, Query, description = "Put aside for this person; `me` for yourself"),
        ("claimed" = Option<String>, Query, description = "`no`, `yes`, `me`, or a pseudonym"),
        ("escalated" = Option<String>, Query, description = "`yes` or `no`"),
        ("overdue" = Option<String>, Query, description = "`yes` or `no`: past its target"),
        ("reported" = Option<String>, Query, description = "`yes` or `no`"),
        ("held" = Option<String>, Query, description = "`yes`: only what rests; otherwise only what does not"),
        ("order" = Option<String>, Query, description = "`pressing`, `oldest` or `newest`"),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "`cases`, and `next` unless it is the last page", body = Object),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::ReadCases).await?.by;
    if query.get("state") == Some("decided") {
        query.only(&["state", "queue", "before"])?;
        let filter = CaseFilter { decided: true, queue: query.get("queue").map(str::to_owned) };
        let before: Option<Cursor> = query.parse("before")?;
        let page = state.store.cases(&filter, before.as_ref(), PAGE).await;
        let page = page.map_err(|error| storage(&error))?;
        let next = page.next.map(|cursor| cursor.to_string());
        return Ok(Json(json!({ "cases": page.entries, "next": next })));
    }
    let known = [queue::CONDITIONS.as_slice(), &["before"]].concat();
    query.only(&known)?;
    let (filter, now) = (queue::filter(&query, &by)?, state.clock.now());
    let before: Option<QueueCursor> = query.parse("before")?;
    let page = state.store.queue(&filter, before.as_ref(), PAGE, now).await;
    let page = page.map_err(|error| storage(&error))?;
    let targets = state.store.targets().await.map_err(|error| storage(&error))?;
    let next = page.next.map(|cursor| cursor.to_string());
    let line = |waiting| queue::Line::of(waiting, &targets, now);
    let cases: Vec<_> = page.entries.into_iter().map(line).collect();
    Ok(Json(json!({ "cases": cases, "next": next })))
}

/// One case with the item as it was, its reports, what is proposed, and the nearest precedents.
///
/// Of each clause in question: what was held of up to five like items, and what that settles.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    responses(
        (status = 200, description = "The case", body = Object),
        (status = 404, description = "No such case", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let case = id(&name)?;
    state.look(&caller, Looked::Case, &case.to_string()).await?;
    let stored = state.store.case(case).await.map_err(|error| storage(&error))?;
    let stored = stored.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such case."))?;
    let reports: Vec<_> = stored
        .reports
        .iter()
        .map(|report| {
            json!({
                "report": report.id,
                "clause": report.clause,
                "reason": report.reason,
                "received_at": report.received_at,
            })
        })
        .collect();
    let (text, precedents) = state
        .review
        .precedents(stored.case.id, None)
        .await
        .map_err(|error| super::refused(&error))?;
    let precedents: Vec<Value> = precedents.iter().map(|line| line.shown(&text)).collect();
    let proposal = stored.proposal.as_ref().map(|proposal| {
        json!({
            "by": proposal.by,
            "verdict": proposal.verdict,
            "why": proposal.why,
            "proposed_at": proposal.proposed_at,
        })
    });
    let targets = state.store.targets().await.map_err(|error| storage(&error))?;
    let work = stored.work.as_ref().map(|work| super::work::facts(work, &state, &targets));
    Ok(Json(json!({
        "case": stored.case,
        "work": work,
        "merged_into": stored.merged_into,
        "event": stored.event.event,
        "reports": reports,
        "proposal": proposal,
        "precedents": precedents,
        "decision": stored.decision,
    })))
}

/// Decide a case.
///
/// Answers 202 when the rulebook wants a second person: the verdict is then a proposal.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/decide", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    request_body = VerdictBody,
    responses(
        (status = 200, description = "Decided", body = Object),
        (status = 202, description = "Proposed: waits for a second person", body = Object),
        (status = 409, description = "Decided already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The rulebook does not allow it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn decide(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let by = state.permit(&headers, Permission::Decide).await?.by;
    query.only(&[])?;
    let verdict: Verdict = body::json(&headers, body, &state.bounds).await?;
    let held = state.review.decide(id(&name)?, &by, verdict).await;
    held.map(super::reviewed).map_err(|error| super::refused(&error))
}

/// Approve what another person proposed.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/approve", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    responses(
        (status = 200, description = "Decided", body = Object),
        (status = 409, description = "The same person, or nothing proposed", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn approve(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<impl IntoResponse, Problem> {
    let by = state.permit(&headers, Permission::Approve).await?.by;
    query.only(&[])?;
    let held = state.review.approve(id(&name)?, &by).await;
    held.map(super::reviewed).map_err(|error| super::refused(&error))
}
