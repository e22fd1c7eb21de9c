//! API keys: what a caller may do, and under which pseudonym. Must not keep a key itself.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, unreadable,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{NoSuchWord, Scope};
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use std::collections::HashMap;

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

const USED: &str = "insert into api_key_use (id, used_at) values ($1, $2) \
    on conflict (id) do update set used_at = excluded.used_at";
const USES: &str = "select id, used_at from api_key_use";
/// Keys under a person's name end when the person may not sign in any more.
pub(crate) const REVOKE_OF: &str = "insert into api_key_end (id, revoked_at) \
    select id, $2 from api_key where pseudonym = $1 on conflict (id) do nothing";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[BY_TOKEN, ALL, REVOKE, USED, USES, REVOKE_OF];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ADD];

/// A token is 256 random bits, so that its plain digest cannot be guessed back.
pub(crate) fn token_digest(token: &str) -> Value {
    Sha256::digest(token.as_bytes()).as_slice().into()
}

fn read(row: &AnyRow) -> Result<ApiKey, StoreError> {
    let scopes: &str = column(row, 1)?;
    let scopes = scopes.split_whitespace().map(str::parse).collect::<Result<_, NoSuchWord>>();
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

    /// Notes that a key was used.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn key_used(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, USED, [id.into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// When each key was last used, to the minute.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keys_used(&self) -> Result<HashMap<String, Timestamp>, StoreError> {
        let rows = fetch(&mut *self.read().await?, USES, []).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, instant(row, 1)?))).collect()
    }
}
