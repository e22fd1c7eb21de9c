//! `/console/cases/{id}`: one case on one screen, from the evidence to the decision. Every state of the form is an
//! address; what is sent is answered by sending the browser to one. Must not decide: `flow::review` does.

mod files;
mod form;
mod marked;
mod media;
mod view;
mod work;

use super::Desk;
use crate::access::Caller;
use crate::api::{case_id, refused};
use crate::page::html;
use crate::problem::{BAD_QUERY, NOT_FOUND, NOT_PERMITTED, Problem};
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::Held;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use flow::{Held as Says, Pending, ReviewError, Reviewed, Verdict};
use form::Filled;
use http::HeaderMap;
pub(crate) use marked::Piece;
use model::{CaseId, Looked, Permission, ReceiptState};
use serde_json::{Value, json};
use store::StoredCase;
pub(crate) use view::{CaseView, percent, span};

/// Names and values as an address or a form has them.
type Pairs = Vec<(String, String)>;

/// The pages of a case.
pub(crate) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/console/cases/{id}", get(show).post(send))
        .route("/console/cases/{id}/undo", post(undo))
        .route("/console/cases/{id}/answer", post(answer))
        .route("/console/cases/{id}/approve", post(approve))
        .route("/console/cases/{id}/golden", post(golden))
        .route("/console/cases/{id}/presence", get(presence))
        .route("/console/cases/{id}/evidence", post(files::attach))
        .route("/console/cases/{id}/media/{place}", get(media::show))
        .route("/console/evidence/{id}", get(files::show))
}

/// A verdict that waits, or that somebody else gave.
#[derive(Debug)]
struct Waiting {
    own: bool,
    by: String,
    says: String,
    ago: String,
    /// Seconds in which it can be taken back.
    left: i64,
}

#[derive(Debug, Template)]
#[template(path = "case.html")]
struct Page {
    desk: Desk,
    id: String,
    view: CaseView,
    pending: Option<Waiting>,
    /// What was to be told after a form was sent.
    told: Option<&'static str>,
    decides: bool,
    approves: bool,
    chooses: bool,
    work: Option<work::WorkView>,
}

impl Page {
    fn held(verdict: &Verdict, view: &CaseView) -> String {
        says(verdict, |id| {
            view.clauses.iter().find(|one| one.id == id).map(|one| one.title.clone())
        })
    }

    /// What is proposed, in words, if a second person is to look at it.
    fn proposed(&self) -> Option<(String, Verdict)> {
        let proposal = self.view.stored.proposal.as_ref()?;
        let verdict: Verdict = proposal.verdict.read().ok()?;
        Some((Self::held(&verdict, &self.view), verdict))
    }

    fn is_own_proposal(&self) -> bool {
        self.view.stored.proposal.as_ref().is_some_and(|one| one.by == self.desk.who)
    }

    /// The address of this page with nothing but another outcome.
    fn no_breach() -> &'static str {
        "?outcome=no_breach"
    }

    fn cites(&self, id: &str) -> bool {
        self.view.filled.evidence.iter().any(|one| one == id)
    }

    /// What the decision did, for the strip of its delivery: when it was told and when it was carried out.
    fn received(&self, state: ReceiptState) -> Option<jiff::Timestamp> {
        let decided = self.view.decided.as_ref()?;
        decided.receipts.iter().find(|one| one.state == state).map(|one| one.at)
    }

    fn enforced(&self) -> Option<jiff::Timestamp> {
        self.received(ReceiptState::Enforced)
    }

    fn delivered(&self) -> Option<jiff::Timestamp> {
        self.received(ReceiptState::NoticeDelivered)
    }

    fn decided_by(&self) -> String {
        match self.view.decided.as_ref().map(|one| &one.decision.by) {
            Some(model::DecidedBy::People(people)) => people.join(" and "),
            _ => "Automation".into(),
        }
    }

    fn decided_held(&self) -> Held {
        let breach =
            self.view.decided.as_ref().is_some_and(|one| one.decision.outcome.clause().is_some());
        if breach { Held::Breach } else { Held::NoBreach }
    }

    fn decided_title(&self) -> String {
        let decided = self.view.decided.as_ref().map(|one| one.statement.parts());
        let text = decided.and_then(|parts| parts.clause.first());
        text.map_or_else(|| "Nothing is breached".into(), |text| text.title.clone())
    }

    /// The beginning of the case's id, for a title.
    fn short(&self) -> &str {
        self.id.split('-').next().unwrap_or(&self.id)
    }

    fn is_ready(&self) -> bool {
        !self.view.lost && self.view.preview.as_ref().is_some_and(flow::Preview::ready)
    }

    /// What pressing the button does.
    fn act(&self) -> String {
        let Some(preview) = &self.view.preview else { return "Decide".into() };
        let breach = self.view.filled.held() == Some(Says::Breach);
        let held = if breach { Held::Breach } else { Held::NoBreach };
        let verb = if preview.second.is_some() { "Propose" } else { "Decide" };
        if preview.decided.is_none() {
            return verb.into();
        }
        format!("{verb}: {}", text::all_done(self.view.measures(), held).to_lowercase())
    }

    fn is_blind(&self) -> bool {
        self.view.blind
    }
}

