//! What else makes items alike than their texts: the same page, the same picture, the same checked claim. Made away from
//! the way of events and kept beside the fingerprints. Must not decide, and decodes no picture itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use likeness::pictures::{PdqHash, PdqIndex};
use likeness::{DifferenceKind, Shingles, Terms, Text, differences, links};
use model::{Event, Subject};
use platforms::pictures::Decoder;
use rules::rulebook::{Claim, Rulebook};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;
use store::{Signalled, Store, StoreError};
use tokio::sync::Mutex;

/// Items that are looked at at once.
const PAGE: u32 = 500;
/// Two fingerprints that differ in no more bits are of the same picture, as those hold who share banks of them.
const SAME_PICTURE: u32 = 31;
/// Fingerprints of poorer pictures are chance.
const LEAST_QUALITY: u8 = 50;
/// Pictures of one item that are looked at.
const MOST_PICTURES: usize = 16;
/// Longest picture.
const MOST_BYTES: u64 = 16 << 20;
/// A claim is in a text that has this share of its short stretches.
const CLAIM_SHARE: f64 = 0.7;
/// How words and pictures are read; another number has them all made anew.
const FORMAT: u64 = 1;

/// Where pictures come from, and who decodes them.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// The decoder, in a process of its own.
    pub decoder: Decoder,
    /// A folder in which a picture stands under its SHA-256 in hexadecimal; none: only pictures that events carry.
    pub folder: Option<PathBuf>,
}

/// What two items share besides words.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "same", rename_all = "snake_case")]
pub enum Signal {
    /// They link to the same page.
    Page {
        /// Its address in one spelling.
        page: String,
    },
    /// They show the same picture.
    Picture {
        /// In how many of 256 bits the fingerprints differ.
        distance: u32,
    },
    /// They make the same checked claim.
    Claim {
        /// Its name in the registry.
        claim: String,
    },
    /// They say the same, in other words or another language, as a model has it.
    Meaning {
        /// The cosine of the angle between their vectors: 1 for the same.
        cosine: f64,
    },
}

impl Signal {
    /// How near the meanings are, if that is the signal.
    #[must_use]
    pub const fn cosine(&self) -> Option<f64> {
        match self {
            Self::Meaning { cosine } => Some(*cosine),
            _ => None,
        }
    }
}

/// Fingerprints of pictures in memory.
#[derive(Debug, Default)]
pub(super) struct PictureIndex(Mutex<Held>);

#[derive(Debug)]
struct Held {
    index: PdqIndex,
    places: Vec<(PdqHash, i64)>,
    /// How many of the places the index holds; the others are looked at one by one.
    indexed: usize,
    last: i64,
}

impl Default for Held {
    fn default() -> Self {
        Self { index: PdqIndex::new(Vec::new()), places: Vec::new(), indexed: 0, last: -1 }
    }
}

/// So many that are not in the index yet are no burden.
const MOST_LOOSE: usize = 4_096;

impl PictureIndex {
    /// Places of items with a picture that looks the same, with the distance.
    async fn near(&self, store: &Store, hash: PdqHash) -> Result<Vec<(i64, u32)>, StoreError> {
        let mut held = self.0.lock().await;
        loop {
            let page = store.signals_after("picture", held.last, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            held.last = *last;
            let read = page.into_iter().filter_map(|(seq, word)| Some((word.parse().ok()?, seq)));
            held.places.extend(read);
        }
        if held.places.len() - held.indexed > MOST_LOOSE {
            held.index = PdqIndex::new(held.places.iter().map(|(hash, _)| *hash).collect());
            held.indexed = held.places.len();
        }
        let known = held.index.within(hash, SAME_PICTURE).into_iter().filter_map(|found| {
            let (other, seq) = held.places.get(usize::try_from(found.at).ok()?)?;
            Some((*seq, hash.distance(*other)))
        });
        let loose = held.places.iter().skip(held.indexed);
        let loose = loose.map(|(other, seq)| (*seq, hash.distance(*other)));
        let loose = loose.filter(|(_, distance)| *distance <= SAME_PICTURE);
        Ok(known.chain(loose).collect())
    }
}

/// How far signals were made. Whoever asks waits for words, which are quick, and never for pictures.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// How words were read, and up to which place.
    words: Mutex<Option<(i64, i64)>>,
    /// Up to which place pictures were looked at.
    pictures: Mutex<Option<i64>>,
}

