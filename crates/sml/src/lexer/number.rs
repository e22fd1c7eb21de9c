//! Numbers, with CPython's rules for underscores, leading zeros and what may follow.

use super::Lexer;
use crate::Diagnostic;
use crate::token::Kind;

/// Words that may follow a number without a space (`1or 2`), as Python allows.
const MAY_FOLLOW: [&str; 8] = ["and", "else", "for", "if", "in", "is", "not", "or"];

/// Why a number is none, and what to write instead.
type Fault = (String, &'static str);

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.at;
        match self.number_kind() {
            Ok(kind) => self.push(kind, start),
            Err((message, hint)) => {
                // The place is the last character that was still good, as CPython tells it.
                let place = self.at.saturating_sub(1).max(start);
                let rest = self.rest().iter();
                self.at += rest.take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let span = self.span(place);
                self.broken(start, Diagnostic::error("bad-number", span, message).with_hint(hint));
            }
        }
    }

    fn number_kind(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        if self.peek(0) == Some(b'0') {
            let radix = match self.peek(1) {
                Some(b'x' | b'X') => Some((16, "hexadecimal")),
                Some(b'o' | b'O') => Some((8, "octal")),
                Some(b'b' | b'B') => Some((2, "binary")),
                _ => None,
            };
            if let Some((radix, name)) = radix {
                self.at += 2;
                self.radix_digits(radix, name)?;
                self.number_ends(name)?;
                return Ok(Kind::Int);
            }
        }
        let kind = self.decimal()?;
        let text = self.source.get(start..self.at).unwrap_or_default();
        if kind == Kind::Int
            && text.starts_with('0')
            && text.contains(|c: char| ('1'..='9').contains(&c))
        {
            self.at = start + 1;
            return Err((
                "a whole number cannot begin with `0`".to_owned(),
                "drop the zeros, or write `0o` before the digits of an octal number",
            ));
        }
        self.number_ends("decimal")?;
        Ok(kind)
    }

    fn radix_digits(&mut self, radix: u32, name: &str) -> Result<(), Fault> {
        loop {
            if self.peek(0) == Some(b'_') {
                self.at += 1;
            }
            let begin = self.at;
            while self.peek(0).is_some_and(|byte| char::from(byte).is_digit(radix)) {
                self.at += 1;
            }
            if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
                let digit = self.source.get(self.at - 1..self.at).unwrap_or_default();
                return Err((
                    format!("`{digit}` is not a digit of {} {name} number", article(name)),
                    "use a decimal number",
                ));
            }
            if begin == self.at {
                return Err(invalid(name));
            }
            if self.peek(0) != Some(b'_') {
                return Ok(());
            }
        }
    }

    fn decimal(&mut self) -> Result<Kind, Fault> {
        let mut kind = Kind::Int;
        if self.peek(0) != Some(b'.') {
            self.digits()?;
        }
        if self.peek(0) == Some(b'.') {
            kind = Kind::Float;
            self.at += 1;
            if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
            if self.peek(1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
                kind = Kind::Float;
                self.at += 1 + sign;
                self.digits()?;
            } else if sign == 1 {
                self.at += 2;
                return Err(invalid("decimal"));
            }
        }
        if matches!(self.peek(0), Some(b'j' | b'J')) {
            kind = Kind::Imaginary;
            self.at += 1;
        }
        Ok(kind)
    }

    fn digits(&mut self) -> Result<(), Fault> {
        loop {
            while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
            if self.peek(0) != Some(b'_') {
                return Ok(());
            }
            self.at += 1;
            if !self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(invalid("decimal"));
            }
        }
    }

    fn number_ends(&self, name: &str) -> Result<(), Fault> {
        let word_follows = self
            .peek(0)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80);
        let allowed = MAY_FOLLOW.iter().any(|word| self.rest().starts_with(word.as_bytes()));
        if word_follows && !allowed { Err(invalid(name)) } else { Ok(()) }
    }
}

fn invalid(name: &str) -> Fault {
    let message = format!("this is not {} {name} number", article(name));
    (message, "names begin with a letter; `_` stands between two digits only")
}

fn article(name: &str) -> &'static str {
    if name == "octal" { "an" } else { "a" }
}
