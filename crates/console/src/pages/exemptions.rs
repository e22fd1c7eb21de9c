//! `/exemptions`: the register of departures from the ladder, each with its reason, its notice and its end. Must not
//! show whose post one is about.

use crate::chart::{Chart, Series};
use crate::page::{Frame, Wants};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use crate::text;
use crate::views::{ExemptionRows, ExemptionState, ExemptionView};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use model::AffiliationKind;
use store::ExemptionFilter;

#[derive(Debug, Template)]
#[template(path = "exemptions.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a ExemptionRows,
    filter: ExemptionFilter,
    clauses: Vec<(String, String)>,
    chart: Chart,
}

impl Page<'_> {
    fn is_class(&self, word: &str) -> bool {
        self.filter.class.is_some_and(|class| class.word() == word)
    }

    fn is_clause(&self, id: &str) -> bool {
        self.filter.clause.as_ref().is_some_and(|clause| clause.as_str() == id)
    }

    fn searched(&self) -> bool {
        self.filter != ExemptionFilter::default()
    }

    fn query(&self) -> String {
        let clause = self.filter.clause.as_ref().map_or("", |clause| clause.as_str());
        let class = self.filter.class.map_or("", AffiliationKind::word);
        let state = match self.filter.running {
            None => "",
            Some(true) => "running",
            Some(false) => "ended",
        };
        format!("clause={}&class={class}&state={state}", text::percent(clause))
    }
}

/// The clauses of the rulebook in force, by id and title.
pub(crate) fn clauses(state: &ConsoleState) -> Vec<(String, String)> {
    let book = state.rulebook.load();
    let language = book.settings.default_language();
    let named = book.clauses().map(|id| {
        let title = book.clause(id, language).map_or_else(|| id.to_string(), |text| text.title);
        (id.to_string(), title)
    });
    named.collect()
}

/// `GET /exemptions`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["clause", "class", "state", "before"])?;
    let filter = crate::reads::exemption_filter(&query)?;
    let view = crate::reads::exemptions(&state, &filter).await?;
    wants.answer(&view, || Page {
        frame: Frame::new(&state, "/exemptions", "/api/v1/exemptions"),
        chart: chart(&view),
        view: &view,
        filter,
        clauses: clauses(&state),
    })
}

fn chart(view: &ExemptionRows) -> Chart {
    let series = view.begun.iter().map(|line| Series {
        name: line.name.to_owned(),
        href: Some(format!("/exemptions?class={}", line.account_class)),
        values: line.values.clone(),
    });
    let title = "Exemptions that began, by kind of account";
    Chart::new("begun", title, "exemptions", view.months.clone(), series.collect())
}

#[derive(Debug, Template)]
#[template(path = "exemption.html")]
struct One<'a> {
    frame: Frame,
    view: &'a ExemptionView,
}

/// `GET /exemptions/{id}`.
pub(crate) async fn one(
    State(state): State<ConsoleState>,
    wants: Wants,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let view = crate::reads::exemption(&state, &id).await?;
    wants.answer(&view, || One {
        frame: Frame::new(&state, "/exemptions", format!("/api/v1/exemptions/{id}")),
        view: &view,
    })
}
