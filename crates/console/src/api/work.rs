//! `/api/v1/queues`, `/api/v1/filters` and `/api/v1/cases/{id}/work`: how queues stand, searches that a person
//! keeps, and what is done with a case short of deciding it. Must not decide.

use super::cases::id;
use super::openapi::ProblemBody;
use crate::Caller;
use crate::body;
use crate::problem::{BAD_QUERY, NOT_FOUND, NOT_PERMITTED, Problem};
use crate::query::Query;
use crate::reads::queue;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use flow::{Asked, Worked};
use http::{HeaderMap, StatusCode};
use model::Permission;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::SavedFilter;
use utoipa::ToSchema;

/// Longest name of a search, and longest search, in bytes.
const LONGEST: (usize, usize) = (80, 2_000);

/// What is to be done with a case.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `flow::Asked` reads the JSON")]
#[schema(example = json!({ "act": "claim", "minutes": 20 }))]
pub(crate) struct WorkBody {
    /// `claim`, `extend`, `hand_over`, `take`, `release`, `assign`, `escalate`, `hold`, `resume`, `move`, `note`,
    /// `split`, `merge` or `on_its_own`.
    #[schema(
        pattern = "^(claim|extend|hand_over|take|release|assign|escalate|hold|resume|move|note|split|merge|on_its_own)$"
    )]
    act: String,
    /// Of `claim`, `extend`, `hand_over`: for how long; 20 if left out, 240 at most.
    minutes: Option<u32>,
    /// Of `hand_over`, `assign`: the colleague's pseudonym.
    to: Option<String>,
    /// Of `take`, `escalate`, `hold`, `move`: why.
    why: Option<String>,
    /// Of `hold`: until when.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Of `move`: the queue.
    queue: Option<String>,
    /// Of `note`: what is said to colleagues.
    text: Option<String>,
    /// Of `split`: the clause that leaves.
    clause: Option<String>,
    /// Of `split`: the reports that leave.
    reports: Option<Vec<String>>,
    /// Of `merge`: the other case.
    into: Option<String>,
}

/// A search that is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "query": "queue=violent-threats&language=de" }))]
pub(crate) struct FilterBody {
    /// Conditions as in the address of `/api/v1/cases`.
    query: String,
}

/// Whether a caller who may decide cases may also ask for this: distributing work takes more.
///
/// # Errors
/// A problem when not.
pub(crate) fn may(caller: &Caller, asked: &Asked) -> Result<(), Problem> {
    if asked.distributes() && !caller.may(Permission::Assign) {
        let detail = "Only who distributes work may assign, take, move, split or merge cases.";
        return Err(Problem::new(&NOT_PERMITTED, detail));
    }
    Ok(())
}

/// What became of something that was asked of a case.
pub(crate) fn worked(worked: &Worked) -> Value {
    match worked {
        Worked::Stands(work) => json!({ "work": work }),
        Worked::Split(case) => json!({ "case": case }),
        Worked::Merged { into, follows } => json!({ "into": into, "follows": follows }),
    }
}

/// How the queues stand.
#[utoipa::path(
    get, path = "/api/v1/queues", tag = "review", security(("key" = ["review"])),
    responses((status = 200, description = "`queues` by name, and `targets` in seconds", body = Object))
)]
pub(crate) async fn queues(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let states = state.store.queue_states(state.clock.now()).await.map_err(|e| storage(&e))?;
    let targets = state.store.targets().await.map_err(|e| storage(&e))?;
    let queues: Vec<Value> = states.iter().map(queue::queue_json).collect();
    Ok(Json(json!({ "queues": queues, "targets": targets })))
}

