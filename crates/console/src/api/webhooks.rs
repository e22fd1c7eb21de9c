//! `/api/v1/webhooks`: who is told what leaves. A secret is in the answer that made it, and nowhere after.

use super::openapi::ProblemBody;
use crate::body;
use crate::problem::{NOT_FOUND, Problem, WEBHOOK_REFUSED};
use crate::query::Query;
use crate::reads;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use flow::{HookError, NewHook};
use http::{HeaderMap, StatusCode};
use model::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{CopyState, HookKind};
use utoipa::ToSchema;

/// Hours for which the secret before a new one signs, too, unless others are asked for.
const OVERLAP: u32 = 24;

/// An address that is to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "archive", "url": "https://archive.example/hook" }))]
pub(crate) struct NewWebhookBody {
    /// How people call it.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Its address: https, outside of private networks unless the configuration allows them.
    #[schema(max_length = 2000)]
    url: String,
    /// Whether it carries decisions out (one at most); else it gets copies.
    #[serde(default)]
    enforces: bool,
    /// Which messages it gets copies of; all when left out or empty.
    #[serde(default)]
    #[schema(max_items = 2)]
    events: Vec<EventWord>,
}

/// A kind of message, by its `type`.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) enum EventWord {
    /// A decision, to be carried out.
    #[serde(rename = "decision.enforce")]
    Decision,
    /// The end of a measure.
    #[serde(rename = "measure.ended")]
    Ending,
}

impl From<EventWord> for HookKind {
    fn from(word: EventWord) -> Self {
        match word {
            EventWord::Decision => Self::Decision,
            EventWord::Ending => Self::Ending,
        }
    }
}

/// Whether an address gets anything, and what. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookStateBody {
    /// `false`: what leaves meanwhile waits for it.
    enabled: Option<bool>,
    /// Which messages it gets copies of from now on; all when empty. What left before, also while it was disabled, it still
    /// gets by what was chosen then.
    #[schema(max_items = 2)]
    events: Option<Vec<EventWord>>,
}

/// How a secret is changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateBody {
    /// For so many hours messages are signed with the secrets before, too; 0 ends them at once. 24 if left out.
    #[schema(minimum = 0, maximum = 720)]
    overlap_hours: Option<u32>,
}

/// The problem that says why something could not be done with an address.
pub(crate) fn refused(error: HookError) -> Problem {
    match error {
        HookError::NoSuch | HookError::NothingOf => {
            Problem::new(&NOT_FOUND, sentence(&error.to_string()))
        }
        HookError::Url(_) | HookError::Wrong(_) => {
            Problem::new(&WEBHOOK_REFUSED, sentence(&error.to_string()))
        }
        HookError::Store(error) => storage(&error),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// List the addresses that are told what leaves.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "platform", security(("key" = ["enforcement"])),
    responses(
        (status = 200, description = "`webhooks`; `configured`: the address that the configuration names, if it does", body = Object),
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let hooks = state.store.webhooks().await.map_err(|error| storage(&error))?;
    Ok(Json(json!({ "webhooks": hooks, "configured": state.hooks.configured() })))
}

/// Add an address. The answer holds its secret, this once.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "platform", security(("key" = ["enforcement"])),
    request_body = NewWebhookBody,
    responses(
        (status = 201, description = "`webhook` and its `secret` (`whsec_...`)", body = Object),
        (status = 422, description = "Why it cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let NewWebhookBody { name, url, enforces, events } =
        body::json(&headers, body, &state.bounds).await?;
    let events = events.into_iter().map(HookKind::from).collect();
    let new = NewHook { name, url, enforces, events };
    let (hook, secret) = state.hooks.add(&new, &caller.by).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(json!({ "webhook": hook, "secret": secret.reveal() }))))
}

/// One address, and what was done with it.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "platform", security(("key" = ["enforcement"])),
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 200, description = "`webhook` and `events`, the latest first", body = Object),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let hook = reads::webhook(&state, &id).await?;
    let events = reads::webhook_events(&state, &hook).await?;
    Ok(Json(json!({ "webhook": hook, "events": events })))
}

