//! The last step of a replay: whoever has seen it proposes the draft, another person agrees, and it comes into force.
//! Must not judge: `flow::adoption` does.

use super::jobs::{self, Standing};
use crate::problem::{MALFORMED_BODY, NOT_ADOPTED, Problem, RULEBOOK_UNSOUND, SAME_PERSON};
use crate::state::{ConsoleState, storage};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::ReloadError;
use flow::adoption::{AdoptionError, Adoptions};
use flow::approval::ApprovalError;
use http::HeaderMap;
use model::{Act, ActState, Permission};
use serde::Deserialize;
use std::sync::Arc;

/// Where a draft stands, for the page of its replay.
#[derive(Debug)]
pub(super) struct Adoption {
    /// Whether the draft is in force.
    pub in_force: bool,
    /// Whether the replay was held against the rulebook that is in force now.
    pub current: bool,
    /// What was proposed, the latest first.
    pub acts: Vec<Act>,
    /// Whether who looks may propose and agree.
    pub may: bool,
    /// Who looks.
    pub who: String,
    /// How many people the rulebook asks for.
    pub people: u8,
}

impl Adoption {
    /// The proposal that is open or holds; a refused one is history.
    pub(super) fn open(&self) -> Option<&Act> {
        self.acts.first().filter(|act| !matches!(act.state(), ActState::Refused { .. }))
    }

    /// Whether it waits for another person.
    pub(super) fn waits(&self) -> bool {
        self.open().is_some_and(|act| matches!(act.state(), ActState::Waiting { .. }))
    }

    /// Whether who looks is among those who stand for it already.
    pub(super) fn own(&self) -> bool {
        self.open().is_some_and(|act| act.people().contains(&self.who))
    }
}

/// Where the draft of a replay stands.
pub(super) async fn standing(
    state: &ConsoleState,
    report: &flow::replay::ReplayReport,
    caller: &crate::Caller,
) -> Result<Adoption, Problem> {
    let adoptions = Adoptions::new(Arc::clone(state.review.engine()));
    let acts = adoptions.about(&report.draft).await.map_err(|error| refused(&error))?;
    let book = state.rulebook.load();
    Ok(Adoption {
        in_force: *book.version() == report.draft,
        current: *book.version() == report.in_force,
        acts,
        may: caller.may(Permission::EditRulebook),
        who: caller.by.clone(),
        people: book.settings.four_eyes.people(model::ActClass::Rulebook),
    })
}

/// What the forms send.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    act: String,
    #[serde(default)]
    word: String,
    #[serde(default)]
    why: String,
}

/// `POST /console/replay/{id}/propose`.
pub(crate) async fn propose(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditRulebook).await?;
    let (_, standing) = jobs::stands(&state, &id)?;
    let Standing::Done(report) = standing else {
        return Err(malformed("The replay is not done: there is nothing to have seen yet."));
    };
    let (digest, _) = report.published().map_err(Problem::internal)?;
    let adoptions = Adoptions::new(Arc::clone(state.review.engine()));
    let act = adoptions.propose(&digest, said.why.trim(), &caller.by).await;
    let act = act.map_err(|error| refused(&error))?;
    tracing::info!(act = act.id, by = caller.by, "a rulebook was proposed");
    Ok(back(&id))
}

/// `POST /console/replay/{id}/adoption`: agrees, refuses, takes back, or puts into force what was agreed to.
pub(crate) async fn say(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditRulebook).await?;
    jobs::stands(&state, &id)?;
    let adoptions = Adoptions::new(Arc::clone(state.review.engine()));
    let why = said.why.trim();
    let done = match said.word.as_str() {
        "approve" => adoptions.approve(&said.act, &caller.by, why).await,
        "refuse" => adoptions.refuse(&said.act, &caller.by, why).await,
        "enforce" => adoptions.put_into_force(&said.act).await,
        _ => return Err(malformed("The form says neither yes nor no.")),
    };
    let act = done.map_err(|error| refused(&error))?;
    tracing::info!(act = act.id, by = caller.by, word = said.word, "about a proposed rulebook");
    Ok(back(&id))
}

fn back(id: &str) -> Response {
    crate::desk::see(&format!("/console/replay/{id}#adoption"))
}

fn malformed(detail: &str) -> Problem {
    Problem::new(&MALFORMED_BODY, detail.to_owned())
}

fn refused(error: &AdoptionError) -> Problem {
    match error {
        AdoptionError::Store(error) => storage(error),
        AdoptionError::Refused(ApprovalError::Storage)
        | AdoptionError::Unsound(ReloadError::Store(_) | ReloadError::Fault(_)) => {
            Problem::internal(error)
        }
        AdoptionError::Unsound(error) => Problem::new(&RULEBOOK_UNSOUND, error.to_string()),
        AdoptionError::Refused(ApprovalError::NoReason) => {
            malformed("Say why, in a few plain words: they stand in the public history.")
        }
        AdoptionError::Refused(ApprovalError::SamePerson(_)) => {
            Problem::new(&SAME_PERSON, sentence(&error.to_string()))
        }
        _ => Problem::new(&NOT_ADOPTED, sentence(&error.to_string())),
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
