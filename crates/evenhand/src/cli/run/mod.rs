//! `evenhand run`: decides the events of files and writes the decisions, one a line. The server
//! decides by the same functions.

mod decider;
mod summary;

use super::place::make_directory;
use super::rulebook::load;
use crate::exit::Exit;
use crate::input::{Columns, Reading, Shape, open};
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use decider::Decider;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, tz::TimeZone};
use model::{Event, Limits};
use rules::rulebook::Rulebook;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use summary::Summary;

/// So many events are decided at once; with a store they are kept together.
const AT_ONCE: usize = 400;
/// So many refused lines are told one by one; the others are counted.
const MOST_TOLD: u64 = 1000;

/// Decide the events of files and write the decisions as NDJSON
///
/// Every event becomes one line on standard output, in order: its decision, the statement of
/// reasons when something is breached, or the case that waits for people. A summary goes to
/// standard error. Without --store nothing is kept, every account starts afresh, and two runs over
/// the same input write the same bytes.
///
/// A clause is not applied to what was posted before its policy took effect: to try a rulebook on
/// older posts, add --as-in-force.
///
/// Lines that cannot be read are told with file, line and reason, and the rest goes on; the exit
/// code is 1 then.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Files of events, plain, gzip or zstd; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// Directory of the rulebook [default: the starter rulebook in this program]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    /// Keep events and decisions in this SQLite file
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// Shape of the input
    #[arg(long, value_enum, default_value = "auto", value_name = "SHAPE")]
    format: Shape,
    /// Judge every item as if it were posted at this time
    #[arg(long, value_name = "TIME", conflicts_with = "as_in_force")]
    as_posted_on: Option<Timestamp>,
    /// Judge every item as if it were posted the day after the newest policy took effect
    #[arg(long)]
    as_in_force: bool,
    /// Most bytes of one event
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().bytes)]
    event_bytes: usize,
    #[command(flatten)]
    columns: Columns,
}

impl Run {
    pub(in crate::cli) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let Some(book) = load(self.rulebook.as_deref(), terminal)? else { return Ok(Exit::Unable) };
        let in_force = day_after_newest(&book)?;
        let posted_on = self.as_posted_on.or(self.as_in_force.then_some(in_force));
        let reading = Reading {
            shape: self.format,
            columns: self.columns,
            default_time: in_force,
            limits: Limits { bytes: self.event_bytes },
        };
        for path in self.files.iter().filter(|path| *path != Path::new("-")) {
            // A pipe may be named too.
            if !path.exists() || path.is_dir() {
                bail!("{} is not a file that can be read", path.display());
            }
        }
        let mut decider = match &self.store {
            None => Decider::in_memory(book),
            Some(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    make_directory(folder)?;
                }
                Decider::keeping(book, crate::files::read(self.rulebook.as_deref())?, path)?
            }
        };
        let work = Work { posted_on, bar: bar(&self.files), terminal };
        let mut summary = Summary::start();
        let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
        for path in &self.files {
            work.file(path, &reading, &mut decider, &mut summary, &mut out)?;
        }
        out.flush()?;
        decider.finish()?;
        work.bar.finish_and_clear();
        terminal.tell(&summary.text());
        Ok(if summary.refused == 0 { Exit::Done } else { Exit::No })
    }
}

struct Work<'a> {
    posted_on: Option<Timestamp>,
    bar: ProgressBar,
    terminal: &'a Terminal,
}

impl Work<'_> {
    fn file(
        &self,
        path: &Path,
        reading: &Reading,
        decider: &mut Decider,
        summary: &mut Summary,
        out: &mut impl Write,
    ) -> Result<()> {
        let bar = self.bar.clone();
        let mut events = open(path, reading, move |bytes| bar.inc(bytes))?;
        loop {
            let (mut lines, mut batch) = (Vec::new(), Vec::new());
            let mut read = 0;
            for one in events.by_ref().take(AT_ONCE) {
                read += 1;
                match one {
                    Ok(one) => {
                        lines.push(one.line);
                        batch.push(self.moved(one.event)?);
                    }
                    Err(bad) => self.refuse(path, bad.line, &bad.reason, summary),
                }
            }
            if read == 0 {
                return Ok(());
            }
            for (line, decided) in lines.into_iter().zip(decider.decide(batch)?) {
                match decided {
                    Ok(decided) => {
                        serde_json::to_writer(&mut *out, &decided)?;
                        out.write_all(b"\n")?;
                        summary.count(&decided);
                    }
                    Err(reason) => self.refuse(path, line, &reason, summary),
                }
            }
        }
    }

    fn refuse(&self, path: &Path, line: u64, reason: &str, summary: &mut Summary) {
        summary.refused += 1;
        match summary.refused {
            1..=MOST_TOLD => self.bar.suspend(|| {
                self.terminal.tell(&format!("{}:{line}: {reason}", path.display()));
            }),
            told if told == MOST_TOLD + 1 => self.bar.suspend(|| {
                self.terminal.tell("More lines are refused; from here on they are only counted.");
            }),
            _ => {}
        }
    }

    /// The event as if its item were posted at the time asked for.
    fn moved(&self, event: Event) -> Result<Event> {
        match self.posted_on {
            Some(at) => crate::input::posted_on(event, at),
            None => Ok(event),
        }
    }
}

/// A moment at which every policy is in force.
pub(super) fn day_after_newest(book: &Rulebook) -> Result<Timestamp> {
    let newest = book.policies.iter().map(|policy| policy.effective).max();
    let newest = newest.context("the rulebook has no policy")?;
    Ok(TimeZone::UTC.to_timestamp(newest.tomorrow()?.at(0, 0, 0, 0))?)
}

/// A bar over the files' bytes; invisible where nobody looks.
fn bar(files: &[PathBuf]) -> ProgressBar {
    let sizes: Option<Vec<u64>> =
        files.iter().map(|path| path.metadata().ok().map(|it| it.len())).collect();
    match sizes {
        Some(sizes) => {
            let template = "{bar:30} {percent:>3} %  {bytes_per_sec}  {eta} left";
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(sizes.iter().sum())
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        None => ProgressBar::new_spinner(),
    }
}
