//! `/log/` for people: how the log is doing, its latest leaves, sums over all of it; and a page that
//! checks a receipt in the browser. Must not show what the leaves do not say.

use super::leaves::{Entry, Sums, sums};
use crate::chart::{Chart, Series};
use crate::page::{Frame, html};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::ConsoleState;
use crate::text;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

/// Leaves on one page.
const PAGE: u64 = 25;
/// Leaves that a filter looks through on one page.
const LOOKED_THROUGH: u64 = 20_000;
/// Days that the charts look back.
const DAYS: i64 = 30;
const DAY: i64 = 86_400;

/// One leaf in a list.
#[derive(Debug)]
struct Line {
    index: u64,
    title: String,
    decision: Option<String>,
    did: String,
    when: String,
}

#[derive(Debug, Template)]
#[template(path = "log.html")]
struct Page {
    frame: Frame,
    health: Option<Health>,
    sums: Sums,
    by_clause: Chart,
    by_measure: Chart,
    by_class: Chart,
    lines: Vec<Line>,
    wanted: Wanted,
    choices: [Choice; 3],
    older: Option<String>,
}

/// Which leaves are asked for; an empty word asks for any.
#[derive(Debug, Clone, Default)]
struct Wanted {
    clause: String,
    measure: String,
    class: String,
}

/// What can be chosen for one of them: values and what they are called.
#[derive(Debug)]
struct Choice {
    name: &'static str,
    label: &'static str,
    any: &'static str,
    chosen: String,
    values: Vec<(String, String)>,
}

impl Wanted {
    fn of(query: &Query) -> Self {
        let get = |name| query.get(name).unwrap_or_default().to_owned();
        Self { clause: get("clause"), measure: get("measure"), class: get("class") }
    }

    fn fits(&self, entry: &Entry) -> bool {
        (self.clause.is_empty() || entry.clauses.contains(&self.clause))
            && (self.measure.is_empty() || entry.words().any(|word| word == self.measure))
            && (self.class.is_empty() || entry.account_class == self.class)
    }

    /// Whether every leaf is asked for.
    fn all(&self) -> bool {
        self.clause.is_empty() && self.measure.is_empty() && self.class.is_empty()
    }

    /// The page with these leaves, from place `at` back.
    fn address(&self, at: u64) -> String {
        let [clause, measure, class] =
            [&self.clause, &self.measure, &self.class].map(|word| text::percent(word));
        format!("/log/?clause={clause}&measure={measure}&class={class}&before={at}")
    }

    /// What the leaves so far leave to choose from.
    fn choices(&self, state: &ConsoleState, sums: &Sums) -> [Choice; 3] {
        let book = crate::reads::current(state);
        let clauses = sums.by_clause.keys().map(|id| (id.clone(), book.title_of(id)));
        let measures = sums.by_measure.keys();
        let measures = measures.map(|word| (word.clone(), text::measure_name(word).to_owned()));
        let classes = sums.by_class.keys().filter(|word| !word.is_empty());
        let classes = classes.map(|word| (word.clone(), class_name(word).to_owned()));
        [
            Choice::new("clause", "Gravest clause", "any clause", &self.clause, clauses),
            Choice::new("measure", "What was done", "anything", &self.measure, measures),
            Choice::new("class", "Account of", "anybody", &self.class, classes),
        ]
    }
}

impl Choice {
    fn new(
        name: &'static str,
        label: &'static str,
        any: &'static str,
        chosen: &str,
        values: impl Iterator<Item = (String, String)>,
    ) -> Self {
        let mut values: Vec<_> = values.collect();
        // What was asked for can be seen, also if no leaf has it.
        if !chosen.is_empty() && values.iter().all(|(value, _)| value != chosen) {
            values.push((chosen.to_owned(), chosen.to_owned()));
        }
        Self { name, label, any, chosen: chosen.to_owned(), values }
    }
}

/// Whom an account speaks for, as people say it.
fn class_name(word: &str) -> &str {
    match word {
        "government" => "a government",
        "state-media" => "a medium that a state controls",
        "party" => "a party or a candidate",
        "none" => "anybody else",
        "" => "not said (older leaves)",
        other => other,
    }
}

/// How the log is doing.
#[derive(Debug)]
struct Health {
    origin: String,
    size: u64,
    root: String,
    vkey: String,
    age: String,
    signed_by: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "verify.html")]
struct Verify {
    frame: Frame,
    vkey: String,
}

/// What a leaf is called in a list.
pub(super) fn title(entry: &Entry) -> String {
    match (entry.kind.as_deref(), entry.clauses.first()) {
        (Some("erasure"), _) => {
            format!("Personal data of {} decisions erased", text::count(&entry.decisions))
        }
        (Some("ending"), _) => {
            format!("The end of a measure came: {}", text::measure_name(&entry.measure))
        }
        (Some("exemption"), _) => format!("An exemption under {} began", entry.clause),
        (Some("exemption_end"), _) if entry.revoked => "An exemption was revoked".into(),
        (Some("exemption_end"), _) => "The time of an exemption was over".into(),
        (None, Some(clause)) => format!("Breach of {clause}"),
        (None, None) if entry.is_decision() => "Nothing was breached".into(),
        _ => "A leaf of a kind that this release does not know".into(),
    }
}

fn line(index: u64, entry: &Entry) -> Line {
    let words: Vec<&str> = entry.words().map(text::measure_name).collect();
    let hour = |at: Timestamp| {
        at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %b %Y, %H h UTC").to_string()
    };
    Line {
        index,
        title: title(entry),
        decision: entry.decision.clone().or_else(|| entry.ends.clone()),
        did: words.join(", "),
        when: entry.at().map_or_else(String::new, hour),
    }
}

