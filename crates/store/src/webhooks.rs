//! The addresses that are told what leaves, what was done with each, and by which of its secrets messages are signed.
//! Must not know a secret: it keeps their numbers and digests.

use crate::sql::{
    Insert, Value, column, count, digest, execute, fetch, fetch_one, instant, maybe_instant, number,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Whether an address gets anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookState {
    /// It does.
    Active,
    /// Somebody disabled it; what leaves meanwhile waits for it.
    Disabled,
    /// Its receiver said (410) that it takes no more; as disabled.
    Gone,
    /// It is no more.
    Removed,
}

impl HookState {
    fn read(word: Option<&str>) -> Self {
        match word {
            Some("disabled") => Self::Disabled,
            Some("gone") => Self::Gone,
            Some("removed") => Self::Removed,
            _ => Self::Active,
        }
    }
}

/// A kind of message that leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum HookKind {
    /// A decision, to be carried out.
    #[serde(rename = "decision.enforce")]
    Decision,
    /// The end of a measure.
    #[serde(rename = "measure.ended")]
    Ending,
}

impl HookKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Decision, Self::Ending];

    /// The message's `type`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decision => "decision.enforce",
            Self::Ending => "measure.ended",
        }
    }
}

impl std::str::FromStr for HookKind {
    type Err = &'static str;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or("it is `decision.enforce` or `measure.ended`")
    }
}

/// An address that is told what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Our id of it.
    pub id: String,
    /// How people call it.
    pub name: String,
    /// The address; it may hold a token of its receiver.
    pub url: String,
    /// Whether it carries decisions out; else it gets copies.
    pub enforces: bool,
    /// Which messages it gets.
    pub events: Vec<HookKind>,
    /// Whether it gets anything.
    pub state: HookState,
    /// Copies that wait for it.
    pub waiting: u64,
    /// Copies that were given up.
    pub dead: u64,
    /// When it last took a copy.
    pub delivered_at: Option<Timestamp>,
    /// When it was added.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
}

/// An address that gets something now, as whoever sends needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveHook {
    /// Our id of it.
    pub id: String,
    /// The address.
    pub url: String,
    /// Whether it carries decisions out; else it gets copies.
    pub enforces: bool,
}

/// One thing that was done with an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HookEvent {
    /// `disabled`, `enabled`, `gone`, `removed`, `rotated`, `tested`, `redelivered`, `chose`.
    pub what: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// More, for the operator; holds no personal data.
    pub detail: Option<String>,
}

/// A secret that signs, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookSecret {
    /// From 1 on, the newest the highest.
    pub number: u64,
    /// SHA-256 of it.
    pub digest: [u8; 32],
    /// Until when it signs; `None`: it is the newest.
    pub until: Option<Timestamp>,
}

const HOOK: Insert = Insert {
    into: "insert into webhook (id, name, url, enforces, made_at, made_by)",
    columns: 6,
    then: "",
};
const SECRET: Insert = Insert {
    into: "insert into webhook_secret (webhook_id, number, digest, made_at, before_until)",
    columns: 5,
    then: "",
};
const EVENT: Insert = Insert {
    into: "insert into webhook_event (webhook_id, what, at, by_whom, detail)",
    columns: 5,
    then: "",
};
const CHOICE: Insert = Insert {
    into: "insert into webhook_choice (webhook_id, decisions, endings, at)",
    columns: 4,
    then: "",
};
/// What was chosen last.
const CHOSEN: &str = "select decisions, endings from webhook_choice where webhook_id = $1 \
    order by seq desc limit 1";
const HEAD: &str = "insert into webhook_head (webhook_id, place) \
    select $1, coalesce(max(decision_seq) + 1, 0) from outbox";
const ALL: &str = "select w.id, w.name, w.url, w.enforces, w.made_at, w.made_by, \
        (select e.what from webhook_event e where e.webhook_id = w.id \
            and e.what in ('disabled', 'enabled', 'gone', 'removed') order by e.seq desc limit 1), \
        (select count(*) from webhook_delivery d where d.webhook_id = w.id and d.next_at is not null), \
        (select count(*) from webhook_delivery d where d.webhook_id = w.id and d.state = 'dead'), \
        (select max(a.at) from webhook_attempt a where a.webhook_id = w.id and a.ended = 'delivered'), \
        coalesce((select c.decisions from webhook_choice c where c.webhook_id = w.id order by c.seq desc limit 1), 1), \
        coalesce((select c.endings from webhook_choice c where c.webhook_id = w.id order by c.seq desc limit 1), 1) \
    from webhook w where ($1 = '' or w.id = $1) order by w.made_at, w.id";
