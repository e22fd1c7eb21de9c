//! Counts for the first page, and how they came about over time.

use super::decisions::row;
use super::rulebook::current;
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::text::measure_name;
use crate::views::{Counts, Line, Overview, Timeline};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use store::{DecisionFilter, Slot, StoreError};

/// Decisions that the first page shows.
const LATEST: u32 = 8;

/// Widths of a column in seconds, each with the number of columns that a chart holds of it.
const WIDTHS: [(i64, i64); 3] = [(60, 30), (300, 24), (3600, 24)];
const DAY: i64 = 86_400;

/// The first page over the last `days`.
pub(crate) async fn overview(state: &ConsoleState, days: u16) -> Result<Overview, Problem> {
    let failed = |error: StoreError| storage(&error);
    let all = state.store.overview(Timestamp::UNIX_EPOCH).await.map_err(failed)?;
    let first = state.store.first_decision().await.map_err(failed)?;
    let (columns, seconds) = columns(first, state.clock.now(), days);
    let since = columns.first().copied().unwrap_or(Timestamp::UNIX_EPOCH);
    let width = SignedDuration::from_secs(seconds);
    let counted = state.store.over_time(since, width).await.map_err(failed)?;
    let filter = DecisionFilter::default();
    let latest = state.store.decisions(&filter, None, LATEST).await.map_err(failed)?;
    let book = current(state);
    let by_clause = lines(&counted.by_clause, &columns, |key| book.title_of(key));
    let by_measure = lines(&counted.by_measure, &columns, |key| measure_name(key).to_owned());
    Ok(Overview {
        counts: Counts {
            looked_at: all.events,
            breaches: all.breaches,
            no_breach: all.no_breaches,
            waiting: all.waiting,
        },
        timeline: Timeline { columns, seconds, by_clause, by_measure },
        latest: latest.entries.iter().map(row).collect(),
        rulebook: book.version.clone(),
        provider: book.provider.clone(),
    })
}

/// The columns up to now: narrow ones while everything that happened fits into them, so that a
/// server's first hours are more than one bar.
fn columns(first: Option<Timestamp>, now: Timestamp, days: u16) -> (Vec<Timestamp>, i64) {
    let age = first.map_or(0, |first| now.as_second().saturating_sub(first.as_second()));
    let (width, many) = WIDTHS
        .into_iter()
        .find(|(width, many)| age < width * (many - 1))
        .unwrap_or((DAY, i64::from(days)));
    let last = now.as_second().div_euclid(width);
    let starts = (last - many + 1..=last).filter_map(|at| Timestamp::from_second(at * width).ok());
    (starts.collect(), width)
}

fn lines(slots: &[Slot], columns: &[Timestamp], name: impl Fn(&str) -> String) -> Vec<Line> {
    let mut by_key: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for slot in slots {
        let values = by_key.entry(&slot.name).or_insert_with(|| vec![0; columns.len()]);
        let column = columns.binary_search(&slot.start).ok();
        if let Some(value) = column.and_then(|column| values.get_mut(column)) {
            *value += slot.count;
        }
    }
    by_key
        .into_iter()
        .map(|(key, values)| Line { key: key.into(), name: name(key), values })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_narrow_as_the_past_is_short() {
        let now: Timestamp = "2026-11-23T12:34:56Z".parse().unwrap();
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        for (first, many, width) in [
            (None, 30, 60),
            (ago(20), 30, 60),
            (ago(3600), 24, 300),
            (ago(40_000), 24, 3600),
            (ago(400_000), 7, DAY),
        ] {
            let (starts, seconds) = columns(first, now, 7);
            assert_eq!((starts.len(), seconds), (many, width), "{first:?}");
            assert!(starts.windows(2).all(|w| w[1].as_second() - w[0].as_second() == width));
            assert!(*starts.last().unwrap() <= now);
            if let (Some(first), true) = (first, width < DAY) {
                assert!(starts[0] <= first);
            }
        }
    }
}
