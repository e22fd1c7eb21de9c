//! What makes two texts that look alike say different things.
//!
//! Near-duplicate sketches and meaning vectors both call "was stolen" and "was not stolen" alike. An audit
//! that paired them would manufacture double standards, so a pair is compared as like cases only if this
//! guard finds no difference. It reads word lists, not meaning: it errs towards *not alike*, and how often it
//! errs at all is measured by people on blind samples. It must not judge which of two claims is right.

mod abroad;
mod contraries;
mod cues;
mod denied;
mod language;
mod names;

use std::{collections::BTreeMap, ops::Range};

use crate::{
    shingle::{matching_words, span},
    text::{Text, Word, WordKind},
};
use cues::{
    CHINESE_DENIALS, CHINESE_HARMLESS, CHINESE_NEGATIONS, CHINESE_OPPOSITES, CONCORD, DENIALS,
    NEGATIONS, NUMBERS, OPPOSITES, REVERSING, SPANISH,
};

/// Negations of one denial stand at most this many words apart.
const CONCORD_REACH: usize = 4;
/// A negation is taken to bear on this many words.
const SCOPE: usize = 2;

/// One way in which two texts differ although they look alike, with the places in both originals (bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what they differ.
    pub kind: DifferenceKind,
    /// Where, in the first text.
    pub one: Vec<Range<usize>>,
    /// Where, in the second text.
    pub other: Vec<Range<usize>>,
}

/// In what two texts can differ although they look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// One denies what the other does not, or each denies something else.
    Negation,
    /// One calls false what the other does not.
    Denial,
    /// One says the contrary: guilty and innocent, for and against, likely and unlikely.
    Opposite,
    /// The numbers differ.
    Number,
    /// The names differ, or who does what to whom.
    Name,
    /// The same words in another order.
    Order,
    /// One is in a language that the guard cannot read.
    Language,
}

impl DifferenceKind {
    /// In one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Negation => "negation",
            Self::Denial => "denial",
            Self::Opposite => "opposite",
            Self::Number => "number",
            Self::Name => "name",
            Self::Order => "order",
            Self::Language => "language",
        }
    }
}

/// All differences that the guard knows of; none means that the two may be compared as like cases.
///
/// ```
/// use likeness::{DifferenceKind, Text, differences};
/// let kinds = |one: &str, other: &str| -> Vec<DifferenceKind> {
///     let found = differences(&Text::read(one), &Text::read(other));
///     found.into_iter().map(|difference| difference.kind).collect()
/// };
/// assert_eq!(kinds("The vote was stolen.", "the vote wasn't stolen"), [DifferenceKind::Negation]);
/// assert_eq!(kinds("选举被偷了", "选举没有被偷"), [DifferenceKind::Negation]);
/// assert_eq!(kinds("The vote was stolen!!", "the ｖote was STOLEN"), []);
/// ```
#[must_use]
pub fn differences(one: &Text, other: &Text) -> Vec<Difference> {
    if one.forms().eq(other.forms()) {
        return Vec::new();
    }
    let checks = [negation, denial, opposite, number, names::name, order];
    checks.iter().filter_map(|check| check(one, other)).collect()
}

/// The same for two texts that are near by meaning, which need not share a word: besides, contraries are read across
/// languages, and texts in a language that the guard cannot read are never alike. A negation in either is a difference unless
/// both deny the same words or, in two languages that the guard reads, as often and in the same places.
///
/// ```
/// use likeness::{DifferenceKind, Text, differences_of_meaning};
/// let kinds = |one: &str, other: &str| -> Vec<DifferenceKind> {
///     let found = differences_of_meaning(&Text::read(one), &Text::read(other));
///     found.into_iter().map(|difference| difference.kind).collect()
/// };
/// assert_eq!(kinds("The vaccines are safe for all children", "Die Impfungen sind gefährlich für alle Kinder"), [DifferenceKind::Opposite]);
/// assert_eq!(kinds("The vaccines are dangerous for all children", "Die Impfungen sind gefährlich für alle Kinder"), []);
/// assert_eq!(kinds("they stole the whole election from us", "こんにちは、元気ですか"), [DifferenceKind::Language]);
/// ```
#[must_use]
pub fn differences_of_meaning(one: &Text, other: &Text) -> Vec<Difference> {
    let tongues = (language::tongue(one), language::tongue(other));
    let translated = matches!(tongues, (Some(one), Some(other)) if one != other);
    let mut found = if translated {
        let checks = [denied::negation, denial, opposite, number, abroad::name];
        checks.iter().filter_map(|check| check(one, other)).collect()
    } else if !abroad::one_language(one, other) {
        let checks = [negation, denial, opposite, number, abroad::name];
        checks.iter().filter_map(|check| check(one, other)).collect()
    } else {
        differences(one, other)
    };
    found.extend(signs(one, other));
    found.extend(language::unread(one, other));
    if !found.iter().any(|difference| difference.kind == DifferenceKind::Opposite) {
        found.extend(contraries::contrary(one, other));
    }
    found
}

