//! `evenhand check`: what is wrong in a rulebook. Must not find problems: `rules` does.

use crate::exit::Exit;
use crate::report::{self, Format};
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use rules::Sources;
use std::path::{Path, PathBuf};

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
    /// First declare the functions that rules call and nobody knows, in `functions.toml`
    ///
    /// Argument names and types are inferred from the calls. What stands behind each function,
    /// people write. What the file says already stays as it is.
    #[arg(long)]
    declare_unknown: bool,
}

impl Check {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut sources = crate::files::read_directory(&self.directory)?;
        if self.declare_unknown {
            sources = declare_unknown(&self.directory, sources, terminal)?;
        }
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

/// Writes the first draft of `functions.toml` for functions that nobody knows, and gives the files
/// with it.
pub(in crate::cli) fn declare_unknown(
    directory: &Path,
    sources: Sources,
    terminal: &Terminal,
) -> Result<Sources> {
    let Some(draft) = rules::declared::draft(&sources) else {
        terminal.tell("every function is known: nothing to declare");
        return Ok(sources);
    };
    let file = directory.join(rules::declared::FILE);
    std::fs::write(&file, &draft.text)
        .with_context(|| format!("cannot write {}", file.display()))?;
    let (count, names) = (draft.added.len(), draft.added.join(", "));
    terminal.tell(&format!("declared {count} functions in {}: {names}", file.display()));
    Ok(sources.with(rules::declared::FILE, draft.text))
}
