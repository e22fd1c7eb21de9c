//! The words, numbers and marks of a date, and what the words mean. Must not put them together.

use crate::value::digit_value;

/// Splits into words, numbers (with their decimals) and single marks.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let text: String = text
        .chars()
        .filter(|&c| c != '\0')
        .map(|c| digit_value(c).and_then(|value| char::from_digit(value, 10)).unwrap_or(c))
        .collect();
    let mut tokens = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphabetic() || first.is_ascii_digit() {
            token_length(rest)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        let letters = token.contains(char::is_alphabetic) && !(rest.is_empty() && lone(token));
        let dotted = token.contains(['.', ',']);
        if dotted && (letters || token.matches('.').count() > 1 || token.ends_with(['.', ','])) {
            tokens.extend(
                token
                    .split_inclusive(['.', ','])
                    .flat_map(|part| {
                        let word = part.trim_end_matches(['.', ',']);
                        [word, part.strip_prefix(word).unwrap_or_default()]
                    })
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned),
            );
        } else if first.is_whitespace() {
            tokens.push(" ".to_owned());
        } else if dotted && !token.contains('.') {
            tokens.push(token.replace(',', "."));
        } else {
            tokens.push(token.to_owned());
        }
    }
    tokens
}

/// Whether all is digits, one dot and one letter, such as `25.Z`. As the last token the reference
/// leaves it whole, and then cannot read it.
fn lone(token: &str) -> bool {
    token.split_once('.').is_some_and(|(number, letter)| {
        number.bytes().all(|byte| byte.is_ascii_digit()) && letter.chars().count() == 1
    })
}

/// The length of a run that begins with a letter or digit. After a dot, words may go on with
/// digits and numbers with letters.
fn token_length(text: &str) -> usize {
    let mut word = text.starts_with(char::is_alphabetic);
    let mut dotted = false;
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        let goes_on = match c {
            '.' => true,
            ',' => !word && !dotted && at >= 2,
            c if c.is_alphabetic() => word || (dotted && last == '.'),
            c if c.is_ascii_digit() => !word || (dotted && last == '.'),
            _ => false,
        };
        if !goes_on {
            return at;
        }
        if dotted && last == '.' {
            word = c.is_alphabetic() || (word && !c.is_ascii_digit());
        }
        dotted |= matches!(c, '.' | ',');
        last = c;
    }
    text.len()
}

const JUMPS: [&str; 18] = [
    " ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd",
    "th",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) fn is_jump(token: &str) -> bool {
    JUMPS.contains(&token.to_lowercase().as_str())
}

/// The position of a name, whole or in its first three letters.
pub(super) fn named(token: &str, names: &[&str]) -> Option<i64> {
    let token = token.to_lowercase();
    let position =
        names.iter().position(|name| *name == token || name.get(..3) == Some(token.as_str()))?;
    i64::try_from(position).ok()
}

pub(super) fn month(token: &str) -> Option<i64> {
    if token.eq_ignore_ascii_case("sept") {
        return Some(9);
    }
    named(token, &MONTHS).map(|position| position + 1)
}

/// Hour, minute or second: 0, 1 or 2.
pub(super) fn unit(token: &str) -> Option<u8> {
    match token.to_lowercase().as_str() {
        "h" | "hour" | "hours" => Some(0),
        "m" | "minute" | "minutes" => Some(1),
        "s" | "second" | "seconds" => Some(2),
        _ => None,
    }
}

pub(super) fn is_afternoon(token: &str) -> Option<bool> {
    match token.to_lowercase().as_str() {
        "am" | "a" => Some(false),
        "pm" | "p" => Some(true),
        _ => None,
    }
}
