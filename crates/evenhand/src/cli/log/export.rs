//! `evenhand log export`: the log as files to serve, as lines, or as a table. Must not hand on a leaf
//! of a log whose signature or tree is wrong: a file takes its name only after all was checked.

use super::super::place::Place;
use super::table::Table;
use super::{Bar, Source, blocking, keys};
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use store::log::{Examined, Files as _, LogError, Mirror, examine};
use tlog::note::VerifierKey;

/// Copy the log: as files that any web server or bucket can serve, as lines of JSON, or as a table
///
/// Every leaf and every tile is checked on the way; nothing is left under the name that was asked
/// for when something is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// The directory (files; what it holds already is not copied again) or the file (ndjson, parquet)
    to: PathBuf,
    /// As what
    #[arg(long, value_enum, default_value_t = Form::Files)]
    format: Form,
    /// The log: a directory, or a URL such as https://example.org/log [default: the own log]
    #[arg(long, value_name = "LOG")]
    log: Option<String>,
    /// Verifier key that must have signed it [default for the own log: its key]
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// What a log is copied as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Checkpoint, keys, tiles and entries, as they are served
    Files,
    /// A line of JSON for each leaf: its place and the leaf
    Ndjson,
    /// An Apache Parquet table: a row for each leaf, a column for each field
    Parquet,
}

impl Export {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let (from, keys) = match self.log {
            Some(_) if self.key.is_empty() => {
                bail!(
                    "--key is missing: whom to believe about a log of somebody else is yours to say"
                )
            }
            Some(log) => (log, keys(&self.key)?),
            None => own(&self.place, &self.key)?,
        };
        let (to, format) = (self.to, self.format);
        let shown = to.display().to_string();
        let it = super::super::wait_for(blocking(move || {
            let mut from = Source::open(&from)?;
            match format {
                Form::Files => {
                    let bar = Bar::new("leaves read");
                    Ok(Mirror::new(from, &to).follow(&keys, bar.counter())?)
                }
                Form::Ndjson => whole(&to, |file| lines(&mut from, &keys, file)),
                Form::Parquet => whole(&to, |file| table(&mut from, &keys, file)),
            }
        }))?;
        terminal.tell(&format!("{shown} holds {} leaves.", it.checkpoint.size));
        Ok(Exit::Done)
    }
}

/// The log of the data directory, and its key.
fn own(place: &Place, named: &[String]) -> Result<(String, Vec<VerifierKey>)> {
    let public = place.settings()?.data.join("log");
    let own = std::fs::read_to_string(public.join("vkey"))
        .with_context(|| format!("there is no log in {}", public.display()))?;
    let keys = if named.is_empty() { keys(&[own])? } else { keys(named)? };
    Ok((public.to_str().context("the data directory's name is not UTF-8")?.to_owned(), keys))
}

/// Writes a file beside its place, and gives it its name when it is whole.
fn whole(to: &Path, write: impl FnOnce(&File) -> Result<Examined>) -> Result<Examined> {
    let mut fresh = to.as_os_str().to_owned();
    fresh.push(".part");
    let fresh = PathBuf::from(fresh);
    let place = || fresh.display().to_string();
    let file = File::create(&fresh).with_context(place)?;
    let written = write(&file).and_then(|it| {
        file.sync_all().with_context(place)?;
        std::fs::rename(&fresh, to).with_context(|| to.display().to_string())?;
        Ok(it)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    written
}

fn lines(from: &mut Source, keys: &[VerifierKey], file: &File) -> Result<Examined> {
    let mut out = BufWriter::new(file);
    let bar = Bar::new("leaves read");
    let mut count = bar.counter();
    let it = examine(from, keys, None, |index, leaf| {
        count(index, leaf)?;
        write_line(&mut out, index, leaf).map_err(|error| failed(&error))
    })?;
    out.flush()?;
    Ok(it)
}

/// `{"index":0,"leaf":{...}}`; a leaf that is no JSON stands as base64 under `bytes`.
fn write_line(out: &mut impl std::io::Write, index: u64, leaf: &[u8]) -> std::io::Result<()> {
    match serde_json::from_slice::<&RawValue>(leaf) {
        Ok(json) if !json.get().contains('\n') => {
            writeln!(out, "{{\"index\":{index},\"leaf\":{json}}}")
        }
        _ => writeln!(out, "{{\"index\":{index},\"bytes\":\"{}\"}}", STANDARD.encode(leaf)),
    }
}

fn table(from: &mut Source, keys: &[VerifierKey], file: &File) -> Result<Examined> {
    let mut table = Table::begin(file)?;
    let bar = Bar::new("leaves read");
    let mut count = bar.counter();
    let it = examine(from, keys, None, |index, leaf| {
        count(index, leaf)?;
        table.add(index, leaf).map_err(|error| failed(&error))
    })?;
    let key = from.file("vkey")?.unwrap_or_default();
    let facts = [
        ("origin", it.checkpoint.origin.clone()),
        ("size", it.checkpoint.size.to_string()),
        ("root", hex::encode(it.checkpoint.root)),
        ("checkpoint", it.note.to_string()),
        ("vkey", String::from_utf8_lossy(&key).trim().to_owned()),
    ];
    table.end(&facts)?;
    Ok(it)
}

fn failed(error: &impl std::fmt::Display) -> LogError {
    LogError::File { path: "the export".into(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_that_is_no_json_is_kept_byte_for_byte() {
        let mut out = Vec::new();
        write_line(&mut out, 3, br#"{"v":1}"#).unwrap();
        write_line(&mut out, 4, b"\xffnot json").unwrap();
        write_line(&mut out, 5, b"{\n}").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "{\"index\":3,\"leaf\":{\"v\":1}}\n{\"index\":4,\"bytes\":\"/25vdCBqc29u\"}\n\
             {\"index\":5,\"bytes\":\"ewp9\"}\n"
        );
    }
}
