//! `/api/v1/affiliations` and `/api/v1/emergencies`: the registers that are open to everybody, and entering
//! and withdrawing facts.

use super::openapi::ProblemBody;
use crate::body;
use crate::desk::affiliations::{Fields, enter_for, refused};
use crate::pages::affiliations::filter;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use crate::views::{EmergencyRows, RegisterView};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use flow::Entering;
use http::{HeaderMap, StatusCode};
use model::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Cursor;

/// List who speaks for whom, as it holds now, each fact with its source.
#[utoipa::path(
    get, path = "/api/v1/affiliations", tag = "public",
    params(
        ("q" = Option<String>, Query, description = "Words in the name, the country, the account or the domain"),
        ("kind" = Option<String>, Query, description = "`government`, `legislature`, `state-media`, `public-media`, `party` or `none`"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "`entries`, `all`, and `next` unless it is the last page", body = RegisterView),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<RegisterView>, Problem> {
    crate::reads::register(&state, &filter(&query)?).await.map(Json)
}

/// Enter a fact: a public source and its day belong to it.
///
/// Where the rulebook asks for two people it waits for another one, who agrees at `/console/affiliations`.
#[utoipa::path(
    post, path = "/api/v1/affiliations", tag = "review", security(("key" = ["review"])),
    request_body = AffiliationBody,
    responses(
        (status = 201, description = "It is in the register: its `id`", body = Object),
        (status = 202, description = "It waits for another person: the `id` of the proposal", body = Object),
        (status = 422, description = "It says too little", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = state.permit(&headers, Permission::EditAffiliations).await?.by;
    query.only(&[])?;
    let fields: Fields = body::json(&headers, body, &state.bounds).await?;
    Ok(match enter_for(&state, fields, &by).await? {
        Entering::Entered(id) => {
            (StatusCode::CREATED, Json(json!({"status": "entered", "id": id})))
        }
        Entering::Waits(id) => (StatusCode::ACCEPTED, Json(json!({"status": "waits", "id": id}))),
    })
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawBody {
    /// Why, in plain words.
    reason: String,
}

/// Withdraw an entry. It stays readable as it was.
#[utoipa::path(
    post, path = "/api/v1/affiliations/{id}/withdraw", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The entry")),
    request_body = WithdrawBody,
    responses(
        (status = 422, description = "Why it cannot be withdrawn", body = ProblemBody, content_type = "application/problem+json"),
        (status = 200, description = "It holds no longer", body = Object),
        (status = 404, description = "There is no such entry any more", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn withdraw(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::EditAffiliations).await?.by;
    query.only(&[])?;
    let asked: WithdrawBody = body::json(&headers, body, &state.bounds).await?;
    let done = state.review.registry().withdraw(&id, &by, &asked.reason).await;
    done.map_err(|error| refused(&error))?;
    Ok(Json(json!({ "status": "withdrawn", "id": id })))
}

/// List the decisions that passed over the ladder's warning, the latest first.
#[utoipa::path(
    get, path = "/api/v1/emergencies", tag = "public",
    params(("before" = Option<String>, Query, description = "`next` of the page before")),
    responses(
        (status = 200, description = "`emergencies`, and `next` unless it is the last page", body = EmergencyRows),
        (status = 400, description = "Bad query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn emergencies(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Json<EmergencyRows>, Problem> {
    query.only(&["before"])?;
    let before = query.parse::<Cursor>("before")?;
    crate::reads::emergencies(&state, before.as_ref()).await.map(Json)
}

/// A fact about who speaks for whom.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `Fields` reads the JSON")]
#[schema(example = json!({
    "about": "domain", "subject": "tarsk.example", "kind": "state-media", "name": "Tarsk Channel",
    "country": "Republic of Tarsk", "source": "https://regulator.example/register/17",
    "date": "2026-09-01", "why": "It was asked for by a reader."
}))]
pub(crate) struct AffiliationBody {
    /// `account` or `domain`.
    about: String,
    /// The platform's id of the account, or the domain.
    subject: String,
    /// `government`, `legislature`, `state-media`, `public-media`, `party` or `none`.
    kind: String,
    /// Full name of the body.
    name: String,
    country: Option<String>,
    /// Address of the page where the fact is published.
    source: String,
    /// Day of that source.
    date: String,
    /// The source's own word for it.
    typology: Option<String>,
    /// The last day on which it holds.
    until: Option<String>,
    /// Why it is entered.
    why: String,
}
