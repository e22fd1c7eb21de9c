//! Every version of the rulebook that was ever in force, file by file.

use crate::sql::{Insert, Value, column, execute, fetch, fetch_one, instant, json, whole};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::RulebookVersion;
use std::collections::BTreeMap;

/// A version that came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The version.
    pub version: RulebookVersion,
    /// When it came into force.
    pub adopted_at: Timestamp,
    /// How; `None`: it was read from the operator's folder.
    pub by: Option<AdoptedBy>,
}

/// How people put a version into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedBy {
    /// The act that they agreed to.
    pub act: String,
    /// SHA-256 of the replay's report that they had seen.
    pub report: String,
}

const KEEP: &str =
    "insert into rulebook (version, files) values ($1, $2) on conflict (version) do nothing";
const ADOPT: Insert = Insert {
    into: "insert into adoption (version, adopted_at, act, report)",
    columns: 4,
    then: "",
};
const LATEST: &str = "select version from adoption order by seq desc limit 1";
const ALL: &str = "select version, adopted_at, act, report from adoption order by seq desc";
const FILES: &str = "select files from rulebook where version = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[KEEP, LATEST, ALL, FILES];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ADOPT];

impl Store {
    /// Keeps a version of the rulebook (path to text) and that it came into force. Does nothing if
    /// it is the latest already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn adopt(
        &self,
        version: &RulebookVersion,
        files: &BTreeMap<String, String>,
        at: Timestamp,
        by: Option<&AdoptedBy>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if let Some(row) = fetch_one(&mut tx, LATEST, []).await?
            && column::<&str>(&row, 0)? == version.as_str()
        {
            return Ok(());
        }
        let files = json(files, "a rulebook")?;
        execute(&mut tx, KEEP, [version.as_str().into(), files.into()]).await?;
        let act = Value::text(by.map(|by| by.act.as_str()));
        let report = Value::text(by.map(|by| by.report.as_str()));
        ADOPT.run(&mut tx, vec![version.as_str().into(), at.into(), act, report]).await?;
        Ok(tx.commit().await?)
    }

    /// Every coming into force, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn rulebooks(&self) -> Result<Vec<Adoption>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ALL, []).await?;
        rows.iter()
            .map(|row| {
                Ok(Adoption {
                    version: RulebookVersion::new(column(row, 0)?),
                    adopted_at: instant(row, 1)?,
                    by: match (column(row, 2)?, column(row, 3)?) {
                        (Some(act), Some(report)) => Some(AdoptedBy { act, report }),
                        _ => None,
                    },
                })
            })
            .collect()
    }

    /// The files of one version, path to text.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn rulebook(
        &self,
        version: &RulebookVersion,
    ) -> Result<Option<BTreeMap<String, String>>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, FILES, [version.as_str().into()]).await?;
        row.map(|row| whole(&row, 0, "a rulebook")).transpose()
    }
}