/// Asked at every round of sending: it counts nothing.
const LIVE: &str = "select w.id, w.url, w.enforces from webhook w where coalesce((select e.what \
        from webhook_event e where e.webhook_id = w.id \
        and e.what in ('disabled', 'enabled', 'gone', 'removed') order by e.seq desc limit 1), 'enabled') \
        = 'enabled' order by w.made_at, w.id";
const EVENTS: &str = "select what, at, by_whom, detail from webhook_event where webhook_id = $1 \
    order by seq desc limit $2";
const SECRETS: &str = "select number, digest, before_until from webhook_secret where webhook_id = $1 \
    order by number desc";
const NEWEST: &str = "select coalesce(max(number), 0) from webhook_secret where webhook_id = $1";
/// What it takes with it: what still waits for it, and from where on.
const REMOVE: [&str; 2] = [
    "delete from webhook_delivery where webhook_id = $1",
    "delete from webhook_head where webhook_id = $1",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[CHOSEN, HEAD, ALL, LIVE, EVENTS, SECRETS, NEWEST, REMOVE[0], REMOVE[1]];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&HOOK, &SECRET, &EVENT, &CHOICE];

fn read(row: &AnyRow) -> Result<Webhook, StoreError> {
    let state: Option<&str> = column(row, 6)?;
    Ok(Webhook {
        id: column(row, 0)?,
        name: column(row, 1)?,
        url: column(row, 2)?,
        enforces: column::<i64>(row, 3)? != 0,
        made_at: instant(row, 4)?,
        made_by: column(row, 5)?,
        state: HookState::read(state),
        waiting: count(row, 7)?,
        dead: count(row, 8)?,
        delivered_at: maybe_instant(row, 9)?,
        events: kinds((column(row, 10)?, column(row, 11)?)),
    })
}

fn kinds((decisions, endings): (i64, i64)) -> Vec<HookKind> {
    let wanted = |kind: &HookKind| match kind {
        HookKind::Decision => decisions != 0,
        HookKind::Ending => endings != 0,
    };
    HookKind::ALL.into_iter().filter(wanted).collect()
}

