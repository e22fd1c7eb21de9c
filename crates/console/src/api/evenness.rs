//! JSON twins of the reports on evenness.

use super::openapi::ProblemBody;
use crate::problem::{NOT_FOUND, Problem};
use crate::query::Query;
use crate::reads;
use crate::state::ConsoleState;
use crate::views::{EvennessView, ReportName};
use axum::Json;
use axum::extract::{Path, State};

/// The newest report on evenness: are like posts treated alike?
///
/// What was compared, with intervals; the clearest unlike pairs with both statements; what could not be tested. Its
/// `id` leads to `/evenness/{id}/sets.ndjson`, from which `evenhand audit recompute` adds it up again.
#[utoipa::path(
    get, path = "/api/v1/evenness", tag = "public",
    responses(
        (status = 200, description = "The report", body = Object),
        (status = 404, description = "None was made yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn newest(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<EvennessView>, Problem> {
    query.only(&[])?;
    let view = reads::evenness(&state, None).await?;
    let none =
        || Problem::new(&NOT_FOUND, "No report on evenness was made yet; one is made every night.");
    view.map(Json).ok_or_else(none)
}

/// All reports on evenness, the newest first.
#[utoipa::path(
    get, path = "/api/v1/evenness/history", tag = "public",
    responses((status = 200, description = "`id`, `made_at` and `since` of each", body = [Object]))
)]
pub(crate) async fn history(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<Vec<ReportName>>, Problem> {
    query.only(&[])?;
    reads::evenness_reports(&state).await.map(Json)
}

/// A report on evenness.
#[utoipa::path(
    get, path = "/api/v1/evenness/{id}", tag = "public",
    params(("id" = String, Path, description = "The report")),
    responses(
        (status = 200, description = "The report", body = Object),
        (status = 404, description = "There is no such report", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<EvennessView>, Problem> {
    query.only(&[])?;
    let none = || Problem::new(&NOT_FOUND, "No report on evenness has this id.");
    reads::evenness(&state, Some(&id)).await?.map(Json).ok_or_else(none)
}
