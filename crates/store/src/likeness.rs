//! Fingerprints of items, and items by their places with what was held. Must not compare texts: `likeness` does.

use crate::seen::read_event;
use crate::sql::{
    LONGEST_LIST, Value, column, execute, fetch, fetch_one, maybe_parsed, whole, with_list,
};
use crate::{Store, StoreError};
use model::{CaseId, Decision, Event, ItemId};

/// An item's fingerprint, or the event to make it from.
#[derive(Debug, Clone)]
pub struct Fingerprinted {
    /// The event's place.
    pub seq: i64,
    /// The fingerprint, where there is one that was made in the way asked for.
    pub bands: Option<Vec<u8>>,
    /// The event, where there is none.
    pub event: Option<Event>,
}

/// An item and what is held of it now.
#[derive(Debug, Clone)]
pub struct Held {
    /// The event's place.
    pub seq: i64,
    /// The event. Its secret data stays where it is.
    pub event: Event,
    /// The latest decision; `None`: nothing was found and nobody reported it, or it waits.
    pub decision: Option<Decision>,
    /// The case in which it waits for people.
    pub waits: Option<CaseId>,
}

const FROM: &str = "select e.action_id, e.action_name, e.happened_at, \
    case when f.event_seq is null then e.data else '{}' end, null, e.seq, f.bands \
    from item i join event e on e.seq = i.event_seq \
    left join fingerprint f on f.event_seq = i.event_seq and f.made_with = $2 \
    where i.event_seq > $1 order by i.event_seq limit $3";
/// An item that was erased in the meantime gets none.
const KEEP: &str = "insert into fingerprint (event_seq, made_with, bands) \
    select $1, $2, $3 where exists (select 1 from item where event_seq = $1) \
    on conflict (event_seq) do update set made_with = excluded.made_with, bands = excluded.bands";
/// Of an item that came more than once only the last: the earlier text is not there any more.
const HELD: &str = "select e.action_id, e.action_name, e.happened_at, e.data, null, e.seq, d.body, w.case_id \
    from item i join event e on e.seq = i.event_seq \
    left join decision d on d.event_seq = e.seq \
        and not exists (select 1 from decision later where later.replaces = d.id) \
    left join waiting w on w.item_id = i.item_id \
    where i.event_seq in ({list}) and not exists \
        (select 1 from item newer where newer.item_id = i.item_id and newer.event_seq > i.event_seq) \
    order by e.seq, d.seq";
const PLACE: &str = "select max(event_seq) from item where item_id = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FROM, KEEP, HELD, PLACE];

impl Store {
    /// Fingerprints after place `after`, in order. Those that were not made as `made_with` says come as the
    /// event to make them from.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn fingerprints(
        &self,
        after: i64,
        made_with: i64,
        limit: u32,
    ) -> Result<Vec<Fingerprinted>, StoreError> {
        let mut reader = self.read().await?;
        let values = [after.into(), made_with.into(), i64::from(limit).into()];
        let rows = fetch(&mut reader, FROM, values).await?;
        rows.iter()
            .map(|row| {
                let bands: Option<Vec<u8>> = column(row, 6)?;
                let event = if bands.is_none() { Some(read_event(row)?) } else { None };
                Ok(Fingerprinted { seq: column(row, 5)?, bands, event })
            })
            .collect()
    }

    /// Keeps fingerprints, by the places of their events.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; none is kept then.
    pub async fn keep_fingerprints(
        &self,
        made_with: i64,
        fingerprints: &[(i64, Vec<u8>)],
    ) -> Result<(), StoreError> {
        if fingerprints.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (seq, bands) in fingerprints {
            let values = [(*seq).into(), made_with.into(), Value::from(bands.as_slice())];
            execute(&mut tx, KEEP, values).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The items at these places and what is held of them now. Items that were erased, and places at which an
    /// item stood that came again later, are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn held(&self, places: &[i64]) -> Result<Vec<Held>, StoreError> {
        let mut reader = self.read().await?;
        let mut held = Vec::new();
        for part in places.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(HELD, part.iter().map(|seq| (*seq).into()).collect());
            for row in fetch(&mut reader, sql, values).await? {
                let (seq, decided) = (column(&row, 5)?, column::<Option<&str>>(&row, 6)?.is_some());
                // People decided what automation had let stand: theirs is later, and holds.
                held.pop_if(|last: &mut Held| last.seq == seq);
                held.push(Held {
                    seq,
                    event: read_event(&row)?,
                    decision: if decided { Some(whole(&row, 6, "a decision")?) } else { None },
                    waits: maybe_parsed(&row, 7, "a case's id")?,
                });
            }
        }
        Ok(held)
    }

    /// The place at which an item came last.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn place_of(&self, item: &ItemId) -> Result<Option<i64>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, PLACE, [item.as_str().into()]).await?;
        row.map_or(Ok(None), |row| column(&row, 0))
    }
}
