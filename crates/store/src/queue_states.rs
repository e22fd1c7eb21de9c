//! How the queues stand: how much waits in each, how old it is, and who works on it. Counted when it is asked, in indexes
//! alone, and at one moment; nothing is kept that could be wrong. Must not change anything.

use crate::queue::{gravity_of, targets};
use crate::sql::{Value, column, count, fetch, instant, number, unsigned};
use crate::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::Connection as _;
use std::collections::BTreeMap;

/// How one queue stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueState {
    /// Its name.
    pub queue: String,
    /// How many cases wait in it, on hold or not.
    pub waiting: u64,
    /// How many of them are of each gravity, the gravest first.
    pub by_gravity: [u64; 4],
    /// How many are past their target.
    pub overdue: u64,
    /// How many somebody works on.
    pub claimed: u64,
    /// How many rest.
    pub held: u64,
    /// How many wait for a second person.
    pub proposed: u64,
    /// When the oldest was opened.
    pub oldest: Timestamp,
}

/// How many wait in each queue of each gravity; the next four say how many of them fit. Each reads one index alone.
const QUEUES: &str = "select queue, gravity, count(*), min(opened_at) from waiting \
    where leader is null group by queue, gravity";
const OVERDUE: &str = "select count(*) from waiting \
    where leader is null and queue = $1 and gravity = $2 and opened_at <= $3";
const IN_WORK: &str = "select queue, count(*) from waiting \
    where leader is null and claimed_until > $1 group by queue";
const RESTING: &str = "select queue, count(*) from waiting \
    where leader is null and held_until > $1 group by queue";
const PROPOSED: &str = "select queue, count(*) from waiting \
    where leader is null and proposed = 1 group by queue";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[QUEUES, OVERDUE, IN_WORK, RESTING, PROPOSED];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    InWork,
    Resting,
    Proposed,
}

impl Store {
    /// How each queue stands at `now`, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn queue_states(&self, now: Timestamp) -> Result<Vec<QueueState>, StoreError> {
        // All counts are of one moment.
        let mut reader = self.read().await?;
        let mut tx = reader.begin().await?;
        let targets = targets(&mut tx).await?;
        let mut all: BTreeMap<String, QueueState> = BTreeMap::new();
        for row in fetch(&mut tx, QUEUES, []).await? {
            let (queue, here) = (column::<String>(&row, 0)?, count(&row, 2)?);
            let (gravity, oldest) = (column::<i64>(&row, 1)?, instant(&row, 3)?);
            let span = SignedDuration::from_secs(targets.seconds(gravity_of(gravity)));
            let limit = now.checked_sub(span).unwrap_or(Timestamp::MIN);
            let values = [queue.as_str().into(), gravity.into(), limit.into()];
            let overdue = unsigned(number(&mut tx, OVERDUE, values).await?);
            let state = all.entry(queue.clone()).or_insert_with(|| QueueState {
                queue,
                waiting: 0,
                by_gravity: [0; 4],
                overdue: 0,
                claimed: 0,
                held: 0,
                proposed: 0,
                oldest,
            });
            let place = usize::try_from(3 - gravity.clamp(0, 3)).unwrap_or(0);
            if let Some(slot) = state.by_gravity.get_mut(place) {
                *slot += here;
            }
            state.waiting += here;
            state.overdue += overdue;
            state.oldest = state.oldest.min(oldest);
        }
        for (part, sql) in
            [(Part::InWork, IN_WORK), (Part::Resting, RESTING), (Part::Proposed, PROPOSED)]
        {
            let values = (part != Part::Proposed).then(|| Value::from(now));
            for row in fetch(&mut tx, sql, values).await? {
                let Some(state) = all.get_mut(column::<&str>(&row, 0)?) else { continue };
                *match part {
                    Part::InWork => &mut state.claimed,
                    Part::Resting => &mut state.held,
                    Part::Proposed => &mut state.proposed,
                } = count(&row, 1)?;
            }
        }
        Ok(all.into_values().collect())
    }
}
