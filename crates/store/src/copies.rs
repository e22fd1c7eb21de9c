//! What leaves, once more for each address that gets copies: a work list of its own beside that of the platform, every
//! attempt, and how it ended. Must not touch what the platform owes.

use crate::outbox::{Attempt, Due, due};
use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, maybe_parsed, parsed,
    unreadable,
};
use crate::webhooks::{HookEvent, HookKind, chosen, note};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{DecisionId, EndingId};
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Most that is copied in one transaction.
const MOST: i64 = 1000;

/// Where a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// It waits to be sent, or to be sent again.
    Waiting,
    /// The address has it.
    Delivered,
    /// It was given up: a dead letter.
    Dead,
}

impl CopyState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// One message to one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyOf {
    /// Its place in the outbox.
    pub place: u64,
    /// The decision.
    pub decision: DecisionId,
    /// The end of one of its measures, when that is what is told.
    pub ending: Option<EndingId>,
    /// Where it is.
    pub state: CopyState,
    /// How often it was sent.
    pub attempts: u64,
    /// Since when it is to be sent.
    pub since: Timestamp,
    /// When it is sent again.
    pub next_at: Option<Timestamp>,
    /// When it was last sent.
    pub tried_at: Option<Timestamp>,
    /// Why that failed.
    pub why: Option<String>,
}

const MORE: &str = "select h.place from webhook_head h where h.webhook_id = $1 \
    and exists (select 1 from outbox where decision_seq >= h.place)";
const FILL: &str = "insert into webhook_delivery \
        (webhook_id, place, account_id, since, attempts, state, next_at) \
    select $1, o.decision_seq, d.account_id, $2, 0, 'waiting', $2 from \
        (select decision_seq from outbox where decision_seq >= $3 order by decision_seq limit $4) o \
    left join ending e on e.leaf_seq = o.decision_seq \
    join decision d on d.seq = coalesce(e.decision_seq, o.decision_seq) \
    where (e.id is null and $5 = 1) or (e.id is not null and $6 = 1) order by o.decision_seq";
const MOVE: &str = "update webhook_head set place = coalesce((select max(o.decision_seq) + 1 from \
        (select decision_seq from outbox where decision_seq >= $2 order by decision_seq limit $3) o), $2) \
    where webhook_id = $1";
const DUE: &str = "select d.id, o.body, w.attempts, w.since, w.account_id, w.place, e.id, e.position \
    from webhook_delivery w join outbox o on o.decision_seq = w.place \
    left join ending e on e.leaf_seq = w.place \
    join decision d on d.seq = coalesce(e.decision_seq, w.place) \
    where w.webhook_id = $1 and w.next_at is not null and w.next_at <= $2 \
        and not exists (select 1 from webhook_delivery earlier where earlier.webhook_id = w.webhook_id \
            and earlier.account_id = w.account_id and w.account_id <> '' \
            and earlier.place < w.place and earlier.next_at > $2) \
    order by w.place limit $3";
const FIND: &str = "select attempts from webhook_delivery where webhook_id = $1 and place = $2";
const ATTEMPT: Insert = Insert {
    into: "insert into webhook_attempt (webhook_id, place, number, at, ended, why)",
    columns: 6,
    then: "",
};
const NEXT: &str = "update webhook_delivery set state = $3, next_at = $4, attempts = attempts + 1 \
    where webhook_id = $1 and place = $2";
const LIST: &str = "select w.place, d.id, e.id, w.state, w.attempts, w.since, w.next_at, a.at, a.why \
    from webhook_delivery w left join ending e on e.leaf_seq = w.place \
    join decision d on d.seq = coalesce(e.decision_seq, w.place) \
    left join webhook_attempt a on a.webhook_id = w.webhook_id and a.place = w.place \
        and a.number = w.attempts - 1 \
    where w.webhook_id = $1 and w.place < $2 and ($3 = '' or w.state = $3) \
    order by w.place desc limit $4";
const OF: &str = "select w.place from webhook_delivery w left join ending e on e.leaf_seq = w.place \
    left join decision d on d.seq = w.place where w.webhook_id = $1 and coalesce(e.id, d.id) = $2";
const AGAIN: &str = "update webhook_delivery set state = 'waiting', next_at = $3, since = $3 \
    where webhook_id = $1 and place = $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[MORE, FILL, MOVE, DUE, FIND, NEXT, LIST, OF, AGAIN];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ATTEMPT];

/// What is forgotten with events (see `erasure`): whose it was, what still waits, what was said of it.
pub(crate) const FORGET: &[&str] = &[
    "update webhook_delivery set account_id = '' where place in \
        (select seq from decision where event_seq in ({list})) or place in (select e.leaf_seq \
        from ending e join decision d on d.seq = e.decision_seq where d.event_seq in ({list}))",
    "delete from webhook_delivery where next_at is not null and place in \
        (select seq from decision where event_seq in ({list}))",
];