async fn health(state: &ConsoleState) -> Result<Option<Health>, Problem> {
    let Some(signed) = state.published().signed().await? else { return Ok(None) };
    let written = state.published().written().await;
    let now = state.clock.now().as_second();
    let age = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or_else(
        || "unknown".to_owned(),
        |at| ago(now.saturating_sub(i64::try_from(at.as_secs()).unwrap_or(i64::MAX))),
    );
    let vkey = state.published().vkey().await?.map(|key| key.to_string()).unwrap_or_default();
    let signed_by = signed.note.signatures().iter().map(|signature| {
        let time = signature.bytes.first_chunk::<8>().filter(|_| signature.bytes.len() == 72);
        let time = time.and_then(|time| Timestamp::from_second(i64::from_be_bytes(*time)).ok());
        match time {
            Some(at) => {
                format!("{} (witness, says {})", signature.name, ago(now - at.as_second()))
            }
            None => signature.name.clone(),
        }
    });
    Ok(Some(Health {
        origin: signed.checkpoint.origin.clone(),
        size: signed.checkpoint.size,
        root: hex::encode(signed.checkpoint.root),
        vkey,
        age,
        signed_by: signed_by.collect(),
    }))
}

fn ago(seconds: i64) -> String {
    match seconds {
        i64::MIN..=59 => "less than a minute ago".into(),
        60..=7199 => format!("{} minutes ago", seconds / 60),
        7200..=172_799 => format!("{} hours ago", seconds / 3600),
        _ => format!("{} days ago", seconds / DAY),
    }
}

/// `GET /log/`.
pub(super) async fn overview(
    State(state): State<ConsoleState>,
    query: Query,
) -> Result<Response, Problem> {
    let health = health(&state).await?;
    let size = health.as_ref().map_or(0, |health| health.size);
    let before = query.parse::<u64>("before")?.unwrap_or(size).min(size);
    let wanted = Wanted::of(&query);
    let (lines, older) = latest(&state, size, before, &|entry| wanted.fits(entry)).await?;
    let older = older.map(|at| wanted.address(at));
    let sums = sums(&state, size).await?;
    let mut frame = Frame::new(&state, "/log/", "/log/leaves.ndjson?limit=100");
    frame.twin = frame.twin.filter(|_| size > 0);
    let choices = wanted.choices(&state, &sums);
    let [by_clause, by_measure, by_class] = charts(&state, &sums);
    html(&Page {
        frame,
        health,
        sums,
        by_clause,
        by_measure,
        by_class,
        lines,
        wanted,
        choices,
        older,
    })
}

/// The newest leaves before a place that fit, and where to go on.
async fn latest(
    state: &ConsoleState,
    size: u64,
    before: u64,
    fits: &impl Fn(&Entry) -> bool,
) -> Result<(Vec<Line>, Option<u64>), Problem> {
    let (mut lines, mut end) = (Vec::new(), before);
    let lowest = before.saturating_sub(LOOKED_THROUGH);
    while end > lowest {
        let start = end.saturating_sub(256).max(lowest);
        let many = usize::try_from(end - start).unwrap_or(usize::MAX);
        let leaves = state.published().leaves(size, start, many).await?;
        for (index, bytes) in leaves.into_iter().rev() {
            let entry = Entry::read(&bytes);
            if fits(&entry) {
                lines.push(line(index, &entry));
            }
            if lines.len() as u64 == PAGE {
                return Ok((lines, Some(index).filter(|index| *index > 0)));
            }
        }
        end = start;
    }
    Ok((lines, Some(end).filter(|end| *end > 0)))
}

/// The last days of the log as charts.
fn charts(state: &ConsoleState, sums: &Sums) -> [Chart; 3] {
    let today = state.clock.now().as_second().div_euclid(DAY);
    let days: Vec<i64> = (today - DAYS + 1..=today).collect();
    let columns: Vec<String> = days
        .iter()
        .filter_map(|day| Timestamp::from_second(day * DAY).ok())
        .map(|at| at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %b").to_string())
        .collect();
    let book = crate::reads::current(state);
    let series = |counts: &BTreeMap<String, BTreeMap<i64, u64>>, key: &str| {
        let one = |(name, hours): (&String, &BTreeMap<i64, u64>)| {
            let of = |day: &i64| hours.range(day * DAY..(day + 1) * DAY).map(|(_, n)| n).sum();
            let shown = match key {
                "clause" => book.title_of(name),
                "measure" => text::measure_name(name).into(),
                _ => class_name(name).into(),
            };
            let href = (!name.is_empty()).then(|| format!("/log/?{key}={}", text::percent(name)));
            Series { name: shown, href, values: days.iter().map(of).collect() }
        };
        counts.iter().map(one).collect::<Vec<_>>()
    };
    let clauses = series(&sums.by_clause, "clause");
    let measures = series(&sums.by_measure, "measure");
    let classes = series(&sums.by_class, "class");
    let days = columns.clone();
    [
        Chart::new("log-clause", "Breaches by clause", "breaches", columns.clone(), clauses),
        Chart::new("log-measure", "What was done", "measures", columns, measures),
        Chart::new("log-class", "Whose accounts were decided on", "decisions", days, classes),
    ]
}

/// `GET /log/verify`.
pub(super) async fn verify(State(state): State<ConsoleState>) -> Result<Response, Problem> {
    let vkey = state.published().vkey().await?.map(|key| key.to_string()).unwrap_or_default();
    let mut frame = Frame::new(&state, "/log/", "");
    frame.twin = None;
    html(&Verify { frame, vkey })
}
