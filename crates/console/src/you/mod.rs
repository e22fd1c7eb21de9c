//! `/you/{token}`: the page of the person concerned. It works without an account and without JavaScript: a link, a
//! one-time code, and then everything. Must not show anything to who has only the link, and must not let the link into a log.

mod appeal;
mod case;
mod export;
pub(crate) mod words;

use crate::page::html;
use crate::problem::{GONE, NOT_FOUND, Problem, REFUSED, STORAGE, TOO_MANY_REQUESTS};
use crate::reads::you::{Heard, PersonFile, ProofOf, person};
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use flow::{VISIT_LASTS, YouError};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use model::{AccountId, AppealOutcome, DecisionId};
use serde::Deserialize;
use words::Words;

const COOKIE: &str = "evenhand-you";

/// The page and what is done on it.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/you/{token}", get(show))
        .route("/you/{token}/code", post(code))
        .route("/you/{token}/enter", post(enter))
        .route("/you/{token}/renew", post(renew))
        .route("/you/{token}/leave", post(leave))
        .route("/you/{token}/case/{decision}", get(case::file))
        .route("/you/{token}/export", get(export::file))
        .layer(DefaultBodyLimit::max(256 << 10))
        .merge(appeal::router())
}

/// What stands around these pages.
#[derive(Debug)]
struct Frame {
    words: &'static Words,
    provider: String,
    token: String,
}

impl Frame {
    fn new(state: &ConsoleState, token: &str, words: &'static Words) -> Self {
        Self { words, provider: crate::reads::provider(state), token: token.to_owned() }
    }

    fn asset(&self, name: &str) -> String {
        crate::assets::address(name)
    }
}

#[derive(Debug, Template)]
#[template(path = "you_door.html")]
struct Door {
    frame: Frame,
    lapsed: bool,
    /// What was done just now, in words.
    said: Option<&'static str>,
    /// Why it did not work.
    wrong: Option<String>,
    ask_code: bool,
}

#[derive(Debug, Template)]
#[template(path = "you.html")]
pub(super) struct Page<'a> {
    frame: Frame,
    file: &'a PersonFile,
    /// What was done just now, in words.
    said: Option<&'static str>,
    /// Whether it is the copy that they take with them.
    copy: bool,
}

impl Page<'_> {
    fn proof(&self, what: &ProofOf) -> &'static str {
        let words = self.frame.words;
        match *what {
            ProofOf::Decided => words.proof_sent,
            ProofOf::AcceptedByMailServer => words.proof_mail,
            ProofOf::Delivered => words.proof_told,
            ProofOf::Enforced => words.proof_enforced,
            ProofOf::Lifted => words.proof_lifted,
        }
    }

    /// How an appeal stands, in a sentence.
    fn stands(&self, heard: &Heard) -> String {
        let words = self.frame.words;
        let said = match heard.outcome {
            None => words.waits,
            Some(AppealOutcome::Granted) => words.granted,
            Some(AppealOutcome::Varied) => words.varied,
            Some(AppealOutcome::Rejected) => words.rejected,
        };
        format!("{said} {}.", day(&heard.answered_at.unwrap_or(heard.due_at)))
    }
}

/// The same in every language: `2026-03-01`.
fn day(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn instant(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn problem(error: &YouError) -> Problem {
    let kind = match error {
        YouError::NoSuchLink => &NOT_FOUND,
        YouError::Lapsed => &GONE,
        YouError::TooMany => &TOO_MANY_REQUESTS,
        YouError::Storage => &STORAGE,
        YouError::WrongCode(_) | YouError::NoCode | YouError::Bad(_) => &REFUSED,
    };
    Problem::new(kind, format!("{error}."))
}

/// The visit in the request's cookie.
fn visit(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned());
    // Two cookies of that name are none: one may be planted.
    let one = found.next()?;
    found.next().is_none().then_some(one)
}

/// Nothing of these pages stays in a cache, and no search engine keeps them.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

fn to(token: &str, query: &str) -> Response {
    private(Redirect::to(&format!("/you/{token}{query}")).into_response())
}

/// The language of who is not known yet: what their browser asks for.
fn guess(headers: &HeaderMap) -> &'static Words {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    words::of(asked.and_then(|asked| asked.split([',', ';']).next()).unwrap_or("en").trim())
}

/// Why a person's page is not shown.
enum Turned {
    /// Nobody came in: here is the door.
    Away(Box<Response>),
    Wrong(Problem),
}

