//! What stands between quotes: escapes, and the names in a format string.
//!
//! The rules are CPython 3.11's. A text is read only after the lexer has found where it ends.

use std::sync::Arc;

use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::{UnicodeNormalization, is_nfkc};

use crate::tree::{FormatPart, Name};
use crate::{Diagnostic, Span, character_names, token};

/// A text literal, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal {
    pub(crate) raw: bool,
    pub(crate) bytes: bool,
    pub(crate) format: bool,
    /// What stands between the quotes.
    pub(crate) body: Span,
}

impl Literal {
    /// Takes apart the text at `span`.
    pub(crate) fn new(source: &str, span: Span) -> Self {
        let text = span.text(source);
        let prefix = text.split(['"', '\'']).next().unwrap_or_default();
        let has = |letter: char| prefix.contains([letter, letter.to_ascii_uppercase()]);
        let quoted = text.get(prefix.len()..).unwrap_or_default();
        let tripled =
            quoted.len() >= 6 && (quoted.starts_with("\"\"\"") || quoted.starts_with("'''"));
        let quotes = if tripled { 3 } else { 1 };
        let start = span.start + prefix.len() as u32 + quotes;
        Self {
            raw: has('r'),
            bytes: has('b'),
            format: has('f'),
            body: Span::new(start, span.end - quotes),
        }
    }
}

/// The identifier at `span`, normalised.
pub(crate) fn name(source: &str, span: Span) -> Name {
    let text = span.text(source);
    let text: Arc<str> = if text.is_ascii() || is_nfkc(text) {
        Arc::from(text)
    } else {
        text.nfkc().collect::<String>().into()
    };
    Name { text, span }
}

/// Adds the text at `body` to `out`, escapes resolved unless it is raw.
pub(crate) fn decode(
    source: &str,
    body: Span,
    raw: bool,
    out: &mut String,
) -> Result<(), Diagnostic> {
    let text = body.text(source);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begin = body.end - rest.len() as u32;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                out.push('\n');
            }
            '\\' if !raw => rest = escape(rest, begin, out)?,
            c => out.push(c),
        }
    }
    Ok(())
}

/// Resolves the escape whose backslash stood at `begin`; gives what stands after it.
fn escape<'s>(rest: &'s str, begin: u32, out: &mut String) -> Result<&'s str, Diagnostic> {
    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return Ok(rest);
    };
    let after = rest.get(c.len_utf8()..).unwrap_or_default();
    let simple = match c {
        '\n' => return Ok(after),
        '\r' => return Ok(after.strip_prefix('\n').unwrap_or(after)),
        '\\' | '\'' | '"' => c,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '0'..='7' => return octal(rest, out),
        'x' => return hexadecimal(after, 2, begin, out),
        'u' => return hexadecimal(after, 4, begin, out),
        'U' => return hexadecimal(after, 8, begin, out),
        'N' => return named(after, begin, out),
        // Python keeps the backslash of an escape that it does not know.
        _ => {
            out.push('\\');
            c
        }
    };
    out.push(simple);
    Ok(after)
}

fn octal<'s>(rest: &'s str, out: &mut String) -> Result<&'s str, Diagnostic> {
    let length = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let (digits, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    out.extend(u32::from_str_radix(digits, 8).ok().and_then(char::from_u32));
    Ok(after)
}

