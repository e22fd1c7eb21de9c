//! `/console/quality`: do we agree with each other, and do people hold what the rules find? Each person sees their
//! own answers; those who look after the work see the counts. Must not rank people.

use super::Desk;
use super::case::{CaseView, Piece, percent, span, stored};
use crate::api::refused;
use crate::page::html;
use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use flow::{Quality, Rate};
use http::HeaderMap;
use model::{ClauseId, Permission};
use store::{Answer, Looked};

/// The pages about quality.
pub(super) fn router() -> Router<ConsoleState> {
    Router::new()
        .route("/console/quality", get(show))
        .route("/console/quality/next", post(next))
        .route("/console/quality/looks/{id}", get(look).post(answer))
}

/// A bar of a chart: a value with its interval, from 0 to 400.
#[derive(Debug)]
struct Bar {
    title: String,
    says: String,
    value: f64,
    low: f64,
    high: f64,
    y: usize,
}

#[derive(Debug, Template)]
#[template(path = "quality.html")]
struct Page {
    desk: Desk,
    quality: Quality,
    all: bool,
    waits: bool,
    titles: std::collections::BTreeMap<ClauseId, String>,
}

impl Page {
    fn title(&self, clause: &ClauseId) -> String {
        self.titles.get(clause).cloned().unwrap_or_else(|| clause.to_string())
    }

    fn held(&self, answer: &Answer) -> String {
        match &answer.clause {
            Some(clause) => self.title(clause),
            None => "No breach".into(),
        }
    }

    fn percent(share: &f64) -> u32 {
        percent(*share)
    }

    fn agreed(&self) -> (usize, usize) {
        let same = self.quality.own.iter().filter(|one| one.own == one.other).count();
        (same, self.quality.own.len())
    }

    /// The rules with the most findings, as bars: how often people held what they found.
    fn bars(&self) -> Vec<Bar> {
        let shown = self.quality.calibration.iter().take(12).enumerate();
        let bar = |(at, one): (usize, &flow::Calibrated)| {
            let interval = one.interval?;
            let share = one.upheld as f64 / one.found.max(1) as f64;
            Some(Bar {
                title: one.rule.clone(),
                says: format!("{} of {}", one.upheld, one.found),
                value: share * 400.0,
                low: interval.low.max(0.0) * 400.0,
                high: interval.high.min(1.0) * 400.0,
                y: at * 26,
            })
        };
        shown.filter_map(bar).collect()
    }

    fn alpha(rate: &Rate) -> String {
        let Some(alpha) = rate.alpha else { return "not told from chance".into() };
        match rate.interval {
            Some(interval) => {
                format!("{alpha:.2} ({:.2} to {:.2})", interval.low, interval.high.min(1.0))
            }
            None => format!("{alpha:.2}"),
        }
    }

    fn raw(rate: &Rate) -> String {
        format!("{} %", percent(rate.raw))
    }
}

async fn show(State(state): State<ConsoleState>, headers: HeaderMap) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let all = caller.may(Permission::ReadQuality);
    let quality = state.review.quality(&caller.by, all).await.map_err(|error| refused(&error))?;
    let waits = match caller.may(Permission::Decide) {
        true => {
            state.review.next_look(&caller.by).await.map_err(|error| refused(&error))?.is_some()
        }
        false => false,
    };
    let book = state.rulebook.load();
    let language = book.settings.default_language();
    let title = |id: &ClauseId| Some((id.clone(), book.clause(id, language)?.title));
    html(&Page {
        desk: Desk::new(&state, &caller, "/console/quality"),
        quality,
        all,
        waits,
        titles: book.clauses().filter_map(title).collect(),
    })
}

/// Sends somebody to the second look that is theirs to give next.
async fn next(State(state): State<ConsoleState>, headers: HeaderMap) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let look = state.review.next_look(&caller.by).await.map_err(|error| refused(&error))?;
    let to = match look {
        Some(look) => format!("/console/quality/looks/{}", look.id),
        None => "/console/quality".to_owned(),
    };
    Ok(Redirect::to(&to).into_response())
}

/// A second look, before and after it is answered.
#[derive(Debug, Template)]
#[template(path = "look.html")]
struct LookPage {
    desk: Desk,
    id: String,
    kind: &'static str,
    text: Vec<Piece>,
    waits: String,
    links: Vec<String>,
    clauses: Vec<(String, String, String)>,
    /// One's own answer and the other, once it is given.
    told: Option<(String, String, bool)>,
}

async fn look(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let looked = state.review.second_look(&id).await.map_err(|_| none())?;
    let mine = looked.answers.iter().find(|one| one.by == caller.by).map(|one| one.held.clone());
    let case = stored(&state, looked.look.case).await?;
    state.look(&caller, model::Looked::Case, &case.case.id.to_string()).await?;
    // Nothing but the post: what rules found, who posted and what was held would answer for the reader.
    let subject = model::Subject::of(&case.event.event).ok().flatten();
    let subject = subject.ok_or_else(none)?;
    let book = state.rulebook.load();
    let language = book.settings.default_language();
    let clauses = book.clauses().filter_map(|id| book.clause(id, language));
    let title = |answer: &Answer| match &answer.clause {
        Some(clause) => {
            book.clause(clause, language).map_or_else(|| clause.to_string(), |text| text.title)
        }
        None => "No breach".into(),
    };
    let other = first(&looked);
    html(&LookPage {
        desk: Desk::new(&state, &caller, "/console/quality"),
        id,
        kind: match subject.item.kind {
            model::ItemKind::Comment => "A comment",
            model::ItemKind::Profile => "A profile",
            model::ItemKind::Image | model::ItemKind::Video => "A post with media",
            model::ItemKind::Post => "A post",
        },
        text: CaseView::plain(&subject.item.text),
        waits: span(looked.look.drawn_at, state.clock.now()),
        links: subject.item.links.iter().map(|link| crate::text::visible(link)).collect(),
        clauses: clauses.map(|text| (text.id.to_string(), text.title, text.policy_title)).collect(),
        told: mine.map(|mine| (title(&mine), title(&other), mine == other)),
    })
}

fn none() -> Problem {
    Problem::new(&NOT_FOUND, "There is no such second look.")
}

/// What the first answer was: the known one, or that of who decided.
fn first(looked: &Looked) -> Answer {
    looked.look.golden.clone().unwrap_or_else(|| Answer {
        breach: looked.decision.outcome.clause().is_some(),
        clause: looked.decision.outcome.clause().cloned(),
    })
}

async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let (held, clause) = super::case::answered(&pairs)?;
    let answered = state.review.answer_look(&id, &caller.by, held, clause).await;
    let looked = answered.map_err(|error| refused(&error))?;
    Ok(Redirect::to(&format!("/console/quality/looks/{}", looked.look.id)).into_response())
}
