//! Osprey's functions on regular expressions, and ours that gives what a pattern finds.

use super::{ArgumentError, Call, Family, Match, Prepared, Signature, Site};
use crate::regexes::Pattern;
use crate::types::Type;
use crate::value::{Fault, Str, Value};

/// How many passages one call gives.
const MOST_FOUND: usize = 1000;

pub(super) fn register(all: &mut Vec<Signature>) {
    let regex =
        |name, returns, doc, run| Signature::osprey(Family::Regexes, name, returns, doc, run);
    all.extend([
        regex(
            "RegexMatch",
            Type::Bool,
            "Whether the pattern matches anywhere in the text.",
            |call| any(call, call.text(0)?).map(Value::Bool),
        )
        .argument("target", Type::Str)
        .constant("pattern", Type::Str)
        .constant("case_insensitive", Type::Bool)
        .default(false)
        .prepared(prepare_one)
        .found_by(find),
        regex(
            "RegexMatchMap",
            Type::Bool,
            "Whether the pattern matches any (or all) of the texts.",
            map,
        )
        .argument("target", Type::list(Type::Str))
        .constant("pattern", Type::Str)
        .constant("case_insensitive", Type::Bool)
        .default(false)
        .constant("mode", Type::Str)
        .default("any")
        .prepared(prepare_map),
        regex(
            "CountRegexMatches",
            Type::Int,
            "How many of the patterns match anywhere in the text.",
            count,
        )
        .constant("patterns", Type::list(Type::Str))
        .argument("target", Type::Str)
        .constant("case_insensitive", Type::Bool)
        .default(false)
        .prepared(prepare_many)
        .found_by(find_many),
        Signature::ours(
            Family::Regexes,
            "RegexFindAll",
            Type::list(Type::Str),
            "What the pattern finds in the text, each once: of every match its first group, or all of it if it has none.",
            find_all,
        )
        .argument("target", Type::Str)
        .constant("pattern", Type::Str)
        .constant("case_insensitive", Type::Bool)
        .default(false)
        .prepared(prepare_one)
        .found_by(find_every),
    ]);
}

fn any(call: &Call<'_>, text: &str) -> Result<bool, Fault> {
    for pattern in call.patterns() {
        if pattern.is_match(text)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn map(call: &Call<'_>) -> Result<Value, Fault> {
    let all = call.argument(3).as_str() == Some("all");
    for text in call.texts(0)? {
        if any(call, text)? != all {
            return Ok(Value::Bool(!all));
        }
    }
    Ok(Value::Bool(all))
}

fn count(call: &Call<'_>) -> Result<Value, Fault> {
    let text = call.text(1)?;
    let mut count = 0;
    for pattern in call.patterns() {
        count += i64::from(pattern.is_match(text)?);
    }
    Ok(Value::Int(count))
}

fn every(call: &Call<'_>) -> Result<Vec<(usize, usize)>, Fault> {
    let text = call.text(0)?;
    let mut found = Vec::new();
    for pattern in call.patterns() {
        found.extend(pattern.find_all(text, MOST_FOUND)?);
    }
    Ok(found)
}

fn find_all(call: &Call<'_>) -> Result<Value, Fault> {
    let text = call.text(0)?;
    let mut found: Vec<&str> = Vec::new();
    for (start, end) in every(call)? {
        if let Some(passage) = text.get(start..end).filter(|passage| !found.contains(passage)) {
            found.push(passage);
        }
    }
    Ok(Value::texts(found.into_iter().map(Str::from)))
}

fn find_every(call: &Call<'_>) -> Vec<Match> {
    let found = every(call).unwrap_or_default();
    found.into_iter().map(|(start, end)| Match { argument: 0, start, end }).collect()
}

fn find(call: &Call<'_>) -> Vec<Match> {
    passages(call, 0)
}

fn find_many(call: &Call<'_>) -> Vec<Match> {
    passages(call, 1)
}

fn passages(call: &Call<'_>, argument: usize) -> Vec<Match> {
    let Ok(text) = call.text(argument) else { return Vec::new() };
    let found = call.patterns().iter().filter_map(|pattern| pattern.find(text).ok().flatten());
    found.map(|(start, end)| Match { argument, start, end }).collect()
}

fn prepare_one(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    compile(site, "pattern", site.text("pattern").into_iter())
}

fn prepare_map(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let mode = site.text("mode").unwrap_or("any");
    let wrong_mode = if matches!(mode, "any" | "all") {
        Vec::new()
    } else {
        site.error("mode", format!("`{mode}` is not a mode"), "write 'any' or 'all'")
    };
    match prepare_one(site) {
        Ok(prepared) if wrong_mode.is_empty() => Ok(prepared),
        Ok(_) => Err(wrong_mode),
        Err(mut errors) => {
            errors.extend(wrong_mode);
            Err(errors)
        }
    }
}

fn prepare_many(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let patterns = site.value("patterns").and_then(Value::as_list).unwrap_or_default();
    compile(site, "patterns", patterns.iter().filter_map(Value::as_str))
}

fn compile<'a>(
    site: &Site<'_>,
    argument: &'static str,
    sources: impl Iterator<Item = &'a str>,
) -> Result<Prepared, Vec<ArgumentError>> {
    let ignore_case = site.flag("case_insensitive");
    let mut patterns = Vec::new();
    let mut errors = Vec::new();
    for source in sources {
        match Pattern::compile(source, ignore_case) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => errors.extend(site.error(
                argument,
                format!("`{source}` is not a regular expression: {error}"),
                "write it as for Python's `re`; a backslash before a mark takes it literally",
            )),
        }
    }
    if errors.is_empty() { Ok(Prepared::Patterns(patterns.into())) } else { Err(errors) }
}
