//! The honest answer about one item: what was held, whether it waits, or that it was never seen.

use crate::cases::waiting_on;
use crate::decisions::latest_on;
use crate::sql::{column, fetch_one, instant, parsed};
use crate::{Store, StoreError, StoredDecision};
use jiff::Timestamp;
use model::{AccountId, Case, ItemId, RulebookVersion};

/// What is known of an item that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The platform's id.
    pub item: ItemId,
    /// Who made it.
    pub account: AccountId,
    /// Where people see it.
    pub url: Option<String>,
    /// When we last received it.
    pub received_at: Timestamp,
    /// Under which rulebook it was last looked at.
    pub rulebook: RulebookVersion,
    /// The latest decision on it.
    pub decision: Option<StoredDecision>,
    /// The case in which it waits for people.
    pub waiting: Option<Case>,
}

const BY_ITEM: &str = "select i.item_id, i.account_id, i.url, e.received_at, e.rulebook \
    from item i join event e on e.seq = i.event_seq \
    where i.item_id = $1 order by i.event_seq desc limit 1";
const BY_URL: &str = "select i.item_id, i.account_id, i.url, e.received_at, e.rulebook \
    from item i join event e on e.seq = i.event_seq \
    where i.url = $1 order by i.event_seq desc limit 1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[BY_ITEM, BY_URL];

impl Store {
    /// What is known of an item; `None`: never looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lookup_item(&self, item: &ItemId) -> Result<Option<Lookup>, StoreError> {
        self.lookup(BY_ITEM, item.as_str()).await
    }

    /// What is known of the item at a URL; `None`: never looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lookup_url(&self, url: &str) -> Result<Option<Lookup>, StoreError> {
        self.lookup(BY_URL, url).await
    }

    async fn lookup(&self, sql: &'static str, key: &str) -> Result<Option<Lookup>, StoreError> {
        let mut reader = self.read().await?;
        let Some(row) = fetch_one(&mut reader, sql, [key.into()]).await? else { return Ok(None) };
        let item: ItemId = parsed(&row, 0, "an item's id")?;
        Ok(Some(Lookup {
            decision: latest_on(&mut reader, item.as_str()).await?,
            waiting: waiting_on(&mut reader, item.as_str()).await?,
            item,
            account: parsed(&row, 1, "an account's id")?,
            url: column(&row, 2)?,
            received_at: instant(&row, 3)?,
            rulebook: RulebookVersion::new(column(&row, 4)?),
        }))
    }
}
