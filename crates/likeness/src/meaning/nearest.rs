//! The nearest meanings among many, exact but for what a short sketch of each lets pass.
//!
//! Of each vector 256 bits are kept beside it, each the sign of a sum of a few of its dimensions, some of them turned. Two
//! vectors at an angle differ in about that share of the bits; those that differ in more than a near one can (four standard
//! errors above) are passed over, the others are compared exactly. [`Meanings::nearest_of_all`] misses nothing and
//! serves to check it. The index must not know what was decided.

use super::Meaning;

/// Words of 64 bits of a sketch that are looked at first, and in all.
const FIRST: usize = 2;
const WORDS: usize = 4;
/// Dimensions that make a bit.
const SUMMED: usize = 8;
/// Standard errors by which the differing bits of near vectors may lie above what is expected.
const ERRORS: f64 = 4.0;

/// Meanings by keys of the caller's. 544 bytes for each vector of 512 dimensions, besides the key.
#[derive(Debug, Clone, Default)]
pub struct Meanings {
    keys: Vec<i64>,
    width: usize,
    vectors: Vec<i8>,
    lengths: Vec<f64>,
    first: Vec<[u64; FIRST]>,
    second: Vec<[u64; WORDS - FIRST]>,
    plan: Vec<[(u16, bool); SUMMED]>,
}

/// A meaning that is near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The caller's key.
    pub key: i64,
    /// The cosine, exact for the vectors that are held.
    pub cosine: f64,
}

impl Meanings {
    /// Adds a meaning. One of another length than the first is of another model, and left out.
    pub fn insert(&mut self, key: i64, meaning: &Meaning) {
        if self.keys.is_empty() {
            self.width = meaning.0.len();
            self.plan = plan(self.width);
        }
        if meaning.0.len() != self.width {
            return;
        }
        let [a, b, c, d] = self.sketch(meaning);
        self.keys.push(key);
        self.vectors.extend_from_slice(&meaning.0);
        self.lengths.push(length(&meaning.0));
        self.first.push([a, b]);
        self.second.push([c, d]);
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

    /// Up to `limit` meanings of at least this cosine, the nearest first, of equals the last added.
    #[must_use]
    pub fn nearest(&self, to: &Meaning, least: f64, limit: usize) -> Vec<Near> {
        if self.width != to.0.len() {
            return Vec::new();
        }
        let [a, b, c, d] = self.sketch(to);
        let (few, all) = (most_bits(least, FIRST * 64), most_bits(least, WORDS * 64));
        let places = (0..).zip(&self.first).filter_map(|(place, [e, f]): (usize, _)| {
            let differ = (a ^ e).count_ones() + (b ^ f).count_ones();
            if differ > few {
                return None;
            }
            let [g, h] = self.second.get(place)?;
            (differ + (c ^ g).count_ones() + (d ^ h).count_ones() <= all).then_some(place)
        });
        self.rank(places, to, least, limit)
    }

    /// The same by comparing with every one: right by construction.
    #[must_use]
    pub fn nearest_of_all(&self, to: &Meaning, least: f64, limit: usize) -> Vec<Near> {
        if self.width != to.0.len() {
            return Vec::new();
        }
        self.rank(0..self.keys.len(), to, least, limit)
    }

    fn rank(
        &self,
        places: impl Iterator<Item = usize>,
        to: &Meaning,
        least: f64,
        limit: usize,
    ) -> Vec<Near> {
        let own = length(&to.0);
        let found = places.filter_map(|place| {
            let from = place * self.width;
            let vector = self.vectors.get(from..from + self.width)?;
            let cosine = f64::from(product(&to.0, vector)) / (own * self.lengths.get(place)?);
            (cosine >= least).then_some((place, cosine))
        });
        let mut found: Vec<(usize, f64)> = found.collect();
        found.sort_unstable_by(|(one, a), (other, b)| b.total_cmp(a).then(other.cmp(one)));
        found.truncate(limit);
        let near = |(place, cosine)| Some(Near { key: *self.keys.get::<usize>(place)?, cosine });
        found.into_iter().filter_map(near).collect()
    }

    fn sketch(&self, meaning: &Meaning) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        for (word, plans) in words.iter_mut().zip(self.plan.chunks(64)) {
            for (bit, plan) in plans.iter().enumerate() {
                let value = |(at, turned): &(u16, bool)| {
                    let value =
                        i32::from(meaning.0.get(usize::from(*at)).copied().unwrap_or_default());
                    if *turned { -value } else { value }
                };
                let sum: i32 = plan.iter().map(value).sum();
                *word |= u64::from(sum > 0) << bit;
            }
        }
        words
    }
}

