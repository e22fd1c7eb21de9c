//! `evenhand audit`: what can be recomputed and compared. Must not change the store.

mod run;
mod show;

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::Subcommand;

/// Compare how like cases were decided
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Run(run::Run),
}

impl Audit {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Run(it) => it.run(terminal),
        }
    }
}
