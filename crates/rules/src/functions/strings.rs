//! Osprey's functions on texts, with the meaning of Python's string methods.

use super::{ArgumentError, Call, Family, Prepared, Signature, Site};
use crate::text::characters::is_space;
use crate::types::Type;
use crate::value::{Exception, Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let string = |name, returns, doc, run| {
        Signature::osprey(Family::Strings, name, returns, doc, run).argument("s", Type::Str)
    };
    let strip = |name, doc, run| {
        string(name, Type::Str, doc, run)
            .argument("chars", Type::optional(Type::Str))
            .default(Value::None)
    };
    all.extend([
        string("StringLength", Type::Int, "The number of characters (code points).", length),
        string("StringToLower", Type::Str, "The text in lower case.", |call| {
            text(call.text(0)?.to_lowercase())
        }),
        string("StringToUpper", Type::Str, "The text in upper case.", |call| {
            text(call.text(0)?.to_uppercase())
        }),
        string("StringStartsWith", Type::Bool, "Whether the text begins with `start`.", |call| {
            Ok(Value::Bool(call.text(0)?.starts_with(call.text(1)?)))
        })
        .argument("start", Type::Str),
        string("StringEndsWith", Type::Bool, "Whether the text ends with `end`.", |call| {
            Ok(Value::Bool(call.text(0)?.ends_with(call.text(1)?)))
        })
        .argument("end", Type::Str),
        strip(
            "StringStrip",
            "The text without white space (or the given characters) at both ends.",
            |call| stripped(call, true, true),
        ),
        strip(
            "StringLStrip",
            "The text without white space (or the given characters) at its beginning.",
            |call| stripped(call, true, false),
        ),
        strip(
            "StringRStrip",
            "The text without white space (or the given characters) at its end.",
            |call| stripped(call, false, true),
        ),
        string("StringReplace", Type::Str, "The text with every `old` replaced by `new`.", replace)
            .argument("old", Type::Str)
            .argument("new", Type::Str),
        string("StringJoin", Type::Str, "The texts of a list with `s` between them.", join)
            .argument("iterable", Type::list(Type::Str)),
        string(
            "StringSplit",
            Type::list(Type::Str),
            "The parts of the text between separators, or between runs of white space.",
            split,
        )
        .argument("sep", Type::optional(Type::Str))
        .default(Value::None)
        .argument("maxsplit", Type::Int)
        .default(-1),
        string(
            "StringSlice",
            Type::Str,
            "The characters from `start` up to but not including `end`.",
            slice,
        )
        .constant("start", Type::Int)
        .constant("end", Type::Int)
        .prepared(prepare_slice),
    ]);
}

fn text(text: String) -> Result<Value, Fault> {
    Ok(Value::Str(text.into()))
}

fn length(call: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::Int(i64::try_from(call.text(0)?.chars().count()).unwrap_or(i64::MAX)))
}

fn stripped(call: &Call<'_>, start: bool, end: bool) -> Result<Value, Fault> {
    let mut text = call.text(0)?;
    let chars = call.argument(1).as_str();
    let goes = |c: char| chars.map_or_else(|| is_space(c), |chars| chars.contains(c));
    if start {
        text = text.trim_start_matches(goes);
    }
    if end {
        text = text.trim_end_matches(goes);
    }
    Ok(Value::str(text))
}

/// No replacement or join may make a text longer than this.
const MAX_LENGTH: usize = 16 << 20;

fn check_length(length: usize) -> Result<(), Fault> {
    if length > MAX_LENGTH {
        return Err(Fault::error(Exception::MemoryError, "the result would be longer than 16 MiB"));
    }
    Ok(())
}

fn replace(call: &Call<'_>) -> Result<Value, Fault> {
    let (s, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let times = s.matches(old).count();
    check_length(s.len().saturating_add(times.saturating_mul(new.len())))?;
    if times == 0 {
        return Ok(call.argument(0).clone());
    }
    text(s.replace(old, new))
}

fn join(call: &Call<'_>) -> Result<Value, Fault> {
    let (separator, items) = (call.text(0)?, call.texts(1)?);
    let total: usize = items.iter().map(|item| item.len()).sum();
    check_length(total.saturating_add(separator.len().saturating_mul(items.len())))?;
    text(items.join(separator))
}

fn split(call: &Call<'_>) -> Result<Value, Fault> {
    let s = call.text(0)?;
    let most = usize::try_from(call.int(2)?).unwrap_or(usize::MAX);
    let parts = match call.argument(1).as_str() {
        None => words(s, most),
        Some("") => return Err(Fault::error(Exception::ValueError, "the separator is empty")),
        Some(separator) => s.splitn(most.saturating_add(1), separator).collect(),
    };
    Ok(Value::texts(parts.into_iter().map(Str::from)))
}

/// The words of a text, at most `most` of them and then the rest as it is.
fn words(s: &str, most: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = s.trim_start_matches(is_space);
    while !rest.is_empty() {
        match rest.split_once(is_space) {
            Some((word, after)) if words.len() < most => {
                words.push(word);
                rest = after.trim_start_matches(is_space);
            }
            _ => {
                words.push(rest);
                break;
            }
        }
    }
    words
}

fn slice(call: &Call<'_>) -> Result<Value, Fault> {
    let bound = |at| call.int(at).map(|bound| usize::try_from(bound).unwrap_or(0));
    let (start, end) = (bound(1)?, bound(2)?);
    text(call.text(0)?.chars().skip(start).take(end.saturating_sub(start)).collect())
}

fn prepare_slice(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let (Some(start), Some(end)) =
        (site.value("start").and_then(Value::as_int), site.value("end").and_then(Value::as_int))
    else {
        return Ok(Prepared::Nothing);
    };
    let mut errors = Vec::new();
    for (name, bound) in [("start", start), ("end", end)] {
        if bound < 0 {
            errors.extend(site.error(
                name,
                format!("`{name}` is negative"),
                "positions count from the beginning, from 0",
            ));
        }
    }
    if start > end {
        errors.extend(site.error(
            "start",
            "`start` is greater than `end`",
            "give the first position, then the one after the last",
        ));
    }
    if errors.is_empty() { Ok(Prepared::Nothing) } else { Err(errors) }
}
