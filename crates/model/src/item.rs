//! The piece of content in question, as it was when the event came, and who made it.
//! Must not normalise or judge the content.

use crate::{Account, AccountId, Event, ItemId, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A post on its own.
    #[default]
    Post,
    /// An answer to another item.
    Comment,
    /// An account's profile.
    Profile,
    /// A picture.
    Image,
    /// A video.
    Video,
}

/// A picture, video or sound that belongs to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// Where the platform serves it.
    pub url: String,
    /// SHA-256 of the bytes in hexadecimal, when the platform sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The author's description for people who cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// The author's or the platform's label: `synthetic`, `graphic`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Snapshot of an item as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The platform's id.
    pub id: ItemId,
    /// What it is.
    #[serde(default)]
    pub kind: ItemKind,
    /// Where people see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The text, exactly as posted.
    #[serde(default)]
    pub text: String,
    /// The language that the author or platform named (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When it was posted, by the platform's clock; the event's time if the platform does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Links in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Pictures, videos, sounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// The item that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<ItemId>,
    /// The item that it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<ItemId>,
}

/// Why no item could be read from an event that carries one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`data.item` or `data.account` cannot be read: {0}")]
pub struct ItemError(String);

/// What an event is about: an item and the account that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The item as it was.
    pub item: Item,
    /// Who made it.
    pub account: Account,
}

/// Parts of `data` that are unknown to us stay for the rules.
#[derive(Deserialize)]
struct Canonical {
    item: Option<Json>,
    account: Option<Json>,
}

impl Subject {
    /// Reads the item and its author from `data.item` and `data.account`. `None` when the event
    /// is about no item (a follow, a sign-in): rules may still act on it, nothing is decided.
    ///
    /// # Errors
    /// [`ItemError`] when an item is there but has no id, no account, or a field of another type.
    pub fn of(event: &Event) -> Result<Option<Self>, ItemError> {
        if !event.data.as_str().trim_start().starts_with('{') {
            return Ok(None);
        }
        let wrong = |error: crate::JsonError| ItemError(error.to_string());
        let parts: Canonical = event.data.read().map_err(wrong)?;
        let Some(item) = parts.item else { return Ok(None) };
        let mut item: Item = item.read().map_err(wrong)?;
        let account = parts.account.ok_or_else(|| ItemError("`account` is missing".into()))?;
        item.created_at.get_or_insert(event.timestamp);
        Ok(Some(Self { item, account: account.read().map_err(wrong)? }))
    }

    /// The author's id.
    pub fn account_id(&self) -> &AccountId {
        &self.account.id
    }

    /// When the item was posted; decides which warnings were there before it.
    pub fn conduct_at(&self, event: &Event) -> Timestamp {
        self.item.created_at.unwrap_or(event.timestamp)
    }
}
