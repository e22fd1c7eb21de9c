//! `/console/bulk`: one verdict on all cases of a search. Nothing happens before the list, the sample and what the
//! ladder says of it were shown and somebody confirmed. Must not decide: `flow` does, case by case.

use super::{Desk, see};
use crate::api::refused;
use crate::page::html;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::reads::queue;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::{BulkPreview, BulkVerdict, Held};
use http::HeaderMap;
use model::Permission;
use serde::Deserialize;
use store::{Bulk, BulkResult, Phase};

const AT: &str = "/console/cases";
/// Results on the page; programs read them all.
const SHOWN: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "bulk_new.html")]
struct New {
    desk: Desk,
    query: String,
    length: u32,
    clauses: Vec<(String, String)>,
}

/// `GET /console/bulk/new`: what is to be held of the cases of a search?
pub(crate) async fn new(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Bulk).await?;
    let filter = queue::filter(&query, &caller.by)?;
    let length = state.store.queue_length(&filter, state.clock.now()).await;
    let rulebook = state.rulebook.load();
    let language = rulebook.settings.default_language();
    let clauses = rulebook.clauses().map(|id| {
        let title = rulebook.clause(id, language).map_or_else(|| id.to_string(), |one| one.title);
        (id.to_string(), title)
    });
    html(&New {
        clauses: clauses.collect(),
        query: queue::written(&query),
        length: length.map_err(|error| storage(&error))?,
        desk: Desk::new(&state, &caller, AT),
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    query: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    clause: String,
    #[serde(default)]
    reason: String,
}

/// `POST /console/bulk`: prepares it; nothing is decided yet.
pub(crate) async fn prepare(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Bulk).await?;
    let outcome = match sent.outcome.as_str() {
        "breach" => Held::Breach,
        "no_breach" => Held::NoBreach,
        _ => return Err(Problem::new(&MALFORMED_BODY, "Choose breach or no breach.")),
    };
    let wrong = |error: model::ClauseIdError| Problem::new(&MALFORMED_BODY, error.to_string());
    let clause =
        Some(sent.clause.trim()).filter(|text| !text.is_empty() && outcome == Held::Breach);
    let clause = clause.map(model::ClauseId::new).transpose().map_err(wrong)?;
    let held = BulkVerdict { outcome, clause, reason: sent.reason };
    let filter = queue::filter(&Query::read(&sent.query)?, &caller.by)?;
    let bulk = state.review.prepare_bulk(&caller.by, &filter, &sent.query, &held).await;
    let bulk = bulk.map_err(|error| refused(&error))?;
    Ok(see(&format!("/console/bulk/{}", bulk.id)))
}

#[derive(Debug, Template)]
#[template(path = "bulk.html")]
struct Page {
    desk: Desk,
    bulk: Bulk,
    held: BulkVerdict,
    preview: Option<BulkPreview>,
    results: Vec<BulkResult>,
    undone: Vec<BulkResult>,
    mine: bool,
}

impl Page {
    fn did(&self, what: &str) -> bool {
        self.bulk.who(what).is_some()
    }

    fn finished(&self) -> u64 {
        self.bulk.counts.decided + self.bulk.counts.left
    }

    fn started(&self) -> bool {
        self.did("approved") || (self.did("confirmed") && !self.bulk.needs_second)
    }

    /// Where it is, in words.
    fn stands(&self) -> &'static str {
        let counts = &self.bulk.counts;
        if self.did("undone") {
            let left = counts.decided - counts.replaced - counts.reopened - counts.kept;
            return if left > 0 { "being undone" } else { "undone" };
        }
        match (self.started(), self.did("stopped")) {
            (_, true) => "stopped",
            (true, false) if self.finished() >= self.bulk.size => "done",
            (true, false) => "under way",
            (false, false) if self.did("confirmed") => "waits for a second person",
            (false, false) => "prepared, not confirmed",
        }
    }
}

/// `GET /console/bulk/{id}`: preview, progress and results.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Bulk).await?;
    let failed = |error| storage(&error);
    let bulk = state.store.bulk(&id).await.map_err(failed)?;
    let bulk = bulk.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such bulk decision."))?;
    let held: BulkVerdict = bulk.verdict.read().map_err(Problem::internal)?;
    let begun = bulk.counts.decided + bulk.counts.left > 0 || bulk.who("stopped").is_some();
    let preview = match begun {
        true => None,
        false => Some(state.review.preview_bulk(&id).await.map_err(|error| refused(&error))?),
    };
    let results = state.store.bulk_results(&id, Phase::Run, None, SHOWN).await.map_err(failed)?;
    let undone = state.store.bulk_results(&id, Phase::Undo, None, SHOWN).await.map_err(failed)?;
    let mine = bulk.by == caller.by;
    let desk = Desk::new(&state, &caller, AT);
    html(&Page { desk, bulk, held, preview, results, undone, mine })
}

#[derive(Deserialize)]
pub(crate) struct ActSent {
    #[serde(default)]
    act: String,
    #[serde(default)]
    why: String,
}

/// `POST /console/bulk/{id}`: confirm, approve, stop, undo.
pub(crate) async fn act(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(sent): Form<ActSent>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Bulk).await?;
    crate::api::bulk_act(&state, &id, &caller.by, &sent.act, &sent.why).await?;
    Ok(see(&format!("/console/bulk/{id}")))
}

#[derive(Debug, Template)]
#[template(path = "bulks.html")]
struct All {
    desk: Desk,
    bulks: Vec<Bulk>,
}

/// `GET /console/bulk/`: the latest ones.
pub(crate) async fn all(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Bulk).await?;
    let bulks = state.store.bulks(SHOWN).await.map_err(|error| storage(&error))?;
    html(&All { desk: Desk::new(&state, &caller, AT), bulks })
}
