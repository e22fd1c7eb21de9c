//! How characters are made comparable: compatibility forms, case, invisible characters, borrowed letters.
//!
//! Chinese is left alone: only Latin words that borrow Cyrillic or Greek letters are rewritten. This
//! module must not decide what a word is; that is `text`.

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, decompose_compatible},
    is_nfkc_quick,
};

/// Feeds `sink` the folded characters of `raw`, each with the byte range that it came from.
///
/// A range covers a whole combining sequence, so that a mark can never be cut off from its letter.
pub(super) fn fold_each(raw: &str, mut sink: impl FnMut(Folded)) {
    let mut rest = raw.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let mut end = start + first.len_utf8();
        let mut alone = true;
        while let Some((at, next)) = rest.next_if(|(_, next)| !stands_alone(*next)) {
            end = at + next.len_utf8();
            alone = false;
        }
        let upper = first.is_uppercase();
        if alone && first.is_ascii() {
            sink(Folded { to: first.to_ascii_lowercase(), start, end, upper });
        } else if alone && is_common_han(first) {
            sink(Folded { to: first, start, end, upper });
        } else {
            let sequence = raw.get(start..end).unwrap_or_default();
            for to in fold_sequence(sequence) {
                sink(Folded { to, start, end, upper });
            }
        }
    }
}

/// One folded character and where it stood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folded {
    pub(super) to: char,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Was it written as a capital?
    pub(super) upper: bool,
}

/// NFKC with case folded. Going by way of the capital unites ß with ss and ς with σ.
fn fold_sequence(sequence: &str) -> impl Iterator<Item = char> {
    sequence
        .chars()
        .filter(|c| !is_invisible(*c))
        .nfkd()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
}

/// Can nothing before this character change what it becomes?
fn stands_alone(c: char) -> bool {
    if c.is_ascii() || is_common_han(c) {
        return true;
    }
    if is_invisible(c) {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    let first = first.unwrap_or(c);
    canonical_combining_class(first) == 0
        && is_nfkc_quick(std::iter::once(first)) != unicode_normalization::IsNormalized::Maybe
}

fn is_common_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// Characters that nobody sees: soft hyphen, zero-width, direction marks, variation selectors, tags.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Is this a script that puts no spaces between words? Each of its characters stands for itself.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Pictures that people write with: each is a word of its own.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// The Latin letter that a Cyrillic or Greek one imitates, if any.
pub(super) fn latin_twin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(raw: &str) -> String {
        let mut out = String::new();
        fold_each(raw, |folded| out.push(folded.to));
        out
    }

    #[test]
    fn forms_case_and_invisible_characters_fold() {
        assert_eq!(fold("ＦＲＥＥ 𝐁𝐎𝐋𝐃 Straße ΣΊΣΥΦΟΣ"), "free bold strasse σίσυφοσ");
        assert_eq!(fold("f\u{200b}r\u{ad}e\u{202e}e"), "free");
        assert_eq!(fold("e\u{301}"), "é");
    }

    #[test]
    fn no_unified_ideograph_is_changed() {
        for c in '\u{4e00}'..='\u{9fff}' {
            assert_eq!(fold(&c.to_string()), c.to_string());
            assert_eq!(latin_twin(c), None);
        }
    }

    proptest! {
        #[test]
        fn folding_by_sequence_equals_folding_the_whole(raw in "\\PC{0,40}") {
            prop_assert_eq!(fold(&raw), fold_sequence(&raw).collect::<String>());
        }
    }
}
