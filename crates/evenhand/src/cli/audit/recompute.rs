//! `evenhand audit recompute`: what a stranger can add up from a public log and nothing else. Must not
//! read a store.

use super::evenness::Published;
use super::numbers::{self, Numbers};
use super::pages::Pages;
use super::walk;
use crate::cli::source::Source;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use model::Clock as _;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How often a server that goes on deciding is asked again before a difference is believed.
const TRIES: u32 = 5;

/// Add every number of the public overview and of the report on evenness up again, from the log
///
/// Reads every leaf, checks that they make up the tree that the checkpoint signs, and compares the
/// sums with /api/v1/overview and with the numbers on the pages / and /log/. The report on evenness is computed again from its published sets of
/// like cases, and each case of them is looked up in the log. Exit code 1: something differs. What
/// no leaf can tell is listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Recompute {
    /// Address of the public pages, or the folder of a log
    #[arg(value_name = "URL|DIR")]
    log: String,
    /// The log's verifier key [default: the one beside the log]
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    /// The overview as JSON, to compare a folder with
    #[arg(long, value_name = "FILE")]
    overview: Option<PathBuf>,
    /// A report on evenness as JSON, to compare a folder with
    #[arg(long, value_name = "FILE", requires = "sets")]
    evenness: Option<PathBuf>,
    /// The sets of like cases of that report (`sets.ndjson`)
    #[arg(long, value_name = "FILE", requires = "evenness")]
    sets: Option<PathBuf>,
}

impl Recompute {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        crate::cli::wait_for(self.compare(terminal))
    }

    async fn compare(self, terminal: &Terminal) -> Result<Exit> {
        let source = Source::open(&self.log)?;
        let prefix = if matches!(source, Source::Server(..)) { "log/" } else { "" };
        let mut tries = 0;
        let (walked, numbers, differences) = loop {
            let overview = self.overview(&source).await?;
            let walked = walk::walk(&source, prefix, self.vkey.as_deref()).await?;
            let numbers = Numbers::of(&walked.leaves)?;
            let mut differences = overview.as_ref().map(|view| numbers.compare(view));
            // Pages are compared with what the server itself says, not with a file.
            if self.overview.is_none()
                && let (Some(pages), Some(data)) = (Pages::of(&source).await?, &overview)
            {
                let on_pages = pages.compare(&numbers, data, crate::clock::SystemClock.now());
                differences.get_or_insert_default().extend(on_pages);
            }
            tries += 1;
            let settled = differences.as_ref().is_none_or(Vec::is_empty);
            if settled || tries == TRIES || self.overview.is_some() {
                break (walked, numbers, differences);
            }
            // Decisions are made while we read: the leaves may be ahead of the overview, or behind.
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        terminal.result(&format!(
            "ok    {} leaves make up the root that {} signed",
            walked.leaves.len(),
            walked.key.name()
        ))?;
        terminal.result(&numbers.told())?;
        let evenness = self.evenness(&source, &walked, terminal).await?;
        if differences.is_none() && evenness.is_none() {
            terminal.tell("No overview to compare with; name one with --overview.");
            return Ok(Exit::Done);
        }
        let all: Vec<String> = differences.iter().chain(&evenness).flatten().cloned().collect();
        for difference in &all {
            terminal.result(&format!("WRONG {difference}"))?;
        }
        if differences.is_some() {
            terminal.result(numbers::NOT_TOLD)?;
        }
        if evenness.is_some() {
            terminal.result(&format!("open  {}", flow::audit::NOT_TOLD))?;
        }
        if all.is_empty() {
            terminal.tell("Every other number follows from the log.");
            return Ok(Exit::Done);
        }
        terminal.error(&format!("{} numbers differ", all.len()));
        Ok(Exit::No)
    }

    /// What the report on evenness says otherwise; none if there is no report.
    async fn evenness(
        &self,
        source: &Source,
        walked: &walk::Walked,
        terminal: &Terminal,
    ) -> Result<Option<Vec<String>>> {
        let files = self.evenness.as_ref().zip(self.sets.as_ref());
        let Some(published) = Published::open(source, files).await? else { return Ok(None) };
        let differences = published.differences(walked)?;
        if differences.is_empty() {
            terminal.result(&format!("ok    {}", published.told()))?;
        }
        Ok(Some(differences))
    }

    async fn overview(&self, source: &Source) -> Result<Option<Value>> {
        let text = match (&self.overview, source) {
            (Some(path), _) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?,
            (None, Source::Server(..)) => source.text("api/v1/overview").await?,
            (None, Source::Folder(_)) => return Ok(None),
        };
        Ok(Some(serde_json::from_str(&text).context("the overview")?))
    }
}
