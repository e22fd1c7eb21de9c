//! Sets of like cases: texts that are near each other and say the same.
//!
//! Two texts are joined if their exact similarity reaches a threshold and the guard finds no difference; a set
//! is what is joined, directly or through others. The matching sees texts alone: it must not know what was
//! decided, or about whom, since an audit that chose its pairs by outcome would prove nothing.

use crate::{
    guard::differences,
    neighbours::Neighbours,
    shingle::{Shingles, Similarity},
    text::Text,
};

/// Texts sorted into sets of like cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikeSets {
    /// For each text, in the order given, the first text of its set.
    pub set_of: Vec<usize>,
    /// The pairs that were joined, each with what joins it.
    pub pairs: Vec<LikePair>,
    /// How many pairs were near enough and parted by the guard.
    pub parted: usize,
}

/// Two texts that are like cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LikePair {
    /// The earlier text's place.
    pub one: usize,
    /// The later text's place.
    pub other: usize,
    /// What they have in common.
    pub similarity: Similarity,
}

/// Sorts `texts` into sets of like cases.
///
/// ```
/// use likeness::{Text, like_sets};
/// let texts = ["The vote was stolen", "THE VOTE WAS STOLEN!", "The vote was not stolen"];
/// let texts: Vec<Text> = texts.into_iter().map(Text::read).collect();
/// let sets = like_sets(&texts, 0.5);
/// assert_eq!(sets.set_of, [0, 0, 2]);
/// ```
#[must_use]
pub fn like_sets(texts: &[Text], threshold: f64) -> LikeSets {
    let mut index = Neighbours::new();
    let mut sets = LikeSets { set_of: Vec::new(), pairs: Vec::new(), parted: 0 };
    for (other, text) in texts.iter().enumerate() {
        sets.set_of.push(other);
        let shingles = Shingles::of(text);
        for near in index.nearest(&shingles, threshold, usize::MAX) {
            let alike = texts.get(near.key).is_some_and(|one| differences(one, text).is_empty());
            if alike {
                let pair = LikePair { one: near.key, other, similarity: near.similarity };
                sets.join(pair);
            } else {
                sets.parted += 1;
            }
        }
        index.insert(other, shingles);
    }
    for at in 0..texts.len() {
        let first = sets.first_of(at);
        sets.point(at, first);
    }
    sets
}

impl LikeSets {
    fn join(&mut self, pair: LikePair) {
        let (a, b) = (self.first_of(pair.one), self.first_of(pair.other));
        self.point(a.max(b), a.min(b));
        self.pairs.push(pair);
    }

    /// The first text of the set, shortening the way there.
    fn first_of(&mut self, mut at: usize) -> usize {
        while let Some(&next) = self.set_of.get(at)
            && next != at
        {
            let beyond = self.set_of.get(next).copied().unwrap_or(next);
            self.point(at, beyond);
            at = beyond;
        }
        at
    }

    fn point(&mut self, at: usize, to: usize) {
        if let Some(first) = self.set_of.get_mut(at) {
            *first = to;
        }
    }
}
