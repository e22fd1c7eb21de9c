//! `evenhand sml run`: events in, what the rules say of them out. Must not evaluate: `rules` does.

use super::pump::pump;
use super::{Refusals, programmed};
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use jiff::Timestamp;
use rules::Plan;
use rules::stream::{Labels, Now, Output, Settings, Stream};
use rules::value::json::NonFinite;
use std::io::{stdin, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Evaluate events on a directory of rules: NDJSON in, one line of results for each event
///
/// An event on standard input is an object with "action_id" (a number or a text), "action_name",
/// "timestamp", "data" and, if wanted, "secret_data" and "now" (what the clock shows). Its result has
/// "action_id", "features", "effects", "verdicts", "errors" and "label_mutations", in the order of
/// the events. Labels that an event puts on are there for the next.
///
/// Lines that cannot be read are told on standard error with number and reason, and the rest goes
/// on; the exit code is 1 then.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    rules: Rules,
    /// What to write of each result
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    output: What,
    /// Add to each error what went wrong, in words
    #[arg(long)]
    messages: bool,
}

/// Which rules are run, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Rules {
    /// The directory of the rules
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// What the clock shows for events without "now" [default: the event's own timestamp]
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// The labels before the first event: a JSON object, {"User/u1": {"labels": {...}}}
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Write the labels after the last event to this file
    #[arg(long, value_name = "FILE")]
    labels_out: Option<PathBuf>,
    /// Evaluate on so many threads; the order of results stays. Rules that use labels, counters or
    /// other state run on one, in the order of the events
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN)]
    threads: NonZeroUsize,
    /// Do what Osprey does even where its output is no JSON: write NaN and Infinity
    #[arg(long)]
    like_osprey: bool,
}

impl Rules {
    /// A stream for each thread; `None` when the rules do not check, which is told.
    pub(crate) fn streams(
        &self,
        output: Output,
        messages: bool,
        terminal: &Terminal,
    ) -> Result<Option<Vec<Stream>>> {
        let Some(program) = programmed(&self.directory, terminal)? else { return Ok(None) };
        let settings = Settings {
            now: self.now.map_or(Now::Event, Now::At),
            output,
            non_finite: match self.like_osprey {
                true => NonFinite::Python,
                false => NonFinite::Null,
            },
            messages,
        };
        let labels = self.labels.as_deref().map(read_labels).transpose()?.unwrap_or_default();
        let plan = Arc::new(Plan::build(program));
        let threads = super::threads(self.threads, &plan, terminal);
        let mut streams = vec![Stream::new(Arc::clone(&plan), settings).with_labels(labels)];
        streams.resize_with(threads, || Stream::new(Arc::clone(&plan), settings));
        Ok(Some(streams))
    }

    /// Writes the labels as the events left them, if that was asked for.
    pub(crate) fn keep_labels(&self, stream: Option<&Stream>) -> Result<()> {
        let Some(path) = &self.labels_out else { return Ok(()) };
        let labels = stream.map(Stream::labels).unwrap_or_default();
        std::fs::write(path, serde_json::to_string(&labels)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// What to write of each result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum What {
    /// Every feature.
    #[default]
    Full,
    /// Without features that are null or false, so without rules that did not match.
    Matched,
}

impl Run {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let output = match self.output {
            What::Full => Output::Full,
            What::Matched => Output::Matched,
        };
        let Some(streams) = self.rules.streams(output, self.messages, terminal)? else {
            return Ok(Exit::Unable);
        };
        let mut refusals = Refusals::default();
        let told = |line, why: &str| refusals.tell(line, why, terminal);
        let streams = pump(stdin(), stdout().lock(), streams, told)?;
        self.rules.keep_labels(streams.first())?;
        Ok(refusals.exit(terminal))
    }
}

pub(crate) fn read_labels(path: &Path) -> Result<Labels> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the labels in {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "{} holds no labels; it should look like {{\"User/u1\": {{\"labels\": {{}}}}}}",
            path.display()
        )
    })
}