/// Makes and keeps what is missing. Pictures are decoded only where somebody says how. Returns how many items were
/// looked at.
pub(super) async fn refresh(
    made: &Made,
    store: &Store,
    book: &Rulebook,
    terms: &Terms,
    pictures: Option<&Pictures>,
) -> Result<usize, StoreError> {
    let claims: Vec<(Claim, Text)> = book
        .claims
        .iter()
        .map(|claim| (claim.clone(), Text::read_with(&claim.text, terms)))
        .collect();
    let mut version = Sha256::new();
    version.update(terms.version().to_le_bytes());
    for claim in &book.claims {
        version.update(claim.name.as_bytes());
        version.update(claim.text.as_bytes());
    }
    let digest = version.finalize();
    let words =
        digest.iter().take(7).fold(FORMAT, |all, byte| all.wrapping_mul(257) ^ u64::from(*byte));
    let made_with = words.cast_signed();
    let mut reached = made.words.lock().await;
    let mut looked = 0;
    let known = reached.filter(|(of, _)| *of == made_with);
    let mut after = known.map_or(-1, |(_, last)| last);
    loop {
        let page = store.lacking_signals("words", made_with, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        looked += page.len();
        let made: Vec<Signalled> = page
            .iter()
            .map(|(seq, event)| Signalled { seq: *seq, signals: of_words(event, &claims, terms) })
            .collect();
        store.keep_signals("words", &["link", "claim"], made_with, &made).await?;
        *reached = Some((made_with, after));
    }
    drop(reached);
    let Some(pictures) = pictures else { return Ok(looked) };
    let mut reached = made.pictures.lock().await;
    let mut after = reached.unwrap_or(-1);
    loop {
        let page = store.lacking_signals("pictures", FORMAT.cast_signed(), after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        looked += page.len();
        let own = pictures.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let made = page
                .iter()
                .map(|(seq, event)| Signalled { seq: *seq, signals: of_pictures(event, &own) });
            made.collect::<Vec<_>>()
        });
        let made = looking.await.map_err(|error| StoreError::Database(error.to_string()))?;
        store.keep_signals("pictures", &["picture"], FORMAT.cast_signed(), &made).await?;
        *reached = Some(after);
    }
    Ok(looked)
}

fn of_words(event: &Event, claims: &[(Claim, Text)], terms: &Terms) -> Vec<(&'static str, String)> {
    let Some(subject) = Subject::of(event).ok().flatten() else { return Vec::new() };
    let mut signals: Vec<(&'static str, String)> = pages(&subject.item.text, &subject.item.links)
        .into_iter()
        .map(|page| ("link", page))
        .collect();
    signals.extend(claims_in(&subject.item.text, claims, terms).map(|name| ("claim", name)));
    signals
}

/// The pages that a text and its attachments link to.
fn pages(text: &str, attached: &[String]) -> BTreeSet<String> {
    let in_text = links::find(text).filter_map(|at| text.get(at));
    let all = in_text.chain(attached.iter().map(String::as_str));
    // A bare domain is a place, not a page: too many posts share it.
    all.filter_map(links::canonical).filter(|page| page.contains('/')).collect()
}

/// The checked claims that a text makes. What denies a claim, or has another number, does not make it.
fn claims_in<'a>(
    raw: &str,
    claims: &'a [(Claim, Text)],
    terms: &Terms,
) -> impl Iterator<Item = String> + use<'a> {
    let text = Text::read_with(raw, terms);
    let shingles = Shingles::of(&text);
    claims.iter().filter_map(move |(claim, said)| {
        let own = Shingles::of(said);
        let all = own.similarity(&own).all;
        let shared = own.similarity(&shingles).shared;
        #[expect(
            clippy::cast_precision_loss,
            clippy::as_conversions,
            reason = "sizes of texts are far below 2^52"
        )]
        let share = shared as f64 / all.max(1) as f64;
        let otherwise = |kind| !matches!(kind, DifferenceKind::Name | DifferenceKind::Order);
        let denied = || differences(said, &text).iter().any(|one| otherwise(one.kind));
        (share >= CLAIM_SHARE && !denied()).then(|| claim.name.clone())
    })
}

