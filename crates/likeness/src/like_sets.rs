//! Sets of like cases: texts that are near each other and say the same.
//!
//! Two texts are joined if their exact similarity reaches a threshold and the guard finds no difference; a set
//! is what is joined, directly or through others. The matching sees texts alone: it must not know what was
//! decided, or about whom, since an audit that chose its pairs by outcome would prove nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hasher};

use crate::{
    guard::{differences, differences_of_meaning},
    meaning::{Meaning, Meanings, Nearness},
    shingle::{Shingles, Similarity},
    sketch::{BANDS, Sketch},
    text::{Terms, Text},
};

/// Texts that agree in a band are all compared with each other up to this many; what comes later is compared with
/// so many of the first and of the last before it. A wave of copies that were each changed a little is one set all
/// the same, and costs no more than its size.
const ALL_WITH_ALL: usize = 256;
const COMPARED: usize = 48;
/// Parted pairs of which the places are kept, for people to look at.
const MOST_PARTED: usize = 4_096;

/// Sets that are compared by meaning: of more, so many, drawn evenly.
const MOST_MEANT: usize = 50_000;
/// Near sets that one set is compared with.
const MEANT_WITH: usize = 16;

/// Texts sorted into sets of like cases.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LikeSets {
    /// For each text, in the order given, the first text of its set.
    pub set_of: Vec<usize>,
    /// Pairs of different texts that join the sets: enough of them to hold each set together, each with what joins it. Texts
    /// that say the same word for word are in one set without a pair.
    pub pairs: Vec<LikePair>,
    /// How many pairs were near enough and parted by the guard.
    pub parted: usize,
    /// Some of them, by their places.
    pub parted_pairs: Vec<(usize, usize)>,
    /// Texts without words, which are like nothing.
    pub wordless: usize,
    /// Sets that were too many to be compared by meaning.
    pub unmeant: usize,
}

impl LikeSets {
    /// Counts a near pair that the guard parts.
    fn part(&mut self, one: usize, other: usize) {
        self.parted += 1;
        if self.parted_pairs.len() < MOST_PARTED {
            self.parted_pairs.push((one, other));
        }
    }
}

/// Two texts that are like cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikePair {
    /// The earlier text's place.
    pub one: usize,
    /// The later text's place.
    pub other: usize,
    /// What they have in common.
    pub similarity: Similarity,
    /// How near they are by meaning, if that joins them and not words: the cosine.
    pub meaning: Option<f64>,
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
    let mut distinct = Distinct::default();
    texts.iter().for_each(|text| distinct.add(text));
    let first_of = distinct.first_of.clone();
    let at = move |place: u32| first_of.get(index(place)).copied();
    distinct.join(threshold, |one, other| {
        let text = |place| at(place).and_then(|place| texts.get(place));
        matches!((text(one), text(other)), (Some(one), Some(other)) if differences(one, other).is_empty())
    })
}

/// Sorts many texts with little memory: about 500 bytes and the text itself for each that is unlike all before it.
///
/// ```
/// use likeness::{Terms, TextSorter};
/// let mut sorter = TextSorter::new(Terms::new([["the Reds", "the Blues"]]));
/// for text in ["The Reds are thieves", "the blues are thieves", "the reds are no thieves"] {
///     sorter.add(text);
/// }
/// assert_eq!(sorter.finish(0.7).set_of, [0, 0, 2]);
/// ```
#[derive(Debug)]
pub struct TextSorter {
    terms: Terms,
    distinct: Distinct,
    raw: Vec<Box<str>>,
}

