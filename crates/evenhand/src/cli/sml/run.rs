//! `evenhand sml run`: events in, what the rules say of them out. Must not evaluate: `rules` does.

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use jiff::Timestamp;
use rules::stream::{Labels, Now, Output, Settings, Stream};
use rules::value::json::NonFinite;
use rules::{Plan, Problem};
use std::io::{BufRead, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many refused lines are told one by one; the others are counted.
const MOST_TOLD: u64 = 1000;

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
    /// What to write of each result
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    output: What,
    /// Add to each error what went wrong, in words
    #[arg(long)]
    messages: bool,
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
        let sources = crate::files::read_directory(&self.directory)?;
        let checked = super::checked(&sources);
        let Some(program) = checked.program else {
            let problems: Vec<Problem> =
                checked.problems.into_iter().filter(Problem::is_error).collect();
            let shown = crate::report::Shown {
                directory: &self.directory,
                sources: &sources,
                problems: &problems,
                coloured: false,
            };
            terminal.tell(&shown.text());
            terminal.error(&format!("the rules in {} do not check", self.directory.display()));
            return Ok(Exit::Unable);
        };
        let settings = Settings {
            now: self.now.map_or(Now::Event, Now::At),
            output: match self.output {
                What::Full => Output::Full,
                What::Matched => Output::Matched,
            },
            non_finite: NonFinite::Null,
            messages: self.messages,
        };
        let labels = self.labels.as_deref().map(read_labels).transpose()?.unwrap_or_default();
        let mut stream = Stream::new(Arc::new(Plan::build(program)), settings).with_labels(labels);
        let refused = lines(&mut stream, terminal)?;
        if let Some(path) = &self.labels_out {
            let text = serde_json::to_string(&stream.labels())?;
            std::fs::write(path, text + "\n")
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(if refused == 0 { Exit::Done } else { Exit::No })
    }
}

fn read_labels(path: &Path) -> Result<Labels> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the labels in {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "{} holds no labels; it should look like {{\"User/u1\": {{\"labels\": {{}}}}}}",
            path.display()
        )
    })
}

/// Evaluates every line of standard input; gives how many were refused.
fn lines(stream: &mut Stream, terminal: &Terminal) -> Result<u64> {
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    let (mut line, mut out) = (Vec::new(), String::new());
    let (mut number, mut refused) = (0_u64, 0_u64);
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        out.clear();
        let done = match std::str::from_utf8(&line) {
            Ok(text) => stream.event(&Arc::from(text), &mut out),
            Err(error) => Err(format!("not UTF-8 at byte {}", error.valid_up_to())),
        };
        match done {
            Ok(()) => output.write_all(out.as_bytes())?,
            Err(reason) => {
                refused += 1;
                if refused <= MOST_TOLD {
                    terminal.error(&format!("line {number}: {reason}"));
                }
            }
        }
    }
    if refused > 0 {
        terminal.tell(&format!("{refused} of {number} lines refused"));
    }
    output.flush()?;
    Ok(refused)
}
