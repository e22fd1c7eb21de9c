//! The nearest meanings among many, exact but for what cells and a short sketch of each let pass.
//!
//! Many meanings are kept in cells around directions in which they lie, and a question looks into the nearest of them. Of each
//! vector 256 bits are kept beside it, each the sign of a sum of a few of its dimensions, some of them turned. Two
//! vectors at an angle differ in about that share of the bits; those that differ in more than a near one can (three standard
//! errors above) are passed over, the others are compared exactly. [`Meanings::nearest_of_all`] misses nothing and
//! serves to check it. The index must not know what was decided.

use super::Meaning;
use super::cells::Cells;
use crate::text::Text;

/// Words of 64 bits of a sketch.
const WORDS: usize = 4;
/// Dimensions that make a bit.
const SUMMED: usize = 8;
/// Standard errors by which the differing bits of near vectors may lie above what is expected.
const ERRORS: f64 = 3.0;
/// From so many vectors on there are cells; they are made anew whenever there are so many times more.
const MANY: usize = 16_384;
const GROWN: usize = 4;
/// One cell in so many is looked into, and so many at least.
const PROBED: usize = 32;
const PROBED_LEAST: usize = 64;
/// No further cell is looked into after so many vectors, or after this part of all if that is more.
const LOOKED_AT: usize = 24_576;
const PART_LOOKED_AT: usize = 24;
/// So many are compared before it is asked whether there are enough.
const AT_ONCE: usize = 64;

/// Meanings by keys of the caller's. 560 bytes for each vector of 512 dimensions, besides the key.
///
/// Adding one is cheap, but for those few that have the cells made anew: at a million vectors that takes seconds.
#[derive(Debug, Clone, Default)]
pub struct Meanings {
    keys: Vec<i64>,
    width: usize,
    vectors: Vec<i8>,
    lengths: Vec<f64>,
    plan: Vec<[(u16, bool); SUMMED]>,
    cells: Cells,
    /// What lies in each cell; all in one while there are few.
    members: Vec<Vec<Member>>,
    /// How many there were when the cells were made.
    arranged: usize,
}

/// A vector's place and its sketch.
#[derive(Debug, Clone, Copy)]
struct Member {
    place: u32,
    sketch: [u64; WORDS],
}

/// From which cosine on two texts are near by meaning. A model that puts translations between two scripts further apart than
/// those within one needs two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// Where both texts are Chinese, or neither is.
    pub one_script: f64,
    /// Where one of them is Chinese.
    pub two_scripts: f64,
}

impl Default for Nearness {
    /// As measured for the published model, on sentences that were not looked at when it was chosen.
    fn default() -> Self {
        Self { one_script: 0.8, two_scripts: 0.75 }
    }
}

impl Nearness {
    /// One cosine for all.
    #[must_use]
    pub const fn everywhere(cosine: f64) -> Self {
        Self { one_script: cosine, two_scripts: cosine }
    }

    /// The lesser of both: what is further away is near in no case.
    #[must_use]
    pub const fn least(self) -> f64 {
        self.one_script.min(self.two_scripts)
    }

    /// Whether texts are near by meaning, whose meanings have this cosine.
    #[must_use]
    pub fn holds(self, cosine: f64, one: &Text, other: &Text) -> bool {
        let two = chinese(one) != chinese(other);
        cosine >= if two { self.two_scripts } else { self.one_script }
    }
}