impl TextSorter {
    /// A sorter to which the names of `terms` are interchangeable.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        Self { terms, distinct: Distinct::default(), raw: Vec::new() }
    }

    /// Adds the next text.
    pub fn add(&mut self, raw: &str) {
        self.distinct.add(&Text::read_with(raw, &self.terms));
        if self.distinct.shingles.len() > self.raw.len() {
            self.raw.push(raw.into());
        }
    }

    /// The sets. Two texts are like cases from a similarity of `threshold` on.
    #[must_use]
    pub fn finish(self, threshold: f64) -> LikeSets {
        let Self { terms, distinct, raw } = self;
        distinct.join(threshold, |one, other| says_the_same(&raw, &terms, one, other))
    }

    /// The same, and then sets are joined of which the first posts say the same in other words or another language: where
    /// `near` says so, unless the guard finds a difference. Each is joined to the nearest that came before and was joined to none, so
    /// that nothing is far from the first of its set. `meanings` says what texts mean.
    #[must_use]
    pub fn finish_by_meaning(
        self,
        threshold: f64,
        near: Nearness,
        meanings: impl FnOnce(&[&str]) -> Vec<Option<Meaning>>,
    ) -> LikeSets {
        let Self { terms, distinct, raw } = self;
        let first_of = distinct.first_of.clone();
        let mut found =
            distinct.join(threshold, |one, other| says_the_same(&raw, &terms, one, other));
        // The first text of each set, by its number.
        let is_first = |place: usize| found.set_of.get(place) == Some(&place);
        let heads: Vec<(usize, usize)> =
            first_of.iter().copied().enumerate().filter(|(_, place)| is_first(*place)).collect();
        let step = heads.len().div_ceil(MOST_MEANT).max(1);
        let looked: Vec<(usize, usize)> = heads.iter().copied().step_by(step).collect();
        found.unmeant = heads.len() - looked.len();
        let texts: Vec<&str> =
            looked.iter().map(|(number, _)| raw.get(*number).map_or("", AsRef::as_ref)).collect();
        let mut sets = Sets((0u32..).take(looked.len()).collect());
        let mut known = Meanings::default();
        let place = |at: u32| looked.get(index(at)).map(|(_, place)| *place).unwrap_or_default();
        for (other, meaning) in (0u32..).zip(meanings(&texts)) {
            let Some(meaning) = meaning else { continue };
            let number = |at: u32| looked.get(index(at)).map(|(number, _)| *number);
            let text = |at: u32| number(at).and_then(|number| read(&raw, &terms, number));
            // Only with what opens a set, and with one of them: else what is a little unlike would be joined step by step to what is
            // quite unlike.
            let mut alone = true;
            for met in known.nearest(&meaning, near.least(), MEANT_WITH) {
                let Ok(one) = u32::try_from(met.key) else { continue };
                let (Some(here), Some(there)) = (text(one), text(other)) else { continue };
                if !near.holds(met.cosine, &here, &there) {
                    continue;
                }
                if differences_of_meaning(&here, &there).is_empty() {
                    sets.join(one, other);
                    let similarity = Shingles::of(&here).similarity(&Shingles::of(&there));
                    let (one, other) = (place(one), place(other));
                    let meaning = Some(met.cosine);
                    found.pairs.push(LikePair { one, other, similarity, meaning });
                    alone = false;
                    break;
                }
                found.part(place(one), place(other));
            }
            if alone {
                known.insert(i64::from(other), &meaning);
            }
        }
        let joined = (0u32..).take(looked.len()).map(|at| (place(at), place(sets.first(at))));
        let joined: HashMap<usize, usize> = joined.filter(|(own, first)| own != first).collect();
        for set in &mut found.set_of {
            *set = joined.get(set).copied().unwrap_or(*set);
        }
        found.pairs.sort_unstable_by_key(|pair| (pair.other, pair.one));
        found
    }
}

/// A distinct text, read anew: only its words are held.
fn read(raw: &[Box<str>], terms: &Terms, number: usize) -> Option<Text> {
    raw.get(number).map(|raw| Text::read_with(raw, terms))
}

