//! Names: who and where. A capital inside a sentence, a mention, a Chinese family name or place.

use std::ops::Range;

use super::{
    Difference, DifferenceKind,
    cues::{CHINESE_PLACES, PLACE_ENDINGS, STARTERS, SURNAMES},
    occurrences, places,
};
use crate::{
    shingle::matching_words,
    text::{Text, WordKind},
};

/// Above this share of capitals a text is shouting, and capitals name nobody.
const SHOUTING: f64 = 0.6;

/// Names of one text that the other does not have, or the same names in other places.
pub(super) fn name(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (names(one), names(other));
    let missing = |names: &[(usize, &str)], from: &Text| -> Vec<Range<usize>> {
        let has = |name: &str| from.forms().any(|form| bare(form) == name);
        names.iter().filter(|(_, name)| !has(name)).map(|(at, _)| *at..at + 1).collect()
    };
    let mut at = missing(&here, other);
    let mut to = missing(&there, one);
    chinese(one, other, &mut at, &mut to);
    if at.is_empty() && to.is_empty() && exchanged(&here, &there) {
        at = here.iter().map(|(at, _)| *at..at + 1).collect();
        to = there.iter().map(|(at, _)| *at..at + 1).collect();
    }
    (!at.is_empty() || !to.is_empty()).then(|| Difference {
        kind: DifferenceKind::Name,
        one: places(one, &at),
        other: places(other, &to),
    })
}

/// Do the names that both texts have come in another order?
fn exchanged(here: &[(usize, &str)], there: &[(usize, &str)]) -> bool {
    let common = |names: &[(usize, &str)], others: &[(usize, &str)]| -> Vec<String> {
        let mut common: Vec<String> = Vec::new();
        for (_, name) in names {
            let new = !common.iter().any(|known| known == name);
            if new && others.iter().any(|(_, other)| other == name) {
                common.push((*name).to_owned());
            }
        }
        common
    };
    common(here, there) != common(there, here)
}

fn names(text: &Text) -> Vec<(usize, &str)> {
    let plain = || text.words().iter().filter(|word| word.kind == WordKind::Plain);
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let capitals = count(plain().filter(|word| word.capital).count());
    let shouting = plain().nth(2).is_some() && capitals / count(plain().count()) > SHOUTING;
    text.words()
        .iter()
        .enumerate()
        .filter(|(_, word)| {
            let form = text.form(word);
            let capital = word.kind == WordKind::Plain && word.capital && !shouting;
            let telling = !word.opens_sentence || !STARTERS.contains(&form);
            word.kind == WordKind::Mention
                || capital && telling && form.chars().nth(1).is_some() && form != "i'"
        })
        .map(|(at, word)| (at, bare(text.form(word))))
        .collect()
}

/// A name without its possessive ending.
fn bare(form: &str) -> &str {
    form.strip_suffix("'s").or(form.strip_suffix('\'')).unwrap_or(form)
}

/// Chinese has no capitals: places by list; persons where the texts part at or after a family name.
fn chinese(one: &Text, other: &Text, at: &mut Vec<Range<usize>>, to: &mut Vec<Range<usize>>) {
    for place in CHINESE_PLACES {
        let (here, there) = (occurrences(one, &[place]), occurrences(other, &[place]));
        if here.len() != there.len() {
            at.extend(here);
            to.extend(there);
        }
    }
    let mut parted = parted(one, other);
    if parted.is_empty() {
        // Where rows of words are equally long, which of them match hangs on whose turn it is.
        parted = self::parted(other, one).into_iter().map(|(hole, gap)| (gap, hole)).collect();
    }
    for (gap, hole) in parted {
        at.push(gap);
        to.push(hole);
    }
}

/// Where two texts part at or after a family name, between the rows of words that they share.
fn parted(one: &Text, other: &Text) -> Vec<(Range<usize>, Range<usize>)> {
    let unspaced = |text: &Text| text.words().iter().any(|word| word.kind == WordKind::Unspaced);
    if !unspaced(one) && !unspaced(other) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut from, mut since) = (0, 0);
    let end = (one.words().len()..one.words().len(), other.words().len()..other.words().len());
    for (here, there) in matching_words(one, other).into_iter().chain([end]) {
        let (gap, hole) = (from..here.start, since..there.start);
        if !gap.is_empty() && !hole.is_empty() && (named(one, &gap) || named(other, &hole)) {
            found.push((gap, hole));
        }
        (from, since) = (here.end, there.end);
    }
    found
}

/// Does this stretch look like (a part of) a Chinese name?
fn named(text: &Text, stretch: &Range<usize>) -> bool {
    let unspaced = |at: usize| {
        let word = text.words().get(at).filter(|word| word.kind == WordKind::Unspaced)?;
        text.form(word).chars().next()
    };
    let is =
        |at: Option<usize>, list: &str| at.and_then(unspaced).is_some_and(|c| list.contains(c));
    let short = stretch.len() <= 4 && stretch.clone().all(|at| unspaced(at).is_some());
    short
        && (is(Some(stretch.start), SURNAMES)
            || is(stretch.start.checked_sub(1), SURNAMES)
            || is(stretch.end.checked_sub(1), PLACE_ENDINGS)
            || is(Some(stretch.end), PLACE_ENDINGS))
}
