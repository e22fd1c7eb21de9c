//! Short overlapping stretches of a text, and the share of them that two texts have in common.
//!
//! A stretch that is quoted is another stretch than the same one asserted. This module must not guess
//! what a text means; that two texts share stretches is all that it says.

use std::ops::Range;

use crate::text::{Text, Word, WordKind};

/// A shingle is the shortest stretch of this weight. Letters weigh 1, characters of unspaced scripts 2.
const WEIGHT: u32 = 5;
/// Words after this one are left unmarked by [`shared_passages`].
const MARKED_WORDS: usize = 2_000;
/// A shared passage has at least this many letters, or half as many unspaced characters.
const PASSAGE: u32 = 8;

/// The set of a text's shingles.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Shingles(Box<[u32]>);

/// How much two texts have in common, in numbers that can be shown: `shared` of `all` shingles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Similarity {
    /// Shingles that stand in both.
    pub shared: usize,
    /// Shingles that stand in one or both.
    pub all: usize,
}

impl Similarity {
    /// Jaccard's index, `shared / all`; 0 for two texts without words.
    #[must_use]
    pub fn ratio(self) -> f64 {
        if self.all == 0 { 0.0 } else { count(self.shared) / count(self.all) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of texts are far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}

impl Shingles {
    /// The shingles of `text`.
    #[must_use]
    pub fn of(text: &Text) -> Self {
        let mut found = Vec::with_capacity(text.folded().len());
        for run in text.words().chunk_by(|a, b| a.quoted == b.quoted) {
            shingle_run(text, run, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        Self(found.into())
    }

    /// What two texts have in common.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> Similarity {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => _ = left.next(),
                std::cmp::Ordering::Greater => _ = right.next(),
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    left.next();
                    right.next();
                }
            }
        }
        Similarity { shared, all: self.0.len() + other.0.len() - shared }
    }

    /// The shingles as numbers, ascending.
    pub(crate) fn hashes(&self) -> &[u32] {
        &self.0
    }
}

/// Slides a window of weight [`WEIGHT`] over a run of words, a space at either end.
fn shingle_run(text: &Text, run: &[Word], found: &mut Vec<u32>) {
    let seed = u128::from(run.first().is_some_and(|word| word.quoted)) << 127;
    let mut window = Window::default();
    let mut last = None;
    for word in run {
        if (last, word.kind) != (Some(WordKind::Unspaced), WordKind::Unspaced) {
            window.take(' ', 1, seed, found);
        }
        let weight = match word.kind {
            WordKind::Plain | WordKind::Mention | WordKind::Link => 1,
            WordKind::Unspaced | WordKind::Picture | WordKind::Interchangeable => 2,
        };
        text.form(word).chars().for_each(|c| window.take(c, weight, seed, found));
        last = Some(word.kind);
    }
    window.take(' ', 1, seed, found);
    if !window.full {
        found.push(mix(window.characters | seed));
    }
}

/// The last characters, 21 bits each, and how many of them make up the weight.
#[derive(Debug, Default)]
struct Window {
    characters: u128,
    weights: u64,
    full: bool,
}

impl Window {
    fn take(&mut self, c: char, weight: u32, seed: u128, found: &mut Vec<u32>) {
        self.characters = self.characters << 21 | u128::from(c);
        self.weights = self.weights << 4 | u64::from(weight);
        let (mut sum, mut length) = (0, 0);
        while sum < WEIGHT && length < WEIGHT {
            let weight = u32::try_from(self.weights >> (4 * length) & 15).unwrap_or_default();
            if weight == 0 {
                return;
            }
            sum += weight;
            length += 1;
        }
        self.full = true;
        let stretch = self.characters & ((1 << (21 * length)) - 1);
        found.push(mix(stretch | seed));
    }
}

/// Spreads the bits (the finisher of SplitMix64 over both halves).
#[expect(clippy::cast_possible_truncation, reason = "a hash keeps the bits it wants")]
fn mix(stretch: u128) -> u32 {
    let mut z = (stretch as u64) ^ ((stretch >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 32) as u32
}

/// A passage that stands in both originals, in bytes of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPassage {
    /// Where it stands in the first text.
    pub one: Range<usize>,
    /// Where it stands in the second text.
    pub other: Range<usize>,
}

/// The passages that two texts share, longest matches first found, given in the order of the text.
///
/// Words are compared folded; the ranges are bytes of the originals. Only the first 2,000 words of each
/// text are compared.
///
/// ```
/// use likeness::{Text, shared_passages};
/// let (one, other) = ("They say the ELECTION was stolen", "the election was fair");
/// let shared = shared_passages(&Text::read(one), &Text::read(other));
/// assert_eq!(shared.len(), 1);
/// assert_eq!(&one[shared[0].one.clone()], "the ELECTION was");
/// ```
#[must_use]
pub fn shared_passages(one: &Text, other: &Text) -> Vec<SharedPassage> {
    let passage = |(here, there): (Range<usize>, Range<usize>)| {
        let (a, b) = (one.words().get(here)?, other.words().get(there)?);
        (weight(one, a) >= PASSAGE).then(|| SharedPassage { one: span(a), other: span(b) })
    };
    matching_words(one, other).into_iter().filter_map(passage).collect()
}

