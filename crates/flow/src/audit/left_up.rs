//! Which items stand for those that were left alone: a draw by the item's id alone, under a key of the month in which it
//! came. Must not see a decision, an author or a text.
//!
//! Whether an item is looked at must not hang on what became of it, nor be anybody's choice. So every item draws, whatever
//! was decided; those that were met with a measure are looked at anyhow, the others if their draw falls below the rate. A
//! key is made a month ahead, its SHA-256 stands in every report from then on, and the key itself once its month is over:
//! whoever knows an item's id can repeat the draw.

use super::gather::AuditError;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use model::{Ids, ItemId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use store::{Drawn, LeftUpKey, Store};

/// Draws are whole numbers below this.
const ALL: u64 = 1 << 53;
/// How many items draw in one transaction.
const PAGE: u32 = 4_000;
/// Chances are in millionths.
const WHOLE: u32 = 1_000_000;

/// A key as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownKey {
    /// `2026-11`, in UTC.
    pub month: String,
    /// When it was made: before its month, but for the first.
    pub made_at: Timestamp,
    /// SHA-256 of the key, in hexadecimal.
    pub commitment: String,
    /// The key in hexadecimal, once its month is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// With which chance items that were left alone are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

impl Rate {
    /// From millionths; what is more than certain is certain.
    pub(super) fn of(millionths: u32) -> Self {
        Self(millionths.min(WHOLE))
    }

    /// As a share.
    pub(super) fn share(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// Draws below this are looked at.
    pub(super) fn below(self) -> i64 {
        let below = u128::from(ALL) * u128::from(self.0) / u128::from(WHOLE);
        i64::try_from(below).unwrap_or(i64::MAX)
    }
}

/// What an item draws: the first 53 bits of HMAC-SHA-256 of its id.
#[must_use]
pub fn draw(key: &[u8], item: &ItemId) -> Option<i64> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(item.as_str().as_bytes());
    let bytes = mac.finalize().into_bytes();
    let first: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
    i64::try_from(u64::from_be_bytes(first) >> 11).ok()
}

/// `2026-11` of a moment, in UTC.
fn month(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m").to_string()
}

fn next_month(at: Timestamp) -> String {
    let first = at.to_zoned_datetime(TimeZone::UTC).first_of_month();
    let next = first.and_then(|first| first.checked_add(1.month()));
    next.map_or_else(|_| month(at), |next| month(next.timestamp()))
}

/// Lets every item draw that has not yet, and makes the keys that are missing: those of the months in which items came,
/// and that of the month to come. Items are drawn with `rate` (millionths) from now on.
///
/// # Errors
/// [`AuditError`] when the store fails; what was drawn before that stays.
pub async fn draw_new(
    store: &Store,
    rate: u32,
    ids: &dyn Ids,
    now: Timestamp,
) -> Result<(), AuditError> {
    let below = Rate::of(rate).below();
    let mut keys = HashMap::new();
    for one in store.left_up_keys().await? {
        keys.insert(one.month, one.key);
    }
    make(store, &mut keys, &[month(now), next_month(now)], (ids, now)).await?;
    loop {
        let page = store.undrawn(PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let until = last.seq;
        let months: Vec<String> = page.iter().map(|item| month(item.came_at)).collect();
        make(store, &mut keys, &months, (ids, now)).await?;
        let drawn = page.iter().zip(&months).filter_map(|(item, month)| {
            let draw = draw(keys.get(month)?, &item.item)?;
            (draw < below).then_some(Drawn { seq: item.seq, draw, rate })
        });
        store.keep_drawn(&drawn.collect::<Vec<_>>(), until).await?;
    }
}

/// Makes the keys of months that have none.
async fn make(
    store: &Store,
    keys: &mut HashMap<String, Vec<u8>>,
    months: &[String],
    (ids, made_at): (&dyn Ids, Timestamp),
) -> Result<(), AuditError> {
    let mut missing: Vec<&String> = months.iter().filter(|one| !keys.contains_key(*one)).collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let new = |month: &&String| LeftUpKey {
        month: (*month).clone(),
        key: ids.secret().to_vec(),
        made_at,
    };
    store.keep_left_up_keys(&missing.iter().map(new).collect::<Vec<_>>()).await?;
    // Another process may have been first.
    for one in store.left_up_keys().await? {
        keys.insert(one.month, one.key);
    }
    Ok(())
}

/// The keys as a report shows them at `now`, the oldest first.
///
/// # Errors
/// [`AuditError`] when the store fails.
pub(super) async fn shown(store: &Store, now: Timestamp) -> Result<Vec<ShownKey>, AuditError> {
    let this = month(now);
    let show = |one: LeftUpKey| ShownKey {
        commitment: hex::encode(Sha256::digest(&one.key)),
        key: (one.month < this).then(|| hex::encode(&one.key)),
        made_at: one.made_at,
        month: one.month,
    };
    Ok(store.left_up_keys().await?.into_iter().map(show).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draw_is_the_mac_of_the_id_and_falls_evenly() {
        let key = [7u8; 32];
        let item = |n: u32| ItemId::new(&format!("post-{n}")).unwrap();
        // printf post-1 | openssl dgst -sha256 -mac hmac -macopt hexkey:0707…07, shifted by eleven bits
        assert_eq!(draw(&key, &item(1)), Some(2793541363484203));
        let draws: Vec<i64> = (0..20_000).map(|n| draw(&key, &item(n)).unwrap()).collect();
        assert!(draws.iter().all(|draw| (0..1 << 53).contains(draw)));
        for rate in [10_000, 100_000, 500_000, 1_000_000] {
            let rate = Rate::of(rate);
            let hits = draws.iter().filter(|draw| **draw < rate.below()).count() as f64;
            let (expected, share) = (20_000.0 * rate.share(), rate.share());
            let spread = (expected * (1.0 - share)).sqrt();
            assert!((hits - expected).abs() <= 4.0 * spread, "{hits} of {expected}");
        }
        assert_ne!(draw(&[8u8; 32], &item(1)), draw(&key, &item(1)));
    }

    #[test]
    fn a_key_is_of_a_month_and_the_next_one_follows_december() {
        let at: Timestamp = "2026-12-31T23:59:59Z".parse().unwrap();
        assert_eq!((month(at).as_str(), next_month(at).as_str()), ("2026-12", "2027-01"));
        let at: Timestamp = "2026-01-31T00:00:00Z".parse().unwrap();
        assert_eq!(next_month(at), "2026-02");
    }
}
