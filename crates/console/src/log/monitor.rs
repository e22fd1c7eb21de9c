//! `/log/monitor`: whether the platform shows what the log tells, and nothing else. Must not name an
//! item or an account: decisions and measures only.

use crate::chart::{Chart, Series};
use crate::page::{Frame, Wants};
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use store::MonitorLook;
use utoipa::ToSchema;

/// Comparisons that the chart looks back.
const LOOKED_BACK: u32 = 48;

/// What the last comparison found, and what those before it counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonitorView {
    /// The last comparison that could be made.
    pub(crate) last: Option<Look>,
    /// Why the platform could not be asked since.
    pub(crate) trouble: Option<String>,
    /// What did not fit, without items and accounts.
    pub(crate) findings: Vec<Finding>,
    /// Earlier comparisons, the newest first.
    pub(crate) looks: Vec<Look>,
}

/// Counts of one comparison.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Look {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// Leaves of the log then.
    pub(crate) size: u64,
    /// Measures that the platform listed.
    pub(crate) listed: u64,
    /// Those that a leaf tells as well.
    pub(crate) agree: u64,
    /// Those whose counterpart may still be on its way.
    pub(crate) pending: u64,
    /// Items that their authors deleted.
    pub(crate) explained: u64,
    /// Measures without a leaf.
    pub(crate) unlogged: u64,
    /// Leaves without a measure.
    pub(crate) undone: u64,
    /// Why the platform could not be asked.
    trouble: Option<String>,
}

/// One thing that does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// `unlogged`: a measure without a leaf; `undone`: a leaf without a measure.
    kind: String,
    /// `no_decision`, `not_in_the_log`, `other_measure`, `replaced`, `over`, `other_subject`, `twice` or
    /// `not_shown`.
    why: String,
    /// The word of the measure.
    measure: String,
    /// The decision, where it has an id that can be one.
    decision: Option<String>,
}

impl From<MonitorLook> for Look {
    fn from(look: MonitorLook) -> Self {
        let MonitorLook { at, size, listed, agree, pending, explained, unlogged, undone, trouble } =
            look;
        Self { at, size, listed, agree, pending, explained, unlogged, undone, trouble }
    }
}

impl Finding {
    fn is_undone(&self) -> bool {
        self.kind == "undone"
    }
}

/// What is wrong, as people say it.
pub(crate) fn says(why: &str) -> &'static str {
    match why {
        "no_decision" => "The platform gives no decision for it.",
        "not_in_the_log" => "The log holds no such decision.",
        "other_measure" => "The decision holds another measure.",
        "replaced" => "A later decision took its place.",
        "over" => "Its time is over.",
        "other_subject" => "The decision is about something else.",
        "twice" => "One decision is given for two things.",
        _ => "The platform does not show it.",
    }
}

#[derive(Debug, Template)]
#[template(path = "monitor.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a MonitorView,
    chart: Chart,
    log: String,
}

/// A measure's word, if it is one.
fn known(word: &str) -> &str {
    if text::measure_name(word) == word { "unknown" } else { word }
}

/// What is kept of the last comparisons.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn view(state: &ConsoleState) -> Result<MonitorView, Problem> {
    let looks = state.store.monitor_looks(LOOKED_BACK).await.map_err(|error| storage(&error))?;
    let last = state.store.last_monitor_look().await.map_err(|error| storage(&error))?;
    let trouble = looks.first().and_then(|look| look.trouble.clone());
    let (last, findings) = last.map_or((None, Vec::new()), |(look, found)| (Some(look), found));
    let finding = |one: store::MonitorFinding| Finding {
        kind: one.kind,
        why: one.why,
        // What a platform writes as an id or a word could hold anything, also a name.
        measure: known(&one.measure).to_owned(),
        decision: one.decision.filter(|id| id.parse::<model::DecisionId>().is_ok()),
    };
    Ok(MonitorView {
        last: last.map(Look::from),
        trouble,
        findings: findings.into_iter().map(finding).collect(),
        looks: looks.into_iter().map(Look::from).collect(),
    })
}

/// `GET /log/monitor`.
pub(super) async fn page(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let view = view(&state).await?;
    wants.answer(&view, || {
        let looks: Vec<&Look> =
            view.looks.iter().rev().filter(|one| one.trouble.is_none()).collect();
        let columns = looks.iter().map(|look| text::brief(&look.at)).collect();
        let series = |name: &str, of: fn(&Look) -> u64| Series {
            name: name.into(),
            href: None,
            values: looks.iter().map(|look| of(look)).collect(),
        };
        let series = vec![
            series("Measures without a leaf", |look| look.unlogged),
            series("Leaves without a measure", |look| look.undone),
        ];
        let title = "What did not fit, each time";
        Page {
            frame: Frame::new(&state, "/log/", "/api/v1/monitor"),
            view: &view,
            chart: Chart::new("monitor", title, "misfits", columns, series),
            log: format!("{}/log", state.public_url.trim_end_matches('/')),
        }
    })
}
