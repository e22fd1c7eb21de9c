//! `evenhand test`: does the rulebook still do what its worked cases say?

use super::Format;
use super::rulebook::load;
use crate::exit::Exit;
use crate::terminal::Terminal;
use anyhow::Result;
use rules::testing::CaseResult;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Run a rulebook's worked cases and say what differs
///
/// Exit code 1 when a case comes out otherwise than it says, or the rulebook does not check.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The rulebook's directory
    directory: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Test {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        let Some(book) = load(Some(&self.directory), terminal)? else { return Ok(Exit::No) };
        let results = rules::testing::run_cases(&book);
        let failed = results.iter().filter(|case| !case.passed()).count();
        match self.format {
            Format::Text => terminal.result(&text(&results, failed))?,
            Format::Json => terminal.json(&json!({
                "rulebook": book.version(),
                "cases": results.len(),
                "failed": failed,
                "results": results,
            }))?,
        }
        Ok(if failed == 0 { Exit::Done } else { Exit::No })
    }
}

fn text(results: &[CaseResult], failed: usize) -> String {
    let mut text = String::new();
    for case in results.iter().filter(|case| !case.passed()) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}:{}: {}", case.path, case.line, case.name);
        for difference in &case.differences {
            let _ = writeln!(text, "    {difference}");
        }
        text.push('\n');
    }
    let _ = match (results.len(), failed) {
        (0, _) => write!(text, "There are no worked cases; write some in cases/*.yaml."),
        (all, 0) => write!(text, "All {all} cases come out as they say."),
        (all, failed) => write!(text, "{failed} of {all} cases come out otherwise than they say."),
    };
    text
}
