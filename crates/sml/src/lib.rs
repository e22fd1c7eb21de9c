//! What does this rule text say? Lexer, parser, tree, diagnostics and formatter of SML.

mod diagnostic;
mod span;
pub mod tree;

pub use diagnostic::{Diagnostic, Severity};
pub use span::{LineIndex, Position, Span};
pub use tree::Root;

/// Reads a rule file. Whatever is wrong is told; the rest is in the tree.
pub fn parse(source: &str) -> (Root, Vec<Diagnostic>) {
    let _ = source;
    (Root::default(), Vec::new())
}