fn of_pictures(event: &Event, pictures: &Pictures) -> Vec<(&'static str, String)> {
    let data: serde_json::Value = event.data.read().unwrap_or_default();
    let media = data.pointer("/item/media").and_then(serde_json::Value::as_array);
    let images = media.into_iter().flatten().filter(|one| {
        one.get("kind").and_then(serde_json::Value::as_str).is_some_and(|kind| kind == "image")
    });
    let prints = images.take(MOST_PICTURES).filter_map(|image| {
        let bytes = bytes_of(image, pictures)?;
        match pictures.decoder.fingerprint(&bytes) {
            Ok((hash, quality)) if quality >= LEAST_QUALITY => Some(("picture", hash)),
            Ok(_) => None,
            Err(error) => {
                tracing::debug!(%error, "a picture has no fingerprint");
                None
            }
        }
    });
    prints.collect()
}

/// The picture that an event carries, or that lies in the folder under its digest.
fn bytes_of(image: &serde_json::Value, pictures: &Pictures) -> Option<Vec<u8>> {
    let text = |key: &str| image.get(key).and_then(serde_json::Value::as_str);
    if let Some(carried) = text("bytes") {
        return STANDARD.decode(carried).ok();
    }
    let digest = text("sha256").filter(|digest| {
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })?;
    let path = pictures.folder.as_ref()?.join(digest.to_ascii_lowercase());
    if path.metadata().ok()?.len() > MOST_BYTES {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    // What lies there under a wrong name is not that picture.
    (hex::encode(Sha256::digest(&bytes)) == digest.to_ascii_lowercase()).then_some(bytes)
}

/// What a question has besides its words.
#[derive(Debug, Default)]
pub(super) struct AskedSignals {
    pages: BTreeSet<String>,
    claims: BTreeSet<String>,
    pictures: Vec<PdqHash>,
}

impl AskedSignals {
    /// Of an item in the store, or of a text alone.
    pub(super) async fn of(
        store: &Store,
        book: &Rulebook,
        terms: &Terms,
        text: &str,
        item: Option<&model::ItemId>,
    ) -> Result<Self, StoreError> {
        let mut asked = Self { pages: pages(text, &[]), ..Self::default() };
        if !book.claims.is_empty() {
            let read = |claim: &Claim| (claim.clone(), Text::read_with(&claim.text, terms));
            let claims: Vec<(Claim, Text)> = book.claims.iter().map(read).collect();
            asked.claims.extend(claims_in(text, &claims, terms));
        }
        let place = match item {
            Some(item) => store.place_of(item).await?,
            None => None,
        };
        if let Some(place) = place {
            for (kind, word) in store.signals_of(place).await? {
                match kind.as_str() {
                    "link" => asked.pages.extend([word]),
                    "claim" => asked.claims.extend([word]),
                    _ => asked.pictures.extend(word.parse::<PdqHash>()),
                }
            }
        }
        Ok(asked)
    }

    /// Places of items that share something with it, with what.
    pub(super) async fn meeting(
        &self,
        store: &Store,
        index: &PictureIndex,
    ) -> Result<Vec<(i64, Signal)>, StoreError> {
        let mut met = Vec::new();
        for page in &self.pages {
            let places = store.under_signal("link", page).await?;
            met.extend(places.into_iter().map(|seq| (seq, Signal::Page { page: page.clone() })));
        }
        for claim in &self.claims {
            let places = store.under_signal("claim", claim).await?;
            let same = |seq| (seq, Signal::Claim { claim: claim.clone() });
            met.extend(places.into_iter().map(same));
        }
        for hash in &self.pictures {
            let near = index.near(store, *hash).await?.into_iter();
            met.extend(near.map(|(seq, distance)| (seq, Signal::Picture { distance })));
        }
        Ok(met)
    }
}