/// A verdict in a few words.
fn says(verdict: &Verdict, title: impl Fn(&str) -> Option<String>) -> String {
    match (&verdict.outcome, &verdict.clause) {
        (Says::Breach, Some(clause)) => {
            let id = clause.as_str();
            let title = title(id).unwrap_or_else(|| id.to_owned());
            let urgent = if verdict.emergency.is_some() { ", as an emergency" } else { "" };
            format!("Breach of “{title}”{urgent}")
        }
        (Says::Breach, None) => "Breach".into(),
        (Says::NoBreach, _) => "No breach".into(),
    }
}

/// A case by the name in its address.
pub(super) async fn stored(state: &ConsoleState, id: CaseId) -> Result<StoredCase, Problem> {
    let stored = state.store.case(id).await.map_err(|error| storage(&error))?;
    stored.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such case."))
}

fn told(pairs: &Pairs) -> Option<&'static str> {
    let (_, word) = pairs.iter().find(|(name, _)| name == "told")?;
    Some(match word.as_str() {
        "late" => "Somebody was there first, so your verdict was not taken. Theirs stands here.",
        "claimed" => "Somebody has this case claimed, or it is held: your verdict was not taken.",
        "undone" => "Taken back. Nothing was decided, and nobody was told.",
        "too-late" => {
            "It was decided before you took it back. Another person can replace the decision."
        }
        "proposed" => "Proposed. A second person decides with you.",
        "missing" => "It is not decided yet: see what is missing.",
        "answered" => "Your first answer is kept. Now you see who posted.",
        "attached" => "The evidence is attached. Tick it to cite it.",
        "worked" => "It is done.",
        "split" => "This is the new case; the rest stays in the one that it was parted from.",
        "merged" => "This is the case that it goes on in, or follows.",
        "golden" => "The case is mixed into the second looks from now on.",
        _ => return None,
    })
}

/// Sends the browser to the page of the case. A reason makes an address long.
fn to(id: CaseId, query: &str) -> Response {
    Redirect::to(&format!("/console/cases/{id}{query}")).into_response()
}

async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let case = stored(&state, case_id(&name)?).await?;
    state.look(&caller, Looked::Case, &case.case.id.to_string()).await?;
    page(&state, &caller, case, &pairs).await
}

async fn page(
    state: &ConsoleState,
    caller: &Caller,
    case: StoredCase,
    pairs: &Pairs,
) -> Result<Response, Problem> {
    let id = case.case.id;
    let pending = state.review.pending(id).await.map_err(|error| refused(&error))?;
    let view = CaseView::gather(state, case, &caller.by, Filled::of(pairs)).await?;
    let pending = pending.map(|pending| waiting(&pending, &view, &caller.by));
    html(&Page {
        desk: Desk::new(state, caller, "/console/cases"),
        id: id.to_string(),
        pending,
        told: told(pairs),
        decides: caller.may(Permission::Decide),
        approves: caller.may(Permission::Approve),
        chooses: caller.may(Permission::ReadQuality),
        work: work::WorkView::gather(state, caller, &view).await?,
        view,
    })
}

fn waiting(pending: &Pending, view: &CaseView, by: &str) -> Waiting {
    Waiting {
        own: pending.by == by,
        by: pending.by.clone(),
        says: Page::held(&pending.verdict, view),
        ago: view.ago(&pending.given_at),
        left: pending.due_at.duration_since(view.now).as_secs().max(0),
    }
}

/// The form of the page: shows its new state, or gives the verdict.
async fn send(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let id = case_id(&name)?;
    let filled = Filled::of(&pairs);
    let query = filled.query();
    if !pairs.iter().any(|(name, value)| name == "do" && value == "decide") {
        return Ok(to(id, &format!("?{query}")));
    }
    let case = stored(&state, id).await?;
    let blind = state.review.is_blind(&case, &caller.by).await.map_err(|error| refused(&error))?;
    if blind {
        return Err(Problem::new(&NOT_PERMITTED, "This queue asks for a first answer first."));
    }
    let subject = model::Subject::of(&case.event.event).ok().flatten();
    let text = subject.as_ref().map_or("", |subject| subject.item.text.as_str());
    let missing = format!("?{query}&told=missing#decision");
    let (Some(verdict), Ok(_)) = (filled.verdict(text), filled.passage(text)) else {
        return Ok(to(id, &missing));
    };
    match state.review.decide_soon(id, &caller.by, verdict).await {
        Ok(_) => Ok(to(id, "")),
        Err(ReviewError::Waits(pending)) if pending.by == caller.by => Ok(to(id, "")),
        Err(ReviewError::Waits(_) | ReviewError::AlreadyDecided) => {
            Ok(to(id, &format!("?{query}&told=late")))
        }
        Err(
            ReviewError::NotAllowed(_)
            | ReviewError::Departs(_)
            | ReviewError::DepartsFromLadder(_)
            | ReviewError::NoSuchEvidence(_),
        ) => Ok(to(id, &missing)),
        Err(ReviewError::Claimed { .. } | ReviewError::NotYours | ReviewError::NotWaiting(_)) => {
            Ok(to(id, &format!("?{query}&told=claimed")))
        }
        Err(error) => Err(refused(&error)),
    }
}

