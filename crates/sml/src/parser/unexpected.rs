//! What to say where nothing fits.

use crate::token::{Kind, Token};
use crate::{Diagnostic, Span};

use super::{Broken, Parser};

impl Parser<'_> {
    /// The next token cannot stand here.
    pub(super) fn unexpected(&self) -> Broken {
        let token = self.token(0);
        if token.kind == Kind::Broken {
            return Broken(None);
        }
        let before = self.previous().filter(|before| before.kind != Kind::Newline);
        let diagnostic = match token.kind {
            Kind::Newline | Kind::End | Kind::Indent | Kind::Dedent => self.line_ends_early(before),
            Kind::Keyword(word) => self.misplaced_word(word, token.span),
            Kind::String if before.is_some_and(|before| before.kind == Kind::Name) => {
                let prefix = before.map_or("", |before| self.text(before.span));
                Diagnostic::error(
                    "unexpected",
                    token.span,
                    format!("`{prefix}` cannot stand right before a text"),
                )
                .with_hint("the letters before a quote can be `r`, `f` or both")
            }
            _ => {
                let message = format!("`{}` is not expected here", self.quote(token.span));
                let diagnostic = Diagnostic::error("unexpected", token.span, message);
                match self.instead(token, before) {
                    Some(hint) => diagnostic.with_hint(hint),
                    None => diagnostic,
                }
            }
        };
        diagnostic.into()
    }

    fn line_ends_early(&self, before: Option<Token>) -> Diagnostic {
        let span = self.span();
        let Some(before) = before else {
            return Diagnostic::error("unexpected-end", span, "the file ends too early");
        };
        let word = self.quote(before.span);
        if matches!(before.kind, Kind::Op("+" | "-")) && self.text_before(2) == word {
            return Diagnostic::error("missing-value", span, format!("SML has no `{word}{word}`"))
                .with_hint("a name gets one value, once; counting is what functions are for");
        }
        let diagnostic =
            Diagnostic::error("missing-value", span, format!("a value is missing after `{word}`"));
        match before.kind {
            Kind::Op(":") => diagnostic.with_hint("write a type, then `=` and the value"),
            Kind::Op(_) | Kind::Keyword(_) => diagnostic
                .with_hint("write it on the same line, or open a parenthesis before the line ends"),
            _ => Diagnostic::error(
                "unexpected-end",
                span,
                format!("the line ends too early after `{word}`"),
            ),
        }
    }

    fn misplaced_word(&self, word: &str, span: Span) -> Diagnostic {
        let names = matches!(self.token(1).kind, Kind::Op("=" | ":"));
        if names {
            let message = format!("`{word}` is a reserved word and cannot be a name");
            return Diagnostic::error("reserved-word", span, message)
                .with_hint(format!("choose another, such as `{word}_`"));
        }
        let diagnostic =
            Diagnostic::error("unexpected", span, format!("`{word}` is not expected here"));
        match word {
            "not" => diagnostic.with_hint("put it in parentheses: `(not ..)`"),
            "and" | "or" | "in" | "is" => diagnostic.with_hint("a value is missing before it"),
            "True" | "False" | "None" => diagnostic,
            _ => diagnostic.with_hint("it is a word that Python reserves"),
        }
    }

    /// What the author probably wanted to write.
    fn instead(&self, token: Token, before: Option<Token>) -> Option<&'static str> {
        let Kind::Op(op) = token.kind else {
            return match before.map(|before| before.kind) {
                Some(Kind::Op("<" | ">" | "=" | "==")) => None,
                Some(kind) if kind.ends_value() => {
                    Some("one statement stands on a line; an operator or a `,` may be missing")
                }
                _ => None,
            };
        };
        if op == "=" && before.is_none() {
            return Some("a name is missing before it");
        }
        let before = match before.map(|before| before.kind) {
            Some(Kind::Op(before)) => before,
            _ => "",
        };
        Some(match (before, op) {
            (_, "!") => "write `not`",
            (_, "<>") => "write `!=`",
            ("&", "&") => "write `and`",
            ("|", "|") => "write `or`",
            ("=", ">") => "write `>=`",
            ("=", "<") => "write `<=`",
            ("==", "=") => "write `==`",
            ("" | "//", "//") => "a comment begins with `#`",
            (_, "?" | "$" | "`") => "Python has no such operator, and neither has SML",
            (_, ":=") => "write `=`",
            (_, "=") => "write `==` to compare",
            (_, ";") => "a value is missing before it",
            (_, ")" | "]" | "}" | ",") => "a value is missing before it",
            (_, "->") => "SML has no functions of its own",
            (_, ":") => "a type stands after a name at the beginning of a line: `Name: Type = ..`",
            _ => return None,
        })
    }

    /// The text of the token so many places back.
    fn text_before(&self, places: usize) -> &str {
        let token = self.at.checked_sub(places).and_then(|index| self.tokens.get(index));
        token.map_or("", |token| self.text(token.span))
    }
}
