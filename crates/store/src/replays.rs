//! Reports of replays that somebody saw, kept to be published with the adoption of the draft, and the drafts. Must not
//! replay.

use crate::sql::{Insert, column, fetch, fetch_one, instant, json, whole};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::RulebookVersion;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

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

/// A rulebook that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its version.
    pub version: RulebookVersion,
    /// Its files, path to text.
    pub files: BTreeMap<String, String>,
    /// Who brought it, by pseudonym.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
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

const DRAFT: Insert = Insert {
    into: "insert into draft (version, files, added_by, added_at)",
    columns: 4,
    then: " on conflict (version) do nothing",
};
const THE_DRAFT: &str = "select version, files, added_by, added_at from draft where version = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF_DRAFT, ONE, ALL, THE_DRAFT];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&KEEP, &DRAFT];

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

    /// Keeps a draft. Keeping it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            draft.version.as_str().into(),
            json(&draft.files, "a rulebook")?.into(),
            draft.added_by.as_str().into(),
            draft.added_at.into(),
        ];
        DRAFT.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// The draft of a version.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn draft(&self, version: &RulebookVersion) -> Result<Option<Draft>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, THE_DRAFT, [version.as_str().into()]).await?;
        let read = |row: AnyRow| {
            Ok(Draft {
                version: RulebookVersion::new(column(&row, 0)?),
                files: whole(&row, 1, "a rulebook")?,
                added_by: column(&row, 2)?,
                added_at: instant(&row, 3)?,
            })
        };
        row.map(read).transpose()
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
