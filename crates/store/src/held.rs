//! Verdicts that wait some seconds before they are decided, so that whoever gave them can take them back. Must not
//! be read as decisions: none of them is one yet.

use crate::sql::{Insert, column, execute, fetch, instant, parsed, unreadable};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, Json};
use sqlx::any::AnyRow;

/// A verdict that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldVerdict {
    /// On which case.
    pub case: CaseId,
    /// Pseudonym of who gave it.
    pub by: String,
    /// The verdict: the caller's own value.
    pub verdict: Json,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it is decided.
    pub due_at: Timestamp,
}

const HOLD: Insert = Insert {
    into: "insert into held_verdict (case_id, given_by, verdict, given_at, due_at)",
    columns: 5,
    then: " on conflict do nothing",
};
const OF: &str =
    "select case_id, given_by, verdict, given_at, due_at from held_verdict where case_id = $1";
const DUE: &str = "select case_id, given_by, verdict, given_at, due_at from held_verdict \
    where due_at <= $1 order by due_at";
const DROP: &str = "delete from held_verdict where case_id = $1 and given_by = $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF, DUE, DROP];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&HOLD];

fn read(row: &AnyRow) -> Result<HeldVerdict, StoreError> {
    let verdict = Json::parse(column(row, 2)?);
    Ok(HeldVerdict {
        case: parsed(row, 0, "a case's id")?,
        by: column(row, 1)?,
        verdict: verdict.map_err(|error| unreadable("a verdict", &error))?,
        given_at: instant(row, 3)?,
        due_at: instant(row, 4)?,
    })
}

impl Store {
    /// Lets a verdict wait. Says the one that waits on the case: another person's, when that came first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn hold_verdict(&self, held: &HeldVerdict) -> Result<HeldVerdict, StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            held.case.to_string().into(),
            held.by.as_str().into(),
            held.verdict.as_str().into(),
            held.given_at.into(),
            held.due_at.into(),
        ];
        HOLD.run(&mut tx, row).await?;
        let rows = fetch(&mut tx, OF, [held.case.to_string().into()]).await?;
        let stands = rows.first().map(read).transpose()?;
        tx.commit().await?;
        stands.ok_or(StoreError::NoSuch("verdict that waits"))
    }

    /// The verdict that waits on a case.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn held_verdict(&self, case: CaseId) -> Result<Option<HeldVerdict>, StoreError> {
        let rows = fetch(&mut *self.read().await?, OF, [case.to_string().into()]).await?;
        rows.first().map(read).transpose()
    }

    /// The verdicts that are due.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due_verdicts(&self, now: Timestamp) -> Result<Vec<HeldVerdict>, StoreError> {
        let rows = fetch(&mut *self.read().await?, DUE, [now.into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Takes a verdict from the list; says whether it was still there.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn drop_verdict(&self, case: CaseId, by: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let gone = execute(&mut tx, DROP, [case.to_string().into(), by.into()]).await?;
        tx.commit().await?;
        Ok(gone > 0)
    }
}
