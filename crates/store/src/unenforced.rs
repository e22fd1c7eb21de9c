//! What is decided and not yet enforced: what waits, what the platform took and did not confirm, what
//! was given up. The oldest first, because it is the longest unkept word.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, maybe_parsed, parsed,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{DecisionId, EndingId};
use serde::Serialize;

/// Where a decision is on its way to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It was not tried yet.
    Waiting,
    /// It was tried, and is tried again.
    Retrying,
    /// The platform has it and has not said that it is enforced.
    Unconfirmed,
    /// The platform says that it could not enforce it.
    Failed,
    /// It was given up: a dead letter.
    Dead,
}

/// A decision that is not enforced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unenforced {
    /// Place of the decision in the log.
    pub seq: i64,
    /// The decision.
    pub decision: DecisionId,
    /// The end of one of its measures, when the platform owes to take that back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingId>,
    /// Since when it is owed.
    pub since: Timestamp,
    /// Where it is.
    pub way: Way,
    /// How often it was sent.
    pub attempts: i64,
    /// When it was last sent.
    pub tried_at: Option<Timestamp>,
    /// Why that failed, or what the platform says.
    pub why: Option<String>,
    /// When it is sent again.
    pub next_at: Option<Timestamp>,
}

const OPEN: &str = "select w.decision_seq, d.id, o.created_at, w.attempts, w.next_at, a.ended, a.why, a.at, \
        (select coalesce(r.detail, '') from receipt r where r.decision_seq = w.decision_seq \
            and r.state = 'failed' order by r.received_at desc limit 1), e.id \
    from delivery w left join ending e on e.leaf_seq = w.decision_seq \
    join decision d on d.seq = coalesce(e.decision_seq, w.decision_seq) \
    join outbox o on o.decision_seq = w.decision_seq \
    left join attempt a on a.decision_seq = w.decision_seq and a.number = \
        (select max(number) from attempt where decision_seq = w.decision_seq) \
    where w.decision_seq > $1 order by w.decision_seq limit $2";
const FIND: &str = "select w.decision_seq, (select coalesce(max(a.number) + 1, 0) from attempt a \
        where a.decision_seq = w.decision_seq) \
    from delivery w left join ending e on e.leaf_seq = w.decision_seq \
    left join decision d on d.seq = w.decision_seq where e.id = $1 or d.id = $1";
const NOW: &str = "update delivery set next_at = $2 where decision_seq = $1";
const ATTEMPT: Insert = Insert {
    into: "insert into attempt (decision_seq, number, at, ended, why)",
    columns: 5,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OPEN, FIND, NOW];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ATTEMPT];

impl Store {
    /// What is not enforced, the oldest first, after the decision at place `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn unenforced(&self, after: i64, limit: u32) -> Result<Vec<Unenforced>, StoreError> {
        let asked = [after.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, OPEN, asked).await?;
        let read = |row| {
            let next_at = maybe_instant(row, 4)?;
            let ended: Option<String> = column(row, 5)?;
            let failed: Option<String> = column(row, 8)?;
            let way = match (next_at, ended.as_deref(), &failed) {
                (Some(_), Some("failed" | "gave_up"), _) => Way::Retrying,
                (Some(_), ..) => Way::Waiting,
                (None, Some("gave_up"), _) => Way::Dead,
                (None, _, Some(_)) => Way::Failed,
                (None, ..) => Way::Unconfirmed,
            };
            let why: Option<String> = column(row, 6)?;
            let said = if way == Way::Failed { failed } else { why };
            Ok(Unenforced {
                seq: column(row, 0)?,
                decision: parsed(row, 1, "a decision's id")?,
                ending: maybe_parsed(row, 9, "an ending's id")?,
                since: instant(row, 2)?,
                way,
                attempts: column(row, 3)?,
                tried_at: maybe_instant(row, 7)?,
                why: said.filter(|said| !said.is_empty()),
                next_at,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Has a decision, or the end of a measure, sent again at once. The platform knows it by its id,
    /// so a second time does nothing twice. `false`: it is enforced, or asks nothing of the platform.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn send_again(
        &self,
        of: impl std::fmt::Display,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let found = fetch_one(&mut tx, FIND, [of.to_string().into()]).await?;
        let Some(row) = found else { return Ok(false) };
        let (seq, number): (i64, i64) = (column(&row, 0)?, column(&row, 1)?);
        let row = vec![seq.into(), number.into(), at.into(), "revived".into(), Value::NoText];
        ATTEMPT.run(&mut tx, row).await?;
        execute(&mut tx, NOW, [seq.into(), at.into()]).await?;
        tx.commit().await?;
        Ok(true)
    }
}
