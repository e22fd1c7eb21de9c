//! Who looked at whose data, and what was done about somebody's way in. Rows are only added; what is
//! forgotten of an item or an account is taken out of them. Must not judge whether a look was right.

use crate::sql::{Insert, Value, column, fetch, instant, number};
use crate::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use model::{Looked, PersonId};
use serde::Serialize;

/// The same look within so long is one look: a page that is loaded again says nothing new.
const ONE_LOOK: SignedDuration = SignedDuration::from_mins(10);

/// Somebody looked at something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Place in the list.
    pub seq: i64,
    /// The pseudonym, or the name of a key.
    pub looker: String,
    /// At what.
    pub kind: Looked,
    /// At which; `None` once it is forgotten.
    pub subject: Option<String>,
    /// Why, where that was asked.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Which looks are asked for.
#[derive(Debug, Clone, Default)]
pub struct LookFilter {
    /// Only of this person or key.
    pub looker: Option<String>,
    /// Only at what has this id.
    pub subject: Option<String>,
    /// Only earlier ones than this.
    pub before: Option<i64>,
}

/// What was done about somebody's way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonEvent {
    /// `invited`, `link`, `password`, `passkey_added`, ...
    pub what: String,
    /// Which, where there are several.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

const LOOK: Insert =
    Insert { into: "insert into look (looker, kind, subject, why, at)", columns: 5, then: "" };
const EVENT: Insert = Insert {
    into: "insert into person_event (person, what, detail, at, done_by)",
    columns: 5,
    then: "",
};
const AGAIN: &str = "select count(*) from look \
    where looker = $1 and kind = $2 and subject = $3 and at > $4 and coalesce(why, '') = $5";
const LOOKS: &str = "select seq, looker, kind, subject, why, at from look \
    where seq < $1 and ($2 = '' or looker = $2) and ($3 = '' or subject = $3) \
    order by seq desc limit $4";
const EVENTS: &str = "select what, detail, at, done_by from person_event \
    where person = $1 order by seq desc limit 100";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[AGAIN, LOOKS, EVENTS];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&LOOK, &EVENT];

impl Store {
    /// Keeps that somebody looked at something; once, if they load it again soon.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: then nothing must be shown.
    pub async fn add_look(
        &self,
        looker: &str,
        (kind, subject): (Looked, &str),
        why: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let asked = [
            looker.into(),
            kind.word().into(),
            subject.into(),
            at.checked_sub(ONE_LOOK).unwrap_or(Timestamp::MIN).into(),
            why.unwrap_or_default().into(),
        ];
        if number(&mut *self.read().await?, AGAIN, asked).await? > 0 {
            return Ok(());
        }
        let row =
            vec![looker.into(), kind.word().into(), subject.into(), Value::text(why), at.into()];
        let mut tx = self.write().await?;
        LOOK.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// Looks, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn looks(&self, filter: &LookFilter, limit: u32) -> Result<Vec<Look>, StoreError> {
        let asked = [
            filter.before.unwrap_or(i64::MAX).into(),
            filter.looker.as_deref().unwrap_or_default().into(),
            filter.subject.as_deref().unwrap_or_default().into(),
            i64::from(limit).into(),
        ];
        let rows = fetch(&mut *self.read().await?, LOOKS, asked).await?;
        let read = |row| {
            Ok(Look {
                seq: column(row, 0)?,
                looker: column(row, 1)?,
                kind: crate::sql::parsed(row, 2, "a look")?,
                subject: column(row, 3)?,
                why: column(row, 4)?,
                at: instant(row, 5)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what was done about somebody's way in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_person_event(
        &self,
        person: PersonId,
        event: &PersonEvent,
    ) -> Result<(), StoreError> {
        let row = vec![
            person.to_string().into(),
            event.what.as_str().into(),
            Value::text(event.detail.as_deref()),
            event.at.into(),
            event.by.as_str().into(),
        ];
        let mut tx = self.write().await?;
        EVENT.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// What was done about somebody's way in, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn person_events(&self, person: PersonId) -> Result<Vec<PersonEvent>, StoreError> {
        let rows = fetch(&mut *self.read().await?, EVENTS, [person.to_string().into()]).await?;
        let read = |row| {
            Ok(PersonEvent {
                what: column(row, 0)?,
                detail: column(row, 1)?,
                at: instant(row, 2)?,
                by: column(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
