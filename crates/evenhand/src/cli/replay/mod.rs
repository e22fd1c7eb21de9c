//! `evenhand replay`: what would a draft rulebook have decided? Must not change what is recorded.

mod show;

use super::place::{Place, open_existing};
use super::{Format, rulebook, wait_for};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result, bail};
use flow::replay::{Progress, Replay, ReplayOptions, ReplayReport, Step, as_adopted};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use model::{Clock as _, RulebookVersion};
use rules::Sources;
use rules::rulebook::Rulebook;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{SeenReplay, Store};

/// Decide recorded events again under a draft rulebook: what would come out otherwise, for whom
///
/// Every event is decided with the facts that were recorded with it; where the draft needs a fact that was not
/// recorded, the event is set apart and what is missing is named. Standings follow the draft. At the end like cases
/// are compared as they were decided and as the draft decides them.
///
/// All flips are written to FOLDER/flips.ndjson, with ids of accounts: keep them to yourself. The report without
/// ids is kept in the store and published when the draft comes into force. A run that was broken off goes on where
/// it was. Exit code 1: something comes out otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Command {
    /// The draft's directory
    #[arg(long, value_name = "DIR")]
    rulebook: PathBuf,
    /// Look at what came in this time: 90d, 36h, or all
    #[arg(long, value_name = "TIME", default_value = "90d")]
    since: Since,
    /// The folder for the flips and for how far it came [default: replays/DRAFT-SINCE beside the store]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Begin anew, even if an earlier run can be gone on from
    #[arg(long)]
    anew: bool,
    /// Leave out the comparison of like cases, which holds all texts in memory
    #[arg(long)]
    no_evenness: bool,
    /// Do not keep the report for publication
    #[arg(long)]
    no_keep: bool,
    /// Name at most so many flips
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Events that are read at once
    #[arg(long, hide = true, default_value_t = 1_000)]
    page: u32,
    /// How often it is kept how far it came, in milliseconds
    #[arg(long, hide = true, default_value_t = 5_000)]
    checkpoint_ms: u64,
    #[command(flatten)]
    place: Place,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How far back.
#[derive(Debug, Clone)]
enum Since {
    All,
    Last(SignedDuration),
}

impl std::str::FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let wrong = || format!("`{text}` is no time; write 90d, 36h or all");
        let (number, unit) =
            text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
        let number: i64 = number.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?;
        let hours = match unit {
            "d" => number.saturating_mul(24),
            "h" => number,
            _ => return Err(wrong()),
        };
        if hours > 24 * 36_500 {
            return Err(wrong());
        }
        Ok(Self::Last(SignedDuration::from_hours(hours)))
    }
}

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Last(time) => write!(f, "{}h", time.as_hours()),
        }
    }
}

impl Command {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let Some(draft) = rulebook::load(Some(&self.rulebook), terminal)? else {
            return Ok(Exit::Unable);
        };
        let short = draft.version().short().to_owned();
        let folder = self
            .folder
            .clone()
            .unwrap_or_else(|| config.data.join("replays").join(format!("{short}-{}", self.since)));
        if self.anew && folder.join("checkpoint.json").exists() {
            std::fs::remove_file(folder.join("checkpoint.json"))
                .with_context(|| format!("cannot begin anew in {}", folder.display()))?;
        }
        super::place::make_directory(&folder)?;
        let bar = bar();
        let report = wait_for(async {
            let store = open_existing(&config).await?;
            let (version, in_force) = in_force(&store).await?;
            let draft = Arc::new(as_adopted(draft, in_force.as_ref()));
            let options = ReplayOptions {
                since: self.began(&folder)?,
                folder: folder.clone(),
                page: self.page.max(1),
                checkpoint_every: Duration::from_millis(self.checkpoint_ms),
                evenness: !self.no_evenness,
            };
            let replay = Replay::open(store.clone(), draft, version, options).await?;
            if replay.resumed() && replay.progress().done > 0 {
                terminal.tell(&format!("goes on after {} events", replay.progress().done));
            }
            bar.set_length(replay.progress().all);
            let told = |progress: Progress| {
                bar.set_position(progress.done);
                bar.set_message(format!("{} flips", progress.flips));
                if progress.done >= progress.all {
                    bar.set_message(format!("{} flips; comparing like cases", progress.flips));
                }
                Step::On
            };
            let report = replay.run(SystemClock.now(), told).await?;
            let report = report.context("the replay stopped early")?;
            if !self.no_keep {
                keep(&store, &report, "the operator").await?;
            }
            anyhow::Ok(report)
        })?;
        bar.finish_and_clear();
        self.show(&report, &folder, terminal)?;
        Ok(if report.tally.flips() == 0 { Exit::Done } else { Exit::No })
    }

    fn show(
        &self,
        report: &ReplayReport,
        folder: &std::path::Path,
        terminal: &Terminal,
    ) -> Result<()> {
        let flips = flow::replay::flips(folder)?.take(self.limit).collect::<Result<Vec<_>, _>>()?;
        match self.format {
            Format::Text => terminal.result(show::text(report, &flips, folder).trim_end())?,
            Format::Json => {
                let (digest, _) = report.published()?;
                let accounts = show::accounts(folder)?;
                terminal.json(&serde_json::json!({
                    "digest": digest,
                    "report": report,
                    "flips": flips,
                    "accounts": accounts,
                    "folder": folder,
                }))?;
            }
        }
        Ok(())
    }

    /// The moment from which on events are read. A run that goes on keeps the moment at which it began.
    fn began(&self, folder: &std::path::Path) -> Result<Timestamp> {
        let path = folder.join("since");
        if folder.join("checkpoint.json").exists()
            && let Ok(text) = std::fs::read_to_string(&path)
            && let Ok(since) = text.trim().parse()
        {
            return Ok(since);
        }
        let since = match self.since {
            Since::All => Timestamp::UNIX_EPOCH,
            Since::Last(time) => SystemClock
                .now()
                .checked_sub(time)
                .context("that long ago there was no calendar yet")?,
        };
        std::fs::write(&path, since.to_string())
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(since)
    }
}

/// Keeps the report for publication.
async fn keep(store: &Store, report: &ReplayReport, by: &str) -> Result<()> {
    let (digest, text) = report.published()?;
    let seen = SeenReplay {
        digest,
        draft: report.draft.clone(),
        in_force: report.in_force.clone(),
        made_at: report.made_at,
        seen_by: by.to_owned(),
        report: text,
    };
    Ok(store.keep_replay(&seen).await?)
}

/// The rulebook that came into force last, if this release can still read it.
async fn in_force(store: &Store) -> Result<(RulebookVersion, Option<Rulebook>)> {
    let latest = store.rulebooks().await?.into_iter().next();
    let Some(latest) = latest else { bail!("no rulebook ever came into force in this store") };
    let files = store.rulebook(&latest.version).await?.unwrap_or_default();
    let (mut book, _) = Rulebook::load(&Sources::from_map(files));
    if let Some(book) = &mut book {
        book.register = std::sync::Arc::new(model::Register::new(store.register().await?));
    }
    Ok((latest.version, book))
}

fn bar() -> ProgressBar {
    let template = "{bar:30} {percent:>3} %  {per_sec}  {eta} left  {msg}";
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