fn hexadecimal<'s>(
    rest: &'s str,
    length: usize,
    begin: u32,
    out: &mut String,
) -> Result<&'s str, Diagnostic> {
    let found = rest.bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
    let span = Span::new(begin, begin + 2 + found as u32);
    let (digits, after) = rest.split_at_checked(found).unwrap_or((rest, ""));
    if found < length {
        let letter = match length {
            2 => 'x',
            4 => 'u',
            _ => 'U',
        };
        return Err(Diagnostic::error(
            "bad-escape",
            span,
            format!("`\\{letter}` needs {length} hexadecimal digits, and {found} follow"),
        )
        .with_hint("write `\\\\` for a backslash, or `r` before the quote for a raw text"));
    }
    let code = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
    match char::from_u32(code) {
        Some(character) => out.push(character),
        None if code > 0x10_ffff => {
            return Err(Diagnostic::error(
                "bad-escape",
                span,
                format!("there is no character U+{code:X}"),
            )
            .with_hint("the last character is `\\U0010ffff`"));
        }
        None => {
            return Err(Diagnostic::error(
                "bad-escape",
                span,
                format!("U+{code:04X} is half of a surrogate pair, which no text holds"),
            )
            .with_hint("write the whole character as `\\U` with 8 digits"));
        }
    }
    Ok(after)
}

fn named<'s>(rest: &'s str, begin: u32, out: &mut String) -> Result<&'s str, Diagnostic> {
    let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return Err(Diagnostic::error(
            "bad-escape",
            Span::new(begin, begin + 2),
            "`\\N` needs the name of a character in braces",
        )
        .with_hint("for example `\\N{BULLET}`; write `\\\\N` for a backslash and an `N`"));
    };
    let span = Span::new(begin, begin + name.len() as u32 + 4);
    match character_names::find(name) {
        Some(character) => {
            out.push(character);
            Ok(after)
        }
        None => Err(Diagnostic::error(
            "unknown-character-name",
            span,
            format!("no character is known as `{name}`"),
        )
        .with_hint("write the character itself, or its code as `\\u` with 4 digits")),
    }
}

/// Takes a format string apart. What Python allows and SML does not goes to `refusals`.
pub(crate) fn format_parts(
    source: &str,
    literal: Literal,
    parts: &mut Vec<FormatPart>,
    refusals: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    let Span { start, end } = literal.body;
    let bytes = source.as_bytes();
    let byte = |at: u32| bytes.get(at as usize).copied().filter(|_| at < end);
    let (mut at, mut piece) = (start, start);
    while let Some(c) = byte(at) {
        match c {
            b'\\' if !literal.raw => at += 1 + escaped_length(source, at + 1, end),
            b'{' | b'}' if byte(at + 1) == Some(c) => {
                text_part(source, Span::new(piece, at + 1), literal.raw, parts)?;
                at += 2;
                piece = at;
            }
            b'{' => {
                text_part(source, Span::new(piece, at), literal.raw, parts)?;
                at = field(source, at, end, parts, refusals)?;
                piece = at;
            }
            b'}' => {
                return Err(Diagnostic::error(
                    "format-string-brace",
                    Span::new(at, at + 1),
                    "this `}` closes nothing",
                )
                .with_hint("write `}}` for a brace in a format string"));
            }
            _ => at += 1,
        }
    }
    text_part(source, Span::new(piece, end), literal.raw, parts)
}

/// How many bytes after the backslash belong to an escape, as far as braces are concerned.
fn escaped_length(source: &str, at: u32, end: u32) -> u32 {
    let rest = Span::new(at, end).text(source);
    if rest.starts_with("N{") {
        return rest.find('}').map_or(rest.len(), |close| close + 1) as u32;
    }
    // A backslash does not protect a brace.
    u32::from(!rest.starts_with(['{', '}']) && !rest.is_empty())
}

fn text_part(
    source: &str,
    span: Span,
    raw: bool,
    parts: &mut Vec<FormatPart>,
) -> Result<(), Diagnostic> {
    let mut text = String::new();
    decode(source, span, raw, &mut text)?;
    push_text(parts, text);
    Ok(())
}

/// Adds a text to the parts of a format string, joined with a text before it.
pub(crate) fn push_text(parts: &mut Vec<FormatPart>, text: String) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(FormatPart::Text(before)) => before.push_str(&text),
        _ => parts.push(FormatPart::Text(text)),
    }
}

