//! `evenhand audit run`: are like cases treated alike? Must not judge beyond the report's four phrases.

use super::show::text;
use crate::cli::place::{Place, open_existing};
use crate::cli::{Format, rulebook, wait_for};
use crate::clock::{SystemClock, SystemIds};
use crate::config::Config;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use flow::Resume;
use flow::audit::{Terms, gather, publish_on, report};
use indicatif::ProgressBar;
use jiff::SignedDuration;
use model::Clock as _;
use rules::rulebook::Rulebook;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Compare like cases clause by clause: between the groups of accounts that the rulebook declares
///
/// Posts are sorted into sets of like cases by their text alone; then those of one group are compared with those of
/// another, set by set. `audit.toml` in the rulebook declares the groups. Exit code 1: a clear imbalance was found. The
/// store is left as it is unless `--publish` says otherwise; `serve` publishes a report every night.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    place: Place,
    /// The rulebook's directory [default: the one in force in the store: what people adopted in the console, else the rulebook
    /// of the settings, else the starter]
    #[arg(long, value_name = "DIR")]
    rulebook: Option<PathBuf>,
    /// Look at what came in the last so many days
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,
    /// How often labels are dealt anew for each comparison
    #[arg(long, value_name = "N", default_value_t = 1_999)]
    deals: usize,
    /// Where the draws start: the same number draws the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Publish it on /evenness, and count on from the report before
    #[arg(long, conflicts_with = "seed")]
    publish: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Run {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        let directory = self.rulebook.as_deref().or(config.rulebook.as_deref());
        let Some(book) = rulebook::load(directory, terminal)? else { return Ok(Exit::Unable) };
        let book = if self.rulebook.is_some() { book } else { wait_for(in_force(&config, book))? };
        let model = config.likeness.model()?;
        let now = SystemClock.now();
        let since = now
            .checked_sub(SignedDuration::from_hours(i64::from(self.days) * 24))
            .context("that many days ago there was no calendar yet")?;
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_message("reading items");
        let book = Arc::new(book);
        let report = if self.publish {
            let terms = Terms { days: self.days, deals: self.deals, ..Terms::default() };
            wait_for(async {
                let store = open_existing(&config).await?;
                Ok(publish_on(&store, (Arc::clone(&book), model), (&SystemIds, now), terms).await?)
            })?
        } else {
            let gathered = wait_for(async {
                let store = open_existing(&config).await?;
                let read = |items| bar.set_message(format!("{items} items read"));
                Ok(gather(&store, (&book, model.as_ref()), since, None, read).await?)
            })?;
            bar.set_message(format!("comparing {} items", gathered.items.len()));
            report(&gathered, &book, (now, since), self.deals, self.seed)
        };
        bar.finish_and_clear();
        match self.format {
            Format::Text => terminal.result(&text(&report, &book))?,
            Format::Json => terminal.json(&report)?,
        }
        let clear = report
            .clauses
            .iter()
            .flat_map(|clause| &clause.comparisons)
            .any(|one| one.verdict == likeness::audit::Verdict::Clear.phrase());
        Ok(if clear { Exit::No } else { Exit::Done })
    }
}

/// The rulebook that a server would go on under: what people put into force, or what waits for nobody.
async fn in_force(config: &Config, book: Rulebook) -> Result<Rulebook> {
    let store = open_existing(config).await?;
    let folder = crate::files::read(config.rulebook.as_deref())?;
    Ok(match flow::resume(&store, &folder, SystemClock.now()).await? {
        Resume::Folder => book,
        Resume::Adopted(in_force, _) | Resume::Held(in_force, ..) => *in_force,
    })
}