async fn undo(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let id = case_id(&name)?;
    let pending = state.review.pending(id).await.map_err(|error| refused(&error))?;
    let gone = state.review.take_back(id, &caller.by).await.map_err(|error| refused(&error))?;
    let Some(pending) = pending.filter(|_| gone) else {
        return Ok(to(id, "?told=too-late"));
    };
    // What was filled in stands there again.
    let query = again(&pending.verdict).query();
    Ok(to(id, &format!("?{query}&told=undone")))
}

/// The form that says a verdict.
fn again(verdict: &Verdict) -> Filled {
    Filled {
        outcome: match verdict.outcome {
            Says::Breach => "breach".into(),
            Says::NoBreach => "no_breach".into(),
        },
        clause: verdict.clause.as_ref().map(ToString::to_string).unwrap_or_default(),
        words: String::new(),
        at: verdict.passage.map(|at| format!("{}-{}", at.start, at.end)).unwrap_or_default(),
        step: verdict.step.map(|step| step.to_string()).unwrap_or_default(),
        emergency: verdict.emergency.is_some(),
        plea: verdict.emergency.as_ref().map(|plea| plea.reason.clone()).unwrap_or_default(),
        shows: verdict.emergency.as_ref().map(|plea| plea.evidence.join("\n")).unwrap_or_default(),
        reason: Some(verdict.reason.clone()),
        departs: verdict.departs.clone().unwrap_or_default(),
        evidence: verdict.evidence.iter().map(ToString::to_string).collect(),
    }
}

async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let id = case_id(&name)?;
    let (held, clause) = answered(&pairs)?;
    let kept = state.review.first_answer(id, &caller.by, held, clause.clone()).await;
    kept.map_err(|error| refused(&error))?;
    let outcome = if held == Says::Breach { "breach" } else { "no_breach" };
    let clause = clause.map(|clause| clause.to_string()).unwrap_or_default();
    let filled = Filled { outcome: outcome.into(), clause, ..Filled::default() };
    Ok(to(id, &format!("?{}&told=answered", filled.query())))
}

/// A short answer: `held` is `no_breach`, or the clause that is breached.
pub(super) fn answered(pairs: &Pairs) -> Result<(Says, Option<model::ClauseId>), Problem> {
    let held = pairs.iter().find(|(name, _)| name == "held").map(|(_, value)| value.as_str());
    match held {
        Some("no_breach") => Ok((Says::NoBreach, None)),
        Some(clause) => {
            let clause =
                clause.parse().map_err(|_| Problem::new(&BAD_QUERY, "`held` is no clause."))?;
            Ok((Says::Breach, Some(clause)))
        }
        None => Err(Problem::new(&BAD_QUERY, "Choose a clause, or that none is breached.")),
    }
}

async fn approve(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Approve).await?;
    let id = case_id(&name)?;
    match state.review.approve(id, &caller.by).await {
        Ok(Reviewed::Decided(_)) => Ok(to(id, "")),
        Ok(Reviewed::Proposed { .. }) => Ok(to(id, "?told=proposed")),
        Err(ReviewError::AlreadyDecided) => Ok(to(id, "?told=late")),
        Err(error) => Err(refused(&error)),
    }
}

async fn golden(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadQuality).await?;
    let id = case_id(&name)?;
    let made = state.review.make_golden(id, &caller.by).await;
    made.map_err(|error| refused(&error))?;
    Ok(to(id, "?told=golden"))
}

/// Who else is here, and whether the case still waits: what the page asks for now and then.
async fn presence(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let case = stored(&state, case_id(&name)?).await?;
    let id = case.case.id;
    let others = state.review.look(&case, &caller.by).await.map_err(|error| refused(&error))?;
    let pending = state.review.pending(id).await.map_err(|error| refused(&error))?;
    let stands = match (case.decision, pending) {
        (Some(_), _) => "decided",
        (None, Some(pending)) if pending.by != caller.by => "waits",
        (None, _) => "open",
    };
    let names: Vec<&str> = others.iter().map(|one| one.by.as_str()).collect();
    Ok(Json(json!({ "stands": stands, "says": here(&names), "alone": names.is_empty() })))
}

/// Who else looks at a case, in a line.
fn here(names: &[&str]) -> String {
    match names {
        [] => "Nobody else is here".into(),
        [one] => format!("{one} is here, too"),
        many => format!("{} are here, too", many.join(", ")),
    }
}

impl Page {
    fn here(&self) -> String {
        let names: Vec<&str> = self.view.others.iter().map(|one| one.by.as_str()).collect();
        here(&names)
    }
}
