//! A text as likeness reads it: folded words that remember where they stood.
//!
//! Folding resists evasion (compatibility forms, invisible characters, borrowed letters, s p a c e d words)
//! and keeps quoted words apart from asserted ones. It must not be shown to people as the text: passages
//! are always given as byte ranges of the original.

mod fold;
mod scan;
mod terms;

use std::ops::Range;

pub use terms::Terms;

/// A text folded into words.
///
/// ```
/// let text = likeness::Text::read("He said: “ＩＴ ｗａｓ st\u{200b}olen!”");
/// assert_eq!(text.folded(), "he said it was stolen");
/// assert!(text.words().last().is_some_and(|word| word.quoted));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    folded: String,
    words: Vec<Word>,
}

/// One folded word and where it stood in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Word {
    /// Bytes of [`Text::folded`].
    folded: Range<usize>,
    /// Bytes of the original.
    pub at: Range<usize>,
    /// What sort of word it is.
    pub kind: WordKind,
    /// Does it stand inside quotation marks or in a quoted line? Only three words or more are a quotation.
    pub quoted: bool,
    /// Was its first letter a capital?
    pub capital: bool,
    /// Does it open a sentence, so that a capital says nothing?
    pub opens_sentence: bool,
}

/// What sort of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WordKind {
    /// Letters or digits.
    Plain,
    /// One character of a script that does not part its words by spaces.
    Unspaced,
    /// `@name`.
    Mention,
    /// A web address, in canonical form.
    Link,
    /// An emoji or another picture.
    Picture,
    /// One of a class of terms that the operator declared interchangeable.
    Interchangeable,
}

impl Text {
    /// Folds `raw` into words.
    #[must_use]
    pub fn read(raw: &str) -> Self {
        scan::scan(raw)
    }

    /// Folds `raw` and puts one sign in the place of every term of a declared class, so that the same
    /// sentence about another group is the same text.
    #[must_use]
    pub fn read_with(raw: &str, terms: &Terms) -> Self {
        terms.replace(scan::scan(raw))
    }

    /// The folded text: words with single spaces, none between characters of unspaced scripts.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The words in order.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The folded form of one of this text's words.
    #[must_use]
    pub fn form(&self, word: &Word) -> &str {
        self.folded.get(word.folded.clone()).unwrap_or_default()
    }

    /// The folded forms of the words in order.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| self.form(word))
    }

    /// Adds a word, with a space before it unless neither neighbour wants one.
    fn push(&mut self, form: &str, mut word: Word) {
        let dense = |kind| kind == WordKind::Unspaced;
        if self.words.last().is_some_and(|last| !(dense(last.kind) && dense(word.kind))) {
            self.folded.push(' ');
        }
        let start = self.folded.len();
        self.folded.push_str(form);
        word.folded = start..self.folded.len();
        self.words.push(word);
    }
}

impl Word {
    fn new(at: Range<usize>, kind: WordKind) -> Self {
        Self { folded: 0..0, at, kind, quoted: false, capital: false, opens_sentence: false }
    }
}