/// Rows of words that two texts share in the same order: the longest, then the longest to either side of it.
pub(crate) fn matching_words(one: &Text, other: &Text) -> Vec<(Range<usize>, Range<usize>)> {
    let first = |text: &Text| text.words().len().min(MARKED_WORDS);
    let mut matches = Vec::new();
    let mut open = vec![(0..first(one), 0..first(other))];
    while let Some((here, there)) = open.pop() {
        let (at, to, length) = longest_match(one, other, &here, &there);
        if length > 0 {
            matches.push((at..at + length, to..to + length));
            open.push((here.start..at, there.start..to));
            open.push((at + length..here.end, to + length..there.end));
        }
    }
    matches.sort_by_key(|(here, _)| here.start);
    matches
}

pub(crate) fn span(words: &[Word]) -> Range<usize> {
    let start = words.first().map_or(0, |word| word.at.start);
    start..words.last().map_or(start, |word| word.at.end)
}

fn weight(text: &Text, words: &[Word]) -> u32 {
    let weigh = |word: &Word| match word.kind {
        WordKind::Plain => u32::try_from(text.form(word).chars().count()).unwrap_or(PASSAGE),
        WordKind::Unspaced | WordKind::Picture | WordKind::Interchangeable => 2,
        WordKind::Mention | WordKind::Link => PASSAGE,
    };
    words.iter().map(weigh).sum()
}

/// The longest row of words that stands in both ranges: start, start, length.
fn longest_match(
    one: &Text,
    other: &Text,
    here: &Range<usize>,
    there: &Range<usize>,
) -> (usize, usize, usize) {
    let (Some(left), Some(right)) =
        (one.words().get(here.clone()), other.words().get(there.clone()))
    else {
        return (here.start, there.start, 0);
    };
    let mut best = (here.start, there.start, 0);
    let mut above = vec![0; right.len() + 1];
    for (at, a) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(above.len());
        row.push(0);
        for ((to, b), diagonal) in right.iter().enumerate().zip(&above) {
            let alike = a.quoted == b.quoted && one.form(a) == other.form(b);
            let length = if alike { diagonal + 1 } else { 0 };
            row.push(length);
            if length > best.2 {
                best = (here.start + at + 1 - length, there.start + to + 1 - length, length);
            }
        }
        above = row;
    }
    best
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "tests may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn similarity(one: &str, other: &str) -> f64 {
        Shingles::of(&Text::read(one)).similarity(&Shingles::of(&Text::read(other))).ratio()
    }

    #[test]
    fn evasion_does_not_change_likeness_and_quotation_does() {
        assert_eq!(similarity("The vote was STOLEN!", "the v\u{200b}ote was ｓｔｏｌｅｎ"), 1.0);
        assert_eq!(similarity("选举被盗了。", "选 举\u{3000}被盗了"), 1.0);
        assert!(similarity("You say \"I hate women\" again", "I hate women") < 0.05);
        assert!(similarity("选举结果被人偷走了", "选举结果被人偷走啦") > 0.6);
        assert_eq!(similarity("", ""), 0.0);
        assert_eq!(similarity("ab", "AB"), 1.0);
    }

    #[test]
    fn a_similarity_is_counted_in_shingles() {
        // " abc", "abcd", … : " abcd" "abcde" "bcde " against " abcd" "abcdf" "bcdf ".
        let of = |raw| Shingles::of(&Text::read(raw));
        assert_eq!(of("abcde").similarity(&of("abcdf")), Similarity { shared: 1, all: 5 });
    }

    #[test]
    fn passages_are_marked_in_both_originals() {
        let one =
            "RT: 所有选票都被偷走了, and “they” know it. See https://www.a.org/x?utm_source=q";
        let other = "所有选票都被偷走了？？ They  know IT http://a.org/x";
        let shared = shared_passages(&Text::read(one), &Text::read(other));
        let marked: Vec<(&str, &str)> =
            shared.iter().map(|p| (&one[p.one.clone()], &other[p.other.clone()])).collect();
        assert_eq!(
            marked,
            [
                ("所有选票都被偷走了", "所有选票都被偷走了"),
                ("they” know it", "They  know IT"),
                ("https://www.a.org/x?utm_source=q", "http://a.org/x"),
            ]
        );
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_bounded(one in "[a-e 中文]{0,30}", other in "[a-e 中文]{0,30}") {
            let (a, b) = (Shingles::of(&Text::read(&one)), Shingles::of(&Text::read(&other)));
            prop_assert_eq!(a.similarity(&b), b.similarity(&a));
            prop_assert!(a.similarity(&b).ratio() <= 1.0);
            prop_assert_eq!(a.similarity(&a).shared, a.similarity(&a).all);
        }

        #[test]
        fn passages_fold_to_the_same_words(one in "[ab 中文.]{0,40}", other in "[ab 中文.]{0,40}") {
            for passage in shared_passages(&Text::read(&one), &Text::read(&other)) {
                let folded = |raw: &str| Text::read(raw).folded().replace(' ', "");
                prop_assert_eq!(folded(&one[passage.one.clone()]), folded(&other[passage.other.clone()]));
            }
        }
    }
}
