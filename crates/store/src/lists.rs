//! Lists that people change while the engine runs: every change with its number, who made it, why
//! and when. Must not know what a rulebook's own file has.

use crate::sql::{Insert, column, fetch, instant, number, unsigned};
use crate::{Store, StoreError};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// One entry of one change of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange {
    /// The list.
    pub list: String,
    /// The number of the change, from 1.
    pub version: u64,
    /// The entry.
    pub entry: String,
    /// Put in, or taken out.
    pub is_in: bool,
    /// Who changed it.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// What somebody does to a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEdit {
    /// The list.
    pub list: String,
    /// Entries to put in.
    pub add: BTreeSet<String>,
    /// Entries to take out.
    pub remove: BTreeSet<String>,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}

const LATEST: &str = "select coalesce(max(version), 0) from list_change where list = $1";
const VERSIONS: &str = "select list, max(version) from list_change group by list";
const CHANGES: &str = "select version, entry, is_in, changed_by, why, at from list_change \
    where list = $1 order by version, entry";
const CHANGE: Insert = Insert {
    into: "insert into list_change (list, version, entry, is_in, changed_by, why, at)",
    columns: 7,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[LATEST, VERSIONS, CHANGES];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&CHANGE];

impl Store {
    /// Keeps a change of a list; gives its number. An edit without entries changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn edit_list(&self, edit: &ListEdit, at: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let before = number(&mut tx, LATEST, [edit.list.as_str().into()]).await?;
        let added = edit.add.iter().map(|entry| (entry, true));
        let removed = edit.remove.difference(&edit.add).map(|entry| (entry, false));
        let rows: Vec<_> = added
            .chain(removed)
            .flat_map(|(entry, is_in)| {
                [
                    edit.list.as_str().into(),
                    before.saturating_add(1).into(),
                    entry.as_str().into(),
                    is_in.into(),
                    edit.by.as_str().into(),
                    edit.why.as_str().into(),
                    at.into(),
                ]
            })
            .collect();
        if rows.is_empty() {
            return Ok(unsigned(before));
        }
        CHANGE.run(&mut tx, rows).await?;
        tx.commit().await?;
        Ok(unsigned(before.saturating_add(1)))
    }

    /// The number of the latest change of each list that was ever changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list_versions(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, VERSIONS, []).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, unsigned(column(row, 1)?)))).collect()
    }

    /// Every change of a list, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list_changes(&self, list: &str) -> Result<Vec<ListChange>, StoreError> {
        let rows = fetch(&mut *self.read().await?, CHANGES, [list.into()]).await?;
        let read = |row| {
            Ok(ListChange {
                list: list.to_owned(),
                version: unsigned(column(row, 0)?),
                entry: column(row, 1)?,
                is_in: column::<i64>(row, 2)? != 0,
                by: column(row, 3)?,
                why: column(row, 4)?,
                at: instant(row, 5)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
