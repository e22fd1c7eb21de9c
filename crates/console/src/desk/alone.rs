//! `/console/alone`: what one person did alone because it could not wait, until another person has looked at
//! it. Must not let anybody look at their own.

use super::{Desk, see};
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem, REFUSED, SAME_PERSON, STORAGE};
use crate::query::Query;
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::approval::{ApprovalError, Approvals};
use http::HeaderMap;
use model::{Act, ActState, ActWord, Permission};
use serde::Deserialize;

const ROOM: &str = "/console/alone";
const LATEST: u32 = 500;

#[derive(Debug, Template)]
#[template(path = "desk_alone.html")]
struct Page {
    desk: Desk,
    open: Vec<Act>,
    done: Vec<Act>,
    approves: bool,
    told: bool,
}

/// The first of these words about an act.
fn word<'a>(act: &'a Act, words: &[ActWord]) -> Option<&'a model::Said> {
    act.said.iter().find(|said| words.contains(&said.word))
}

/// Why it could not wait.
fn why(act: &Act) -> &str {
    word(act, &[ActWord::BrokeGlass]).map_or(act.why.as_str(), |said| said.reason.as_str())
}

/// What another person found.
fn found(act: &Act) -> Option<&model::Said> {
    word(act, &[ActWord::FoundRight, ActWord::FoundWrong])
}

/// Whether it is about a decision, which has a page.
fn decided(act: &Act) -> bool {
    act.about.parse::<model::DecisionId>().is_ok()
}

fn approvals(state: &ConsoleState) -> Approvals {
    state.review.approvals()
}

/// Why something about an act that needs two people was refused.
pub(super) fn refused(error: &ApprovalError) -> Problem {
    let kind = match error {
        ApprovalError::NoSuchAct(_) => &NOT_FOUND,
        ApprovalError::SamePerson(_) => &SAME_PERSON,
        ApprovalError::Storage => return Problem::new(&STORAGE, error.to_string()).retry_after(5),
        _ => &REFUSED,
    };
    Problem::new(kind, format!("{error}."))
}

/// `GET /console/alone`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&["done"])?;
    let approvals = approvals(&state);
    let mut done = approvals.latest(LATEST).await.map_err(|error| refused(&error))?;
    done.retain(|act| {
        let alone = act.said.iter().any(|said| said.word == ActWord::BrokeGlass);
        alone && !matches!(act.state(), ActState::BrokeGlass { reviewed: false, .. })
    });
    html(&Page {
        desk: Desk::new(&state, &caller, ROOM),
        open: approvals.unreviewed().await.map_err(|error| refused(&error))?,
        done,
        approves: caller.may(Permission::Approve),
        told: query.get("done").is_some(),
    })
}

/// What another person finds.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Found {
    #[serde(default)]
    word: String,
    #[serde(default)]
    reason: String,
}

/// `POST /console/alone/{id}`: `right` or `wrong`, with the reason.
pub(crate) async fn look(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(found): Form<Found>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Approve).await?;
    let right = match found.word.as_str() {
        "right" => true,
        "wrong" => false,
        _ => return Err(Problem::new(&REFUSED, "Say whether it was `right` or `wrong`.")),
    };
    let looked = approvals(&state).review(&id, &caller.by, right, &found.reason).await;
    looked.map_err(|error| refused(&error))?;
    Ok(see("/console/alone?done=1"))
}
