//! `/console/webhooks`: who is told what leaves, for an administrator. A secret is shown once, when it is made; no
//! page is asked for it again.

use super::{Desk, see};
use crate::Caller;
use crate::api::webhooks::{CopyWord, refused};
use crate::page::html;
use crate::problem::{BAD_QUERY, Problem, WEBHOOK_REFUSED};
use crate::query::Query;
use crate::reads;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::NewHook;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use model::Permission;
use serde::Deserialize;
use store::{CopyOf, CopyState, HookEvent, HookKind, HookState, Webhook};

const ROOM: &str = "/console/webhooks";

#[derive(Debug, Template)]
#[template(path = "webhooks.html")]
struct All {
    desk: Desk,
    configured: Option<String>,
    hooks: Vec<Webhook>,
    wrong: Option<String>,
    /// What was entered, when it cannot be.
    name: String,
    url: String,
    told: bool,
}

#[derive(Debug, Template)]
#[template(path = "webhook.html")]
struct One {
    desk: Desk,
    hook: Webhook,
    configured: bool,
    events: Vec<HookEvent>,
    copies: Vec<CopyOf>,
    next: Option<u64>,
    dead: bool,
    /// A secret that was just made; shown this once.
    secret: Option<String>,
    old_until: Option<Timestamp>,
    told: Option<String>,
    wrong: Option<String>,
}

/// What an address may hold behind its host is between its owner and us: a list shows where it leads.
pub(crate) fn host(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(start..).and_then(|rest| rest.find(['/', '?'])).map(|at| start + at);
    url.get(..end.unwrap_or(url.len())).unwrap_or(url)
}

pub(crate) fn state_says(state: &HookState) -> &'static str {
    match state {
        HookState::Active => "Active",
        HookState::Disabled => "Disabled: what leaves waits",
        HookState::Gone => "Disabled: it answered that it takes no more (410)",
        HookState::Removed => "Removed",
    }
}

pub(crate) fn copy_says(state: &CopyState) -> &'static str {
    match state {
        CopyState::Waiting => "Waits",
        CopyState::Delivered => "Delivered",
        CopyState::Dead => "Given up",
    }
}

pub(crate) fn kind_says(kind: &HookKind) -> &'static str {
    match kind {
        HookKind::Decision => "decisions",
        HookKind::Ending => "ends of measures",
    }
}

/// Which boxes were ticked; none is all.
fn ticked(decisions: &str, endings: &str) -> Vec<HookKind> {
    let boxes = [(decisions, HookKind::Decision), (endings, HookKind::Ending)];
    boxes.into_iter().filter(|(said, _)| !said.is_empty()).map(|(_, kind)| kind).collect()
}

pub(crate) fn event_says(what: &str) -> &str {
    match what {
        "disabled" => "Disabled",
        "enabled" => "Enabled",
        "gone" => "Disabled: the receiver takes no more",
        "rotated" => "New secret",
        "tested" => "Test message",
        "redelivered" => "Sent again",
        "chose" => "Gets other messages",
        other => other,
    }
}

