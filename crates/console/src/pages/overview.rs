//! `/`: what this is, counts, and the latest decisions.

use crate::chart::{Chart, Series};
use crate::page::{Frame, Wants};
use crate::problem::Problem;
use crate::state::ConsoleState;
use crate::text;
use crate::views::{Held, Line, Overview, Timeline};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Days that the first page looks back.
const DAYS: u16 = 30;

#[derive(Debug, Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    frame: Frame,
    view: &'a Overview,
    by_clause: Chart,
    by_measure: Chart,
}

/// `GET /`.
pub(crate) async fn show(
    State(state): State<ConsoleState>,
    wants: Wants,
) -> Result<Response, Problem> {
    let view = crate::reads::overview(&state, DAYS).await?;
    wants.answer(&view, || {
        let time = &view.timeline;
        let clauses = time.by_clause.iter().map(|line| {
            let href = format!("/decisions?clause={}", line.key.replace('#', "%23"));
            series(line, href)
        });
        let measures = time.by_measure.iter().map(|line| {
            let href = format!("/decisions?measure={}", line.key);
            series(line, href)
        });
        Page {
            frame: Frame::new(&state, "/", "/api/v1/overview"),
            by_clause: Chart::new(
                "by-clause",
                "Breaches by clause",
                "breaches",
                columns(time),
                clauses.collect(),
            ),
            by_measure: Chart::new(
                "by-measure",
                "What was done",
                "measures",
                columns(time),
                measures.collect(),
            ),
            view: &view,
        }
    })
}

fn series(line: &Line, href: String) -> Series {
    Series { name: line.name.clone(), href: Some(href), values: line.values.clone() }
}

fn columns(time: &Timeline) -> Vec<String> {
    let pattern = if time.seconds < 86_400 { "%H:%M" } else { "%-d %b" };
    let name = |at: &Timestamp| at.to_zoned_datetime(TimeZone::UTC).strftime(pattern).to_string();
    time.columns.iter().map(name).collect()
}
