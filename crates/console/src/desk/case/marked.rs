//! A post's text with stretches of it marked. Must not lose or reorder a character, and shows those that hide.

use std::ops::Range;

/// A stretch of a text and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The text, with hidden characters written out.
    pub text: String,
    /// What it is: empty, `found`, `chosen` or `shared`.
    pub tone: &'static str,
}

/// The text in pieces. Later marks lie over earlier ones; what is no stretch of the text is left out.
pub(crate) fn pieces(text: &str, marks: &[(Range<usize>, &'static str)]) -> Vec<Piece> {
    let sound = |range: &Range<usize>| range.start < range.end && text.get(range.clone()).is_some();
    let marks: Vec<_> = marks.iter().filter(|(range, _)| sound(range)).collect();
    let mut cuts: Vec<usize> = marks
        .iter()
        .flat_map(|(range, _)| [range.start, range.end])
        .chain([0, text.len()])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        let over = marks.iter().rev().find(|(range, _)| range.start <= *from && *to <= range.end);
        let tone = over.map_or("", |(_, tone)| *tone);
        let shown = crate::text::visible_lines(text.get(*from..*to).unwrap_or_default());
        match pieces.last_mut().filter(|last| last.tone == tone) {
            Some(last) => last.text.push_str(&shown),
            None => pieces.push(Piece { text: shown, tone }),
        }
    }
    pieces
}

/// Where words stand in a text, first as they are, then without regard to case and runs of blanks.
pub(crate) fn find(text: &str, words: &str) -> Option<Range<usize>> {
    let words = words.trim();
    if words.is_empty() {
        return None;
    }
    if let Some(at) = text.find(words) {
        return Some(at..at + words.len());
    }
    let wanted: Vec<char> = folded(words).map(|(_, c)| c).collect();
    let folded: Vec<(Range<usize>, char)> = folded(text).collect();
    folded.windows(wanted.len()).find_map(|window| {
        let same = window.iter().map(|(_, c)| c).eq(&wanted);
        let (first, last) = (window.first()?, window.last()?);
        same.then_some(first.0.start..last.0.end)
    })
}

/// Characters in lower case with the bytes that they stand for; a run of blanks is one.
fn folded(text: &str) -> impl Iterator<Item = (Range<usize>, char)> + '_ {
    let mut blank = false;
    text.char_indices().filter_map(move |(at, c)| {
        let bytes = at..at + c.len_utf8();
        if c.is_whitespace() {
            return (!std::mem::replace(&mut blank, true)).then_some((bytes, ' '));
        }
        blank = false;
        Some((bytes, c.to_lowercase().next().unwrap_or(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_put_together_are_the_text() {
        let text = "Sie sind Ungeziefer, alle.";
        let marks = [(0..8, "found"), (9..19, "chosen"), (4..12, "shared"), (90..99, "found")];
        let cut = pieces(text, &marks);
        assert_eq!(cut.iter().map(|one| one.text.as_str()).collect::<String>(), text);
        let tones: Vec<_> = cut.iter().map(|one| (one.text.as_str(), one.tone)).collect();
        let expected =
            [("Sie ", "found"), ("sind Ung", "shared"), ("eziefer", "chosen"), (", alle.", "")];
        assert_eq!(tones, expected);
        assert_eq!(pieces("", &[]), []);
        // Half of a letter is no stretch.
        assert_eq!(pieces("ä", &[(0..1, "found")]).len(), 1);
    }

    #[test]
    fn words_are_found_as_people_type_them() {
        let text = "They are\n VERMIN, all of them. They are here.";
        assert_eq!(find(text, "They are here"), Some(31..44));
        assert_eq!(find(text, "they are vermin"), Some(0..16));
        assert_eq!(find(text, "gone"), None);
        assert_eq!(find(text, "  "), None);
        assert_eq!(find("", "x"), None);
    }
}
