//! `POST /api/v1/reports`: somebody who saw an item says what is wrong with it.

use super::openapi::{ProblemBody, ReportBody};
use crate::body;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use flow::{Report, Reported};
use http::HeaderMap;
use model::Permission;

/// Report an item.
///
/// The report joins the waiting case of the item, or opens one.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "platform", security(("key" = ["events"])),
    request_body = ReportBody,
    responses(
        (status = 200, description = "Kept: `report` and `case`", body = Object),
        (status = 404, description = "The item was never sent here", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Reported>, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&[])?;
    let report: Report = body::json(&headers, body, &state.bounds).await?;
    state.review.report(report).await.map(Json).map_err(|error| super::refused(&error))
}
