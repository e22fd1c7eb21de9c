//! `TextMatches`: a pattern that sees through disguises and may name lists of the rulebook.

use super::{ArgumentError, Call, Family, Lists, Match, Needs, Prepared, Signature, Site};
use crate::regexes::Pattern;
use crate::text::fold;
use crate::types::Type;
use crate::value::{Fault, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let doc = "Whether a regular expression matches any reading of the text: case, accents, look-alikes, digits for letters and spaced-out words are seen through. {name} stands for any entry of the list `name`; the group (?P<quote>...) is the passage to be quoted.";
    all.push(
        Signature::ours(Family::Matching, "TextMatches", Type::Bool, doc, matches)
            .argument("text", Type::Str)
            .constant("pattern", Type::Str)
            .prepared(prepare)
            .needs(Needs::Lists)
            .found_by(passages),
    );
}

fn matches(call: &Call<'_>) -> Result<Value, Fault> {
    let views = call.context.memo.views(call.text(0)?);
    for view in views.iter() {
        for pattern in call.patterns() {
            if pattern.is_match(view.text())? {
                return Ok(Value::Bool(true));
            }
        }
    }
    Ok(Value::Bool(false))
}

/// The passage of the first reading that matches.
fn passages(call: &Call<'_>) -> Vec<Match> {
    let Ok(text) = call.text(0) else { return Vec::new() };
    let views = call.context.memo.views(text);
    let mut found = views.iter().filter_map(|view| {
        let (start, end) =
            call.patterns().iter().find_map(|pattern| pattern.quote(view.text()).ok().flatten())?;
        let passage = view.original(start..end);
        Some(Match { argument: 0, start: passage.start, end: passage.end })
    });
    found.next().into_iter().collect()
}

fn prepare(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let Some(source) = site.text("pattern") else { return Ok(Prepared::Nothing) };
    let written = expanded(source, site.lists, &mut Vec::new()).map_err(|problem| {
        site.error("pattern", problem, format!("the lists are: {}", site.lists.names().join(", ")))
    })?;
    match Pattern::compile_for_lower_case(&written) {
        Ok(pattern) => Ok(Prepared::Patterns([pattern].into())),
        Err(error) => Err(site.error(
            "pattern",
            format!("this is not a regular expression: {}", error.message),
            "write it as for Python's `re`; a backslash before a mark takes it literally",
        )),
    }
}

/// The pattern with each `{name}` replaced by the list's entries, and its letters folded as
/// texts are. `within` has the lists that are being written out, so that none holds itself.
fn expanded(pattern: &str, lists: &dyn Lists, within: &mut Vec<String>) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '\\' {
            let escaped = after.chars().next().map_or(0, char::len_utf8);
            out.push_str(rest.get(..1 + escaped).unwrap_or(rest));
            rest = after.get(escaped..).unwrap_or_default();
            continue;
        }
        rest = after;
        match (c, after.split_once('}').filter(|(name, _)| is_name(name))) {
            ('{', Some((name, remaining))) => {
                out.push_str(&entries(name, lists, within)?);
                rest = remaining;
            }
            _ if c.is_ascii() => out.push(c),
            _ => out.push_str(fold(c.encode_utf8(&mut [0; 4])).text()),
        }
    }
    Ok(out)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

/// All entries of a list as alternatives, long ones first, so that the longest is quoted.
/// Entries may name other lists.
fn entries(name: &str, lists: &dyn Lists, within: &mut Vec<String>) -> Result<String, String> {
    let number = lists.number(name).ok_or_else(|| format!("there is no list `{name}`"))?;
    if within.iter().any(|outer| outer == name) {
        return Err(format!("the list `{name}` names itself"));
    }
    within.push(name.to_owned());
    let mut entries = lists.entries(number);
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.len()));
    let mut alternatives = Vec::with_capacity(entries.len());
    for entry in entries {
        alternatives.push(entry_pattern(entry, lists, within)?);
    }
    within.pop();
    if alternatives.is_empty() {
        // Nothing matches an empty list.
        return Ok("(?!)".to_owned());
    }
    Ok(format!("(?:{})", alternatives.join("|")))
}

fn entry_pattern(
    entry: &str,
    lists: &dyn Lists,
    within: &mut Vec<String>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = entry;
    while let Some((plain, after)) = rest.split_once('{') {
        let Some((name, remaining)) = after.split_once('}').filter(|(name, _)| is_name(name))
        else {
            break;
        };
        literal(&mut out, plain);
        out.push_str(&entries(name, lists, within)?);
        rest = remaining;
    }
    literal(&mut out, rest);
    Ok(out)
}

/// Folds plain text and takes its marks literally.
fn literal(out: &mut String, text: &str) {
    let leading = text.starts_with(' ');
    let folded = fold(text);
    let folded = folded.text();
    if leading && !folded.starts_with(' ') {
        out.push(' ');
    }
    for c in folded.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
}
