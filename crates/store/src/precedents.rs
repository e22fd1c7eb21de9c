//! What people decided under a rulebook, in the order of the log, with the posts. Must not compare texts.

use crate::seen::read_event;
use crate::sql::{column, fetch, fetch_one, whole};
use crate::{Store, StoreError};
use model::{Decision, Event, RulebookVersion};

/// How far what people decided is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleMark {
    /// Place of the last decision; -1: none.
    pub last: i64,
    /// Place of the last erasure; -1: none.
    pub erasures: i64,
}

impl PeopleMark {
    /// Nothing is known.
    pub const NONE: Self = Self { last: -1, erasures: -1 };
}

impl Default for PeopleMark {
    fn default() -> Self {
        Self::NONE
    }
}

/// A decision by people, with the event that it was made on.
#[derive(Debug, Clone)]
pub struct PeopleDecided {
    /// Its place in the log.
    pub place: i64,
    /// The decision.
    pub decision: Decision,
    /// The event. Its secret data stays where it is.
    pub event: Event,
}

const MARK: &str = "select \
    (select max(seq) from decision where automated = 0 and rulebook = $1), \
    (select max(leaf_seq) from erasure)";
const DECIDED: &str = "select e.action_id, e.action_name, e.happened_at, e.data, null, d.seq, d.body \
    from decision d join event e on e.seq = d.event_seq \
    where d.automated = 0 and d.rulebook = $1 and d.seq > $2 and e.action_name <> 'erased' \
    order by d.seq limit $3";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[MARK, DECIDED];

impl Store {
    /// How far people have decided under a rulebook. Cheap: it is asked before every batch.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn people_mark(&self, version: &RulebookVersion) -> Result<PeopleMark, StoreError> {
        let row = fetch_one(&mut *self.read().await?, MARK, [version.as_str().into()]).await?;
        let Some(row) = row else { return Ok(PeopleMark::NONE) };
        let [last, erasures] = [column::<Option<i64>>(&row, 0)?, column(&row, 1)?];
        Ok(PeopleMark { last: last.unwrap_or(-1), erasures: erasures.unwrap_or(-1) })
    }

    /// What people decided under a rulebook after a place, in the order of the log. What was erased is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn people_decided(
        &self,
        version: &RulebookVersion,
        after: i64,
        limit: u32,
    ) -> Result<Vec<PeopleDecided>, StoreError> {
        let values = [version.as_str().into(), after.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, DECIDED, values).await?;
        rows.iter()
            .map(|row| {
                let (event, place) = (read_event(row)?, column(row, 5)?);
                Ok(PeopleDecided { place, decision: whole(row, 6, "a decision")?, event })
            })
            .collect()
    }
}
