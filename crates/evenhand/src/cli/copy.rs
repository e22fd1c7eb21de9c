//! `evenhand backup` and `evenhand restore`. Must not put a copy in place that was not checked, and
//! must not touch a store that a server works on.

use super::place::{Place, hold, make_directory, open_existing};
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use store::{Checked, Store};

/// Write a consistent copy of the store, also while the server runs
#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    /// The copy; must not be there yet
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Put a copy in the store's place, while the server is stopped
///
/// The copy is checked first. A store that is there is kept beside it, under a name that is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// The copy that `evenhand backup` wrote
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

fn told(checked: &Checked) -> String {
    format!("{} events and {} decisions", checked.events, checked.decisions)
}

impl Backup {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        super::wait_for(async {
            open_existing(&config).await?.backup(&self.file).await?;
            let checked = Store::check(&self.file).await?;
            terminal.tell(&format!("{} holds {}.", self.file.display(), told(&checked)));
            Ok(Exit::Done)
        })
    }
}

impl Restore {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let config = self.place.settings()?;
        if !self.file.is_file() {
            bail!("there is no copy at {}", self.file.display());
        }
        make_directory(&config.data)?;
        let _held = hold(&config.data)?;
        let target = config.store_file();
        let checked = super::wait_for(async { Ok(Store::check(&self.file).await?) })?;
        // A copy within the same directory, so that the last step is one rename.
        let fresh = beside(&target, ".restoring");
        std::fs::copy(&self.file, &fresh)
            .and_then(|_| File::open(&fresh)?.sync_all())
            .with_context(|| format!("cannot copy to {}", fresh.display()))?;
        if target.exists() {
            let kept = free_name(&target);
            for end in ["", "-wal", "-shm"] {
                let from = beside(&target, end);
                if from.exists() {
                    std::fs::rename(&from, beside(&kept, end))
                        .with_context(|| format!("cannot move {}", from.display()))?;
                }
            }
            terminal.tell(&format!("The store that was there is now {}.", kept.display()));
        }
        std::fs::rename(&fresh, &target)
            .and_then(|()| File::open(&config.data)?.sync_all())
            .with_context(|| format!("cannot put {} in place", target.display()))?;
        forget_again(&target, terminal)?;
        terminal.tell(&format!("{} holds {}.", target.display(), told(&checked)));
        Ok(Exit::Done)
    }
}

/// What was erased since the copy was made is erased from it again.
fn forget_again(target: &Path, terminal: &Terminal) -> Result<()> {
    let erasures = Store::manifest(target)?;
    if erasures.is_empty() {
        return Ok(());
    }
    super::wait_for(async {
        let store = Store::open(target).await?;
        let events = store.erase_again(&erasures).await?;
        store.close().await;
        terminal.tell(&format!("{events} events that had been erased are erased from it again."));
        Ok(())
    })
}

/// `path` with `end` added to its name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

/// A name for the store that was there: `evenhand.sqlite.before-1`, `-2`, ...
fn free_name(target: &Path) -> PathBuf {
    let name = |number: u32| beside(target, &format!(".before-{number}"));
    (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}
