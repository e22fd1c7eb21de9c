//! Tells a speaker's own words from words that are quoted, so that those who report or oppose
//! a slur are not taken for those who use it.

/// Pairs of quotation marks. In `„...“` the closing mark is what opens elsewhere.
const PAIRS: [(char, char); 11] = [
    ('„', '“'),
    ('„', '”'),
    ('“', '”'),
    ('”', '”'),
    ('«', '»'),
    ('»', '«'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('‹', '›'),
    ('"', '"'),
];

/// A quotation longer than this is not one: a mark was left open.
const LONGEST: usize = 2_000;
const LONGEST_SINGLE: usize = 600;

/// The text without quotations: passages in quotation marks, lines that begin with `>`, and what
/// follows `RT @name` or `QT @name` at the start. What is cut leaves a space.
#[must_use]
pub fn unquoted(text: &str) -> String {
    if is_repost(text) {
        return String::new();
    }
    let own_lines: String = text
        .split_inclusive('\n')
        .filter(|line| !line.trim_start().starts_with(['>', '＞']))
        .collect();
    let mut out = String::with_capacity(own_lines.len());
    let mut rest = own_lines.as_str();
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match quotation_end(c, after).or_else(|| single_end(&out, c, after)) {
            Some(end) => {
                out.push(' ');
                rest = after.get(end..).unwrap_or_default();
            }
            None => {
                out.push(c);
                rest = after;
            }
        }
    }
    out
}

/// The start of the paragraph in `after`, no further than `most` bytes: what lies beyond cannot end
/// a quotation, and looking at all of a long text for each of its characters would take hours.
fn near(after: &str, most: usize) -> &str {
    let end = (0..=most.min(after.len())).rev().find(|at| after.is_char_boundary(*at));
    let window = after.get(..end.unwrap_or(0)).unwrap_or_default();
    window.split("\n\n").next().unwrap_or_default()
}

/// Where the quotation that `open` begins ends in what follows; the nearest closing mark on
/// the same paragraph counts.
fn quotation_end(open: char, after: &str) -> Option<usize> {
    let mut closing =
        PAIRS.iter().filter(|(start, _)| *start == open).map(|(_, close)| *close).peekable();
    closing.peek()?;
    let paragraph = near(after, LONGEST);
    closing.filter_map(|close| paragraph.find(close).map(|at| at + close.len_utf8())).min()
}

/// The same for single marks, which are apostrophes too: a quotation begins where no word goes
/// before, and ends where none goes on.
fn single_end(before: &str, open: char, after: &str) -> Option<usize> {
    let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if !matches!(open, '\'' | '‘' | '‚') || in_word(before.chars().next_back()) {
        return None;
    }
    // One character more tells whether a word goes on after the last possible end.
    let paragraph = near(after, LONGEST_SINGLE + char::MAX.len_utf8());
    let closing =
        paragraph.char_indices().filter(|(at, c)| *at > 0 && matches!(c, '\'' | '’' | '‘'));
    let mut ends = closing.map(|(at, c)| at + c.len_utf8());
    ends.find(|end| !in_word(paragraph.get(*end..).and_then(|rest| rest.chars().next())))
        .filter(|end| *end <= LONGEST_SINGLE)
}

fn is_repost(text: &str) -> bool {
    let text = text.trim_start();
    ["RT", "QT"].iter().any(|mark| {
        text.strip_prefix(mark)
            .is_some_and(|rest| rest.trim_start_matches([' ', ':']).starts_with('@'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a search of the whole rest for each character these would not end within a day.
    #[test]
    fn long_texts_take_time_in_proportion() {
        for piece in ["x", "\"", "“", " '", "'a", "„«"] {
            let text = piece.repeat((1 << 18) / piece.len());
            assert!(unquoted(&text).len() <= text.len(), "{piece}");
        }
    }

    #[test]
    fn quotations_are_cut() {
        for (text, own) in [
            ("He said \"bad words\" to me", "He said   to me"),
            ("Er sagte „böse Worte“ zu mir", "Er sagte   zu mir"),
            ("Il a dit « gros mots » hier", "Il a dit   hier"),
            ("他说「坏话」了", "他说 了"),
            ("he said “bad” and ”x", "he said   and ”x"),
            ("hon sa ”fult” till mig", "hon sa   till mig"),
            ("> quoted line\nmy own words\n>> deeper", "my own words\n"),
            ("RT @someone: bad words", ""),
            ("an open \" mark stays", "an open \" mark stays"),
            ("\"first paragraph\n\nsecond\" one", "\"first paragraph\n\nsecond\" one"),
            ("she said 'don't be bad' to me", "she said   to me"),
            ("I don't think it's John's", "I don't think it's John's"),
            ("书名《坏书》很坏", "书名 很坏"),
            ("plain", "plain"),
            ("ART @home", "ART @home"),
        ] {
            assert_eq!(unquoted(text), own, "{text}");
        }
    }
}
