//! Functions on words and lists by the names and arguments under which public rule sets call them:
//! Bluesky's and its neighbours' plugins. Where a word may be disguised, our own reading of
//! disguises stands behind them.

use std::collections::BTreeSet;

use super::{ArgumentError, Call, Family, Needs, Prepared, Signature, Site};
use crate::regexes::Pattern;
use crate::text::{PhraseSet, Views};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let strings = || Type::list(Type::Str);
    let maybe = || Type::optional(Type::Str);
    let of_text = |name, returns, doc, run| {
        Signature::ours(Family::Strings, name, returns, doc, run).argument("s", Type::Str)
    };
    let listed = |name, returns, doc, run| {
        Signature::ours(Family::Lists, name, returns, doc, run)
            .constant("list", Type::Str)
            .argument("phrases", Type::list(maybe()))
            .prepared(|site| site.list("list"))
            .needs(Needs::Lists)
    };
    let flag = |signature: Signature, name, default: bool| {
        signature.argument(name, Type::Bool).default(default)
    };
    let words = |signature| flag(flag(signature, "case_sensitive", false), "word_boundaries", true);
    all.extend([
        words(listed("ListContains", maybe(), "The first entry of a list of the rulebook that is in any of the phrases; None if none is.", |call| {
            first(call, &call.named_list()?.entries())
        })),
        words(listed("ListContainsCount", Type::Int, "How many entries of a list of the rulebook are in any of the phrases.", |call| {
            let list = call.named_list()?;
            let found = present(call, &list.entries())?;
            Ok(Value::Int(i64::try_from(found.len()).unwrap_or(i64::MAX)))
        })),
        words(
            Signature::ours(Family::Lists, "SimpleListContains", maybe(), "The first item of a list that is in any of the phrases; None if none is.", |call| {
                let list = call.texts(0)?;
                first(call, &list)
            })
            .argument("list", strings())
            .argument("phrases", Type::list(maybe())),
        )
        .argument("cache_name", Type::Str)
        .default(""),
        flag(
            listed("RegexListMatch", maybe(), "The first regular expression of a list of the rulebook that is found in any of the phrases; None if none is.", regex_list)
                .prepared(prepare_regexes),
            "case_sensitive",
            false,
        ),
        flag(
            flag(
                flag(listed("CensorizedListMatch", maybe(), "The first entry of a list of the rulebook that is in any of the phrases, whatever its disguise; with `must_be_censorized`, only if it is disguised; None if none is.", censored), "plurals", false),
                "substrings",
                false,
            ),
            "must_be_censorized",
            false,
        ),
        flag(
            flag(
                flag(of_text("CheckCensorized", Type::Bool, "Whether a word is in the text, whatever its disguise; with `must_be_censorized`, only if it is disguised.", check_censored).argument("pattern", Type::Str), "plurals", false),
                "substrings",
                false,
            ),
            "must_be_censorized",
            false,
        ),
        of_text("StringContains", Type::Bool, "Whether a phrase is in the text as whole words, or, with `substrings`, inside them.", |call| {
            Ok(Value::Bool(is_in(call.text(0)?, call.text(1)?, call.flag(2), !call.flag(3))))
        })
        .argument("phrase", Type::Str)
        .argument("case_sensitive", Type::Bool)
        .default(false)
        .argument("substrings", Type::Bool)
        .default(false),
        of_text("SubstrCount", Type::Int, "How often a text is in another, without overlaps.", |call| {
            let (text, part) = (call.text(0)?, call.text(1)?);
            let count = if part.is_empty() { 0 } else { text.matches(part).count() };
            Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
        })
        .argument("substr", Type::Str)
        .alias("substring"),
        Signature::ours(Family::Strings, "ForceString", Type::Str, "The text; `<None>` if there is none.", |call| {
            Ok(call.argument(0).as_str().map_or_else(|| Value::str("<None>"), Value::str))
        })
        .argument("s", maybe()),
        flag(
            flag(
                flag(
                    flag(of_text("CleanString", Type::Str, "The text without invisible characters and, if asked, underlines, characters like spaces and single quotes.", clean), "zero_width", true),
                    "underlines",
                    true,
                ),
                "space_likes",
                false,
            ),
            "single_quotes",
            false,
        ),
        of_text("Tokenize", strings(), "The words of a text in lower case; with `skip_censor_chars`, marks inside words stay, and what `skip_regex` finds is left out.", tokens)
            .argument("skip_censor_chars", Type::Bool)
            .default(false)
            .constant("skip_regex", maybe())
            .default(Value::None)
            .prepared(prepare_skip),
        of_text("ExtractEmoji", strings(), "The emoji of a text, neighbours together.", |call| {
            Ok(Value::texts(emoji(call.text(0)?).into_iter().map(Str::from)))
        }),
        Signature::ours(Family::Lists, "ConcatStringLists", strings(), "The items of several lists in one; None is left out.", |call| {
            let lists = call.list(0)?.iter().chain(call.list(1)?);
            let items = lists.filter_map(Value::as_list).flatten();
            Ok(Value::list(items.filter(|item| !item.is_none()).cloned().collect()))
        })
        .argument("lists", Type::list(strings()))
        .argument("optional_lists", Type::list(Type::list(maybe())))
        .default(Value::list(Vec::new())),
    ]);
}

