//! Our own functions that look for phrases. With `normalize` they see through disguises
//! (see `text`); what they find can be quoted from the original.

use super::{ArgumentError, Call, Family, Match, Needs, Prepared, Signature, Site};
use crate::text::{Found, PhraseSet, Views, fold, unquoted};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let matching =
        |name, returns, doc, run| Signature::ours(Family::Matching, name, returns, doc, run);
    let switches = |signature: Signature| {
        signature
            .constant("whole_word", Type::Bool)
            .default(true)
            .constant("normalize", Type::Bool)
            .default(true)
            .found_by(passages)
    };
    let phrases = |name, returns, doc, run| {
        switches(
            matching(name, returns, doc, run)
                .argument("text", Type::Str)
                .constant("phrases", Type::list(Type::Str)),
        )
        .prepared(prepare_phrases)
    };
    let terms = |name, returns, doc, run| {
        switches(
            matching(name, returns, doc, run)
                .argument("text", Type::Str)
                .constant("list", Type::Str),
        )
        .prepared(prepare_terms)
        .needs(Needs::Lists)
    };
    all.extend([
        switches(
            matching(
                "TextContains",
                Type::Bool,
                "Whether a phrase is in the text, whatever its disguise.",
                contains,
            )
            .argument("text", Type::Str)
            .alias("s")
            .argument("phrase", Type::Str),
        )
        .prepared(prepare_phrase),
        phrases(
            "TextContainsAny",
            Type::Bool,
            "Whether any of the phrases is in the text.",
            contains,
        ),
        phrases(
            "TextContainsCount",
            Type::Int,
            "How many of the phrases are in the text.",
            |call| Ok(Value::Int(i64::try_from(distinct(&find(call)?).len()).unwrap_or(i64::MAX))),
        ),
        phrases(
            "PhrasesIn",
            Type::list(Type::Str),
            "The phrases that are in the text, in the order in which they were given.",
            |call| {
                let phrases = call.texts(1)?;
                Ok(Value::texts(
                    distinct(&find(call)?)
                        .into_iter()
                        .filter_map(|at| phrases.get(at))
                        .map(|phrase| Str::from(*phrase)),
                ))
            },
        ),
        terms(
            "TextInList",
            Type::Bool,
            "Whether any entry of a list of the rulebook is in the text.",
            contains,
        ),
        terms(
            "ListTermsIn",
            Type::list(Type::Str),
            "The passages of the text that are entries of a list of the rulebook.",
            |call| {
                let text = call.text(0)?;
                let passages = find(call)?;
                Ok(Value::texts(
                    passages
                        .iter()
                        .filter_map(|found| text.get(found.start..found.end))
                        .map(Str::from),
                ))
            },
        ),
        matching(
            "TextEquals",
            Type::Bool,
            "Whether two texts read the same, disguises aside.",
            |call| {
                Ok(Value::Bool(
                    fold(call.text(0)?).text().trim() == fold(call.text(1)?).text().trim(),
                ))
            },
        )
        .argument("a", Type::Str)
        .argument("b", Type::Str),
        matching(
            "NormalizeText",
            Type::Str,
            "The text in lower case without styles, accents, invisible characters and look-alikes.",
            |call| Ok(Value::str(fold(call.text(0)?).text())),
        )
        .argument("text", Type::Str),
        matching(
            "UnquotedText",
            Type::Str,
            "The text without quotations, lines after `>`, and reposts: the speaker's own words.",
            |call| Ok(Value::from(unquoted(call.text(0)?))),
        )
        .argument("text", Type::Str),
    ]);
}

fn prepare_phrase(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let Some(phrase) = site.text("phrase") else { return Ok(Prepared::Nothing) };
    if phrase.trim().is_empty() {
        return Err(site.error("phrase", "the phrase is empty", "write the words to look for"));
    }
    Ok(Prepared::Phrases(PhraseSet::new([phrase], site.flag("whole_word"), site.flag("normalize"))))
}

fn prepare_phrases(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let phrases = site.value("phrases").and_then(Value::as_list).unwrap_or_default();
    let phrases: Vec<&str> = phrases.iter().filter_map(Value::as_str).collect();
    if phrases.iter().any(|phrase| phrase.trim().is_empty()) {
        return Err(site.error("phrases", "one of the phrases is empty", "take it out"));
    }
    Ok(Prepared::Phrases(PhraseSet::new(phrases, site.flag("whole_word"), site.flag("normalize"))))
}

fn prepare_terms(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    match site.list("list")? {
        Prepared::List(number) => {
            let entries = site.lists.entries(number);
            Ok(Prepared::Phrases(PhraseSet::new(
                entries,
                site.flag("whole_word"),
                site.flag("normalize"),
            )))
        }
        other => Ok(other),
    }
}

/// Calls with the phrases of the call: those prepared, or one that only the event knows.
fn with_phrases<T>(call: &Call<'_>, ask: impl FnOnce(&PhraseSet, &Views) -> T) -> Result<T, Fault> {
    let text = call.text(0)?;
    let own;
    let set = match call.prepared {
        Prepared::Phrases(set) => set,
        Prepared::Running(name) => match call.context.facts.list(name) {
            Some(list) => list.phrases(call.flag(2), call.flag(3)),
            None => {
                own = PhraseSet::new(call.named_list()?.entries(), call.flag(2), call.flag(3));
                &own
            }
        },
        _ => {
            own = PhraseSet::new([call.text(1)?], call.flag(2), call.flag(3));
            &own
        }
    };
    Ok(if set.normalizes() {
        ask(set, &call.context.memo.views(text))
    } else {
        ask(set, &Views::lower(text))
    })
}

fn contains(call: &Call<'_>) -> Result<Value, Fault> {
    with_phrases(call, PhraseSet::is_match).map(Value::Bool)
}

fn find(call: &Call<'_>) -> Result<Vec<Found>, Fault> {
    with_phrases(call, PhraseSet::find)
}

fn passages(call: &Call<'_>) -> Vec<Match> {
    let found = find(call).unwrap_or_default();
    found
        .into_iter()
        .map(|found| Match { argument: 0, start: found.start, end: found.end })
        .collect()
}

fn distinct(found: &[Found]) -> std::collections::BTreeSet<usize> {
    found.iter().map(|found| found.phrase).collect()
}
