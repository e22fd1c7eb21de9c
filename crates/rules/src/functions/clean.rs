//! Osprey's `StringClean`.

use std::sync::LazyLock;

use any_ascii::any_ascii;
use unicode_normalization::UnicodeNormalization;

use super::glyphs::letter;
use super::{ArgumentError, Call, Family, Prepared, Signature, Site};
use crate::text::characters::{Ranges, is_space};
use crate::types::Type;
use crate::value::{Exception, Fault, Value, digit_value};

/// The switches after `s` and `form`, in the order of the arguments, with their defaults.
const SWITCHES: [(&str, bool); 10] = [
    ("remove_emoji", false),
    ("space", true),
    ("l33t", false),
    ("homoglyph", true),
    ("unicode_normalize", true),
    ("unidecode", false),
    ("upper", false),
    ("lower", false),
    ("remove_space", false),
    ("remove_punctuation", false),
];

pub(super) fn register(all: &mut Vec<Signature>) {
    let doc = "The text without tricks of writing: emoji, odd spaces, digits for letters, look-alikes, compositions, case, punctuation, each by its own switch.";
    let mut clean = Signature::osprey(Family::Strings, "StringClean", Type::Str, doc, |call| {
        clean(call).map(Value::from)
    })
    .argument("s", Type::Str)
    .argument("form", Type::Str)
    .default("NFKC")
    .prepared(prepare);
    for (name, default) in SWITCHES {
        clean = clean.argument(name, Type::Bool).default(default);
    }
    all.push(clean);
}

const FORMS: [&str; 4] = ["NFC", "NFKC", "NFD", "NFKD"];

fn prepare(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    match site.text("form") {
        Some(form) if !FORMS.contains(&form) => Err(vec![ArgumentError {
            argument: None,
            message: format!("`{form}` is not a normal form"),
            hint: "write one of 'NFC', 'NFKC', 'NFD' and 'NFKD'".to_owned(),
        }]),
        _ => Ok(Prepared::Nothing),
    }
}

fn clean(call: &Call<'_>) -> Result<String, Fault> {
    let mut s = call.text(0)?.to_owned();
    let form = call.text(1)?;
    let [
        remove_emoji,
        space,
        l33t,
        homoglyph,
        unicode_normalize,
        unidecode,
        upper,
        lower,
        remove_space,
        remove_punctuation,
    ] = std::array::from_fn(|at| call.flag(at + 2));
    if remove_emoji {
        if homoglyph {
            s = s.chars().map(|c| letter(c).filter(|_| is_emoji(c)).unwrap_or(c)).collect();
        }
        s = runs_replaced(&s, is_emoji, " ");
    }
    if space {
        s = runs_replaced(&s, is_space, " ");
    }
    if l33t {
        s = threes_read(&pipes_read(&s));
    }
    if homoglyph {
        s = s.replace("\u{2139}\u{fe0e}", "i").chars().map(|c| letter(c).unwrap_or(c)).collect();
    }
    if unicode_normalize {
        s = normalized(&s, form)?;
    }
    if unidecode {
        s = any_ascii(&s);
    }
    if lower {
        s = s.to_lowercase();
    } else if upper {
        s = s.to_uppercase();
    }
    if remove_space {
        s.retain(|c| !is_space(c));
    }
    if remove_punctuation {
        s.retain(|c| !PUNCTUATION.contains(c));
    }
    Ok(s)
}

static PUNCTUATION: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"[\p{S}\p{P}]"));

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f600}'..='\u{1f64f}' | '\u{1f300}'..='\u{1f5ff}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f1e0}'..='\u{1f1ff}')
}

fn runs_replaced(s: &str, of: fn(char) -> bool, by: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut inside = false;
    for c in s.chars() {
        if !of(c) {
            out.push(c);
        } else if !inside {
            out.push_str(by);
        }
        inside = of(c);
    }
    out
}

/// `|7` is 17.
fn pipes_read(s: &str) -> String {
    let mut chars = s.chars().peekable();
    let mut out = String::with_capacity(s.len());
    while let Some(c) = chars.next() {
        let before_digit =
            c == '|' && chars.peek().is_some_and(|&next| digit_value(next).is_some());
        out.push(if before_digit { '1' } else { c });
        if before_digit {
            out.extend(chars.next());
        }
    }
    out
}

/// Threes beside a letter are e. A letter serves only the threes on one side of it.
fn threes_read(s: &str) -> String {
    // The reference's class runs from A to z and takes in the marks between the cases.
    let is_letter = |c: char| matches!(c, 'A'..='z' | 'ſ' | '\u{212a}' | 'İ' | 'ı');
    let chars: Vec<char> = s.chars().collect();
    let mut out = String::with_capacity(s.len());
    let mut free_letter = false;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c != '3' {
            out.push(c);
            free_letter = is_letter(c);
            at += 1;
            continue;
        }
        let run = chars.iter().skip(at).take_while(|&&c| c == '3').count();
        let next = chars.get(at + run).copied().filter(|&c| is_letter(c));
        let read = if free_letter || next.is_some() { 'e' } else { '3' };
        out.extend(std::iter::repeat_n(read, run));
        out.extend(next);
        at += run + usize::from(next.is_some());
        free_letter = false;
    }
    out
}

/// The normal form; where it changes the number of characters, of each only the first is kept.
fn normalized(s: &str, form: &str) -> Result<String, Fault> {
    fn normal<I: Iterator<Item = char>>(chars: I, form: &str) -> Option<String> {
        Some(match form {
            "NFC" => chars.nfc().collect(),
            "NFKC" => chars.nfkc().collect(),
            "NFD" => chars.nfd().collect(),
            "NFKD" => chars.nfkd().collect(),
            _ => return None,
        })
    }
    let whole = normal(s.chars(), form)
        .ok_or_else(|| Fault::error(Exception::ValueError, "this is not a normal form"))?;
    if whole.chars().count() == s.chars().count() {
        return Ok(whole);
    }
    Ok(s.chars().filter_map(|c| normal(std::iter::once(c), form)?.chars().next()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threes_and_pipes_are_read_as_in_the_reference() {
        for (source, read) in [
            ("fr33 m0n3y |7", "free m0ney 17"),
            ("333", "333"),
            ("3a3", "ea3"),
            ("a33b33", "aeeb33"),
            ("|x ||3", "|x |13"),
        ] {
            assert_eq!(threes_read(&pipes_read(source)), read, "{source}");
        }
    }
}
