//! Characters that `StringClean` takes for Latin letters: the reference's own choice, which
//! results depend on. Our own folding (`text::fold`) follows Unicode instead.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The letter that the reference takes a character for.
pub(super) fn letter(c: char) -> Option<char> {
    if c.is_ascii() {
        return match c {
            '@' => Some('a'),
            '|' => Some('l'),
            '$' => Some('s'),
            _ => None,
        };
    }
    LIKENESSES.get(&c).copied().or_else(|| enclosed(c)).or_else(|| mathematical(c))
}

/// Symbols and letters of other scripts, after the letter that they stand for.
const SYMBOLS: [&str; 26] = [
    "a⍺ªα∀⟑",
    "bβВь฿",
    "c🝌¢©Çç∁⊂ϲ",
    "dძ∂⫒",
    "e℮⋿ϱ€ℇ∃∈∑",
    "fϝ៛⨍⨗⫭𐅿",
    "gԌց₲",
    "h₶ℏ⫲⫳",
    "i˛⍳ιї⫯",
    "jϳј⌡",
    "kκϏ₭",
    "l∣⏽￨լ₤∟",
    "m₥≞⋔⨇⩋⫙",
    "nΠηπ∏∩刀",
    "oºοօ☉⦿",
    "p⍴Ρρբ₱℗♇",
    "qҩԛգզ",
    "r®ЯՒ𐅾",
    "sѕ∫",
    "t⊤⟙🝨τէ⊺♰♱",
    "u∪⋃µ∐⨃",
    "v∨⋁√⩔",
    "wω₩⨈⩊⫝",
    "x×╳⤫⤬⨯☓✗",
    "y¥ӱჄ⑂",
    "z𐋵ՀჀꙀ",
];

static LIKENESSES: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    SYMBOLS
        .iter()
        .flat_map(|group| {
            group.chars().skip(1).zip(std::iter::repeat(group.chars().next().unwrap_or_default()))
        })
        .collect()
});

/// Letters in brackets, circles and squares, and the letters of flags: rows from A to Z.
fn enclosed(c: char) -> Option<char> {
    let rows = ['⒜', 'Ⓐ', '🄐', '🄰', '🅐', '🅰', '🇦'];
    let offset = rows
        .iter()
        .find_map(|&first| u32::from(c).checked_sub(first.into()).filter(|offset| *offset < 26))?;
    char::from_u32(u32::from('a') + offset)
}

/// The styled alphabets of mathematics. A capital I looks like an l; a styled m is left alone.
fn mathematical(c: char) -> Option<char> {
    if !matches!(c, '\u{2102}'..='\u{2149}' | '\u{1d400}'..='\u{1d7cb}')
        || matches!(c, '\u{2126}' | '\u{212a}' | '\u{212b}')
    {
        return None;
    }
    let mut plain = std::iter::once(c).nfkd();
    let (letter, None) = (plain.next()?, plain.next()) else { return None };
    Some(match letter {
        'I' => 'l',
        'm' => return None,
        letter if letter.is_ascii_alphabetic() => letter.to_ascii_lowercase(),
        'Α' | 'α' => 'a',
        'Β' => 'b',
        'Ε' => 'e',
        'Ϝ' => 'f',
        'Η' => 'h',
        'ι' | 'ı' => 'i',
        'Κ' => 'k',
        'Ι' => 'l',
        'Μ' => 'm',
        'Ν' => 'n',
        'Ο' | 'ο' | 'σ' => 'o',
        'Ρ' | 'ρ' => 'p',
        'Τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'Χ' => 'x',
        'Υ' | 'γ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likenesses_are_the_references() {
        let cleaned = |text: &str| text.chars().map(|c| letter(c).unwrap_or(c)).collect::<String>();
        assert_eq!(cleaned("𝓕𝓻𝓮𝓮 𝕞𝕠𝕟𝕖𝕪 𝐈"), "free 𝕞oney l");
        assert_eq!(cleaned("🅢🄲🅰⒨ Κνωσός"), "scam Κνwσός");
        assert_eq!(cleaned("1 0 Il 𝟏"), "1 0 Il 𝟏");
    }
}