/// Which dimensions make which bit: drawn, and always the same.
fn plan(width: usize) -> Vec<[(u16, bool); SUMMED]> {
    let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
    let mut drawn = 0_u32;
    let mut next = || {
        drawn = drawn.wrapping_add(0x9e37_79b9);
        let bits = crate::sketch::spread(drawn);
        let at = u16::try_from((bits >> 1) % width).unwrap_or(u16::MAX);
        (at, bits & 1 == 1)
    };
    (0..WORDS * 64).map(|_| std::array::from_fn(|_| next())).collect()
}

/// How many of `bits` can differ between vectors of this cosine or a greater one.
fn most_bits(cosine: f64, bits: usize) -> u32 {
    let bits = f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    let share = cosine.clamp(-1.0, 1.0).acos() / std::f64::consts::PI;
    let most = bits * share + ERRORS * (bits * share * (1.0 - share)).sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "from 0 to the few hundred bits of a sketch"
    )]
    let most = most.ceil().min(bits) as u32;
    most
}

/// The sum of products: exact, since a thousand products of bytes are far from the end of 32 bits.
pub(super) fn product(one: &[i8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b))).sum()
}

/// How long a vector is.
pub(super) fn length(vector: &[i8]) -> f64 {
    f64::from(product(vector, vector)).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Vectors near a few directions, as meanings lie.
    fn meaning(seed: u32, towards: u32, share: f32) -> Meaning {
        let value = |seed: u32, at: u32| {
            let bits = crate::sketch::spread(seed.wrapping_mul(7_919).wrapping_add(at * 31 + 1));
            (bits >> 8) as f32 / 16_777_216.0 - 0.5
        };
        let vector: Vec<f32> = (0..512)
            .map(|at| share * value(towards + 900_000, at) + (1.0 - share) * value(seed, at))
            .collect();
        Meaning::of(&vector).unwrap()
    }

    #[test]
    fn the_sketch_lets_hardly_any_near_one_pass() {
        let mut index = Meanings::default();
        for seed in 0..4_000 {
            let share = 0.5 + (seed % 40) as f32 / 100.0;
            index.insert(i64::from(seed), &meaning(seed, seed % 40, share));
        }
        let (mut all, mut found) = (0, 0);
        for towards in 0..40 {
            let asked = meaning(50_000 + towards, towards, 0.8);
            let exact = index.nearest_of_all(&asked, 0.75, usize::MAX);
            let near = index.nearest(&asked, 0.75, usize::MAX);
            assert!(near.iter().all(|near| exact.contains(near)));
            all += exact.len();
            found += near.len();
        }
        assert!(all > 1_000, "the test has near ones: {all}");
        assert!(found * 1_000 >= all * 999, "{found} of {all}");
    }

    proptest! {
        #[test]
        fn what_is_the_same_is_always_found(vectors in vec(vec(-1.0_f32..1.0, 16), 1..30)) {
            let mut index = Meanings::default();
            let meanings: Vec<Meaning> = vectors.iter().filter_map(|one| Meaning::of(one)).collect();
            (0..).zip(&meanings).for_each(|(key, one)| index.insert(key, one));
            for (key, one) in (0..).zip(&meanings) {
                let near = index.nearest(one, 0.9, usize::MAX);
                prop_assert!(near.iter().any(|near| near.key == key && near.cosine > 0.999_999));
            }
        }
    }
}
