//! Canonical JSON (RFC 8785, JCS): one value has one sequence of bytes, so that everybody computes
//! the same hash. Texts, booleans and integers that every reader holds exactly, lists and objects
//! are all that a leaf needs; floating-point numbers are left out on purpose.

use std::fmt::Write as _;

/// A JSON value that is written in one way only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canonical {
    /// A text.
    Text(String),
    /// An integer; 32 bits, so that no reader rounds it.
    Integer(u32),
    /// True or false.
    Bool(bool),
    /// Values in order.
    List(Vec<Self>),
    /// Names and values, in any order: they are sorted when written. A name must stand only once.
    Object(Vec<(String, Self)>),
}

impl Canonical {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The one way to write it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_text(text, out),
            Self::Integer(number) => out.push_str(&number.to_string()),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::List(values) => {
                out.push('[');
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                // By UTF-16 code units, not by code points (RFC 8785, section 3.2.3).
                members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                out.push('{');
                for (n, (name, value)) in members.into_iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Canonical) -> String {
        String::from_utf8(value.bytes()).unwrap()
    }

    /// The example of RFC 8785, section 3.2.3.
    #[test]
    fn names_are_sorted_by_code_units() {
        let names = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
        let object =
            Canonical::Object(names.map(|name| (name.into(), Canonical::Integer(1))).into());
        let sorted = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
        let expected = sorted.map(|name| format!("\"{name}\":1")).join(",");
        assert_eq!(written(&object), format!("{{{expected}}}"));
    }

    /// The string of the example of RFC 8785, section 3.2.2.
    #[test]
    fn texts_are_escaped_as_little_as_possible() {
        let text = Canonical::text("\u{20ac}$\u{f}\nA'B\"\\\\\"/");
        assert_eq!(written(&text), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    }

    #[test]
    fn no_spaces_stand_between() {
        let value = Canonical::Object(vec![
            ("b".into(), Canonical::List(vec![Canonical::Bool(true), Canonical::Bool(false)])),
            ("a".into(), Canonical::Object(vec![])),
        ]);
        assert_eq!(written(&value), r#"{"a":{},"b":[true,false]}"#);
    }
}
