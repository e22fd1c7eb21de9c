//! `/api/v1/reports`: somebody who saw an item says what is wrong with it, or with several; what became of each;
//! and what is done about those who report without any ground. Must not decide anything about an item.

use super::openapi::{ProblemBody, ReportBody};
use crate::body;
use crate::pages::report;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use flow::{Notice, Via};
use http::HeaderMap;
use jiff::Timestamp;
use model::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Report one item or several.
///
/// Each joins the waiting case of its item, or opens one; one that was never sent here is kept and taken up as
/// soon as it is. `status` is an address for the reporter: it says what was held of each item, and why.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "platform", security(("key" = ["events"])),
    request_body = ReportBody,
    responses(
        (status = 200, description = "Kept: `notice`, `status`, `items`; of one item also `report` and `case`", body = Object),
        (status = 422, description = "Something is missing; nothing was kept", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many from one reporter", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&[])?;
    let notice: Notice = body::json(&headers, body, &state.bounds).await?;
    let noticed = state.review.notice(notice, Via::Api).await;
    let noticed = noticed.map_err(|error| super::refused(&error))?;
    let status = format!("{}/report/{}", state.public_url, noticed.token);
    let mut answer = json!({
        "notice": noticed.notice,
        "token": noticed.token,
        "status": status,
        "suspended": noticed.suspended,
        "items": noticed.items,
    });
    if let ([one], Some(object)) = (noticed.items.as_slice(), answer.as_object_mut()) {
        object.insert("report".into(), json!(one.report));
        object.insert("case".into(), json!(one.case));
    }
    Ok(Json(answer))
}

/// What became of a notice, by the token that its reporter was given.
#[utoipa::path(
    get, path = "/api/v1/reports/{token}", tag = "public",
    params(("token" = String, Path, description = "The token of the notice")),
    responses(
        (status = 200, description = "Each item: `unknown`, `in_review` or `decided`, with outcome and reason", body = Object),
        (status = 404, description = "No such notice", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&[])?;
    let status = report::status(&state, &token).await?;
    Ok(Json(report::as_json(&status)))
}

/// Why a report has no ground at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "The post is a recipe; the report calls it a threat, as nine others of today." }))]
pub(crate) struct UnfoundedBody {
    /// In plain words.
    why: String,
}

/// Say that a report was manifestly unfounded: not merely wrong, but without any ground.
///
/// It bears on nothing but what may be done about whoever sends many such.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/unfounded", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The report")),
    request_body = UnfoundedBody,
    responses(
        (status = 200, description = "Kept", body = Object),
        (status = 422, description = "No such report, or no reason", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn unfounded(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::Decide).await?.by;
    query.only(&[])?;
    let asked: UnfoundedBody = body::json(&headers, body, &state.bounds).await?;
    let kept = state.review.unfounded(&id, &by, &asked.why).await;
    kept.map_err(|error| super::refused(&error))?;
    Ok(Json(json!({ "report": id, "unfounded": true })))
}

/// A warning, or with `until` a suspension.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reporter": "a2", "why": "Nine of ten reports this week had no ground." }))]
pub(crate) struct MeasureOnReporter {
    /// The reporter, as in the reports.
    reporter: String,
    /// Until when notices are not dealt with; a warning when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Why, in plain words; the reporter reads it.
    why: String,
}

/// Warn somebody who reports without ground, or suspend the processing of their notices.
///
/// A suspension needs a warning that the reporter saw, notices without ground after it, and an end.
#[utoipa::path(
    post, path = "/api/v1/reporters/measures", tag = "review", security(("key" = ["review"])),
    request_body = MeasureOnReporter,
    responses(
        (status = 200, description = "Kept, with the figures that it rests on", body = Object),
        (status = 422, description = "What is missing for it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn measure(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::Assign).await?.by;
    query.only(&[])?;
    let asked: MeasureOnReporter = body::json(&headers, body, &state.bounds).await?;
    let kept = state.review.reporter_measure(&asked.reporter, &by, asked.until, &asked.why).await;
    kept.map(|kept| Json(json!(kept))).map_err(|error| super::refused(&error))
}
