//! What does this rule text say? Lexer, parser, tree, diagnostics and formatter of SML.

mod character_names;
mod diagnostic;
mod lexer;
mod parser;
mod span;
mod text;
mod token;
pub mod tree;

pub use diagnostic::{Diagnostic, Severity};
pub use parser::parse;
pub use span::{LineIndex, Position, Span};
pub use tree::Root;
