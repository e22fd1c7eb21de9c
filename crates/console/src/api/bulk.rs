//! `/api/v1/bulk`: one verdict on all cases of a search: prepared and looked at, confirmed, approved by a second
//! person above a size, worked off in the background, undone as a whole. Must not decide.

use super::openapi::ProblemBody;
use crate::body;
use crate::problem::{BAD_QUERY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::reads::queue;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use flow::{BulkVerdict, Held};
use http::HeaderMap;
use model::{ClauseId, Permission};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Bulk, Phase};
use utoipa::ToSchema;

/// Results in one answer.
const PAGE: u32 = 500;

/// One verdict on all cases of a search.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "query": "clause=platform-manipulation%23spam&language=en", "outcome": "breach",
    "clause": "platform-manipulation#spam", "reason": "The same advertisement under many posts."
}))]
pub(crate) struct BulkBody {
    /// Conditions as in the address of `/api/v1/cases`.
    query: String,
    /// `breach` or `no_breach`.
    #[schema(value_type = String, pattern = "^(breach|no_breach)$")]
    outcome: Held,
    /// Of a breach: the clause.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    clause: Option<ClauseId>,
    /// Why, in plain words. Public with every decision.
    reason: String,
}

/// Why it is undone.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "The search named posts that quote the advertisement to warn of it." }))]
pub(crate) struct BulkActBody {
    /// Of `undo`: in plain words, public with every decision.
    #[serde(default)]
    why: String,
}

fn shown(bulk: &Bulk) -> Value {
    json!({
        "bulk": bulk.id,
        "by": bulk.by,
        "made_at": bulk.made_at,
        "query": bulk.query,
        "verdict": bulk.verdict,
        "size": bulk.size,
        "needs_second": bulk.needs_second,
        "acts": bulk.acts,
        "counts": bulk.counts,
    })
}

/// Prepare one verdict on all cases of a search. Nothing is decided yet.
///
/// The list of cases stays as it is now. `preview` says what each of a sample would come to.
#[utoipa::path(
    post, path = "/api/v1/bulk", tag = "review", security(("key" = ["review"])),
    request_body = BulkBody,
    responses(
        (status = 200, description = "Prepared, with its `preview`", body = Object),
        (status = 422, description = "No case, too many, or no verdict", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn prepare(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::Bulk).await?.by;
    query.only(&[])?;
    let asked: BulkBody = body::json(&headers, body, &state.bounds).await?;
    let search = Query::read(&asked.query)?;
    search.only(&queue::CONDITIONS)?;
    let filter = queue::filter(&search, &by)?;
    let held = BulkVerdict { outcome: asked.outcome, clause: asked.clause, reason: asked.reason };
    let bulk = state.review.prepare_bulk(&by, &filter, &asked.query, &held).await;
    let bulk = bulk.map_err(|error| super::refused(&error))?;
    let preview = state.review.preview_bulk(&bulk.id).await;
    let preview = preview.map_err(|error| super::refused(&error))?;
    let mut answer = shown(&bulk);
    if let Some(object) = answer.as_object_mut() {
        object.insert("preview".into(), json!(preview));
    }
    Ok(Json(answer))
}

/// How far a decision on many cases is, and what became of each.
#[utoipa::path(
    get, path = "/api/v1/bulk/{id}", tag = "review", security(("key" = ["review"])),
    params(
        ("id" = String, Path, description = "The bulk decision"),
        ("after" = Option<u32>, Query, description = "Results after this place"),
    ),
    responses(
        (status = 200, description = "Acts, counts, and up to 500 `results`", body = Object),
        (status = 404, description = "None of that id", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::Bulk).await?;
    query.only(&["after"])?;
    let after: Option<u32> = query.parse("after")?;
    let failed = |error| storage(&error);
    let bulk = state.store.bulk(&id).await.map_err(failed)?;
    let bulk = bulk.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such bulk decision."))?;
    let results = state.store.bulk_results(&id, Phase::Run, after, PAGE).await.map_err(failed)?;
    let undone = state.store.bulk_results(&id, Phase::Undo, after, PAGE).await.map_err(failed)?;
    let mut answer = shown(&bulk);
    if let Some(object) = answer.as_object_mut() {
        object.insert("results".into(), json!(results));
        object.insert("undone".into(), json!(undone));
    }
    Ok(Json(answer))
}

/// Does one thing with a bulk decision, for pages and programs.
///
/// # Errors
/// A problem that says why not.
pub(crate) async fn bulk_act(
    state: &ConsoleState,
    id: &str,
    by: &str,
    act: &str,
    why: &str,
) -> Result<Bulk, Problem> {
    let review = &state.review;
    let done = match act {
        "confirm" => review.confirm_bulk(id, by).await,
        "approve" => review.approve_bulk(id, by).await,
        "stop" => review.stop_bulk(id, by).await,
        "undo" => review.undo_bulk(id, by, why).await,
        _ => return Err(Problem::new(&BAD_QUERY, "It is `confirm`, `approve`, `stop` or `undo`.")),
    };
    done.map_err(|error| super::refused(&error))
}

/// Confirm, approve, stop or undo a decision on many cases.
#[utoipa::path(
    post, path = "/api/v1/bulk/{id}/{act}", tag = "review", security(("key" = ["review"])),
    params(
        ("id" = String, Path, description = "The bulk decision"),
        ("act" = String, Path, description = "`confirm`, `approve`, `stop` or `undo`"),
    ),
    request_body = BulkActBody,
    responses(
        (status = 200, description = "How it stands now", body = Object),
        (status = 404, description = "None of that id", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Another person must do it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Why it cannot be done", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn act(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path((id, act)): Path<(String, String)>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::Bulk).await?.by;
    query.only(&[])?;
    let asked: BulkActBody = body::json(&headers, body, &state.bounds).await?;
    bulk_act(&state, &id, &by, &act, &asked.why).await.map(|bulk| Json(shown(&bulk)))
}