/// Which messages an address gets copies of.
pub(crate) async fn chosen(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Vec<HookKind>, StoreError> {
    match fetch_one(connection, CHOSEN, [id.into()]).await? {
        Some(row) => Ok(kinds((column(&row, 0)?, column(&row, 1)?))),
        None => Ok(HookKind::ALL.to_vec()),
    }
}

async fn choose(
    connection: &mut AnyConnection,
    id: &str,
    events: &[HookKind],
    at: Timestamp,
) -> Result<(), StoreError> {
    let wants = |kind| events.contains(&kind).into();
    let row = vec![id.into(), wants(HookKind::Decision), wants(HookKind::Ending), at.into()];
    CHOICE.run(connection, row).await
}

/// Writes down what was done with an address, in the transaction that does it.
pub(crate) async fn note(
    connection: &mut AnyConnection,
    id: &str,
    event: &HookEvent,
) -> Result<(), StoreError> {
    let row = vec![
        id.into(),
        event.what.as_str().into(),
        event.at.into(),
        event.by.as_str().into(),
        Value::text(event.detail.as_deref()),
    ];
    EVENT.run(connection, row).await
}

impl Store {
    /// Keeps a new address with its first secret. It gets what leaves from now on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_webhook(&self, hook: &Webhook, digest: &[u8; 32]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            hook.id.as_str().into(),
            hook.name.as_str().into(),
            hook.url.as_str().into(),
            hook.enforces.into(),
            hook.made_at.into(),
            hook.made_by.as_str().into(),
        ];
        HOOK.run(&mut tx, row).await?;
        let id: Value = hook.id.as_str().into();
        let first = [id.clone(), 1.into(), digest.as_slice().into()];
        let times = [hook.made_at.into(), hook.made_at.into()];
        SECRET.run(&mut tx, first.into_iter().chain(times).collect()).await?;
        execute(&mut tx, HEAD, [id]).await?;
        if hook.events != HookKind::ALL {
            choose(&mut tx, &hook.id, &hook.events, hook.made_at).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Chooses which messages an address gets copies of from now on. What left before, also while it was disabled, it still
    /// gets by what it chose then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn choose_webhook(
        &self,
        id: &str,
        events: &[HookKind],
        event: &HookEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        crate::copies::copy_all(&mut tx, id, event.at).await?;
        choose(&mut tx, id, events, event.at).await?;
        note(&mut tx, id, event).await?;
        Ok(tx.commit().await?)
    }

    /// The addresses that are not removed, in the order in which they were added.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ALL, ["".into()]).await?;
        let all: Vec<Webhook> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(|hook| hook.state != HookState::Removed).collect())
    }

    /// The addresses that get something now, in the order in which they were added.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn live_webhooks(&self) -> Result<Vec<LiveHook>, StoreError> {
        let rows = fetch(&mut *self.read().await?, LIVE, []).await?;
        let live = |row: &AnyRow| {
            let (id, url) = (column(row, 0)?, column(row, 1)?);
            Ok(LiveHook { id, url, enforces: column::<i64>(row, 2)? != 0 })
        };
        rows.iter().map(live).collect()
    }

    /// One address, unless it is removed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn webhook(&self, id: &str) -> Result<Option<Webhook>, StoreError> {
        if id.is_empty() {
            return Ok(None);
        }
        let row = fetch_one(&mut *self.read().await?, ALL, [id.into()]).await?;
        let hook = row.as_ref().map(read).transpose()?;
        Ok(hook.filter(|hook| hook.state != HookState::Removed))
    }

    /// What was done with an address, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn webhook_events(&self, id: &str, most: u32) -> Result<Vec<HookEvent>, StoreError> {
        let asked = [id.into(), i64::from(most).into()];
        let rows = fetch(&mut *self.read().await?, EVENTS, asked).await?;
        rows.iter()
            .map(|row| {
                Ok(HookEvent {
                    what: column(row, 0)?,
                    at: instant(row, 1)?,
                    by: column(row, 2)?,
                    detail: column(row, 3)?,
                })
            })
            .collect()
    }

    /// Writes down what was done with an address; removing it takes along what still waits for it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn webhook_event(&self, id: &str, event: &HookEvent) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        note(&mut tx, id, event).await?;
        if event.what == "removed" {
            for sql in REMOVE {
                execute(&mut tx, sql, [id.into()]).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// The secrets by which messages to an address are signed at `now`, the newest first. A later one ends all
    /// before it at its time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn webhook_secrets(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Vec<HookSecret>, StoreError> {
        let rows = fetch(&mut *self.read().await?, SECRETS, [id.into()]).await?;
        let (mut secrets, mut until) = (Vec::new(), None::<Timestamp>);
        for row in &rows {
            if until.is_some_and(|until| until <= now) {
                break;
            }
            secrets.push(HookSecret { number: count(row, 0)?, digest: digest(row, 1)?, until });
            let before = instant(row, 2)?;
            until = Some(until.map_or(before, |until| until.min(before)));
        }
        Ok(secrets)
    }

    /// The number of the secret that comes next.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn next_webhook_secret(&self, id: &str) -> Result<u64, StoreError> {
        let newest = number(&mut *self.read().await?, NEWEST, [id.into()]).await?;
        Ok(crate::sql::unsigned(newest) + 1)
    }

    /// Keeps that an address has a new secret, and until when the ones before it sign, too.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when somebody else was quicker with that number.
    pub async fn rotate_webhook(
        &self,
        id: &str,
        secret: &HookSecret,
        before_until: Timestamp,
        event: &HookEvent,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let newest = number(&mut tx, NEWEST, [id.into()]).await?;
        if crate::sql::unsigned(newest) + 1 != secret.number {
            return Err(StoreError::Taken("a newer secret".into()));
        }
        let row = vec![
            id.into(),
            Value::from_count(secret.number),
            secret.digest.as_slice().into(),
            event.at.into(),
            before_until.into(),
        ];
        SECRET.run(&mut tx, row).await?;
        note(&mut tx, id, event).await?;
        Ok(tx.commit().await?)
    }
}
