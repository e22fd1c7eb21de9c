//! Values as text: Python's `str()` and `repr()`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::number::big_text;
use super::{Fault, Value, float_text};
use crate::text::characters::Ranges;

/// Python's `str(value)`.
pub fn text(value: &Value) -> Result<super::Str, Fault> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        other => repr(other).map(Into::into),
    }
}

/// Python's `repr(value)`. Fails only for integers of more digits than Python shows.
pub fn repr(value: &Value) -> Result<String, Fault> {
    let mut out = String::new();
    write_repr(&mut out, value)?;
    Ok(out)
}

fn write_repr(out: &mut String, value: &Value) -> Result<(), Fault> {
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(value) => super::json::write_int(out, *value),
        Value::BigInt(value) => out.push_str(&big_text(value)?),
        Value::Float(value) => out.push_str(&float_text(*value)),
        Value::Str(text) => write_quoted(out, text),
        Value::List(items) => write_list(out, items)?,
        Value::Map(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_quoted(out, key);
                out.push_str(": ");
                write_repr(out, value)?;
            }
            out.push('}');
        }
        // The class has this name in the reference; only where an entity passes for its id.
        Value::Entity(entity) => {
            out.push_str("EntityT(type=");
            write_quoted(out, &entity.kind);
            out.push_str(", id=");
            write_repr(out, &entity.id)?;
            out.push(')');
        }
        wrapped => write_repr(out, &wrapped.unwrapped())?,
    }
    Ok(())
}

fn write_list(out: &mut String, items: &[Value]) -> Result<(), Fault> {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_repr(out, item)?;
    }
    out.push(']');
    Ok(())
}

/// What `repr` shows as an escape: control, format, unassigned (in Python 3.11's Unicode 14),
/// private characters and all space but the plain one.
static UNPRINTABLE: LazyLock<Ranges> =
    LazyLock::new(|| Ranges::of(r"[[\p{C}\p{Z}[^\p{age:14.0}]]--\x20]"));

fn write_quoted(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if UNPRINTABLE.contains(c) => {
                let code = u32::from(c);
                // Writing to a String cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn values_print_as_in_python() {
        for (source, shown) in [
            (r#"{"k": [1, 1.0, true, null], "l": {}}"#, "{'k': [1, 1.0, True, None], 'l': {}}"),
            (r#"["it's"]"#, r#"["it's"]"#),
            (r#"["it's \"so\""]"#, r#"['it\'s "so"']"#),
            (
                r#"["a\n\t\\ \u0000\u007f\u00a0\u200b\u00e9\ud83d\ude00\ue000\uffff"]"#,
                r"['a\n\t\\ \x00\x7f\xa0\u200bé😀\ue000\uffff']",
            ),
            ("[123456789012345678901234567890, -1e400]", "[123456789012345678901234567890, -inf]"),
        ] {
            let value = json::read(&source.into(), 64).unwrap().value;
            assert_eq!(repr(&value).unwrap(), shown);
        }
        assert_eq!(text(&Value::str("it's")).unwrap().as_str(), "it's");
    }
}
