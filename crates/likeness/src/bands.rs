//! Fingerprints that can be kept, and an index that grows run by run.
//!
//! A fingerprint is the bands of a [`Sketch`]: two texts that agree in one of them are worth comparing. The
//! index proposes, it must not judge: whoever asks compares the texts themselves.

use std::collections::HashMap;

use crate::{
    shingle::Shingles,
    sketch::{BANDS, Sketch},
    text::Text,
};

/// The fingerprint of a text: small, of fixed size, and enough to find it again by what is like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(Box<[u32; BANDS]>);

impl Fingerprint {
    /// Changes whenever the same text would get another fingerprint.
    pub const FORMAT: u32 = 1;

    /// The fingerprint of `text`; none for a text without words, which is like nothing.
    #[must_use]
    pub fn of(text: &Text) -> Option<Self> {
        let shingles = Shingles::of(text);
        if shingles.hashes().is_empty() {
            return None;
        }
        let mut bands = [0; BANDS];
        bands.iter_mut().zip(Sketch::of(&shingles).bands()).for_each(|(to, band)| *to = band);
        Some(Self(Box::new(bands)))
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|band| band.to_le_bytes()).collect()
    }

    /// From [`Self::to_bytes`]; none if these bytes are no fingerprint.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        if words.len() != BANDS || !rest.is_empty() {
            return None;
        }
        let mut bands = [0; BANDS];
        bands.iter_mut().zip(words).for_each(|(to, word)| *to = u32::from_le_bytes(*word));
        Some(Self(Box::new(bands)))
    }
}

/// Fingerprints by their bands, each known by a number of the caller's.
#[derive(Debug, Clone, Default)]
pub struct Fingerprints {
    keys: Vec<i64>,
    /// Sorted runs of `band << 32 | place in keys`. Runs of like size are merged, so that there are few.
    runs: Vec<Vec<u64>>,
}

impl Fingerprints {
    /// Adds a batch.
    pub fn extend(&mut self, batch: impl IntoIterator<Item = (i64, Fingerprint)>) {
        let mut run = Vec::new();
        for (key, fingerprint) in batch {
            let Ok(place) = u32::try_from(self.keys.len()) else { break };
            self.keys.push(key);
            run.extend(fingerprint.0.iter().map(|band| u64::from(*band) << 32 | u64::from(place)));
        }
        run.sort_unstable();
        while let Some(last) = self.runs.pop_if(|last| last.len() <= 2 * run.len()) {
            run = merged(&last, &run);
        }
        if !run.is_empty() {
            self.runs.push(run);
        }
    }

    /// How many are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is nothing held?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys of up to `limit` fingerprints that agree in a band, those that agree in most first, of equals
    /// the last added.
    #[must_use]
    pub fn meeting(&self, fingerprint: &Fingerprint, limit: usize) -> Vec<i64> {
        let mut agree: HashMap<u32, u32> = HashMap::new();
        for band in fingerprint.0.iter() {
            let (first, end) = (u64::from(*band) << 32, (u64::from(*band) + 1) << 32);
            for run in &self.runs {
                let start = run.partition_point(|entry| *entry < first);
                let entries = run.get(start..).unwrap_or_default();
                for entry in entries.iter().take_while(|entry| **entry < end) {
                    let place = u32::try_from(entry & u64::from(u32::MAX)).unwrap_or_default();
                    *agree.entry(place).or_default() += 1;
                }
            }
        }
        let mut met: Vec<(u32, u32)> = agree.into_iter().map(|(place, of)| (of, place)).collect();
        met.sort_unstable_by(|a, b| b.cmp(a));
        let places = met.into_iter().take(limit).filter_map(|(_, at)| usize::try_from(at).ok());
        places.filter_map(|at| self.keys.get(at).copied()).collect()
    }
}

/// Two sorted runs as one.
fn merged(one: &[u64], other: &[u64]) -> Vec<u64> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        let next = if a <= b { one.next() } else { other.next() };
        all.extend(next);
    }
    all.extend(one.chain(other));
    all
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn of(raw: &str) -> Fingerprint {
        Fingerprint::of(&Text::read(raw)).unwrap()
    }

    #[test]
    fn a_fingerprint_is_kept_as_bytes() {
        let one = of("The vote was stolen by machines");
        assert_eq!(Fingerprint::from_bytes(&one.to_bytes()), Some(one.clone()));
        assert_eq!(one.to_bytes().len(), 168);
        assert_eq!(Fingerprint::from_bytes(&one.to_bytes()[..167]), None);
        assert_eq!(Fingerprint::from_bytes(&[]), None);
        assert_eq!(Fingerprint::of(&Text::read(" ... ")), None);
    }

    #[test]
    fn what_agrees_in_most_bands_comes_first() {
        let mut index = Fingerprints::default();
        index.extend([(7, of("the vote was stolen by machines, they say"))]);
        index.extend([(8, of("something else entirely was said here"))]);
        index.extend([(9, of("The vote was stolen by machines"))]);
        assert_eq!(index.meeting(&of("the vote was STOLEN by machines!"), 9), [9, 7]);
        assert_eq!(index.meeting(&of("the vote was STOLEN by machines!"), 1), [9]);
        assert_eq!(index.len(), 3);
    }

    proptest! {
        #[test]
        fn batches_of_any_size_find_the_same(texts in vec("[ab]{3} [cd]{3} [e-h]{4}", 1..60), cut in 1usize..9) {
            let all = || (0i64..).zip(texts.iter().map(|text| of(text)));
            let (mut whole, mut parts) = (Fingerprints::default(), Fingerprints::default());
            whole.extend(all());
            let pairs: Vec<_> = all().collect();
            pairs.chunks(cut).for_each(|part| parts.extend(part.iter().cloned()));
            for (key, one) in &pairs {
                let found = whole.meeting(one, usize::MAX);
                prop_assert_eq!(&found, &parts.meeting(one, usize::MAX));
                prop_assert!(found.contains(key));
            }
        }
    }
}
