//! `/console/proposals`: what one person proposes and a second must approve. The second says first what they hold
//! themselves; only then do they see what the first one wrote. Must not decide: where both agree, `flow` does.

use super::{Desk, see};
use crate::api::refused;
use crate::page::html;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::{Asked, Held, Verdict};
use http::HeaderMap;
use jiff::Timestamp;
use model::{CaseId, Permission};
use serde::Deserialize;
use store::QueueFilter;

const AT: &str = "/console/proposals";
const PAGE: u32 = 50;

#[derive(Debug)]
struct Row {
    case: CaseId,
    clause: String,
    by: String,
    why: String,
    at: Timestamp,
    own: bool,
}

#[derive(Debug, Template)]
#[template(path = "proposals.html")]
struct Page {
    desk: Desk,
    rows: Vec<Row>,
    clauses: Vec<(String, String)>,
    may_approve: bool,
}

/// `GET /console/proposals`.
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    query.only(&[])?;
    let filter = QueueFilter { proposed: Some(true), ..QueueFilter::default() };
    let page = state.store.queue(&filter, None, PAGE, state.clock.now()).await;
    let mut rows = Vec::new();
    for waiting in page.map_err(|error| storage(&error))?.entries {
        let stored = state.store.case(waiting.case.id).await.map_err(|error| storage(&error))?;
        let Some(proposal) = stored.and_then(|stored| stored.proposal) else { continue };
        rows.push(Row {
            case: waiting.case.id,
            clause: waiting
                .work
                .clause
                .map_or_else(|| "no clause named".into(), |id| id.to_string()),
            own: proposal.by == caller.by,
            by: proposal.by,
            why: proposal.why,
            at: proposal.proposed_at,
        });
    }
    let rulebook = state.rulebook.load();
    let language = rulebook.settings.default_language();
    let clauses = rulebook.clauses().map(|id| {
        let title = rulebook.clause(id, language).map_or_else(|| id.to_string(), |one| one.title);
        (id.to_string(), title)
    });
    let clauses = clauses.collect();
    let may_approve = caller.may(Permission::Approve);
    html(&Page { desk: Desk::new(&state, &caller, AT), rows, clauses, may_approve })
}

/// What the second person holds.
#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    clause: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Template)]
#[template(path = "proposal.html")]
struct Both {
    desk: Desk,
    case: CaseId,
    first: String,
    own: String,
    by: String,
    verdict: Verdict,
}

fn told(held: Held, clause: Option<&str>) -> String {
    match (held, clause) {
        (Held::Breach, Some(clause)) => format!("breach of {clause}"),
        (Held::Breach, None) => "breach".into(),
        (Held::NoBreach, _) => "no breach".into(),
    }
}

/// `POST /console/proposals/{case}`: where both hold the same it is decided; where not, both are shown to each
/// other and the case goes to a more experienced colleague.
pub(crate) async fn second(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Approve).await?;
    let none = || Problem::new(&NOT_FOUND, "There is no such proposal.");
    let case: CaseId = id.parse().map_err(|_| none())?;
    let stored = state.store.case(case).await.map_err(|error| storage(&error))?;
    let proposal = stored.and_then(|stored| stored.proposal).ok_or_else(none)?;
    let verdict: Verdict = proposal.verdict.read().map_err(Problem::internal)?;
    let held = match sent.outcome.as_str() {
        "breach" => Held::Breach,
        "no_breach" => Held::NoBreach,
        _ => return Err(Problem::new(&MALFORMED_BODY, "Choose breach or no breach.")),
    };
    if sent.reason.trim().is_empty() {
        return Err(Problem::new(
            &MALFORMED_BODY,
            "Say why, before you see what the first one wrote.",
        ));
    }
    let clause = Some(sent.clause.trim()).filter(|text| !text.is_empty() && held == Held::Breach);
    let own = told(held, clause);
    let note = format!("As a second person I hold: {own}. {}", sent.reason.trim());
    let noted = state.review.work(case, &caller.by, Asked::Note { text: note }).await;
    noted.map_err(|error| refused(&error))?;
    let same = verdict.outcome == held
        && (held == Held::NoBreach || verdict.clause.as_ref().map(|id| id.as_str()) == clause);
    if same {
        state.review.approve(case, &caller.by).await.map_err(|error| refused(&error))?;
        return Ok(see(AT));
    }
    let why =
        format!("Two people disagree: {} proposes otherwise than {}.", proposal.by, caller.by);
    let escalated = state.review.work(case, &caller.by, Asked::Escalate { why }).await;
    escalated.map_err(|error| refused(&error))?;
    let first = told(verdict.outcome, verdict.clause.as_ref().map(|id| id.as_str()));
    let desk = Desk::new(&state, &caller, AT);
    html(&Both { desk, case, first, own, by: proposal.by, verdict })
}
