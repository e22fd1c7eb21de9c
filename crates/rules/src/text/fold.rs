//! Folds away what does not change how a text reads: case, styles, accents on Latin letters,
//! invisible characters, look-alikes from other scripts inside Latin words. Words that are
//! wholly Chinese, Japanese, Korean, Cyrillic, Greek, Arabic and so on keep their own letters.

use std::ops::Range;
use std::sync::LazyLock;

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use super::characters::Ranges;

/// A folded character and the bytes of the original that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) c: char,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A folded text that can tell where its passages stand in the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    text: String,
    cells: Vec<Cell>,
    /// For each cell the byte at which it begins in `text`.
    offsets: Vec<u32>,
}

impl Folded {
    pub(super) fn new(cells: Vec<Cell>) -> Self {
        let mut text = String::with_capacity(cells.len());
        let offsets = cells
            .iter()
            .map(|cell| {
                let offset = u32::try_from(text.len()).unwrap_or(u32::MAX);
                text.push(cell.c);
                offset
            })
            .collect();
        Self { text, cells, offsets }
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The bytes of the original that a passage (bytes of the folded text) came from.
    #[must_use]
    pub fn original(&self, passage: Range<usize>) -> Range<usize> {
        let cell_at = |offset: usize| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            let after = self.offsets.partition_point(|&start| start <= offset);
            after.checked_sub(1).and_then(|at| self.cells.get(at))
        };
        let start = cell_at(passage.start).map_or(0, |cell| cell.start);
        let end = passage.end.checked_sub(1).and_then(cell_at).map_or(start, |cell| cell.end);
        // Offsets are u32 to keep cells small; texts are far shorter.
        start as usize..end.max(start) as usize
    }
}

/// Folds a text.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let mut cells = Vec::with_capacity(text.len());
    if text.is_ascii() {
        for (start, byte) in text.bytes().enumerate() {
            push(&mut cells, char::from(byte.to_ascii_lowercase()), start, start + 1);
        }
        return Folded::new(cells);
    }
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if c.is_ascii() && rest.peek().is_none_or(|(_, next)| next.is_ascii()) {
            push(&mut cells, c.to_ascii_lowercase(), start, start + 1);
            continue;
        }
        // A character and the marks on it are normalised together.
        let mut end = start + c.len_utf8();
        while let Some((at, mark)) = rest
            .next_if(|(_, next)| is_combining_mark(*next) || canonical_combining_class(*next) != 0)
        {
            end = at + mark.len_utf8();
        }
        for c in text.get(start..end).unwrap_or_default().nfkc() {
            push_folded(&mut cells, c, start, end);
        }
    }
    unmask(&mut cells);
    Folded::new(cells)
}

fn push(cells: &mut Vec<Cell>, c: char, start: usize, end: usize) {
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    if c.is_whitespace() {
        // Any run of white space is one space.
        if cells.last().is_some_and(|last| last.c != ' ') {
            cells.push(Cell { c: ' ', start: at(start), end: at(end) });
        }
    } else if !c.is_control() {
        cells.push(Cell { c, start: at(start), end: at(end) });
    }
}

static IGNORABLE: LazyLock<Ranges> =
    LazyLock::new(|| Ranges::of(r"\p{Default_Ignorable_Code_Point}"));
static LATIN: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{Latin}"));

/// Marks that decorate letters of any script; those that a script needs are elsewhere.
fn is_decoration(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Arabic vowel signs and the stroke that only lengthens a word; Hebrew points.
fn is_optional_sign(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}')
}

fn push_folded(cells: &mut Vec<Cell>, c: char, start: usize, end: usize) {
    if let Some(mark) = plain_mark(c) {
        push(cells, mark, start, end);
    } else if c.is_ascii() {
        push(cells, c.to_ascii_lowercase(), start, end);
    } else if is_decoration(c) || is_optional_sign(c) || IGNORABLE.contains(c) {
    } else if LATIN.contains(c) {
        any_ascii_char(c).chars().for_each(|c| push(cells, c.to_ascii_lowercase(), start, end));
    } else if let Some(letter) = enclosed_letter(c) {
        push(cells, letter, start, end);
    } else {
        let lower = c.to_lowercase();
        lower.for_each(|c| push(cells, if c == 'ς' { 'σ' } else { c }, start, end));
    }
}

