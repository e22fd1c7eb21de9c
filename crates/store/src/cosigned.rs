//! The newest checkpoint of our own log that enough witnesses cosigned. Must not decide how many
//! are enough.

use crate::sql::{column, execute, fetch_one, instant, parsed};
use crate::{Store, StoreError};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use tlog::note::{Note, Signature};

const GET: &str = "select size, checkpoint, collected_at from cosigned where one = 1";
const SET: &str = "insert into cosigned (one, size, checkpoint, collected_at) \
    values (1, $1, $2, $3) on conflict (one) do update set size = excluded.size, \
    checkpoint = excluded.checkpoint, collected_at = excluded.collected_at";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[GET, SET];

/// A checkpoint of our own log that enough witnesses cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The size of the log.
    pub size: u64,
    /// The note with the log's signature and the witnesses'.
    pub checkpoint: String,
    /// When the cosignatures were collected.
    pub collected_at: Timestamp,
}

impl Store {
    /// Keeps a cosigned checkpoint in place of the one before, unless that is of a larger log.
    /// `false`: it was, and nothing was changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_cosigned(&self, cosigned: &Cosigned) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let before = fetch_one(&mut tx, GET, []).await?.as_ref().map(read).transpose()?;
        let forward = before.is_none_or(|before| before.size <= cosigned.size);
        if forward {
            let row = [
                cosigned.size.to_string().into(),
                cosigned.checkpoint.as_str().into(),
                cosigned.collected_at.into(),
            ];
            execute(&mut tx, SET, row).await?;
        }
        tx.commit().await?;
        Ok(forward)
    }

    /// A checkpoint of our log with the cosignatures that were collected for it: as it is while
    /// there are none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn with_cosignatures(&self, mut checkpoint: Note) -> Result<Note, StoreError> {
        let kept = self.cosigned().await?.and_then(|kept| kept.checkpoint.parse::<Note>().ok());
        let kept = kept.filter(|kept| kept.text() == checkpoint.text());
        for signature in kept.iter().flat_map(Note::signatures) {
            let there = |one: &Signature| one.id == signature.id && one.name == signature.name;
            if !checkpoint.signatures().iter().any(there) {
                checkpoint.add(signature.clone());
            }
        }
        Ok(checkpoint)
    }

    /// The newest checkpoint of our own log that enough witnesses cosigned.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn cosigned(&self) -> Result<Option<Cosigned>, StoreError> {
        fetch_one(&mut *self.read().await?, GET, []).await?.as_ref().map(read).transpose()
    }
}

fn read(row: &AnyRow) -> Result<Cosigned, StoreError> {
    Ok(Cosigned {
        size: parsed(row, 0, "the size of our log")?,
        checkpoint: column(row, 1)?,
        collected_at: instant(row, 2)?,
    })
}
