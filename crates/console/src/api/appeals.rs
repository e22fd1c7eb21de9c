//! `/api/v1/appeals`: challenges of decisions, what shows that they are right, and their answers. Who had a hand in a decision neither sees nor answers
//! its challenge: `flow` says who that is.

use super::evidence::{Asked, shown as evidence_shown, supplied};
use super::openapi::ProblemBody;
use crate::body;
use crate::problem::{CASE_CLOSED, NOT_FOUND, Problem, REFUSED, TOOK_PART};
use crate::query::Query;
use crate::state::ConsoleState;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use flow::{AnsweredAppeal, AppealError, Plea, Reply, Supplied};
use http::{HeaderMap, StatusCode};
use model::{AppealId, Appellant, DecisionId, Permission};
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoredAppeal;

fn id(text: &str) -> Result<AppealId, Problem> {
    text.parse().map_err(|_| Problem::new(&NOT_FOUND, "This is no id of an appeal."))
}

/// Why an appeal or an answer was refused.
pub(crate) fn refused(error: &AppealError) -> Problem {
    let kind = match error {
        AppealError::Review(error) => return super::refused(error),
        AppealError::NoSuchAppeal(_) | AppealError::NoSuchDecision(_) => &NOT_FOUND,
        AppealError::TookPart => &TOOK_PART,
        AppealError::AlreadyAnswered
        | AppealError::NothingProposed
        | AppealError::Waits(_)
        | AppealError::NoLongerStands(_) => &CASE_CLOSED,
        AppealError::Exhausted
        | AppealError::TooLate(_)
        | AppealError::NothingToChallenge(_)
        | AppealError::BadText(_)
        | AppealError::BadEvidence(_) => &REFUSED,
    };
    Problem::new(kind, format!("{error}."))
}

fn shown(stored: &StoredAppeal) -> Value {
    json!({
        "appeal": stored.appeal,
        "escalated_at": stored.escalated_at,
        "answer": stored.answer,
    })
}

/// An appeal, as the platform hands it on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppealBody {
    /// The decision.
    #[schema(value_type = String)]
    decision: DecisionId,
    /// The id of the report, when it is who reported that contests “no breach”; else it is the person concerned.
    #[serde(default)]
    report: Option<String>,
    /// Why the decision is wrong, in their own words.
    text: String,
    /// The language that they write (BCP 47).
    #[serde(default)]
    language: Option<String>,
    /// Links and texts that show it, 10 at most together with files, which follow one by one.
    #[serde(default)]
    #[schema(value_type = Option<Vec<super::openapi::EvidenceBody>>)]
    evidence: Option<Vec<Asked>>,
}

/// An answer to an appeal.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "a schema for readers; `flow::Reply` reads the JSON")]
pub(crate) struct ReplyBody {
    /// `granted`, `varied` or `rejected`.
    #[schema(pattern = "^(granted|varied|rejected)$")]
    outcome: String,
    /// Why. Public: names nobody and quotes nothing.
    reason: String,
    /// The clause that is breached: when it is varied, or a reporter's appeal is granted.
    clause: Option<String>,
    /// The passage that breaches it: `start` and `end` in bytes.
    passage: Option<Value>,
    /// What sets the item apart from like ones that were held otherwise, where that is settled.
    departs: Option<String>,
    /// Ids of the evidence of the appeal that the answer rests on. Not public.
    evidence: Option<Vec<String>>,
}

