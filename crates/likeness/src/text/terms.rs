//! Terms that the operator declares interchangeable: the names of groups, parties, states.
//!
//! Nothing is inferred about persons: a term belongs to a class because somebody wrote it down.

use std::collections::HashMap;

use super::{Text, Word, WordKind, scan::scan};

/// FNV-1a, 64 bits: the same on every machine and in every version.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Classes of interchangeable terms.
///
/// ```
/// use likeness::{Terms, Text};
/// let groups = Terms::new([["women", "gay people", "immigrants"]]);
/// let one = Text::read_with("I admire women.", &groups);
/// let other = Text::read_with("I admire gay people.", &groups);
/// assert_eq!(one.folded(), other.folded());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// First word of a term to its remaining words and its class, longest first.
    by_first: HashMap<String, Vec<(Vec<String>, u8)>>,
}

impl Terms {
    /// Each inner list is one class; every term of a class may stand for every other of it. At most 255
    /// classes are kept apart.
    #[must_use]
    pub fn new<Class, Term>(classes: impl IntoIterator<Item = Class>) -> Self
    where
        Class: IntoIterator<Item = Term>,
        Term: AsRef<str>,
    {
        let mut by_first: HashMap<String, Vec<(Vec<String>, u8)>> = HashMap::new();
        for (class, terms) in (0u8..=254).chain(std::iter::repeat(255)).zip(classes) {
            for term in terms {
                let text = scan(term.as_ref());
                let mut forms = text.forms().map(str::to_owned);
                if let Some(first) = forms.next() {
                    by_first.entry(first).or_default().push((forms.collect(), class));
                }
            }
        }
        for terms in by_first.values_mut() {
            terms.sort_by_key(|(rest, class)| (std::cmp::Reverse(rest.len()), *class));
        }
        Self { by_first }
    }

    /// A number that changes when other terms are declared. Not secret, and not proof against forgery.
    #[must_use]
    pub fn version(&self) -> u64 {
        let entries = self.by_first.iter().flat_map(|(first, terms)| {
            terms.iter().map(move |(rest, class)| (first.as_str(), rest.as_slice(), *class))
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        let mut version = FNV_OFFSET;
        for (first, rest, class) in entries {
            for word in std::iter::once(first).chain(rest.iter().map(String::as_str)) {
                // No word has a byte 0xff, so that words cannot run into each other.
                version = word.bytes().chain([0xff]).fold(version, fnv);
            }
            version = fnv(version, class);
        }
        version
    }

    /// Puts the sign of its class in the place of each term.
    pub(super) fn replace(&self, text: Text) -> Text {
        if !text.forms().any(|form| self.by_first.contains_key(form)) {
            return text;
        }
        let mut replaced = Text::default();
        let mut words = text.words.as_slice();
        while let Some((first, after)) = words.split_first() {
            if let Some((rest, class)) = self.term_at(&text, first, after) {
                let at = first.at.start..rest.last().unwrap_or(first).at.end;
                let word = Word { at, kind: WordKind::Interchangeable, ..first.clone() };
                replaced.push(sign(class).encode_utf8(&mut [0; 4]), word);
                words = after.get(rest.len()..).unwrap_or_default();
            } else {
                replaced.push(text.form(first), first.clone());
                words = after;
            }
        }
        replaced
    }

    fn term_at<'a>(
        &self,
        text: &Text,
        first: &Word,
        after: &'a [Word],
    ) -> Option<(&'a [Word], u8)> {
        self.by_first.get(text.form(first))?.iter().find_map(|(rest, class)| {
            let here = after.get(..rest.len())?;
            here.iter()
                .map(|word| text.form(word))
                .eq(rest.iter().map(String::as_str))
                .then_some((here, *class))
        })
    }
}

/// The sign of a class: a private-use character, which scanning never takes for a word.
fn sign(class: u8) -> char {
    char::from_u32(0xe000 + u32::from(class)).unwrap_or('\u{e000}')
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_longest_term_wins_and_the_place_is_kept() {
        let terms = Terms::new([vec!["people", "gay people", "Schwule"], vec!["Bern"]]);
        let raw = "Die GAY  people, in Bern!";
        let text = Text::read_with(raw, &terms);
        let places: Vec<&str> = text
            .words()
            .iter()
            .filter(|word| word.kind == WordKind::Interchangeable)
            .map(|word| &raw[word.at.clone()])
            .collect();
        assert_eq!(places, ["GAY  people", "Bern"]);
        assert_ne!(
            Text::read_with("people", &terms).folded(),
            Text::read_with("Bern", &terms).folded()
        );
    }
}