async fn list(
    state: &ConsoleState,
    caller: &Caller,
    (wrong, form): (Option<String>, Option<NewHook>),
    told: bool,
) -> Result<Response, Problem> {
    let refused = wrong.is_some();
    let (name, url) = form.map_or_else(Default::default, |form| (form.name, form.url));
    let mut response = html(&All {
        desk: Desk::new(state, caller, ROOM),
        configured: state.hooks.configured().map(|url| host(url).to_owned()),
        hooks: state.store.webhooks().await.map_err(|error| storage(&error))?,
        wrong,
        name,
        url,
        told,
    })?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `GET /console/webhooks`.
pub(crate) async fn all(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    list(&state, &caller, (None, None), query.get("done").is_some()).await
}

/// An address that somebody enters.
#[derive(Deserialize)]
pub(crate) struct Adding {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    gets: String,
    #[serde(default)]
    decisions: String,
    #[serde(default)]
    endings: String,
}

/// `POST /console/webhooks`.
pub(crate) async fn add(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(asked): Form<Adding>,
) -> Result<Response, Problem> {
    let caller = state.permit_lately(&headers, Permission::ManageEnforcement, ROOM).await?;
    let enforces = asked.gets == "decisions";
    let events = if enforces { Vec::new() } else { ticked(&asked.decisions, &asked.endings) };
    let new = NewHook { name: asked.name, url: asked.url, enforces, events };
    match state.hooks.add(&new, &caller.by).await.map_err(refused) {
        Ok((hook, secret)) => {
            let made = Shown { secret: Some((secret.reveal(), None)), ..Shown::default() };
            page(&state, &caller, hook, made).await
        }
        Err(problem) if *problem.kind() == WEBHOOK_REFUSED => {
            list(&state, &caller, (Some(problem.detail().into()), Some(new)), false).await
        }
        Err(problem) => Err(problem),
    }
}

/// What one address's page shows beside the address.
#[derive(Debug, Default)]
struct Shown {
    secret: Option<(String, Option<Timestamp>)>,
    told: Option<String>,
    wrong: Option<String>,
    dead: bool,
    before: Option<u64>,
}

async fn page(
    state: &ConsoleState,
    caller: &Caller,
    hook: Webhook,
    shown: Shown,
) -> Result<Response, Problem> {
    let only = shown.dead.then_some(CopyState::Dead);
    let (copies, next) = reads::copies(state, &hook, only, shown.before).await?;
    let (secret, old_until) = shown.secret.unzip();
    html(&One {
        desk: Desk::new(state, caller, ROOM),
        configured: state.hooks.configured().is_some(),
        events: reads::webhook_events(state, &hook).await?,
        next,
        copies,
        dead: shown.dead,
        secret,
        old_until: old_until.flatten(),
        told: shown.told,
        wrong: shown.wrong,
        hook,
    })
}

/// `GET /console/webhooks/{id}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    query.only(&["state", "before", "done"])?;
    let only = query.parse::<CopyWord>("state")?;
    let hook = reads::webhook(&state, &id).await?;
    let shown = Shown {
        told: query.get("done").map(|_| "It is done.".into()),
        dead: matches!(only, Some(CopyWord::Dead)),
        before: query.parse("before")?,
        ..Shown::default()
    };
    page(&state, &caller, hook, shown).await
}

/// What is to be done with an address.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// `rotate`, `test`, `enable`, `disable`, `remove`, `again` or `choose`.
    #[serde(default)]
    r#do: String,
    /// Of a rotation.
    #[serde(default)]
    hours: String,
    /// What is sent again.
    #[serde(default)]
    of: String,
    /// Of a choice.
    #[serde(default)]
    decisions: String,
    #[serde(default)]
    endings: String,
}

/// `POST /console/webhooks/{id}`.
pub(crate) async fn act(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ManageEnforcement).await?;
    let hook = reads::webhook(&state, &id).await?;
    let back = format!("{ROOM}/{}", hook.id);
    let (hooks, by) = (&state.hooks, caller.by.as_str());
    match asked.r#do.as_str() {
        "rotate" => {
            let caller = crate::access::lately(caller.clone(), &back)?;
            let hours = asked
                .hours
                .trim()
                .parse::<u32>()
                .map_err(|error| Problem::new(&BAD_QUERY, format!("The hours: {error}.")))?;
            let (secret, until) = hooks.rotate(&id, hours, by).await.map_err(refused)?;
            let secret = Some((secret.reveal(), Some(until)));
            return page(&state, &caller, hook, Shown { secret, ..Shown::default() }).await;
        }
        "test" => {
            let shown = match hooks.test(&id, by).await.map_err(refused)? {
                Ok(()) => {
                    Shown { told: Some("The test message was taken.".into()), ..Shown::default() }
                }
                Err(why) => {
                    let wrong = format!("The test message was not taken: {why}.");
                    Shown { wrong: Some(wrong), ..Shown::default() }
                }
            };
            return page(&state, &caller, hook, shown).await;
        }
        "enable" => hooks.enable(&id, true, by).await,
        "disable" => hooks.enable(&id, false, by).await,
        "choose" => hooks.choose(&id, &ticked(&asked.decisions, &asked.endings), by).await,
        "again" => hooks.again(&id, &asked.of, by).await,
        "remove" => {
            crate::access::lately(caller.clone(), &back)?;
            hooks.remove(&id, by).await.map_err(refused)?;
            return Ok(see("/console/webhooks?done=1"));
        }
        _ => return Err(Problem::new(&BAD_QUERY, "`do` names nothing that can be done here.")),
    }
    .map_err(refused)?;
    Ok(see(&format!("{back}?done=1")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_shows_where_an_address_leads_and_no_token_in_it() {
        for (url, shown) in [
            ("https://a.example/hook/SECRET?x=1", "https://a.example"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("https://a.example?token=1", "https://a.example"),
        ] {
            assert_eq!(super::host(url), shown);
        }
    }
}
