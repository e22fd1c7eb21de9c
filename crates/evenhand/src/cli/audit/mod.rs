//! `evenhand audit`: what can be recomputed and compared. Must not change what was decided.

mod evenness;
mod numbers;
mod pages;
mod recompute;
mod run;
mod show;
mod swap;
mod walk;

use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use clap::Subcommand;

/// Compare how like cases were decided, and recompute what is published
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Run(run::Run),
    Swap(swap::Swap),
    Recompute(recompute::Recompute),
}

impl Audit {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Run(it) => it.run(terminal),
            Self::Swap(it) => it.run(terminal),
            Self::Recompute(it) => it.run(terminal),
        }
    }
}
