//! What decided items mean, by a model that the operator gave: vectors made away from the way of events, kept in the store,
//! and an index of them in memory. Proposes what says the same in other words; the guard is asked by whoever compares.
//! Without a model nothing here costs anything. Must not decide.

use likeness::meaning::{Encoder, Meaning, Meanings, ModelError, Nearness, plain};
use likeness::{Terms, Text};
use model::Subject;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::sync::Arc;
use store::{Meant, Store, StoreError};
use tokio::sync::Mutex;

/// Decisions that are looked at at once.
const PAGE: u32 = 500;
/// How texts are read; another number has all vectors made anew.
const FORMAT: u64 = 1;
/// Near items that are looked at for one question.
const MOST_MET: usize = 256;

/// A model and how it is used.
#[derive(Debug)]
pub struct Model {
    encoder: Encoder,
    digest: [u8; 32],
    near: Nearness,
    heed: bool,
}

impl Model {
    /// A model from its package's bytes. `near` says which texts are near by meaning; `heed` says whether
    /// automation compares each event with what people settled, by meaning too.
    ///
    /// # Errors
    /// [`ModelError`] says why it is no model.
    pub fn load(package: &[u8], near: Nearness, heed: bool) -> Result<Self, ModelError> {
        let encoder = Encoder::load(package)?;
        Ok(Self { encoder, digest: Sha256::digest(package).into(), near, heed })
    }

    /// SHA-256 of its package, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(self.digest)
    }

    /// SHA-256 of its package.
    pub(super) const fn package(&self) -> &[u8; 32] {
        &self.digest
    }

    /// From which cosine on two texts are near by meaning.
    #[must_use]
    pub const fn near(&self) -> Nearness {
        self.near
    }

    /// The network.
    #[must_use]
    pub const fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Whether automation compares by meaning.
    pub(super) const fn heeds(&self) -> bool {
        self.heed
    }

    /// What texts mean, names that stand for each other made one.
    #[must_use]
    pub fn meanings(&self, texts: &[&str], terms: &Terms) -> Vec<Option<Meaning>> {
        let plain: Vec<_> =
            texts.iter().map(|raw| plain(raw, &Text::read_with(raw, terms))).collect();
        let plain: Vec<&str> = plain.iter().map(AsRef::as_ref).collect();
        self.encoder.meanings(&plain)
    }

    /// What one text means.
    #[must_use]
    pub fn meaning(&self, text: &str, terms: &Terms) -> Option<Meaning> {
        self.meanings(&[text], terms).pop().flatten()
    }

    /// How near two texts are by meaning.
    #[must_use]
    pub fn cosine(&self, one: &str, other: &str, terms: &Terms) -> Option<f64> {
        match self.meanings(&[one, other], terms).as_slice() {
            [Some(one), Some(other)] => Some(one.cosine(other)),
            _ => None,
        }
    }

    /// Names how vectors were made: with this model, these names and this reading.
    fn made_with(&self, terms: &Terms) -> i64 {
        let digest = self.digest.first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
        (digest ^ terms.version().rotate_left(17)).wrapping_add(FORMAT).cast_signed()
    }
}

/// Vectors of decided items in memory.
#[derive(Debug, Default)]
pub(super) struct MeaningIndex(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    index: Meanings,
    /// The events whose vectors are held: one of them may be decided again.
    known: HashSet<i64>,
    /// The last decision that was read.
    last: i64,
    made_with: Option<i64>,
}

impl MeaningIndex {
    /// Reads what was decided since the last time, makes and keeps the vectors that are missing, but no more than about
    /// `most`: the others wait for the next time. Returns how many were made.
    pub(super) async fn refresh(
        &self,
        store: &Store,
        model: &Arc<Model>,
        terms: &Terms,
        most: usize,
    ) -> Result<usize, StoreError> {
        let made_with = model.made_with(terms);
        let mut count = 0;
        while count < most {
            // Held page by page: whoever asks meanwhile waits for one, not for all.
            let mut held = self.0.lock().await;
            if held.made_with != Some(made_with) {
                *held = Held { last: -1, made_with: Some(made_with), ..Held::default() };
            }
            let page = store.meanings(held.last, made_with, PAGE).await?;
            let Some(last) = page.last().map(|one| one.place) else { break };
            let (ready, lacking): (Vec<Meant>, Vec<Meant>) =
                page.into_iter().partition(|one| one.vector.is_some());
            let made = make(model, terms, &held.known, lacking).await?;
            let bytes = |meaning: &Option<Meaning>| meaning.as_ref().map(Meaning::to_bytes);
            let kept: Vec<(i64, Vec<u8>)> = made
                .iter()
                .map(|(seq, meaning)| (*seq, bytes(meaning).unwrap_or_default()))
                .collect();
            if let Err(error) = store.keep_meanings(made_with, &kept).await {
                // They are made again at the next start; meanwhile memory has them.
                tracing::warn!(%error, "vectors of meaning cannot be kept at present");
            }
            count += made.len();
            let ready = ready
                .into_iter()
                .map(|one| (one.seq, Meaning::from_bytes(&one.vector.unwrap_or_default())));
            for (seq, meaning) in ready.chain(made) {
                if let (true, Some(meaning)) = (held.known.insert(seq), meaning) {
                    held.index.insert(seq, &meaning);
                }
            }
            held.last = last;
        }
        Ok(count)
    }

    /// Places of decided items that are near a meaning, with the cosine.
    pub(super) async fn near(&self, meaning: &Meaning, threshold: f64) -> Vec<(i64, f64)> {
        let held = self.0.lock().await;
        let near = held.index.nearest(meaning, threshold, MOST_MET);
        near.into_iter().map(|near| (near.key, near.cosine)).collect()
    }
}

/// Makes vectors of what was decided, each event's once, away from those who wait.
async fn make(
    model: &Arc<Model>,
    terms: &Terms,
    known: &HashSet<i64>,
    lacking: Vec<Meant>,
) -> Result<Vec<(i64, Option<Meaning>)>, StoreError> {
    let mut taken = HashSet::new();
    let new = lacking.into_iter().filter(|one| !known.contains(&one.seq) && taken.insert(one.seq));
    let texts: Vec<(i64, String)> = new
        .map(|one| {
            let subject = one.event.and_then(|event| Subject::of(&event).ok().flatten());
            (one.seq, subject.map(|subject| subject.item.text).unwrap_or_default())
        })
        .collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let (model, terms) = (Arc::clone(model), terms.clone());
    let making = tokio::task::spawn_blocking(move || {
        let raw: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let made = model.meanings(&raw, &terms);
        texts.iter().map(|(seq, _)| *seq).zip(made).collect::<Vec<_>>()
    });
    making.await.map_err(|error| StoreError::Database(error.to_string()))
}
