//! `POST /api/v1/events`: one event or many lines of them, kept and decided before the answer.

use super::openapi::{EventBody, MeasureBody, ProblemBody};
use crate::body::{self, Shape};
use crate::problem::{
    ACTION_ID_REUSED, BUSY, EVENT_TOO_LARGE, MALFORMED_EVENT, NOT_UTF8, Problem, STORAGE, TIMEOUT,
    UNDECIDABLE,
};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use flow::{Answer, Refused};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, header};
use model::{
    CaseId, Decided, DecisionId, Event, EventError, Limits, Measure, Permission, PersonView,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Lines of one batch that wait for the writer at the same time.
const TOGETHER: usize = 256;

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sent {
    /// The event's id, as it was sent.
    action_id: String,
    /// `decided`, `referred` to people, `recorded` (about no item) or `duplicate` (came before).
    #[schema(value_type = String)]
    status: flow::Status,
    /// The decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    decision: Option<DecisionId>,
    /// The case that waits for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
    /// With `wait=decision`: what is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<MeasureBody>>)]
    measures: Option<Vec<Measure>>,
    /// With `wait=decision`: the statement of reasons for the person concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    statement: Option<PersonView>,
}

/// One line of a batch: what became of its event, or the problem with it.
#[derive(Debug, Serialize, ToSchema)]
struct Line {
    /// The line, from 1.
    line: usize,
    /// What became of the event.
    #[serde(flatten)]
    sent: Option<Sent>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemBody>)]
    problem: Option<Value>,
}

/// The answer to a batch, line by line. Empty lines are passed over.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Batch {
    /// One entry per line that holds an event.
    results: Vec<Line>,
}

/// The answer: to one event, or to a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a schema for readers")]
pub(crate) enum Kept {
    /// What became of the event.
    One(Box<Sent>),
    /// Line by line.
    Batch(Batch),
}

/// Send events.
///
/// One event as JSON, or one per line as NDJSON; gzip is undone. The answer comes after the
/// transaction that keeps the event. The same `action_id` with the same content is never decided
/// twice, so sending again is safe. In a batch each line stands for itself: a bad line does not
/// keep the others out.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "platform", security(("key" = ["events"])),
    params(("wait" = Option<String>, Query, description = "`decision`: add measures and statement")),
    request_body(content((EventBody = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "Kept. One event: what became of it; a batch: line by line", body = Kept),
        (status = 400, description = "Not an event", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`action_id` reused with other content", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "Neither JSON nor NDJSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests; `Retry-After` says when", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Busy; `Retry-After` says when", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Response, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&["wait"])?;
    let wait = match query.get("wait") {
        None => false,
        Some("decision") => true,
        Some(_) => {
            let detail = "`wait` can only be `decision`.";
            return Err(Problem::new(&crate::problem::BAD_QUERY, detail).with("parameter", "wait"));
        }
    };
    let shape = body::shape(&headers)?;
    let bytes = body::read(&headers, body, &state.bounds).await?;
    match shape {
        Shape::One => Ok(Json(one(&state, &bytes, wait).await?).into_response()),
        Shape::Lines => batch(&state, &bytes, wait).await,
    }
}

async fn one(state: &ConsoleState, bytes: &[u8], wait: bool) -> Result<Sent, Problem> {
    let limits = Limits { bytes: state.bounds.event_bytes };
    let event = Event::parse(bytes, limits).map_err(|error| malformed(&error))?;
    let answer = state.intake.submit(event).await.map_err(|why| refused(&why))?;
    let mut sent = Sent {
        action_id: answer.action_id.to_string(),
        status: answer.status,
        decision: answer.decision,
        case: answer.case,
        measures: None,
        statement: None,
    };
    if wait {
        add_reasons(state, &answer, &mut sent).await?;
    }
    Ok(sent)
}

async fn add_reasons(
    state: &ConsoleState,
    answer: &Answer,
    sent: &mut Sent,
) -> Result<(), Problem> {
    let told = |decided: &Decided| {
        let decision = decided.decision();
        (decision.measures.clone(), decided.statement().person_view(decision))
    };
    let told = match (&answer.decided, answer.decision) {
        (Some(decided), _) => Some(told(decided)),
        (None, Some(id)) => {
            let stored = state.store.decision(id).await.map_err(|error| storage(&error))?;
            stored.map(|s| (s.decision.measures.clone(), s.statement.person_view(&s.decision)))
        }
        (None, None) => None,
    };
    (sent.measures, sent.statement) = told.unzip();
    Ok(())
}

async fn numbered(
    state: &ConsoleState,
    line: usize,
    bytes: &[u8],
    wait: bool,
) -> (usize, Result<Sent, Problem>) {
    (line, one(state, bytes, wait).await)
}

async fn batch(state: &ConsoleState, bytes: &[u8], wait: bool) -> Result<Response, Problem> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let answers: Vec<_> = lines.map(|(at, line)| numbered(state, at + 1, line, wait)).collect();
    let results: Vec<_> = stream::iter(answers).buffered(TOGETHER).collect().await;
    // When nothing at all could be taken, the whole request is refused: try it again as it is.
    let refused_all = results
        .iter()
        .all(|(_, result)| result.as_ref().is_err_and(|problem| problem.status().as_u16() == 503));
    if let (true, Some((_, Err(problem)))) = (refused_all, results.first()) {
        return Err(problem.clone());
    }
    let retry = results.iter().filter_map(|(_, r)| r.as_ref().err()?.retry_seconds()).max();
    let results = results
        .into_iter()
        .map(|(line, result)| match result {
            Ok(sent) => Line { line, sent: Some(sent), problem: None },
            Err(problem) => Line { line, sent: None, problem: Some(problem.json()) },
        })
        .collect();
    let mut response = Json(Batch { results }).into_response();
    if let Some(seconds) = retry {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn malformed(error: &EventError) -> Problem {
    let kind = match error {
        EventError::TooLarge { .. } => &EVENT_TOO_LARGE,
        EventError::NotUtf8 { .. } => &NOT_UTF8,
        EventError::Malformed(_) => &MALFORMED_EVENT,
    };
    Problem::new(kind, error.to_string())
}

fn refused(why: &Refused) -> Problem {
    let said = why.to_string();
    match why {
        Refused::Busy { retry_after } => {
            Problem::new(&BUSY, said).retry_after(retry_after.as_secs().max(1))
        }
        Refused::Storage { retry_after } => {
            Problem::new(&STORAGE, said).retry_after(retry_after.as_secs().max(1))
        }
        Refused::Late => Problem::new(&TIMEOUT, said).retry_after(1),
        Refused::Stopping => Problem::new(&BUSY, said).retry_after(5),
        Refused::Conflict(id) => {
            Problem::new(&ACTION_ID_REUSED, said).with("action_id", id.as_str())
        }
        Refused::BadItem(_) => Problem::new(&MALFORMED_EVENT, said),
        Refused::Failed(cause) => {
            tracing::error!(%cause, "an event could not be decided");
            Problem::new(&UNDECIDABLE, "The event is kept; nothing was decided.")
        }
    }
}
