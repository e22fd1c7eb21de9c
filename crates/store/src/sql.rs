//! Small helpers around sqlx: values, inserts of many rows, lists, and reading columns back. The
//! statements themselves stand beside the functions that use them.

use crate::StoreError;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, Arguments, AssertSqlSafe, Decode, Row, Type};

/// What may be bound to a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    Bytes(Vec<u8>),
    NoText,
    NoInt,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_microsecond())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl Value {
    /// A text, or null.
    pub(crate) fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::NoText, |text| Self::Text(text.into()))
    }

    /// A place or a number that is never negative.
    pub(crate) fn from_count(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// An instant, or null.
    pub(crate) fn instant(at: Option<Timestamp>) -> Self {
        at.map_or(Self::NoInt, Self::from)
    }
}

fn arguments(values: impl IntoIterator<Item = Value>) -> Result<AnyArguments, StoreError> {
    let mut arguments = AnyArguments::default();
    for value in values {
        match value {
            Value::Text(text) => arguments.add(text),
            Value::Int(number) => arguments.add(number),
            Value::Bytes(bytes) => arguments.add(bytes),
            Value::NoText => arguments.add(None::<String>),
            Value::NoInt => arguments.add(None::<i64>),
        }
        .map_err(|error| StoreError::Database(error.to_string()))?;
    }
    Ok(arguments)
}

/// Runs a statement; returns how many rows it touched.
pub(crate) async fn execute(
    connection: &mut AnyConnection,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, StoreError> {
    let query = sqlx::query_with(AssertSqlSafe(sql.into()), arguments(values)?);
    Ok(query.execute(connection).await?.rows_affected())
}

/// Runs a query.
pub(crate) async fn fetch(
    connection: &mut AnyConnection,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<AnyRow>, StoreError> {
    let query = sqlx::query_with(AssertSqlSafe(sql.into()), arguments(values)?);
    Ok(query.fetch_all(connection).await?)
}

/// Runs a query for at most one row.
pub(crate) async fn fetch_one(
    connection: &mut AnyConnection,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<AnyRow>, StoreError> {
    Ok(fetch(connection, sql, values).await?.into_iter().next())
}

/// Runs a query for exactly one number.
pub(crate) async fn number(
    connection: &mut AnyConnection,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Result<i64, StoreError> {
    match fetch_one(connection, sql, values).await? {
        Some(row) => column(&row, 0),
        None => Ok(0),
    }
}

/// One column of a row.
pub(crate) fn column<'r, T: Decode<'r, Any> + Type<Any>>(
    row: &'r AnyRow,
    index: usize,
) -> Result<T, StoreError> {
    Ok(row.try_get(index)?)
}

/// A count.
pub(crate) fn count(row: &AnyRow, index: usize) -> Result<u64, StoreError> {
    Ok(unsigned(column(row, index)?))
}

/// A number that is never negative.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A column that holds an instant.
pub(crate) fn instant(row: &AnyRow, index: usize) -> Result<Timestamp, StoreError> {
    from_micros(column(row, index)?)
}

/// A column that holds a SHA-256 digest.
pub(crate) fn digest(row: &AnyRow, index: usize) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = column(row, index)?;
    bytes.try_into().map_err(|error| unreadable("a digest", &error))
}

/// A column that may hold an instant.
pub(crate) fn maybe_instant(row: &AnyRow, index: usize) -> Result<Option<Timestamp>, StoreError> {
    column::<Option<i64>>(row, index)?.map(from_micros).transpose()
}

fn from_micros(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| unreadable("an instant", &error))
}

/// A column whose text is parsed: an id, a clause.
pub(crate) fn parsed<T>(row: &AnyRow, index: usize, what: &'static str) -> Result<T, StoreError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    column::<&str>(row, index)?.parse().map_err(|error| unreadable(what, &error))
}

/// A column that may hold such a text.
pub(crate) fn maybe_parsed<T>(
    row: &AnyRow,
    index: usize,
    what: &'static str,
) -> Result<Option<T>, StoreError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text: Option<&str> = column(row, index)?;
    text.map(str::parse).transpose().map_err(|error| unreadable(what, &error))
}

/// A column that holds a whole value as JSON.
pub(crate) fn whole<T: DeserializeOwned>(
    row: &AnyRow,
    index: usize,
    what: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_str(column(row, index)?).map_err(|error| unreadable(what, &error))
}

/// The JSON of a value.
pub(crate) fn json<T: Serialize>(value: &T, what: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable(what, &error))
}

/// The word that serde writes for a value of an enumeration.
pub(crate) fn word<T: Serialize>(value: &T, what: &'static str) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(_) => Err(unreadable(what, &"it is not one word")),
        Err(error) => Err(unreadable(what, &error)),
    }
}

pub(crate) fn unreadable(what: &'static str, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unreadable { what, why: why.to_string() }
}

/// Longest list bound to one statement; longer ones are asked for in parts.
pub(crate) const LONGEST_LIST: usize = 512;

/// Puts placeholders for `values` in place of `{list}`. The length of the list is rounded up to a
/// power of two by repeating the last value, so that few texts are prepared.
pub(crate) fn with_list(sql: &str, values: Vec<Value>) -> (String, Vec<Value>) {
    let mut values = values;
    let length = values.len().next_power_of_two();
    if let Some(last) = values.last().cloned() {
        values.resize(length, last);
    }
    let places: Vec<String> = (1..=length).map(|n| format!("${n}")).collect();
    (sql.replace("{list}", &places.join(", ")), values)
}

/// An insert of rows into one table; the text of the statement follows from it.
#[derive(Debug)]
pub(crate) struct Insert {
    /// `insert into event (seq, ...)`
    pub(crate) into: &'static str,
    /// How many columns.
    pub(crate) columns: usize,
    /// What follows the values: an upsert, or nothing.
    pub(crate) then: &'static str,
}

/// Most rows of one statement. SQLite takes 32,766 values; a table has at most 17 columns.
const MOST_ROWS: usize = 256;

impl Insert {
    /// The statement for so many rows. Its places have no numbers: SQLite finds a numbered place by
    /// a walk over all of them, which makes thousands of them slow. (PostgreSQL wants numbers.)
    pub(crate) fn text(&self, rows: usize) -> String {
        let mut text = String::with_capacity(40 + rows * self.columns * 4);
        text.push_str(self.into);
        text.push_str(" values ");
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns {
                text.push_str(if column == 0 { "?" } else { ", ?" });
            }
            text.push(')');
        }
        text.push_str(self.then);
        text
    }

    /// Inserts all rows (their values one after the other) in few statements: each of a power of
    /// two, so that few texts are prepared.
    pub(crate) async fn run(
        &self,
        connection: &mut AnyConnection,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        let mut left = values.len() / self.columns;
        let mut values = values.into_iter();
        while left > 0 {
            let rows = MOST_ROWS.min(1 << left.ilog2());
            execute(connection, self.text(rows), values.by_ref().take(rows * self.columns)).await?;
            left -= rows;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_rows_are_numbered() {
        let (sql, values) = with_list("in ({list})", vec![1.into(), 2.into(), 3.into()]);
        assert_eq!((sql.as_str(), values.len()), ("in ($1, $2, $3, $4)", 4));
        let insert = Insert { into: "insert into t (a, b)", columns: 2, then: " on conflict" };
        assert_eq!(insert.text(2), "insert into t (a, b) values (?, ?), (?, ?) on conflict");
    }
}
