//! `/console/appeals`: what people contest, and where it is answered. Must not show anybody the challenge of what they had
//! a hand in: `flow` says who that is.

use super::{Desk, see};
use crate::api::appeals::refused;
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use flow::like::LikeQuery;
use flow::{AnsweredAppeal, AppealError, Attached, Looked, Reply};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use model::{
    Appeal, AppealId, AppealOutcome, Appellant, DecisionId, EvidenceKind, Outcome, Permission,
    Statement, Subject,
};
use serde::Deserialize;
use store::EvidenceOf;

const AT: &str = "/console/appeals";

#[derive(Debug)]
struct Row {
    id: AppealId,
    title: String,
    by: &'static str,
    level: u8,
    due: String,
    late: bool,
    came: Timestamp,
}

#[derive(Debug, Template)]
#[template(path = "appeals.html")]
struct Queue {
    desk: Desk,
    rows: Vec<Row>,
}

#[derive(Debug, Template)]
#[template(path = "appeal.html")]
struct Page {
    desk: Desk,
    appeal: Appeal,
    title: String,
    by: &'static str,
    reporter: bool,
    escalated_at: Option<Timestamp>,
    item: String,
    passage: Option<String>,
    held: String,
    facts: String,
    /// Level, outcome and reason.
    earlier: Vec<(u8, &'static str, String)>,
    /// Outcome, reason and who.
    answered: Option<(&'static str, String, String)>,
    /// Who, outcome, reason, and why one is not enough.
    proposed: Option<(String, &'static str, String, String)>,
    clauses: Vec<(String, String)>,
    precedents: Vec<(DecisionId, String)>,
    pieces: Vec<Piece>,
    said: Said,
    wrong: Option<String>,
    done: Option<String>,
}

/// A piece of evidence, and what it says where that is a text.
#[derive(Debug)]
struct Piece {
    one: Attached,
    text: Option<String>,
    /// Whether it came with this appeal, not with one before it.
    own: bool,
    /// Whether the form or the answer cites it.
    cited: bool,
}

impl Piece {
    fn is_picture(&self) -> bool {
        self.one.media_type.starts_with("image/")
    }

    const fn kind(&self) -> &'static str {
        match self.one.kind {
            EvidenceKind::Document if self.text.is_some() && self.one.file_name.is_none() => "text",
            EvidenceKind::Document => "document",
            EvidenceKind::Link => "page elsewhere",
            EvidenceKind::FactCheck => "fact check",
            EvidenceKind::Photograph => "picture",
        }
    }
}

/// Most bytes of a text that is shown in the page.
const LONGEST_SHOWN: u64 = 64 << 10;

/// What the form says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    outcome: String,
    clause: String,
    reason: String,
    departs: String,
    evidence: Vec<String>,
}

impl Said {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut said = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "outcome" => said.outcome = value,
                "clause" => said.clause = value,
                "reason" => said.reason = value,
                "departs" => said.departs = value,
                "evidence" => said.evidence.push(value),
                _ => {}
            }
        }
        said
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Why {
    #[serde(default)]
    why: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: Option<String>,
}

const fn who(by: &Appellant) -> &'static str {
    match by {
        Appellant::Person => "the person concerned",
        Appellant::Reporter { .. } => "who reported it",
    }
}

const fn word(outcome: AppealOutcome) -> &'static str {
    match outcome {
        AppealOutcome::Granted => "Granted",
        AppealOutcome::Varied => "Granted in part",
        AppealOutcome::Rejected => "Rejected",
    }
}

fn id(text: &str) -> Result<AppealId, Problem> {
    text.parse().map_err(|_| Problem::new(&NOT_FOUND, "This is no id of an appeal."))
}

