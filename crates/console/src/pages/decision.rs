//! `/decisions/{id}`: one decision with its statement of reasons, for everybody.

use crate::page::{Frame, Wants};
use crate::problem::{NOT_FOUND, Problem};
use crate::state::ConsoleState;
use crate::text;
use crate::views::{DecisionView, Held};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use model::{ClauseId, DecisionId, Outcome};

#[derive(Debug, Template)]
#[template(path = "decision.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a DecisionView,
    /// Language and text, English or the first language before the others.
    facts: Vec<(&'a str, &'a str)>,
    /// Clauses breached besides the gravest.
    others: &'a [ClauseId],
}

impl<'a> Page<'a> {
    fn new(frame: Frame, view: &'a DecisionView) -> Self {
        let all = &view.statement.facts;
        let mut facts: Vec<_> =
            all.iter().map(|(code, words)| (code.as_str(), words.as_str())).collect();
        facts.sort_by_key(|(code, _)| *code != "en");
        let others = match &view.statement.outcome {
            Outcome::Breach { clauses } => clauses.get(1..).unwrap_or(&[]),
            Outcome::NoBreach => &[],
        };
        Self { frame, view, facts, others }
    }

    fn heading(&self) -> &str {
        match self.view.held() {
            Held::Breach => self.view.clause().map_or("A clause was breached", |c| &c.title),
            Held::NoBreach => "Nothing was breached",
        }
    }

    fn class(&self) -> &'static str {
        match self.view.held() {
            Held::Breach => "breach",
            Held::NoBreach => "no_breach",
        }
    }

    /// In one sentence: what was done, by whom and when.
    fn summary(&self) -> String {
        let statement = &self.view.statement;
        let done = text::all_done(&statement.measures, self.view.held());
        let (by, when) = (self.view.by().says(), text::moment(&statement.decided_at));
        format!("{done}. Decided by {by} on {when}.")
    }

    /// Where the other decisions under the same clause are.
    fn like(&self) -> String {
        let clause = self.view.statement.outcome.clause();
        clause.map_or_else(
            || "/decisions".into(),
            |clause| format!("/decisions?clause={}", text::percent(clause.as_str())),
        )
    }

    fn leaf_text(&self) -> String {
        let entry = self.view.leaf.as_ref().map(|leaf| &leaf.entry);
        entry.and_then(|entry| serde_json::to_string_pretty(entry).ok()).unwrap_or_default()
    }
}

/// The id in an address.
pub(crate) fn id(text: &str) -> Result<DecisionId, Problem> {
    text.parse().map_err(|_| {
        Problem::new(&NOT_FOUND, "This is no id of a decision: it has 32 digits and four hyphens.")
    })
}

/// `GET /decisions/{id}`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let id = id(&name)?;
    let view = crate::reads::decision(&state, id).await?;
    wants.answer(&view, || {
        Page::new(Frame::new(&state, "/decisions", format!("/api/v1/decisions/{id}")), &view)
    })
}
