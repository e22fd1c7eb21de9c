//! What is wrong in a rulebook: where, what, and what to write instead. Whoever reads a rulebook
//! tells all problems at once. Must not print or colour: that is for those who show it.

use crate::sources::Sources;
use serde::Serialize;
use sml::{LineIndex, Severity, Span};
use std::fmt;

/// One thing that is wrong in one file of a rulebook.
///
/// Messages are lower case, have no full stop, and put the author's own words in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, from the rulebook's directory: `policies/harassment.md`.
    pub path: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 0, in bytes.
    pub col: u32,
    /// The bytes that it is about; what a caret is drawn under.
    pub span: Span,
    /// Whether the rulebook can be used nevertheless.
    pub severity: Severity,
    /// A name that stays the same when the message is reworded: `unknown-clause`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Problem {
    /// An error at `span` of the file `path`. Line and column follow from the text in `sources`.
    pub fn error(
        sources: &Sources,
        path: &str,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let position = LineIndex::new(sources.text(path).unwrap_or_default()).position(span.start);
        Self {
            path: path.into(),
            line: position.line,
            col: position.column,
            span,
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// The same as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds "did you mean", if one of `names` is near to `wrong`.
    #[must_use]
    pub fn with_nearest<'n>(self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        match nearest(wrong, names) {
            Some(name) => self.with_hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    /// `path:line:column: message (hint)`, the column counted from 1 as editors do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.col + 1, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl Serialize for Problem {
    /// As `evenhand check --format json` prints it.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'p> {
            code: &'p str,
            message: &'p str,
            hint: Option<&'p str>,
            path: &'p str,
            line: u32,
            col: u32,
        }
        Shown {
            code: self.code,
            message: &self.message,
            hint: self.hint.as_deref(),
            path: &self.path,
            line: self.line,
            col: self.col,
        }
        .serialize(to)
    }
}

/// The name nearest to `wrong`: about a third of its letters, and at most three, are otherwise.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = ((wrong.chars().count() + 1) / 3).clamp(1, 3);
    names
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// How many letters to insert, delete or replace to make `to` of `from`.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().flat_map(char::to_lowercase).enumerate() {
        let mut left = line + 1;
        let mut above_left = line;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let replaced = above_left + usize::from(letter != *other);
            above_left = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_edits() {
        for (from, to, edits) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("Ab", "ab", 0)]
        {
            assert_eq!(distance(from, to), edits, "{from} {to}");
        }
    }

    #[test]
    fn only_near_names_are_offered() {
        let names = ["people", "policies", "severity"];
        assert_eq!(nearest("serverity", names), Some("severity"));
        assert_eq!(nearest("polices", names), Some("policies"));
        assert_eq!(nearest("duration", names), None);
    }

    #[test]
    fn a_problem_says_where() {
        let sources = Sources::from_map([("a.toml".into(), "x = 1\ny = 2\n".into())].into());
        let problem = Problem::error(&sources, "a.toml", Span::new(6, 7), "unknown-key", "no `y`")
            .with_nearest("y", ["x"]);
        assert_eq!(problem.to_string(), "a.toml:2:1: no `y` (did you mean `x`?)");
    }
}
