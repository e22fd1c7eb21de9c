//! `/console/affiliations`: entering and withdrawing facts about who speaks for whom, agreeing to them, and
//! answering who says that one is wrong. Must not enter a fact without a public source.

use super::{Desk, Word, see};
use crate::page::html;
use crate::pages::affiliations::filter;
use crate::problem::{NOT_FOUND, Problem, REFUSED, STORAGE};
use crate::query::Query;
use crate::reads;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::RegisterView;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::{Entering, NewEntry, Registry, RegistryError};
use http::HeaderMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{
    AccountId, Act, Affiliation, AffiliationKind, AffiliationSubject, Permission, RegisterEntry,
};
use serde::Deserialize;
use store::{Correction, CorrectionAnswer};

const ROOM: &str = "/console/affiliations";
const CORRECTIONS: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "desk_affiliations.html")]
struct Page {
    desk: Desk,
    view: RegisterView,
    text: String,
    kind: Option<AffiliationKind>,
    waiting: Vec<(Act, RegisterEntry)>,
    corrections: Vec<Correction>,
    edits: bool,
    two: bool,
    told: Option<&'static str>,
}

impl Page {
    fn is(&self, word: &str) -> bool {
        self.kind.is_some_and(|kind| kind.word() == word)
    }
}

fn registry(state: &ConsoleState) -> Registry {
    state.review.registry()
}

/// Why the register was not changed.
pub(crate) fn refused(error: &RegistryError) -> Problem {
    let kind = match error {
        RegistryError::Approval(error) => return super::alone::refused(error),
        RegistryError::NoSuchEntry => &NOT_FOUND,
        RegistryError::Storage => return Problem::new(&STORAGE, error.to_string()).retry_after(5),
        RegistryError::Wrong(_) => &REFUSED,
    };
    Problem::new(kind, format!("{error}."))
}

/// `GET /console/affiliations`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let told = match query.get("done") {
        Some("entered") => Some("It is in the register, and the next post is read with it."),
        Some("waits") => Some("It waits for another person, who must agree to it."),
        Some("withdrawn") => Some("It is withdrawn. It stays readable as it was."),
        Some("answered") => Some("The answer is kept, and whoever asked can read it."),
        Some(_) => Some("Done."),
        None => None,
    };
    let filter = match told {
        Some(_) => store::RegisterFilter::default(),
        None => filter(&query)?,
    };
    let corrections = state.store.corrections(CORRECTIONS).await;
    html(&Page {
        desk: Desk::new(&state, &caller, ROOM),
        view: reads::register(&state, &filter).await?,
        text: filter.text.unwrap_or_default(),
        kind: filter.kind,
        waiting: registry(&state).waiting().await.map_err(|error| refused(&error))?,
        corrections: corrections.map_err(|error| storage(&error))?,
        edits: caller.may(Permission::EditAffiliations),
        two: state.rulebook.load().settings.four_eyes.affiliations > 1,
        told,
    })
}

/// A fact, as a form or a program says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    #[serde(default, rename = "csrf")]
    _csrf: String,
    about: String,
    subject: String,
    kind: String,
    name: String,
    #[serde(default)]
    country: String,
    source: String,
    date: String,
    #[serde(default)]
    typology: String,
    /// The last day on which it holds; empty: until somebody withdraws it.
    #[serde(default)]
    until: String,
    why: String,
}

impl Fields {
    fn read(self) -> Result<NewEntry, RegistryError> {
        let wrong = |why: String| RegistryError::Wrong(why);
        let subject = match self.about.as_str() {
            "account" => {
                let id = AccountId::new(self.subject.trim());
                AffiliationSubject::Account(id.map_err(|error| wrong(error.to_string()))?)
            }
            "domain" => AffiliationSubject::Domain(self.subject),
            other => return Err(wrong(format!("`{other}` is neither `account` nor `domain`"))),
        };
        let until = match self.until.trim() {
            "" => None,
            day => {
                let day: Date = day.parse().map_err(|_| wrong(format!("`{day}` is no day")))?;
                let next = day.tomorrow();
                let next = next.and_then(|day| day.at(0, 0, 0, 0).to_zoned_datetime(TimeZone::UTC));
                Some(next.map_err(|error| wrong(error.to_string()))?.timestamp())
            }
        };
        let affiliation = Affiliation {
            subject,
            kind: self.kind.parse().map_err(wrong)?,
            name: self.name,
            country: Some(self.country).filter(|country| !country.trim().is_empty()),
            source: self.source,
            date: self.date.trim().to_owned(),
        };
        Ok(NewEntry { affiliation, typology: Some(self.typology), until, why: self.why })
    }
}

/// Enters what was said.
///
/// # Errors
/// A problem that says why not.
pub(crate) async fn enter_for(
    state: &ConsoleState,
    fields: Fields,
    by: &str,
) -> Result<Entering, Problem> {
    let new = fields.read().map_err(|error| refused(&error))?;
    registry(state).enter(new, by).await.map_err(|error| refused(&error))
}

/// `POST /console/affiliations`.
pub(crate) async fn enter(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    form: Result<Form<Fields>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditAffiliations).await?;
    let Form(fields) = form.map_err(|error| Problem::new(&REFUSED, error.body_text()))?;
    Ok(match enter_for(&state, fields, &caller.by).await? {
        Entering::Entered(_) => see("/console/affiliations?done=entered"),
        Entering::Waits(_) => see("/console/affiliations?done=waits"),
    })
}

/// `POST /console/affiliations/{id}/withdraw`.
pub(crate) async fn withdraw(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Word>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditAffiliations).await?;
    let done = registry(&state).withdraw(&id, &caller.by, &said.reason).await;
    done.map_err(|error| refused(&error))?;
    Ok(see("/console/affiliations?done=withdrawn"))
}

/// `POST /console/affiliations/proposals/{id}`: `approve`, or anything else to say no.
pub(crate) async fn answer(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Word>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditAffiliations).await?;
    let agrees = said.word == "approve";
    let done = registry(&state).answer(&id, &caller.by, agrees, &said.reason).await;
    done.map_err(|error| refused(&error))?;
    Ok(see(if agrees {
        "/console/affiliations?done=entered"
    } else {
        "/console/affiliations?done=no"
    }))
}

/// `POST /console/affiliations/corrections/{id}`.
pub(crate) async fn correct(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Word>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::EditAffiliations).await?;
    if said.reason.trim().is_empty() {
        return Err(Problem::new(&REFUSED, "Say why, in plain words: whoever asked reads it."));
    }
    let answer = CorrectionAnswer {
        corrected: said.word == "corrected",
        reason: said.reason.trim().to_owned(),
        by: caller.by,
        at: state.clock.now(),
    };
    let kept = state.store.answer_correction(&id, &answer).await;
    if !kept.map_err(|error| storage(&error))? {
        return Err(Problem::new(&NOT_FOUND, "There is no such request without an answer."));
    }
    Ok(see("/console/affiliations?done=answered"))
}
