//! The rule files of a rulebook, parsed.

use std::sync::Arc;

use sml::{Diagnostic, LineIndex, Root, Severity, Span};

use crate::problem::Problem;
use crate::sources::Sources;

/// One rule file.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: Arc<str>,
    pub(crate) lines: LineIndex,
    pub(crate) text: Arc<str>,
    pub(crate) root: Root,
}

/// A file's place in the list of all rule files, which is sorted by path.
pub(crate) type FileId = usize;

impl File {
    /// An error in this file.
    pub(crate) fn error(
        &self,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
    ) -> Problem {
        let at = self.lines.position(span.start);
        Problem {
            path: self.path.to_string(),
            line: at.line,
            col: at.column,
            span,
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: None,
        }
    }

    fn told(&self, diagnostic: Diagnostic) -> Problem {
        Problem {
            severity: diagnostic.severity,
            hint: diagnostic.hint,
            ..self.error(diagnostic.span, diagnostic.code, diagnostic.message)
        }
    }

    /// "`path` line 3", for hints that name another place.
    pub(crate) fn place(&self, span: Span) -> String {
        format!("`{}` line {}", self.path, self.lines.position(span.start).line)
    }
}

/// Parses every rule file.
pub(crate) fn parse(sources: &Sources) -> (Vec<File>, Vec<Problem>) {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| path.ends_with(".sml")) {
        let (root, diagnostics) = sml::parse(text);
        let file = File { path: path.into(), lines: LineIndex::new(text), text: text.into(), root };
        problems.extend(diagnostics.into_iter().map(|diagnostic| file.told(diagnostic)));
        files.push(file);
    }
    (files, problems)
}

/// The file of a path.
pub(crate) fn find(files: &[File], path: &str) -> Option<FileId> {
    files.binary_search_by(|file| (*file.path).cmp(path)).ok()
}
