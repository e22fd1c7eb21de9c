//! Counts for the first page. Must not count what is not kept.

use crate::sql::{column, count, fetch, number, unreadable, unsigned};
use crate::{Store, StoreError};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::Connection as _;

/// What was held and done since a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Overview {
    /// Events kept.
    pub events: u64,
    /// Decisions.
    pub decisions: u64,
    /// Decisions that hold a breach.
    pub breaches: u64,
    /// Decisions that hold no breach.
    pub no_breaches: u64,
    /// Decisions by automation alone.
    pub automated: u64,
    /// Decisions that took the place of an earlier one.
    pub replacements: u64,
    /// Cases that wait for people, whenever they were opened.
    pub waiting: u64,
    /// Decisions, whenever made, that the platform was asked to enforce and has not said that it did.
    pub not_enforced: u64,
    /// Breaches per day and clause (the gravest of each decision).
    pub by_clause: Vec<Tally>,
    /// Measures per day and word.
    pub by_measure: Vec<Tally>,
    /// Decisions per day and outcome (`breach`, `no_breach`).
    pub by_outcome: Vec<Tally>,
}

/// A count for one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The day.
    pub day: Date,
    /// The clause, the measure or the outcome.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Microseconds of a day; the divisions in the statements below.
const DAY: i64 = 86_400_000_000;
const EVENTS: &str = "select count(*) from event where received_at >= $1";
const OUTCOMES: &str = "select decided_at / 86400000000 as day, breach, automated, count(*) \
    from decision where decided_at >= $1 group by decided_at / 86400000000, breach, automated \
    order by day, breach";
const REPLACEMENTS: &str =
    "select count(*) from decision where replaces is not null and decided_at >= $1";
const CLAUSES: &str = "select decided_at / 86400000000 as day, clause, count(*) \
    from decision where decided_at >= $1 and clause is not null \
    group by decided_at / 86400000000, clause order by day, clause";
const MEASURES: &str = "select d.decided_at / 86400000000 as day, m.word, count(*) \
    from decision d join measure m on m.decision_seq = d.seq where d.decided_at >= $1 \
    group by d.decided_at / 86400000000, m.word order by day, m.word";
const WAITING: &str = "select count(*) from waiting";
const NOT_ENFORCED: &str = "select count(*) from delivery";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[EVENTS, OUTCOMES, REPLACEMENTS, CLAUSES, MEASURES, WAITING, NOT_ENFORCED];

fn day(number: i64) -> Result<Date, StoreError> {
    let midnight = Timestamp::from_microsecond(number.saturating_mul(DAY));
    midnight
        .map(|at| TimeZone::UTC.to_datetime(at).date())
        .map_err(|error| unreadable("a day", &error))
}

async fn tallies(
    connection: &mut AnyConnection,
    sql: &'static str,
    since: Timestamp,
) -> Result<Vec<Tally>, StoreError> {
    let rows = fetch(connection, sql, [since.into()]).await?;
    let tally = |row| {
        Ok(Tally { day: day(column(row, 0)?)?, name: column(row, 1)?, count: count(row, 2)? })
    };
    rows.iter().map(tally).collect()
}

impl Store {
    /// Counts since a moment.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn overview(&self, since: Timestamp) -> Result<Overview, StoreError> {
        // One transaction, so that the counts are of one moment.
        let mut reader = self.read().await?;
        let mut tx = reader.begin().await?;
        let mut overview = Overview {
            events: unsigned(number(&mut tx, EVENTS, [since.into()]).await?),
            replacements: unsigned(number(&mut tx, REPLACEMENTS, [since.into()]).await?),
            waiting: unsigned(number(&mut tx, WAITING, []).await?),
            not_enforced: unsigned(number(&mut tx, NOT_ENFORCED, []).await?),
            by_clause: tallies(&mut tx, CLAUSES, since).await?,
            by_measure: tallies(&mut tx, MEASURES, since).await?,
            ..Overview::default()
        };
        for row in fetch(&mut tx, OUTCOMES, [since.into()]).await? {
            let (day, breach, automated): (_, i64, i64) =
                (day(column(&row, 0)?)?, column(&row, 1)?, column(&row, 2)?);
            let held = count(&row, 3)?;
            overview.decisions += held;
            if automated != 0 {
                overview.automated += held;
            }
            let name = if breach == 0 {
                overview.no_breaches += held;
                "no_breach"
            } else {
                overview.breaches += held;
                "breach"
            };
            match overview.by_outcome.last_mut() {
                Some(tally) if tally.day == day && tally.name == name => tally.count += held,
                _ => overview.by_outcome.push(Tally { day, name: name.into(), count: held }),
            }
        }
        tx.rollback().await?;
        Ok(overview)
    }
}
