//! Which events were here before, and what became of them.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, digest, fetch, fetch_one, instant, parsed, unreadable,
    with_list,
};
use crate::{Kept, Store, StoreError};
use jiff::Timestamp;
use model::{ActionId, CaseId, DecisionId, Event, ItemId, Json, RulebookVersion};
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// SHA-256 of what an event says: two events with one id and other content are a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash(pub [u8; 32]);

/// An event that was here before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it said.
    pub content: ContentHash,
    /// What became of it.
    pub became: Became,
}

/// What became of an event that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It was decided on arrival; the first decision on it.
    Decided(DecisionId),
    /// It opened or joined a case, which may be decided by now.
    Referred(CaseId),
    /// It is about no item.
    Nothing,
    /// It could not be decided.
    Failed(String),
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event, its `data` as it came.
    pub event: Event,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Under which rulebook it was looked at.
    pub rulebook: RulebookVersion,
    /// What became of it.
    pub became: Became,
}

/// One event that came again under the id of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The event that is kept beside the first.
    pub event: Event,
    /// When it came.
    pub received_at: Timestamp,
}

const SEEN: &str = "select action_id, content, became, became_of from event \
    where action_id in ({list})";
const EVENT: &str = "select action_id, action_name, happened_at, data, secret_data, received_at, \
    rulebook, became, became_of from event where action_id = $1";
const LATEST: &str = "select e.action_id, e.action_name, e.happened_at, e.data, e.secret_data, \
    e.received_at, e.rulebook, e.became, e.became_of \
    from item i join event e on e.seq = i.event_seq \
    where i.item_id = $1 order by i.event_seq desc limit 1";
const CONFLICTS: &str = "select action_id, action_name, happened_at, data, secret_data, \
    received_at from conflict where action_id = $1 order by received_at";
const CONFLICT: Insert = Insert {
    into: "insert into conflict (action_id, content, action_name, happened_at, data, secret_data, \
        received_at)",
    columns: 7,
    then: " on conflict (action_id, content) do nothing",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[SEEN, EVENT, LATEST, CONFLICTS];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&CONFLICT];

impl ContentHash {
    /// The hash of what an event says: name, time, data and secret data, byte by byte.
    pub fn of(event: &Event) -> Self {
        let time = event.timestamp.as_nanosecond().to_be_bytes();
        let secret = event.secret_data.as_ref().map(|data| data.as_str());
        let parts = [
            event.action_name.as_bytes(),
            &time,
            event.data.as_str().as_bytes(),
            secret.unwrap_or_default().as_bytes(),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl Became {
    /// The word and the text that the columns hold.
    pub(crate) fn columns(kept: &Kept) -> (&'static str, Option<String>) {
        match kept {
            Kept::Decided(kept) => ("decided", Some(kept.decided.decision().id.to_string())),
            Kept::Referred(case) => ("referred", Some(case.id.to_string())),
            Kept::Joined { case, .. } => ("joined", Some(case.to_string())),
            Kept::Nothing => ("nothing", None),
            Kept::Failed(why) => ("failed", Some(why.clone())),
        }
    }

    fn read(row: &AnyRow, at: usize) -> Result<Self, StoreError> {
        match column(row, at)? {
            "decided" => Ok(Self::Decided(parsed(row, at + 1, "an event's decision")?)),
            "referred" | "joined" => Ok(Self::Referred(parsed(row, at + 1, "an event's case")?)),
            "nothing" => Ok(Self::Nothing),
            "failed" => Ok(Self::Failed(column(row, at + 1)?)),
            other => Err(unreadable("an event's state", &format!("`{other}` is unknown"))),
        }
    }
}

impl StoredEvent {
    /// Reads the nine columns of an event.
    pub(crate) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            event: read_event(row)?,
            received_at: instant(row, 5)?,
            rulebook: RulebookVersion::new(column(row, 6)?),
            became: Became::read(row, 7)?,
        })
    }
}

pub(crate) fn read_event(row: &AnyRow) -> Result<Event, StoreError> {
    let json =
        |text: &str| Json::parse(text).map_err(|error| unreadable("an event's data", &error));
    Ok(Event {
        action_id: parsed(row, 0, "an event's id")?,
        action_name: column(row, 1)?,
        timestamp: instant(row, 2)?,
        data: json(column(row, 3)?)?,
        secret_data: column::<Option<&str>>(row, 4)?.map(json).transpose()?,
    })
}

impl Store {
    /// Which of these events were here before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn seen(&self, ids: &[ActionId]) -> Result<HashMap<ActionId, Seen>, StoreError> {
        let mut seen = HashMap::new();
        let mut reader = self.read().await?;
        for part in ids.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.as_str().into()).collect();
            let (sql, values) = with_list(SEEN, ids);
            for row in fetch(&mut reader, sql, values).await? {
                let content = digest(&row, 1)?;
                let became = Became::read(&row, 2)?;
                let id = parsed(&row, 0, "an event's id")?;
                seen.insert(id, Seen { content: ContentHash(content), became });
            }
        }
        Ok(seen)
    }

    /// Keeps events that reused the id of another with other content, beside the first.
    /// Keeping the same again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn record_conflicts(&self, conflicts: &[Conflict]) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for Conflict { event, received_at } in conflicts {
            rows.extend([
                event.action_id.as_str().into(),
                ContentHash::of(event).0.as_slice().into(),
                event.action_name.as_str().into(),
                event.timestamp.into(),
                event.data.as_str().into(),
                Value::text(event.secret_data.as_ref().map(|data| data.as_str())),
                (*received_at).into(),
            ]);
        }
        let mut tx = self.write().await?;
        CONFLICT.run(&mut tx, rows).await?;
        Ok(tx.commit().await?)
    }

    /// The events that reused this id, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn conflicts(&self, id: &ActionId) -> Result<Vec<Conflict>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, CONFLICTS, [id.as_str().into()]).await?;
        rows.iter()
            .map(|row| Ok(Conflict { event: read_event(row)?, received_at: instant(row, 5)? }))
            .collect()
    }

    /// One event as it is kept. Times are kept to the microsecond.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn event(&self, id: &ActionId) -> Result<Option<StoredEvent>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, EVENT, [id.as_str().into()]).await?;
        row.as_ref().map(StoredEvent::read).transpose()
    }

    /// The last event about an item: its snapshot.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn latest_event_of(&self, item: &ItemId) -> Result<Option<StoredEvent>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, LATEST, [item.as_str().into()]).await?;
        row.as_ref().map(StoredEvent::read).transpose()
    }
}
