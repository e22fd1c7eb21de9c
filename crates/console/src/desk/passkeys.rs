//! Passkeys at the door and in one's own room: `/console/sign-in/passkey`, `/console/again/passkey`, `/console/me/passkey`.
//! Each is asked for a challenge with GET and takes the browser's answer with POST, as JSON from `passkey.js`. Must not be
//! the only way in: without a script people sign in by password.

use super::{again, note, open, see, within};
use crate::Caller;
use crate::access::{Answer, lately};
use crate::problem::{MALFORMED_BODY, NOT_PERMITTED, PASSKEY_REFUSED, Problem};
use crate::state::{ConsoleState, storage};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse as _, Response};
use axum::{Form, Json};
use http::{HeaderMap, HeaderValue, header};
use model::{Person, PersonState};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Passkey;

/// Longest name of a passkey, in characters.
const LONGEST_NAME: usize = 60;

/// What the script sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// What the browser's `PublicKeyCredential.toJSON()` gave.
    credential: Value,
    /// How the person calls a new passkey.
    #[serde(default)]
    name: String,
    /// Where they want to go then.
    #[serde(default)]
    to: String,
}

type Brought = Result<Json<Sent>, JsonRejection>;

fn brought(sent: Brought) -> Result<Sent, Problem> {
    let sent = sent.map_err(|error| Problem::new(&MALFORMED_BODY, error.body_text()))?;
    Ok(sent.0)
}

fn challenge(value: Value) -> Response {
    let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (fresh, Json(value)).into_response()
}

fn on(to: &str) -> Response {
    Json(json!({ "to": within(to) })).into_response()
}

fn person(caller: &Caller) -> Result<&Person, Problem> {
    let found = caller.session().map(|(_, person)| person);
    found.ok_or_else(|| Problem::new(&NOT_PERMITTED, "A key has no passkeys."))
}

/// Whose passkey answered, after it was verified and noted as used.
async fn answered(state: &ConsoleState, sent: &Sent) -> Result<Passkey, Problem> {
    let answer = Answer::read(&sent.credential)?;
    let kept = state.store.passkey(&answer.id()).await.map_err(|error| storage(&error))?;
    let kept = kept.ok_or_else(|| {
        Problem::new(&PASSKEY_REFUSED, "This passkey is not known here; it may have been removed.")
    })?;
    let changing = state.passkeys().answered(&answer, &kept)?;
    let used = state.store.passkey_used(&kept.id, &changing, state.clock.now()).await;
    used.map_err(|error| storage(&error))?;
    Ok(kept)
}

/// `GET /console/sign-in/passkey`: a challenge for whoever has a passkey.
pub(crate) async fn ask(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    state.passkeys().ask().map(challenge)
}

/// `POST /console/sign-in/passkey`.
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    sent: Brought,
) -> Result<Response, Problem> {
    let sent = brought(sent)?;
    let kept = answered(&state, &sent).await?;
    let person = state.store.person(kept.person).await.map_err(|error| storage(&error))?;
    let active = person.filter(|person| person.state == PersonState::Active);
    let person = active.ok_or_else(|| {
        Problem::new(&PASSKEY_REFUSED, "Nobody signs in with this passkey at present.")
    })?;
    open(&state, &headers, &person, on(&sent.to)).await
}

/// `POST /console/again/passkey`: it is still the same person.
pub(crate) async fn prove(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    sent: Brought,
) -> Result<Response, Problem> {
    let caller = state.known(&headers, None).await?;
    let sent = brought(sent)?;
    let kept = answered(&state, &sent).await?;
    if kept.person != person(&caller)?.id {
        return Err(Problem::new(&PASSKEY_REFUSED, "This passkey is somebody else's."));
    }
    again::renewed(&state, &caller, on(&sent.to)).await
}

/// `GET /console/me/passkey`: a challenge to make one.
pub(crate) async fn make(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = lately(state.known(&headers, None).await?, "/console/me")?;
    let person = person(&caller)?;
    let have = state.store.passkeys_of(person.id).await.map_err(|error| storage(&error))?;
    state.passkeys().make(person, &have).map(challenge)
}

/// `POST /console/me/passkey`.
pub(crate) async fn add(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    sent: Brought,
) -> Result<Response, Problem> {
    let caller = lately(state.known(&headers, None).await?, "/console/me")?;
    let (person, sent) = (person(&caller)?, brought(sent)?);
    let name: String = sent.name.trim().chars().filter(|c| !c.is_control()).collect();
    let name = if name.is_empty() { "Passkey".into() } else { name };
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let now = state.clock.now();
    let passkey = state.passkeys().made(person, (name, &sent.credential), now)?;
    if !state.store.add_passkey(&passkey).await.map_err(|error| storage(&error))? {
        let detail = "It is kept already, or you have as many passkeys as one person may have.";
        return Err(Problem::new(&PASSKEY_REFUSED, detail));
    }
    note(&state, person.id, "passkey_added", Some(&passkey.name), &caller.by).await?;
    Ok(on("/console/me?done=passkey"))
}

/// Which one goes.
#[derive(Deserialize)]
pub(crate) struct Removing {
    /// The credential's id in hexadecimal digits.
    #[serde(default)]
    passkey: String,
}

/// `POST /console/me/passkey/remove`: a plain form.
pub(crate) async fn remove(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Removing>,
) -> Result<Response, Problem> {
    let caller = lately(state.known(&headers, None).await?, "/console/me")?;
    let person = person(&caller)?;
    let id = hex::decode(&asked.passkey).unwrap_or_default();
    let kept = state.store.passkey(&id).await.map_err(|error| storage(&error))?;
    let gone = state.store.remove_passkey(&id, person.id).await;
    if gone.map_err(|error| storage(&error))? {
        let name = kept.map(|kept| kept.name);
        note(&state, person.id, "passkey_removed", name.as_deref(), &caller.by).await?;
    }
    Ok(see("/console/me?done=passkey-removed"))
}
