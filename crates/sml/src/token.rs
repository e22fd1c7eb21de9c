//! The smallest pieces of a text that mean something.
//!
//! A token does not know the text: its words are read through its span.

use crate::Span;

/// One piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    /// A word that Python reserves.
    Keyword(&'static str),
    Int,
    Float,
    /// `3j`: Python has these, SML does not.
    Imaginary,
    /// A text in quotes, with its prefix.
    String,
    /// An operator or a bracket.
    Op(&'static str),
    /// The end of a statement's line; not written inside of brackets.
    Newline,
    /// A line that stands further in than the one before.
    Indent,
    /// Back to the indentation of an earlier line.
    Dedent,
    /// Something that has been reported already.
    Broken,
    /// The end of the text.
    End,
}

impl Kind {
    /// Whether a value can begin here.
    pub(crate) fn begins_value(self) -> bool {
        match self {
            Self::Name | Self::Int | Self::Float | Self::Imaginary | Self::String => true,
            Self::Keyword(word) => {
                matches!(word, "True" | "False" | "None" | "not" | "lambda" | "await")
            }
            Self::Op(op) => matches!(op, "(" | "[" | "{" | "~" | "..."),
            _ => false,
        }
    }

    /// Whether a value can end here.
    pub(crate) fn ends_value(self) -> bool {
        match self {
            Self::Name | Self::Int | Self::Float | Self::Imaginary | Self::String => true,
            Self::Keyword(word) => matches!(word, "True" | "False" | "None"),
            Self::Op(op) => matches!(op, ")" | "]" | "}" | "..."),
            _ => false,
        }
    }
}

/// The words that Python reserves.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// The reserved word that `word` is, if it is one.
pub(crate) fn keyword(word: &str) -> Option<&'static str> {
    KEYWORDS.binary_search(&word).ok().and_then(|index| KEYWORDS.get(index)).copied()
}

/// Operators and brackets, longer ones first. The last few mean nothing in Python either.
const OPERATORS: [&str; 52] = [
    "**=", "//=", ">>=", "<<=", "...", "!=", "%=", "&=", "**", "*=", "+=", "-=", "->", "//", "/=",
    ":=", "<<", "<=", "<>", "==", ">=", ">>", "@=", "^=", "|=", "%", "&", "(", ")", "*", "+", ",",
    "-", ".", "/", ":", ";", "<", "=", ">", "@", "[", "]", "^", "{", "|", "}", "~", "!", "?", "$",
    "`",
];

/// The operator that `bytes` begin with, if any.
pub(crate) fn operator(bytes: &[u8]) -> Option<&'static str> {
    OPERATORS.into_iter().find(|operator| bytes.starts_with(operator.as_bytes()))
}
