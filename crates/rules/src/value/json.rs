//! JSON in and out, as Python's `json` reads and writes it: integers of any length, `NaN` and
//! `Infinity`, the last of repeated keys. Strings without escapes are windows on the input.

mod plain;
mod skip;
mod strings;
mod write;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;

use super::number::MAX_DIGITS;
use super::{Map, Value, integer};
use crate::jsonpath::{Drawn, Wanted};
pub use write::{NonFinite, write, write_int, write_str};

/// A text that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Whether an object had a key more than once.
    pub repeated_keys: bool,
    /// Whether an escape named half a surrogate pair, which became U+FFFD.
    pub lone_surrogates: bool,
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What is wrong.
    pub message: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// Reads a text. Arrays and objects nested deeper than `max_depth` are refused.
pub fn read(text: &Arc<str>, max_depth: usize) -> Result<Document, JsonError> {
    let mut reader = Reader::new(text, 0, text.len(), max_depth);
    reader.skip_space();
    let value = reader.value()?;
    reader.end()?;
    Ok(Document {
        value,
        repeated_keys: reader.repeated_keys,
        lone_surrogates: reader.lone_surrogates,
    })
}

/// Reads the parts of a text that are wanted. What is not wanted must be JSON, too.
pub(crate) fn read_wanted(
    text: &Arc<str>,
    max_depth: usize,
    wanted: &Wanted,
) -> Result<Drawn, JsonError> {
    let mut reader = Reader::new(text, 0, text.len(), max_depth);
    reader.skip_space();
    let mut drawn = Drawn::default();
    reader.draw(wanted, &mut drawn)?;
    reader.end()?;
    Ok(drawn)
}

/// The text that a value of JSON is; None if it is no text.
pub(crate) fn text(written: &str) -> Option<Cow<'_, str>> {
    let inside = written.strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    match read(&written.into(), 1).ok()?.value {
        Value::Str(text) => Some(Cow::Owned(text.to_string())),
        _ => None,
    }
}

/// Reads bytes, which must be UTF-8.
pub fn read_bytes(bytes: &[u8], max_depth: usize) -> Result<Document, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
        offset: error.valid_up_to(),
        message: "the text is not UTF-8",
    })?;
    read(&Arc::from(text), max_depth)
}

pub(crate) struct Reader<'a> {
    base: &'a Arc<str>,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    repeated_keys: bool,
    lone_surrogates: bool,
}

impl<'a> Reader<'a> {
    /// Reads the bytes from `start` to `end` of a text.
    pub(crate) fn new(base: &'a Arc<str>, start: usize, end: usize, max_depth: usize) -> Self {
        Self {
            base,
            bytes: base.as_bytes().get(..end).unwrap_or_default(),
            at: start,
            depth: max_depth,
            repeated_keys: false,
            lone_surrogates: false,
        }
    }

    /// Goes through an object: `entry` hears each key and must read or pass over the value.
    pub(crate) fn entries(
        &mut self,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.skip_space();
        if self.peek() != Some(b'{') {
            return Err(self.error("an object should be here"));
        }
        self.enter()?;
        self.skip_space();
        if !self.take_byte(b'}') {
            loop {
                self.skip_space();
                if self.peek() != Some(b'"') {
                    return Err(self.error("a key in double quotes should be here"));
                }
                let key = self.key()?;
                self.colon()?;
                entry(self, &key)?;
                if !self.more(b'}')? {
                    break;
                }
            }
        }
        self.depth += 1;
        Ok(())
    }

    /// Passes over the value here; gives its bytes.
    pub(crate) fn span(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.skip()?;
        Ok(self.base.get(start..self.at).unwrap_or_default())
    }

    /// Reads the value here, as far as it is wanted.
    pub(crate) fn draw(&mut self, wanted: &Wanted, drawn: &mut Drawn) -> Result<(), JsonError> {
        if wanted.is_all() {
            *drawn = Drawn::Whole(self.value()?);
            return Ok(());
        }
        self.parts(wanted, drawn.room(wanted.places().end))
    }

