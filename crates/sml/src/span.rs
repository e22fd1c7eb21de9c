//! Where something stands in a text: byte ranges, and the lines and columns that people read.
//!
//! Nothing here knows what the text means.

use std::ops::Range;

/// A range of bytes in a source text, end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty range at `offset`.
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same range for indexing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text that this range covers; empty if it lies outside of `source`.
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or_default()
    }
}

/// A place in a text: line from 1, column from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 0; in UTF-8 bytes or in characters, as the method says that gave it.
    pub column: u32,
}

/// Turns byte offsets into lines and columns. Lines end with `\n`, `\r\n` or a lone `\r`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `source`.
    pub fn new(source: &str) -> Self {
        let mut starts = vec![0];
        let mut bytes = source.bytes().zip(1u32..).peekable();
        while let Some((byte, next)) = bytes.next() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.peek().is_none_or(|(follower, _)| *follower != b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(next);
            }
        }
        Self { starts }
    }

    /// Line and column of `offset`, the column in UTF-8 bytes.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: offset - self.line_start(line),
        }
    }

    /// Line and column of `offset`, the column in characters.
    pub fn position_in_characters(&self, source: &str, offset: u32) -> Position {
        let position = self.position(offset);
        let before = Span::new(offset - position.column, offset).text(source);
        Position { column: u32::try_from(before.chars().count()).unwrap_or(u32::MAX), ..position }
    }

    /// The text of a line (counted from 1) without its line end; empty if there is no such line.
    pub fn line_text<'s>(&self, source: &'s str, line: u32) -> &'s str {
        let Some(start) = (line as usize).checked_sub(1).and_then(|index| self.starts.get(index))
        else {
            return "";
        };
        let end = self.starts.get(line as usize).map_or(source.len(), |end| *end as usize);
        source.get(*start as usize..end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }

    /// How many lines the text has; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    fn line_start(&self, line: usize) -> u32 {
        line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let source = "a\nb\r\nc\rd";
        let index = LineIndex::new(source);
        let lines: Vec<_> = (1..=5).map(|line| index.line_text(source, line)).collect();
        assert_eq!(lines, ["a", "b", "c", "d", ""]);
        assert_eq!(index.position(7), Position { line: 4, column: 0 });
    }

    #[test]
    fn columns_in_bytes_and_in_characters_differ_after_non_ascii() {
        let source = "A = 1\nÜ = é + x";
        let index = LineIndex::new(source);
        let offset = u32::try_from(source.find('x').unwrap()).unwrap();
        assert_eq!(index.position(offset), Position { line: 2, column: 10 });
        assert_eq!(index.position_in_characters(source, offset), Position { line: 2, column: 8 });
    }

    #[test]
    fn a_span_outside_of_the_text_is_empty() {
        assert_eq!(Span::new(3, 9).text("abc"), "");
        assert_eq!(Span::new(1, 2).to(Span::new(4, 5)), Span::new(1, 5));
    }
}
