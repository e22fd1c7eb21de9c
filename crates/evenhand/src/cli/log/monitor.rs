//! `evenhand log monitor`: compares what a platform shows as restricted with a public log, for its operator
//! and for strangers. Must not keep anything.

use super::super::place::{Place, open_existing};
use super::super::source::{self, is_address};
use super::{Bar, Source, blocking, keys};
use crate::cli::Format;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use flow::monitor::{
    Compared, Leaves, Misfit, Monitor as Comparer, Shown, When, compare, read_list,
};
use jiff::SignedDuration;
use model::Clock as _;
use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;
use store::log::{Files as _, LogReader, examine};

/// Look for secret decisions: compare what a platform shows as restricted with a public log
///
/// LIST has a line of JSON for each measure that the platform shows:
/// {"item":"p-1","measure":"remove","decision":"..."}, or "account" in place of "item"; "ended":
/// "deleted_by_author" for what is gone for another reason. Whoever has the data directory also finds
/// decisions that are given for another item than theirs. Exit code 1: something does not fit.
#[derive(Debug, clap::Args)]
pub(crate) struct Monitor {
    /// The list: a file, a URL, or - for standard input
    #[arg(value_name = "LIST")]
    list: String,
    /// The log: a directory, or a URL such as https://example.org/log [default: the own log]
    #[arg(long, value_name = "LOG")]
    log: Option<String>,
    /// Verifier key that must have signed it
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
    /// Minutes that a decision may be on its way to the platform; leaves tell the hour only, and
    /// without the data directory it is counted from the full hour
    #[arg(long, value_name = "MINUTES", default_value_t = 120)]
    grace: u32,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    place: Place,
}

impl Monitor {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let grace = SignedDuration::from_mins(self.grace.into());
        let (size, found) = match &self.log {
            Some(_) if self.key.is_empty() => {
                bail!(
                    "--key is missing: whom to believe about a log of somebody else is yours to say"
                )
            }
            Some(log) => self.of_others(log, grace)?,
            None => self.own(grace)?,
        };
        let fits = found.unlogged.is_empty() && found.undone.is_empty();
        terminal.result(&match self.format {
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&found)?),
            Format::Text => text(size, &found),
        })?;
        Ok(if fits { Exit::Done } else { Exit::No })
    }

    /// With the store: it knows what each decision is about.
    fn own(&self, grace: SignedDuration) -> Result<(u64, Compared)> {
        let config = self.place.settings()?;
        super::super::wait_for(async {
            let store = open_existing(&config).await?;
            let log = LogReader::new(store.clone(), &config.data.join("log"));
            let monitor = Comparer::new(store, log, Arc::new(SystemClock), grace);
            let before = monitor.size().await?;
            let (look, found) = monitor.compare(&self.list().await?, before).await?;
            Ok((look.size, found))
        })
    }

    /// With the log alone.
    fn of_others(&self, log: &str, grace: SignedDuration) -> Result<(u64, Compared)> {
        let (log, keys) = (log.to_owned(), keys(&self.key)?);
        super::super::wait_for(async {
            let from = log.clone();
            let before = blocking(move || {
                let note = Source::open(&from)?.file("checkpoint")?;
                let text = String::from_utf8(note.context("there is no checkpoint")?)?;
                let note: tlog::note::Note = text.parse()?;
                Ok(tlog::checkpoint::Checkpoint::parse(note.text())?.size)
            });
            let before = before.await?;
            let (at, list) = (SystemClock.now(), self.list().await?);
            let leaves = blocking(move || {
                let mut leaves = Leaves::default();
                let bar = Bar::new("leaves read");
                let mut count = bar.counter();
                examine(&mut Source::open(&log)?, &keys, None, |index, leaf| {
                    leaves.take(leaf);
                    count(index, leaf)
                })?;
                Ok(leaves)
            });
            let leaves = leaves.await?;
            Ok((leaves.size(), compare(&leaves, &list, &[], When { at, before, grace })))
        })
    }

    async fn list(&self) -> Result<Vec<Shown>> {
        let text = if self.list == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input")?;
            text
        } else if is_address(&self.list) {
            let (base, file) = self.list.rsplit_once('/').context("the list's address")?;
            source::Source::open(base)?.text(file).await?
        } else {
            std::fs::read_to_string(&self.list)
                .with_context(|| format!("cannot read {}", self.list))?
        };
        Ok(read_list(&text)?)
    }
}

fn text(size: u64, found: &Compared) -> String {
    let mut text = format!(
        "{} measures are shown, {} of them are in the log of {size} leaves; {} on their way, {} deleted by their authors\n",
        found.listed, found.agree, found.pending, found.explained
    );
    let mut say = |what: &str, misfit: &Misfit| {
        let shown = &misfit.shown;
        let of = match (&shown.item, &shown.account) {
            (Some(item), _) => format!("item {}", visible(item)),
            (None, Some(account)) => format!("account {}", visible(account)),
            (None, None) => "something".into(),
        };
        let leaf = misfit.leaf.map_or_else(String::new, |leaf| format!(", leaf {leaf}"));
        let decision = shown.decision.as_deref().map_or("none".into(), visible);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "WRONG {what}: {} of {of} ({}), decision {decision}{leaf}",
            visible(&shown.measure),
            misfit.why.word().replace('_', " "),
        );
    };
    for misfit in &found.unlogged {
        say("a measure without a leaf", misfit);
    }
    for misfit in &found.undone {
        say("a leaf without a measure", misfit);
    }
    let fits = found.unlogged.is_empty() && found.undone.is_empty();
    text.push_str(if fits { "It fits.\n" } else { "" });
    text
}

/// What a platform wrote, without what would move a terminal's cursor.
fn visible(text: &str) -> String {
    text.escape_debug().take(200).collect()
}
