//! PDQ, the picture fingerprint that hash-sharing programmes exchange: 256 bits, of which a changed size, a
//! filter or a re-encoding turns few. "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"
//! (Facebook, 2019), sections on PDQ.
//!
//! Brightness is smoothed, cut down to 64 × 64, transformed (DCT), and each of the 16 × 16 lowest frequencies is
//! one bit: above the median or not.

use std::f32::consts::PI;
use std::fmt;
use std::str::FromStr;

/// Pictures are cut down to this many rows and columns.
const SMALL: usize = 64;
/// Rows and columns of frequencies that are kept.
const KEPT: usize = 16;
/// How often the smoothing runs over rows and columns.
const PASSES: usize = 2;

/// A PDQ fingerprint. Printed and read as 64 hexadecimal digits, highest bit first.
///
/// ```
/// use likeness::pictures::PdqHash;
/// let one: PdqHash = "f8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b22".parse().unwrap();
/// let other: PdqHash = "f8f8f0cce0f4a84f0e370a22028f67f0b36e2ed596623e1d33e6b39c4e9c9b20".parse().unwrap();
/// assert_eq!(one.distance(other), 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PdqHash(pub [u64; 4]);

impl PdqHash {
    /// In how many of 256 bits two fingerprints differ. Up to 31 is commonly held for "the same picture".
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        let [a, b, c, d] = self.0;
        let [e, f, g, h] = other.0;
        (a ^ e).count_ones() + (b ^ f).count_ones() + (c ^ g).count_ones() + (d ^ h).count_ones()
    }
}

impl fmt::Display for PdqHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

impl fmt::Debug for PdqHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PdqHash({self})")
    }
}

/// A text is no PDQ fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongHash;

impl fmt::Display for WrongHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a PDQ fingerprint is written as 64 hexadecimal digits")
    }
}

impl std::error::Error for WrongHash {}

impl FromStr for PdqHash {
    type Err = WrongHash;

    fn from_str(text: &str) -> Result<Self, WrongHash> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(WrongHash);
        }
        let word = |at: usize| {
            let digits = text.get(at * 16..at * 16 + 16).ok_or(WrongHash)?;
            u64::from_str_radix(digits, 16).map_err(|_| WrongHash)
        };
        Ok(Self([word(3)?, word(2)?, word(1)?, word(0)?]))
    }
}

/// A fingerprint with how much it can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pdq {
    /// The fingerprint.
    pub hash: PdqHash,
    /// 0 to 100: how much there is to see. Below 50 (a plain sky, a black frame) the bits are chance, and
    /// such a fingerprint must not be matched.
    pub quality: u8,
}

/// A picture has no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PdqError {
    /// It has no pixels.
    Empty,
    /// Width and height do not give the number of pixels.
    WrongSize {
        /// Width times height.
        expected: usize,
        /// Brightness values given.
        given: usize,
    },
}

impl fmt::Display for PdqError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a picture without pixels has no fingerprint"),
            Self::WrongSize { expected, given } => {
                write!(f, "width and height ask for {expected} pixels, {given} were given")
            }
        }
    }
}

impl std::error::Error for PdqError {}

impl Pdq {
    /// Takes the fingerprint of 8-bit RGB pixels, row by row, three bytes each.
    ///
    /// # Errors
    ///
    /// If there are no pixels, or not `width * height` of them.
    pub fn of_rgb(pixels: &[u8], width: usize, height: usize) -> Result<Self, PdqError> {
        let (pixels, _) = pixels.as_chunks::<3>();
        let brightness = pixels.iter().map(|[red, green, blue]| {
            0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue)
        });
        Self::of_brightness(brightness.collect(), width, height)
    }

    /// Takes the fingerprint of brightness values from 0 to 255, row by row.
    ///
    /// # Errors
    ///
    /// If there are none, or not `width * height` of them.
    pub fn of_brightness(
        mut pixels: Vec<f32>,
        width: usize,
        height: usize,
    ) -> Result<Self, PdqError> {
        let expected = width.saturating_mul(height);
        if expected == 0 {
            return Err(PdqError::Empty);
        }
        if pixels.len() != expected {
            return Err(PdqError::WrongSize { expected, given: pixels.len() });
        }
        let mut room = vec![0.0; pixels.len()];
        for _ in 0..PASSES {
            for (from, to) in pixels.chunks(width).zip(room.chunks_mut(width)) {
                smooth(from, to, window(width));
            }
            smooth_columns(&room, &mut pixels, width, window(height));
        }
        let small = cut_down(&pixels, width, height);
        let frequencies = transform(&small);
        Ok(Self { hash: bits(&frequencies), quality: quality(&small) })
    }
}

/// How many neighbours are averaged: two passes of it roughly match the cut to 64.
fn window(length: usize) -> usize {
    length.div_ceil(2 * SMALL)
}

/// A running mean; at the ends over what is there.
fn smooth(from: &[f32], to: &mut [f32], window: usize) {
    let ahead = window / 2;
    let behind = window - ahead - 1;
    let (mut sum, mut count) = (0.0, 0.0);
    from.iter().take(ahead).for_each(|value| {
        sum += value;
        count += 1.0;
    });
    for (at, to) in to.iter_mut().enumerate() {
        if let Some(next) = from.get(at + ahead) {
            sum += next;
            count += 1.0;
        }
        if let Some(last) = at.checked_sub(behind + 1).and_then(|at| from.get(at)) {
            sum -= last;
            count -= 1.0;
        }
        *to = sum / count;
    }
}

