//! `/console/again`: before an act that could do great harm, somebody shows once more who they are.
//! The session gets another token, so that one that was copied before is worth nothing.

use super::{Desk, see, within};
use crate::access::{Refused, Token};
use crate::page::html;
use crate::problem::{BUSY, NOT_PERMITTED, Problem, TOO_MANY_REQUESTS};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

#[derive(Debug, Template)]
#[template(path = "again.html")]
struct Page<'a> {
    desk: Desk,
    to: &'a str,
    wrong: bool,
    /// Whether the person has a passkey.
    passkeys: bool,
    /// Whether the person has a password.
    password: bool,
    /// The provider at which the person has an identity.
    by_provider: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// `GET /console/again`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let to = within(query.get("to").unwrap_or(""));
    page(&state, &caller, to, false).await
}

async fn page(
    state: &ConsoleState,
    caller: &crate::Caller,
    to: &str,
    wrong: bool,
) -> Result<Response, Problem> {
    let kept = match caller.session() {
        Some((_, person)) => state.store.passkeys_of(person.id).await,
        None => Ok(Vec::new()),
    };
    let kept = kept.map_err(|error| storage(&error))?;
    let passkeys = state.passkeys().offered() && !kept.is_empty();
    let (mut password, mut by_provider) = (true, None);
    if let (Some((_, person)), Some((name, issuer))) = (caller.session(), state.vouches()) {
        let identities = state.store.identities_of(person.id).await;
        let identities = identities.map_err(|error| storage(&error))?;
        if identities.iter().any(|one| one.issuer == issuer) {
            by_provider = Some(name.to_owned());
            let kept = state.store.password_of(person.id).await;
            password = kept.map_err(|error| storage(&error))?.is_some();
        }
    }
    let desk = Desk::new(state, caller, "");
    let mut response = html(&Page { desk, to, wrong, passkeys, password, by_provider })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /console/again`.
pub(crate) async fn prove(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let Some((_, person)) = caller.session() else {
        return Err(Problem::new(&NOT_PERMITTED, "A key has nothing to prove."));
    };
    let to = within(&asked.to);
    if !checked(&state, person, &asked.password).await? {
        return page(&state, &caller, to, true).await;
    }
    renewed(&state, &caller, see(to)).await
}

/// Whether that is the person's password.
///
/// # Errors
/// A problem when it was tried too often, or cannot be tried just now.
pub(super) async fn checked(
    state: &ConsoleState,
    person: &model::Person,
    password: &str,
) -> Result<bool, Problem> {
    let kept = state.store.password_of(person.id).await.map_err(|error| storage(&error))?;
    let name = person.name.as_deref().unwrap_or_default();
    match state.doors().knock(name, password, kept).await {
        Ok(()) => Ok(true),
        Err(Refused::Wrong) => Ok(false),
        Err(Refused::TooOften(seconds)) => {
            let detail = "The password was tried too often.";
            Err(Problem::new(&TOO_MANY_REQUESTS, detail).retry_after(seconds))
        }
        Err(Refused::Busy) => {
            Err(Problem::new(&BUSY, "Too many people sign in just now.").retry_after(10))
        }
    }
}

/// Notes that the person just proved who they are, and gives the browser another token.
///
/// # Errors
/// A problem when it cannot be kept.
pub(super) async fn renewed(
    state: &ConsoleState,
    caller: &crate::Caller,
    response: Response,
) -> Result<Response, Problem> {
    match caller.session() {
        Some((session, _)) => renewed_session(state, &session.id, response).await,
        None => Ok(response),
    }
}

/// The same for a session by its id.
///
/// # Errors
/// A problem when it cannot be kept.
pub(super) async fn renewed_session(
    state: &ConsoleState,
    session: &str,
    mut response: Response,
) -> Result<Response, Problem> {
    let token = Token::draw(state.ids.as_ref());
    let kept = state.store.session_proved(session, token.reveal(), state.clock.now()).await;
    kept.map_err(|error| storage(&error))?;
    if let Some(cookie) = state.cookie().give(&token) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
