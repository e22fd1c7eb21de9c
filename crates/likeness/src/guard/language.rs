//! In which language a text is, so far as the guard must know: whether it can read it at all.

use whatlang::{Lang, Script};

use super::{Difference, DifferenceKind};
use crate::text::Text;

/// Languages of which the guard knows negations and contraries.
const READ: &[Lang] = &[Lang::Eng, Lang::Spa, Lang::Deu, Lang::Fra, Lang::Cmn, Lang::Rus];

/// Whether one of two texts is in a language that the guard cannot read.
pub(super) fn unread(one: &Text, other: &Text) -> Option<Difference> {
    let whole = |text: &Text| {
        if read(text) {
            Vec::new()
        } else {
            text.words().iter().map(|word| word.at.clone()).collect()
        }
    };
    let (one, other) = (whole(one), whole(other));
    (!one.is_empty() || !other.is_empty()).then_some(Difference {
        kind: DifferenceKind::Language,
        one,
        other,
    })
}

/// A language that the guard reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    Spanish,
    German,
    French,
    Russian,
    Chinese,
}

/// Small words that hardly any sentence is without, and that the other languages do not have.
const SMALL: &[(Tongue, &[&str])] = &[
    (
        Tongue::English,
        &[
            "the", "is", "are", "was", "were", "of", "to", "and", "that", "this", "these", "those",
            "you", "your", "they", "them", "their", "it", "with", "for", "not", "have", "has",
            "be", "all", "i", "my", "we", "our", "at", "by", "from", "who", "what", "will",
            "would", "should", "like", "just", "never", "there",
        ],
    ),
    (
        Tongue::Spanish,
        &[
            "el", "los", "las", "del", "que", "qué", "por", "para", "con", "una", "unos", "y",
            "fue", "es", "son", "está", "están", "su", "sus", "como", "cómo", "más", "pero", "no",
            "se", "lo", "al", "nos", "yo", "tú", "ustedes", "eso", "esa", "esas", "ese", "esos",
            "estas", "hay", "muy", "a", "todas", "todos", "odio", "nunca",
        ],
    ),
    (
        Tongue::German,
        &[
            "der", "die", "das", "und", "ist", "sind", "nicht", "ich", "sie", "ein", "eine",
            "einen", "den", "dem", "wir", "ihr", "zu", "mit", "auf", "für", "von", "im", "wurde",
            "wird", "haben", "hat", "auch", "kein", "keine", "alle", "diese", "dass", "nur", "es",
            "war",
        ],
    ),
    (
        Tongue::French,
        &[
            "le", "les", "des", "du", "et", "est", "sont", "une", "un", "je", "nous", "vous",
            "ils", "elles", "il", "ne", "n'", "pas", "que", "qui", "pour", "dans", "sur", "avec",
            "ce", "cette", "ces", "l'", "d'", "c'", "j'", "au", "aux", "été", "tous", "toutes",
            "à",
        ],
    ),
];

/// In which language a text is, by its script and its small words; none where they do not tell.
pub(super) fn tongue(text: &Text) -> Option<Tongue> {
    let forms: Vec<&str> = text.forms().collect();
    let count = |is: fn(char) -> bool| forms.iter().filter(|form| form.starts_with(is)).count();
    if count(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}')) > 0 {
        return None;
    }
    if count(|c| matches!(c, '\u{4e00}'..='\u{9fff}')) * 2 > forms.len() {
        return Some(Tongue::Chinese);
    }
    if count(|c| matches!(c, '\u{400}'..='\u{4ff}')) * 2 > forms.len() {
        return Some(Tongue::Russian);
    }
    let mut found: Vec<(usize, Tongue)> = SMALL
        .iter()
        .map(|(tongue, small)| (forms.iter().filter(|form| small.contains(form)).count(), *tongue))
        .collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match found.as_slice() {
        [(most, tongue), (next, _), ..] if most > next => Some(*tongue),
        _ => None,
    }
}

/// A few words are in too many languages to tell; they are taken to be in one that is read if their script is.
fn read(text: &Text) -> bool {
    let Some(found) = whatlang::detect(text.folded()) else { return false };
    let script = matches!(found.script(), Script::Latin | Script::Cyrillic | Script::Mandarin);
    script && (!found.is_reliable() || READ.contains(&found.lang()))
}
