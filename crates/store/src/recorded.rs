//! Events as they are recorded, with the facts that they were evaluated with and what was held of them: all that
//! deciding them again needs. Must not decide, and changes nothing.

use crate::seen::StoredEvent;
use crate::sql::{
    LONGEST_LIST, column, count, fetch, fetch_one, maybe_instant, maybe_parsed, parsed, whole,
    with_list,
};
use crate::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use model::{AccountId, CaseId, Decision, StandingEntry};
use std::collections::HashMap;

/// One event with its facts and its decisions.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The event's place.
    pub seq: i64,
    /// The event and what became of it on arrival.
    pub stored: StoredEvent,
    /// The facts that it was evaluated with, as they can be read again; `None` if it needed none.
    pub facts: Option<String>,
    /// Whatever was held of it, oldest first.
    pub decisions: Vec<RecordedDecision>,
}

/// A decision on a recorded event.
#[derive(Debug, Clone)]
pub struct RecordedDecision {
    /// Its place in the log.
    pub place: i64,
    /// The decision.
    pub decision: Decision,
}

/// A warning or strike with all that happened to it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEntry {
    /// The entry; `delivered_at` as it is known by now.
    pub entry: StandingEntry,
    /// When we heard that its notice arrived.
    pub heard_at: Option<Timestamp>,
    /// Place of its decision in the log.
    pub place: i64,
    /// Place of the event that it was decided on.
    pub event: i64,
    /// The case in which people decided it.
    pub case: Option<CaseId>,
    /// The decision that it replaced.
    pub replaced_another: bool,
    /// Where and when a later decision took its place.
    pub ended: Option<(i64, Timestamp)>,
}

/// Which events are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RecordedSpan {
    /// The first place.
    pub first: i64,
    /// The last place.
    pub last: i64,
    /// Whether nothing was recorded before the first place.
    pub whole: bool,
}

const SPAN: &str = "select (select min(seq) from event where received_at >= $1), \
    (select max(seq) from event), (select min(seq) from event)";
const EVENTS: &str = "select e.action_id, e.action_name, e.happened_at, e.data, e.secret_data, \
    e.received_at, e.rulebook, e.became, e.became_of, e.seq, f.facts \
    from event e left join event_fact f on f.event_seq = e.seq \
    where e.seq > $1 and e.seq <= $2 order by e.seq limit $3";
const HELD: &str =
    "select event_seq, seq, body from decision where event_seq in ({list}) order by seq";
const ENTRIES: &str = "select d.account_id, d.id, d.ladder, d.clause, d.weight, d.step, \
    d.decided_at, d.expires_at, min(r.at), min(r.received_at), d.seq, d.event_seq, d.case_id, \
    d.replaces is not null, later.seq, later.decided_at, d.body \
    from decision d left join receipt r \
        on r.decision_seq = d.seq and r.state = 'notice_delivered' \
    left join decision later on later.replaces = d.id \
    where d.account_id in ({list}) and d.weight is not null \
    group by d.seq order by d.seq";
/// How long the latest notices took to arrive, shortest first.
const DELAYS: &str = "select r.at - d.decided_at as took from \
    (select decision_seq, min(at) as at from receipt where state = 'notice_delivered' \
        group by decision_seq order by decision_seq desc limit 1001) r \
    join decision d on d.seq = r.decision_seq where d.weight is not null order by took";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[SPAN, EVENTS, HELD, ENTRIES, DELAYS];

impl Store {
    /// The events that came at or after `since`, up to now; `None` if there are none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn recorded_span(
        &self,
        since: Timestamp,
    ) -> Result<Option<RecordedSpan>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, SPAN, [since.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let [first, last, oldest] =
            [column::<Option<i64>>(&row, 0)?, column(&row, 1)?, column(&row, 2)?];
        Ok(first.zip(last).map(|(first, last)| RecordedSpan {
            first,
            last,
            whole: oldest == Some(first),
        }))
    }

    /// Events after place `after` up to place `last`, in the order in which they were recorded.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn recorded(
        &self,
        after: i64,
        last: i64,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let mut reader = self.read().await?;
        let values = [after.into(), last.into(), i64::from(limit).into()];
        let rows = fetch(&mut reader, EVENTS, values).await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let (seq, facts) = (column(row, 9)?, column(row, 10)?);
            let stored = StoredEvent::read(row)?;
            events.push(Recorded { seq, stored, facts, decisions: Vec::new() });
        }
        let places: Vec<i64> = events.iter().map(|one| one.seq).collect();
        let mut held: HashMap<i64, Vec<RecordedDecision>> = HashMap::new();
        for part in places.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(HELD, part.iter().map(|seq| (*seq).into()).collect());
            for row in fetch(&mut reader, sql, values).await? {
                let decision = whole(&row, 2, "a decision")?;
                let one = RecordedDecision { place: column(&row, 1)?, decision };
                held.entry(column(&row, 0)?).or_default().push(one);
            }
        }
        for event in &mut events {
            event.decisions = held.remove(&event.seq).unwrap_or_default();
        }
        Ok(events)
    }

    /// Every warning and strike that these accounts ever got, in the order of the log, with what became of each.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn recorded_entries(
        &self,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Vec<RecordedEntry>>, StoreError> {
        let mut entries: HashMap<AccountId, Vec<RecordedEntry>> = HashMap::new();
        let mut reader = self.read().await?;
        for part in accounts.chunks(LONGEST_LIST) {
            let accounts = part.iter().map(|id| id.as_str().into()).collect();
            let (sql, values) = with_list(ENTRIES, accounts);
            for row in fetch(&mut reader, sql, values).await? {
                let account = parsed(&row, 0, "a decision's account")?;
                let ended: Option<i64> = column(&row, 14)?;
                let at = maybe_instant(&row, 15)?;
                entries.entry(account).or_default().push(RecordedEntry {
                    entry: crate::facts::entry(&row, 16)?,
                    heard_at: maybe_instant(&row, 9)?,
                    place: column(&row, 10)?,
                    event: column(&row, 11)?,
                    case: maybe_parsed(&row, 12, "a case's id")?,
                    replaced_another: count(&row, 13)? != 0,
                    ended: ended.zip(at),
                });
            }
        }
        Ok(entries)
    }

    /// The median time from a warning or strike to its delivered notice, over the latest thousand; `None` if no
    /// notice was ever delivered.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn usual_delay(&self) -> Result<Option<SignedDuration>, StoreError> {
        let rows = fetch(&mut *self.read().await?, DELAYS, []).await?;
        let middle = rows.get(rows.len() / 2);
        middle.map_or(Ok(None), |row| Ok(Some(SignedDuration::from_micros(column(row, 0)?))))
    }
}
