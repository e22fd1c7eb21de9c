//! A short fingerprint of a set of shingles: one-permutation MinHash.
//!
//! Each shingle falls into one of [`BINS`] bins by its hash, and each bin keeps its smallest. Two sets
//! agree in a bin with a probability that is their Jaccard index, so the share of agreeing bins estimates
//! it. Empty bins borrow from others at places drawn by hash, so that the estimate stays unbiased for short
//! texts (Li, Owen and Zhang 2012; optimal densification: Shrivastava 2017).

use crate::shingle::Shingles;

/// Rows of a band: all of them must agree for two texts to meet.
const ROWS: usize = 3;
/// Bands: one of them is enough.
pub(crate) const BANDS: usize = 42;
/// Bins of a sketch.
const BINS: usize = ROWS * BANDS;

/// A fingerprint of fixed size; like texts have like fingerprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch(Box<[u32; BINS]>);

impl Sketch {
    /// The sketch of a set of shingles.
    #[must_use]
    pub fn of(shingles: &Shingles) -> Self {
        let mut bins = [u32::MAX; BINS];
        let mut filled = [false; BINS];
        for &shingle in shingles.hashes() {
            let (bin, value) = (bin_of(shingle), spread(shingle));
            if let (Some(least), Some(filled)) = (bins.get_mut(bin), filled.get_mut(bin)) {
                *least = (*least).min(value);
                *filled = true;
            }
        }
        if !shingles.hashes().is_empty() {
            let lenders = bins;
            for (bin, (least, full)) in bins.iter_mut().zip(&filled).enumerate() {
                if !full {
                    *least = borrow(&lenders, &filled, bin);
                }
            }
        }
        Self(Box::new(bins))
    }

    /// The share of bins that agree: an estimate of [`crate::Similarity::ratio`] with a standard error of
    /// at most 0.045 for long texts.
    #[must_use]
    pub fn estimate(&self, other: &Self) -> f64 {
        let agree = self.0.iter().zip(other.0.iter()).filter(|(a, b)| a == b).count();
        f64::from(u32::try_from(agree).unwrap_or(u32::MAX)) / f64::from(BINS_U32)
    }

    /// One number per band; texts that agree in any of them are worth comparing. Two texts of Jaccard
    /// index j meet with probability about 1 − (1 − j³)⁴².
    pub(crate) fn bands(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.chunks_exact(ROWS).zip(1u32..).map(|(rows, band)| {
            rows.iter().fold(spread(band), |key, row| spread(key.rotate_left(5) ^ row))
        })
    }
}

const BINS_U32: u32 = 126;
const _: () = assert!(BINS == BINS_U32 as usize, "the bins are counted twice");

/// Multiplying keeps the order of the hash's upper bits: each bin is an equal share of the hash range.
fn bin_of(shingle: u32) -> usize {
    usize::try_from((u64::from(shingle) * u64::from(BINS_U32)) >> 32).unwrap_or_default()
}

/// Takes the value of a full bin, found by trying places drawn from the bin's own number.
fn borrow(bins: &[u32; BINS], filled: &[bool; BINS], bin: usize) -> u32 {
    let bin = u32::try_from(bin).unwrap_or_default();
    for attempt in 1u32.. {
        let place = bin_of(spread(bin.wrapping_mul(0x9e37_79b9).wrapping_add(attempt << 8)));
        if let (Some(true), Some(value)) = (filled.get(place), bins.get(place)) {
            return *value;
        }
    }
    u32::MAX
}

/// A one-to-one scrambling of 32 bits (the finisher of MurmurHash3).
pub(crate) fn spread(mut bits: u32) -> u32 {
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    /// Texts of `words` words of which a known part is shared.
    fn pair(words: u32, shared: u32, salt: u32) -> (Shingles, Shingles) {
        let text = |own: u32| {
            let word = |n| format!("{:07x}", spread(salt * 10_000 + n) >> 4);
            let raw: Vec<String> =
                (0..shared).map(word).chain((shared..words).map(|n| word(n + own))).collect();
            Shingles::of(&Text::read(&raw.join(" ")))
        };
        (text(1_000), text(2_000))
    }

    #[test]
    fn the_estimate_is_unbiased_for_long_and_for_short_texts() {
        for (words, shared) in [(200, 150), (40, 20), (6, 4), (3, 2)] {
            let (mut estimated, mut exact) = (0.0, 0.0);
            for salt in 0..400 {
                let (one, other) = pair(words, shared, salt);
                estimated += Sketch::of(&one).estimate(&Sketch::of(&other)) / 400.0;
                exact += one.similarity(&other).ratio() / 400.0;
            }
            assert!((estimated - exact).abs() < 0.012, "{words} words: {estimated} for {exact}");
        }
    }

    #[test]
    fn the_same_shingles_give_the_same_sketch() {
        let (one, _) = pair(1, 1, 7);
        assert_eq!(Sketch::of(&one).estimate(&Sketch::of(&one.clone())), 1.0);
        assert_eq!(Sketch::of(&Shingles::default()), Sketch::of(&Shingles::default()));
    }
}
