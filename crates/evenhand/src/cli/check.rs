//! `evenhand check`: what is wrong in a rulebook. Must not find problems: `rules` does.

use crate::exit::Exit;
use crate::report::{self, Format};
use crate::terminal::{Terminal, table};
use anyhow::{Context, Result};
use rules::Sources;
use rules::rulebook::Blindness;
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
    /// Then print, for each clause, whether its findings can depend on who speaks, and by which way
    ///
    /// Which values say who speaks, `[who]` in rulebook.toml declares. "blind" is proved for every
    /// event: no rule, list, label or counter lets such a value reach a finding.
    #[arg(long)]
    blind: bool,
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
        match (self.format, &rulebook) {
            (Format::Json, Some(book)) if self.blind => {
                let report: serde_json::Value = serde_json::from_str(&shown.write(self.format)?)?;
                terminal.json(&serde_json::json!({ "check": report, "blind": book.blindness }))?;
            }
            (Format::Text, Some(book)) if self.blind => {
                let blind = blind(&book.blindness);
                terminal.result(&format!("{}\n\n{blind}", shown.write(self.format)?.trim_end()))?;
            }
            _ => terminal.result(&shown.write(self.format)?)?,
        }
        let errors = problems.iter().any(rules::Problem::is_error);
        Ok(if errors || rulebook.is_none() { Exit::No } else { Exit::Done })
    }
}

/// How each clause stands to each group of values, and the ways by which findings depend on them.
fn blind(blindness: &Blindness) -> String {
    if blindness.groups.is_empty() {
        return "rulebook.toml declares no values that say who speaks; add a table [who].".into();
    }
    let head = std::iter::once("clause").chain(blindness.groups.iter().map(String::as_str));
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).collect()];
    rows.extend(blindness.clauses.iter().map(|one| {
        let stands = blindness.groups.iter().map(|group| one.stands(group).to_owned());
        std::iter::once(one.clause.to_string()).chain(stands).collect()
    }));
    let mut text = table(&rows);
    for way in blindness.clauses.iter().flat_map(|one| &one.depends) {
        let refers = if way.refers { " (referred to people)" } else { "" };
        text.push_str(&format!(
            "\n{}{refers} can depend on {}: {}\n    {}:{}",
            way.clause,
            way.group,
            way.way.join(" <- "),
            way.path,
            way.line
        ));
    }
    text
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