/// Whether names of other classes stand in them: a group and its slur.
fn signs(one: &Text, other: &Text) -> Option<Difference> {
    let signs = |text: &Text| -> Vec<(usize, String)> {
        let words = text.words().iter().enumerate();
        let names = words.filter(|(_, word)| word.kind == WordKind::Interchangeable);
        names.map(|(at, word)| (at, text.form(word).to_owned())).collect()
    };
    let (here, there) = (signs(one), signs(other));
    let alone: Vec<Range<usize>> = surplus(&here, &there).map(|at| at..at + 1).collect();
    let also: Vec<Range<usize>> = surplus(&there, &here).map(|at| at..at + 1).collect();
    (!alone.is_empty() || !also.is_empty()).then(|| Difference {
        kind: DifferenceKind::Name,
        one: places(one, &alone),
        other: places(other, &also),
    })
}

fn negation(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (negations(one), negations(other));
    let same_scope = |(a, b): (&Range<usize>, &Range<usize>)| {
        let (a, b) = (scope(one, a), scope(other, b));
        a.is_empty() && b.is_empty() || a.iter().any(|form| b.contains(form))
    };
    let alike = here.len() == there.len() && here.iter().zip(&there).all(same_scope);
    (!alike).then(|| Difference {
        kind: DifferenceKind::Negation,
        one: places(one, &here),
        other: places(other, &there),
    })
}

/// The denials of a text, each as a range of words; doubled negations are one.
fn negations(text: &Text) -> Vec<Range<usize>> {
    let spanish = text.forms().any(|form| SPANISH.contains(&form));
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut last_concord: Option<usize> = None;
    let harmless = occurrences(text, CHINESE_HARMLESS);
    for (at, word) in text.words().iter().enumerate() {
        let form = text.form(word);
        let concord = CONCORD.contains(&form) || form == "sin" && spanish;
        let doubled = last_concord.is_some_and(|last| at - last <= CONCORD_REACH);
        if concord {
            last_concord = Some(at);
        }
        match found.last_mut() {
            Some(denial) if concord && doubled => denial.end = at + 1,
            _ if concord || NEGATIONS.contains(&form) || form.ends_with("n't") => {
                found.push(at..at + 1)
            }
            _ if CHINESE_NEGATIONS.contains(&form)
                && !harmless.iter().any(|range| range.contains(&at))
                && !asks(text, at) =>
            {
                found.push(at..at + 1);
            }
            _ => {}
        }
    }
    found
}

/// 是不是, 有没有: the character before and after a negation is the same, and it is a question.
fn asks(text: &Text, at: usize) -> bool {
    let form = |at: usize| text.words().get(at).map(|word| text.form(word));
    at > 0 && form(at - 1).is_some() && form(at - 1) == form(at + 1)
}

/// The words that a negation bears on: those after it, or before it at the end of a text.
fn scope<'a>(text: &'a Text, denial: &Range<usize>) -> Vec<&'a str> {
    let words = text.words();
    let after = words.get(denial.end..).unwrap_or_default();
    let before = words.get(..denial.start).unwrap_or_default();
    let scope = if after.is_empty() {
        before.get(before.len().saturating_sub(SCOPE)..).unwrap_or_default()
    } else {
        after.get(..SCOPE).unwrap_or(after)
    };
    let within = words.get(denial.start + 1..denial.end).unwrap_or_default();
    within.iter().chain(scope).map(|word| text.form(word)).collect()
}

fn denial(one: &Text, other: &Text) -> Option<Difference> {
    let find = |text: &Text| -> Vec<Range<usize>> {
        // *Se niega a*: refuses to.
        let refuses = |at: usize| {
            let before = at.checked_sub(1).and_then(|at| text.words().get(at));
            before.is_some_and(|word| text.form(word) == "se")
        };
        let is_cue = |(at, word): &(usize, &Word)| {
            let form = text.form(word);
            DENIALS.contains(&form) && !(form.starts_with("nieg") && refuses(*at))
        };
        let words = text.words().iter().enumerate().filter(is_cue).map(|(at, _)| at..at + 1);
        words.chain(occurrences(text, CHINESE_DENIALS)).collect()
    };
    let (here, there) = (find(one), find(other));
    (here.len() != there.len()).then(|| Difference {
        kind: DifferenceKind::Denial,
        one: places(one, &here),
        other: places(other, &there),
    })
}

fn opposite(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (only_in(one, other), only_in(other, one));
    let contrary = |a: &str, b: &str| {
        OPPOSITES.iter().any(|&(x, y)| (a, b) == (x, y) || (b, a) == (x, y))
            || reverses(a, b)
            || reverses(b, a)
    };
    let by_word = here.iter().find_map(|(at, a)| {
        let (to, _) = there.iter().find(|(_, b)| contrary(a, b))?;
        Some((*at..at + 1, *to..to + 1))
    });
    let (at, to) = by_word.or_else(|| chinese_opposite(one, other))?;
    Some(Difference {
        kind: DifferenceKind::Opposite,
        one: places(one, &[at]),
        other: places(other, &[to]),
    })
}

