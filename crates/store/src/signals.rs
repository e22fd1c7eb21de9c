//! By what else than their texts items are alike: pages, pictures, claims; each a word under which items are found.
//! Must not know what a word means.

use crate::seen::read_event;
use crate::sql::{LONGEST_LIST, column, execute, fetch, with_list};
use crate::{Store, StoreError};
use model::Event;

/// What was made of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalled {
    /// The event's place.
    pub seq: i64,
    /// Kind and word of each.
    pub signals: Vec<(&'static str, String)>,
}

/// Items that are found under one word.
const MOST_FOUND: i64 = 512;

const LACKING: &str = "select e.action_id, e.action_name, e.happened_at, e.data, null, e.seq \
    from item i join event e on e.seq = i.event_seq \
    left join signalled s on s.part = $1 and s.event_seq = i.event_seq and s.made_with = $2 \
    where i.event_seq > $3 and s.event_seq is null order by i.event_seq limit $4";
const MADE: &str = "insert into signalled (part, event_seq, made_with) \
    select $1, $2, $3 where exists (select 1 from item where event_seq = $2) \
    on conflict (part, event_seq) do update set made_with = excluded.made_with";
const FORGET: &str = "delete from signal where event_seq = $1 and kind = $2";
/// An item that was erased in the meantime gets none.
const KEEP: &str = "insert into signal (kind, value, event_seq) \
    select $1, $2, $3 where exists (select 1 from item where event_seq = $3) \
    on conflict (kind, value, event_seq) do nothing";
const UNDER: &str = "select event_seq from signal where kind = $1 and value = $2 \
    order by event_seq desc limit $3";
const OF: &str = "select kind, value from signal where event_seq = $1 order by kind, value";
const OF_MANY: &str = "select event_seq, kind, value from signal where event_seq in ({list})";
const AFTER: &str = "select event_seq, value from signal where event_seq > $1 and kind = $2 \
    order by event_seq limit $3";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[LACKING, MADE, FORGET, KEEP, UNDER, OF, OF_MANY, AFTER];

impl Store {
    /// Items after a place of which a part was not made in this way yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lacking_signals(
        &self,
        part: &str,
        made_with: i64,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Event)>, StoreError> {
        let values = [part.into(), made_with.into(), after.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, LACKING, values).await?;
        rows.iter().map(|row| Ok((column(row, 5)?, read_event(row)?))).collect()
    }

    /// Keeps what was made of items, in the place of what was made of them before under these kinds.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; none is kept then.
    pub async fn keep_signals(
        &self,
        part: &str,
        kinds: &[&str],
        made_with: i64,
        all: &[Signalled],
    ) -> Result<(), StoreError> {
        if all.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for one in all {
            for kind in kinds {
                execute(&mut tx, FORGET, [one.seq.into(), (*kind).into()]).await?;
            }
            for (kind, value) in &one.signals {
                let values = [(*kind).into(), value.as_str().into(), one.seq.into()];
                execute(&mut tx, KEEP, values).await?;
            }
            execute(&mut tx, MADE, [part.into(), one.seq.into(), made_with.into()]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Places of the latest items under a word.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn under_signal(&self, kind: &str, value: &str) -> Result<Vec<i64>, StoreError> {
        let values = [kind.into(), value.into(), MOST_FOUND.into()];
        let rows = fetch(&mut *self.read().await?, UNDER, values).await?;
        rows.iter().map(|row| column(row, 0)).collect()
    }

    /// The signals of one item.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn signals_of(&self, seq: i64) -> Result<Vec<(String, String)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, OF, [seq.into()]).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
    }

    /// The signals of these items: place, kind, word.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn signals_of_all(
        &self,
        places: &[i64],
    ) -> Result<Vec<(i64, String, String)>, StoreError> {
        let mut reader = self.read().await?;
        let mut all = Vec::new();
        for part in places.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(OF_MANY, part.iter().map(|seq| (*seq).into()).collect());
            for row in fetch(&mut reader, sql, values).await? {
                all.push((column(&row, 0)?, column(&row, 1)?, column(&row, 2)?));
            }
        }
        Ok(all)
    }

    /// Words of one kind after a place, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn signals_after(
        &self,
        kind: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let values = [after.into(), kind.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, AFTER, values).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
    }
}
