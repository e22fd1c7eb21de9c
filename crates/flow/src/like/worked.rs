//! A decision as a worked case of the rulebook: the text and what was held, without what points to a person. Must not
//! write files, and must not promise that a text says nothing about anybody: a person reads it before it is committed.

use likeness::links;
use model::{Decision, DecisionId, Item, ItemKind, Outcome};
use std::fmt::Write as _;

/// The case as YAML, ready for `cases/`. What the post's media, links, ids and author are, it does not say.
#[must_use]
pub fn worked_case(decision: &Decision, item: &Item) -> String {
    let (clauses, held) = match &decision.outcome {
        Outcome::Breach { clauses } => {
            let names: Vec<&str> = clauses.iter().map(|clause| clause.as_str()).collect();
            (names.join(", "), names.first().copied().unwrap_or("a clause").to_owned())
        }
        Outcome::NoBreach => (String::new(), "nothing".to_owned()),
    };
    let id = decision.id.to_string();
    let short = id.get(..8).unwrap_or(&id);
    let mut out = format!("# Decision {id}, of {}.\n", decision.decided_at.strftime("%Y-%m-%d"));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "- name: {}", quoted(&format!("precedent {short}: breaches {held}")));
    let _ = writeln!(out, "  event:");
    let _ = writeln!(out, "    text: {}", quoted(&stripped(&item.text)));
    if let Some(language) = &item.language {
        let _ = writeln!(out, "    language: {}", quoted(language));
    }
    if item.kind != ItemKind::Post
        && let Ok(serde_json::Value::String(kind)) = serde_json::to_value(item.kind)
    {
        let _ = writeln!(out, "    kind: {kind}");
    }
    let _ = writeln!(out, "  expect:");
    let _ = writeln!(out, "    breach: [{clauses}]");
    out
}

/// The file that it belongs into.
#[must_use]
pub fn worked_case_path(decision: DecisionId) -> String {
    let id = decision.to_string();
    format!("cases/precedent-{}.yaml", id.get(..8).unwrap_or(&id))
}

/// A text without what is certain to point to somebody: handles, addresses of people and pages, long numbers.
fn stripped(text: &str) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for link in links::find(text) {
        out.push_str(&words_stripped(text.get(at..link.start).unwrap_or_default()));
        out.push_str("https://example.org/");
        at = link.end;
    }
    out.push_str(&words_stripped(text.get(at..).unwrap_or_default()));
    out
}

fn words_stripped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end_matches(char::is_whitespace);
        let space = piece.get(word.len()..).unwrap_or_default();
        out.push_str(&word_stripped(word));
        out.push_str(space);
    }
    out
}

fn word_stripped(word: &str) -> String {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@' && c != '+');
    let Some(at) = word.find(core).filter(|_| !core.is_empty()) else { return word.to_owned() };
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let number = digits >= 6 && core.chars().all(|c| c.is_ascii_digit() || "+-/().".contains(c));
    let instead = match core.find('@') {
        Some(0) if core.len() > 1 => "@someone",
        Some(place) if place > 0 && core.get(place..).is_some_and(|rest| rest.contains('.')) => {
            "someone@example.org"
        }
        _ if number => "000000",
        _ => return word.to_owned(),
    };
    let before = word.get(..at).unwrap_or_default();
    let after = word.get(at + core.len()..).unwrap_or_default();
    format!("{before}{instead}{after}")
}

/// A string of JSON is a string of YAML.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_taken_out_and_the_words_stay() {
        for (text, left) in [
            ("@ann you are vermin", "@someone you are vermin"),
            ("write to ann.b@mail.example, now!", "write to someone@example.org, now!"),
            ("see https://x.example/ann?id=7 (really)", "see https://example.org/ (really)"),
            ("call +49-170/1234567.", "call 000000."),
            ("in 2024, 50 people", "in 2024, 50 people"),
            ("“@ben”: tabs\tstay\n@", "“@someone”: tabs\tstay\n@"),
        ] {
            assert_eq!(stripped(text), left);
        }
    }
}
