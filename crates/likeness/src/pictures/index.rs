//! All fingerprints within a distance of one, exactly, among millions: multi-index hashing.
//!
//! A fingerprint is cut into bands. If two differ in at most r of 256 bits, then in one of b bands they differ in at
//! most ⌊r / b⌋, so it is enough to look under the values that near to the query's in each band.
//! Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index Hashing" (CVPR 2012).

use super::PdqHash;

/// A fingerprint that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PdqMatch {
    /// In how many bits it differs.
    pub distance: u32,
    /// Its place in the order in which the fingerprints were given.
    pub at: u32,
}

/// From so many fingerprints on, fewer and wider bands are cheaper: more values to look under, far fewer
/// fingerprints under each.
const MANY: usize = 2_000_000;

/// Fingerprints, arranged so that near ones are found fast. Built once; build anew to add.
///
/// Flat pictures make full buckets: leave out fingerprints of a quality below 50.
///
/// ```
/// use likeness::pictures::{PdqHash, PdqIndex};
/// let hashes: Vec<PdqHash> =
///     (1..1_000u64).map(|i| PdqHash([i.wrapping_mul(0x9e37_79b9_7f4a_7c15); 4])).collect();
/// let index = PdqIndex::new(hashes.clone());
/// let [a, b, c, d] = hashes[7].0;
/// let found = index.within(PdqHash([a ^ 0b111, b, c, d]), 31);
/// assert_eq!((found[0].at, found[0].distance), (7, 3));
/// ```
#[derive(Debug)]
pub struct PdqIndex {
    hashes: Vec<PdqHash>,
    bands: Vec<Band>,
}

/// For each value of some bits the fingerprints that have it.
#[derive(Debug)]
struct Band {
    /// The first of the bits.
    first: usize,
    /// How many bits.
    width: usize,
    /// Where each value's members begin; one more at the end.
    starts: Vec<u32>,
    /// Places of fingerprints, by value.
    members: Vec<u32>,
}

impl PdqIndex {
    /// Arranges fingerprints. More than 2³² are more than it can hold; those beyond are left out.
    #[must_use]
    pub fn new(hashes: Vec<PdqHash>) -> Self {
        let bands = if hashes.len() < MANY { 16 } else { 11 };
        Self::with_bands(hashes, bands)
    }

    fn with_bands(mut hashes: Vec<PdqHash>, count: usize) -> Self {
        hashes.truncate(u32::MAX as usize);
        let edge = |band: usize| band * 256 / count;
        let bands = (0..count)
            .map(|band| Band::new(&hashes, edge(band), edge(band + 1) - edge(band)))
            .collect();
        Self { hashes, bands }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// All within `radius` bits, nearest first, exactly.
    #[must_use]
    pub fn within(&self, query: PdqHash, radius: u32) -> Vec<PdqMatch> {
        let count = self.bands.len();
        let flips = radius as usize / count.max(1);
        let mut candidates: Vec<u32> = Vec::new();
        if flips > 2 {
            candidates.extend((0u32..).take(self.hashes.len()));
        } else {
            // Were all of the first bands further away than looked for, and all of the others than one bit
            // less, that would be more than the radius in sum (section 3.1 of the paper).
            let rest = radius as usize - flips * count;
            let mut ranges = Vec::new();
            for (place, band) in self.bands.iter().enumerate() {
                match if place <= rest { Some(flips) } else { flips.checked_sub(1) } {
                    Some(flips) => {
                        band.near(bits(query, band.first, band.width), flips, &mut ranges)
                    }
                    None => continue,
                }
                let members = ranges
                    .drain(..)
                    .filter_map(|(from, to)| band.members.get(from as usize..to as usize));
                candidates.extend(members.flatten());
            }
        }
        // One step for all before the next step: what misses the cache then waits side by side.
        let mut found: Vec<PdqMatch> = candidates
            .iter()
            .filter_map(|at| {
                let distance = self.hashes.get(*at as usize)?.distance(query);
                (distance <= radius).then_some(PdqMatch { distance, at: *at })
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Band {
    fn new(hashes: &[PdqHash], first: usize, width: usize) -> Self {
        let mut starts = vec![0u32; (1 << width) + 1];
        for hash in hashes {
            if let Some(count) = starts.get_mut(bits(*hash, first, width) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut members = vec![0; hashes.len()];
        for (hash, at) in hashes.iter().zip(0u32..) {
            if let Some(slot) = next.get_mut(bits(*hash, first, width)) {
                if let Some(member) = members.get_mut(*slot as usize) {
                    *member = at;
                }
                *slot += 1;
            }
        }
        Self { first, width, starts, members }
    }

    /// Where the members are of a value and of all that differ from it in up to two bits.
    fn near(&self, value: usize, flips: usize, ranges: &mut Vec<(u32, u32)>) {
        let mut add = |value: usize| {
            if let (Some(from), Some(to)) = (self.starts.get(value), self.starts.get(value + 1)) {
                ranges.push((*from, *to));
            }
        };
        add(value);
        for one in 0..self.width * usize::from(flips > 0) {
            add(value ^ 1 << one);
            (0..one * usize::from(flips > 1)).for_each(|two| add(value ^ 1 << one ^ 1 << two));
        }
    }
}

/// Some bits of a fingerprint as a number.
fn bits(hash: PdqHash, first: usize, width: usize) -> usize {
    let word = |at: usize| u128::from(hash.0.get(at).copied().unwrap_or_default());
    let both = word(first / 64) | word(first / 64 + 1) << 64;
    (both >> (first % 64)) as usize & ((1 << width) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn flipped(mut hash: PdqHash, bits: u32, seed: &mut u64) -> PdqHash {
        let mut changed = std::collections::BTreeSet::new();
        while changed.len() < bits as usize {
            changed.insert(next(seed) % 256);
        }
        changed.iter().for_each(|bit| hash.0[(bit / 64) as usize] ^= 1 << (bit % 64));
        hash
    }

    #[test]
    fn it_finds_what_looking_at_all_finds() {
        let mut seed = 1;
        let mut hashes: Vec<PdqHash> =
            (0..20_000).map(|_| PdqHash(std::array::from_fn(|_| next(&mut seed)))).collect();
        let queries: Vec<PdqHash> = hashes.iter().copied().take(60).collect();
        for (at, query) in queries.iter().enumerate() {
            for bits in [1, 15, 16, 30, 31, 32, 40] {
                hashes.push(flipped(*query, bits + at as u32 % 2, &mut seed));
            }
        }
        let indices = [16, 11].map(|bands| PdqIndex::with_bands(hashes.clone(), bands));
        for radius in [0, 10, 11, 15, 16, 31, 32, 33, 48] {
            for query in queries.iter().step_by(4) {
                let mut all: Vec<PdqMatch> = hashes
                    .iter()
                    .zip(0u32..)
                    .map(|(hash, at)| PdqMatch { distance: hash.distance(*query), at })
                    .filter(|one| one.distance <= radius)
                    .collect();
                all.sort_unstable();
                for index in &indices {
                    assert_eq!(index.within(*query, radius), all, "radius {radius}");
                }
            }
        }
    }

    #[test]
    fn an_empty_index_finds_nothing() {
        let index = PdqIndex::new(Vec::new());
        assert!(index.is_empty() && index.within(PdqHash([0; 4]), 31).is_empty());
    }
}
