//! Which items stand for those that were left alone: the keys of the draw, and what was drawn with which chance. Must not
//! draw, and must not look at what was decided.

use crate::sql::{Insert, Value, column, execute, fetch, fetch_one, instant, parsed, unreadable};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::ItemId;

/// The key of one month's draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftUpKey {
    /// `2026-11`, in UTC.
    pub month: String,
    /// Nobody knows it before the month is over but who can read the store.
    pub key: Vec<u8>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// An item for which nothing was drawn yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undrawn {
    /// The event's place.
    pub seq: i64,
    /// The platform's id.
    pub item: ItemId,
    /// When it came.
    pub came_at: Timestamp,
}

/// An item that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// The event's place.
    pub seq: i64,
    /// What was drawn, of 2⁵³.
    pub draw: i64,
    /// With which chance items were drawn then, in millionths.
    pub rate: u32,
}

const KEYS: &str = "select month, key, made_at from left_up_key order by month";
const MARK: &str = "select event_seq from left_up_mark";
const UNDRAWN: &str = "select i.event_seq, i.item_id, e.received_at from item i \
    join event e on e.seq = i.event_seq where i.event_seq > $1 order by i.event_seq limit $2";
/// An item that was erased in the meantime is not drawn.
const KEEP: &str = "insert into left_up (event_seq, draw, rate) \
    select $1, $2, $3 where exists (select 1 from item where event_seq = $1) \
    on conflict (event_seq) do nothing";
const SET_MARK: &str = "insert into left_up_mark (one, event_seq) values (1, $1) \
    on conflict (one) do update set event_seq = excluded.event_seq";
const LEAST: &str = "select min(l.rate) from left_up l where l.event_seq >= \
    (select e.seq from event e where e.received_at >= $1 order by e.seq limit 1)";

const KEY: Insert = Insert {
    into: "insert into left_up_key (month, key, made_at)",
    columns: 3,
    then: " on conflict (month) do nothing",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[KEYS, MARK, UNDRAWN, KEEP, SET_MARK, LEAST];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&KEY];

impl Store {
    /// The keys of all months, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn left_up_keys(&self) -> Result<Vec<LeftUpKey>, StoreError> {
        let rows = fetch(&mut *self.read().await?, KEYS, []).await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(LeftUpKey {
                month: column(row, 0)?,
                key: column(row, 1)?,
                made_at: instant(row, 2)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps keys of months that have none; a month's first key stays.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_left_up_keys(&self, keys: &[LeftUpKey]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let values = keys.iter().flat_map(|one| {
            [one.month.as_str().into(), Value::from(one.key.as_slice()), one.made_at.into()]
        });
        KEY.run(&mut tx, values.collect()).await?;
        Ok(tx.commit().await?)
    }

    /// The first items for which nothing was drawn yet, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn undrawn(&self, limit: u32) -> Result<Vec<Undrawn>, StoreError> {
        let mut reader = self.read().await?;
        let mark = fetch_one(&mut reader, MARK, []).await?;
        let mark = mark.map_or(Ok(-1), |row| column::<i64>(&row, 0))?;
        let rows = fetch(&mut reader, UNDRAWN, [mark.into(), i64::from(limit).into()]).await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Undrawn {
                seq: column(row, 0)?,
                item: parsed(row, 1, "an item's id")?,
                came_at: instant(row, 2)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what was drawn of the items up to place `until`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn keep_drawn(&self, drawn: &[Drawn], until: i64) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for one in drawn {
            let values = [one.seq.into(), one.draw.into(), i64::from(one.rate).into()];
            execute(&mut tx, KEEP, values).await?;
        }
        execute(&mut tx, SET_MARK, [until.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// The least chance with which an item that came at or after `since` was drawn, in millionths; `None`: none was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn least_rate(&self, since: Timestamp) -> Result<Option<u32>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, LEAST, [since.into()]).await?;
        let rate: Option<i64> = row.map_or(Ok(None), |row| column(&row, 0))?;
        let whole = |rate| u32::try_from(rate).map_err(|error| unreadable("a rate", &error));
        rate.map(whole).transpose()
    }
}
