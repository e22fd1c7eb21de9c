//! `evenhand erase` and `evenhand disclose`: forgetting what could point to a person, and opening
//! chosen fields of a leaf for who may hand them on. Must not print what it erases.

use super::place::{Place, open_existing};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, anyhow};
use model::{AccountId, Clock as _, DecisionId, ItemId};
use std::path::PathBuf;
use store::{Forget, StoreError};

/// Erase what could point to a person, everywhere; works while the server runs
///
/// What was held stays readable, and so do the public log and every proof. Texts, names and ids are
/// overwritten in the files, and the log gets a leaf that says so and names nobody. Older copies are
/// told to forget as well when they are restored.
#[derive(Debug, clap::Args)]
#[group(id = "what", required = true, multiple = false, args = ["item", "account", "decision"])]
pub(crate) struct Erase {
    /// All that is kept of an item, by the platform's id
    #[arg(long, value_name = "ID")]
    item: Option<ItemId>,
    /// All that is kept of an account and of its items, by the platform's id
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// The event that a decision was made on, with every decision on it
    #[arg(long, value_name = "ID")]
    decision: Option<DecisionId>,
    /// Also when decisions were not sent to the platform yet: it will never carry them out
    #[arg(long)]
    drop_unsent: bool,
    #[command(flatten)]
    place: Place,
}

/// Write a receipt that opens chosen fields of a decision's leaf
///
/// For the person concerned, who may hand it to somebody else: `evenhand verify` and /log/verify
/// check it. Fields: account, content, excerpt, facts, people, reason, reports.
#[derive(Debug, clap::Args)]
pub(crate) struct Disclose {
    /// The decision
    decision: DecisionId,
    /// Which fields, with commas between them
    #[arg(long, value_name = "FIELDS", required = true, value_delimiter = ',')]
    fields: Vec<String>,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl Erase {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let what = self
            .item
            .map(Forget::Item)
            .or(self.account.map(Forget::Account))
            .or(self.decision.map(Forget::Decision))
            .context("name an item, an account or a decision")?;
        let config = self.place.settings()?;
        super::wait_for(async {
            let store = open_existing(&config).await?;
            let done = store.erase(&what, SystemClock.now(), self.drop_unsent).await;
            let done = match done {
                Err(StoreError::Unsent(many)) => {
                    let told = format!(
                        "{many} decisions on it were not sent to the platform yet; --drop-unsent \
                         erases it all the same"
                    );
                    terminal.error(&told);
                    return Ok(Exit::No);
                }
                done => done?,
            };
            let Some(done) = done else {
                terminal.error("nothing is kept of it");
                return Ok(Exit::No);
            };
            terminal.tell(&format!(
                "Erased: {} events, {} decisions, {} openings; leaf {} of the log says so.",
                done.events, done.decisions, done.openings, done.leaf
            ));
            Ok(Exit::Done)
        })
    }
}

impl Disclose {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        super::wait_for(async {
            let store = open_existing(&config).await?;
            let log = config.data.join("log");
            let disclosed = console::disclose(&store, &log, self.decision, &self.fields).await;
            let receipt = disclosed.map_err(|why| anyhow!(why))?;
            match &self.out {
                None => terminal.result(receipt.trim_end())?,
                Some(path) => std::fs::write(path, receipt)
                    .with_context(|| format!("cannot write {}", path.display()))?,
            }
            Ok(Exit::Done)
        })
    }
}
