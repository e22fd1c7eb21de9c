//! Sets of phrases that are looked for together, in all readings of a text.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::fold::{Folded, fold};
use super::views::Views;

/// Phrases, ready to be found.
#[derive(Debug)]
pub struct PhraseSet {
    phrases: Vec<Box<str>>,
    automaton: Option<AhoCorasick>,
    whole_word: bool,
    normalize: bool,
}

/// A phrase that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it begins, in bytes of the original text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Which phrase.
    pub phrase: usize,
}

impl PhraseSet {
    /// A set. `whole_word`: a phrase must not begin or end inside a word. `normalize`: disguises
    /// are seen through; without it only case is ignored. Empty phrases are never found.
    #[must_use]
    pub fn new<'a>(
        phrases: impl IntoIterator<Item = &'a str>,
        whole_word: bool,
        normalize: bool,
    ) -> Self {
        let folded = |phrase: &str| {
            if normalize { fold(phrase.trim()).text().to_owned() } else { phrase.to_lowercase() }
        };
        let phrases: Vec<Box<str>> =
            phrases.into_iter().map(|phrase| folded(phrase).into()).collect();
        let automaton = AhoCorasick::new(phrases.iter().map(|phrase| phrase.as_bytes())).ok();
        Self { phrases, automaton, whole_word, normalize }
    }

    /// Whether the set sees through disguises, and so needs all readings of a text.
    #[must_use]
    pub fn normalizes(&self) -> bool {
        self.normalize
    }

    /// The phrases in the form in which they are looked for.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases.iter().map(AsRef::as_ref)
    }

    /// Whether any phrase is in the text.
    #[must_use]
    pub fn is_match(&self, views: &Views) -> bool {
        views.iter().any(|view| self.matches(view).next().is_some())
    }

    /// All phrases in the text, in order of place, each passage once.
    #[must_use]
    pub fn find(&self, views: &Views) -> Vec<Found> {
        let mut found = BTreeSet::new();
        for view in views.iter() {
            found.extend(self.matches(view).map(|(phrase, passage)| {
                let original = view.original(passage);
                Found { start: original.start, end: original.end, phrase }
            }));
        }
        found.into_iter().collect()
    }

    fn matches<'a>(
        &'a self,
        view: &'a Folded,
    ) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> + 'a {
        let text = view.text();
        self.automaton.iter().flat_map(move |automaton| {
            automaton
                .find_overlapping_iter(text)
                .filter(move |found| {
                    !found.is_empty() && (!self.whole_word || stands_alone(text, found.range()))
                })
                .map(|found| (found.pattern().as_usize(), found.range()))
        })
    }
}

/// Whether no word goes on beyond either end of the passage.
fn stands_alone(text: &str, passage: std::ops::Range<usize>) -> bool {
    let before = text.get(..passage.start).and_then(|before| before.chars().next_back());
    let after = text.get(passage.end..).and_then(|after| after.chars().next());
    let inside = text.get(passage).unwrap_or_default();
    let goes_on = |outside: Option<char>, edge: Option<char>| match (outside, edge) {
        (Some(outside), Some(edge)) => in_word(outside) && in_word(edge),
        _ => false,
    };
    !goes_on(before, inside.chars().next()) && !goes_on(after, inside.chars().next_back())
}

/// Letters and digits of scripts that put spaces between words.
fn in_word(c: char) -> bool {
    let spaceless = matches!(
        c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}'
    );
    (c.is_alphanumeric() || c == '_') && !spaceless
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], whole_word: bool, text: &str) -> Vec<String> {
        let set = PhraseSet::new(phrases.iter().copied(), whole_word, true);
        let views = Views::of(text);
        let found = set.find(&views);
        assert_eq!(set.is_match(&views), !found.is_empty());
        found
            .into_iter()
            .map(|found| text.get(found.start..found.end).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn digits_among_letters_that_stand_apart_are_letters() {
        assert_eq!(found(&["casino"], true, "the c a s 1 n 0 here"), ["c a s 1 n 0"]);
        assert_eq!(found(&["casino"], true, "c 4 5 1 n 0"), ["c 4 5 1 n 0"]);
        assert_eq!(found(&["casino"], true, "4 5 1 0 7 8"), [""; 0]);
    }

    #[test]
    fn disguised_phrases_are_found_and_quoted_as_written() {
        assert_eq!(found(&["free money"], true, "Get FR33  m0n€y!"), ["FR33  m0n€y"]);
        assert_eq!(
            found(&["free"], true, "so f.r.e.e, frеe and freeeee"),
            ["f.r.e.e", "frеe", "freeeee"]
        );
        assert_eq!(found(&["法轮功"], true, "他们说法*轮*功很好"), ["法*轮*功"]);
        assert_eq!(found(&["казино"], true, "Лучшее КАЗИНО!"), ["КАЗИНО"]);
        assert_eq!(found(&["kill", "ill"], true, "k1ll"), ["k1ll"]);
    }

    #[test]
    fn whole_words_are_whole() {
        assert!(found(&["ass"], true, "a class assembly").is_empty());
        assert_eq!(found(&["ass"], false, "a class").len(), 1);
        assert!(found(&["shot"], true, "shoot").is_empty());
        assert!(found(&[""], true, "anything").is_empty());
        assert_eq!(found(&["人民"], true, "中国人民银行"), ["人民"]);
        assert_eq!(found(&["c++"], true, "i like c++ a lot"), ["c++"]);
    }

    #[test]
    fn without_normalizing_only_case_is_ignored() {
        let set = PhraseSet::new(["Free"], true, false);
        assert!(set.is_match(&Views::lower("so FREE!")));
        assert!(!set.is_match(&Views::lower("so fr33")));
    }
}
