//! Counts for the first page, and how they came about over time.

use super::decisions::row;
use super::rulebook::{Book, current};
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::text::measure_name;
use crate::views::{Counts, Line, Overview, Timeline};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use store::{DecisionFilter, Tally};

/// Decisions that the first page shows.
const LATEST: u32 = 8;
const DAY: i64 = 86_400;

/// The first page over the last `days`.
pub(crate) async fn overview(state: &ConsoleState, days: u16) -> Result<Overview, Problem> {
    let now = state.clock.now();
    let since = now
        .checked_sub(SignedDuration::from_hours(24 * (i64::from(days) - 1).max(0)))
        .unwrap_or(Timestamp::MIN);
    let first = midnight(since);
    let failed = |error: store::StoreError| storage(&error);
    let all = state.store.overview(Timestamp::MIN).await.map_err(failed)?;
    let recent = state.store.overview(first).await.map_err(failed)?;
    let filter = DecisionFilter::default();
    let latest = state.store.decisions(&filter, None, LATEST).await.map_err(failed)?;
    let book = current(state).await;
    Ok(Overview {
        counts: Counts {
            looked_at: all.events,
            breaches: all.breaches,
            no_breach: all.no_breaches,
            waiting: all.waiting,
        },
        timeline: timeline(first, days, &recent, &book),
        latest: latest.entries.iter().map(row).collect(),
        rulebook: book.version.clone(),
        provider: book.provider.clone(),
    })
}

fn date(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

fn midnight(at: Timestamp) -> Timestamp {
    date(at).to_zoned_datetime(TimeZone::UTC).map_or(at, |zoned| zoned.timestamp())
}

fn timeline(first: Timestamp, days: u16, counted: &store::Overview, book: &Book) -> Timeline {
    let columns: Vec<Timestamp> = (0..i64::from(days))
        .filter_map(|day| first.checked_add(SignedDuration::from_hours(24 * day)).ok())
        .collect();
    let dates: Vec<Date> = columns.iter().map(|at| date(*at)).collect();
    let by_clause = lines(&counted.by_clause, &dates, |key| book.title_of(key));
    let by_measure = lines(&counted.by_measure, &dates, |key| measure_name(key).to_owned());
    Timeline { columns, seconds: DAY, by_clause, by_measure }
}

fn lines(tallies: &[Tally], dates: &[Date], name: impl Fn(&str) -> String) -> Vec<Line> {
    let mut by_key: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for tally in tallies {
        let values = by_key.entry(&tally.name).or_insert_with(|| vec![0; dates.len()]);
        let column = dates.iter().position(|date| *date == tally.day);
        if let Some(value) = column.and_then(|column| values.get_mut(column)) {
            *value += tally.count;
        }
    }
    by_key
        .into_iter()
        .map(|(key, values)| Line { key: key.into(), name: name(key), values })
        .collect()
}
