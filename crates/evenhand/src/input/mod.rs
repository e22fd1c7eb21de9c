//! Events from files: NDJSON, AT Protocol Jetstream recordings and CSV, plain or compressed.
//! A line that cannot be read is an [`Unreadable`] with its number and reason; the rest goes on.
//! Must not decide anything.

mod lines;
mod table;

use anyhow::{Context, Result};
use jiff::Timestamp;
use model::{Event, Json, Limits};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

pub(crate) use table::Columns;

/// A line that is no event.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Line number in its file, from 1.
    pub(crate) line: u64,
    /// Why, and what to do.
    pub(crate) reason: String,
}

/// One line's event, with its number from 1.
#[derive(Debug)]
pub(crate) struct Read1 {
    /// Line number in its file, from 1.
    pub(crate) line: u64,
    /// The event.
    pub(crate) event: Event,
}

/// Events in the order of the file.
pub(crate) type Events = Box<dyn Iterator<Item = Result<Read1, Unreadable>>>;

/// What shape the input has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shape {
    /// By the file's name and its first line.
    Auto,
    /// One Evenhand event a line.
    Events,
    /// One AT Protocol Jetstream message a line.
    Jetstream,
    /// A table with one item a row.
    Csv,
}

/// How to read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// The input's shape.
    pub(crate) shape: Shape,
    /// Which columns of a table hold what.
    pub(crate) columns: Columns,
    /// The time of rows that have none.
    pub(crate) default_time: Timestamp,
    /// Limits on one event.
    pub(crate) limits: Limits,
}

/// Opens `path` (`-` is standard input) and reads its events. `seen` hears of the bytes read.
pub(crate) fn open(
    path: &Path,
    reading: &Reading,
    seen: impl Fn(u64) + Send + 'static,
) -> Result<Events> {
    let raw: Box<dyn Read> = if path == Path::new("-") {
        Box::new(stdin().lock())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?)
    };
    let counted = Counted { inner: raw, seen: Box::new(seen) };
    let mut text =
        unpacked(counted).with_context(|| format!("cannot unpack {}", path.display()))?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("-").to_owned();
    let shape = match reading.shape {
        Shape::Auto => guess(&name, &mut text, &reading.columns)?,
        given => given,
    };
    Ok(match shape {
        Shape::Csv => table::events(text, &name, reading)?,
        Shape::Jetstream => lines::jetstream(text, reading.limits),
        Shape::Events | Shape::Auto => lines::events(text, reading.limits),
    })
}

fn guess(name: &str, text: &mut dyn BufRead, columns: &Columns) -> Result<Shape> {
    let stem = name.trim_end_matches(".gz").trim_end_matches(".zst");
    if columns.text.is_some() || stem.ends_with(".csv") || stem.ends_with(".tsv") {
        return Ok(Shape::Csv);
    }
    let start = text.fill_buf()?;
    let head = String::from_utf8_lossy(start.get(..start.len().min(4096)).unwrap_or_default());
    Ok(if head.contains("\"did\"") && head.contains("\"time_us\"") {
        Shape::Jetstream
    } else {
        Shape::Events
    })
}

/// Looks at the first bytes rather than at the name: a pipe has no name.
fn unpacked(raw: impl Read + 'static) -> Result<Box<dyn BufRead>> {
    let mut buffered = BufReader::with_capacity(1 << 16, raw);
    let head = buffered.fill_buf()?;
    Ok(if head.starts_with(&[0x1F, 0x8B]) {
        Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(buffered)))
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Box::new(BufReader::new(zstd::Decoder::with_buffer(buffered)?))
    } else {
        Box::new(buffered)
    })
}

/// Tells how many bytes were read, for the progress bar.
struct Counted {
    inner: Box<dyn Read>,
    seen: Box<dyn Fn(u64)>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.seen)(count as u64);
        Ok(count)
    }
}

/// The event as if its item were posted at `at`.
pub(crate) fn posted_on(mut event: Event, at: Timestamp) -> Result<Event> {
    event.timestamp = at;
    let mut data: Value = event.data.read()?;
    if let Some(item) = data.get_mut("item").and_then(Value::as_object_mut)
        && item.contains_key("created_at")
    {
        item.insert("created_at".into(), at.to_string().into());
        event.data = Json::of(&data)?;
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn reading(columns: Columns) -> Reading {
        Reading {
            shape: Shape::Auto,
            columns,
            default_time: Timestamp::UNIX_EPOCH,
            limits: Limits { bytes: 1000 },
        }
    }

    fn read(name: &str, bytes: &[u8], columns: Columns) -> Vec<Result<Read1, Unreadable>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        open(&path, &reading(columns), |_| {}).unwrap().collect()
    }

    const EVENT: &str =
        r#"{"action_id":1,"action_name":"a","timestamp":"2026-03-01T12:00:00Z","data":{}}"#;

    #[test]
    fn bad_lines_are_numbered_and_the_rest_goes_on() {
        let long = "x".repeat(2000);
        let mut text = format!("{EVENT}\n\n{{oops\n{long}\n").into_bytes();
        text.extend(b"\"\xFF\"\n");
        text.extend(EVENT.as_bytes());
        let all = read("x.ndjson", &text, Columns::default());
        let lines: Vec<(u64, bool)> = all
            .iter()
            .map(|one| one.as_ref().map_or_else(|bad| (bad.line, false), |good| (good.line, true)))
            .collect();
        assert_eq!(lines, [(1, true), (3, false), (4, false), (5, false), (6, true)]);
    }

    #[test]
    fn packed_input_is_unpacked_whatever_its_name() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(EVENT.as_bytes()).unwrap();
        assert_eq!(read("a", &gz.finish().unwrap(), Columns::default()).len(), 1);
        let zst = zstd::encode_all(EVENT.as_bytes(), 1).unwrap();
        assert_eq!(read("b", &zst, Columns::default()).len(), 1);
    }

    #[test]
    fn a_table_row_becomes_an_event() {
        let columns = Columns {
            text: Some("tweet".into()),
            id: Some("n".into()),
            account: Some("who".into()),
            ..Columns::default()
        };
        let all = read("t.csv", b"n,who,tweet\n1,ann,\"hello, \"\"you\"\"\"\n2,bob\n", columns);
        let first = all[0].as_ref().unwrap();
        let subject = model::Subject::of(&first.event).unwrap().unwrap();
        assert_eq!(subject.item.text, "hello, \"you\"");
        assert_eq!((subject.item.id.as_str(), subject.account.id.as_str()), ("1", "ann"));
        assert!(all[1].is_err());
    }
}
