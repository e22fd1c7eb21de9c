//! What decided items mean: vectors that a model made of their texts. Must not make or compare them: `likeness` does.

use crate::seen::read_event;
use crate::sql::{Value, column, execute, fetch};
use crate::{Store, StoreError};
use model::Event;

/// A decided item's vector, or the event to make it from.
#[derive(Debug, Clone)]
pub struct Meant {
    /// The decision's place in the log.
    pub place: i64,
    /// The event's place.
    pub seq: i64,
    /// The vector, where there is one that was made in the way asked for; empty for a text without words.
    pub vector: Option<Vec<u8>>,
    /// The event, where there is none.
    pub event: Option<Event>,
}

const FROM: &str = "select e.action_id, e.action_name, e.happened_at, \
    case when m.event_seq is null then e.data else '{}' end, null, d.seq, d.event_seq, m.vector \
    from decision d join event e on e.seq = d.event_seq \
    left join meaning m on m.event_seq = d.event_seq and m.made_with = $2 \
    where d.seq > $1 and e.action_name <> 'erased' order by d.seq limit $3";
/// An item that was erased in the meantime gets none.
const KEEP: &str = "insert into meaning (event_seq, made_with, vector) \
    select $1, $2, $3 where exists (select 1 from item where event_seq = $1) \
    on conflict (event_seq) do update set made_with = excluded.made_with, vector = excluded.vector";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FROM, KEEP];

impl Store {
    /// Vectors of the items decided after this place in the log, in order. Those that were not made as `made_with`
    /// says come as the event to make them from.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn meanings(
        &self,
        after: i64,
        made_with: i64,
        limit: u32,
    ) -> Result<Vec<Meant>, StoreError> {
        let mut reader = self.read().await?;
        let values = [after.into(), made_with.into(), i64::from(limit).into()];
        let rows = fetch(&mut reader, FROM, values).await?;
        rows.iter()
            .map(|row| {
                let vector: Option<Vec<u8>> = column(row, 7)?;
                let event = if vector.is_none() { Some(read_event(row)?) } else { None };
                Ok(Meant { place: column(row, 5)?, seq: column(row, 6)?, vector, event })
            })
            .collect()
    }

    /// Keeps vectors, by the places of their events.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; none is kept then.
    pub async fn keep_meanings(
        &self,
        made_with: i64,
        meanings: &[(i64, Vec<u8>)],
    ) -> Result<(), StoreError> {
        if meanings.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (seq, vector) in meanings {
            let values = [(*seq).into(), made_with.into(), Value::from(vector.as_slice())];
            execute(&mut tx, KEEP, values).await?;
        }
        Ok(tx.commit().await?)
    }
}