/// Reads `{Name}`, whose brace stands at `open`; gives the offset after it.
fn field(
    source: &str,
    open: u32,
    end: u32,
    parts: &mut Vec<FormatPart>,
    refusals: &mut Vec<Diagnostic>,
) -> Result<u32, Diagnostic> {
    let inside = Span::new(open + 1, end).text(source);
    let expression = expression_length(inside);
    let Some(close) = field_length(inside, expression) else {
        return Err(Diagnostic::error(
            "format-string-brace",
            Span::new(open, open + 1),
            "this `{` is never closed in its text",
        )
        .with_hint(
            "write `{{` for a brace in a format string; use other quotes inside of the braces",
        ));
    };
    let close = open + 1 + close;
    let written = Span::new(open + 1, open + 1 + expression);
    let span = trimmed(source, written);
    let text = span.text(source);
    let whole = Span::new(open, close + 1);
    if text.is_empty() {
        return Err(Diagnostic::error(
            "format-string-empty",
            whole,
            "nothing stands in these braces",
        )
        .with_hint("write a name between them, or `{{}}` for the braces themselves"));
    }
    if !is_name(text) {
        refusals.push(
            Diagnostic::error(
                "format-string-expression",
                span,
                format!("a format string can only hold names, not `{text}`"),
            )
            .with_hint(format!("give it a name first: `Value = {text}`, then `{{Value}}`")),
        );
    } else if written.end != close {
        let extra = Span::new(written.end, close).text(source);
        refusals.push(
            Diagnostic::error(
                "format-string-specification",
                span,
                format!("a format string cannot say how to write `{text}`"),
            )
            .with_hint(format!("drop `{extra}`: write `{{{text}}}`")),
        );
    } else {
        parts.push(FormatPart::Name(name(source, span)));
    }
    Ok(close + 1)
}

/// Up to the `}`, `!`, `:` or `=` that ends the expression in braces.
fn expression_length(text: &str) -> u32 {
    let mut nesting = 0u32;
    let mut quote = None;
    let mut characters = text.char_indices().peekable();
    while let Some((index, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => nesting += 1,
            (None, ')' | ']' | '}') if nesting > 0 => nesting -= 1,
            (None, '}' | ':') if nesting == 0 => return index as u32,
            (None, '!') if nesting == 0 && next != Some('=') => return index as u32,
            (None, '=' | '!' | '<' | '>') if nesting == 0 && next == Some('=') => {
                characters.next();
            }
            (None, '=') if nesting == 0 => return index as u32,
            _ => {}
        }
    }
    text.len() as u32
}

/// Where the closing brace stands, given where the expression ends.
fn field_length(text: &str, expression: u32) -> Option<u32> {
    let mut nesting = 0u32;
    for (index, c) in text.get(expression as usize..)?.char_indices() {
        match c {
            '{' => nesting += 1,
            '}' if nesting == 0 => return Some(expression + index as u32),
            '}' => nesting -= 1,
            _ => {}
        }
    }
    None
}

/// Without white space and parentheses around.
fn trimmed(source: &str, span: Span) -> Span {
    let mut span = span;
    loop {
        let text = span.text(source);
        let blank = |c: char| matches!(c, ' ' | '\t' | '\x0c' | '\n' | '\r');
        let inner = text.trim_matches(blank);
        let start = span.start + (text.len() - text.trim_start_matches(blank).len()) as u32;
        let end = (start + inner.len() as u32).min(span.end);
        span = Span::new(start.min(end), end);
        let Some(inside) = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) else {
            return span;
        };
        if inside.contains(['(', ')']) && !is_name(inside.trim_matches(['(', ')', ' '])) {
            return span;
        }
        span = Span::new(span.start + 1, span.end - 1);
    }
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c == '_' || is_xid_start(c))
        && characters.all(is_name_part)
        && token::keyword(text).is_none()
}

/// Whether a character goes on a name. Unicode 15.1 (of 2023) took in two joiners, which are
/// invisible, and two dots of katakana: in Python 3.11 and here they are no part of a name.
pub(crate) fn is_name_part(c: char) -> bool {
    is_xid_continue(c) && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{30fb}' | '\u{ff65}')
}
