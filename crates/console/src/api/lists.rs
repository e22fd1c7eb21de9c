//! `/api/v1/lists/NAME`: lists that people change while the engine runs. Every change is kept with
//! who made it, why and when. Must not change a list that the rulebook does not declare.

use super::openapi::{ListEditBody, ProblemBody};
use crate::body;
use crate::problem::{NOT_FOUND, Problem, REFUSED};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::HeaderMap;
use model::Permission;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::ListEdit;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    add: BTreeSet<String>,
    #[serde(default)]
    remove: BTreeSet<String>,
    why: String,
}

fn declared(state: &ConsoleState, name: &str) -> Result<(), Problem> {
    let rulebook = state.rulebook.load();
    if rulebook.declared.running().iter().any(|list| **list == *name) {
        return Ok(());
    }
    let detail = "The rulebook in force declares no list of this name that changes while the \
                  engine runs.";
    Err(Problem::new(&NOT_FOUND, detail))
}

/// Change a list.
///
/// The next event sees the change; nothing is adopted anew.
#[utoipa::path(
    post, path = "/api/v1/lists/{name}", tag = "review", security(("key" = ["review"])),
    params(("name" = String, Path, description = "The list")),
    request_body = ListEditBody,
    responses(
        (status = 200, description = "Kept: `list` and its `version`", body = Object),
        (status = 404, description = "The rulebook declares no such list", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn edit(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::EditLists).await?.by;
    query.only(&[])?;
    let asked: Asked = body::json(&headers, body, &state.bounds).await?;
    declared(&state, &name)?;
    if name.starts_with("registered-") {
        let detail = "This list follows the register of affiliations: enter the domain there.";
        return Err(Problem::new(&REFUSED, detail));
    }
    let edit = ListEdit { list: name, add: asked.add, remove: asked.remove, by, why: asked.why };
    let version = state.store.edit_list(&edit, state.clock.now()).await;
    let version = version.map_err(|error| storage(&error))?;
    Ok(Json(json!({ "list": edit.list, "version": version })))
}

/// Every change of a list, oldest first.
#[utoipa::path(
    get, path = "/api/v1/lists/{name}", tag = "review", security(("key" = ["review"])),
    params(("name" = String, Path, description = "The list")),
    responses(
        (status = 200, description = "`changes`: entry, in or out, by whom, why and when", body = Object),
        (status = 404, description = "The rulebook declares no such list", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn changes(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    declared(&state, &name)?;
    let changes = state.store.list_changes(&name).await.map_err(|error| storage(&error))?;
    let shown: Vec<Value> = changes
        .iter()
        .map(|one| {
            json!({
                "version": one.version, "entry": one.entry, "in": one.is_in,
                "by": one.by, "why": one.why, "at": one.at,
            })
        })
        .collect();
    Ok(Json(json!({ "list": name, "changes": shown })))
}
