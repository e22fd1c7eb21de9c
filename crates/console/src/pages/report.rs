//! `/report`: anybody may say that something should not be there, without an account; and the page behind the
//! link in the receipt, which says what became of each item, with the reason. Must not show who reported, and
//! must not decide.

use crate::page::{Frame, html};
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem, TOO_MANY_REQUESTS};
use crate::reads;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use flow::{Notice, Plea, Via};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use model::{Appellant, ClauseId, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ReporterMeasure, StoredNotice};

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    items: String,
    clause: String,
    law: String,
    reason: String,
    name: String,
    email: String,
    child_abuse: Option<String>,
    good_faith: Option<String>,
    mail: Option<String>,
    /// Hidden from people: programs that fill in every field fill in this one.
    website: String,
}

#[derive(Debug, Template)]
#[template(path = "report.html")]
struct Page {
    frame: Frame,
    sent: Sent,
    clauses: Vec<(String, Vec<(String, String)>)>,
    /// Whether letters can be sent.
    mails: bool,
    wrong: Option<String>,
}

fn form(state: &ConsoleState, sent: Sent, wrong: Option<String>) -> Result<Response, Problem> {
    let rulebook = state.rulebook.load();
    let language = rulebook.settings.default_language();
    let mut clauses: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for id in rulebook.clauses() {
        let Some(clause) = rulebook.clause(id, language) else { continue };
        let entry = (id.to_string(), clause.title);
        match clauses.last_mut().filter(|(policy, _)| *policy == clause.policy_title) {
            Some((_, all)) => all.push(entry),
            None => clauses.push((clause.policy_title, vec![entry])),
        }
    }
    let frame = Frame { at: "/report", provider: reads::provider(state), twin: None };
    html(&Page { frame, sent, clauses, mails: state.mail, wrong })
}

/// `GET /report`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    query: crate::query::Query,
) -> Result<Response, Problem> {
    let asked = |name: &str| query.get(name).unwrap_or("").to_owned();
    let sent = Sent { items: asked("item"), clause: asked("clause"), ..Sent::default() };
    form(&state, sent, None)
}

/// `POST /report`: kept at once; the answer leads to the receipt.
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    if !sent.website.trim().is_empty() {
        return Err(Problem::new(
            &MALFORMED_BODY,
            "The field that people do not see was filled in.",
        ));
    }
    state.forms().check().map_err(|_| {
        Problem::new(&TOO_MANY_REQUESTS, "Very many notices come in just now.").retry_after(10)
    })?;
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let clause = match text(&sent.clause).map(|id| ClauseId::new(&id)).transpose() {
        Ok(clause) => clause,
        Err(error) => return form(&state, sent, Some(error.to_string())).map(unaccepted),
    };
    let notice = Notice {
        items: sent.items.lines().filter_map(text).collect(),
        reason: sent.reason.clone(),
        clause,
        law: text(&sent.law),
        name: text(&sent.name),
        email: text(&sent.email),
        good_faith: sent.good_faith.is_some(),
        child_abuse: sent.child_abuse.is_some(),
        mail: sent.mail.is_some() && state.mail,
        ..Notice::default()
    };
    match state.review.notice(notice, Via::Form).await {
        Ok(noticed) => {
            Ok(private(Redirect::to(&format!("/report/{}", noticed.token)).into_response()))
        }
        Err(flow::ReviewError::NotAllowed(why) | flow::ReviewError::TooMany(why)) => {
            form(&state, sent, Some(why)).map(unaccepted)
        }
        Err(error) => Err(crate::api::refused(&error)),
    }
}

fn unaccepted(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// Whoever has the address sees it: no cache keeps it.
pub(super) fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What became of one item, as its reporter may know it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    pub position: u32,
    pub item: String,
    /// `unknown`, `in_review` or `decided`.
    pub state: &'static str,
    pub outcome: Option<Told>,
}

/// An outcome with its reason.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Told {
    pub breach: bool,
    pub clauses: Vec<String>,
    /// What is done, in words.
    pub done: Vec<String>,
    /// Why, as it was decided; for a breach the facts relied on.
    pub reason: String,
    pub decided_at: Timestamp,
    pub decision: model::DecisionId,
    pub statement: String,
    /// Whether it was decided without a person.
    pub automated: bool,
    /// Whether the reporter can contest it.
    pub contest: bool,
    /// What became of their contest.
    pub contested: Option<String>,
    #[serde(skip)]
    pub report: String,
}

/// What became of a notice.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Status {
    pub notice: String,
    pub received_at: Timestamp,
    pub suspended: bool,
    /// Whether its reporter is told by e-mail, too.
    pub mail: bool,
    pub items: Vec<Item>,
    pub measures: Vec<ReporterMeasure>,
}

