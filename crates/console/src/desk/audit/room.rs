//! The newest report, as those who work here read it, and the list of its unlike pairs.

use super::super::{Desk, see};
use crate::page::html;
use crate::pages::evenness::Words;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::{ConsoleState, storage};
use crate::text;
use crate::views::EvennessView;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use flow::audit::{ComparisonReport, UnlikePosts};
use http::HeaderMap;
use model::{ClauseId, DecisionId, Permission};
use std::collections::BTreeSet;

const AT: &str = "/console/audit";

#[derive(Debug, Template)]
#[template(path = "audit_room.html")]
struct Room<'a> {
    desk: Desk,
    view: Option<&'a EvennessView>,
    words: Words,
    may_run: bool,
    may_judge: bool,
}

impl Room<'_> {
    fn pairs_of(&self, clause: &ClauseId, one: &ComparisonReport) -> String {
        let part = |name: &str, value: &str| format!("{name}={}", text::percent(value));
        format!(
            "/console/audit/pairs?{}&{}&{}&{}",
            part("clause", clause.as_str()),
            part("grouping", &one.grouping),
            part("one", &one.one),
            part("other", &one.other)
        )
    }
}

/// `GET /console/audit`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadAudit).await?;
    let view = crate::reads::evenness(&state, None).await?;
    html(&Room {
        desk: Desk::new(&state, &caller, AT),
        view: view.as_ref(),
        words: Words,
        may_run: caller.may(Permission::RunAudit),
        may_judge: caller.may(Permission::Decide),
    })
}

/// `POST /console/audit`: makes a report now.
pub(crate) async fn publish(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::RunAudit).await?;
    let named = (state.ids.as_ref(), state.clock.now());
    let book = state.rulebook.load_full();
    let made =
        flow::audit::publish_on(&state.store, (book, state.review.model()), named, state.audit)
            .await;
    let report = made.map_err(Problem::internal)?;
    tracing::info!(
        by = caller.by,
        report = report.id,
        "evenness was audited because somebody asked"
    );
    Ok(see(AT))
}

/// An unlike pair in the list.
#[derive(Debug)]
struct Line<'a> {
    clause: &'a ClauseId,
    comparison: &'a ComparisonReport,
    pair: &'a UnlikePosts,
    one: DecisionId,
    other: DecisionId,
    answered: bool,
}

impl Line<'_> {
    fn href(&self) -> String {
        let clause = text::percent(self.clause.as_str());
        format!("/console/audit/pair?clause={clause}&one={}&other={}", self.one, self.other)
    }

    /// Whose post was met with a measure, and whose not.
    fn says(&self) -> String {
        let (one, other) = (&self.comparison.one, &self.comparison.other);
        let (hit, spared) = if self.pair.one.measured { (one, other) } else { (other, one) };
        format!("{hit} met with a measure, {spared} left alone")
    }
}

#[derive(Debug, Template)]
#[template(path = "audit_pairs.html")]
struct Pairs<'a> {
    desk: Desk,
    view: Option<&'a EvennessView>,
    lines: Vec<Line<'a>>,
    narrowed: bool,
}

/// `GET /console/audit/pairs`: all unlike pairs of the newest report, or those of one comparison.
pub(crate) async fn pairs(
    State(state): State<ConsoleState>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, Problem> {
    let caller = state.permit(&headers, Permission::ReadAudit).await?;
    let view = crate::reads::evenness(&state, None).await?;
    let is = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
    let mut lines = Vec::new();
    for (clause, comparison) in view.iter().flat_map(EvennessView::comparisons) {
        let wanted = is("clause", clause.as_str())
            && is("grouping", &comparison.grouping)
            && is("one", &comparison.one)
            && is("other", &comparison.other);
        let of = comparison.unlike.iter().filter(|_| wanted);
        lines.extend(of.filter_map(|pair| {
            let (one, other) = (pair.one.decision?, pair.other.decision?);
            Some(Line { clause, comparison, pair, one, other, answered: false })
        }));
    }
    let ids: BTreeSet<DecisionId> = lines.iter().flat_map(|line| [line.one, line.other]).collect();
    let ids: Vec<DecisionId> = ids.into_iter().collect();
    let answers = state.store.pair_answers(&ids).await.map_err(|error| storage(&error))?;
    for line in &mut lines {
        line.answered = answers.iter().any(|answer| {
            let about = [answer.one, answer.other];
            about.contains(&line.one)
                && about.contains(&line.other)
                && answer.clause == *line.clause
        });
    }
    html(&Pairs {
        desk: Desk::new(&state, &caller, AT),
        view: view.as_ref(),
        lines,
        narrowed: query.get("clause").is_some(),
    })
}
