//! How every item that came was treated, for the audit: those that no rule found and nobody reported too.
//! Must not match, group or weigh.

use crate::seen::read_event;
use crate::sql::{Value, column, fetch, whole};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{Decision, Event};

/// An item as it came last, and how it was treated.
#[derive(Debug, Clone)]
pub struct Treated {
    /// The event's place; list on after it.
    pub seq: i64,
    /// The event. Its secret data stays where it is.
    pub event: Event,
    /// The first decision on it, or what people held on a report of what automation had let stand; `None`:
    /// nothing was found and nobody reported it.
    pub decision: Option<Decision>,
    /// Whether a later decision held that there was no breach after all.
    pub undone: bool,
    /// Whether the author's challenge of that decision was granted, wholly or in part; `None` without an answer.
    pub granted: Option<bool>,
    /// Whether it stands as an exemption by the decision that took the place of the first.
    pub exempted: bool,
    /// Whether the item was drawn to stand for those that were left alone.
    pub drawn: bool,
}

/// What both questions ask alike: whether an item was drawn, what else it is joined with, and which count.
macro_rules! treated {
    ($drawn:literal, $joined:literal, $which:literal) => {
        concat!(
            "select e.action_id, e.action_name, e.happened_at, e.data, null, e.seq, d.body, later.breach, ",
            $drawn,
            ", case when d.breach = 1 then (select a.outcome <> 'rejected' from appeal p \
                join appeal_answer a on a.appeal_id = p.id \
                where p.decision_id = d.id and p.appellant = 'person' order by p.level desc limit 1) end, \
            json_extract(later.body, '$.exemption') is not null \
            from item i join event e on e.seq = i.event_seq ",
            $joined,
            " left join decision d on d.event_seq = e.seq and d.replaces is null \
                and not (d.breach = 0 and exists (select 1 from decision again \
                    where again.event_seq = e.seq and again.replaces is null and again.seq > d.seq)) \
            left join decision later on later.replaces = d.id \
            where e.seq > $1 and e.received_at >= $2 and (",
            $which,
            ") and not exists (select 1 from item newer \
                where newer.item_id = i.item_id and newer.event_seq > i.event_seq) \
            order by e.seq limit $3"
        )
    };
}
const ITEMS: &str = treated!("1", "", "d.id is not null or e.became = 'nothing'");
/// Of what was held to breach nothing only what was drawn is read.
const DRAWN: &str = treated!(
    "l.draw is not null",
    "left join left_up l on l.event_seq = e.seq and l.draw < $4",
    "d.breach = 1 or (l.draw is not null and (d.id is not null or e.became = 'nothing'))"
);

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[ITEMS, DRAWN];

impl Store {
    /// Items that came at or after `since`, in the order in which they came, from after place `after`. Items that
    /// still wait for people are left out. With `below`, those that were held to breach nothing and drew that much or
    /// more are left out too.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn treated(
        &self,
        since: Timestamp,
        after: i64,
        limit: u32,
        below: Option<i64>,
    ) -> Result<Vec<Treated>, StoreError> {
        let mut reader = self.read().await?;
        let mut values = vec![after.into(), since.into(), i64::from(limit).into()];
        values.extend(below.map(Value::from));
        let rows = fetch(&mut reader, if below.is_some() { DRAWN } else { ITEMS }, values).await?;
        rows.iter()
            .map(|row| {
                let decided = column::<Option<&str>>(row, 6)?.is_some();
                Ok(Treated {
                    event: read_event(row)?,
                    seq: column(row, 5)?,
                    decision: if decided { Some(whole(row, 6, "a decision")?) } else { None },
                    undone: column::<Option<i64>>(row, 7)? == Some(0),
                    drawn: column::<i64>(row, 8)? != 0,
                    granted: column::<Option<i64>>(row, 9)?.map(|granted| granted != 0),
                    exempted: column::<i64>(row, 10)? != 0,
                })
            })
            .collect()
    }
}
