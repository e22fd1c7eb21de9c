//! The index of fingerprints: what the store has of them, and those that it lacks made and kept. Must not look at
//! decisions.

use super::meaning::{MeaningIndex, Model};
use super::signals::{self, Made, PictureIndex, Pictures, Signal};
use likeness::{Fingerprint, Fingerprints, Terms, Text};
use model::Subject;
use rules::rulebook::Rulebook;
use std::num::NonZeroU64;
use std::sync::{Arc, OnceLock};
use store::{Fingerprinted, Store, StoreError};
use tokio::sync::Mutex;

/// How many items are read at a time.
const PAGE: u32 = 2_000;
/// Vectors that are made while somebody waits for an answer: a second's work.
const MADE_WHILE_ASKED: usize = 500;

/// Fingerprints of all items, as far as they were read. Costs 340 bytes of memory for each.
#[derive(Debug, Default)]
pub struct Likeness {
    index: Mutex<Index>,
    pub(super) pictures: PictureIndex,
    made: Made,
    meanings: MeaningIndex,
    model: OnceLock<Arc<Model>>,
}

#[derive(Debug, Default)]
struct Index {
    fingerprints: Fingerprints,
    /// The last place that was read.
    last: i64,
    /// How they were made; `None` before the first were read.
    made_with: Option<NonZeroU64>,
}

impl Likeness {
    /// Reads what came since the last time, and makes and keeps the fingerprints that are missing. After a
    /// change of the interchangeable names all are made anew.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn refresh(&self, store: &Store, terms: &Terms) -> Result<usize, StoreError> {
        let mut index = self.index.lock().await;
        let made_with = terms.version().wrapping_add(Fingerprint::FORMAT.into());
        let made_with = NonZeroU64::new(made_with).unwrap_or(NonZeroU64::MIN);
        if index.made_with != Some(made_with) {
            *index = Index { last: -1, made_with: Some(made_with), ..Index::default() };
        }
        let kept_as = made_with.get().cast_signed();
        loop {
            let page = store.fingerprints(index.last, kept_as, PAGE).await?;
            let Some(last) = page.last() else { break };
            let last = last.seq;
            let mut made = Vec::new();
            let batch: Vec<(i64, Fingerprint)> =
                page.into_iter().filter_map(|one| read(one, terms, &mut made)).collect();
            if let Err(error) = store.keep_fingerprints(kept_as, &made).await {
                // They are made again at the next start; meanwhile memory has them.
                tracing::warn!(%error, "fingerprints of items cannot be kept at present");
            }
            index.fingerprints.extend(batch);
            index.last = last;
        }
        Ok(index.fingerprints.len())
    }

    /// Places of items that are worth comparing with a text, the likeliest first.
    pub(super) async fn meeting(&self, fingerprint: &Fingerprint, limit: usize) -> Vec<i64> {
        self.index.lock().await.fingerprints.meeting(fingerprint, limit)
    }

    /// Finds by meaning from here on, too.
    pub fn understand(&self, model: Arc<Model>) {
        if self.model.set(model).is_err() {
            tracing::warn!("meanings are read already; the first model stays");
        }
    }

    /// The model, where the operator gave one.
    #[must_use]
    pub fn model(&self) -> Option<&Arc<Model>> {
        self.model.get()
    }

    /// Makes and keeps vectors of what was decided, as many as are missing. Returns how many were made.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn refresh_meanings(
        &self,
        store: &Store,
        terms: &Terms,
    ) -> Result<usize, StoreError> {
        let Some(model) = self.model.get() else { return Ok(0) };
        self.meanings.refresh(store, model, terms, usize::MAX).await
    }

    /// From which cosine on texts are near by meaning, where there is a model.
    pub(super) fn nearness(&self) -> Option<likeness::meaning::Nearness> {
        self.model.get().map(|model| model.near())
    }

    /// Places of decided items that may say the same as a text; none without a model.
    pub(super) async fn near_by_meaning(
        &self,
        store: &Store,
        terms: &Terms,
        text: &str,
    ) -> Result<Vec<(i64, Signal)>, StoreError> {
        let Some(model) = self.model.get() else { return Ok(Vec::new()) };
        self.meanings.refresh(store, model, terms, MADE_WHILE_ASKED).await?;
        let Some(meaning) = model.meaning(text, terms) else { return Ok(Vec::new()) };
        let near = self.meanings.near(&meaning, model.near().least()).await;
        Ok(near.into_iter().map(|(place, cosine)| (place, Signal::Meaning { cosine })).collect())
    }

    /// Makes what else items are found by and keeps it: pages, checked claims, and pictures where somebody says how
    /// they are decoded. Returns how many items were looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub async fn refresh_signals(
        &self,
        store: &Store,
        book: &Rulebook,
        pictures: Option<&Pictures>,
    ) -> Result<usize, StoreError> {
        signals::refresh(&self.made, store, book, &super::terms(book), pictures).await
    }
}

fn read(
    one: Fingerprinted,
    terms: &Terms,
    made: &mut Vec<(i64, Vec<u8>)>,
) -> Option<(i64, Fingerprint)> {
    if let Some(bands) = one.bands {
        return Some((one.seq, Fingerprint::from_bytes(&bands)?));
    }
    let subject = Subject::of(&one.event?).ok().flatten();
    let text = subject.map(|subject| Text::read_with(&subject.item.text, terms));
    let fingerprint = text.and_then(|text| Fingerprint::of(&text));
    made.push((one.seq, fingerprint.as_ref().map(Fingerprint::to_bytes).unwrap_or_default()));
    Some((one.seq, fingerprint?))
}
