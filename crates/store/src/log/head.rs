//! The rows behind the log: the leaves in their order, and the checkpoint that was signed last. Must
//! not change a leaf, and changes the checkpoint only if it is the one that was expected.

use super::LogError;
use crate::sql::{column, count, digest, execute, fetch, fetch_one, number};
use crate::{Store, StoreError};
use model::DecisionId;
use tlog::note::Note;
use tlog::{Hash, leaf_hash};

const HEAD: &str = "select origin, size, root, checkpoint from log_head where id = 0";
const BEGIN: &str = "insert into log_head (id, origin, size, root, checkpoint) \
    values (0, $1, $2, $3, $4) on conflict (id) do nothing";
const SWAP: &str = "update log_head set size = $1, root = $2, checkpoint = $3 \
    where id = 0 and origin = $4 and size = $5 and root = $6 and checkpoint = $7";
const LEAVES: &str = "select seq, bytes, hash from leaf where seq >= $1 and seq < $2 order by seq";
const COUNT: &str = "select coalesce(max(seq) + 1, 0) from leaf";
const INDEX: &str = "select d.seq from decision d join leaf l on l.seq = d.seq where d.id = $1";
const ADD: &str = "insert into leaf (seq, bytes, hash) values ($1, $2, $3)";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[HEAD, BEGIN, SWAP, LEAVES, COUNT, INDEX, ADD];

/// What was signed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) note: Note,
}

impl Store {
    pub(crate) async fn log_head(&self) -> Result<Option<Head>, LogError> {
        let row = fetch_one(&mut *self.read().await?, HEAD, []).await?;
        let Some(row) = row else { return Ok(None) };
        let note: Note = column::<&str>(&row, 3)?.parse().map_err(|error| {
            LogError::Damaged(format!("the checkpoint in the database: {error}"))
        })?;
        let origin = column(&row, 0)?;
        Ok(Some(Head { origin, size: count(&row, 1)?, root: digest(&row, 2)?, note }))
    }

    /// Begins a log; there must be none.
    pub(crate) async fn begin_log(&self, head: &Head) -> Result<(), LogError> {
        let mut tx = self.write().await?;
        let row = [
            head.origin.as_str().into(),
            crate::sql::Value::from_count(head.size),
            head.root.as_slice().into(),
            head.note.to_string().into(),
        ];
        if execute(&mut tx, BEGIN, row).await? != 1 {
            return Err(LogError::Swapped);
        }
        tx.commit().await.map_err(|error| LogError::Unknown(error.into()))
    }

    /// Puts `next` in the place of `old`, durably, if `old` is what is there.
    pub(crate) async fn swap_head(&self, old: &Head, next: &Head) -> Result<(), LogError> {
        let mut tx = self.write().await?;
        let row = [
            crate::sql::Value::from_count(next.size),
            next.root.as_slice().into(),
            next.note.to_string().into(),
            old.origin.as_str().into(),
            crate::sql::Value::from_count(old.size),
            old.root.as_slice().into(),
            old.note.to_string().into(),
        ];
        if execute(&mut tx, SWAP, row).await? != 1 {
            return Err(LogError::Swapped);
        }
        tx.commit().await.map_err(|error| LogError::Unknown(error.into()))
    }

    /// Leaves from place `from` up to, not including, `to`, read back from the database and hashed
    /// again: what is signed is what is kept. Fewer when there are fewer.
    pub(crate) async fn log_leaves(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Vec<(Hash, Vec<u8>)>, LogError> {
        let range = [crate::sql::Value::from_count(from), crate::sql::Value::from_count(to)];
        let rows = fetch(&mut *self.read().await?, LEAVES, range).await?;
        let mut leaves = Vec::with_capacity(rows.len());
        for (place, row) in (from..).zip(&rows) {
            if count(row, 0)? != place {
                return Err(LogError::Damaged(format!("leaf {place} is missing")));
            }
            let bytes: Vec<u8> = column(row, 1)?;
            let hash = leaf_hash(&bytes);
            if hash != digest(row, 2)? {
                return Err(LogError::Damaged(format!(
                    "leaf {place} is not what it was when it was recorded"
                )));
            }
            leaves.push((hash, bytes));
        }
        Ok(leaves)
    }

    /// How many leaves there are, signed for or not.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn leaf_count(&self) -> Result<u64, StoreError> {
        Ok(crate::sql::unsigned(number(&mut *self.read().await?, COUNT, []).await?))
    }

    /// The place of a decision's leaf.
    pub(crate) async fn leaf_of(&self, decision: DecisionId) -> Result<Option<u64>, StoreError> {
        let id = decision.to_string().into();
        let row = fetch_one(&mut *self.read().await?, INDEX, [id]).await?;
        row.map(|row| count(&row, 0)).transpose()
    }

    /// Takes leaves that were published but are not here, from place `from` on.
    pub(crate) async fn add_leaves(&self, from: u64, leaves: &[Vec<u8>]) -> Result<(), LogError> {
        let mut tx = self.write().await?;
        for (place, bytes) in (from..).zip(leaves) {
            let hash = leaf_hash(bytes);
            let place = crate::sql::Value::from_count(place);
            let row = [place, bytes.as_slice().into(), hash.as_slice().into()];
            execute(&mut tx, ADD, row).await?;
        }
        tx.commit().await.map_err(|error| LogError::Unknown(error.into()))
    }
}