    fn parts(&mut self, wanted: &Wanted, parts: &mut [Option<Value>]) -> Result<(), JsonError> {
        let here = parts.get_mut(wanted.places()).unwrap_or_default();
        match here {
            [part] if wanted.is_all() => {
                // Made where it stays: most of what is asked for is text.
                *part = Some(match self.peek() {
                    Some(b'"') => Value::Str(self.string()?),
                    _ => self.value()?,
                });
                return Ok(());
            }
            // Of equal keys the last counts: nothing stays of the one before.
            _ => here.fill(None),
        }
        if self.peek() != Some(b'{') {
            return self.skip();
        }
        self.entries(|reader, key| match wanted.key(key) {
            Some(below) => reader.parts(below, parts),
            None => reader.skip(),
        })
    }

    /// The same with its bytes.
    pub(crate) fn drawn_span(
        &mut self,
        wanted: &Wanted,
        drawn: &mut Drawn,
    ) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.draw(wanted, drawn)?;
        Ok(self.base.get(start..self.at).unwrap_or_default())
    }

    /// That nothing but space follows.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("more text after the end of the value")),
        }
    }
}

impl Reader<'_> {
    #[cold]
    fn error(&self, message: &'static str) -> JsonError {
        JsonError { offset: self.at, message }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        // Most often there is none.
        if self.peek().is_some_and(|byte| byte > b' ') {
            return;
        }
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if found {
            self.at += word.len();
        }
        found
    }

    pub(crate) fn value(&mut self) -> Result<Value, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') if self.take("true") => Ok(Value::Bool(true)),
            Some(b'f') if self.take("false") => Ok(Value::Bool(false)),
            Some(b'n') if self.take("null") => Ok(Value::None),
            Some(b'N') if self.take("NaN") => Ok(Value::Float(f64::NAN)),
            Some(b'I') if self.take("Infinity") => Ok(Value::Float(f64::INFINITY)),
            None => Err(self.error("the text ends where a value should be")),
            Some(_) => Err(self.error("a value should be here")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, JsonError>,
    ) -> Result<Value, JsonError> {
        self.enter()?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }

    /// Steps over the bracket that opens an array or object.
    fn enter(&mut self) -> Result<(), JsonError> {
        self.depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| self.error("the value is nested too deeply"))?;
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn take_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over the comma before the next item, or over the bracket that ends them.
    fn more(&mut self, end: u8) -> Result<bool, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == end => {
                self.at += 1;
                return Ok(false);
            }
            _ if end == b']' => return Err(self.error("`,` or `]` should be here")),
            _ => return Err(self.error("`,` or `}` should be here")),
        }
        Ok(true)
    }

    /// The colon after a key, with the space around it.
    #[inline]
    fn colon(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        if !self.take_byte(b':') {
            return Err(self.error("`:` should be here"));
        }
        self.skip_space();
        Ok(())
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.skip_space();
        if self.take("]") {
            return Ok(Value::list(items));
        }
        loop {
            self.skip_space();
            items.push(self.value()?);
            if !self.more(b']')? {
                break;
            }
        }
        Ok(Value::list(items))
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut entries = Vec::with_capacity(8);
        self.skip_space();
        if self.take("}") {
            return Ok(Value::Map(Arc::default()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes should be here"));
            }
            let key = self.string()?;
            self.colon()?;
            entries.push((key, self.value()?));
            if !self.more(b'}')? {
                break;
            }
        }
        let (map, repeated) = Map::new(entries);
        self.repeated_keys |= repeated;
        Ok(Value::Map(Arc::new(map)))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let whole = self.number_text()?;
        let text = self.base.get(start..self.at).unwrap_or_default();
        if text == "-Infinity" {
            return Ok(Value::Float(f64::NEG_INFINITY));
        }
        if !whole {
            return text.parse().map(Value::Float).map_err(|_| self.error("this is not a number"));
        }
        if let Ok(small) = text.parse() {
            return Ok(Value::Int(small));
        }
        text.parse::<BigInt>().map(integer).map_err(|_| self.error("this is not a number"))
    }

    /// Passes over a number; tells whether it is a whole one.
    fn number_text(&mut self) -> Result<bool, JsonError> {
        let start = self.at;
        if self.take_byte(b'-') && self.take("Infinity") {
            return Ok(false);
        }
        if !self.take("0") && self.digits() == 0 {
            return Err(self.error("a digit should be here"));
        }
        let whole_end = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.error("a digit should be here"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.error("a digit should be here"));
            }
        }
        let whole = self.at == whole_end;
        if whole && self.at - start > MAX_DIGITS {
            return Err(JsonError {
                offset: start,
                message: "the integer has more than 4300 digits",
            });
        }
        Ok(whole)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(source: &str) -> String {
        let mut out = String::new();
        write(&mut out, &read(&source.into(), 16).unwrap().value, NonFinite::Python).unwrap();
        out
    }

    #[test]
    fn values_survive_reading_and_writing() {
        for source in [
            "null",
            "[true,false]",
            "-0.0",
            "1.0",
            "1e+16",
            "123456789012345678901234567890",
            "-9223372036854775808",
            "[NaN,Infinity,-Infinity]",
            r#"{"b":1,"a":{"":[]},"é":"\"\\\n\u0001"}"#,
        ] {
            assert_eq!(round_trip(source), source);
        }
        assert_eq!(
            round_trip(" [ 1 , -0 , 1E2 , \"\\u0041\\/\\ud83d\\ude00\" ] "),
            r#"[1,0,100.0,"A/😀"]"#
        );
        assert_eq!(round_trip("1e400"), "Infinity");
    }

    #[test]
    fn the_last_of_repeated_keys_stays_at_the_first_place() {
        let few = read(&r#"{"a":1,"b":2,"a":3}"#.into(), 16).unwrap();
        assert!(few.repeated_keys);
        assert_eq!(round_trip(r#"{"a":1,"b":2,"a":3}"#), r#"{"a":3,"b":2}"#);
        let keys: Vec<String> = (0..40).map(|n| format!("\"k{}\":{n}", n % 20)).collect();
        let many = read(&format!("{{{}}}", keys.join(",")).into(), 16).unwrap();
        assert!(many.repeated_keys);
        let Value::Map(map) = many.value else { panic!("an object") };
        assert_eq!(map.len(), 20);
        assert_eq!(map.get("k7"), Some(&Value::Int(27)));
        assert_eq!(map.get("k20"), None);
        assert_eq!(map.iter().next().unwrap().0.as_str(), "k0");
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_told() {
        let document = read(&r#""\ud83dx\ude00\ud83d\u0041""#.into(), 16).unwrap();
        assert!(document.lone_surrogates);
        assert_eq!(document.value, Value::str("\u{fffd}x\u{fffd}\u{fffd}A"));
    }

    #[test]
    fn broken_texts_are_refused_with_their_place() {
        for (source, offset) in [
            ("", 0),
            ("[1,]", 3),
            ("{\"a\"}", 4),
            ("{a:1}", 1),
            ("01", 1),
            ("1.", 2),
            ("-", 1),
            ("\"a", 2),
            ("\"\n\"", 1),
            ("\"\\x\"", 2),
            ("\"\\u12g4\"", 2),
            ("[1] 2", 4),
            ("nul", 0),
            ("\u{feff}1", 0),
        ] {
            assert_eq!(read(&source.into(), 16).unwrap_err().offset, offset, "{source:?}");
        }
        assert_eq!(read_bytes(b"\"\xff\"", 16).unwrap_err().offset, 1);
    }

    #[test]
    fn depth_is_limited() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&deep(16).into(), 16).is_ok());
        assert_eq!(
            read(&deep(17).into(), 16).unwrap_err().message,
            "the value is nested too deeply"
        );
        assert!(read(&"[[],[],[]]".into(), 2).is_ok());
    }

    #[test]
    fn strings_share_the_text_they_came_from() {
        let source: Arc<str> = r#"["plain"]"#.into();
        let document = read(&source, 16).unwrap();
        assert_eq!(Arc::strong_count(&source), 2);
        drop(document);
        assert_eq!(Arc::strong_count(&source), 1);
    }
}
