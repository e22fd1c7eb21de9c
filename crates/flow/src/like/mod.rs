//! Which items are like this one, and what was held of them? Keeps a fingerprint of every item that came and
//! compares the texts themselves before it says that two are alike. Must not decide.

mod index;
mod meaning;
mod precedents;
mod recent;
mod settled;
mod show;
mod signals;
mod worked;

pub use index::Likeness;
pub use meaning::Model;
pub(crate) use precedents::precedents;
pub use precedents::{Departure, Precedent, Precedents};
pub use settled::{Settled, ShownLine};
pub use signals::{Pictures, Signal};
pub use worked::{worked_case, worked_case_path};

use jiff::Timestamp;
use likeness::{
    Difference, Fingerprint, SharedPassage, Shingles, Similarity, Terms, Text, differences,
    differences_of_meaning, shared_passages,
};
use model::{CaseId, ClauseId, Decision, ItemId, Subject};
use rules::rulebook::Rulebook;
use signals::AskedSignals;
use std::collections::{HashMap, HashSet};
use store::{Held, Store, StoreError};

/// Fingerprints that are looked up for one question. Those that agree most come first, so that only a text that
/// stands many hundred times leaves something out, and then its own copies.
const MOST_MET: usize = 512;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeQuery {
    /// The text.
    pub text: String,
    /// An item that is not to be named: the one that is asked about.
    pub without: Option<ItemId>,
    /// The share of common stretches from which on an item is named.
    pub threshold: f64,
    /// Name at most so many.
    pub limit: usize,
    /// Name only items of which something was held under this clause: that it was breached, or by people that it was not.
    pub clause: Option<ClauseId>,
}

/// An item that is like a text.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeItem {
    /// The item.
    pub item: ItemId,
    /// Where people see it.
    pub url: Option<String>,
    /// Its text.
    pub text: String,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// What both have in common, counted in short stretches.
    pub similarity: Similarity,
    /// The passages that both share: bytes of the text asked about and of this one.
    pub shared: Vec<SharedPassage>,
    /// What both have besides words.
    pub signals: Vec<Signal>,
    /// Whether the texts are near each other, by words or by meaning; else only a signal brought them together.
    pub near: bool,
    /// What keeps them apart; empty and near: they are like cases.
    pub differences: Vec<Difference>,
    /// What is held of it now.
    pub decision: Option<Decision>,
    /// The case in which it waits for people.
    pub waits: Option<CaseId>,
}

impl LikeItem {
    /// How near the meanings are, where a model found them near: the cosine.
    #[must_use]
    pub fn meaning(&self) -> Option<f64> {
        self.signals.iter().find_map(Signal::cosine)
    }

    /// Whether both are like cases: near each other, and nothing says otherwise.
    #[must_use]
    pub const fn is_like(&self) -> bool {
        self.near && self.differences.is_empty()
    }
}

/// The names that stand for each other under a rulebook.
#[must_use]
pub fn terms(book: &Rulebook) -> Terms {
    Terms::new(book.audit.classes())
}

/// The items most like `query`'s text, the nearest first, of equals the newest.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn like(
    likeness: &Likeness,
    store: &Store,
    book: &Rulebook,
    query: &LikeQuery,
) -> Result<Vec<LikeItem>, StoreError> {
    let terms = terms(book);
    let text = Text::read_with(&query.text, &terms);
    likeness.refresh(store, &terms).await?;
    likeness.refresh_signals(store, book, None).await?;
    let mut met = match Fingerprint::of(&text) {
        Some(fingerprint) => likeness.meeting(&fingerprint, MOST_MET).await,
        None => Vec::new(),
    };
    let asked = AskedSignals::of(store, book, &terms, &query.text, query.without.as_ref()).await?;
    let mut shared: HashMap<i64, Vec<Signal>> = HashMap::new();
    let meant = likeness.near_by_meaning(store, &terms, &query.text).await?;
    for (place, signal) in asked.meeting(store, &likeness.pictures).await?.into_iter().chain(meant)
    {
        shared.entry(place).or_default().push(signal);
    }
    let known: HashSet<i64> = met.iter().copied().collect();
    met.extend(shared.keys().filter(|place| !known.contains(place)));
    let shingles = Shingles::of(&text);
    let nearness = likeness.nearness();
    let mut near = Vec::new();
    for held in store.held(&met).await? {
        let Ok(Some(subject)) = Subject::of(&held.event) else { continue };
        if query.without.as_ref() == Some(&subject.item.id) {
            continue;
        }
        let under = |clause| {
            held.decision.as_ref().is_some_and(|one| precedents::held(one, clause).is_some())
        };
        if !query.clause.as_ref().is_none_or(under) {
            continue;
        }
        let other = Text::read_with(&subject.item.text, &terms);
        let similarity = Shingles::of(&other).similarity(&shingles);
        let mut signals = shared.remove(&held.seq).unwrap_or_default();
        let enough = |cosine| nearness.is_some_and(|near| near.holds(cosine, &text, &other));
        signals.retain(|one| one.cosine().is_none_or(enough));
        // Two posts of one picture without a word are as near as two of one text.
        let wordless = text.words().is_empty() && other.words().is_empty();
        let pictured = signals.iter().any(|one| matches!(one, Signal::Picture { .. }));
        let by_words = similarity.ratio() >= query.threshold || (wordless && pictured);
        let cosine = signals.iter().find_map(Signal::cosine);
        let is_near = by_words || cosine.is_some();
        if is_near || !signals.is_empty() {
            // What is near by words comes before what is near by meaning.
            let rank = (if by_words { similarity.ratio() } else { 0.0 }, cosine.unwrap_or(0.0));
            near.push((rank, similarity, held, subject, other, (signals, is_near, by_words)));
        }
    }
    near.sort_by(|(a, near, one, ..), (b, other_near, other, ..)| {
        let by_words = b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1));
        by_words.then(other_near.ratio().total_cmp(&near.ratio())).then(other.seq.cmp(&one.seq))
    });
    near.truncate(query.limit);
    let items = near.into_iter().map(
        |(_, similarity, held, subject, other, (signals, is_near, by_words))| {
            let Held { event, decision, waits, .. } = held;
            LikeItem {
                shared: shared_passages(&text, &other),
                differences: if by_words || !is_near {
                    differences(&text, &other)
                } else {
                    differences_of_meaning(&text, &other)
                },
                posted_at: subject.conduct_at(&event),
                item: subject.item.id,
                url: subject.item.url,
                text: subject.item.text,
                similarity,
                signals,
                near: is_near,
                decision,
                waits,
            }
        },
    );
    Ok(items.collect())
}
