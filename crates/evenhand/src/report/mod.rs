//! A rulebook's problems, for people and for programs. Must not find problems: `rules` does.

mod sarif;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anyhow::Result;
use rules::{Problem, Sources};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// With the source line and a caret.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, as code scanners and forges take it.
    Sarif,
}

/// The problems of one rulebook.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    /// Where the rulebook is.
    pub(crate) directory: &'a Path,
    /// Its files.
    pub(crate) sources: &'a Sources,
    /// What is wrong in them.
    pub(crate) problems: &'a [Problem],
    /// Whether text is coloured.
    pub(crate) coloured: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    severity: &'static str,
    #[serde(flatten)]
    problem: &'a Problem,
}

#[derive(Serialize)]
struct Whole<'a> {
    version: String,
    errors: usize,
    warnings: usize,
    problems: Vec<Listed<'a>>,
}

impl Shown<'_> {
    /// Writes them all.
    pub(crate) fn write(&self, format: Format) -> Result<String> {
        Ok(match format {
            Format::Text => self.text(),
            Format::Json => serde_json::to_string_pretty(&self.whole())?,
            Format::Sarif => serde_json::to_string_pretty(&sarif::log(self))?,
        })
    }

    /// How many errors, how many warnings.
    fn counts(&self) -> (usize, usize) {
        let errors = self.problems.iter().filter(|problem| problem.is_error()).count();
        (errors, self.problems.len() - errors)
    }

    fn whole(&self) -> Whole<'_> {
        let (errors, warnings) = self.counts();
        Whole {
            version: self.sources.version().to_string(),
            errors,
            warnings,
            problems: self
                .problems
                .iter()
                .map(|problem| Listed { severity: severity(problem), problem })
                .collect(),
        }
    }

    /// For people: each problem with its line, and how many there are.
    pub(crate) fn text(&self) -> String {
        let renderer = if self.coloured { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in self.problems {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\n", renderer.render(&[self.group(problem)]));
        }
        let (errors, warnings) = self.counts();
        let files = self.sources.iter().count();
        let _ = match (errors, warnings) {
            (0, 0) => write!(text, "No problems in {}.", many(files, "file")),
            _ => write!(text, "{}, {}.", many(errors, "error"), many(warnings, "warning")),
        };
        text
    }

    fn group<'p>(&'p self, problem: &'p Problem) -> Group<'p> {
        let level = if problem.is_error() { Level::ERROR } else { Level::WARNING };
        let title = level.primary_title(problem.message.as_str()).id(problem.code);
        let path = self.directory.join(&problem.path).display().to_string();
        let hint = problem.hint.as_deref().map(|hint| Level::HELP.message(hint));
        let group = match self.sources.text(&problem.path) {
            Some(source) => {
                let annotation = AnnotationKind::Primary.span(within(source, problem));
                title.element(Snippet::source(source).path(path).annotation(annotation))
            }
            None => title.element(annotate_snippets::Origin::path(path)),
        };
        group.elements(hint)
    }
}

const fn severity(problem: &Problem) -> &'static str {
    match problem.severity {
        sml::Severity::Error => "error",
        sml::Severity::Warning => "warning",
    }
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The bytes of a problem, on the borders of letters and inside the text.
fn within(source: &str, problem: &Problem) -> std::ops::Range<usize> {
    let range = problem.span.range();
    let start = source.floor_char_boundary(range.start);
    start..source.ceil_char_boundary(range.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sml::Span;

    fn shown(write: impl Fn(&Shown<'_>) -> String) -> String {
        let text = "title = \"x\"\ntitlx = \"ÿ\"\n";
        let sources = Sources::from_map([("rulebook.toml".to_owned(), text.to_owned())].into());
        let problems = [
            Problem::error(
                &sources,
                "rulebook.toml",
                Span::new(12, 17),
                "unknown-key",
                "no such key",
            )
            .with_nearest("titlx", ["title"]),
            Problem::error(&sources, "ladder.toml", Span::new(0, 0), "no-file", "it is not there")
                .as_warning(),
        ];
        let directory = Path::new("my rules");
        write(&Shown { directory, sources: &sources, problems: &problems, coloured: false })
    }

    #[test]
    fn text_has_line_caret_and_hint() {
        insta::assert_snapshot!(shown(|it| it.text()));
    }

    #[test]
    fn sarif_has_places_and_rules() {
        insta::assert_snapshot!(shown(|it| it.write(Format::Sarif).unwrap()));
    }

    #[test]
    fn json_counts_and_lists() {
        insta::assert_snapshot!(shown(|it| it.write(Format::Json).unwrap()));
    }
}
