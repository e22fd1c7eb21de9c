//! Whether somebody wants letters about what they reported: they were asked, said yes, or ended it; and the links by which
//! they say so, as digests. Must not know an address.

use crate::keys::token_digest;
use crate::sql::{Insert, column, fetch_one, unreadable};
use crate::{Store, StoreError};
use jiff::Timestamp;

/// What is known of the wish for letters, by who reads an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailWish {
    /// A letter asked them; they have not answered.
    Asked,
    /// They want letters.
    Confirmed,
    /// They want none.
    Ended,
}

impl MailWish {
    const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
            Self::Ended => "ended",
        }
    }
}

const WISH: &str = "select did from reporter_mail where reporter = $1 order by seq desc limit 1";
const LINK: &str = "select reporter from reporter_mail_link where digest = $1";
const ADD_WISH: Insert =
    Insert { into: "insert into reporter_mail (reporter, did, at)", columns: 3, then: "" };
const ADD_LINK: Insert = Insert {
    into: "insert into reporter_mail_link (digest, reporter, made_at)",
    columns: 3,
    then: "",
};
/// What is forgotten with accounts that reported; each takes the list of accounts.
pub(crate) const FORGET: [&str; 2] = [
    "delete from reporter_mail where reporter in ({list})",
    "delete from reporter_mail_link where reporter in ({list})",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[WISH, LINK, FORGET[0], FORGET[1]];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ADD_WISH, &ADD_LINK];

impl Store {
    /// Whether who reported under this key wants letters; `None` while nobody asked them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn mail_wish(&self, reporter: &str) -> Result<Option<MailWish>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, WISH, [reporter.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        match column(&row, 0)? {
            "asked" => Ok(Some(MailWish::Asked)),
            "confirmed" => Ok(Some(MailWish::Confirmed)),
            "ended" => Ok(Some(MailWish::Ended)),
            _ => Err(unreadable("a wish for letters", &"no such word")),
        }
    }

    /// Keeps that they were asked, or what they said.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn wish_mail(
        &self,
        reporter: &str,
        wish: MailWish,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        ADD_WISH.run(&mut tx, vec![reporter.into(), wish.word().into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a link by which they say what they want.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_mail_link(
        &self,
        reporter: &str,
        token: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        ADD_LINK.run(&mut tx, vec![token_digest(token), reporter.into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// Under which key they reported whose letter held this link.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn mail_link(&self, token: &str) -> Result<Option<String>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, LINK, [token_digest(token)]).await?;
        row.map(|row| column(&row, 0)).transpose()
    }
}
