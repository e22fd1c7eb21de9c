//! `evenhand rulebook`: show it, compare two, name its version, add a precedent to its worked cases. Must not change
//! anything else of one.

mod case_from;

use super::Format;
use crate::exit::Exit;
use crate::report::Shown;
use crate::terminal::{Terminal, table};
use anyhow::{Result, bail};
use clap::Subcommand;
use model::ClauseId;
use rules::Problem;
use rules::rulebook::{Change, NamedDiff, Rulebook, RulebookDiff};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Show a rulebook, compare two, or print a version
#[derive(Debug, Subcommand)]
pub(crate) enum Book {
    /// Show the policies with their clauses, and on which ladder each clause stands
    Show {
        /// The rulebook's directory [default: the starter rulebook in this program]
        directory: Option<PathBuf>,
        /// Show only this clause, with its text: policy#clause
        #[arg(long, value_name = "CLAUSE")]
        clause: Option<ClauseId>,
        /// In which language (BCP 47) [default: the rulebook's first]
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say what changed from one version to another; exit code 1 when anything did
    Diff {
        /// The version before
        old: PathBuf,
        /// The version now
        new: PathBuf,
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    CaseFrom(case_from::CaseFrom),
    /// Print the version: the SHA-256 of the content
    Hash {
        /// The rulebook's directory [default: the starter rulebook in this program]
        directory: Option<PathBuf>,
    },
}

impl Book {
    pub(super) fn run(self, terminal: &Terminal) -> Result<Exit> {
        match self {
            Self::CaseFrom(it) => it.run(terminal),
            Self::Hash { directory } => {
                let sources = crate::files::read(directory.as_deref())?;
                terminal.result(sources.version().as_str())?;
                Ok(Exit::Done)
            }
            Self::Diff { old, new, format } => {
                let Some(old) = load(Some(&old), terminal)? else { return Ok(Exit::Unable) };
                let Some(new) = load(Some(&new), terminal)? else { return Ok(Exit::Unable) };
                let diff = Rulebook::diff(&old, &new);
                match format {
                    Format::Text => terminal.result(&changes(&diff))?,
                    Format::Json => terminal.json(&diff)?,
                }
                Ok(if diff.is_empty() { Exit::Done } else { Exit::No })
            }
            Self::Show { directory, clause, language, format } => {
                let Some(book) = load(directory.as_deref(), terminal)? else {
                    return Ok(Exit::No);
                };
                let language = language.as_deref().unwrap_or(book.settings.default_language());
                match (clause, format) {
                    (Some(clause), _) => one(&book, &clause, language, format, terminal)?,
                    (None, Format::Text) => terminal.result(&overview(&book, language))?,
                    (None, Format::Json) => terminal.json(&listed(&book, language))?,
                }
                Ok(Exit::Done)
            }
        }
    }
}

/// Loads a rulebook (the starter without a path) that must check; otherwise shows its errors.
pub(super) fn load(path: Option<&Path>, terminal: &Terminal) -> Result<Option<Rulebook>> {
    let sources = crate::files::read(path)?;
    let (book, problems) = Rulebook::load(&sources);
    if let Some(book) = book {
        return Ok(Some(book));
    }
    let problems: Vec<Problem> = problems.into_iter().filter(Problem::is_error).collect();
    let directory = path.unwrap_or(Path::new("starter"));
    let shown = Shown { directory, sources: &sources, problems: &problems, coloured: false };
    terminal.tell(&shown.text());
    terminal.error(&format!("the rulebook {} does not check", directory.display()));
    Ok(None)
}

fn one(
    book: &Rulebook,
    clause: &ClauseId,
    language: &str,
    format: Format,
    terminal: &Terminal,
) -> Result<()> {
    let Some(text) = book.clause(clause, language) else {
        let all: Vec<String> = book.clauses().map(ClauseId::to_string).collect();
        let near = rules::nearest(clause.as_str(), all.iter().map(String::as_str));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        bail!("there is no clause `{clause}` in the language `{language}`{hint}");
    };
    match format {
        Format::Json => terminal.json(&text),
        Format::Text => Ok(terminal.result(&format!("{}\n\n{}", text.title, text.text.trim()))?),
    }
}

fn overview(book: &Rulebook, language: &str) -> String {
    let settings = &book.settings;
    let mut text = format!(
        "{} ({})\nversion {}\nlanguages {}\n",
        settings.title,
        settings.provider,
        book.version(),
        settings.languages.join(", "),
    );
    for policy in &book.policies {
        let titled = policy.text(language).map_or(policy.title(), |text| text.title.as_str());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{titled} (in force since {})", policy.effective);
        let rows: Vec<Vec<String>> = policy
            .clauses()
            .map(|clause| {
                let title = book.clause(clause, language).map(|text| text.title);
                let ladder = book.ladder_of(clause).map_or("-", |ladder| ladder.id.as_str());
                vec![format!("  {clause}"), title.unwrap_or_default(), format!("ladder {ladder}")]
            })
            .collect();
        text.push_str(&table(&rows));
    }
    let _ = write!(
        text,
        "\n{} rules, {} lists, {} worked cases",
        book.rules.len(),
        book.lists.iter().count(),
        book.cases.len()
    );
    text
}

fn listed(book: &Rulebook, language: &str) -> serde_json::Value {
    let clauses = |policy: &rules::rulebook::Policy| -> Vec<_> {
        policy
            .clauses()
            .map(|clause| {
                json!({
                    "id": clause,
                    "text": book.clause(clause, language),
                    "ladder": book.ladder_of(clause).map(|ladder| ladder.id.as_str()),
                })
            })
            .collect()
    };
    let policies: Vec<_> = book
        .policies
        .iter()
        .map(|policy| {
            json!({
                "id": policy.id,
                "title": policy.title(),
                "effective": policy.effective.to_string(),
                "clauses": clauses(policy),
            })
        })
        .collect();
    json!({ "version": book.version(), "settings": book.settings, "policies": policies })
}

fn changes(diff: &RulebookDiff) -> String {
    if diff.is_empty() {
        return "Nothing that matters changed.".into();
    }
    let mut text = format!("{} -> {}\n", diff.old.short(), diff.new.short());
    for line in &diff.settings {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "~ rulebook.toml: {line}");
    }
    let parts: [(&str, &[NamedDiff]); 4] = [
        ("policy", &diff.policies),
        ("ladder", &diff.ladders),
        ("rule", &diff.rules),
        ("list", &diff.lists),
    ];
    for (what, named) in parts {
        for one in named {
            let _ = writeln!(text, "{} {what} {}", sign(one.change), one.name);
            for detail in &one.details {
                let _ = writeln!(text, "    {detail}");
            }
        }
    }
    for clause in &diff.clauses {
        let _ = writeln!(
            text,
            "{} clause {} ({})",
            sign(clause.change),
            clause.clause,
            clause.language
        );
        for (mark, side) in [("-", &clause.before), ("+", &clause.after)] {
            for line in side.iter().flat_map(|side| side.lines()) {
                let _ = writeln!(text, "    {mark} {line}");
            }
        }
    }
    text
}

const fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}
