//! What does this rule text say? Lexer, parser, tree, diagnostics and formatter of SML.
//!
//! SML is the rule language of ROOST Osprey: the part of Python's expressions that names values,
//! calls functions by keyword and does nothing else. A rule file is a list of lines such as
//! `Name = value` or `Function(keyword=value)`.
//!
//! [`parse`] never fails: it gives the tree of what could be read, and tells what is wrong with the
//! rest. [`format`] gives a file its one layout. This crate knows neither types nor functions nor
//! other files, and reads nothing but the text it is given.
//!
//! ```
//! use sml::tree::{Expr, Statement};
//!
//! let text = "Text: str = JsonData(path='$.text')\nHit = len(Text) > 5\n";
//! let (root, diagnostics) = sml::parse(text);
//!
//! // The first line is in the tree ...
//! let [Statement::Assign(assign)] = root.statements.as_slice() else { panic!() };
//! assert_eq!(&*assign.name.text, "Text");
//! let Expr::Call(call) = &assign.value else { panic!() };
//! assert!(matches!(call.argument("path"), Some(Expr::String(path)) if path.value == "$.text"));
//!
//! // ... and the second one is explained.
//! let lines = sml::LineIndex::new(text);
//! let mistake = &diagnostics[0];
//! let place = lines.position(mistake.span.start);
//! assert_eq!((place.line, place.column), (2, 6));
//! assert_eq!(mistake.message, "`len` has an argument without a name");
//! assert_eq!(mistake.hint.as_deref(), Some("write `len(name=Text)`"));
//! ```

mod character_names;
mod diagnostic;
mod format;
mod lexer;
mod parser;
mod span;
mod text;
mod token;
pub mod tree;

pub use character_names::find as character_named;
pub use diagnostic::{Diagnostic, Severity};
pub use format::format;
pub use parser::parse;
pub use span::{LineIndex, Position, Span};
pub use tree::Root;