impl From<Problem> for Turned {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem)
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::Away(door) => *door,
            Self::Wrong(problem) => problem.into_response(),
        }
    }
}

/// Whose page it is, or the door.
async fn inside(
    state: &ConsoleState,
    headers: &HeaderMap,
    token: &str,
) -> Result<AccountId, Turned> {
    let visit = visit(headers);
    let lapsed = match state.review.you().inside(token, visit.as_deref()).await {
        Ok(Some(account)) => return Ok(account),
        Ok(None) => false,
        Err(YouError::Lapsed) => true,
        Err(error) => return Err(problem(&error).into()),
    };
    Err(Turned::Away(Box::new(door(state, headers, token, None, None, lapsed)?)))
}

fn door(
    state: &ConsoleState,
    headers: &HeaderMap,
    token: &str,
    said: Option<&'static str>,
    wrong: Option<String>,
    lapsed: bool,
) -> Result<Response, Problem> {
    let words = guess(headers);
    let ask_code = said.is_some() || wrong.is_some();
    let page = Door { frame: Frame::new(state, token, words), lapsed, said, wrong, ask_code };
    let mut response = private(html(&page)?);
    if lapsed {
        *response.status_mut() = StatusCode::GONE;
    }
    Ok(response)
}

#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    sent: Option<String>,
    #[serde(default)]
    renewed: Option<String>,
    #[serde(default)]
    arrived: Option<String>,
}

async fn show(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    axum::extract::Query(shown): axum::extract::Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Turned> {
    let words = guess(&headers);
    let account = match inside(&state, &headers, &token).await {
        Err(Turned::Away(_)) if shown.sent.is_some() => {
            return Ok(door(&state, &headers, &token, Some(words.sent), None, false)?);
        }
        Err(Turned::Away(_)) if shown.renewed.is_some() => {
            return Ok(door(&state, &headers, &token, Some(words.renewed), None, true)?);
        }
        came => came?,
    };
    let file = person(&state, &account).await?;
    let words = words::of(&file.language);
    let said = shown.arrived.map(|what| match what.as_str() {
        "evidence" => words.evidence_arrived,
        _ => words.arrived,
    });
    let page = Page { frame: Frame::new(&state, &token, words), file: &file, said, copy: false };
    Ok(private(html(&page)?))
}

async fn code(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match state.review.you().send_code(&token).await {
        Ok(()) => Ok(to(&token, "?sent=1")),
        Err(YouError::Lapsed) => door(&state, &headers, &token, None, None, true),
        Err(error) => Err(problem(&error)),
    }
}

#[derive(Debug, Deserialize)]
struct Entered {
    #[serde(default)]
    code: String,
}

async fn enter(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Problem> {
    match state.review.you().enter(&token, &entered.code).await {
        Ok(visit) => {
            let secure = if state.public_url.starts_with("https://") { "; Secure" } else { "" };
            let cookie = format!(
                "{COOKIE}={visit}; Path=/you/{token}; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
                VISIT_LASTS.as_secs()
            );
            let mut response = to(&token, "");
            let cookie = HeaderValue::from_str(&cookie).map_err(Problem::internal)?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(YouError::Lapsed) => door(&state, &headers, &token, None, None, true),
        Err(error @ (YouError::WrongCode(_) | YouError::NoCode)) => {
            let mut response =
                door(&state, &headers, &token, None, Some(format!("{error}.")), false)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(problem(&error)),
    }
}

async fn renew(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    state.review.you().renew(&token).await.map_err(|error| problem(&error))?;
    Ok(to(&token, "?renewed=1"))
}

async fn leave(
    State(state): State<ConsoleState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(visit) = visit(&headers) {
        state.review.you().leave(&visit).await.map_err(|error| problem(&error))?;
    }
    Ok(to(&token, ""))
}

/// The decision to be challenged, if it is one about this person.
async fn about(
    state: &ConsoleState,
    account: &AccountId,
    decision: &str,
) -> Result<(PersonFile, usize), Problem> {
    let none = || Problem::new(&NOT_FOUND, "There is no such decision on this page.");
    let id: DecisionId = decision.parse().map_err(|_| none())?;
    let file = person(state, account).await?;
    let at = file.decisions.iter().position(|one| one.statement.decision == id).ok_or_else(none)?;
    Ok((file, at))
}
