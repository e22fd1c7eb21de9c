//! From text to tokens, as CPython's tokenizer cuts them.
//!
//! What cannot be a token is reported once and leaves a `Broken` token, so that the parser stays
//! quiet about that line. The lexer knows lines and brackets, but no grammar.

mod number;

use unicode_ident::is_xid_start;

use crate::text::is_name_part;
use crate::token::{Kind, Token, keyword, operator};
use crate::{Diagnostic, Span};

/// How many brackets may be open at once (CPython has the same limit).
const MAX_OPEN_BRACKETS: usize = 200;

/// A text in tokens.
#[derive(Debug)]
pub(crate) struct Lexed {
    /// Ends with `End`.
    pub(crate) tokens: Vec<Token>,
    /// The comments in order, each from its `#` to the end of its line.
    pub(crate) comments: Vec<Span>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Cuts a text into tokens. Texts longer than `u32::MAX` bytes are the caller's to refuse.
pub(crate) fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer {
        source,
        at: 0,
        tokens: Vec::new(),
        comments: Vec::new(),
        diagnostics: Vec::new(),
        open: Vec::new(),
        indents: vec![0],
        lost: false,
        broken_text_ends: None,
    };
    lexer.run();
    Lexed { tokens: lexer.tokens, comments: lexer.comments, diagnostics: lexer.diagnostics }
}

