//! `POST /api/v1/erasures`: forget an item, an account, or what a decision was made on. Must not
//! answer before no byte of it is left.

use super::openapi::{ErasureBody, ProblemBody};
use crate::body;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem, UNSENT};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::HeaderMap;
use model::{AccountId, DecisionId, ItemId, Permission};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Forget, StoreError};

/// What is to be forgotten: one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    item: Option<ItemId>,
    account: Option<AccountId>,
    decision: Option<DecisionId>,
    /// Whether decisions may be dropped that the platform was not told of yet.
    #[serde(default)]
    drop_unsent: bool,
}

/// Erase personal data.
///
/// What was held stays readable, its leaf and every proof stay as they are; texts, names and ids are
/// overwritten, and the public log gets a leaf that says how many decisions it concerned.
#[utoipa::path(
    post, path = "/api/v1/erasures", tag = "platform", security(("key" = ["erasures"])),
    request_body = ErasureBody,
    responses(
        (status = 200, description = "Erased: `leaf`, `events`, `decisions`, `openings`", body = Object),
        (status = 404, description = "Nothing is kept of it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Decisions on it were not sent yet", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn erase(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::Erase).await?;
    query.only(&[])?;
    let asked: Asked = body::json(&headers, body, &state.bounds).await?;
    let what = match (asked.item, asked.account, asked.decision) {
        (Some(item), None, None) => Forget::Item(item),
        (None, Some(account), None) => Forget::Account(account),
        (None, None, Some(decision)) => Forget::Decision(decision),
        _ => {
            let detail = "Name one of `item`, `account` and `decision`.";
            return Err(Problem::new(&MALFORMED_BODY, detail));
        }
    };
    let at = state.clock.now();
    let done =
        state.store.erase(&what, at, asked.drop_unsent).await.map_err(|error| match error {
            StoreError::Unsent(_) => Problem::new(&UNSENT, format!("{error}.")),
            other => storage(&other),
        })?;
    let done = done.ok_or_else(|| Problem::new(&NOT_FOUND, "Nothing is kept of it."))?;
    Ok(Json(json!({
        "status": "erased", "leaf": done.leaf, "events": done.events,
        "decisions": done.decisions, "openings": done.openings,
    })))
}
