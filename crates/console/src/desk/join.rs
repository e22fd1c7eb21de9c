//! `/console/join`: who has a link chooses a name and a password, once. Opening the page does not use
//! the link up, so that programs which look at links in messages do no harm.

use super::{Door, open, see};
use crate::access::{Refused, SHORTEST, weakness};
use crate::page::html;
use crate::problem::{BUSY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use model::{Person, PersonState};
use serde::Deserialize;
use store::StoreError;

#[derive(Debug, Template)]
#[template(path = "join.html")]
struct Page<'a> {
    door: Door,
    person: &'a Person,
    token: &'a str,
    name: &'a str,
    shortest: usize,
    wrong: Option<String>,
    /// By whom one can come in instead of with a password.
    by_provider: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `GET /console/join`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Response, Problem> {
    let token = query.get("token").unwrap_or("");
    let person = linked(&state, token).await?;
    let name = person.name.clone().unwrap_or_default();
    page(&state, &person, token, &name, None)
}

/// `POST /console/join`.
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let person = linked(&state, &asked.token).await?;
    let again = |wrong: String| page(&state, &person, &asked.token, &asked.name, Some(wrong));
    let Some(name) = crate::access::name(&asked.name) else {
        return again(
            "The name to sign in with has 2 to 100 plain letters, digits and . _ - + @.".into(),
        );
    };
    if let Some(weakness) = weakness(&asked.password, &name) {
        return again(weakness);
    }
    if asked.password != asked.again {
        return again("The two passwords are not the same.".into());
    }
    let hash = match state.doors().hash(&asked.password, state.ids.secret()).await {
        Ok(hash) => hash,
        Err(Refused::Busy | Refused::Wrong | Refused::TooOften(_)) => {
            return Err(Problem::new(&BUSY, "Too many people sign in just now.").retry_after(10));
        }
    };
    match state.store.join(&asked.token, &name, &hash, state.clock.now()).await {
        Ok(Some(person)) => {
            super::note(&state, person.id, "joined", None, &person.pseudonym).await?;
            open(&state, &headers, &person, see("/console/")).await
        }
        Ok(None) => Err(used()),
        Err(StoreError::Taken(_)) => again("Somebody else signs in with that name.".into()),
        Err(error) => Err(storage(&error)),
    }
}

pub(super) fn used() -> Problem {
    let detail = "The link was used, or it is too old; whoever invited you can make another.";
    Problem::new(&NOT_FOUND, detail)
}

pub(super) async fn linked(state: &ConsoleState, token: &str) -> Result<Person, Problem> {
    let found = state.store.linked(token, state.clock.now()).await;
    let found = found.map_err(|error| storage(&error))?;
    found.filter(|person| person.state != PersonState::Suspended).ok_or_else(used)
}

fn page(
    state: &ConsoleState,
    person: &Person,
    token: &str,
    name: &str,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let refused = wrong.is_some();
    let door = Door::new(state);
    let by_provider = state.vouches().map(|(name, _)| name.to_owned());
    let page = Page { door, person, token, name, shortest: SHORTEST, wrong, by_provider };
    let mut response = html(&page)?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
