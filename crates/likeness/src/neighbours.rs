//! The nearest texts among many.
//!
//! Bands of the sketch propose candidates; every candidate is then compared exactly, so a similarity that
//! is given is never an estimate. What can be missed is a text, with a probability that falls steeply with
//! its similarity (about 4 in 1,000 at one half, none in practice above 0.6); [`Neighbours::nearest_of_all`]
//! misses nothing and serves to check it. The index must not know what was decided.

use std::collections::{BTreeSet, HashMap};

use crate::{
    shingle::{Shingles, Similarity},
    sketch::Sketch,
};

/// An index of texts, each known by a key of the caller's.
#[derive(Debug, Clone)]
pub struct Neighbours<Key> {
    texts: Vec<Entry<Key>>,
    /// Texts by their shingles, so that a text posted a thousand times is compared once.
    same: HashMap<Shingles, u32>,
    /// Band key in the upper half, text in the lower.
    bands: BTreeSet<u64>,
}

#[derive(Debug, Clone)]
struct Entry<Key> {
    shingles: Shingles,
    keys: Vec<Key>,
}

/// A text found near another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour<Key> {
    /// The caller's key.
    pub key: Key,
    /// The exact similarity.
    pub similarity: Similarity,
}

impl<Key> Default for Neighbours<Key> {
    fn default() -> Self {
        Self { texts: Vec::new(), same: HashMap::new(), bands: BTreeSet::new() }
    }
}

impl<Key: Copy + Ord> Neighbours<Key> {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under `key`. Texts without words have no neighbours and are left out.
    pub fn insert(&mut self, key: Key, shingles: Shingles) {
        if shingles.hashes().is_empty() {
            return;
        }
        if let Some(entry) =
            self.same.get(&shingles).and_then(|at| self.texts.get_mut(*at as usize))
        {
            entry.keys.push(key);
            return;
        }
        let Ok(at) = u32::try_from(self.texts.len()) else { return };
        for band in Sketch::of(&shingles).bands() {
            self.bands.insert(u64::from(band) << 32 | u64::from(at));
        }
        self.same.insert(shingles.clone(), at);
        self.texts.push(Entry { shingles, keys: vec![key] });
    }

    /// How many different texts are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Is nothing held?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Up to `limit` neighbours of at least `threshold` similarity, the nearest first, equals by key.
    #[must_use]
    pub fn nearest(&self, to: &Shingles, threshold: f64, limit: usize) -> Vec<Neighbour<Key>> {
        if to.hashes().is_empty() {
            return Vec::new();
        }
        let mut met: Vec<u64> = Sketch::of(to)
            .bands()
            .flat_map(|band| {
                let first = u64::from(band) << 32;
                self.bands.range(first..=first | u64::from(u32::MAX))
            })
            .map(|met| met & u64::from(u32::MAX))
            .collect();
        met.sort_unstable();
        met.dedup();
        let entries = met.into_iter().filter_map(|at| self.texts.get(usize::try_from(at).ok()?));
        rank(entries, to, threshold, limit)
    }

    /// The same by comparing with every text: slow, and right by construction.
    #[must_use]
    pub fn nearest_of_all(
        &self,
        to: &Shingles,
        threshold: f64,
        limit: usize,
    ) -> Vec<Neighbour<Key>> {
        rank(self.texts.iter(), to, threshold, limit)
    }
}

fn rank<'a, Key: Copy + Ord + 'a>(
    entries: impl Iterator<Item = &'a Entry<Key>>,
    to: &Shingles,
    threshold: f64,
    limit: usize,
) -> Vec<Neighbour<Key>> {
    let mut found: Vec<Neighbour<Key>> = entries
        .map(|entry| (entry, entry.shingles.similarity(to)))
        .filter(|(_, similarity)| similarity.ratio() >= threshold)
        .flat_map(|(entry, similarity)| {
            entry.keys.iter().map(move |&key| Neighbour { key, similarity })
        })
        .collect();
    found.sort_by(|a, b| {
        b.similarity.ratio().total_cmp(&a.similarity.ratio()).then(a.key.cmp(&b.key))
    });
    found.truncate(limit);
    found
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::Text;

    fn shingles(raw: &str) -> Shingles {
        Shingles::of(&Text::read(raw))
    }

    #[test]
    fn the_same_text_is_held_once_and_found_under_every_key() {
        let mut index = Neighbours::new();
        for key in [5, 3, 9] {
            index.insert(key, shingles("The vote was stolen by machines"));
        }
        index.insert(1, shingles("the vote was stolen by the machines"));
        index.insert(2, shingles(""));
        assert_eq!(index.len(), 2);
        let found = index.nearest(&shingles("THE VOTE WAS STOLEN BY MACHINES!!"), 0.5, 3);
        assert_eq!(found.iter().map(|found| found.key).collect::<Vec<_>>(), [3, 5, 9]);
        assert!(index.nearest(&shingles(""), 0.0, 9).is_empty());
        assert!(index.nearest(&shingles("nothing of the kind"), 0.5, 9).is_empty());
    }

    /// Posts that repeat, with small changes, a few sentences.
    fn posts() -> impl Strategy<Value = Vec<String>> {
        let word = prop_oneof!["[a-h]{3,7}", Just("被盗".to_owned()), Just("vote".to_owned())];
        let sentence = vec(word, 6..30);
        (vec(sentence, 1..6), vec((any::<prop::sample::Index>(), 0usize..40, "[a-h]{0,6}"), 1..40))
            .prop_map(|(sentences, changes)| {
                changes
                    .into_iter()
                    .map(|(which, place, change)| {
                        let mut words = which.get(&sentences).clone();
                        if let Some(word) = words.get_mut(place) {
                            *word = change;
                        }
                        words.join(" ")
                    })
                    .collect()
            })
    }

    proptest! {
        #[test]
        fn nearest_equals_comparing_with_all(posts in posts(), limit in 1usize..50) {
            let mut index = Neighbours::new();
            for (key, post) in posts.iter().enumerate() {
                index.insert(key, shingles(post));
            }
            for post in &posts {
                let to = shingles(post);
                prop_assert_eq!(index.nearest(&to, 0.7, limit), index.nearest_of_all(&to, 0.7, limit));
            }
        }
    }
}
