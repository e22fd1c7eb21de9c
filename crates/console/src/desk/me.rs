//! `/console/me`: one's own way in: the password, where one is signed in, what was done about it.
//! Must not show anybody else.

use super::{Desk, see};
use crate::Caller;
use crate::access::{Refused, weakness};
use crate::page::html;
use crate::problem::{BUSY, NOT_PERMITTED, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use model::Person;
use serde::Deserialize;
use store::{Identity, Passkey, PersonEvent, Session};

#[derive(Debug, Template)]
#[template(path = "me.html")]
struct Page {
    desk: Desk,
    person: Person,
    here: String,
    sessions: Vec<Session>,
    events: Vec<PersonEvent>,
    passkeys: Vec<Passkey>,
    /// Whether browsers make passkeys for this site.
    offered: bool,
    identities: Vec<Identity>,
    /// The operator's identity provider: how people call it, and its address.
    provider: Option<(String, String)>,
    /// Whether the person has a password.
    password: bool,
    told: Option<&'static str>,
    wrong: Option<String>,
}

fn one(caller: &Caller) -> Result<(&Session, &Person), Problem> {
    caller.session().ok_or_else(|| Problem::new(&NOT_PERMITTED, "A key has no page of its own."))
}

async fn page(
    state: &ConsoleState,
    caller: &Caller,
    told: Option<&'static str>,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let (session, person) = one(caller)?;
    let sessions = state.store.sessions_of(person.id, state.clock.now()).await;
    let events = state.store.person_events(person.id).await;
    let passkeys = state.store.passkeys_of(person.id).await;
    let identities = state.store.identities_of(person.id).await;
    let password = state.store.password_of(person.id).await;
    let refused = wrong.is_some();
    let mut response = html(&Page {
        desk: Desk::new(state, caller, "/console/me"),
        person: person.clone(),
        here: session.id.clone(),
        sessions: sessions.map_err(|error| storage(&error))?,
        events: events.map_err(|error| storage(&error))?,
        passkeys: passkeys.map_err(|error| storage(&error))?,
        offered: state.passkeys().offered(),
        identities: identities.map_err(|error| storage(&error))?,
        provider: state.vouches().map(|(name, issuer)| (name.to_owned(), issuer.to_owned())),
        password: password.map_err(|error| storage(&error))?.is_some(),
        told,
        wrong,
    })?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `GET /console/me`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let told = match query.get("done") {
        Some("password") => Some("The password is changed. Everywhere else you are signed out."),
        Some("session") => Some("The session is ended."),
        Some("sessions") => Some("Everywhere else you are signed out."),
        Some("passkey") => Some("The passkey is kept. From now on you can sign in with it."),
        Some("identity") => Some("It is linked. From now on you can sign in there, too."),
        Some("identity-removed") => Some("It is not linked any more."),
        Some("passkey-removed") => Some("The passkey is removed."),
        _ => None,
    };
    page(&state, &caller, told, None).await
}

/// What the form for a new password sends.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

/// `POST /console/me/password`: with the old password, whenever that was last given.
pub(crate) async fn password(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<NewPassword>,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let (session, person) = one(&caller)?;
    let name = person.name.clone().unwrap_or_default();
    let wrong = if let Some(weakness) = weakness(&asked.new, &name) {
        Some(weakness)
    } else if asked.new != asked.again {
        Some("The two new passwords are not the same.".into())
    } else if !super::again::checked(&state, person, &asked.old).await? {
        Some("The old password is wrong.".into())
    } else {
        None
    };
    if wrong.is_some() {
        return page(&state, &caller, None, wrong).await;
    }
    let hash = match state.doors().hash(&asked.new, state.ids.secret()).await {
        Ok(hash) => hash,
        Err(Refused::Busy | Refused::Wrong | Refused::TooOften(_)) => {
            return Err(Problem::new(&BUSY, "Too many people sign in just now.").retry_after(10));
        }
    };
    let now = state.clock.now();
    let set = state.store.set_password(person, &hash, &session.id, now).await;
    set.map_err(|error| storage(&error))?;
    super::note(&state, person.id, "password", None, &caller.by).await?;
    super::again::renewed(&state, &caller, see("/console/me?done=password")).await
}

/// Which session is to end.
#[derive(Deserialize)]
pub(crate) struct Ending {
    /// Empty: all but this one.
    #[serde(default)]
    session: String,
}

/// `POST /console/me/sessions`.
pub(crate) async fn end(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Ending>,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let (session, person) = one(&caller)?;
    let now = state.clock.now();
    if asked.session.is_empty() {
        let ended = state.store.end_sessions(person.id, &session.id, now).await;
        ended.map_err(|error| storage(&error))?;
        return Ok(see("/console/me?done=sessions"));
    }
    let ended = state.store.end_session(&asked.session, person.id, now).await;
    ended.map_err(|error| storage(&error))?;
    Ok(see("/console/me?done=session"))
}