/// Challenge a decision, for the person concerned or for who reported.
#[utoipa::path(
    post, path = "/api/v1/appeals", tag = "platform", security(("key" = ["events"])),
    request_body = AppealBody,
    responses(
        (status = 200, description = "The appeal", body = Object),
        (status = 404, description = "No such decision", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It was challenged already, or no longer stands", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It cannot be challenged", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn submit(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&[])?;
    let said: AppealBody = body::json(&headers, body, &state.bounds).await?;
    let by = said.report.clone();
    let by = by.map_or(Appellant::Person, |report| Appellant::Reporter { report });
    let AppealBody { decision, text, language, evidence, .. } = said;
    let evidence = evidence.unwrap_or_default().into_iter();
    let evidence = evidence.map(|one| one.try_into().map(given_now));
    let evidence = evidence.collect::<Result<Vec<_>, Problem>>()?;
    let plea = Plea { decision, by, text, language, evidence };
    let appeal = state.review.appeals().submit(plea).await.map_err(|error| refused(&error))?;
    Ok(Json(json!({ "appeal": appeal.id, "level": appeal.level, "due_at": appeal.due_at })))
}

/// What somebody hands in: a page was read on the day on which it is handed in.
fn given_now(supplied: Supplied) -> Supplied {
    match supplied {
        Supplied::Link { title, link, .. } => Supplied::Link { title, link, retrieved_at: None },
        other => other,
    }
}

/// Hand in evidence to an appeal that waits, for who appeals: a link, a text or a fact check as JSON, or a file as it is.
///
/// A file is a PNG, JPEG, GIF, WebP, PDF or plain text, of 5 MiB at most; its type is read from its bytes. Its title
/// stands in the query. The same bytes are kept once, and 10 pieces at most. Nothing of it becomes public.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/evidence", tag = "platform", security(("key" = ["events"])),
    params(
        ("id" = String, Path, description = "The appeal"),
        ("title" = Option<String>, Query, description = "Of a file: what it is called"),
        ("name" = Option<String>, Query, description = "Of a file: its name"),
    ),
    request_body(content(
        (super::openapi::EvidenceBody = "application/json"),
        (Vec<u8> = "application/octet-stream"),
    )),
    responses(
        (status = 201, description = "`evidence`: all that the appeal has now", body = Object),
        (status = 404, description = "No such appeal", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It was answered already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Not taken; the detail says why", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn hand_in(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    state.permit(&headers, Permission::SendEvents).await?;
    query.only(&["title", "name"])?;
    let id = id(&name)?;
    let supplied = given_now(supplied(&state, &headers, &query, body).await?);
    let all = state.review.appeals().hand_in(id, vec![supplied]).await;
    let all = all.map_err(|error| refused(&error))?;
    let all: Vec<Value> = all.iter().map(evidence_shown).collect();
    Ok((StatusCode::CREATED, Json(json!({ "evidence": all }))))
}

/// List appeals that wait for an answer, the most urgent first; without those that the caller may not hear.
#[utoipa::path(
    get, path = "/api/v1/appeals", tag = "review", security(("key" = ["review"])),
    params(("state" = Option<String>, Query, description = "`waiting` (the default) or `all`")),
    responses((status = 200, description = "`appeals`", body = Object))
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    query.only(&["state"])?;
    let appeals = state.review.appeals();
    let all = match query.get("state") {
        None | Some("waiting") => appeals.queue(&caller.by).await,
        Some("all") => appeals.all(&caller.by).await,
        Some(_) => {
            let detail = "`state` is `waiting` or `all`.";
            return Err(Problem::new(&crate::problem::BAD_QUERY, detail).with("parameter", "state"));
        }
    };
    let all = all.map_err(|error| refused(&error))?;
    Ok(Json(json!({ "appeals": all.iter().map(shown).collect::<Vec<_>>() })))
}

/// One appeal, with the decision that it challenges, the item as it was, and what is proposed.
#[utoipa::path(
    get, path = "/api/v1/appeals/{id}", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The appeal")),
    responses(
        (status = 200, description = "The appeal", body = Object),
        (status = 403, description = "The caller had a hand in the decision", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such appeal", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    query.only(&[])?;
    let looked = state.review.appeals().look(id(&name)?, &caller.by).await;
    let looked = looked.map_err(|error| refused(&error))?;
    state.look(&caller, model::Looked::Decision, &looked.decision.decision.id.to_string()).await?;
    let proposal = looked.proposal.map(|proposal| {
        json!({ "by": proposal.by, "answer": proposal.answer, "why": proposal.why, "proposed_at": proposal.proposed_at })
    });
    let mut body = shown(&looked.stored);
    if let Some(members) = body.as_object_mut() {
        members.insert("decision".into(), json!(looked.decision.decision));
        members.insert("statement".into(), json!(looked.decision.statement));
        members.insert("event".into(), json!(looked.event.event));
        members.insert("proposal".into(), json!(proposal));
        let evidence = looked.evidence.iter().map(evidence_shown).collect();
        members.insert("evidence".into(), evidence);
        members.insert("earlier".into(), looked.earlier.iter().map(shown).collect());
    }
    Ok(Json(body))
}

fn answered(answered: AnsweredAppeal) -> (StatusCode, Json<Value>) {
    match answered {
        AnsweredAppeal::Answered { answer, decided, recounted } => {
            let recounted: Vec<Value> = recounted
                .iter()
                .map(|one| json!({ "decision": one.decision().id, "replaces": one.decision().replaces, "measures": one.decision().measures }))
                .collect();
            let body = json!({
                "status": "answered",
                "answer": answer,
                "measures": decided.map(|decided| decided.decision().measures.clone()),
                "counted_anew": recounted,
            });
            (StatusCode::OK, Json(body))
        }
        AnsweredAppeal::Proposed { why } => {
            (StatusCode::ACCEPTED, Json(json!({ "status": "proposed", "why": why })))
        }
    }
}

/// Answer an appeal. Granted means undone: with all that follows from it, in one transaction.
///
/// Answers 202 when the rulebook wants a second person: the answer is then a proposal.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/answer", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The appeal")),
    request_body = ReplyBody,
    responses(
        (status = 200, description = "Answered", body = Object),
        (status = 202, description = "Proposed: waits for a second person", body = Object),
        (status = 403, description = "The caller had a hand in the decision", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Answered already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "It cannot be answered so", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    query.only(&[])?;
    let reply: Reply = body::json(&headers, body, &state.bounds).await?;
    let done = state.review.appeals().answer(id(&name)?, &caller.by, reply).await;
    done.map(answered).map_err(|error| refused(&error))
}

/// Agree, as a second person, to what another proposed to answer.
#[utoipa::path(
    post, path = "/api/v1/appeals/{id}/approve", tag = "review", security(("key" = ["review"])),
    params(("id" = String, Path, description = "The appeal")),
    responses(
        (status = 200, description = "Answered", body = Object),
        (status = 403, description = "The caller had a hand in the decision", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The same person, or nothing proposed", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn approve(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    query: Query,
) -> Result<impl IntoResponse, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    query.only(&[])?;
    let done = state.review.appeals().approve(id(&name)?, &caller.by).await;
    done.map(answered).map_err(|error| refused(&error))
}
