//! Passkeys of people: public keys and what their authenticators said last. Must not read them: what they mean, and
//! whether an answer fits one, is the console's.

use crate::sql::{
    Insert, column, execute, fetch, fetch_one, instant, maybe_instant, number, parsed,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::PersonId;
use sqlx::any::AnyRow;

/// Most passkeys of one person.
const MOST: i64 = 20;

/// A passkey of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id (Web Authentication level 3, section 4): 16 to 1,023 bytes.
    pub id: Vec<u8>,
    /// Whose.
    pub person: PersonId,
    /// How the person calls it.
    pub name: String,
    /// Public key and what else never changes, encoded.
    pub fixed: Vec<u8>,
    /// Counter and flags as of the last use, encoded.
    pub changing: Vec<u8>,
    /// When it was added.
    pub made_at: Timestamp,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

const PASSKEY: Insert = Insert {
    into: "insert into passkey (id, person, name, fixed, changing, made_at)",
    columns: 6,
    then: " on conflict (id) do nothing",
};
const OF_PERSON: &str = "select id, person, name, fixed, changing, made_at, used_at from passkey \
    where person = $1 order by made_at";
const ONE: &str =
    "select id, person, name, fixed, changing, made_at, used_at from passkey where id = $1";
const COUNT: &str = "select count(*) from passkey where person = $1";
const USED: &str = "update passkey set changing = $2, used_at = $3 where id = $1";
const REMOVE: &str = "delete from passkey where id = $1 and person = $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[OF_PERSON, ONE, COUNT, USED, REMOVE];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&PASSKEY];

fn read(row: &AnyRow) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: column(row, 0)?,
        person: parsed(row, 1, "a person")?,
        name: column(row, 2)?,
        fixed: column(row, 3)?,
        changing: column(row, 4)?,
        made_at: instant(row, 5)?,
        used_at: maybe_instant(row, 6)?,
    })
}

impl Store {
    /// Keeps a passkey. `false`: the person has too many, or the credential is kept already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_passkey(&self, passkey: &Passkey) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let person = passkey.person.to_string();
        let before = number(&mut tx, COUNT, [person.as_str().into()]).await?;
        if before >= MOST {
            return Ok(false);
        }
        let row = vec![
            passkey.id.as_slice().into(),
            person.as_str().into(),
            passkey.name.as_str().into(),
            passkey.fixed.as_slice().into(),
            passkey.changing.as_slice().into(),
            passkey.made_at.into(),
        ];
        PASSKEY.run(&mut tx, row).await?;
        let after = number(&mut tx, COUNT, [person.into()]).await?;
        tx.commit().await?;
        Ok(after > before)
    }

    /// A person's passkeys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn passkeys_of(&self, person: PersonId) -> Result<Vec<Passkey>, StoreError> {
        let rows = fetch(&mut *self.read().await?, OF_PERSON, [person.to_string().into()]).await?;
        rows.iter().map(read).collect()
    }

    /// The passkey with this credential id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn passkey(&self, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, ONE, [id.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Notes that a passkey was used, and what its authenticator says from now on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn passkey_used(
        &self,
        id: &[u8],
        changing: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, USED, [id.into(), changing.into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a passkey of a person away. `false`: there is no such one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_passkey(&self, id: &[u8], person: PersonId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let gone = execute(&mut tx, REMOVE, [id.into(), person.to_string().into()]).await?;
        tx.commit().await?;
        Ok(gone > 0)
    }
}
