//! What must still go out to the platform, every attempt to send it, and what the platform said.

use crate::sql::{
    Insert, Value, column, count, execute, fetch, fetch_one, instant, maybe_instant, maybe_parsed,
    parsed, unreadable, word,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{DecisionId, EndingId, Json, Receipt, ReceiptState};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// An enforcement that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Place of its leaf in the log; by it its attempts are kept.
    pub place: u64,
    /// The decision.
    pub decision: DecisionId,
    /// The end of one of its measures, when that is what is sent.
    pub ending: Option<EndingId>,
    /// Place of that measure in the decision.
    pub position: usize,
    /// The account whose decisions go out in their order; empty once it is forgotten.
    pub account: String,
    /// The [`model::Enforcement`] or [`model::Ending`] as JSON.
    pub body: Json,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it waits.
    pub since: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The platform took it.
    Delivered,
    /// It did not.
    Failed {
        /// Why, for the operator.
        why: String,
        /// When to try again; `None` gives up: a dead letter.
        next_at: Option<Timestamp>,
    },
}

impl Attempt {
    /// How it is kept: the word, why, and when it is tried again.
    pub(crate) fn kept(&self) -> (&'static str, Option<&str>, Option<Timestamp>) {
        match self {
            Self::Delivered => ("delivered", None, None),
            Self::Failed { why, next_at: None } => ("gave_up", Some(why), None),
            Self::Failed { why, next_at } => ("failed", Some(why), *next_at),
        }
    }
}

/// How much waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many wait.
    pub waiting: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// How many were given up.
    pub dead: u64,
}

/// An enforcement that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose.
    pub decision: DecisionId,
    /// The end of one of its measures, when that was not sent.
    pub ending: Option<EndingId>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub why: String,
    /// When that was.
    pub at: Timestamp,
}

const DUE: &str = "select d.id, o.body, w.attempts, o.created_at, w.account_id, w.decision_seq, \
        e.id, e.position \
    from delivery w join outbox o on o.decision_seq = w.decision_seq \
    left join ending e on e.leaf_seq = w.decision_seq \
    join decision d on d.seq = coalesce(e.decision_seq, w.decision_seq) \
    where w.next_at is not null and w.next_at <= $1 and not exists (select 1 from delivery earlier \
        where earlier.account_id = w.account_id and w.account_id <> '' and earlier.decision_seq < w.decision_seq \
        and earlier.next_at > $1) \
    order by w.decision_seq limit $2";
const FIND: &str = "select o.decision_seq, (select coalesce(max(a.number) + 1, 0) from attempt a \
    where a.decision_seq = o.decision_seq) from outbox o where o.decision_seq = $1";
const ATTEMPT: Insert = Insert {
    into: "insert into attempt (decision_seq, number, at, ended, why)",
    columns: 5,
    then: "",
};
const NEXT: &str = "update delivery set next_at = $2, attempts = attempts + $3 \
    where decision_seq = $1";
const BACKLOG: &str = "select count(*), min(o.created_at) \
    from delivery w join outbox o on o.decision_seq = w.decision_seq where w.next_at is not null";
/// Given up, not taken up again, and not enforced after all.
const DEAD: &str = "select d.id, w.attempts, a.why, a.at, a.decision_seq, a.number, e.id \
    from attempt a join delivery w on w.decision_seq = a.decision_seq \
    left join ending e on e.leaf_seq = a.decision_seq \
    join decision d on d.seq = coalesce(e.decision_seq, a.decision_seq) \
    where a.ended = 'gave_up' and w.next_at is null and not exists (select 1 from attempt later \
        where later.decision_seq = a.decision_seq and later.number > a.number)";
const LATEST_DEAD: &str = " order by a.at desc limit $1";
const ONE_DEAD: &str = " and coalesce(e.id, d.id) = $1";
const RECEIPT: &str = "insert into receipt (decision_seq, state, at, detail, received_at) \
    values ($1, $2, $3, $4, $5) on conflict (decision_seq, state, at) do nothing";
const DECISION: &str = "select seq from decision where id = $1";
const ENDING: &str = "select e.leaf_seq from ending e join decision d on d.seq = e.decision_seq \
    where d.id = $1 and e.id = $2";
const ENFORCED: &str = "delete from delivery where decision_seq = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[DUE, FIND, NEXT, BACKLOG, DEAD, RECEIPT, DECISION, ENDING, ENFORCED];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ATTEMPT];

