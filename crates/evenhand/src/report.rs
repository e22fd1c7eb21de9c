//! A rulebook's problems, for people and for programs. Must not find problems: `rules` does.

mod sarif;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rules::{Problem, Sources};
use std::fmt::Write as _;

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// With the source line and a caret.
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, as code scanners and forges take it.
    Sarif,
}