/// `GET /console/appeals`.
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    let now = state.clock.now();
    let mut rows = Vec::new();
    for one in state.review.appeals().queue(&caller.by).await.map_err(|error| refused(&error))? {
        let decision = state
            .store
            .decision(one.appeal.decision)
            .await
            .map_err(|error| crate::state::storage(&error))?;
        let clause = decision.as_ref().and_then(|one| one.statement.clause("en"));
        rows.push(Row {
            id: one.appeal.id,
            title: clause
                .map_or_else(|| "No breach was found".to_owned(), |clause| clause.title.clone()),
            by: who(&one.appeal.by),
            level: one.appeal.level,
            due: text::day(&one.appeal.due_at),
            late: one.escalated_at.is_some() || one.appeal.due_at <= now,
            came: one.appeal.submitted_at,
        });
    }
    html(&Queue { desk: Desk::new(&state, &caller, AT), rows })
}

/// `GET /console/appeals/{id}`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    Query(done): Query<Done>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let done = match done.done.as_deref() {
        Some("proposed") => Some("Your answer waits for a second person.".to_owned()),
        Some("urgent") => Some("It is marked as urgent.".to_owned()),
        Some("answered") => Some("It is answered, and what follows is done.".to_owned()),
        _ => None,
    };
    page(&state, &headers, id(&name)?, Said::default(), None, done).await
}

async fn page(
    state: &ConsoleState,
    headers: &HeaderMap,
    id: AppealId,
    said: Said,
    wrong: Option<String>,
    done: Option<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(headers, Permission::HearAppeals).await?;
    let looked =
        state.review.appeals().look(id, &caller.by).await.map_err(|error| refused(&error))?;
    state.look(&caller, model::Looked::Decision, &looked.decision.decision.id.to_string()).await?;
    let Looked { stored, decision, event, proposal, earlier, evidence } = looked;
    let answer = stored.answer.as_ref().map_or(&[][..], |answer| &answer.evidence);
    let mut pieces = Vec::new();
    for one in evidence {
        pieces.push(Piece {
            text: text_of(state, &one, &caller.by).await?,
            own: one.of == EvidenceOf::Appeal(id),
            cited: answer.contains(&one.id) || said.evidence.contains(&one.id.to_string()),
            one,
        });
    }
    let subject = Subject::of(&event.event).ok().flatten();
    let item = subject.map_or_else(String::new, |subject| subject.item.text);
    let book = state.rulebook.load_full();
    let clause = decision.statement.clause("en");
    let title =
        clause.map_or_else(|| "No breach was found".to_owned(), |clause| clause.title.clone());
    let held = crate::reads::row(&decision);
    let proposed = proposal.and_then(|proposal| {
        let reply: Reply = proposal.answer.read().ok()?;
        Some((proposal.by, word(reply.outcome), reply.reason, proposal.why))
    });
    let clauses = book
        .clauses()
        .map(|clause| {
            let text = book
                .clause(clause, "en")
                .or_else(|| book.clause(clause, book.settings.default_language()));
            let name = text.map_or_else(
                || clause.to_string(),
                |text| format!("{}: {}", text.policy_title, text.title),
            );
            (clause.to_string(), name)
        })
        .collect();
    let precedents = precedents(state, &item, &decision.decision.item).await;
    html(&Page {
        desk: Desk::new(state, &caller, AT),
        title,
        by: who(&stored.appeal.by),
        reporter: matches!(stored.appeal.by, Appellant::Reporter { .. }),
        escalated_at: stored.escalated_at,
        item,
        passage: decision.statement.parts().passage.as_ref().map(|passage| passage.text.clone()),
        held: format!(
            "{}. Decided by {} on {}.",
            held.did(),
            held.by.says(),
            text::moment(&held.decided_at)
        ),
        facts: Statement::in_language(&decision.statement.parts().facts, "en").to_owned(),
        earlier: earlier
            .into_iter()
            .filter_map(|one| {
                one.answer.map(|answer| (one.appeal.level, word(answer.outcome), answer.reason))
            })
            .collect(),
        answered: stored
            .answer
            .map(|answer| (word(answer.outcome), answer.reason, answer.by.join(" and "))),
        appeal: stored.appeal,
        proposed,
        clauses,
        precedents,
        pieces,
        said,
        wrong,
        done,
    })
}