impl Store {
    /// Enforcements that are to be sent now, the oldest first. What concerns an account for which
    /// an earlier one waits to be tried again is left out: their order is kept.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, DUE, [now.into(), i64::from(limit).into()]).await?;
        rows.iter().map(due).collect()
    }

    /// Keeps how an attempt ended.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when nothing of that place is to be sent.
    pub async fn attempted(
        &self,
        place: u64,
        at: Timestamp,
        attempt: &Attempt,
    ) -> Result<(), StoreError> {
        let (ended, why, next_at) = attempt.kept();
        let mut tx = self.write().await?;
        let (seq, number) = find(&mut tx, place).await?;
        let row = [seq.into(), number.into(), at.into(), ended.into(), Value::text(why)];
        ATTEMPT.run(&mut tx, row.into()).await?;
        execute(&mut tx, NEXT, [seq.into(), Value::instant(next_at), 1.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// How much waits to be sent.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let mut reader = self.read().await?;
        let Some(row) = fetch_one(&mut reader, BACKLOG, []).await? else {
            return Ok(Backlog::default());
        };
        let dead = format!("select count(*) from ({DEAD}) as dead");
        let dead = fetch_one(&mut reader, dead, []).await?;
        Ok(Backlog {
            waiting: count(&row, 0)?,
            oldest: maybe_instant(&row, 1)?,
            dead: dead.map_or(Ok(0), |row| count(&row, 0))?,
        })
    }

    /// Enforcements that were given up, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        let mut reader = self.read().await?;
        let rows =
            fetch(&mut reader, format!("{DEAD}{LATEST_DEAD}"), [i64::from(limit).into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(DeadLetter {
                    decision: parsed(row, 0, "a decision's id")?,
                    ending: maybe_parsed(row, 6, "an ending's id")?,
                    attempts: attempts(row, 1)?,
                    why: column::<Option<String>>(row, 2)?.unwrap_or_default(),
                    at: instant(row, 3)?,
                })
            })
            .collect()
    }

    /// Puts a dead letter, of a decision or of an ending, back among those to be sent. `false`: there is
    /// no such dead letter.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn revive(
        &self,
        of: impl std::fmt::Display,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let id = Value::Text(of.to_string());
        let Some(row) = fetch_one(&mut tx, format!("{DEAD}{ONE_DEAD}"), [id]).await? else {
            return Ok(false);
        };
        let (seq, number): (i64, i64) = (column(&row, 4)?, column(&row, 5)?);
        let row = [seq.into(), (number + 1).into(), at.into(), "revived".into(), Value::NoText];
        ATTEMPT.run(&mut tx, row.into()).await?;
        execute(&mut tx, NEXT, [seq.into(), at.into(), 0.into()]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps what the platform says. `false`: it said so before.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when there is no such decision, or no such ending of it.
    pub async fn receipt(&self, receipt: &Receipt, at: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let id = Value::Text(receipt.decision.to_string());
        let row = match receipt.ending {
            Some(ending) => fetch_one(&mut tx, ENDING, [id, ending.to_string().into()]).await?,
            None => fetch_one(&mut tx, DECISION, [id]).await?,
        };
        let seq: i64 = column(&row.ok_or(StoreError::NoSuch("decision"))?, 0)?;
        let values = [
            seq.into(),
            word(&receipt.state, "a receipt")?.into(),
            receipt.at.into(),
            Value::text(receipt.detail.as_deref()),
            at.into(),
        ];
        let new = execute(&mut tx, RECEIPT, values).await? > 0;
        if receipt.state == ReceiptState::Enforced {
            execute(&mut tx, ENFORCED, [seq.into()]).await?;
        }
        tx.commit().await?;
        Ok(new)
    }
}

/// What is to be sent, as a row of a work list with its message has it.
pub(crate) fn due(row: &AnyRow) -> Result<Due, StoreError> {
    let body = Json::parse(column(row, 1)?);
    let position: Option<i64> = column(row, 7)?;
    Ok(Due {
        place: count(row, 5)?,
        decision: parsed(row, 0, "a decision's id")?,
        ending: maybe_parsed(row, 6, "an ending's id")?,
        position: usize::try_from(position.unwrap_or_default()).unwrap_or_default(),
        account: column(row, 4)?,
        body: body.map_err(|error| unreadable("an enforcement", &error))?,
        attempts: attempts(row, 2)?,
        since: instant(row, 3)?,
    })
}

fn attempts(row: &AnyRow, index: usize) -> Result<u32, StoreError> {
    u32::try_from(column::<i64>(row, index)?).map_err(|error| unreadable("attempts", &error))
}

/// Place and number of the next attempt.
async fn find(connection: &mut AnyConnection, place: u64) -> Result<(i64, i64), StoreError> {
    let row = fetch_one(connection, FIND, [Value::from_count(place)]).await?;
    let row = row.ok_or(StoreError::NoSuch("enforcement"))?;
    Ok((column(&row, 0)?, column(&row, 1)?))
}
