//! API keys: what a caller may do, and under which pseudonym. Must not keep a key itself.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, unreadable,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use std::fmt;
use std::str::FromStr;

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Send events and reports, read statements for the person concerned.
    Events,
    /// Send receipts.
    Receipts,
    /// Decide cases.
    Review,
    /// Read the regulator's view.
    Regulator,
    /// Have personal data erased.
    Erasures,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: write `events`, `receipts`, `review`, `regulator` or `erasures`")]
pub struct ScopeError(String);

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Events, Self::Receipts, Self::Review, Self::Regulator, Self::Erasures];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Receipts => "receipts",
            Self::Review => "review",
            Self::Regulator => "regulator",
            Self::Erasures => "erasures",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.word() == text)
            .ok_or_else(|| ScopeError(text.chars().take(60).collect()))
    }
}

/// A key as it is kept: never the key, only its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// A name for it, unique: it stands in lists and logs.
    pub id: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Under which name its holder decides (`reviewer 7`); needed for [`Scope::Review`].
    pub pseudonym: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

const ADD: Insert = Insert {
    into: "insert into api_key (id, digest, scopes, pseudonym, created_at)",
    columns: 5,
    then: "",
};
const BY_TOKEN: &str = "select k.id, k.scopes, k.pseudonym, k.created_at, e.revoked_at \
    from api_key k left join api_key_end e on e.id = k.id \
    where k.digest = $1 and e.revoked_at is null";
const ALL: &str = "select k.id, k.scopes, k.pseudonym, k.created_at, e.revoked_at \
    from api_key k left join api_key_end e on e.id = k.id order by k.created_at, k.id";
const REVOKE: &str = "insert into api_key_end (id, revoked_at) \
    select id, $2 from api_key where id = $1 on conflict (id) do nothing";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[BY_TOKEN, ALL, REVOKE];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ADD];

/// A token is 256 random bits, so that its plain digest cannot be guessed back.
fn token_digest(token: &str) -> Value {
    Sha256::digest(token.as_bytes()).as_slice().into()
}

fn read(row: &AnyRow) -> Result<ApiKey, StoreError> {
    let scopes: &str = column(row, 1)?;
    let scopes = scopes.split_whitespace().map(str::parse).collect::<Result<_, ScopeError>>();
    Ok(ApiKey {
        id: column(row, 0)?,
        scopes: scopes.map_err(|error| unreadable("a key's scopes", &error))?,
        pseudonym: column(row, 2)?,
        created_at: instant(row, 3)?,
        revoked_at: maybe_instant(row, 4)?,
    })
}

impl Store {
    /// Keeps a key by the SHA-256 of `token`, which must be random and long.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name or the token is in use.
    pub async fn add_key(&self, key: &ApiKey, token: &str) -> Result<(), StoreError> {
        let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.word()).collect();
        let row = [
            key.id.as_str().into(),
            token_digest(token),
            scopes.join(" ").into(),
            Value::text(key.pseudonym.as_deref()),
            key.created_at.into(),
        ];
        let mut tx = self.write().await?;
        ADD.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// The key that this token is, unless it was withdrawn.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn key(&self, token: &str) -> Result<Option<ApiKey>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, BY_TOKEN, [token_digest(token)]).await?;
        row.as_ref().map(read).transpose()
    }

    /// All keys, withdrawn ones too.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        fetch(&mut *self.read().await?, ALL, []).await?.iter().map(read).collect()
    }

    /// Withdraws a key. `false`: there is no such key, or it is withdrawn already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn revoke_key(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let revoked = execute(&mut tx, REVOKE, [id.into(), at.into()]).await?;
        tx.commit().await?;
        Ok(revoked > 0)
    }
}
