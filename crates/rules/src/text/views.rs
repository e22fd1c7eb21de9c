//! The readings of a text under which a disguised phrase may show: as folded, with digits and
//! signs read as letters, with spaced-out letters joined, with drawn-out letters shortened.

use std::cell::RefCell;
use std::rc::Rc;

use super::fold::{Cell, Folded, fold};

/// The different readings of one text, the plain one first.
#[derive(Clone, Debug)]
pub struct Views(Vec<Folded>);

impl Views {
    /// All readings.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let plain = fold(text);
        let mut views = vec![plain];
        // Most texts are no disguise, which one look at them tells.
        if views.first().is_some_and(|plain| has_signs(plain.cells()) || stand_apart(plain.cells()))
        {
            for one in ['i', 'l'] {
                // Once more when joined: a digit that stands apart is in no word before that.
                let deep = views.first().map(|plain| leet(&joined(&leet(plain.cells(), one)), one));
                add(&mut views, deep);
            }
        }
        if views.iter().any(|view| drawn_out(view.cells())) {
            for keep in [2, 1] {
                for at in 0..views.len() {
                    let shortened = views.get(at).and_then(|view| shortened(view.cells(), keep));
                    add(&mut views, shortened);
                }
            }
        }
        Self(views)
    }

    /// Only the text itself, in lower case.
    #[must_use]
    pub fn lower(text: &str) -> Self {
        let cells = text.char_indices().flat_map(|(start, c)| {
            let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
            c.to_lowercase().map(move |lower| Cell {
                c: lower,
                start: at(start),
                end: at(start + c.len_utf8()),
            })
        });
        Self(vec![Folded::new(cells.collect())])
    }

    /// The readings, the plain one first.
    pub fn iter(&self) -> impl Iterator<Item = &Folded> {
        self.0.iter()
    }
}

fn add(views: &mut Vec<Folded>, cells: Option<Vec<Cell>>) {
    let Some(cells) = cells else { return };
    let new = views.iter().all(|view| view.cells() != cells.as_slice());
    if new {
        views.push(Folded::new(cells));
    }
}

/// Whether there is anything that may stand for a letter.
fn has_signs(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| letter_for(cell.c, 'i', true) != cell.c)
}

/// Reads digits and signs in words as the letters that they stand for. `one` is what 1, ! and |
/// stand for.
fn leet(cells: &[Cell], one: char) -> Vec<Cell> {
    let mut read = cells.to_vec();
    for word in read.split_mut(|cell| cell.c == ' ') {
        if !word.iter().any(|cell| cell.c.is_alphabetic()) {
            continue;
        }
        let last = word.len().saturating_sub(1);
        for (at, cell) in word.iter_mut().enumerate() {
            cell.c = letter_for(cell.c, one, at > 0 && at < last);
        }
    }
    read
}

/// The letter that a digit or sign stands for; some do only inside a word.
fn letter_for(sign: char, one: char, inside: bool) -> char {
    match sign {
        'a'..='z' | ' ' => sign,
        '0' => 'o',
        '1' => one,
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        '9' => 'g',
        '!' | '|' if inside => one,
        '+' if inside => 't',
        c => c,
    }
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '.' | ',' | '-' | '_' | '*' | '·' | '•' | '|' | '/' | '\\' | '~' | '+' | '\'' | '"'
    )
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether a letter has nothing beside it that it could be read with, or is Chinese.
fn is_single(cells: &[Cell], at: usize) -> bool {
    let letter = |at: usize| cells.get(at).is_some_and(|cell| cell.c.is_alphanumeric());
    let free = |at: Option<usize>| !at.is_some_and(letter);
    let han = cells.get(at).is_some_and(|cell| is_han(cell.c));
    han || (letter(at) && free(at.checked_sub(1)) && free(at.checked_add(1)))
}

/// Whether any two letters stand apart with one separator between them.
fn stand_apart(cells: &[Cell]) -> bool {
    let separators = cells.iter().enumerate().filter(|(_, cell)| is_separator(cell.c));
    separators.into_iter().any(|(at, _)| {
        at.checked_sub(1).is_some_and(|before| is_single(cells, before)) && is_single(cells, at + 1)
    })
}

