//! Leaves as an Apache Parquet table: a row for each leaf, with the leaf's own bytes and hash beside
//! the columns that were read from it, so that whoever has the table can make the tree again.
//! Must not check anything: what is added was checked.

use jiff::Timestamp;
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use serde::Deserialize;
use std::fs::File;
use std::sync::Arc;

/// Rows of one group: so many are held in memory.
const GROUP: usize = 65_536;

/// The columns; [`columns`] gives them in this order.
const SCHEMA: &str = "message leaf {
    required int64 index;
    optional binary kind (UTF8);
    optional binary decision (UTF8);
    optional int64 at (TIMESTAMP(MILLIS, true));
    optional binary rulebook (UTF8);
    optional binary outcome (UTF8);
    optional group clauses (LIST) { repeated group list { required binary element (UTF8); } }
    optional group measures (LIST) { repeated group list { required binary element (UTF8); } }
    optional int64 until (TIMESTAMP(MILLIS, true));
    optional binary source (UTF8);
    optional boolean automated_detection;
    optional binary automated_decision (UTF8);
    optional boolean emergency;
    optional group territorial_scope (LIST) { repeated group list { required binary element (UTF8); } }
    optional binary account_class (UTF8);
    optional binary replaces (UTF8);
    optional int64 erased_decisions;
    required binary leaf;
    required binary hash;
}";

/// A table that is being written.
pub(super) struct Table<'f> {
    writer: SerializedFileWriter<&'f File>,
    rows: Vec<Row>,
}

/// A leaf and what it says, as far as that is known.
struct Row {
    index: i64,
    leaf: Vec<u8>,
    said: Said,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    kind: Option<String>,
    decision: Option<String>,
    decided_at: Option<Timestamp>,
    erased_at: Option<Timestamp>,
    rulebook: Option<String>,
    outcome: Option<String>,
    clauses: Option<Vec<String>>,
    measures: Option<Vec<Measure>>,
    source: Option<String>,
    automated_detection: Option<bool>,
    automated_decision: Option<String>,
    emergency: Option<bool>,
    territorial_scope: Option<Vec<String>>,
    account_class: Option<String>,
    replaces: Option<String>,
    decisions: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Measure {
    measure: String,
    until: Option<Timestamp>,
}

impl<'f> Table<'f> {
    pub(super) fn begin(file: &'f File) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
        Ok(Self { writer, rows: Vec::new() })
    }

    /// Adds a row. A leaf that is no JSON has its bytes and its hash, and nothing else.
    pub(super) fn add(&mut self, index: u64, leaf: &[u8]) -> Result<(), ParquetError> {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        let said = serde_json::from_slice(leaf).unwrap_or_default();
        self.rows.push(Row { index, leaf: leaf.to_vec(), said });
        if self.rows.len() == GROUP { self.group() } else { Ok(()) }
    }

    /// Writes what is left, and facts about the whole as the file's metadata.
    pub(super) fn end(mut self, facts: &[(&str, String)]) -> Result<(), ParquetError> {
        self.group()?;
        for (name, value) in facts {
            let fact = KeyValue::new(format!("evenhand.log.{name}"), value.clone());
            self.writer.append_key_value_metadata(fact);
        }
        self.writer.close().map(drop)
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        let mut columns = columns(&rows).into_iter();
        while let Some(writer) = group.next_column()? {
            let Some(column) = columns.next() else { break };
            column.write(writer)?;
        }
        group.close().map(drop)
    }
}

/// The values of one column.
enum Column {
    Always(Values),
    Maybe(Values, Vec<i16>),
    Lists(Vec<ByteArray>, Vec<i16>, Vec<i16>),
}

enum Values {
    Numbers(Vec<i64>),
    Bytes(Vec<ByteArray>),
    Truths(Vec<bool>),
}

impl Column {
    fn write(self, mut writer: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match &self {
            Self::Always(values) => values.write(&mut writer, None)?,
            Self::Maybe(values, there) => values.write(&mut writer, Some(there))?,
            Self::Lists(values, there, follows) => {
                batch::<ByteArrayType>(&mut writer, values, Some(there), Some(follows))?;
            }
        }
        writer.close()
    }
}

impl Values {
    fn write(
        &self,
        writer: &mut SerializedColumnWriter<'_>,
        there: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Numbers(values) => batch::<Int64Type>(writer, values, there, None),
            Self::Bytes(values) => batch::<ByteArrayType>(writer, values, there, None),
            Self::Truths(values) => batch::<BoolType>(writer, values, there, None),
        }
    }
}

fn batch<T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    values: &[T::T],
    there: Option<&[i16]>,
    follows: Option<&[i16]>,
) -> Result<(), ParquetError> {
    writer.typed::<T>().write_batch(values, there, follows).map(drop)
}