/// Whether half of a text's words or more are Chinese characters.
fn chinese(text: &Text) -> bool {
    let han = |form: &&str| form.starts_with(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
    text.forms().filter(han).count() * 2 > text.words().len()
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
        let Ok(place) = u32::try_from(self.keys.len()) else { return };
        let member = Member { place, sketch: self.sketch(meaning) };
        self.keys.push(key);
        self.vectors.extend_from_slice(&meaning.0);
        self.lengths.push(length(&meaning.0));
        let cell = self.cells.home(&meaning.0);
        if self.members.is_empty() {
            self.members.push(Vec::new());
        }
        if let Some(cell) = self.members.get_mut(cell) {
            cell.push(member);
        }
        if self.keys.len() >= MANY.max(self.arranged * GROWN) {
            self.arrange();
        }
    }

    /// Makes the cells anew, for as many as there are now.
    fn arrange(&mut self) {
        self.arranged = self.keys.len();
        self.cells = Cells::of(&self.vectors, self.width);
        let all: Vec<Member> = std::mem::take(&mut self.members).into_iter().flatten().collect();
        self.members = vec![Vec::new(); self.cells.len().max(1)];
        for member in all {
            let home = self.vector(member.place).map(|vector| self.cells.home(vector));
            if let Some(cell) = home.and_then(|home| self.members.get_mut(home)) {
                cell.push(member);
            }
        }
    }

    fn vector(&self, place: u32) -> Option<&[i8]> {
        let from = usize::try_from(place).ok()? * self.width;
        self.vectors.get(from..from + self.width)
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
        let asked = self.sketch(to);
        let probed = (self.cells.len() / PROBED).max(PROBED_LEAST);
        let cells = if self.cells.len() == 0 { vec![0] } else { self.cells.near(&to.0, probed) };
        let most = most_bits(least, WORDS * 64);
        let mut places: Vec<(u32, u32)> = Vec::new();
        let mut room = LOOKED_AT.max(self.keys.len() / PART_LOOKED_AT);
        for cell in cells.into_iter().filter_map(|cell| self.members.get(cell)) {
            if room == 0 && self.cells.len() > 0 {
                break;
            }
            room = room.saturating_sub(cell.len());
            let far = cell.iter().map(|one| (differing(&asked, &one.sketch), one.place));
            places.extend(far.filter(|(differ, _)| *differ <= most));
        }
        // The likeliest first: as soon as there are enough, only what can be nearer than the last of them is of interest.
        places.sort_unstable();
        let (mut found, mut least, mut most) = (Vec::new(), least, most);
        for some in places.chunks(AT_ONCE) {
            let near = some.iter().take_while(|(differ, _)| *differ <= most);
            self.compare(near.map(|(_, place)| *place), to, least, &mut found);
            if found.len() >= limit.max(1) && some.last().is_some_and(|(differ, _)| *differ <= most)
            {
                Self::best(&mut found, limit);
                least = found.last().map_or(least, |(_, cosine)| *cosine);
                most = most_bits(least, WORDS * 64);
            }
        }
        self.named(found, limit)
    }

    /// The same by comparing with every one: right by construction.
    #[must_use]
    pub fn nearest_of_all(&self, to: &Meaning, least: f64, limit: usize) -> Vec<Near> {
        if self.width != to.0.len() {
            return Vec::new();
        }
        let mut found = Vec::new();
        self.compare((0..).take(self.keys.len()), to, least, &mut found);
        self.named(found, limit)
    }

    /// Adds what has a cosine of at least `least`.
    fn compare(
        &self,
        places: impl Iterator<Item = u32>,
        to: &Meaning,
        least: f64,
        found: &mut Vec<(u32, f64)>,
    ) {
        let own = length(&to.0);
        found.extend(places.filter_map(|place| {
            let vector = self.vector(place)?;
            let long = self.lengths.get(usize::try_from(place).ok()?)?;
            let cosine = f64::from(product(&to.0, vector)) / (own * long);
            (cosine >= least).then_some((place, cosine))
        }));
    }

    /// Leaves the `limit` best, in order.
    fn best(found: &mut Vec<(u32, f64)>, limit: usize) {
        found.sort_unstable_by(|(one, a), (other, b)| b.total_cmp(a).then(other.cmp(one)));
        found.truncate(limit);
    }

    fn named(&self, mut found: Vec<(u32, f64)>, limit: usize) -> Vec<Near> {
        Self::best(&mut found, limit);
        let key = |place: u32| self.keys.get(usize::try_from(place).ok()?).copied();
        let near = |(place, cosine)| Some(Near { key: key(place)?, cosine });
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

/// In how many bits two sketches differ. At most 256: whoever adds them up need not look whether they fit, which would keep
/// the processor from taking several together.
fn differing(one: &[u64; WORDS], other: &[u64; WORDS]) -> u32 {
    one.iter().zip(other).fold(0, |sum, (a, b)| sum.wrapping_add((a ^ b).count_ones()))
}

/// The sum of products: exact, since a thousand products of bytes are far from the end of 32 bits. It wraps for the sake of
/// speed alone.
pub(super) fn product(one: &[i8], other: &[i8]) -> i32 {
    let products = one.iter().zip(other).map(|(a, b)| i32::from(*a).wrapping_mul(i32::from(*b)));
    products.fold(0, i32::wrapping_add)
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

    #[test]
    fn cells_let_few_of_the_nearest_pass() {
        let mut index = Meanings::default();
        let held = u32::try_from(MANY * GROWN + 500).unwrap();
        for seed in 0..held {
            let share = 0.4 + (seed % 50) as f32 / 100.0;
            index.insert(i64::from(seed), &meaning(seed, seed % 800, share));
        }
        assert!(index.cells.len() > 200 && index.arranged == MANY * GROWN);
        assert_eq!(index.members.iter().map(Vec::len).sum::<usize>(), index.len());
        let (mut all, mut found) = (0, 0);
        for towards in 0..60 {
            let asked = meaning(held + towards, towards * 13, 0.8);
            let exact = index.nearest_of_all(&asked, 0.75, 5);
            let near = index.nearest(&asked, 0.75, 5);
            all += exact.len();
            found += exact.iter().filter(|one| near.contains(one)).count();
        }
        assert!(all > 200, "the test has near ones: {all}");
        assert!(found * 100 >= all * 97, "{found} of {all}");
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