/// What a text says that is short enough to be read in the page.
async fn text_of(
    state: &ConsoleState,
    one: &Attached,
    by: &str,
) -> Result<Option<String>, Problem> {
    if one.media_type != "text/plain" || one.size > LONGEST_SHOWN {
        return Ok(None);
    }
    let read = state.review.appeals().evidence_bytes(one.id, by).await;
    let (_, bytes) = read.map_err(|error| refused(&error))?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// Decisions on the posts most like this one.
async fn precedents(
    state: &ConsoleState,
    item: &str,
    own: &model::ItemId,
) -> Vec<(DecisionId, String)> {
    if item.trim().is_empty() {
        return Vec::new();
    }
    let threshold = state.rulebook.load().audit.threshold;
    let query = LikeQuery {
        text: item.to_owned(),
        without: Some(own.clone()),
        threshold,
        limit: 20,
        clause: None,
    };
    let like = state.review.like(&query).await.unwrap_or_default();
    let like =
        like.into_iter().filter(flow::like::LikeItem::is_like).filter_map(|one| one.decision);
    like.take(5)
        .map(|one| {
            let held = match &one.outcome {
                Outcome::Breach { clauses } => {
                    clauses.first().map(ToString::to_string).unwrap_or_default()
                }
                Outcome::NoBreach => "no breach".into(),
            };
            (one.id, format!("{held}, {}", text::day(&one.decided_at)))
        })
        .collect()
}

/// `POST /console/appeals/{id}/answer`.
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    let id = id(&name)?;
    let said = Said::of(pairs);
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let outcome = match said.outcome.as_str() {
        "granted" => Ok(AppealOutcome::Granted),
        "varied" => Ok(AppealOutcome::Varied),
        "rejected" => Ok(AppealOutcome::Rejected),
        _ => Err("Choose an outcome.".to_owned()),
    };
    let clause = filled(&said.clause)
        .map(|clause| clause.parse())
        .transpose()
        .map_err(|_| "That is no clause.".to_owned());
    let (outcome, clause) = match (outcome, clause) {
        (Ok(outcome), Ok(clause)) => (outcome, clause),
        (Err(why), _) | (_, Err(why)) => return wrong(&state, &headers, id, said, why).await,
    };
    let reply = Reply {
        outcome,
        reason: said.reason.clone(),
        clause,
        passage: None,
        departs: filled(&said.departs),
        evidence: said.evidence.iter().filter_map(|id| id.parse().ok()).collect(),
    };
    match state.review.appeals().answer(id, &caller.by, reply).await {
        Ok(AnsweredAppeal::Answered { .. }) => Ok(see(&format!("{AT}/{id}?done=answered"))),
        Ok(AnsweredAppeal::Proposed { .. }) => Ok(see(&format!("{AT}/{id}?done=proposed"))),
        Err(error @ (AppealError::TookPart | AppealError::NoSuchAppeal(_))) => Err(refused(&error)),
        Err(error) => wrong(&state, &headers, id, said, format!("{error}.")).await,
    }
}

async fn wrong(
    state: &ConsoleState,
    headers: &HeaderMap,
    id: AppealId,
    said: Said,
    why: String,
) -> Result<Response, Problem> {
    let mut response = page(state, headers, id, said, Some(why), None).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// `POST /console/appeals/{id}/approve`.
pub(crate) async fn approve(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    let id = id(&name)?;
    match state.review.appeals().approve(id, &caller.by).await {
        Ok(_) => Ok(see(&format!("{AT}/{id}?done=answered"))),
        Err(error @ (AppealError::TookPart | AppealError::NoSuchAppeal(_))) => Err(refused(&error)),
        Err(error) => wrong(&state, &headers, id, Said::default(), format!("{error}.")).await,
    }
}

/// `POST /console/appeals/{id}/escalate`.
pub(crate) async fn escalate(
    State(state): State<ConsoleState>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::HearAppeals).await?;
    let id = id(&name)?;
    state
        .review
        .appeals()
        .escalate(id, &caller.by, &why.why)
        .await
        .map_err(|error| refused(&error))?;
    Ok(see(&format!("{AT}/{id}?done=urgent")))
}
