//! What is kept of people at cases: their first answers before they saw who posted, and how long and at what they
//! worked today. The latter is theirs alone and goes after a day. Must not be read to compare people.

use crate::sql::{Insert, Value, column, count, execute, fetch, fetch_one, instant, maybe_parsed};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, ClauseId};

/// What somebody held of a case before they saw who posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAnswer {
    /// Pseudonym.
    pub by: String,
    /// Whether they held a breach.
    pub breach: bool,
    /// Of which clause.
    pub clause: Option<ClauseId>,
    /// When.
    pub at: Timestamp,
}

/// How long and at what a person worked since an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// Minutes with a case open.
    pub minutes: u64,
    /// Cases with something disturbing in them.
    pub items: u64,
}

const ANSWER: Insert = Insert {
    into: "insert into first_answer (case_id, answered_by, outcome, clause, answered_at)",
    columns: 5,
    then: " on conflict do nothing",
};
const ANSWERS: &str = "select answered_by, outcome, clause, answered_at from first_answer \
    where case_id = $1 order by answered_at";
const MINUTE: Insert = Insert {
    into: "insert into exposure_minute (person, minute)",
    columns: 2,
    then: " on conflict do nothing",
};
const ITEM: Insert = Insert {
    into: "insert into exposure_item (person, case_id, seen_at)",
    columns: 3,
    then: " on conflict do nothing",
};
const OLD_MINUTES: &str = "delete from exposure_minute where minute < $1";
const OLD_ITEMS: &str = "delete from exposure_item where seen_at < $1";
const EXPOSURE: &str = "select \
    (select count(*) from exposure_minute where person = $1 and minute >= $2), \
    (select count(*) from exposure_item where person = $1 and seen_at >= $3)";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[ANSWERS, OLD_MINUTES, OLD_ITEMS, EXPOSURE];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ANSWER, &MINUTE, &ITEM];

/// How long rows about somebody's work are kept.
const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(36);

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl Store {
    /// Keeps somebody's first answer; a later one changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_first_answer(
        &self,
        case: CaseId,
        answer: &FirstAnswer,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            case.to_string().into(),
            answer.by.as_str().into(),
            if answer.breach { "breach" } else { "no_breach" }.into(),
            Value::text(answer.clause.as_ref().map(|clause| clause.as_str())),
            answer.at.into(),
        ];
        ANSWER.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// The first answers on a case, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn first_answers(&self, case: CaseId) -> Result<Vec<FirstAnswer>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ANSWERS, [case.to_string().into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(FirstAnswer {
                    by: column(row, 0)?,
                    breach: column::<&str>(row, 1)? == "breach",
                    clause: maybe_parsed(row, 2, "a clause")?,
                    at: instant(row, 3)?,
                })
            })
            .collect()
    }

    /// Notes that somebody had a case open at `at`; `disturbing`: there was something disturbing in it. Deletes
    /// what was noted before yesterday.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn note_exposure(
        &self,
        person: &str,
        case: CaseId,
        disturbing: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let old = at.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        execute(&mut tx, OLD_MINUTES, [minute(old).into()]).await?;
        execute(&mut tx, OLD_ITEMS, [old.into()]).await?;
        MINUTE.run(&mut tx, vec![person.into(), minute(at).into()]).await?;
        if disturbing {
            ITEM.run(&mut tx, vec![person.into(), case.to_string().into(), at.into()]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// How long and at what somebody worked since `since`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exposure(&self, person: &str, since: Timestamp) -> Result<Exposure, StoreError> {
        let values = [person.into(), minute(since).into(), since.into()];
        let row = fetch_one(&mut *self.read().await?, EXPOSURE, values).await?;
        let Some(row) = row else { return Ok(Exposure::default()) };
        Ok(Exposure { minutes: count(&row, 0)?, items: count(&row, 1)? })
    }
}
