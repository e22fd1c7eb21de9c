//! Character classes that Rust's standard library lacks or draws otherwise than Python.

use regex_syntax::hir::{Class, HirKind};

/// Python's `str.isspace` for one character: Unicode's white space and the four separators
/// 0x1c to 0x1f.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// A set of characters as sorted ranges.
#[derive(Clone, Debug)]
pub struct Ranges(Vec<(char, char)>);

impl Ranges {
    /// The characters of a class in regex syntax, such as `\d` or `[\p{L}--[a-z]]`; empty if the
    /// class does not parse, which a test of each caller rules out.
    #[must_use]
    pub fn of(class: &str) -> Self {
        let parsed = regex_syntax::parse(class).map(|hir| hir.into_kind());
        match parsed {
            Ok(HirKind::Class(Class::Unicode(class))) => {
                Self(class.iter().map(|range| (range.start(), range.end())).collect())
            }
            _ => Self(Vec::new()),
        }
    }

    /// Whether the set has the character.
    #[must_use]
    pub fn contains(&self, c: char) -> bool {
        self.range_of(c).is_some()
    }

    /// The range that has the character.
    #[must_use]
    pub fn range_of(&self, c: char) -> Option<(char, char)> {
        let after = self.0.partition_point(|&(start, _)| start <= c);
        let range = *self.0.get(after.checked_sub(1)?)?;
        (c <= range.1).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_the_class_says() {
        let digits = Ranges::of(r"\d");
        assert!(digits.contains('0') && digits.contains('9') && digits.contains('٣'));
        assert!(!digits.contains('/') && !digits.contains(':') && !digits.contains('²'));
        assert!(!Ranges::of("[").contains('['));
    }

    #[test]
    fn space_is_pythons() {
        assert!(" \t\n\u{b}\u{1c}\u{1f}\u{85}\u{a0}\u{3000}".chars().all(is_space));
        assert!(!"\u{200b}\u{1b}a".chars().any(is_space));
    }
}