/// Disable an address or enable it again, and choose which messages it gets.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}", tag = "platform", security(("key" = ["enforcement"])),
    params(("id" = String, Path, description = "The webhook")),
    request_body = WebhookStateBody,
    responses(
        (status = 200, description = "`webhook` as it is now", body = Object),
        (status = 422, description = "Why it cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn enable(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let asked: WebhookStateBody = body::json(&headers, body, &state.bounds).await?;
    if let Some(events) = asked.events {
        let events: Vec<HookKind> = events.into_iter().map(HookKind::from).collect();
        state.hooks.choose(&id, &events, &caller.by).await.map_err(refused)?;
    }
    if let Some(enabled) = asked.enabled {
        state.hooks.enable(&id, enabled, &caller.by).await.map_err(refused)?;
    }
    Ok(Json(json!({ "webhook": reads::webhook(&state, &id).await? })))
}

/// Remove an address; what waits for it is dropped.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "platform", security(("key" = ["enforcement"])),
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 204, description = "It is no more"),
    )
)]
pub(crate) async fn remove(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    state.hooks.remove(&id, &caller.by).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a new secret. The answer holds it, this once; the one before signs, too, for a while.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/rotate", tag = "platform", security(("key" = ["enforcement"])),
    params(("id" = String, Path, description = "The webhook")),
    request_body = RotateBody,
    responses(
        (status = 200, description = "The new `secret`, and `old_until`: until when the one before signs", body = Object),
        (status = 422, description = "Why it cannot be", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rotate(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let asked: RotateBody = body::json(&headers, body, &state.bounds).await?;
    let hours = asked.overlap_hours.unwrap_or(OVERLAP);
    let rotated = state.hooks.rotate(&id, hours, &caller.by).await.map_err(refused)?;
    Ok(Json(json!({ "secret": rotated.0.reveal(), "old_until": rotated.1 })))
}

/// Send a message `webhook.test` at once.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/test", tag = "platform", security(("key" = ["enforcement"])),
    params(("id" = String, Path, description = "The webhook")),
    responses(
        (status = 200, description = "`delivered`, and `why` if it was not", body = Object),
        (status = 422, description = "It has no secret any more", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn test(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    let said = state.hooks.test(&id, &caller.by).await.map_err(refused)?;
    Ok(Json(json!({ "delivered": said.is_ok(), "why": said.err() })))
}

/// Copies that went, wait or were given up, the latest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", tag = "platform", security(("key" = ["enforcement"])),
    params(
        ("id" = String, Path, description = "The webhook"),
        ("state" = Option<CopyWord>, Query, description = "Only these; `dead`: the dead letters"),
        ("before" = Option<u64>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "`deliveries`, and `next` unless it is the last page", body = Object),
    )
)]
pub(crate) async fn deliveries(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&["state", "before"])?;
    let only = query.parse::<CopyWord>("state")?.map(CopyState::from);
    let before = query.parse("before")?;
    let hook = reads::webhook(&state, &id).await?;
    let (copies, next) = reads::copies(&state, &hook, only, before).await?;
    Ok(Json(json!({ "deliveries": copies, "next": next })))
}

/// Have the copy of a decision sent again, at once.
///
/// The message keeps its `webhook-id`, by which the receiver knows that it has it already.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/deliveries/{decision}/redeliver", tag = "platform",
    security(("key" = ["enforcement"])),
    params(
        ("id" = String, Path, description = "The webhook"),
        ("decision" = String, Path, description = "The decision, or the `ending` for the end of a measure"),
    ),
    responses(
        (status = 202, description = "It is sent as soon as it can be", body = Object),
        (status = 404, description = "It never got that", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn redeliver(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path((id, decision)): Path<(String, String)>,
    query: Query,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&[])?;
    state.hooks.again(&id, &decision, &caller.by).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "decision": decision, "status": "waiting" }))))
}

/// Where a copy is, as a query says it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyWord {
    /// It waits to be sent.
    Waiting,
    /// The address has it.
    Delivered,
    /// It was given up.
    Dead,
}

impl From<CopyWord> for CopyState {
    fn from(word: CopyWord) -> Self {
        match word {
            CopyWord::Waiting => Self::Waiting,
            CopyWord::Delivered => Self::Delivered,
            CopyWord::Dead => Self::Dead,
        }
    }
}

impl std::str::FromStr for CopyWord {
    type Err = &'static str;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "waiting" => Ok(Self::Waiting),
            "delivered" => Ok(Self::Delivered),
            "dead" => Ok(Self::Dead),
            _ => Err("it is `waiting`, `delivered` or `dead`"),
        }
    }
}