/// Joins letters that stand apart: at least three (of Chinese, two) with one separator, always
/// the same one, between each two. Chinese puts commas and stops without spaces, so these do not
/// count there.
fn joined(cells: &[Cell]) -> Vec<Cell> {
    let is_single = |at: usize| is_single(cells, at);
    let mut out = Vec::with_capacity(cells.len());
    let mut at = 0;
    while let Some(&cell) = cells.get(at) {
        let separator = cells
            .get(at + 1)
            .map(|cell| cell.c)
            .filter(|&c| is_separator(c) && !(is_han(cell.c) && matches!(c, ',' | '.')));
        let mut count = usize::from(is_single(at));
        while count > 0
            && separator.is_some()
            && cells.get(at + 2 * count - 1).map(|cell| cell.c) == separator
            && is_single(at + 2 * count)
        {
            count += 1;
        }
        if count >= if is_han(cell.c) { 2 } else { 3 } {
            out.extend((0..count).filter_map(|letter| cells.get(at + 2 * letter)));
            at += 2 * count - 1;
        } else {
            out.push(cell);
            at += 1;
        }
    }
    out
}

/// Whether any letter stands three times in a row.
fn drawn_out(cells: &[Cell]) -> bool {
    let mut runs = cells.windows(3);
    runs.any(|run| match run {
        [a, b, c] => a.c == b.c && b.c == c.c && a.c.is_alphabetic(),
        _ => false,
    })
}

/// Shortens runs of three or more equal letters; None if there are none.
fn shortened(cells: &[Cell], keep: usize) -> Option<Vec<Cell>> {
    let mut out: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut changed = false;
    for run in cells.chunk_by(|a, b| a.c == b.c && a.c.is_alphabetic()) {
        if run.len() < 3 {
            out.extend(run);
            continue;
        }
        changed = true;
        out.extend(run.iter().take(keep));
        // The last letter that stays answers for all that went.
        if let (Some(kept), Some(last)) = (out.last_mut(), run.last()) {
            kept.end = last.end;
        }
    }
    changed.then_some(out)
}

/// Remembers the readings of the texts of one event, so that many rules on one text fold it
/// once. Make a new one for each event.
#[derive(Debug, Default)]
pub struct Memo {
    seen: RefCell<Vec<(Box<str>, Rc<Views>)>>,
}

impl Memo {
    /// The readings of a text.
    pub fn views(&self, text: &str) -> Rc<Views> {
        if let Some((_, views)) = self.seen.borrow().iter().find(|(seen, _)| **seen == *text) {
            return Rc::clone(views);
        }
        let views = Rc::new(Views::of(text));
        self.seen.borrow_mut().push((text.into(), Rc::clone(&views)));
        views
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_looks_like_no_disguise_is_none(text in "[a-dA-D015@!|+ .,*_é法…]{0,24}") {
            let plain = fold(&text);
            if !has_signs(plain.cells()) && !stand_apart(plain.cells()) {
                let deep = leet(&joined(&leet(plain.cells(), 'i')), 'l');
                prop_assert_eq!(deep, plain.cells());
            }
            if !drawn_out(plain.cells()) {
                prop_assert!(shortened(plain.cells(), 1).is_none());
            }
        }
    }

    fn readings(text: &str) -> Vec<String> {
        Views::of(text).iter().map(|view| view.text().to_owned()).collect()
    }

    #[test]
    fn plain_texts_have_one_reading() {
        assert_eq!(readings("Hello, world"), ["hello, world"]);
        assert_eq!(readings("call 555 1234"), ["call 555 1234"]);
    }

    #[test]
    fn disguised_texts_have_more() {
        assert_eq!(readings("fr33 m0n3y"), ["fr33 m0n3y", "free money"]);
        assert_eq!(readings("k1ll"), ["k1ll", "kill", "klll", "kll", "kl"]);
        assert_eq!(readings("f r e e money"), ["f r e e money", "free money"]);
        assert_eq!(readings("f.r.e.e."), ["f.r.e.e.", "free."]);
        assert_eq!(readings("法 轮 功"), ["法 轮 功", "法轮功"]);
        assert_eq!(readings("freeee shiiit"), ["freeee shiiit", "free shiit", "fre shit"]);
        assert_eq!(readings("a b"), ["a b"]);
        assert_eq!(readings("你好,世界"), ["你好,世界"]);
    }
}
