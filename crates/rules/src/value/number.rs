//! Numbers as text and text as numbers, the way Python's `int()`, `float()` and `repr()` do it.

use std::sync::{Arc, LazyLock};

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Exception, Fault, Value};
use crate::text::characters::Ranges;

/// Python refuses to convert integers of more digits from or to text.
pub(crate) const MAX_DIGITS: usize = 4300;

/// An integer value: small where it fits 64 bits.
#[must_use]
pub fn integer(value: BigInt) -> Value {
    match value.to_i64() {
        Some(small) => Value::Int(small),
        None => Value::BigInt(Arc::new(value)),
    }
}

/// A double as Python's `repr` writes it: the shortest text that reads back as the same number.
#[must_use]
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        // Rust's Debug keeps the ".0"; Display never uses an exponent.
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Python's `int(text)`; None where it raises `ValueError`.
#[must_use]
pub fn parse_integer(text: &str) -> Option<Value> {
    let digits = plain_digits(text.trim_matches(char::is_whitespace))?;
    let (negative, body) = match digits.as_bytes().first()? {
        b'-' => (true, digits.get(1..)?),
        b'+' => (false, digits.get(1..)?),
        _ => (false, digits.as_str()),
    };
    if body.is_empty() || body.len() > MAX_DIGITS || !body.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    if let Ok(small) = body.parse::<i64>() {
        return Some(Value::Int(if negative { -small } else { small }));
    }
    let big: BigInt = body.parse().ok()?;
    Some(integer(if negative { -big } else { big }))
}

/// Python's `float(text)`; None where it raises `ValueError`.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let plain = plain_digits(text.trim_matches(char::is_whitespace))?;
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let word = unsigned.to_ascii_lowercase();
    let magnitude = match word.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ if word.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {
            word.parse().ok()?
        }
        _ => return None,
    };
    Some(if plain.starts_with('-') { -magnitude } else { magnitude })
}

/// The text with every script's digits turned into ASCII ones and the underscores between digits
/// taken out; None if an underscore stands elsewhere.
fn plain_digits(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut after_digit = false;
    let mut pending_underscore = false;
    for c in text.chars() {
        if c == '_' {
            if !after_digit {
                return None;
            }
            pending_underscore = true;
            after_digit = false;
            continue;
        }
        let digit = if c.is_ascii_digit() {
            Some(c)
        } else {
            digit_value(c).and_then(|value| char::from_digit(value, 10))
        };
        if pending_underscore && digit.is_none() {
            return None;
        }
        pending_underscore = false;
        after_digit = digit.is_some();
        plain.push(digit.unwrap_or(c));
    }
    (!pending_underscore).then_some(plain)
}

static DECIMAL_DIGITS: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\d"));

/// The value of a decimal digit of any script. Digits come in runs of ten that begin with zero.
pub(crate) fn digit_value(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let start = DECIMAL_DIGITS.range_of(c)?.0;
    Some((u32::from(c) - u32::from(start)) % 10)
}

/// An integer as text; `ValueError` beyond Python's limit of digits.
pub(super) fn big_text(value: &BigInt) -> Result<String, Fault> {
    // A bit less than log2(10) bits a digit: only what may be too long is written to find out.
    let text = if value.bits() > 64 * 1024 { None } else { Some(value.to_string()) };
    match text {
        Some(text) if text.trim_start_matches('-').len() <= MAX_DIGITS => Ok(text),
        _ => Err(Fault::error(
            Exception::ValueError,
            format!("the integer has more than {MAX_DIGITS} digits and cannot be shown"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_python() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e22, "1.5e+22"),
            (1e-4, "0.0001"),
            (1.25e-5, "1.25e-05"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float_text(value), text);
        }
    }

    #[test]
    fn integers_read_as_in_python() {
        for (text, value) in [
            ("5", Some(5)),
            (" +7\u{a0}\n", Some(7)),
            ("-1_000", Some(-1000)),
            ("١٢", Some(12)),
            ("\u{1d7ce}\u{1d7d7}", Some(9)),
            ("007", Some(7)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1.0", None),
            ("", None),
            ("+", None),
            ("--1", None),
            ("0x10", None),
            ("\u{1c}5", None), // white space to str.strip(), but not here
        ] {
            assert_eq!(parse_integer(text), value.map(Value::Int), "{text:?}");
        }
        assert_eq!(parse_integer(&"9".repeat(4300)).map(|value| value.type_name()), Some("int"));
        assert_eq!(parse_integer(&"9".repeat(4301)), None);
        assert!(matches!(parse_integer("9223372036854775808"), Some(Value::BigInt(_))));
        assert_eq!(parse_integer("-9223372036854775808"), Some(Value::Int(i64::MIN)));
    }

    #[test]
    fn floats_read_as_in_python() {
        for (text, value) in [
            ("1.5", Some(1.5)),
            (" -.5e1_0 ", Some(-0.5e10)),
            ("1.", Some(1.0)),
            ("1_000.0", Some(1000.0)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("1e400", Some(f64::INFINITY)),
            ("infin", None),
            ("1e", None),
            (".", None),
            ("1_.0", None),
            ("e5", None),
            ("", None),
        ] {
            assert_eq!(parse_float(text), value, "{text:?}");
        }
        assert!(parse_float("-NaN").is_some_and(f64::is_nan));
    }
}
