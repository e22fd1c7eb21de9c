//! `/api/v1/restrictions`: the platform says what it shows as restricted, and is told what does not fit
//! the log; `/api/v1/monitor` says so to everybody, without items and accounts.

use super::openapi::ProblemBody;
use crate::body;
use crate::log::MonitorView;
use crate::problem::{MALFORMED_BODY, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use flow::monitor::{Compared, MonitorError, read_list};
use http::HeaderMap;
use model::Permission;

/// Say what the platform shows as restricted.
///
/// A line of JSON for each measure: `item` or `account`, `measure`, `decision`, and `ended` for what the
/// author deleted. Answers what does not fit the public log: measures without a leaf, leaves without
/// a measure.
#[utoipa::path(
    post, path = "/api/v1/restrictions", tag = "platform", security(("key" = ["receipts"])),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 200, description = "What does not fit", body = Object),
        (status = 400, description = "A line cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn compare(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Compared>, Problem> {
    state.permit(&headers, Permission::SendReceipts).await?;
    query.only(&[])?;
    body::shape(&headers)?;
    let monitor = state.monitor();
    let failed = |error: MonitorError| match error {
        MonitorError::Store(error) => storage(&error),
        MonitorError::Log(error) => Problem::internal(error),
    };
    let before = monitor.size().await.map_err(failed)?;
    let bytes = body::read(&headers, body, &state.bounds).await?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Problem::new(&MALFORMED_BODY, error.to_string()))?;
    let list = read_list(&text).map_err(|error| {
        Problem::new(&MALFORMED_BODY, error.to_string()).with("line", error.line)
    })?;
    monitor.look(&list, before).await.map(Json).map_err(failed)
}

/// Whether the platform shows what the log tells, and nothing else.
#[utoipa::path(
    get, path = "/api/v1/monitor", tag = "public",
    responses((status = 200, description = "The last comparisons", body = MonitorView))
)]
pub(crate) async fn monitor(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<MonitorView>, Problem> {
    query.only(&[])?;
    crate::log::monitored(&state).await.map(Json)
}
