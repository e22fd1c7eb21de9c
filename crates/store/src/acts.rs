//! Acts that one person may not do alone, and every word about them. Whether a word may be said, the
//! caller judges, within the transaction that keeps it. Must not judge by itself.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, fetch, instant, parsed, unreadable, with_list,
};
use crate::{Store, StoreError};
use model::{Act, ActClass, Json, Said};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

const SELECT: &str =
    "select seq, id, class, about, body, why, people, proposed_by, proposed_at from act";
const BY_ID: &str = " where id = $1";
const BY_CLASS: &str = " where class = $1 order by seq desc limit $2";
const ABOUT: &str = " where class = $1 and about = $2 order by seq desc limit $3";
const LATEST: &str = " order by seq desc limit $1";
const WORDS: &str = "select act_seq, word, said_by, reason, at from act_word \
    where act_seq in ({list}) order by act_seq, number";
const ACT: Insert = Insert {
    into: "insert into act (id, class, about, body, why, people, proposed_by, proposed_at)",
    columns: 8,
    then: "",
};
const WORD: Insert = Insert {
    into: "insert into act_word (act_seq, number, word, said_by, reason, at)",
    columns: 6,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[SELECT, WORDS];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ACT, &WORD];

/// Which acts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActFilter<'a> {
    /// Of this class.
    pub class: Option<ActClass>,
    /// About this; only together with a class.
    pub about: Option<&'a str>,
}

impl Store {
    /// Keeps an act that is proposed, with the words said about it at once.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is one of this id; [`StoreError`] when the database fails.
    pub async fn propose_act(&self, act: &Act) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            act.id.as_str().into(),
            act.class.word().into(),
            act.about.as_str().into(),
            act.body.as_str().into(),
            act.why.as_str().into(),
            i64::from(act.people).into(),
            act.by.as_str().into(),
            act.at.into(),
        ];
        ACT.run(&mut tx, row).await?;
        if !act.said.is_empty() {
            let (seq, _) = one(&mut tx, &act.id).await?.ok_or(StoreError::NoSuch("act"))?;
            for (said, number) in act.said.iter().zip(0..) {
                add(&mut tx, seq, number, said).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Adds a word about an act, if `judge` allows it: it sees the act as it is within the
    /// transaction. Gives the act with the word; the inner error is the judge's.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when there is no such act; [`StoreError`] when the database fails.
    pub async fn say_of_act<E>(
        &self,
        id: &str,
        said: &Said,
        judge: impl FnOnce(&Act) -> Result<(), E>,
    ) -> Result<Result<Act, E>, StoreError> {
        let mut tx = self.write().await?;
        let (seq, mut act) = one(&mut tx, id).await?.ok_or(StoreError::NoSuch("act"))?;
        if let Err(refused) = judge(&act) {
            return Ok(Err(refused));
        }
        let number = i64::try_from(act.said.len()).unwrap_or(i64::MAX);
        add(&mut tx, seq, number, said).await?;
        tx.commit().await?;
        act.said.push(said.clone());
        Ok(Ok(act))
    }

    /// One act with all that was said about it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn proposed_act(&self, id: &str) -> Result<Option<Act>, StoreError> {
        Ok(one(&mut *self.read().await?, id).await?.map(|(_, act)| act))
    }

    /// Acts, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn acts(&self, filter: ActFilter<'_>, limit: u32) -> Result<Vec<Act>, StoreError> {
        let limit = i64::from(limit).into();
        let (rest, values): (&str, Vec<Value>) = match (filter.class, filter.about) {
            (None, _) => (LATEST, vec![limit]),
            (Some(class), None) => (BY_CLASS, vec![class.word().into(), limit]),
            (Some(class), Some(about)) => (ABOUT, vec![class.word().into(), about.into(), limit]),
        };
        let mut reader = self.read().await?;
        let acts = read(&mut reader, &format!("{SELECT}{rest}"), values).await?;
        Ok(acts.into_iter().map(|(_, act)| act).collect())
    }
}

async fn one(connection: &mut AnyConnection, id: &str) -> Result<Option<(i64, Act)>, StoreError> {
    let acts = read(connection, &format!("{SELECT}{BY_ID}"), vec![id.into()]).await?;
    Ok(acts.into_iter().next())
}

async fn add(
    connection: &mut AnyConnection,
    act: i64,
    number: i64,
    said: &Said,
) -> Result<(), StoreError> {
    let row = vec![
        act.into(),
        number.into(),
        said.word.word().into(),
        said.by.as_str().into(),
        said.reason.as_str().into(),
        said.at.into(),
    ];
    WORD.run(connection, row).await
}

/// Acts with their words.
async fn read(
    connection: &mut AnyConnection,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<(i64, Act)>, StoreError> {
    let rows = fetch(connection, sql, values).await?;
    let mut acts = rows.iter().map(act).collect::<Result<Vec<_>, _>>()?;
    let mut words: HashMap<i64, Vec<Said>> = HashMap::new();
    let places: Vec<i64> = acts.iter().map(|(seq, _)| *seq).collect();
    for part in places.chunks(LONGEST_LIST) {
        let (sql, values) = with_list(WORDS, part.iter().map(|seq| (*seq).into()).collect());
        for row in fetch(connection, sql, values).await? {
            words.entry(column(&row, 0)?).or_default().push(said(&row)?);
        }
    }
    for (seq, act) in &mut acts {
        act.said = words.remove(seq).unwrap_or_default();
    }
    Ok(acts)
}

fn act(row: &AnyRow) -> Result<(i64, Act), StoreError> {
    let people: i64 = column(row, 6)?;
    let act = Act {
        id: column(row, 1)?,
        class: parsed(row, 2, "a class of acts")?,
        about: column(row, 3)?,
        body: Json::parse(column(row, 4)?).map_err(|error| unreadable("an act", &error))?,
        why: column(row, 5)?,
        people: u8::try_from(people).unwrap_or(u8::MAX),
        by: column(row, 7)?,
        at: instant(row, 8)?,
        said: Vec::new(),
    };
    Ok((column(row, 0)?, act))
}

fn said(row: &AnyRow) -> Result<Said, StoreError> {
    let word: &str = column(row, 1)?;
    Ok(Said {
        word: serde_json::from_value(word.into())
            .map_err(|error| unreadable("a word about an act", &error))?,
        by: column(row, 2)?,
        reason: column(row, 3)?,
        at: instant(row, 4)?,
    })
}