/// Reads the status behind a token; that its reporter saw a warning is kept.
///
/// # Errors
/// A problem when there is no such notice.
pub(crate) async fn status(state: &ConsoleState, token: &str) -> Result<Status, Problem> {
    let failed = |error| storage(&error);
    let store = &state.store;
    let notice = store.notice(token).await.map_err(failed)?;
    let notice: StoredNotice =
        notice.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no notice behind this link."))?;
    let mut items = Vec::new();
    for one in store.notice_items(&notice.id).await.map_err(failed)? {
        let mut item = Item {
            position: one.position,
            item: one.asked,
            state: if one.report.is_some() { "in_review" } else { "unknown" },
            outcome: None,
        };
        if let (Some(decision), Some((report, _))) = (one.decision, one.report) {
            let stored = store.decision(decision).await.map_err(failed)?;
            if let Some(stored) = stored {
                item.state = "decided";
                item.outcome = Some(told(state, &stored, report).await?);
            }
        }
        items.push(item);
    }
    let mut measures = Vec::new();
    if let Some(reporter) = &notice.reporter {
        measures = store.reporter_measures(reporter).await.map_err(failed)?;
        if measures.iter().any(|one| one.seen_at.is_none()) {
            store.reporter_saw(reporter, state.clock.now()).await.map_err(failed)?;
        }
    }
    Ok(Status {
        notice: notice.id,
        received_at: notice.received_at,
        suspended: notice.suspended,
        mail: notice.mail && state.mail,
        items,
        measures,
    })
}

async fn told(
    state: &ConsoleState,
    stored: &store::StoredDecision,
    report: String,
) -> Result<Told, Problem> {
    let decision = &stored.decision;
    let clauses = match &decision.outcome {
        Outcome::Breach { clauses } => clauses.iter().map(ToString::to_string).collect(),
        Outcome::NoBreach => Vec::new(),
    };
    let breach = decision.outcome != Outcome::NoBreach;
    let rulebook = state.rulebook.load();
    let facts = &stored.statement.parts().facts;
    let facts = facts.get(rulebook.settings.default_language()).or_else(|| facts.values().next());
    let reason = decision.reason.clone().or_else(|| facts.cloned()).unwrap_or_default();
    let by = Appellant::Reporter { report: report.clone() };
    let appeals = state.store.appeals_against(&[decision.id]).await.map_err(|e| storage(&e))?;
    let own = appeals.iter().filter(|one| one.appeal.by == by).max_by_key(|one| one.appeal.level);
    let contested = own.map(|one| match &one.answer {
        Some(answer) => format!("{}: {}", answer.outcome.word(), answer.reason),
        None => format!("waits for an answer until {}", text::day(&one.appeal.due_at)),
    });
    let done =
        decision.measures.iter().map(|measure| text::measure_name(measure.word()).to_owned());
    Ok(Told {
        breach,
        clauses,
        done: done.collect(),
        reason,
        decided_at: decision.decided_at,
        decision: decision.id,
        statement: format!("/decisions/{}", decision.id),
        automated: matches!(decision.by, model::DecidedBy::Automation),
        contest: !breach && own.is_none(),
        contested,
        report,
    })
}

#[derive(Debug, Template)]
#[template(path = "report_status.html")]
struct StatusPage<'a> {
    frame: Frame,
    status: &'a Status,
    token: &'a str,
    wrong: Option<String>,
}

fn page(
    state: &ConsoleState,
    status: &Status,
    token: &str,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let frame = Frame { at: "/report", provider: reads::provider(state), twin: None };
    html(&StatusPage { frame, status, token, wrong }).map(private)
}

/// `GET /report/{token}`.
pub(crate) async fn receipt(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let status = status(&state, &token).await?;
    page(&state, &status, &token, None)
}

/// What a contest sends.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Contest {
    #[serde(default)]
    position: u32,
    #[serde(default)]
    text: String,
}

/// `POST /report/{token}`: the reporter contests that an item breaches nothing. Somebody who did not decide it
/// answers.
pub(crate) async fn contest(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    Form(sent): Form<Contest>,
) -> Result<Response, Problem> {
    let status = status(&state, &token).await?;
    let item = status.items.iter().find(|one| one.position == sent.position);
    let Some(told) = item.and_then(|item| item.outcome.as_ref()) else {
        return Err(Problem::new(&NOT_FOUND, "Nothing was decided on this item yet."));
    };
    let plea = Plea {
        decision: told.decision,
        by: Appellant::Reporter { report: told.report.clone() },
        text: sent.text.clone(),
        language: None,
        evidence: Vec::new(),
    };
    match state.review.appeals().submit(plea).await {
        Ok(_) => Ok(private(Redirect::to(&format!("/report/{token}")).into_response())),
        Err(error) => page(&state, &status, &token, Some(error.to_string())).map(unaccepted),
    }
}

/// `POST /report/{token}/quiet`: no more e-mail about this notice.
pub(crate) async fn quiet(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    status(&state, &token).await?;
    state.store.no_mail(&token).await.map_err(|error| storage(&error))?;
    Ok(private(Redirect::to(&format!("/report/{token}")).into_response()))
}

/// The status for programs.
pub(crate) fn as_json(status: &Status) -> Value {
    json!(status)
}
