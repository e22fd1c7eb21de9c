//! `/console/sign-in`: a name and a password. Whatever is wrong, the answer is the same. Must not
//! tell whether somebody of that name works here.

use super::{Door, open, see, within};
use crate::access::Refused;
use crate::page::html;
use crate::problem::{BUSY, Problem, TOO_MANY_REQUESTS};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use model::PersonState;
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    door: Door,
    to: &'a str,
    /// Why the first try failed.
    wrong: Option<&'a str>,
    /// Whether browsers make passkeys for this site.
    passkeys: bool,
    /// By whom people sign in, too.
    by_provider: Option<String>,
}

const WRONG: &str = "The name or the password is wrong. If you forgot the password, an administrator can send you a link to choose a new one.";

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// `GET /console/sign-in`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let to = within(query.get("to").unwrap_or(""));
    if state.known(&headers, None).await.is_ok() {
        return Ok(see(to));
    }
    page(&state, to, None)
}

/// `POST /console/sign-in`.
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let to = within(&asked.to);
    let name = crate::access::name(&asked.name).unwrap_or_default();
    let found = state.store.person_named(&name).await.map_err(|error| storage(&error))?;
    let (person, kept) = found.map_or((None, None), |(person, kept)| (Some(person), kept));
    match state.doors().knock(&name, &asked.password, kept).await {
        Ok(()) => {}
        Err(Refused::Wrong) => return page(&state, to, Some(WRONG)),
        Err(Refused::TooOften(seconds)) => {
            let detail = "This name was tried too often.";
            return Err(Problem::new(&TOO_MANY_REQUESTS, detail).retry_after(seconds));
        }
        Err(Refused::Busy) => {
            let detail = "Too many people sign in just now.";
            return Err(Problem::new(&BUSY, detail).retry_after(10));
        }
    }
    match person.filter(|person| person.state == PersonState::Active) {
        Some(person) => open(&state, &headers, &person, see(to)).await,
        None => page(&state, to, Some(WRONG)),
    }
}

/// The page for somebody whose sign-in by the identity provider failed; the password works still.
///
/// # Errors
/// A problem when the page cannot be made.
#[cfg(feature = "oidc")]
pub(super) fn refused(
    state: &ConsoleState,
    to: &str,
    problem: &Problem,
) -> Result<Response, Problem> {
    let mut response = page(state, to, Some(problem.detail()))?;
    *response.status_mut() =
        StatusCode::from_u16(problem.kind().status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(response)
}

fn page(state: &ConsoleState, to: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let passkeys = state.passkeys().offered();
    let by_provider = state.vouches().map(|(name, _)| name.to_owned());
    let mut response = html(&Page { door: Door::new(state), to, wrong, passkeys, by_provider })?;
    if wrong.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