/// The plain form of apostrophes, quotation marks and dashes.
fn plain_mark(c: char) -> Option<char> {
    Some(match c {
        '‘' | '’' | '‛' | 'ʼ' | '′' => '\'',
        '“' | '”' | '‟' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        _ => return None,
    })
}

/// White letters on black circles and squares, and the letters of flags, which normalisation
/// leaves as they are.
fn enclosed_letter(c: char) -> Option<char> {
    let rows = ['\u{1f150}', '\u{1f170}', '\u{1f1e6}'];
    let offset = rows
        .iter()
        .find_map(|&first| u32::from(c).checked_sub(first.into()).filter(|offset| *offset < 26))?;
    char::from_u32(u32::from('a') + offset)
}

/// The Latin letter that a Cyrillic, Greek or Armenian letter (in lower case) looks like.
fn likeness(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' => 'e',
        'ԍ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ї' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' | 'η' | 'ո' => 'n',
        'о' | 'ο' | 'σ' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

fn is_foreign_letter(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{58f}') && c.is_alphabetic()
}

/// Turns look-alikes into Latin letters where they pose as such: in words that also have Latin
/// letters, and, when the text as a whole is Latin, in words made of look-alikes alone.
fn unmask(cells: &mut [Cell]) {
    let foreign = cells.iter().filter(|cell| is_foreign_letter(cell.c)).count();
    if foreign == 0 {
        return;
    }
    let latin = cells.iter().filter(|cell| cell.c.is_ascii_alphabetic()).count();
    for word in cells.split_mut(|cell| cell.c == ' ') {
        let mixed = word.iter().any(|cell| cell.c.is_ascii_alphabetic());
        let posing = latin > foreign
            && word.iter().all(|cell| !is_foreign_letter(cell.c) || likeness(cell.c).is_some());
        if mixed || posing {
            for cell in word {
                cell.c = likeness(cell.c).unwrap_or(cell.c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_fall_away() {
        for (text, folded) in [
            ("Free MONEY", "free money"),
            ("𝓕𝓻𝓮𝓮 ｍｏｎｅｙ", "free money"),
            ("🅵🆁🅴🅴 Ⓜⓞⓝⓔⓨ", "free money"),
            ("fr\u{200b}e\u{ad}e\u{202e} money", "free money"),
            ("f̶r̷e̴é mōñęý", "free money"),
            ("frее mоney", "free money"), // Cyrillic е and о
            ("ᴍᴏɴᴇʏ Straße Ærø", "money strasse aero"),
            ("free \t\n money", "free money"),
            ("buy сосо now please", "buy coco now please"), // сосо wholly Cyrillic
            ("ﬁne ½", "fine 1⁄2"),
            ("don’t – “stop”", "don't - \"stop\""),
        ] {
            assert_eq!(fold(text).text(), folded, "{text}");
        }
    }

    #[test]
    fn other_scripts_keep_their_letters() {
        for (text, folded) in [
            ("人人生而自由，在尊严", "人人生而自由,在尊严"),
            ("すべての人間は、ガ", "すべての人間は、ガ"),
            ("모든 인간은", "모든 인간은"),
            ("Все люди рождаются свободными; йод", "все люди рождаются свободными; йод"),
            ("Όλοι οι άνθρωποι", "όλοι οι άνθρωποι"),
            ("يولد جميع الناس أحرارا", "يولد جميع الناس أحرارا"),
            ("مَرْحَبـــا", "مرحبا"),
            ("सभी मनुष्यों को", "सभी मनुष्यों को"),
            ("มนุษย์ทั้งหลาย", "มนุษย\u{e4c}ท\u{e31}\u{e49}งหลาย"),
        ] {
            assert_eq!(fold(text).text(), folded, "{text}");
        }
    }

    #[test]
    fn passages_lead_back_to_the_original() {
        let text = "¡𝓕r\u{200b}éé! ﬁn";
        let folded = fold(text);
        assert_eq!(folded.text(), "¡free! fin");
        let at = folded.text().find("free").unwrap();
        assert_eq!(text.get(folded.original(at..at + 4)).unwrap(), "𝓕r\u{200b}éé");
        let at = folded.text().find("in").unwrap();
        assert_eq!(text.get(folded.original(at..at + 2)).unwrap(), "ﬁn");
    }
}
