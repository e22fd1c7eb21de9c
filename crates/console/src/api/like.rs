//! `POST /api/v1/like`: the items most like a text or an item, with what is held of them. For people who decide:
//! the answer quotes posts.

use super::openapi::{LikeBody, ProblemBody};
use crate::body;
use crate::problem::{BAD_QUERY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use flow::like::{LikeItem, LikeQuery};
use http::HeaderMap;
use model::{ClauseId, ItemId, Permission, Subject};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: Option<String>,
    item: Option<ItemId>,
    threshold: Option<f64>,
    limit: Option<usize>,
    clause: Option<ClauseId>,
}

/// Find the items most like a text or an item.
///
/// Each comes with what both share, what keeps them apart (they are then not like cases), and what is held of it. With `clause`
/// only items are named of which something was held under it.
#[utoipa::path(
    post, path = "/api/v1/like", tag = "review", security(("key" = ["review"])),
    request_body = LikeBody,
    responses(
        (status = 200, description = "`like`: the nearest first", body = Object),
        (status = 400, description = "Neither or both of `text` and `item`, or out of bounds", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "The item was never sent here", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let asked: Asked = body::json(&headers, body, &state.bounds).await?;
    let wrong = |detail: &str| Err(Problem::new(&BAD_QUERY, detail.to_owned()));
    let threshold = asked.threshold.unwrap_or_else(|| state.rulebook.load().audit.threshold);
    if !(0.3..=1.0).contains(&threshold) {
        return wrong("`threshold` is a share from 0.3 to 1.");
    }
    let limit = asked.limit.unwrap_or(5);
    if !(1..=100).contains(&limit) {
        return wrong("`limit` is a number from 1 to 100.");
    }
    let (text, without) = match (asked.text, asked.item) {
        (Some(text), None) => (text, None),
        (None, Some(item)) => (text_of(&state, &item).await?, Some(item)),
        _ => return wrong("Say what is asked about: either `text` or `item`."),
    };
    let query = LikeQuery { text, without, threshold, limit, clause: asked.clause };
    let found = state.review.like(&query).await.map_err(|error| super::refused(&error))?;
    let like: Vec<Value> = found.iter().map(|one: &LikeItem| one.shown(&query.text)).collect();
    Ok(Json(json!({ "threshold": threshold, "like": like })))
}

async fn text_of(state: &ConsoleState, item: &ItemId) -> Result<String, Problem> {
    let stored = state.store.latest_event_of(item).await.map_err(|error| storage(&error))?;
    let subject = stored.and_then(|stored| Subject::of(&stored.event).ok().flatten());
    subject
        .map(|subject| subject.item.text)
        .ok_or_else(|| Problem::new(&NOT_FOUND, "The item was never sent here, or it was erased."))
}
