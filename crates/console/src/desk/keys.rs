//! `/console/keys`: what programs may. A key is shown once, when it is made. One that decides does so
//! under its maker's pseudonym, so that nobody gets a second name to agree with themselves.

use super::{Desk, note, see};
use crate::Caller;
use crate::page::html;
use crate::problem::{BAD_QUERY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use model::{Permission, Scope};
use serde::Deserialize;
use store::{ApiKey, StoreError};

const ROOM: &str = "/console/keys";

#[derive(Debug)]
struct Row {
    key: ApiKey,
    used_at: Option<Timestamp>,
}

impl Row {
    fn scopes(&self) -> String {
        let words: Vec<_> = self.key.scopes.iter().map(|scope| scope.word()).collect();
        words.join(", ")
    }
}

#[derive(Debug, Template)]
#[template(path = "keys.html")]
struct Page {
    desk: Desk,
    keys: Vec<Row>,
    /// A key that was just made; shown this once.
    token: Option<String>,
    told: bool,
    wrong: Option<String>,
}

fn says(scope: &Scope) -> &'static str {
    match scope {
        Scope::Events => "Send events and reports; read statements for the person concerned",
        Scope::Receipts => "Say what became of decisions",
        Scope::Review => "Decide cases, under your pseudonym",
        Scope::Regulator => "Read the regulator's view",
        Scope::Erasures => "Have personal data erased",
        Scope::Audit => "Read what an auditor reads, under your pseudonym",
        Scope::Enforcement => "See what is not enforced, send it again, manage webhooks",
    }
}

async fn page(
    state: &ConsoleState,
    caller: &Caller,
    token: Option<String>,
    told: bool,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let keys = state.store.keys().await.map_err(|error| storage(&error))?;
    let used = state.store.keys_used().await.map_err(|error| storage(&error))?;
    let mut keys: Vec<Row> =
        keys.into_iter().map(|key| Row { used_at: used.get(&key.id).copied(), key }).collect();
    keys.sort_by_key(|row| (row.key.revoked_at.is_some(), std::cmp::Reverse(row.key.created_at)));
    let refused = wrong.is_some();
    let desk = Desk::new(state, caller, ROOM);
    let mut response = html(&Page { desk, keys, token, told, wrong })?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `GET /console/keys`.
pub(crate) async fn all(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManageKeys).await?;
    page(&state, &caller, None, query.get("done").is_some(), None).await
}

/// `POST /console/keys`. The form is read pair by pair: `scope` comes once for each.
pub(crate) async fn add(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let caller = state.permit_lately(&headers, Permission::ManageKeys, ROOM).await?;
    let field = |name: &'static str| pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v);
    let mut scopes = Vec::new();
    for word in field("scope") {
        let scope = word.parse::<Scope>();
        scopes.push(scope.map_err(|error| Problem::new(&BAD_QUERY, format!("{error}.")))?);
    }
    scopes.sort();
    scopes.dedup();
    let name = field("name").next().map(|name| name.trim()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let wrong = if scopes.is_empty() {
        Some("Tick at least one thing that the key allows.")
    } else if !(1..=60).contains(&name.len()) || !name.chars().all(plain) {
        Some("The name has 1 to 60 plain letters, digits and . _ -")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return page(&state, &caller, None, false, Some(wrong.into())).await;
    }
    let named = scopes
        .iter()
        .any(|scope| Permission::ALL.iter().any(|may| may.needs_name() && scope.may(*may)));
    let key = ApiKey {
        id: name.to_owned(),
        scopes,
        pseudonym: named.then(|| caller.by.clone()),
        created_at: state.clock.now(),
        revoked_at: None,
    };
    let token = format!("evh_{}", hex::encode(state.ids.secret()));
    match state.store.add_key(&key, &token).await {
        Ok(()) => {}
        Err(StoreError::Taken(_)) => {
            let wrong = "There is, or was, a key of that name.".to_owned();
            return page(&state, &caller, None, false, Some(wrong)).await;
        }
        Err(error) => return Err(storage(&error)),
    }
    if let Some(person) = caller.person {
        note(&state, person, "key_made", Some(&key.id), &caller.by).await?;
    }
    page(&state, &caller, Some(token), false, None).await
}

/// Which key is to be withdrawn.
#[derive(Deserialize)]
pub(crate) struct Revoking {
    #[serde(default)]
    key: String,
}

/// `POST /console/keys/revoke`. To close a door nobody is asked to prove anything.
pub(crate) async fn revoke(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Revoking>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManageKeys).await?;
    let revoked = state.store.revoke_key(&asked.key, state.clock.now()).await;
    if !revoked.map_err(|error| storage(&error))? {
        return Err(Problem::new(&NOT_FOUND, "There is no such key in force."));
    }
    if let Some(person) = caller.person {
        note(&state, person, "key_revoked", Some(&asked.key), &caller.by).await?;
    }
    Ok(see("/console/keys?done=1"))
}
