//! From tokens to the tree. Never fails: what is wrong is told, the rest is read.
//!
//! The parser reads all of Python's expressions, so that a construct which SML leaves out gets one
//! message that names it, and not a row of complaints about its pieces. There are two kinds of
//! wrong. *Broken* is what Python cannot read either: the statement is given up and reading goes on
//! with the next line. *Refused* is Python that is not SML: noted while reading goes on.

mod annotation;
mod brackets;
mod expression;
mod operand;
mod statement;
mod unexpected;

use std::borrow::Cow;

use crate::token::{Kind, Token};
use crate::tree::{Root, Statement};
use crate::{Diagnostic, Span, lexer};

/// The longest text that is read.
const MAX_BYTES: usize = 8 << 20;

/// How deep expressions may nest.
const MAX_DEPTH: u32 = 400;

/// How many errors of one file are told.
const MAX_DIAGNOSTICS: usize = 200;

/// How many characters of the author's text a message repeats.
const MAX_QUOTED: usize = 60;

/// Python cannot read this either. Without a diagnostic: it has been reported already.
#[derive(Debug)]
struct Broken(Option<Box<Diagnostic>>);

impl From<Diagnostic> for Broken {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Some(Box::new(diagnostic)))
    }
}

type Parse<T> = Result<T, Broken>;

/// Reads a rule file. Whatever is wrong is told, in the order of the text; the rest is in the tree.
///
/// A tree that came with errors lacks the statements that they are in.
pub fn parse(source: &str) -> (Root, Vec<Diagnostic>) {
    if source.len() > MAX_BYTES {
        let message =
            format!("the file is larger than {} MiB ({} bytes)", MAX_BYTES >> 20, source.len());
        let diagnostic = Diagnostic::error("file-too-large", Span::at(0), message)
            .with_hint("split it into files that import each other");
        return (Root::default(), vec![diagnostic]);
    }
    let lexed = lexer::lex(source);
    let mut parser = Parser {
        source,
        tokens: lexed.tokens,
        at: 0,
        depth: 0,
        statements: Vec::new(),
        diagnostics: lexed.diagnostics,
        refusals: Vec::new(),
    };
    parser.file();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    if diagnostics.len() > MAX_DIAGNOSTICS {
        let hidden = diagnostics.split_off(MAX_DIAGNOSTICS);
        if let Some(first) = hidden.first() {
            let message = format!("{} more errors follow", hidden.len());
            diagnostics.push(Diagnostic::error("too-many-errors", first.span, message));
        }
    }
    (Root { statements: parser.statements }, diagnostics)
}

#[derive(Debug)]
struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    statements: Vec<Statement>,
    diagnostics: Vec<Diagnostic>,
    /// What the current statement holds that Python reads and SML does not.
    refusals: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn token(&self, ahead: usize) -> Token {
        let end = Token { kind: Kind::End, span: Span::at(self.source.len() as u32) };
        self.tokens.get(self.at + ahead).copied().unwrap_or(end)
    }

    fn kind(&self) -> Kind {
        self.token(0).kind
    }

    fn span(&self) -> Span {
        self.token(0).span
    }

    fn previous(&self) -> Option<Token> {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).copied()
    }

    /// Where the last token that was read ends.
    fn end(&self) -> u32 {
        self.previous().map_or(0, |token| token.span.end)
    }

    fn text(&self, span: Span) -> &str {
        span.text(self.source)
    }

    /// What stands at `span`, short enough for a message.
    fn quote(&self, span: Span) -> Cow<'_, str> {
        let text = self.text(span);
        let line = text.lines().next().unwrap_or_default();
        match line.char_indices().nth(MAX_QUOTED) {
            Some((end, _)) => format!("{} ..", line.get(..end).unwrap_or_default()).into(),
            None if line.len() < text.len() => format!("{line} ..").into(),
            None => line.into(),
        }
    }

    fn advance(&mut self) -> Token {
        let token = self.token(0);
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.kind(), Kind::Op(found) if found == op)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Keyword(found) if found == word)
    }

    fn eat(&mut self, op: &str) -> bool {
        let found = self.is(op);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, op: &str) -> Parse<()> {
        if self.eat(op) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_word(&mut self, word: &str) -> Parse<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether a simple statement is at its end.
    fn at_statement_end(&self) -> bool {
        matches!(self.kind(), Kind::Newline | Kind::End | Kind::Op(";"))
    }

    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.refusals.push(diagnostic);
    }

    /// One level further in, unless that is too deep; who enters says `leave` after.
    fn enter(&mut self) -> Parse<()> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave<T>(&mut self, result: Parse<T>) -> Parse<T> {
        self.depth -= 1;
        result
    }
}

fn too_deep(span: Span) -> Broken {
    Diagnostic::error("too-deep", span, format!("this nests deeper than {MAX_DEPTH} levels"))
        .with_hint("give a part of it a name of its own")
        .into()
}
