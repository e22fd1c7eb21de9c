//! `evenhand rules`: what rules are made of, what tries them, what does nothing. Must not evaluate:
//! `rules` does.

mod picture;

use super::Format;
use crate::exit::Exit;
use crate::terminal::{Terminal, table};
use anyhow::{Result, bail};
use clap::Subcommand;
use rules::coverage::{Coverage, coverage};
use rules::rulebook::Rulebook;
use rules::{Idle, Plan};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Say what rules are made of, which worked cases try them, and what does nothing
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Say which rules and clauses the worked cases try; exit code 1 when a rule holds in none
    Coverage {
        /// The rulebook's directory [default: the starter rulebook in this program]
        directory: Option<PathBuf>,
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List rules that can never hold, rules that nothing asks for, and features that no rule
    /// reads; exit code 1 when there are any
    Idle {
        /// The directory of the rules, with or without rulebook.toml [default: the starter rulebook]
        directory: Option<PathBuf>,
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Draw what is computed from what, from the event to the effects: an SVG picture
    Graph {
        /// The directory of the rules, with or without rulebook.toml [default: the starter rulebook]
        directory: Option<PathBuf>,
        /// Only what this rule, feature or effect depends on, and what depends on it
        #[arg(long, value_name = "NAME")]
        around: Option<String>,
        /// A picture (text), or the same as JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

impl Rules {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::Coverage { directory, format } => {
                let Some(book) = super::rulebook::load(directory.as_deref(), terminal)? else {
                    return Ok(Exit::Unable);
                };
                let sources = crate::files::read(directory.as_deref())?;
                let covered = coverage(&book, &sources);
                match format {
                    Format::Text => terminal.result(tried(&covered).trim_end())?,
                    Format::Json => terminal.json(&covered)?,
                }
                let all = covered.rules.iter().all(|rule| rule.held > 0);
                Ok(if all { Exit::Done } else { Exit::No })
            }
            Self::Idle { directory, format } => {
                let Some(Loaded { plan, .. }) = load(directory.as_deref(), terminal)? else {
                    return Ok(Exit::Unable);
                };
                let (never, unused) = (plan.never_holding(), plan.unused());
                let none = never.is_empty() && unused.is_empty();
                match format {
                    Format::Text if none => terminal.result("Every rule and feature has a use.")?,
                    Format::Text => {
                        let all: Vec<String> = never.iter().chain(&unused).map(line).collect();
                        terminal.result(&all.join("\n"))?;
                    }
                    Format::Json => {
                        terminal.json(&serde_json::json!({ "never": never, "unused": unused }))?;
                    }
                }
                Ok(if none { Exit::Done } else { Exit::No })
            }
            Self::Graph { directory, around, format } => {
                let Some(Loaded { plan, .. }) = load(directory.as_deref(), terminal)? else {
                    return Ok(Exit::Unable);
                };
                let mut drawing = plan.drawing();
                if let Some(name) = around {
                    let Some(part) = drawing.around(&name) else {
                        let names = drawing.things.iter().map(|thing| thing.name.as_str());
                        let hint = rules::nearest(&name, names)
                            .map(|near| format!("; did you mean `{near}`?"))
                            .unwrap_or_default();
                        bail!("the rules have no `{name}`{hint}");
                    };
                    drawing = part;
                }
                match format {
                    Format::Text => terminal.result(picture::svg(&drawing).trim_end())?,
                    Format::Json => terminal.json(&drawing)?,
                }
                Ok(Exit::Done)
            }
        }
    }
}

/// Rules with or without a rulebook around them.
pub(super) struct Loaded {
    pub(super) plan: Arc<Plan>,
    pub(super) book: Option<Rulebook>,
}

/// Loads a directory; `None` when it does not check, which is told.
pub(super) fn load(directory: Option<&Path>, terminal: &Terminal) -> Result<Option<Loaded>> {
    let sources = crate::files::read(directory)?;
    Ok(match (directory, sources.text("rulebook.toml")) {
        (Some(directory), None) => super::sml::programmed(directory, terminal)?
            .map(|program| Loaded { plan: Arc::new(Plan::build(program)), book: None }),
        _ => super::rulebook::load(directory, terminal)?
            .map(|book| Loaded { plan: Arc::clone(&book.plan), book: Some(book) }),
    })
}

fn line(idle: &Idle) -> String {
    format!("{}:{}: `{}` {}", idle.path, idle.line, idle.name, idle.why)
}

fn tried(covered: &Coverage) -> String {
    let held = covered.rules.iter().filter(|rule| rule.held > 0).count();
    let cited = covered.clauses.iter().filter(|one| one.breach + one.refer > 0).count();
    let mut text = format!(
        "{} worked cases make {held} of {} rules hold and try {cited} of {} clauses.\n",
        covered.cases,
        covered.rules.len(),
        covered.clauses.len()
    );
    let missing: Vec<_> = covered.rules.iter().filter(|rule| rule.held == 0).collect();
    if !missing.is_empty() {
        text.push_str("\nRules that hold in no case:\n");
        let rows: Vec<Vec<String>> = missing
            .iter()
            .map(|rule| vec![format!("  {}", rule.name), format!("{}:{}", rule.path, rule.line)])
            .collect();
        text.push_str(&table(&rows));
    }
    let untried = covered.clauses.iter().filter(|one| one.breach + one.refer == 0);
    let untried: Vec<String> = untried.map(|one| format!("  {}\n", one.clause)).collect();
    if !untried.is_empty() {
        text.push_str("\nClauses that no case cites:\n");
        text.push_str(&untried.concat());
    }
    let mut lazy = String::new();
    for rule in &covered.rules {
        for one in rule.conditions.iter().filter(|one| one.decided == 0 && rule.held > 0) {
            // Writing to a string cannot fail.
            let _ = writeln!(lazy, "  {}: {}", rule.name, short(&one.text));
        }
    }
    if !lazy.is_empty() {
        text.push_str("\nConditions that could be taken out without a case noticing:\n");
        text.push_str(&lazy);
    }
    let idle: Vec<String> = covered.never.iter().chain(&covered.unused).map(line).collect();
    if !idle.is_empty() {
        text.push_str("\nWithout use:\n  ");
        text.push_str(&idle.join("\n  "));
    }
    text
}

/// A condition as far as it fits on a line.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{} ...", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
