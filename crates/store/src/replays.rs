//! Reports of replays that somebody saw, kept to be published with the adoption of the draft. Must not replay.

use crate::sql::{Insert, column, fetch, fetch_one, instant};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::RulebookVersion;
use sqlx::any::AnyRow;

/// A report as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenReplay {
    /// SHA-256 of the report's bytes, in hexadecimal.
    pub digest: String,
    /// The draft that was tried.
    pub draft: RulebookVersion,
    /// The rulebook that was in force.
    pub in_force: RulebookVersion,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who saw it, by pseudonym.
    pub seen_by: String,
    /// The report: JSON without a word on a person.
    pub report: String,
}

const KEEP: Insert = Insert {
    into: "insert into replay (digest, draft, in_force, made_at, seen_by, report)",
    columns: 6,
    then: " on conflict (digest) do nothing",
};
const OF_DRAFT: &str = "select digest, draft, in_force, made_at, seen_by, report from replay \
    where draft = $1 and made_at <= $2 order by made_at desc limit 1";
const ONE: &str =
    "select digest, draft, in_force, made_at, seen_by, report from replay where digest = $1";
const ALL: &str = "select digest, draft, in_force, made_at, seen_by, report from replay \
    order by made_at desc limit $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF_DRAFT, ONE, ALL];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&KEEP];

impl Store {
    /// Keeps a report that somebody saw. Keeping it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_replay(&self, seen: &SeenReplay) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            seen.digest.as_str().into(),
            seen.draft.as_str().into(),
            seen.in_force.as_str().into(),
            seen.made_at.into(),
            seen.seen_by.as_str().into(),
            seen.report.as_str().into(),
        ];
        KEEP.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// The last report on a draft that was made by a moment.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn replay_of(
        &self,
        draft: &RulebookVersion,
        until: Timestamp,
    ) -> Result<Option<SeenReplay>, StoreError> {
        let values = [draft.as_str().into(), until.into()];
        let row = fetch_one(&mut *self.read().await?, OF_DRAFT, values).await?;
        row.as_ref().map(read).transpose()
    }

    /// The report with a digest.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn replay(&self, digest: &str) -> Result<Option<SeenReplay>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, ONE, [digest.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The latest reports, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn replays(&self, limit: u32) -> Result<Vec<SeenReplay>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ALL, [i64::from(limit).into()]).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<SeenReplay, StoreError> {
    Ok(SeenReplay {
        digest: column(row, 0)?,
        draft: RulebookVersion::new(column(row, 1)?),
        in_force: RulebookVersion::new(column(row, 2)?),
        made_at: instant(row, 3)?,
        seen_by: column(row, 4)?,
        report: column(row, 5)?,
    })
}
