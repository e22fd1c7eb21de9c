//! Denials across languages: both texts deny as often, and in the same places. What is denied is said in other words in each
//! language, so it cannot be compared; where a denial stands can. Read only where two texts are known to be in two languages that
//! the guard reads. Errs towards *not alike*: a denial that a translation moves far, or says with another word's ending, parts
//! them. Must not decide whether what is denied is the same where both deny it in the same place: meaning says that.

use std::ops::Range;

use super::{Difference, DifferenceKind, negations, occurrences, places};
use crate::text::Text;

/// How far apart two denials may stand, as shares of their texts; and where one of the texts is Chinese, in which what is at
/// the end elsewhere often comes first.
const APART: f64 = 0.3;
const APART_CHINESE: f64 = 0.4;
/// Words after a denial among which *más que* makes it an *only*.
const ONLY_WITHIN: usize = 6;

/// Rows of words in which a negation denies nothing. `_` is any one word.
const HARMLESS: &[&[&str]] = &[
    &["nothing", "but"],
    &["none", "but"],
    &["nothing", "more", "than"],
    &["not", "only"],
    &["no", "doubt"],
    &["without", "doubt"],
    &["without", "a", "doubt"],
    &["without", "any", "doubt"],
    &["without", "exception"],
    &["no", "wonder"],
    &["sin", "duda"],
    &["sin", "ninguna", "duda"],
    &["sin", "excepción"],
    &["no", "solo"],
    &["no", "sólo"],
    &["no", "solamente"],
    &["nichts", "als"],
    &["nichts", "anderes", "als"],
    &["nichts", "weiter", "als"],
    &["nicht", "nur"],
    &["ohne", "zweifel"],
    &["ohne", "ausnahme"],
    &["sans", "doute"],
    &["sans", "aucun", "doute"],
    &["sans", "exception"],
    &["pas", "seulement"],
    &["не", "только"],
    &["без", "сомнения"],
    &["без", "исключения"],
    &["не", "что", "иное"],
    &["ничто", "иное"],
];

const HARMLESS_CHINESE: &[&str] = &[
    "毫无疑问",
    "毫無疑問",
    "无疑",
    "無疑",
    "无一例外",
    "無一例外",
    "无知",
    "無知",
    "无耻",
    "無恥",
    "无辜",
    "無辜",
    "只不过",
    "不过是",
    "不過是",
    "不只",
    "不光",
    "无聊",
    "無聊",
    "不幸",
];

/// Words that begin another part of a sentence.
const JOINING: &[&str] = &[
    "and",
    "but",
    "or",
    "because",
    "so",
    "if",
    "while",
    "although", //
    "y",
    "e",
    "pero",
    "o",
    "porque",
    "si",
    "aunque",
    "mientras", //
    "und",
    "aber",
    "oder",
    "weil",
    "wenn",
    "denn",
    "obwohl",
    "sondern", //
    "et",
    "mais",
    "ou",
    "car",
    "parce", //
    "и",
    "но",
    "или",
    "если",
    "а",
    "потому",
    "хотя",
];

const JOINING_CHINESE: &[&str] = &[
    "但是", "但", "可是", "而且", "而", "因为", "因為", "所以", "如果", "并且", "並且", "或者",
    "虽然", "雖然",
];

/// Denials of one text that the other has not, or has elsewhere.
pub(super) fn negation(one: &Text, other: &Text) -> Option<Difference> {
    let (here, there) = (denials(one), denials(other));
    let apart = if chinese(one) || chinese(other) { APART_CHINESE } else { APART };
    let (these, those) = (Parts::of(one), Parts::of(other));
    // In a short text a word more or less is a large share.
    let apart = apart + 1.0 / these.words.min(those.words);
    let beside = |(a, b): (&Range<usize>, &Range<usize>)| {
        let far = (these.share(a) - those.share(b)).abs() <= apart;
        let (from_start, from_end) = (these.part(a), those.part(b));
        far && (from_start.0 == from_end.0 || from_start.1 == from_end.1)
    };
    let alike = here.len() == there.len() && here.iter().zip(&there).all(beside);
    (!alike).then(|| Difference {
        kind: DifferenceKind::Negation,
        one: places(one, &here),
        other: places(other, &there),
    })
}

/// The negations of a text that deny something.
fn denials(text: &Text) -> Vec<Range<usize>> {
    let forms: Vec<&str> = text.forms().collect();
    let rows = HARMLESS.iter().flat_map(|row| {
        let at = forms.windows(row.len()).enumerate().filter(move |(_, some)| some == row);
        at.map(|(at, _)| at..at + row.len())
    });
    let harmless: Vec<Range<usize>> = rows.chain(occurrences(text, HARMLESS_CHINESE)).collect();
    let mut found = negations(text);
    found.retain(|denial| {
        let within = |range: &Range<usize>| denial.start < range.end && range.start < denial.end;
        !harmless.iter().any(within) && !only(&forms, denial)
    });
    found
}

/// *No … más que*, *no* with a verb and *sino*, *ne … que*: only. With more before it *sino* says what is so instead.
fn only(forms: &[&str], denial: &Range<usize>) -> bool {
    let own = forms.get(denial.clone()).unwrap_or_default();
    let after = forms.get(denial.end..).unwrap_or_default();
    let after = after.get(..ONLY_WITHIN).unwrap_or(after);
    let spanish = own.contains(&"no")
        && (after.windows(2).any(|two| matches!(two, ["más" | "mas", "que"]))
            || after.get(1) == Some(&"sino"));
    let french = matches!(own, ["ne" | "n'"])
        && after.iter().take(3).any(|form| matches!(*form, "que" | "qu'"));
    spanish || french
}

fn chinese(text: &Text) -> bool {
    text.forms().any(|form| form.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}')))
}

/// Where the parts of a text begin.
struct Parts {
    starts: Vec<usize>,
    words: f64,
}

impl Parts {
    fn of(text: &Text) -> Self {
        let joined = occurrences(text, JOINING_CHINESE);
        let begins = |at: &usize| {
            let word = text.words().get(*at);
            let opens =
                word.is_some_and(|word| word.opens_sentence || JOINING.contains(&text.form(word)));
            opens || joined.iter().any(|range| range.start == *at)
        };
        let count = text.words().len();
        let words = f64::from(u32::try_from(count).unwrap_or(u32::MAX)).max(1.0);
        // A word that joins at the very beginning, or right after another, parts nothing.
        let mut starts: Vec<usize> = (1..count).filter(begins).collect();
        starts.dedup_by(|later, earlier| *later == *earlier + 1);
        Self { starts, words }
    }

    /// In which part a place is, from the start and from the end.
    fn part(&self, at: &Range<usize>) -> (usize, usize) {
        let before = self.starts.iter().filter(|start| **start <= at.start).count();
        (before, self.starts.len() - before)
    }

    /// Where its middle is.
    fn share(&self, at: &Range<usize>) -> f64 {
        f64::from(u32::try_from(at.start + at.end).unwrap_or(u32::MAX)) / 2.0 / self.words
    }
}
