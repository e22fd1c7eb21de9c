//! `/api/v1/exemptions`: the register, open to everybody; proposing, agreeing and ending, for people.

use super::openapi::ProblemBody;
use crate::body;
use crate::desk::exemptions::{Fields, exemptions, propose_for, refused};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use crate::views::{ExemptionRows, ExemptionView};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use model::Permission;
use serde::Deserialize;
use serde_json::{Value, json};

/// List the exemptions from the ladder, the latest first: which clause, why, until when.
///
/// `begun` counts those that began in each of the last twelve months, by class of account.
#[utoipa::path(
    get, path = "/api/v1/exemptions", tag = "public",
    params(
        ("clause" = Option<String>, Query, description = "Under this clause"),
        ("class" = Option<String>, Query, description = "For this class of account: `government`, `legislature`, `state-media`, `public-media`, `party` or `none`"),
        ("state" = Option<String>, Query, description = "`running` or `ended`"),
        ("before" = Option<u64>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "`exemptions`, and `next` unless it is the last page", body = ExemptionRows),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<ExemptionRows>, Problem> {
    query.only(&["clause", "class", "state", "before"])?;
    let filter = crate::reads::exemption_filter(&query)?;
    crate::reads::exemptions(&state, &filter).await.map(Json)
}

/// One exemption.
#[utoipa::path(
    get, path = "/api/v1/exemptions/{id}", tag = "public",
    params(("id" = String, Path, description = "The exemption")),
    responses(
        (status = 200, description = "It, without whose post it is about", body = ExemptionView),
        (status = 404, description = "There is none", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<ExemptionView>, Problem> {
    query.only(&[])?;
    crate::reads::exemption(&state, &id).await.map(Json)
}

/// Propose an exemption for one item under one clause. Another person must agree.
#[utoipa::path(
    post, path = "/api/v1/exemptions", tag = "review", security(("key" = ["review"])),
    request_body = ExemptionBody,
    responses(
        (status = 202, description = "It waits for another person: its `id`, which it keeps in the register", body = Object),
        (status = 409, description = "You decided on the item", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It says too little, too long or too grave", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn propose(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = state.permit(&headers, Permission::EditExemptions).await?.by;
    query.only(&[])?;
    let fields: Fields = body::json(&headers, body, &state.bounds).await?;
    let act = propose_for(&state, fields, &by).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"status": "waits", "id": act.id}))))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordBody {
    /// Why, in plain words. To agree it may be left out.
    #[serde(default)]
    reason: String,
}

/// Agree to a proposed exemption as another person (`approve`), say no (`refuse`), or end one that runs (`revoke`).
///
/// Whoever proposed it cannot agree, and takes it back by `refuse`.
#[utoipa::path(
    post, path = "/api/v1/exemptions/{id}/{word}", tag = "review", security(("key" = ["review"])),
    params(
        ("id" = String, Path, description = "The proposal, or the exemption"),
        ("word" = String, Path, description = "`approve`, `refuse` or `revoke`"),
    ),
    request_body = WordBody,
    responses(
        (status = 200, description = "Done", body = Object),
        (status = 404, description = "There is none", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Another person must do it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It is past that, or the reason is missing", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn say(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path((id, word)): Path<(String, String)>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::EditExemptions).await?.by;
    query.only(&[])?;
    let said: WordBody = body::json(&headers, body, &state.bounds).await?;
    let ways = exemptions(&state);
    let (done, status) = match word.as_str() {
        "approve" => (ways.answer(&id, &by, true, &said.reason).await, "approved"),
        "refuse" => (ways.answer(&id, &by, false, &said.reason).await, "refused"),
        "revoke" => (ways.revoke(&id, &by, &said.reason).await, "revoked"),
        _ => return Err(super::nothing().await),
    };
    let act = done.map_err(|error| refused(&error))?;
    Ok(Json(json!({ "status": status, "id": act.id })))
}

/// An exemption that is proposed.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `Fields` reads the JSON")]
#[schema(example = json!({
    "item": "post-42", "clause": "hateful-conduct#slurs", "days": 14,
    "notice": "This post breaches our rules. It stays up because the public has an interest in seeing it.",
    "why": "A member of the government says here what law they will propose."
}))]
pub(crate) struct ExemptionBody {
    /// The platform's id of the item.
    item: String,
    /// The one clause.
    clause: String,
    /// What stands before the item, in one line of at most 300 characters. Public.
    notice: String,
    /// For how many days; the rulebook says how many at most.
    days: u16,
    /// Which public interest there is in seeing it. Public.
    why: String,
}
