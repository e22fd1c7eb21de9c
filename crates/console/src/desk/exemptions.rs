//! `/console/exemptions`: proposing that a post stays up behind a notice, agreeing to it as another person, and
//! ending it. Must not exempt anybody by itself: two people do, through `flow`.

use super::{Desk, Word, see};
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem, REFUSED, SAME_PERSON, STORAGE};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::{ExemptionState, ExemptionView};
use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::{ExemptionError, Exemptions, NewExemption, ProposedExemption};
use http::HeaderMap;
use model::{Act, ClauseId, ItemId, Looked, Permission};
use serde::Deserialize;
use store::ExemptionFilter;

const ROOM: &str = "/console/exemptions";

/// A proposal with what another person needs to judge it.
#[derive(Debug)]
struct Waits {
    act: Act,
    asked: ProposedExemption,
    /// The text of the post.
    says: String,
    /// What is decided on it.
    decided: Option<String>,
}

/// An exemption of the register with the post that it is about.
#[derive(Debug)]
struct Kept {
    view: ExemptionView,
    item: String,
    people: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "desk_exemptions.html")]
struct Page {
    desk: Desk,
    waiting: Vec<Waits>,
    kept: Vec<Kept>,
    all: u64,
    running: u64,
    next: Option<u64>,
    item: String,
    clause: String,
    /// Those that may be exempted, by id and title.
    clauses: Vec<(String, String)>,
    /// Titles of those that are too grave for it.
    graver: Vec<String>,
    most_days: i64,
    edits: bool,
    told: Option<&'static str>,
}

/// The ways of exemptions.
pub(crate) fn exemptions(state: &ConsoleState) -> Exemptions {
    state.review.exemptions()
}

/// Why an exemption was not proposed, agreed to or ended.
pub(crate) fn refused(error: &ExemptionError) -> Problem {
    let kind = match error {
        ExemptionError::Approval(error) => return super::alone::refused(error),
        ExemptionError::NoSuch => &NOT_FOUND,
        ExemptionError::OwnDecision(_) => &SAME_PERSON,
        ExemptionError::Storage => return Problem::new(&STORAGE, error.to_string()).retry_after(5),
        ExemptionError::Wrong(_) => &REFUSED,
    };
    Problem::new(kind, format!("{error}."))
}

/// The clauses that the rulebook lets people exempt from, and the titles of those that are too grave for it.
fn exemptable(state: &ConsoleState) -> (Vec<(String, String)>, Vec<String>) {
    let book = state.rulebook.load();
    let covered = |(id, _): &(String, String)| {
        let id = id.parse::<ClauseId>().ok();
        let ladder = id.and_then(|id| book.ladder_of(&id));
        ladder.is_some_and(|ladder| book.settings.exemptions.covers(ladder.severity))
    };
    let all = crate::pages::exemptions::clauses(state);
    let (clauses, graver): (Vec<_>, Vec<_>) = all.into_iter().partition(covered);
    (clauses, graver.into_iter().map(|(_, title)| title).collect())
}

/// `GET /console/exemptions`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&["done", "item", "clause", "before"])?;
    let told = match query.get("done") {
        Some("proposed") => Some("It waits for another person, who must agree to it."),
        Some("approved") => {
            Some("It runs, and stands in the public register. The post stays up behind its notice.")
        }
        Some("refused") => Some("It is refused, and stays readable here as a proposal that was."),
        Some("revoked") => Some("It is ended. The post waits for people to look at it again."),
        Some(_) => Some("Done."),
        None => None,
    };
    let failed = |error| storage(&error);
    let mut waiting = Vec::new();
    for (act, asked) in exemptions(&state).waiting().await.map_err(|error| refused(&error))? {
        state.look(&caller, Looked::Item, asked.item.as_str()).await?;
        let event = state.store.latest_event_of(&asked.item).await.map_err(failed)?;
        let subject = event.and_then(|one| model::Subject::of(&one.event).ok().flatten());
        let found = state.store.lookup_item(&asked.item).await.map_err(failed)?;
        let decided = found.and_then(|found| found.decision).map(|one| one.decision.id.to_string());
        let says = subject.map_or_else(String::new, |subject| subject.item.text);
        waiting.push(Waits { act, asked, says, decided });
    }
    let filter = ExemptionFilter { before: query.parse("before")?, ..ExemptionFilter::default() };
    let (rows, stored) = crate::reads::exemptions_kept(&state, &filter).await?;
    let kept = rows.exemptions.into_iter().zip(stored);
    let kept = kept.map(|(view, stored)| Kept {
        view,
        item: stored.exemption.item.to_string(),
        people: stored.exemption.people,
    });
    let (clauses, graver) = exemptable(&state);
    html(&Page {
        desk: Desk::new(&state, &caller, ROOM),
        waiting,
        kept: kept.collect(),
        all: rows.all,
        running: rows.running,
        next: rows.next,
        item: query.get("item").unwrap_or_default().to_owned(),
        clause: query.get("clause").unwrap_or_default().to_owned(),
        clauses,
        graver,
        most_days: state.rulebook.load().settings.exemptions.most_days(),
        edits: caller.may(Permission::EditExemptions),
        told,
    })
}

/// An exemption, as a form or a program says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    item: String,
    clause: String,
    notice: String,
    days: u16,
    why: String,
}

/// Proposes what was said.
///
/// # Errors
/// A problem that says why not.
pub(crate) async fn propose_for(
    state: &ConsoleState,
    fields: Fields,
    by: &str,
) -> Result<Act, Problem> {
    let wrong = |why: String| Problem::new(&REFUSED, format!("{why}."));
    let new = NewExemption {
        item: ItemId::new(fields.item.trim()).map_err(|error| wrong(error.to_string()))?,
        clause: fields
            .clause
            .trim()
            .parse()
            .map_err(|error: model::ClauseIdError| wrong(error.to_string()))?,
        notice: fields.notice,
        days: fields.days,
        why: fields.why,
    };
    exemptions(state).propose(new, by).await.map_err(|error| refused(&error))
}

/// `POST /console/exemptions`.
pub(crate) async fn propose(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditExemptions).await?;
    let Form(fields) = form.map_err(|error| Problem::new(&REFUSED, error.body_text()))?;
    propose_for(&state, fields, &caller.by).await?;
    Ok(see("/console/exemptions?done=proposed"))
}

/// `POST /console/exemptions/{id}`: `approve`, `refuse` or `revoke`.
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Word>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditExemptions).await?;
    let ways = exemptions(&state);
    let (done, became) = match said.word.as_str() {
        "approve" => (ways.answer(&id, &caller.by, true, &said.reason).await, "approved"),
        "refuse" => (ways.answer(&id, &caller.by, false, &said.reason).await, "refused"),
        "revoke" => (ways.revoke(&id, &caller.by, &said.reason).await, "revoked"),
        _ => return Err(Problem::new(&REFUSED, "Say `approve`, `refuse` or `revoke`.")),
    };
    done.map_err(|error| refused(&error))?;
    Ok(see(&format!("{ROOM}?done={became}")))
}
