//! JSON out, without spaces. Must not look at what the value is for.

use super::super::number::big_text;
use super::super::{Fault, Value, float_text};
use super::plain::plain_length;

/// How numbers that JSON lacks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonFinite {
    /// As `null`, so that the text is JSON.
    Null,
    /// As `NaN` and `Infinity`, the way Python does.
    Python,
}

/// Writes a value without spaces. Wrapped values (entities, rules, durations) are written as
/// what is behind them. Fails only for integers of more digits than Python shows.
pub fn write(out: &mut String, value: &Value, non_finite: NonFinite) -> Result<(), Fault> {
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(value) => write_int(out, *value),
        Value::BigInt(value) => out.push_str(&big_text(value)?),
        Value::Float(value) => write_float(out, *value, non_finite),
        Value::Str(text) => write_str(out, text),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, item, non_finite)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_str(out, key);
                out.push(':');
                write(out, value, non_finite)?;
            }
            out.push('}');
        }
        Value::Effect(_) => out.push_str("null"),
        wrapped => write(out, &wrapped.unwrapped(), non_finite)?,
    }
    Ok(())
}

/// Writes an integer in decimal digits.
pub fn write_int(out: &mut String, value: i64) {
    out.push_str(itoa::Buffer::new().format(value));
}

fn write_float(out: &mut String, value: f64, non_finite: NonFinite) {
    if value.is_finite() {
        out.push_str(&float_text(value));
        return;
    }
    out.push_str(match (non_finite, value.is_nan()) {
        (NonFinite::Null, _) => "null",
        (NonFinite::Python, true) => "NaN",
        (NonFinite::Python, false) => {
            if value > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            }
        }
    });
}

/// Writes a text in quotes. Only what JSON demands is escaped.
pub fn write_str(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest.as_bytes()));
        if special.is_empty() {
            break;
        }
        out.push_str(plain);
        let mut special = special.chars();
        match special.next() {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c) => {
                out.push_str("\\u00");
                out.extend(
                    [u32::from(c) >> 4, u32::from(c) & 15]
                        .into_iter()
                        .filter_map(|digit| char::from_digit(digit, 16)),
                );
            }
            None => {}
        }
        rest = special.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