#[derive(Debug)]
struct Lexer<'s> {
    source: &'s str,
    at: usize,
    tokens: Vec<Token>,
    comments: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
    /// The brackets that are open, and where.
    open: Vec<(u8, usize)>,
    indents: Vec<usize>,
    /// The brackets do not add up any more: say no more of them before the next statement.
    lost: bool,
    /// The line end that cut a text short: the rest of that text may come after it.
    broken_text_ends: Option<usize>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.source.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
            self.report(
                Diagnostic::error(
                    "byte-order-mark",
                    self.span(0),
                    "a byte order mark begins the file",
                )
                .with_hint("save the file as UTF-8 without byte order mark"),
            );
        }
        self.indentation();
        while let Some(byte) = self.peek(0) {
            self.token(byte);
        }
        if !self.open.is_empty() {
            self.never_closed();
        }
        if self.tokens.last().is_some_and(|token| token.kind != Kind::Newline) {
            self.push(Kind::Newline, self.at);
        }
        for _ in 1..self.indents.len() {
            self.push(Kind::Dedent, self.at);
        }
        self.push(Kind::End, self.at);
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b' ' | b'\t' | b'\x0c' => self.at += 1,
            b'\n' | b'\r' => self.line_end(),
            b'#' => self.comment(),
            b'\\' => self.continuation(),
            b'"' | b'\'' => self.text(start),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(),
            _ => match operator(self.rest()) {
                Some(operator) => self.operator(operator),
                None => self.unexpected_character(),
            },
        }
    }

    fn line_end(&mut self) {
        let start = self.at;
        self.at += self.line_end_length(start);
        if self.open.is_empty() && !self.lost {
            let line_is_empty = self.tokens.last().is_none_or(|token| {
                matches!(token.kind, Kind::Newline | Kind::Indent | Kind::Dedent)
            });
            if !line_is_empty {
                self.push(Kind::Newline, start);
            }
            self.indentation();
        } else if self.statement_begins() {
            if !self.lost {
                self.never_closed();
            }
            self.open.clear();
            self.lost = false;
            self.push(Kind::Newline, start);
            self.indentation();
        }
    }

    /// Inside of brackets: whether the line that begins here cannot belong to them. That is so if a
    /// value stands before it and a statement's first words stand in its first column.
    fn statement_begins(&self) -> bool {
        let after_value =
            self.lost || self.tokens.last().is_some_and(|token| token.kind.ends_value());
        let rest = self.source.get(self.at..).unwrap_or_default();
        let word = rest.split(|c: char| !is_name_part(c)).next().unwrap_or_default();
        let after_word = rest.get(word.len()..).unwrap_or_default().trim_start_matches([' ', '\t']);
        after_value
            && word.starts_with(is_name_start)
            && keyword(word).is_none()
            && (after_word.starts_with([':', '('])
                || after_word.starts_with('=') && !after_word.starts_with("=="))
    }

    /// The white space that a statement's line begins with.
    fn indentation(&mut self) {
        let mut column = 0;
        loop {
            match self.peek(0) {
                Some(b' ') => column += 1,
                Some(b'\t') => column = (column / 8 + 1) * 8,
                Some(b'\x0c') => column = 0,
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(0), None | Some(b'#' | b'\n' | b'\r')) {
            return;
        }
        let current = self.indents.last().copied().unwrap_or(0);
        if column > current {
            self.indents.push(column);
            // CPython tells the column just before the first word.
            self.push(Kind::Indent, self.at.saturating_sub(1));
        }
        while self.indents.last().is_some_and(|indent| *indent > column) {
            self.indents.pop();
            self.push(Kind::Dedent, self.at);
        }
        if self.indents.last().is_some_and(|indent| *indent < column) && column < current {
            self.indents.push(column);
            self.report(
                Diagnostic::error(
                    "uneven-indentation",
                    self.span(self.at),
                    "this line is indented like no line before it",
                )
                .with_hint("begin every statement in the first column"),
            );
            self.push(Kind::Broken, self.at);
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at += self.rest().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
        self.comments.push(self.span(start));
    }

    fn continuation(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.line_end_length(self.at) {
            0 => {
                let diagnostic = if self.rest().is_empty() {
                    nothing_after_backslash(self.span(start))
                } else {
                    Diagnostic::error(
                        "text-after-backslash",
                        self.span(self.at),
                        "something stands after a `\\` that should join two lines",
                    )
                    .with_hint(
                        "let the line end right after the `\\`, or put the value in parentheses",
                    )
                };
                self.broken(start, diagnostic);
            }
            length => {
                self.at += length;
                if self.rest().is_empty() {
                    self.broken(self.at, nothing_after_backslash(self.span(self.at)));
                }
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = self.source.get(start..).unwrap_or_default();
        let word = rest
            .split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        if self.source.as_bytes().get(start + word.len()).is_some_and(|byte| is_quote(*byte))
            && is_text_prefix(word)
        {
            self.at += word.len();
            return self.text(start);
        }
        let bad = word
            .char_indices()
            .find(|(index, c)| !(if *index == 0 { is_name_start(*c) } else { is_name_part(*c) }));
        if let Some((index, _)) = bad {
            self.at = start + index;
            self.unexpected_character();
            self.at = start + word.len();
            return;
        }
        self.at += word.len();
        self.push(keyword(word).map_or(Kind::Name, Kind::Keyword), start);
    }

    /// A text whose prefix, if any, began at `start`; its first quote stands here.
    fn text(&mut self, start: usize) {
        let Some(quote) = self.peek(0) else { return };
        let tripled = self.rest().starts_with(&[quote; 3]);
        self.at += if tripled { 3 } else { 1 };
        loop {
            match self.peek(0) {
                Some(b'\\') => {
                    self.at += 1;
                    self.at +=
                        self.line_end_length(self.at).max(usize::from(self.peek(0).is_some()));
                }
                Some(byte) if byte == quote && !tripled => {
                    self.at += 1;
                    return self.push(Kind::String, start);
                }
                Some(byte) if byte == quote && self.rest().starts_with(&[quote; 3]) => {
                    self.at += 3;
                    return self.push(Kind::String, start);
                }
                Some(b'\n' | b'\r') if !tripled => break,
                Some(_) => self.at += 1,
                None => break,
            }
        }
        self.open_text(start, char::from(quote), tripled);
    }

    fn open_text(&mut self, start: usize, quote: char, tripled: bool) {
        // The second half of a text that was broken over two lines ends with a quote that opens nothing.
        let second_half = self.broken_text_ends.is_some_and(|end| {
            let between = self.source.get(end..start).unwrap_or_default();
            !between.trim_start_matches(['\n', '\r']).contains(['\n', '\r'])
        });
        self.broken_text_ends = Some(self.at);
        let quotes = quote.to_string().repeat(if tripled { 3 } else { 1 });
        let diagnostic = Diagnostic::error(
            "open-text",
            self.span(start),
            format!("this text is never closed with `{quotes}`"),
        );
        let diagnostic = if tripled {
            diagnostic
        } else {
            diagnostic.with_hint(
                "a text ends on the line where it begins: write `\\n` for a line break, or use three quotes",
            )
        };
        if second_half || self.lost {
            self.push(Kind::Broken, start);
        } else {
            self.broken(start, diagnostic);
        }
        self.lost = !self.open.is_empty();
    }

    fn operator(&mut self, operator: &'static str) {
        let start = self.at;
        self.at += operator.len();
        match operator {
            "(" | "[" | "{" => self.bracket_opens(start),
            ")" | "]" | "}" => self.bracket_closes(start, operator),
            _ => self.push(Kind::Op(operator), start),
        }
    }

    fn bracket_opens(&mut self, start: usize) {
        let Some(operator) = operator(self.source.as_bytes().get(start..).unwrap_or_default())
        else {
            return;
        };
        if self.open.len() < MAX_OPEN_BRACKETS {
            self.open.extend(operator.bytes().next().map(|byte| (byte, start)));
            return self.push(Kind::Op(operator), start);
        }
        if !self.lost {
            let diagnostic = Diagnostic::error(
                "too-deep",
                self.span(start),
                format!("more than {MAX_OPEN_BRACKETS} brackets are open here"),
            )
            .with_hint("give the inner part a name of its own");
            self.broken(start, diagnostic);
        }
        self.lost = true;
    }

    fn bracket_closes(&mut self, start: usize, operator: &'static str) {
        let matching = match operator {
            ")" => b'(',
            "]" => b'[',
            _ => b'{',
        };
        match self.open.pop() {
            _ if self.lost => {}
            Some((byte, _)) if byte == matching => self.push(Kind::Op(operator), start),
            Some((byte, opened)) => {
                let diagnostic = Diagnostic::error(
                    "bracket-mismatch",
                    self.span(start),
                    format!("`{operator}` cannot close `{}`", char::from(byte)),
                )
                .with_label(Span::new(offset(opened), offset(opened + 1)), "opened here");
                self.broken(start, diagnostic);
                // It may well close one further out.
                if let Some(index) = self.open.iter().rposition(|(byte, _)| *byte == matching) {
                    self.open.truncate(index);
                }
                self.lost = !self.open.is_empty();
            }
            None => {
                let diagnostic = Diagnostic::error(
                    "bracket-unopened",
                    self.span(start),
                    format!("`{operator}` closes nothing"),
                )
                .with_hint("delete it, or open its bracket");
                self.broken(start, diagnostic);
            }
        }
    }

    fn never_closed(&mut self) {
        let Some((byte, opened)) = self.open.pop() else { return };
        if !self.lost {
            let closing = match byte {
                b'(' => ')',
                b'[' => ']',
                _ => '}',
            };
            self.report(
                Diagnostic::error(
                    "bracket-unclosed",
                    Span::new(offset(opened), offset(opened + 1)),
                    format!("`{}` is never closed", char::from(byte)),
                )
                .with_hint(format!("add `{closing}` where the values end")),
            );
        }
        self.push(Kind::Broken, self.at);
    }

    fn unexpected_character(&mut self) {
        let start = self.at;
        let Some(character) = self.source.get(start..).and_then(|rest| rest.chars().next()) else {
            return;
        };
        self.at += character.len_utf8();
        let code = u32::from(character);
        let shown = if character.is_control() || is_invisible(character) {
            format!("the invisible character U+{code:04X}")
        } else {
            format!("the character `{character}` (U+{code:04X})")
        };
        let diagnostic = Diagnostic::error(
            "unexpected-character",
            self.span(start),
            format!("{shown} means nothing here"),
        );
        let diagnostic = match instead_of(character) {
            Some(hint) => diagnostic.with_hint(hint),
            None => diagnostic,
        };
        self.broken(start, diagnostic);
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &[u8] {
        self.source.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// 2 for CR LF, 1 for LF or CR, 0 if no line ends at `at`.
    fn line_end_length(&self, at: usize) -> usize {
        match self.source.as_bytes().get(at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            _ => 0,
        }
    }

    /// From `start` up to here.
    fn span(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.at))
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let span = self.span(start);
        self.tokens.push(Token { kind, span });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn broken(&mut self, start: usize, diagnostic: Diagnostic) {
        self.report(diagnostic);
        self.push(Kind::Broken, start);
    }
}

fn nothing_after_backslash(span: Span) -> Diagnostic {
    let message = "the file ends where a `\\` promises another line";
    Diagnostic::error("unexpected-end", span, message).with_hint("delete the `\\`")
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn is_name_start(c: char) -> bool {
    c == '_' || is_xid_start(c)
}

fn is_text_prefix(word: &str) -> bool {
    ["r", "u", "f", "b", "fr", "rf", "br", "rb"]
        .iter()
        .any(|prefix| prefix.eq_ignore_ascii_case(word))
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What the author of a foreign character probably wanted.
fn instead_of(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => "use the straight quote `\"`",
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{b4}' => "use the straight quote `'`",
        '\u{2212}' | '\u{2013}' | '\u{2014}' => "write `-`",
        '\u{2265}' => "write `>=`",
        '\u{2264}' => "write `<=`",
        '\u{2260}' => "write `!=`",
        '\u{d7}' => "write `*`",
        '\u{f7}' => "write `/`",
        '\u{ff08}' => "write `(`",
        '\u{ff09}' => "write `)`",
        '\u{ff0c}' | '\u{3001}' => "write `,`",
        '\u{ff1a}' => "write `:`",
        '\u{ff1d}' => "write `=`",
        c if c.is_whitespace() => "use a plain space",
        c if c.is_control() || is_invisible(c) => "delete it",
        _ => return None,
    })
}
