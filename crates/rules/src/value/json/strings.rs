//! Strings as they are read: windows on the text, unless something in them is escaped.

use std::borrow::Cow;

use super::plain::plain_length;
use super::{JsonError, Reader};
use crate::value::Str;

impl<'a> Reader<'a> {
    /// A key that is not kept; a quote is here.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = plain_length(rest);
        self.at = start + length;
        if rest.get(length) != Some(&b'"') {
            return self.escaped_string(start).map(|key| Cow::Owned(key.to_string()));
        }
        let key = self.base.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(Cow::Borrowed(key))
    }
}

impl Reader<'_> {
    #[inline]
    pub(super) fn string(&mut self) -> Result<Str, JsonError> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = plain_length(rest);
        self.at = start + length;
        if rest.get(length) != Some(&b'"') {
            return self.escaped_string(start);
        }
        let window = Str::window(self.base, start, self.at);
        self.at += 1;
        window.ok_or_else(|| self.error("the text is too long"))
    }

    /// Goes on to the next quote, backslash, control character or the end.
    pub(super) fn plain_run(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += plain_length(rest);
    }

    #[cold]
    fn escaped_string(&mut self, start: usize) -> Result<Str, JsonError> {
        let mut text = self.base.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => {
                    return Err(self.error("a control character must be written as an escape"));
                }
                None => return Err(self.error("the text ends inside a string")),
            }
            let start = self.at;
            self.plain_run();
            text.push_str(self.base.get(start..self.at).unwrap_or_default());
        }
        self.at += 1;
        Ok(text.into())
    }

    pub(super) fn escape(&mut self) -> Result<char, JsonError> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("no escape has this letter")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let high = self.hex()?;
        if !(0xd800..0xe000).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.error("no character has this code"));
        }
        let before_low = self.at;
        if high < 0xdc00 && self.take("\\") && self.peek() == Some(b'u') {
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low)
                && let Some(c) = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            {
                return Ok(c);
            }
        }
        self.at = before_low;
        self.lone_surrogates = true;
        Ok('\u{fffd}')
    }

    /// The four digits after `u`.
    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self
            .base
            .get(self.at + 1..self.at + 5)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.error("`\\u` needs four hexadecimal digits"))?;
        self.at += 5;
        Ok(code)
    }
}
