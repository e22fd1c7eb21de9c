//! The pages: which replays there are, how far one is, what came of it, flip by flip. Must not start anything.

use super::adopt::{self, Adoption};
use super::jobs::{self, Asked, Standing};
use crate::desk::Desk;
use crate::page::html;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::replay::ReplayView;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use flow::replay::{Flip, Ruled, Turn, flips};
use http::HeaderMap;
use model::{Permission, Subject};

/// Flips on one page.
const SHOWN: usize = 25;

#[derive(Debug, Template)]
#[template(path = "replays.html")]
struct Index {
    desk: Desk,
    all: Vec<(String, Asked, Standing)>,
    busy: Option<String>,
    /// What the operator's folder holds and people have not agreed to.
    held_back: Option<std::sync::Arc<flow::HeldBack>>,
}

#[derive(Debug, Template)]
#[template(path = "replay.html")]
struct One {
    desk: Desk,
    id: String,
    asked: Asked,
    standing: Standing,
    view: Option<ReplayView>,
    found: Found,
    filter: Filter,
    adoption: Option<Adoption>,
}

/// Flips that were asked for.
#[derive(Debug, Default)]
pub(super) struct Found {
    rows: Vec<Row>,
    all: usize,
    page: usize,
    pages: usize,
}

/// One flip with the post that it is about.
#[derive(Debug)]
struct Row {
    flip: Flip,
    text: String,
}

/// Which flips are asked for.
#[derive(Debug, Default)]
pub(super) struct Filter {
    turn: String,
    clause: String,
    group: String,
    rule: String,
    page: usize,
}

/// `GET /console/replay`.
pub(crate) async fn index(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Replay).await?;
    let desk = Desk::new(&state, &caller, "/console/replay");
    let (busy, held_back) = (state.replays().busy(), state.review.engine().held_back());
    html(&Index { desk, all: jobs::all(&state), busy, held_back })
}

/// `GET /console/replay/{id}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::Replay).await?;
    let (asked, standing) = jobs::stands(&state, &id)?;
    let filter = Filter::of(&query)?;
    let view = match &standing {
        Standing::Done(report) => {
            let (digest, _) = report.published().map_err(Problem::internal)?;
            Some(ReplayView::of(report, digest))
        }
        _ => None,
    };
    let adoption = match &standing {
        Standing::Done(report) => Some(adopt::standing(&state, report, &caller).await?),
        _ => None,
    };
    let found = if view.is_some() { find(&state, &id, &filter).await? } else { Found::default() };
    let desk = Desk::new(&state, &caller, "/console/replay");
    html(&One { desk, id, asked, standing, view, found, filter, adoption })
}

async fn find(state: &ConsoleState, id: &str, filter: &Filter) -> Result<Found, Problem> {
    let folder = jobs::folder(state, id)?;
    let (asked, from) = (filter.clone_of(), filter.page.saturating_sub(1) * SHOWN);
    let reading = tokio::task::spawn_blocking(move || -> Result<_, flow::replay::ReplayError> {
        let (mut all, mut shown) = (0, Vec::new());
        for flip in flips(&folder)? {
            let flip = flip?;
            if asked.wants(&flip) {
                if all >= from && shown.len() < SHOWN {
                    shown.push(flip);
                }
                all += 1;
            }
        }
        Ok((all, shown))
    });
    let read = reading.await.map_err(Problem::internal)?;
    let (all, shown) = read.map_err(Problem::internal)?;
    let mut rows = Vec::with_capacity(shown.len());
    for flip in shown {
        let before = flip.seq.saturating_sub(1);
        let event = state.store.recorded(before, flip.seq, 1).await;
        let event = event.map_err(|error| storage(&error))?.into_iter().next();
        let subject = event.and_then(|one| Subject::of(&one.stored.event).ok().flatten());
        let text = subject.map_or_else(|| "(erased)".to_owned(), |subject| subject.item.text);
        rows.push(Row { flip, text });
    }
    Ok(Found { rows, all, page: filter.page, pages: all.div_ceil(SHOWN).max(1) })
}

impl Filter {
    fn of(query: &Query) -> Result<Self, Problem> {
        query.only(&["turn", "clause", "group", "rule", "page"])?;
        let text = |name| query.get(name).unwrap_or_default().to_owned();
        Ok(Self {
            turn: text("turn"),
            clause: text("clause"),
            group: text("group"),
            rule: text("rule"),
            page: query.parse::<usize>("page")?.unwrap_or(1).clamp(1, 1_000_000),
        })
    }

    fn clone_of(&self) -> Self {
        let Self { turn, clause, group, rule, page } = self;
        Self {
            turn: turn.clone(),
            clause: clause.clone(),
            group: group.clone(),
            rule: rule.clone(),
            page: *page,
        }
    }

    fn wants(&self, flip: &Flip) -> bool {
        let either = |of: fn(&Ruled) -> &Vec<String>, name: &String| {
            name.is_empty() || of(&flip.before).contains(name) || of(&flip.after).contains(name)
        };
        let group = self.group.split_once(':');
        (self.turn.is_empty() || self.turn == flip.turn.word())
            && either(|ruled| &ruled.clauses, &self.clause)
            && either(|ruled| &ruled.rules, &self.rule)
            && group.is_none_or(|(by, name)| flip.groups.get(by).is_some_and(|it| it == name))
    }

    /// The same, on another page.
    fn at(&self, page: usize) -> String {
        let pairs = [
            ("turn", &self.turn),
            ("clause", &self.clause),
            ("group", &self.group),
            ("rule", &self.rule),
        ];
        let mut query: Vec<String> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", text::percent(value)))
            .collect();
        query.push(format!("page={page}"));
        query.join("&")
    }

    fn is_empty(&self) -> bool {
        [&self.turn, &self.clause, &self.group, &self.rule].iter().all(|value| value.is_empty())
    }
}

impl Index {
    fn says(standing: &Standing) -> String {
        match standing {
            Standing::Runs(progress) => format!("runs, {} %", percent(progress.done, progress.all)),
            Standing::Done(report) => {
                format!("{} of {} items", report.tally.flips(), report.tally.compared)
            }
            Standing::Failed(_) => "broke off".to_owned(),
            Standing::Interrupted => "interrupted".to_owned(),
        }
    }
}

impl One {
    fn turns() -> [Turn; 7] {
        Turn::ALL
    }

    fn ruled(ruled: &Ruled) -> String {
        let held = match ruled.outcome.as_str() {
            "no_breach" => "no breach".to_owned(),
            "referred" => format!("for people, {}", ruled.clauses.join(", ")),
            _ => format!("breach of {}", ruled.clauses.join(", ")),
        };
        let held = held.trim_end_matches([',', ' ']).to_owned();
        if ruled.measures.is_empty() {
            held
        } else {
            format!("{held}: {}", ruled.measures.join(", "))
        }
    }

    fn percent(done: &u64, all: &u64) -> u64 {
        percent(*done, *all)
    }

    fn group(grouping: &str, name: &str) -> String {
        format!("{grouping}:{name}")
    }
}

fn percent(done: u64, all: u64) -> u64 {
    (done.saturating_mul(100) / all.max(1)).min(100)
}
