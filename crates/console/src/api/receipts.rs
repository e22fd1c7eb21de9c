//! `POST /api/v1/receipts`: what the platform says about carrying a decision out.

use super::openapi::{ProblemBody, ReceiptBody};
use crate::body;
use crate::problem::{Problem, RECEIPT_UNKNOWN};
use crate::query::Query;
use crate::state::ConsoleState;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use flow::ReviewError;
use http::HeaderMap;
use model::{Permission, Receipt};
use serde_json::{Value, json};

/// Say that a decision was carried out.
///
/// `enforced`, `notice_delivered` or `failed`. A delivered notice is what makes a warning count.
#[utoipa::path(
    post, path = "/api/v1/receipts", tag = "platform", security(("key" = ["receipts"])),
    request_body = ReceiptBody,
    responses(
        (status = 200, description = "Kept", body = Object),
        (status = 404, description = "No such decision", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::SendReceipts).await?;
    query.only(&[])?;
    let receipt: Receipt = body::json(&headers, body, &state.bounds).await?;
    let decision = receipt.decision;
    state.review.receipt(receipt).await.map_err(|error| match error {
        ReviewError::NoSuchDecision(_) => Problem::new(&RECEIPT_UNKNOWN, error.to_string()),
        other => super::refused(&other),
    })?;
    Ok(Json(json!({ "status": "kept", "decision": decision })))
}