/// The phrases of a call that are there.
fn phrases<'a>(call: &'a Call<'_>) -> Result<impl Iterator<Item = &'a str>, Fault> {
    Ok(call.list(1)?.iter().filter_map(Value::as_str))
}

/// The first entry that is in a phrase, phrase by phrase, in lower case unless case counts.
fn first(call: &Call<'_>, entries: &[&str]) -> Result<Value, Fault> {
    let (case_sensitive, words) = (call.flag(2), call.flag(3));
    for phrase in phrases(call)? {
        let found = entries.iter().find(|entry| is_in(phrase, entry, case_sensitive, words));
        if let Some(entry) = found {
            return Ok(Value::from(if case_sensitive {
                (*entry).to_owned()
            } else {
                entry.to_lowercase()
            }));
        }
    }
    Ok(Value::None)
}

fn present<'e>(call: &Call<'_>, entries: &[&'e str]) -> Result<BTreeSet<&'e str>, Fault> {
    let (case_sensitive, words) = (call.flag(2), call.flag(3));
    let mut found = BTreeSet::new();
    for phrase in phrases(call)? {
        found.extend(
            entries.iter().filter(|entry| is_in(phrase, entry, case_sensitive, words)).copied(),
        );
    }
    Ok(found)
}

/// Whether a phrase holds an entry, as whole words if asked. A boundary is asked for only beside a
/// letter, so that `#tag` is found as well.
fn is_in(phrase: &str, entry: &str, case_sensitive: bool, words: bool) -> bool {
    if entry.is_empty() {
        return false;
    }
    let (lower_phrase, lower_entry);
    let (phrase, entry) = if case_sensitive {
        (phrase, entry)
    } else {
        (lower_phrase, lower_entry) = (phrase.to_lowercase(), entry.to_lowercase());
        (lower_phrase.as_str(), lower_entry.as_str())
    };
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (opens, closes) = (is_word(entry.chars().next()), is_word(entry.chars().next_back()));
    phrase.match_indices(entry).any(|(at, found)| {
        let before = phrase.get(..at).and_then(|text| text.chars().next_back());
        let after = phrase.get(at + found.len()..).and_then(|text| text.chars().next());
        !words || !((opens && is_word(before)) || (closes && is_word(after)))
    })
}

fn prepare_regexes(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let number = match site.list("list")? {
        Prepared::List(number) => number,
        Prepared::Running(_) => {
            return Err(site.error(
                "list",
                "a list of regular expressions cannot change while the engine runs",
                "its expressions are compiled when the rulebook is checked: take `running` out",
            ));
        }
        other => return Ok(other),
    };
    let ignore_case = !site.flag("case_sensitive");
    let compiled = site.lists.entries(number).into_iter().map(|entry| {
        Pattern::compile(entry.trim(), ignore_case).map_err(|error| {
            let message = format!("`{entry}` is not a regular expression: {}", error.message);
            site.error("list", message, "write it as for Python's `re`").remove(0)
        })
    });
    let (good, bad): (Vec<_>, Vec<_>) = compiled.partition(Result::is_ok);
    if bad.is_empty() {
        Ok(Prepared::Patterns(good.into_iter().flatten().collect()))
    } else {
        Err(bad.into_iter().filter_map(Result::err).collect())
    }
}

fn regex_list(call: &Call<'_>) -> Result<Value, Fault> {
    for phrase in phrases(call)? {
        for pattern in call.patterns() {
            if pattern.is_match(phrase)? {
                return Ok(Value::str(pattern.source()));
            }
        }
    }
    Ok(Value::None)
}

/// The number of the first entry that a text holds under any disguise.
fn disguised(text: &str, entries: &[&str], plurals: bool, substrings: bool) -> Option<usize> {
    let whole = PhraseSet::new(entries.iter().copied(), !substrings, true);
    let views = Views::of(text);
    let mut found: Vec<usize> = whole.find(&views).into_iter().map(|found| found.phrase).collect();
    if plurals && !substrings {
        let many: Vec<String> =
            entries.iter().flat_map(|entry| [format!("{entry}s"), format!("{entry}es")]).collect();
        let set = PhraseSet::new(many.iter().map(String::as_str), true, true);
        found.extend(set.find(&views).into_iter().map(|found| found.phrase / 2));
    }
    found.into_iter().min()
}

fn censored(call: &Call<'_>) -> Result<Value, Fault> {
    let list = call.named_list()?;
    let entries = list.entries();
    let (plurals, substrings) = (call.flag(2), call.flag(3));
    // In disguise means: not plainly there as well.
    let open = |phrase: &str, entry: &&&str| {
        !(call.flag(4) && plainly(phrase, entry, plurals, substrings))
    };
    for phrase in phrases(call)? {
        let entries: Vec<&str> =
            entries.iter().filter(|entry| open(phrase, entry)).copied().collect();
        let found = disguised(phrase, &entries, plurals, substrings);
        if let Some(entry) = found.and_then(|at| entries.get(at)) {
            return Ok(Value::str(entry));
        }
    }
    Ok(Value::None)
}

/// Whether a word is in a text as it is written.
fn plainly(text: &str, word: &str, plurals: bool, substrings: bool) -> bool {
    let many = [word.to_owned(), format!("{word}s"), format!("{word}es")];
    let forms = many.iter().take(if plurals { 3 } else { 1 });
    forms.into_iter().any(|form| is_in(text, form, false, !substrings))
}

fn check_censored(call: &Call<'_>) -> Result<Value, Fault> {
    let (text, word) = (call.text(0)?, call.text(1)?);
    let (plurals, substrings) = (call.flag(2), call.flag(3));
    let there = disguised(text, &[word], plurals, substrings).is_some();
    Ok(Value::Bool(there && !(call.flag(4) && plainly(text, word, plurals, substrings))))
}

/// Marks that underline or strike out the letter before them.
fn is_underline(c: char) -> bool {
    matches!(c, '\u{0331}'..='\u{0333}' | '\u{0335}'..='\u{0338}' | '\u{035f}' | '\u{0347}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' | '\u{34f}' | '\u{61c}')
}

fn clean(call: &Call<'_>) -> Result<Value, Fault> {
    let (zero_width, underlines) = (call.flag(1), call.flag(2));
    let (space_likes, quotes) = (call.flag(3), call.flag(4));
    let kept = call.text(0)?.chars().filter_map(|c| match c {
        c if zero_width && is_invisible(c) => None,
        c if underlines && is_underline(c) => None,
        '\'' | '‘' | '’' | '`' | '´' if quotes => None,
        '_' | '-' | '.' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}'
            if space_likes =>
        {
            Some(' ')
        }
        c => Some(c),
    });
    Ok(Value::from(kept.collect::<String>()))
}

