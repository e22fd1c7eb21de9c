//! `/affiliations`: who speaks for whom, with sources; and the form by which anybody says that an entry is
//! wrong. Must not ask who that is.

use crate::page::{Frame, Wants, html};
use crate::problem::{BAD_QUERY, NOT_FOUND, Problem, STORAGE};
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::RegisterView;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use model::AffiliationKind;
use serde::Deserialize;
use store::{Correction, RegisterFilter};

/// Requests that may wait at once; who floods the form fills no disk.
const MOST_WAITING: usize = 1_000;
/// Longest text of a request, in bytes.
const LONGEST: usize = 4_000;

#[derive(Debug, Template)]
#[template(path = "affiliations.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a RegisterView,
    text: String,
    kind: Option<AffiliationKind>,
    before: bool,
}

impl Page<'_> {
    fn is(&self, word: &str) -> bool {
        self.kind.is_some_and(|kind| kind.word() == word)
    }

    fn first(&self) -> String {
        let kind = self.kind.map_or("", AffiliationKind::word);
        format!("/affiliations?q={}&kind={kind}", text::percent(&self.text))
    }

    fn after(&self, place: &i64) -> String {
        format!("{}&before={place}", self.first())
    }
}

/// Which entries a query asks for.
///
/// # Errors
/// A problem when it cannot be read.
pub(crate) fn filter(query: &Query) -> Result<RegisterFilter, Problem> {
    query.only(&["q", "kind", "before"])?;
    let kind = match query.get("kind").filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => Some(word.parse().map_err(|why: String| Problem::new(&BAD_QUERY, why))?),
    };
    Ok(RegisterFilter {
        text: query.get("q").map(str::to_owned),
        kind,
        before: query.parse("before")?,
    })
}

/// `GET /affiliations`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    let filter = filter(&query)?;
    let view = crate::reads::register(&state, &filter).await?;
    wants.answer(&view, || Page {
        frame: Frame::new(&state, "/affiliations", "/api/v1/affiliations"),
        view: &view,
        text: filter.text.unwrap_or_default(),
        kind: filter.kind,
        before: filter.before.is_some(),
    })
}

#[derive(Debug, Template)]
#[template(path = "affiliations_wrong.html")]
struct Ask {
    frame: Frame,
    asked: Asked,
    wrong: Option<&'static str>,
}

/// What somebody says is wrong.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    said: String,
    #[serde(default)]
    source: String,
}

fn frame(state: &ConsoleState) -> Frame {
    Frame { at: "/affiliations", provider: crate::reads::provider(state), twin: None }
}

/// `GET /affiliations/wrong`.
pub(crate) async fn ask(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Response, Problem> {
    let subject = query.get("subject").unwrap_or_default().to_owned();
    html(&Ask { frame: frame(&state), asked: Asked { subject, ..Asked::default() }, wrong: None })
}

/// `POST /affiliations/wrong`.
pub(crate) async fn send(
    State(state): State<ConsoleState>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let fits = |text: &str, most: usize| !text.trim().is_empty() && text.len() <= most;
    let wrong = if !fits(&asked.subject, 500) {
        Some("Name the account or the domain, in at most 500 bytes.")
    } else if !fits(&asked.said, LONGEST) {
        Some("Say what is wrong, in at most 4,000 bytes.")
    } else if !fits(&asked.source, 500) {
        Some("Say where that can be read: the address of a page, in at most 500 bytes.")
    } else {
        None
    };
    if wrong.is_some() {
        let mut response = html(&Ask { frame: frame(&state), asked, wrong })?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let most = u32::try_from(MOST_WAITING).unwrap_or(u32::MAX);
    let waiting = state.store.corrections(most).await.map_err(|error| storage(&error))?;
    if waiting.iter().filter(|one| one.answer.is_none()).count() >= MOST_WAITING {
        return Err(
            Problem::new(&STORAGE, "Too many requests wait for an answer.").retry_after(3600)
        );
    }
    let correction = Correction {
        id: state.ids.next().to_string(),
        subject: asked.subject.trim().to_owned(),
        said: asked.said.trim().to_owned(),
        source: asked.source.trim().to_owned(),
        received_at: state.clock.now(),
        answer: None,
    };
    state.store.add_correction(&correction).await.map_err(|error| storage(&error))?;
    Ok(Redirect::to(&format!("/affiliations/wrong/{}", correction.id)).into_response())
}

#[derive(Debug, Template)]
#[template(path = "affiliations_answer.html")]
struct Answer {
    frame: Frame,
    correction: Correction,
}

/// `GET /affiliations/wrong/{id}`: what became of a request. Shows the answer, not what was said.
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = state.store.correction(&id).await.map_err(|error| storage(&error))?;
    let none = || Problem::new(&NOT_FOUND, "No request has this address.");
    html(&Answer { frame: frame(&state), correction: found.ok_or_else(none)? })
}
