//! `/api/v1/enforcement`: what is decided and not yet enforced, and having it sent again.

use super::openapi::ProblemBody;
use crate::desk::enforcement::{PAGE, next, send};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use model::Permission;
use serde_json::{Value, json};

/// List what is not enforced, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/enforcement", tag = "platform", security(("key" = ["enforcement"])),
    params(("after" = Option<i64>, Query, description = "`next` of the page before")),
    responses(
        (status = 200, description = "`unenforced`, `waiting`, `dead`, and `next` unless it is the last page", body = Object),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not allowed", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadEnforcement).await?;
    query.only(&["after"])?;
    let after = query.parse("after")?.unwrap_or(-1);
    let rows = state.store.unenforced(after, PAGE).await.map_err(|error| storage(&error))?;
    let backlog = state.store.backlog().await.map_err(|error| storage(&error))?;
    let next = next(&rows);
    Ok(Json(json!({
        "unenforced": rows, "waiting": backlog.waiting, "oldest": backlog.oldest,
        "dead": backlog.dead, "next": next,
    })))
}

/// Have a decision sent to the platform again, at once.
///
/// The message keeps its `webhook-id`, by which the platform knows that it has it already.
#[utoipa::path(
    post, path = "/api/v1/enforcement/{decision}/redeliver", tag = "platform",
    security(("key" = ["enforcement"])),
    params(("decision" = String, Path, description = "The decision, or the `ending` when the end of a measure is owed")),
    responses(
        (status = 202, description = "It is sent as soon as it can be", body = Object),
        (status = 401, description = "No key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not allowed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "Nothing is owed of it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn redeliver(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(decision): Path<String>,
    query: Query,
) -> Result<(StatusCode, Json<Value>), Problem> {
    state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let id = send(&state, &decision).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "decision": id, "status": "waiting" }))))
}
