//! Counts over time in columns of any width, for charts. Must not count what is not kept.

use crate::sql::{column, count, fetch, fetch_one, instant, unreadable};
use crate::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AnyConnection, Connection as _};

/// What was held and done, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverTime {
    /// Breaches per column and clause (the gravest of each decision).
    pub by_clause: Vec<Slot>,
    /// Measures per column and word.
    pub by_measure: Vec<Slot>,
}

/// A count for one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Where the column starts; a multiple of its width.
    pub start: Timestamp,
    /// The clause or the measure.
    pub name: String,
    /// How many.
    pub count: u64,
}

const FIRST: &str = "select decided_at from decision order by decided_at limit 1";
const CLAUSES: &str = "select decided_at / $2 as slot, clause, count(*) \
    from decision where decided_at >= $1 and clause is not null group by slot, clause \
    order by slot, clause";
const MEASURES: &str = "select d.decided_at / $2 as slot, m.word, count(*) \
    from decision d join measure m on m.decision_seq = d.seq where d.decided_at >= $1 \
    group by slot, m.word order by slot, m.word";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FIRST, CLAUSES, MEASURES];

async fn slots(
    connection: &mut AnyConnection,
    sql: &'static str,
    since: Timestamp,
    width: i64,
) -> Result<Vec<Slot>, StoreError> {
    let rows = fetch(connection, sql, [since.into(), width.into()]).await?;
    let slot = |row| {
        let number: i64 = column(row, 0)?;
        let start = Timestamp::from_microsecond(number.saturating_mul(width))
            .map_err(|error| unreadable("a time", &error))?;
        Ok(Slot { start, name: column(row, 1)?, count: count(row, 2)? })
    };
    rows.iter().map(slot).collect()
}

impl Store {
    /// When the first decision was made.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn first_decision(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut reader = self.read().await?;
        let row = fetch_one(&mut reader, FIRST, []).await?;
        row.map(|row| instant(&row, 0)).transpose()
    }

    /// Counts since a moment, in columns of `width`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn over_time(
        &self,
        since: Timestamp,
        width: SignedDuration,
    ) -> Result<OverTime, StoreError> {
        let width = i64::try_from(width.as_micros()).unwrap_or(i64::MAX).max(1);
        let mut reader = self.read().await?;
        let mut tx = reader.begin().await?;
        let over_time = OverTime {
            by_clause: slots(&mut tx, CLAUSES, since, width).await?,
            by_measure: slots(&mut tx, MEASURES, since, width).await?,
        };
        tx.rollback().await?;
        Ok(over_time)
    }
}