/// Which rows have a value, and the values.
fn maybe<'r, T>(rows: &'r [Row], of: impl Fn(&'r Said) -> Option<T>) -> (Vec<T>, Vec<i16>) {
    let there = rows.iter().map(|row| i16::from(of(&row.said).is_some())).collect();
    (rows.iter().filter_map(|row| of(&row.said)).collect(), there)
}

fn text(rows: &[Row], of: impl Fn(&Said) -> Option<&String>) -> Column {
    let (values, there) = maybe(rows, |said| of(said).map(|text| text.as_str().into()));
    Column::Maybe(Values::Bytes(values), there)
}

fn number(rows: &[Row], of: impl Fn(&Said) -> Option<i64>) -> Column {
    let (values, there) = maybe(rows, of);
    Column::Maybe(Values::Numbers(values), there)
}

fn truth(rows: &[Row], of: impl Fn(&Said) -> Option<bool>) -> Column {
    let (values, there) = maybe(rows, of);
    Column::Maybe(Values::Truths(values), there)
}

/// Lists: 0 no list, 1 an empty one, 2 an element; the first of each list begins a row.
fn lists(rows: &[Row], of: impl Fn(&Said) -> Option<Vec<&str>>) -> Column {
    let (mut values, mut there, mut follows) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let list = of(&row.said);
        let elements = list.as_deref().unwrap_or_default();
        if elements.is_empty() {
            there.push(i16::from(list.is_some()));
            follows.push(0);
        }
        for (at, element) in elements.iter().enumerate() {
            values.push((*element).into());
            there.push(2);
            follows.push(i16::from(at > 0));
        }
    }
    Column::Lists(values, there, follows)
}

fn texts(list: Option<&Vec<String>>) -> Option<Vec<&str>> {
    list.map(|list| list.iter().map(String::as_str).collect())
}

/// In the order of [`SCHEMA`].
fn columns(rows: &[Row]) -> Vec<Column> {
    let until = |said: &Said| {
        let ends = said.measures.iter().flatten().filter_map(|one| one.until);
        ends.max().map(Timestamp::as_millisecond)
    };
    let hash = |row: &Row| tlog::leaf_hash(&row.leaf).to_vec().into();
    vec![
        Column::Always(Values::Numbers(rows.iter().map(|row| row.index).collect())),
        text(rows, |said| said.kind.as_ref()),
        text(rows, |said| said.decision.as_ref()),
        number(rows, |said| said.decided_at.or(said.erased_at).map(Timestamp::as_millisecond)),
        text(rows, |said| said.rulebook.as_ref()),
        text(rows, |said| said.outcome.as_ref()),
        lists(rows, |said| texts(said.clauses.as_ref())),
        lists(rows, |said| {
            let measures = said.measures.as_ref()?;
            Some(measures.iter().map(|one| one.measure.as_str()).collect())
        }),
        number(rows, until),
        text(rows, |said| said.source.as_ref()),
        truth(rows, |said| said.automated_detection),
        text(rows, |said| said.automated_decision.as_ref()),
        truth(rows, |said| said.emergency),
        lists(rows, |said| texts(said.territorial_scope.as_ref())),
        text(rows, |said| said.account_class.as_ref()),
        text(rows, |said| said.replaces.as_ref()),
        number(rows, |said| said.decisions),
        Column::Always(Values::Bytes(rows.iter().map(|row| row.leaf.clone().into()).collect())),
        Column::Always(Values::Bytes(rows.iter().map(hash).collect())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    #[test]
    fn rows_come_back_as_they_were_written() {
        let file = tempfile::tempfile().unwrap();
        let mut table = Table::begin(&file).unwrap();
        let decided =
            br#"{"v":1,"decision":"d","decided_at":"2026-11-23T12:00Z","outcome":"breach",
            "clauses":["a#b","c#d"],"measures":[{"measure":"remove"},
            {"measure":"suspend","until":"2026-11-30T12:00Z"}],"emergency":false}"#;
        let quiet = br#"{"v":1,"decision":"e","outcome":"no_breach","clauses":[],"measures":[]}"#;
        let leaves = [&decided[..], b"\xff no json", quiet];
        for (index, leaf) in (0..).zip(leaves) {
            table.add(index, leaf).unwrap();
        }
        table.end(&[("size", "3".into())]).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let facts = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert_eq!(facts[0].value.as_deref(), Some("3"));
        let rows: Vec<_> =
            reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert!(rows[0].contains(r#"clauses: ["a#b", "c#d"]"#), "{}", rows[0]);
        assert!(rows[0].contains(r#"measures: ["remove", "suspend"]"#), "{}", rows[0]);
        assert!(rows[0].contains("2026-11-30 12:00:00"), "{}", rows[0]);
        assert!(rows[1].contains("decision: null"), "{}", rows[1]);
        assert!(rows[2].contains("clauses: []"), "{}", rows[2]);
    }
}