/// Is `a` the other word with `un` or its like before it?
fn reverses(a: &str, b: &str) -> bool {
    b.len() > 3 && REVERSING.iter().any(|prefix| a.strip_prefix(prefix) == Some(b))
}

fn chinese_opposite(one: &Text, other: &Text) -> Option<(Range<usize>, Range<usize>)> {
    let surplus = |word: &str, more: &Text, less: &Text| {
        let found = occurrences(more, &[word]);
        (found.len() > occurrences(less, &[word]).len()).then(|| found.first().cloned())?
    };
    CHINESE_OPPOSITES.iter().find_map(|(x, y)| {
        let pair = |x, y| Some((surplus(x, one, other)?, surplus(y, other, one)?));
        pair(x, y).or_else(|| pair(y, x))
    })
}

fn number(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (numbers(one), numbers(other));
    let only = |these: &[(usize, String)], those: &[(usize, String)], text: &Text| {
        let ranges: Vec<Range<usize>> = surplus(these, those).map(|at| at..at + 1).collect();
        places(text, &ranges)
    };
    let (one, other) = (only(&here, &there, one), only(&there, &here, other));
    (!one.is_empty() || !other.is_empty()).then_some(Difference {
        kind: DifferenceKind::Number,
        one,
        other,
    })
}

/// The numbers of a text, in digits.
fn numbers(text: &Text) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, word) in text.words().iter().enumerate() {
        let form = text.form(word);
        match word.kind {
            WordKind::Plain | WordKind::Unspaced => {}
            _ => continue,
        }
        if let Some((_, digits)) = NUMBERS.iter().find(|(name, _)| *name == form) {
            found.push((at, (*digits).to_owned()));
        } else if form.contains(|c: char| c.is_numeric()) {
            found.push((at, plain_number(form)));
        }
    }
    found
}

/// `1,000,000` and `1.000.000` are 1000000; `1,5` and `1.50` are 1.5; `2nd` is 2.
fn plain_number(form: &str) -> String {
    let form: String = form.chars().filter(|c| c.is_numeric() || matches!(c, '.' | ',')).collect();
    let mut groups = form.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let thousands = first != "0" && rest.iter().all(|group| group.len() == 3);
    match rest.as_slice() {
        _ if thousands => [&[first], rest.as_slice()].concat().concat(),
        [whole @ .., decimals] => {
            let whole = [&[first], whole].concat().concat();
            let decimals = decimals.trim_end_matches('0');
            if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") }
        }
        [] => first.to_owned(),
    }
}

fn order(one: &Text, other: &Text) -> Option<Difference> {
    let sorted = |text: &Text| {
        let mut forms: Vec<String> = text.forms().map(str::to_owned).collect();
        forms.sort_unstable();
        forms
    };
    if one.words().len() != other.words().len() || sorted(one) != sorted(other) {
        return None;
    }
    let moved = |matched: Vec<Range<usize>>, text: &Text| {
        let still = |at: &usize| !matched.iter().any(|range| range.contains(at));
        let ranges: Vec<_> = (0..text.words().len()).filter(still).map(|at| at..at + 1).collect();
        places(text, &ranges)
    };
    let (here, there) = matching_words(one, other).into_iter().unzip();
    Some(Difference {
        kind: DifferenceKind::Order,
        one: moved(here, one),
        other: moved(there, other),
    })
}

/// Words that stand more often in `text` than in `than`.
fn only_in<'a>(text: &'a Text, than: &Text) -> Vec<(usize, &'a str)> {
    let these: Vec<(usize, &str)> = text.forms().enumerate().collect();
    let those: Vec<(usize, &str)> = than.forms().enumerate().collect();
    surplus(&these, &those).filter_map(|at| these.get(at).copied()).collect()
}

/// The places of values that stand more often in `these` than in `those`.
fn surplus<'a, T: Ord>(
    these: &'a [(usize, T)],
    those: &'a [(usize, T)],
) -> impl Iterator<Item = usize> + use<'a, T> {
    let mut left: BTreeMap<&T, usize> = BTreeMap::new();
    for (_, value) in those {
        *left.entry(value).or_default() += 1;
    }
    these.iter().filter_map(move |(at, value)| match left.get_mut(value) {
        Some(count) if *count > 0 => {
            *count -= 1;
            None
        }
        _ => Some(*at),
    })
}

/// Where rows of unspaced characters stand, as ranges of words.
fn occurrences(text: &Text, of: &[&str]) -> Vec<Range<usize>> {
    let words = text.words();
    let stands_at = |at: usize, sought: &str| {
        let mut length = 0;
        let same = sought.chars().enumerate().all(|(offset, c)| {
            length = offset + 1;
            words.get(at + offset).is_some_and(|word| text.form(word).chars().eq([c]))
        });
        same.then_some(at..at + length)
    };
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.kind == WordKind::Unspaced)
        .flat_map(|(at, _)| of.iter().filter_map(move |sought| stands_at(at, sought)))
        .collect()
}

/// The bytes of ranges of words.
fn places(text: &Text, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    ranges.iter().filter_map(|range| text.words().get(range.clone()).map(span)).collect()
}

#[cfg(test)]
mod tests;
