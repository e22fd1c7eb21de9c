//! `evenhand check`: what is wrong in a rulebook. Must not find problems: `rules` does.

use crate::exit::Exit;
use crate::report::{self, Format};
use crate::terminal::Terminal;
use anyhow::Result;
use std::path::PathBuf;

/// Check a rulebook: every error at once, with file, line, caret and a hint
///
/// Exit code 1 when there are errors; warnings alone are 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The rulebook's directory
    directory: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Check {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let sources = crate::files::read_directory(&self.directory)?;
        let (rulebook, problems) = rules::rulebook::Rulebook::load(&sources);
        let shown = report::Shown {
            directory: &self.directory,
            sources: &sources,
            problems: &problems,
            coloured: terminal.colours_results(),
        };
        terminal.result(&shown.write(self.format)?)?;
        let errors = problems.iter().any(rules::Problem::is_error);
        Ok(if errors || rulebook.is_none() { Exit::No } else { Exit::Done })
    }
}
