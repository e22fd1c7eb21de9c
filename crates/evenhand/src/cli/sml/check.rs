//! `evenhand sml check`: what is wrong in a directory of rules. Must not find problems: `rules` does.

use crate::exit::Exit;
use crate::report::{Format, Shown};
use crate::terminal::Terminal;
use anyhow::Result;
use rules::Problem;
use serde::Serialize;
use std::path::PathBuf;

/// Check a directory of rules: every error and warning at once
///
/// Evaluation starts in main.sml; labels are declared in config.yaml and in the config/*.yaml of any
/// folder. Nothing else of a rulebook is needed, and what there is of it (lists, policies) is heard.
///
/// The JSON is one object, {"ok", "errors", "warnings"}; each error or warning has "message", "hint"
/// (what to write instead, or null), "path" (from DIR), "line" (from 1) and "col" (from 0, in UTF-8
/// bytes), sorted by place.
///
/// Exit code 1 when there are errors; warnings alone are 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The directory of the rules
    #[arg(value_name = "DIR")]
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

#[derive(Serialize)]
struct Report<'p> {
    ok: bool,
    errors: Vec<Told<'p>>,
    warnings: Vec<Told<'p>>,
}

#[derive(Serialize)]
struct Told<'p> {
    message: &'p str,
    hint: Option<&'p str>,
    path: &'p str,
    line: u32,
    col: u32,
}

impl Check {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let mut sources = crate::files::read_directory(&self.directory)?;
        if self.declare_unknown {
            sources = crate::cli::check::declare_unknown(&self.directory, sources, terminal)?;
        }
        let checked = super::checked(&sources);
        let ok = checked.program.is_some();
        match self.format {
            Format::Json => terminal.json(&report(ok, &checked.problems))?,
            format => {
                let shown = Shown {
                    directory: &self.directory,
                    sources: &sources,
                    problems: &checked.problems,
                    coloured: terminal.colours_results(),
                };
                terminal.result(&shown.write(format)?)?;
            }
        }
        Ok(if ok { Exit::Done } else { Exit::No })
    }
}

fn report(ok: bool, problems: &[Problem]) -> Report<'_> {
    let (errors, warnings) = problems.iter().partition(|problem| problem.is_error());
    Report { ok, errors: told_of(errors), warnings: told_of(warnings) }
}

fn told_of(problems: Vec<&Problem>) -> Vec<Told<'_>> {
    problems
        .into_iter()
        .map(|problem| Told {
            message: &problem.message,
            hint: problem.hint.as_deref(),
            path: &problem.path,
            line: problem.line,
            col: problem.col,
        })
        .collect()
}
