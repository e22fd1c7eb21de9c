//! `evenhand worker`: in the place of an Osprey worker. Must not evaluate: `rules` does.

mod batches;
mod compare;

use super::sml::Refusals;
use super::sml::pump::pump;
use super::sml::run::Rules;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use compare::Comparison;
use rules::stream::{Output, Stream};
use std::fs::File;
use std::io::{Read, Write, stdin, stdout};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Stand in for an Osprey worker: events in, Osprey's execution results out
///
/// Events come as lines of JSON from standard input, a file or HTTP batches, in the form in which
/// Osprey's input topic has them ({"send_time": ..., "data": {"action_id", "action_name", "data"}})
/// or as `evenhand sml run` reads them. Results are what Osprey's Kafka sink sends (the extracted
/// features), or what it stores. Lines that cannot be read are told and the rest goes on.
#[derive(Debug, clap::Args)]
pub(crate) struct Worker {
    #[command(flatten)]
    rules: Rules,
    /// Read the events from this file [default: standard input]
    #[arg(long, value_name = "FILE", conflicts_with = "listen")]
    input: Option<PathBuf>,
    /// Take batches of events by `POST /events` at this address
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Take only batches that bear this file's first line as `Authorization: Bearer`; needed for
    /// an address that others can reach
    #[arg(long, value_name = "FILE", requires = "listen")]
    token_file: Option<PathBuf>,
    /// What to write for each event
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    output: What,
    /// Instead of writing results, compare them with these of Osprey, and say what differs
    ///
    /// A file of lines, as Osprey's Kafka sink or its store has them. Exit code 1 when anything
    /// differs.
    #[arg(long, value_name = "FILE", conflicts_with = "listen")]
    compare: Option<PathBuf>,
}

/// What to write for each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum What {
    /// The extracted features, as Osprey's Kafka sink sends them.
    #[default]
    Features,
    /// `id`, `extracted_features`, `error_traces`, `timestamp`, `action_data`, as Osprey stores them.
    Stored,
}

impl Worker {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let output = match (self.output, &self.compare) {
            (What::Stored, None) => Output::OspreyStored,
            _ => Output::OspreyFeatures,
        };
        let token = self.token_file.as_deref().map(first_line).transpose()?;
        if let Some(address) = self.listen.filter(|at| token.is_none() && !at.ip().is_loopback()) {
            bail!(
                "others can reach {address}: give --token-file, or listen on 127.0.0.1 and put a \
                 gateway before it"
            );
        }
        let Some(streams) = self.rules.streams(output, false, terminal)? else {
            return Ok(Exit::Unable);
        };
        if let Some(address) = self.listen {
            let streams = super::wait_for(batches::serve(address, token, streams, terminal))?;
            self.rules.keep_labels(streams.first())?;
            return Ok(Exit::Done);
        }
        let mut refusals = Refusals::default();
        let mut comparison = self.compare.as_deref().map(Comparison::with).transpose()?;
        let streams = match &mut comparison {
            Some(comparison) => self.pump(comparison, streams, &mut refusals, terminal)?,
            None => self.pump(stdout().lock(), streams, &mut refusals, terminal)?,
        };
        self.rules.keep_labels(streams.first())?;
        let exit = refusals.exit(terminal);
        let Some(comparison) = comparison else { return Ok(exit) };
        let report = comparison.end();
        terminal.result(&report.to_string())?;
        Ok(if report.is_same() { exit } else { Exit::No })
    }

    fn pump(
        &self,
        output: impl Write,
        streams: Vec<Stream>,
        refusals: &mut Refusals,
        terminal: &Terminal,
    ) -> Result<Vec<Stream>> {
        let input: Box<dyn Read + Send> = match &self.input {
            Some(path) => Box::new(
                File::open(path).with_context(|| format!("cannot read {}", path.display()))?,
            ),
            None => Box::new(stdin()),
        };
        pump(input, output, streams, |line, why| refusals.tell(line, why, terminal))
    }
}

/// A token: the first line of a file.
fn first_line(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the token in {}", path.display()))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.len() < 16 {
        bail!("the token in {} has fewer than 16 characters", path.display());
    }
    Ok(token.to_owned())
}
