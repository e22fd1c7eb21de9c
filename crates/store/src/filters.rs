//! Searches that a person keeps: a setting of theirs, which they change. Must not say what a search means.

use crate::sql::{column, execute, fetch};
use crate::{Store, StoreError};
use jiff::Timestamp;
use serde::Serialize;

/// A search that a person keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedFilter {
    /// Its name.
    pub name: String,
    /// The query of the page, without `?`.
    pub query: String,
}

const FILTERS: &str = "select name, query from saved_filter where owner = $1 order by name";
const SAVE: &str = "insert into saved_filter (owner, name, query, saved_at) values ($1, $2, $3, $4) \
    on conflict (owner, name) do update set query = excluded.query, saved_at = excluded.saved_at";
const FORGET: &str = "delete from saved_filter where owner = $1 and name = $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FILTERS, SAVE, FORGET];

impl Store {
    /// The searches that a person keeps, by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn saved_filters(&self, owner: &str) -> Result<Vec<SavedFilter>, StoreError> {
        let rows = fetch(&mut *self.read().await?, FILTERS, [owner.into()]).await?;
        rows.iter()
            .map(|row| Ok(SavedFilter { name: column(row, 0)?, query: column(row, 1)? }))
            .collect()
    }

    /// Keeps a search under a name, in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn save_filter(
        &self,
        owner: &str,
        filter: &SavedFilter,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let SavedFilter { name, query } = filter;
        let values = [owner.into(), name.as_str().into(), query.as_str().into(), at.into()];
        execute(&mut tx, SAVE, values).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a search. `false`: there is none of that name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forget_filter(&self, owner: &str, name: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let gone = execute(&mut tx, FORGET, [owner.into(), name.into()]).await?;
        tx.commit().await?;
        Ok(gone > 0)
    }
}
