//! `/console/cases`: what waits, the most pressing first, with the parts of its score; the filters are in the
//! address, and a person keeps the ones that they like. Claiming is a form; the page of one case is elsewhere.
//! Must not decide.

use super::{Desk, see};
use crate::Caller;
use crate::api::{refused, work as api};
use crate::page::html;
use crate::problem::{MALFORMED_BODY, NOT_FOUND, Problem};
use crate::query::Query;
use crate::reads::queue::{self, Age, Line};
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::{Asked, ReviewError, Worked};
use http::HeaderMap;
use model::{CaseId, CaseState, Gravity, Permission};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::{ClaimedBy, QueueCursor, QueueFilter, SavedFilter};

/// Cases on one page.
const PAGE: u32 = 25;
const AT: &str = "/console/cases";
/// Cases that are tried before it is said that none is free.
const TRIES: u32 = 20;

/// A case as the list shows it.
#[derive(Debug)]
pub(crate) struct Row {
    pub line: Line,
    pub title: String,
    pub mine: bool,
}

impl Row {
    /// How it stands against its target, in words.
    pub(crate) fn age_word(&self) -> &'static str {
        match self.line.age {
            Age::Fresh => "in time",
            Age::Due => "soon due",
            Age::Overdue => "overdue",
        }
    }

    pub(crate) fn age_class(&self) -> &'static str {
        match self.line.age {
            Age::Fresh => "fresh",
            Age::Due => "due",
            Age::Overdue => "overdue",
        }
    }

    pub(crate) fn score(&self) -> String {
        format!("{:.1}", self.line.urgency.score)
    }

    pub(crate) fn points(points: &f64) -> String {
        format!("{points:+.1}")
    }
}

/// What one condition of the form holds.
#[derive(Debug)]
pub(crate) struct Choice {
    pub value: String,
    pub title: String,
    pub chosen: bool,
}

#[derive(Debug, Template)]
#[template(path = "cases.html")]
struct Page {
    desk: Desk,
    rows: Vec<Row>,
    length: String,
    next: Option<String>,
    query: String,
    asked: BTreeMap<&'static str, String>,
    clauses: Vec<Choice>,
    queues: Vec<Choice>,
    filters: Vec<SavedFilter>,
    may_decide: bool,
    may_bulk: bool,
}

impl Page {
    fn is(&self, name: &str, value: &str) -> bool {
        self.asked.get(name).is_some_and(|asked| asked == value)
    }

    fn value(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", String::as_str)
    }
}

/// `GET /console/cases`.
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let (filter, now) = (queue::filter(&query, &caller.by)?, state.clock.now());
    let before: Option<QueueCursor> = query.parse("before")?;
    let failed = |error| storage(&error);
    let store = &state.store;
    let page = store.queue(&filter, before.as_ref(), PAGE, now).await.map_err(failed)?;
    let targets = store.targets().await.map_err(failed)?;
    let length = store.queue_length(&filter, now).await.map_err(failed)?;
    let filters = store.saved_filters(&caller.by).await.map_err(failed)?;
    let states = store.queue_states(now).await.map_err(failed)?;
    let rulebook = state.rulebook.load();
    let title = |id: &model::ClauseId| {
        let language = rulebook.settings.default_language();
        rulebook.clause(id, language).map_or_else(|| id.to_string(), |clause| clause.title)
    };
    let rows = page.entries.into_iter().map(|waiting| {
        let line = Line::of(waiting, &targets, now);
        let mine = line.claim.as_ref().is_some_and(|claim| claim.by == caller.by);
        let title = line.clause.as_ref().map_or_else(|| "No clause named".into(), &title);
        Row { line, title, mine }
    });
    let asked = |name| query.get(name).unwrap_or("").to_owned();
    let choice = |value: String, title: String, name| {
        let chosen = query.get(name) == Some(value.as_str());
        Choice { value, title, chosen }
    };
    let written = queue::written(&query);
    let next = page.next.map(|cursor| format!("{AT}?{written}&before={cursor}"));
    html(&Page {
        rows: rows.collect(),
        length: match length {
            length if length > store::MOST_COUNTED => "more than 10,000 cases".into(),
            1 => "1 case".into(),
            length => format!("{} cases", text::count(&u64::from(length))),
        },
        next,
        asked: queue::CONDITIONS.into_iter().map(|name| (name, asked(name))).collect(),
        clauses: rulebook.clauses().map(|id| choice(id.to_string(), title(id), "clause")).collect(),
        queues: states
            .into_iter()
            .map(|one| choice(one.queue.clone(), one.queue, "queue"))
            .collect(),
        filters,
        may_decide: caller.may(Permission::Decide),
        may_bulk: caller.may(Permission::Bulk),
        query: written,
        desk: Desk::new(&state, &caller, AT),
    })
}