/// The same down each column, all columns at a time.
fn smooth_columns(from: &[f32], to: &mut [f32], width: usize, window: usize) {
    let ahead = window / 2;
    let behind = window - ahead - 1;
    let row = |at: usize| from.get(at * width..).and_then(|rest| rest.get(..width));
    let (mut sums, mut count) = (vec![0.0f32; width], 0.0);
    for at in 0..ahead {
        if let Some(row) = row(at) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            count += 1.0;
        }
    }
    for (at, to) in to.chunks_mut(width).enumerate() {
        if let Some(next) = row(at + ahead) {
            sums.iter_mut().zip(next).for_each(|(sum, value)| *sum += value);
            count += 1.0;
        }
        if let Some(last) = at.checked_sub(behind + 1).and_then(row) {
            sums.iter_mut().zip(last).for_each(|(sum, value)| *sum -= value);
            count -= 1.0;
        }
        to.iter_mut().zip(&sums).for_each(|(to, sum)| *to = sum / count);
    }
}

type Small = [[f32; SMALL]; SMALL];

/// Takes the middle pixel of each of 64 × 64 fields.
fn cut_down(pixels: &[f32], width: usize, height: usize) -> Small {
    let middle = |at: usize, length: usize| (2 * at + 1) * length / (2 * SMALL);
    let mut small = [[0.0; SMALL]; SMALL];
    for (y, row) in small.iter_mut().enumerate() {
        for (x, to) in row.iter_mut().enumerate() {
            let at = middle(y, height) * width + middle(x, width);
            *to = pixels.get(at).copied().unwrap_or_default();
        }
    }
    small
}

/// Sums the steps of brightness between neighbours; small ones count nothing.
fn quality(small: &Small) -> u8 {
    let step = |a: &f32, b: &f32| ((a - b) * 100.0 / 255.0).abs().trunc();
    let down: f32 = small
        .iter()
        .zip(small.iter().skip(1))
        .flat_map(|(row, next)| row.iter().zip(next).map(|(a, b)| step(a, b)))
        .sum();
    let across: f32 = small
        .iter()
        .flat_map(|row| row.iter().zip(row.iter().skip(1)).map(|(a, b)| step(a, b)))
        .sum();
    ((down + across) / 90.0).clamp(0.0, 100.0) as u8
}

/// D · small · Dᵗ, where D is rows 1 to 16 of the discrete cosine transform of 64.
fn transform(small: &Small) -> [[f32; KEPT]; KEPT] {
    let cosine = |k: usize, n: usize| {
        (2.0 / SMALL as f32).sqrt()
            * ((PI / 2.0 / SMALL as f32) * (k + 1) as f32 * (2 * n + 1) as f32).cos()
    };
    let rows: [[f32; SMALL]; KEPT] = std::array::from_fn(|k| std::array::from_fn(|n| cosine(k, n)));
    let half: [[f32; SMALL]; KEPT] = rows.map(|weights| {
        std::array::from_fn(|x| {
            weights.iter().zip(small).map(|(w, row)| w * row.get(x).unwrap_or(&0.0)).sum()
        })
    });
    half.map(|line| rows.map(|weights| line.iter().zip(&weights).map(|(a, w)| a * w).sum()))
}

fn bits(frequencies: &[[f32; KEPT]; KEPT]) -> PdqHash {
    let mut sorted: Vec<f32> = frequencies.iter().flatten().copied().collect();
    sorted.sort_by(f32::total_cmp);
    let median = sorted.get((KEPT * KEPT - 1) / 2).copied().unwrap_or_default();
    let mut words = [0u64; 4];
    for (word, rows) in words.iter_mut().zip(frequencies.chunks(4)) {
        for (at, value) in rows.iter().flatten().enumerate() {
            *word |= u64::from(*value > median) << at;
        }
    }
    PdqHash(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_mean_averages_what_is_there() {
        let from = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for (window, expected) in [
            (1, from),
            (2, [1.5, 2.5, 3.5, 4.5, 5.5, 6.0]),
            (3, [1.5, 2.0, 3.0, 4.0, 5.0, 5.5]),
            (4, [2.0, 2.5, 3.5, 4.5, 5.0, 5.5]),
        ] {
            let (mut row, mut column) = ([0.0; 6], [0.0; 6]);
            smooth(&from, &mut row, window);
            smooth_columns(&from, &mut column, 1, window);
            assert_eq!((row, column), (expected, expected), "window {window}");
        }
    }

    #[test]
    fn plain_pictures_have_no_quality_and_any_size_will_do() {
        for (width, height) in [(1, 1), (3, 1_000), (64, 64), (129, 65)] {
            let plain = Pdq::of_rgb(&vec![90; width * height * 3], width, height).unwrap();
            assert_eq!(plain.quality, 0);
        }
        assert_eq!(Pdq::of_rgb(&[], 0, 7), Err(PdqError::Empty));
        let wrong = Pdq::of_rgb(&[0; 9], 2, 2);
        assert_eq!(wrong, Err(PdqError::WrongSize { expected: 4, given: 3 }));
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for text in ["", "f", &"g".repeat(64), &"f".repeat(63), &"é".repeat(32)] {
            assert_eq!(text.parse::<PdqHash>(), Err(WrongHash), "{text}");
        }
        let text = "0".repeat(15) + "1" + &"0".repeat(48);
        assert_eq!(text.parse::<PdqHash>().unwrap().to_string(), text);
    }
}