fn copy(row: &AnyRow) -> Result<CopyOf, StoreError> {
    let word: &str = column(row, 3)?;
    let state = CopyState::ALL.into_iter().find(|state| state.word() == word);
    Ok(CopyOf {
        place: crate::sql::count(row, 0)?,
        decision: parsed(row, 1, "a decision's id")?,
        ending: maybe_parsed(row, 2, "an ending's id")?,
        state: state.ok_or_else(|| unreadable("a copy", &"its state is unknown"))?,
        attempts: crate::sql::count(row, 4)?,
        since: instant(row, 5)?,
        next_at: maybe_instant(row, 6)?,
        tried_at: maybe_instant(row, 7)?,
        why: column(row, 8)?,
    })
}

/// Puts what left since the last time on the work list of an address, by what it chose last, but not more than one
/// transaction should hold. `false`: nothing is left to copy.
async fn copy_some(
    connection: &mut AnyConnection,
    webhook: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(row) = fetch_one(connection, MORE, [webhook.into()]).await? else { return Ok(false) };
    let from: i64 = column(&row, 0)?;
    let events = chosen(connection, webhook).await?;
    let wants = |kind| events.contains(&kind).into();
    let kinds = [wants(HookKind::Decision), wants(HookKind::Ending)];
    let fill = [webhook.into(), now.into(), from.into(), MOST.into()];
    execute(connection, FILL, fill.into_iter().chain(kinds)).await?;
    execute(connection, MOVE, [webhook.into(), from.into(), MOST.into()]).await?;
    Ok(true)
}

/// All of it, in the transaction that changes the choice: what left before is judged by the choice of then.
pub(crate) async fn copy_all(
    connection: &mut AnyConnection,
    webhook: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    while copy_some(connection, webhook, now).await? {}
    Ok(())
}

impl Store {
    /// Puts what left since the last time, of the kinds that it gets, on the work list of an address.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn copy_outbox(&self, webhook: &str, now: Timestamp) -> Result<(), StoreError> {
        while fetch_one(&mut *self.read().await?, MORE, [webhook.into()]).await?.is_some() {
            let mut tx = self.write().await?;
            // Asked again within the transaction: it may have been removed.
            if !copy_some(&mut tx, webhook, now).await? {
                return Ok(());
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Copies that are to be sent to an address now, the oldest first; each account's in their order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due_copies(
        &self,
        webhook: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Due>, StoreError> {
        let asked = [webhook.into(), now.into(), i64::from(limit).into()];
        fetch(&mut *self.read().await?, DUE, asked).await?.iter().map(due).collect()
    }

    /// Keeps how an attempt to send a copy ended. `false`: it is not on the list any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn copy_attempted(
        &self,
        webhook: &str,
        place: u64,
        at: Timestamp,
        attempt: &Attempt,
    ) -> Result<bool, StoreError> {
        let (ended, why, next_at) = attempt.kept();
        let state = match attempt {
            Attempt::Delivered => CopyState::Delivered,
            Attempt::Failed { next_at: None, .. } => CopyState::Dead,
            Attempt::Failed { .. } => CopyState::Waiting,
        };
        let key = || [webhook.into(), Value::from_count(place)];
        let mut tx = self.write().await?;
        let Some(row) = fetch_one(&mut tx, FIND, key()).await? else { return Ok(false) };
        let number: i64 = column(&row, 0)?;
        let row = [number.into(), at.into(), ended.into(), Value::text(why)];
        ATTEMPT.run(&mut tx, key().into_iter().chain(row).collect()).await?;
        let next = [state.word().into(), Value::instant(next_at)];
        execute(&mut tx, NEXT, key().into_iter().chain(next)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Copies to an address before `before`, the latest first; only those of `state`, if one is given.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn copies(
        &self,
        webhook: &str,
        state: Option<CopyState>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CopyOf>, StoreError> {
        let asked = [
            webhook.into(),
            before.map_or(Value::Int(i64::MAX), Value::from_count),
            state.map_or("", CopyState::word).into(),
            i64::from(limit).into(),
        ];
        fetch(&mut *self.read().await?, LIST, asked).await?.iter().map(copy).collect()
    }

    /// Has a copy of a decision, or of the end of a measure, sent to an address again, at once. `false`: it never
    /// got one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn copy_again(
        &self,
        webhook: &str,
        of: impl std::fmt::Display,
        event: &HookEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let found = fetch_one(&mut tx, OF, [webhook.into(), of.to_string().into()]).await?;
        let Some(row) = found else { return Ok(false) };
        let place: i64 = column(&row, 0)?;
        execute(&mut tx, AGAIN, [webhook.into(), place.into(), event.at.into()]).await?;
        note(&mut tx, webhook, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}