type Fields = BTreeMap<String, String>;

/// What a form asks for, as [`Asked`] reads it: empty fields are none.
fn asked(fields: &Fields) -> Result<Asked, Problem> {
    let mut object = Map::new();
    for (name, value) in fields {
        let value = value.trim();
        if value.is_empty() || matches!(name.as_str(), "csrf" | "back") {
            continue;
        }
        let value = match name.as_str() {
            "minutes" => value.parse::<u32>().map_or(Value::Null, Value::from),
            // A field for a moment says no zone; the page says that it is UTC.
            "until" if !value.ends_with('Z') => Value::from(format!("{value}:00Z")),
            "reports" => value.split_whitespace().map(Value::from).collect(),
            _ => Value::from(value),
        };
        object.insert(name.clone(), value);
    }
    serde_json::from_value(Value::Object(object))
        .map_err(|error| Problem::new(&MALFORMED_BODY, format!("{error}.")))
}

/// `POST /console/cases/{id}/work`: claim, release, hold, note, split, merge ...
pub(crate) async fn work(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    // A field that comes several times is a list: what was ticked.
    let mut fields = Fields::new();
    for (name, value) in pairs {
        let all = fields.entry(name).or_default();
        *all = format!("{all} {value}").trim_start().to_owned();
    }
    let case: CaseId =
        id.parse().map_err(|_| Problem::new(&NOT_FOUND, "This is no id of a case."))?;
    let wish = asked(&fields)?;
    api::may(&caller, &wish)?;
    let done = state.review.work(case, &caller.by, wish).await.map_err(|error| refused(&error))?;
    let own = format!("{AT}/{case}");
    let to = match &done {
        Worked::Split(new) => format!("{AT}/{new}?told=split"),
        Worked::Merged { into, .. } => format!("{AT}/{into}?told=merged"),
        Worked::Stands(_) => {
            fields.get("back").filter(|back| !back.is_empty()).cloned().unwrap_or(own)
        }
    };
    Ok(see(&to))
}

/// Claims the most pressing case of a search that nobody has.
async fn claim_next(
    state: &ConsoleState,
    caller: &Caller,
    filter: &QueueFilter,
) -> Result<Option<CaseId>, Problem> {
    let filter =
        QueueFilter { claimed: Some(ClaimedBy::Nobody), proposed: Some(false), ..filter.clone() };
    let page = state.store.queue(&filter, None, TRIES, state.clock.now()).await;
    for waiting in page.map_err(|error| storage(&error))?.entries {
        // What was put aside for somebody else is theirs to begin with.
        if waiting.work.assignee.as_ref().is_some_and(|to| *to != caller.by) {
            continue;
        }
        let claimed =
            state.review.work(waiting.case.id, &caller.by, Asked::Claim { minutes: None });
        match claimed.await {
            Ok(_) => return Ok(Some(waiting.case.id)),
            // Somebody was faster: the next one, then.
            Err(ReviewError::Claimed { .. } | ReviewError::NotWaiting(_)) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    Ok(None)
}

/// `POST /console/cases/next`: claims the next case of a search and opens it.
pub(crate) async fn next(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Decide).await?;
    let query = fields.get("query").map_or("", String::as_str);
    let filter = queue::filter(&Query::read(query)?, &caller.by)?;
    Ok(match claim_next(&state, &caller, &filter).await? {
        Some(case) => see(&format!("{AT}/{case}")),
        None => see(&format!("{AT}?{query}")),
    })
}

/// `POST /console/filters`: keeps a search, or forgets one.
pub(crate) async fn filters(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadCases).await?;
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if fields.contains_key("forget") {
        let gone = state.store.forget_filter(&caller.by, field("forget")).await;
        gone.map_err(|error| storage(&error))?;
    } else {
        let filter = api::sound(field("name"), field("query"), &caller.by)?;
        let kept = state.store.save_filter(&caller.by, &filter, state.clock.now()).await;
        kept.map_err(|error| storage(&error))?;
    }
    Ok(see(&format!("{AT}?{}", field("query"))))
}

/// Words of all severities, for the form.
pub(crate) fn severities() -> [Gravity; 4] {
    Gravity::ALL
}