fn prepare_skip(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let Some(source) = site.text("skip_regex") else { return Ok(Prepared::Nothing) };
    match Pattern::compile(source, true) {
        Ok(pattern) => Ok(Prepared::Patterns([pattern].into())),
        Err(error) => Err(site.error(
            "skip_regex",
            format!("this is not a regular expression: {}", error.message),
            "write it as for Python's `re`",
        )),
    }
}

fn tokens(call: &Call<'_>) -> Result<Value, Fault> {
    let skip_marks = call.flag(1);
    let text = call.text(0)?;
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        if let Some(skip) = call.patterns().first()
            && skip.is_match(part)?
        {
            continue;
        }
        let is_inside = |c: char| {
            c.is_alphanumeric()
                || c == '_'
                || (skip_marks && matches!(c, '*' | '@' | '$' | '#' | '!'))
        };
        let split = part.split(|c: char| !is_inside(c)).filter(|word| !word.is_empty());
        words.extend(split.map(|word| Str::from(word.to_lowercase())));
    }
    Ok(Value::texts(words))
}

fn emoji(text: &str) -> Vec<&str> {
    let is_emoji = |c: char| matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{1f1e6}'..='\u{1f1ff}' | '\u{2600}'..='\u{27bf}');
    let is_joint = |c: char| matches!(c, '\u{200d}' | '\u{fe0f}');
    text.split(|c| !is_emoji(c) && !is_joint(c)).filter(|part| part.chars().any(is_emoji)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn words_have_boundaries_where_there_are_letters() {
        for (phrase, entry, case, words, there) in [
            ("Free money now", "free", false, true, true),
            ("Free money now", "free", true, true, false),
            ("carefree", "free", false, true, false),
            ("carefree", "free", false, false, true),
            ("see #tag!", "#tag", false, true, true),
            ("see #tags", "#tag", false, true, false),
            ("free freedom", "free", false, true, true),
            ("anything", "", false, false, false),
        ] {
            assert_eq!(is_in(phrase, entry, case, words), there, "{phrase} {entry}");
        }
    }

    #[test]
    fn disguises_are_seen_through() {
        assert_eq!(disguised("a gr\u{43e}bnik", &["slarg", "grobnik"], false, false), Some(1));
        assert_eq!(disguised("grobniks", &["grobnik"], false, false), None);
        assert_eq!(disguised("grobniks", &["grobnik"], true, false), Some(0));
        assert_eq!(disguised("xgrobnikx", &["grobnik"], false, true), Some(0));
    }

    #[test]
    fn emoji_stand_together() {
        assert_eq!(emoji("a 😀😂 b❤\u{fe0f}c"), ["😀😂", "❤\u{fe0f}"]);
    }

    #[test]
    fn folding_is_what_disguises_rest_on() {
        assert_eq!(fold("GR\u{43e}BNIK").text(), "grobnik");
    }
}