/// Do something with a case, short of deciding it.
///
/// A lock ends by itself; while it lasts nobody else may decide the case, hold or split it.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/work", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    request_body = WorkBody,
    responses(
        (status = 200, description = "How the case stands now; of a split the new `case`", body = Object),
        (status = 404, description = "No such case", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Somebody else has it, or it waits no more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A reason is missing, or it cannot be done", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn work(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    query.only(&[])?;
    let asked: Asked = body::json(&headers, body, &state.bounds).await?;
    may(&caller, &asked)?;
    let by = caller.by;
    let done = state.review.work(id(&name)?, &by, asked).await;
    done.map(|done| Json(worked(&done))).map_err(|error| super::refused(&error))
}

/// What happened to a case: who claimed, assigned, escalated, said or decided what.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/history", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The case")),
    responses(
        (status = 200, description = "`events`, oldest first", body = Object),
        (status = 404, description = "No such case", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn history(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let events = state.store.case_history(id(&name)?, state.clock.now()).await;
    let events = events.map_err(|error| storage(&error))?;
    if events.is_empty() {
        return Err(Problem::new(&NOT_FOUND, "There is no such case."));
    }
    Ok(Json(json!({ "events": events })))
}

/// The searches that the caller keeps.
#[utoipa::path(
    get, path = "/api/v1/filters", tag = "review", security(("key" = ["review"])),
    responses((status = 200, description = "`filters`: name and query", body = Object))
)]
pub(crate) async fn filters(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::ReadCases).await?.by;
    query.only(&[])?;
    let filters = state.store.saved_filters(&by).await.map_err(|error| storage(&error))?;
    Ok(Json(json!({ "filters": filters })))
}

/// Checks a search before it is kept: it must be one that can be asked.
///
/// # Errors
/// A problem that says what is wrong with it.
pub(crate) fn sound(name: &str, text: &str, by: &str) -> Result<SavedFilter, Problem> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST.0 || name.chars().any(char::is_control) {
        return Err(Problem::new(
            &BAD_QUERY,
            "A name has 1 to 80 bytes and no control characters.",
        ));
    }
    if text.len() > LONGEST.1 {
        return Err(Problem::new(&BAD_QUERY, "A search has at most 2,000 bytes."));
    }
    let asked = Query::read(text.trim_start_matches('?'))?;
    asked.only(&queue::CONDITIONS)?;
    queue::filter(&asked, by)?;
    Ok(SavedFilter { name: name.to_owned(), query: text.trim_start_matches('?').to_owned() })
}

/// Keep a search under a name, in place of an earlier one of that name.
#[utoipa::path(
    put, path = "/api/v1/filters/{name}", tag = "review", security(("key" = ["review"])),
    params(("name" = String, Path, description = "Its name")),
    request_body = FilterBody,
    responses(
        (status = 200, description = "Kept", body = Object),
        (status = 400, description = "No search", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn save(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let by = state.permit(&headers, Permission::ReadCases).await?.by;
    query.only(&[])?;
    let asked: FilterBody = body::json(&headers, body, &state.bounds).await?;
    let filter = sound(&name, &asked.query, &by)?;
    let kept = state.store.save_filter(&by, &filter, state.clock.now()).await;
    kept.map_err(|error| storage(&error))?;
    Ok(Json(json!(filter)))
}

/// Forget a search.
#[utoipa::path(
    delete, path = "/api/v1/filters/{name}", tag = "review", security(("key" = ["review"])),
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 404, description = "None of that name", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn forget(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let by = state.permit(&headers, Permission::ReadCases).await?.by;
    query.only(&[])?;
    match state.store.forget_filter(&by, &name).await.map_err(|error| storage(&error))? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::new(&NOT_FOUND, "You keep no search of that name.")),
    }
}

/// The facts of a case's work, for whoever reads the case.
pub(crate) fn facts(
    work: &store::Work,
    state: &ConsoleState,
    targets: &model::Targets,
) -> Map<String, Value> {
    let now = state.clock.now();
    let mut facts = Map::new();
    let priority = work.pressing.priority(work.opened_at, targets, now);
    facts.insert("urgency".into(), json!(priority));
    facts.insert("due_at".into(), json!(work.due_at));
    facts.insert("age".into(), json!(queue::age(work.opened_at, work.due_at, now)));
    facts.insert("claim".into(), json!(work.claim_at(now)));
    facts.insert("assignee".into(), json!(work.assignee));
    facts.insert("held_until".into(), json!(work.held_until.filter(|until| *until > now)));
    facts.insert("follows".into(), json!(work.leader));
    facts
}