/// Whether the guard finds nothing between two distinct texts.
fn says_the_same(raw: &[Box<str>], terms: &Terms, one: u32, other: u32) -> bool {
    let text = |number: u32| read(raw, terms, index(number));
    matches!((text(one), text(other)), (Some(one), Some(other)) if differences(&one, &other).is_empty())
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// Texts without their repetitions.
#[derive(Debug, Default)]
struct Distinct {
    /// For each text the number of the distinct text that it is; none for a text without words.
    is: Vec<Option<u32>>,
    /// For each distinct text the place at which it came first.
    first_of: Vec<usize>,
    shingles: Vec<Shingles>,
    bands: Vec<[u32; BANDS]>,
    seen: HashMap<(u64, u64), u32>,
}

impl Distinct {
    fn add(&mut self, text: &Text) {
        let place = self.is.len();
        if text.words().is_empty() {
            self.is.push(None);
            return;
        }
        let next = u32::try_from(self.shingles.len()).unwrap_or(u32::MAX);
        let number = *self.seen.entry(said(text)).or_insert(next);
        self.is.push(Some(number));
        if number == next {
            let shingles = Shingles::of(text);
            let mut bands = [0; BANDS];
            bands.iter_mut().zip(Sketch::of(&shingles).bands()).for_each(|(to, band)| *to = band);
            self.first_of.push(place);
            self.bands.push(bands);
            self.shingles.push(shingles);
        }
    }

    /// Joins distinct texts that share a band, are near enough and say the same.
    fn join(self, threshold: f64, mut same: impl FnMut(u32, u32) -> bool) -> LikeSets {
        let Self { is, first_of, shingles, bands, seen } = self;
        drop(seen);
        let mut sets = Sets((0u32..).take(shingles.len()).collect());
        let mut compared: HashSet<u64> = HashSet::new();
        let mut found = LikeSets::default();
        let place = |number: u32| first_of.get(index(number)).copied().unwrap_or_default();
        let mut keyed: Vec<u64> = Vec::with_capacity(bands.len());
        for band in 0..BANDS {
            keyed.clear();
            keyed.extend((0u64..).zip(&bands).map(|(number, bands)| {
                u64::from(bands.get(band).copied().unwrap_or_default()) << 32 | number
            }));
            keyed.sort_unstable();
            for met in keyed.chunk_by(|a, b| a >> 32 == b >> 32).filter(|met| met.len() > 1) {
                for (at, other) in met.iter().enumerate() {
                    for one in partners(met, at) {
                        let low = |key: u64| u32::try_from(key & u64::from(u32::MAX));
                        let (Ok(one), Ok(other)) = (low(*one), low(*other)) else { continue };
                        if sets.first(one) == sets.first(other)
                            || !compared.insert(u64::from(one) << 32 | u64::from(other))
                        {
                            continue;
                        }
                        let both = (shingles.get(index(one)), shingles.get(index(other)));
                        let (Some(a), Some(b)) = both else { continue };
                        let similarity = a.similarity(b);
                        if similarity.ratio() < threshold {
                            continue;
                        }
                        if same(one, other) {
                            sets.join(one, other);
                            let (one, other) = (place(one), place(other));
                            found.pairs.push(LikePair { one, other, similarity, meaning: None });
                        } else {
                            found.part(place(one), place(other));
                        }
                    }
                }
            }
        }
        for (at, number) in is.into_iter().enumerate() {
            found.set_of.push(number.map_or(at, |number| place(sets.first(number))));
            found.wordless += usize::from(number.is_none());
        }
        found.pairs.sort_unstable_by_key(|pair| (pair.other, pair.one));
        found.parted_pairs.sort_unstable();
        found
    }
}

/// Those before `at` with which it is compared.
fn partners(met: &[u64], at: usize) -> impl Iterator<Item = &u64> {
    let (first, last) = if at <= ALL_WITH_ALL { (at, at) } else { (COMPARED, at - COMPARED) };
    met.get(..first).unwrap_or_default().iter().chain(met.get(last..at).unwrap_or_default())
}

/// What a text says, to the guard as well, in 128 bits.
fn said(text: &Text) -> (u64, u64) {
    let half = |salt: u8| {
        let mut hasher = BuildHasherDefault::<DefaultHasher>::default().build_hasher();
        hasher.write_u8(salt);
        hasher.write(text.folded().as_bytes());
        for word in text.words() {
            let flags = [word.quoted, word.capital, word.opens_sentence].map(u8::from);
            hasher.write(&flags);
            std::hash::Hash::hash(&word.kind, &mut hasher);
        }
        hasher.finish()
    };
    (half(0), half(1))
}

/// Numbers joined to sets, each named by its first.
struct Sets(Vec<u32>);

impl Sets {
    /// The first of the set, shortening the way there.
    fn first(&mut self, mut at: u32) -> u32 {
        while let Some(&next) = self.0.get(index(at))
            && next != at
        {
            let beyond = self.0.get(index(next)).copied().unwrap_or(next);
            self.point(at, beyond);
            at = beyond;
        }
        at
    }

    fn join(&mut self, one: u32, other: u32) {
        let (a, b) = (self.first(one), self.first(other));
        self.point(a.max(b), a.min(b));
    }

    fn point(&mut self, at: u32, to: u32) {
        if let Some(first) = self.0.get_mut(index(at)) {
            *first = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// The same by comparing every text with every other.
    fn by_hand(texts: &[Text], threshold: f64) -> Vec<usize> {
        let mut sets = Sets((0u32..).take(texts.len()).collect());
        let shingles: Vec<Shingles> = texts.iter().map(Shingles::of).collect();
        for other in 0..texts.len() {
            for one in 0..other {
                let near = shingles[one].similarity(&shingles[other]).ratio() >= threshold;
                if near && differences(&texts[one], &texts[other]).is_empty() {
                    sets.join(u32::try_from(one).unwrap(), u32::try_from(other).unwrap());
                }
            }
        }
        (0u32..).take(texts.len()).map(|at| index(sets.first(at))).collect()
    }

    #[test]
    fn a_wave_of_copies_is_one_set_and_costs_no_more_than_its_size() {
        let words = ["the", "vote", "was", "stolen", "by", "machines", "in", "every", "town"];
        let texts: Vec<Text> = (0..3_000usize)
            .map(|n| {
                let end = format!("{}{}", ["ab", "cd", "ef"][n % 3], n);
                Text::read(&format!("{} they say it was {end}", words.join(" ")))
            })
            .collect();
        let numbers = like_sets(&texts, 0.6);
        assert_eq!(numbers.set_of[0], 0);
        let copies: Vec<Text> = (0..5_000).map(|_| texts[0].clone()).collect();
        assert!(like_sets(&copies, 0.7).set_of.iter().all(|set| *set == 0));
    }

    #[test]
    fn sets_are_joined_by_meaning_unless_the_guard_parts_them() {
        // What a model would say: the first four texts are near, the others are not.
        let near = Meaning::of(&[1.0, 0.1]).unwrap();
        let far = Meaning::of(&[-0.1, 1.0]).unwrap();
        let texts = [
            "they are thieves and belong in jail",
            "these folks should all be locked up, crooks!",
            "they are not crooks, leave these folks alone",
            "They are thieves and belong in jail!!",
            "the weather is lovely today",
        ];
        let mut sorter = TextSorter::new(Terms::default());
        texts.iter().for_each(|text| sorter.add(text));
        let meanings = |texts: &[&str]| -> Vec<Option<Meaning>> {
            let weather = |text: &&str| text.contains("weather");
            texts
                .iter()
                .map(|text| Some(if weather(text) { far.clone() } else { near.clone() }))
                .collect()
        };
        let found = sorter.finish_by_meaning(0.7, Nearness::default(), meanings);
        assert_eq!(found.set_of, [0, 0, 2, 0, 4]);
        let by_meaning: Vec<_> = found.pairs.iter().filter(|pair| pair.meaning.is_some()).collect();
        assert_eq!((by_meaning.len(), by_meaning[0].one, by_meaning[0].other), (1, 0, 1));
        assert!(found.parted >= 1 && found.unmeant == 0);
    }

    proptest! {
        #[test]
        fn the_sets_are_those_that_comparing_all_with_all_gives(
            posts in vec(vec("[a-f]{3,6}|vote|stolen|not", 4..14), 2..20),
            cuts in vec(0usize..20, 20..30),
        ) {
            // Each post again with a word less, so that there are near ones.
            let shorter = cuts.iter().filter_map(|cut| posts.get(*cut)).map(|post| post[1..].join(" "));
            let raw: Vec<String> = posts.iter().map(|post| post.join(" ")).chain(shorter).collect();
            let texts: Vec<Text> = raw.iter().map(|raw| Text::read(raw)).collect();
            let found = like_sets(&texts, 0.7);
            prop_assert_eq!(&found.set_of, &by_hand(&texts, 0.7));
            let mut sorter = TextSorter::new(Terms::default());
            raw.iter().for_each(|raw| sorter.add(raw));
            prop_assert_eq!(sorter.finish(0.7), found);
        }
    }
}
