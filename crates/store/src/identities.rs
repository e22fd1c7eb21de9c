//! Identities at the operator's provider (OpenID Connect): which of its subjects is which of our people. Must not know how
//! one is proved: that is the console's.

use crate::people::{make, one};
use crate::sessions::{bearer, comes_in};
use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, number, parsed,
};
use crate::{Invited, Store, StoreError};
use jiff::Timestamp;
use model::{Person, PersonId, PersonState};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// An identity of a person at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who vouches: the provider's address (`iss` of OpenID Connect Core 1.0, section 2).
    pub issuer: String,
    /// The provider's own name of the person (`sub`).
    pub subject: String,
    /// Which of our people it is.
    pub person: PersonId,
    /// How the provider called the person at the last sign-in.
    pub name: Option<String>,
    /// Since when.
    pub linked_at: Timestamp,
    /// By whose word.
    pub linked_by: String,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

const IDENTITY: Insert = Insert {
    into: "insert into identity (issuer, subject, person, name, linked_at, linked_by)",
    columns: 6,
    then: " on conflict (issuer, subject) do nothing",
};
const REMOVED: Insert = Insert {
    into: "insert into identity_removed (issuer, subject, person, at, by_whom)",
    columns: 5,
    then: "",
};
const WHOSE: &str = "select person from identity where issuer = $1 and subject = $2";
const OF_PERSON: &str = "select issuer, subject, person, name, linked_at, linked_by, used_at \
    from identity where person = $1 order by linked_at";
const USED: &str = "update identity set used_at = $3, name = coalesce($4, name) where issuer = $1 and subject = $2";
const REMOVE: &str = "delete from identity where issuer = $1 and subject = $2 and person = $3";
const WAS_REMOVED: &str =
    "select count(*) from identity_removed where issuer = $1 and subject = $2";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[WHOSE, OF_PERSON, USED, REMOVE, WAS_REMOVED];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&IDENTITY, &REMOVED];

fn read(row: &AnyRow) -> Result<Identity, StoreError> {
    Ok(Identity {
        issuer: column(row, 0)?,
        subject: column(row, 1)?,
        person: parsed(row, 2, "a person")?,
        name: column(row, 3)?,
        linked_at: instant(row, 4)?,
        linked_by: column(row, 5)?,
        used_at: maybe_instant(row, 6)?,
    })
}

async fn whose(
    connection: &mut AnyConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Person>, StoreError> {
    match fetch_one(connection, WHOSE, [issuer.into(), subject.into()]).await? {
        Some(row) => one(connection, parsed(&row, 0, "a person")?).await,
        None => Ok(None),
    }
}

async fn was_removed(
    connection: &mut AnyConnection,
    issuer: &str,
    subject: &str,
) -> Result<bool, StoreError> {
    Ok(number(connection, WAS_REMOVED, [issuer.into(), subject.into()]).await? > 0)
}

/// Keeps an identity. `false`: it is somebody else's.
async fn keep(connection: &mut AnyConnection, identity: &Identity) -> Result<bool, StoreError> {
    let row = vec![
        identity.issuer.as_str().into(),
        identity.subject.as_str().into(),
        identity.person.to_string().into(),
        Value::text(identity.name.as_deref()),
        identity.linked_at.into(),
        identity.linked_by.as_str().into(),
    ];
    IDENTITY.run(connection, row).await?;
    let kept = whose(connection, &identity.issuer, &identity.subject).await?;
    Ok(kept.is_some_and(|person| person.id == identity.person))
}

impl Store {
    /// Whose identity that is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn identified(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Person>, StoreError> {
        whose(&mut *self.read().await?, issuer, subject).await
    }

    /// A person's identities, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn identities_of(&self, person: PersonId) -> Result<Vec<Identity>, StoreError> {
        let rows = fetch(&mut *self.read().await?, OF_PERSON, [person.to_string().into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Keeps an identity. `false`: it is somebody else's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_identity(&self, identity: &Identity) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let kept = keep(&mut tx, identity).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Notes that somebody signed in with an identity, and how the provider called them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn identity_used(
        &self,
        issuer: &str,
        subject: &str,
        name: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let used = [issuer.into(), subject.into(), at.into(), Value::text(name)];
        execute(&mut tx, USED, used).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an identity of a person away, and keeps that it was theirs. `false`: there is no such one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_identity(
        &self,
        issuer: &str,
        subject: &str,
        person: PersonId,
        (at, by): (Timestamp, &str),
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let which = || [issuer.into(), subject.into(), person.to_string().into()];
        let gone = execute(&mut tx, REMOVE, which()).await? > 0;
        if gone {
            let row = which().into_iter().chain([at.into(), by.into()]);
            REMOVED.run(&mut tx, row.collect()).await?;
        }
        tx.commit().await?;
        Ok(gone)
    }

    /// Whether an identity was taken away from somebody once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn identity_was_removed(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<bool, StoreError> {
        was_removed(&mut *self.read().await?, issuer, subject).await
    }

    /// Keeps somebody new, who came by an identity that was never anybody's. They are not let in: they are suspended until
    /// an administrator lifts it. `None`: it is somebody's, or was.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn meet_by_identity(
        &self,
        invited: &Invited<'_>,
        identity: &Identity,
    ) -> Result<Option<Person>, StoreError> {
        let mut tx = self.write().await?;
        let (issuer, subject) = (identity.issuer.as_str(), identity.subject.as_str());
        if was_removed(&mut tx, issuer, subject).await?
            || whose(&mut tx, issuer, subject).await?.is_some()
        {
            return Ok(None);
        }
        let person = make(&mut tx, invited, PersonState::Suspended).await?;
        keep(&mut tx, identity).await?;
        tx.commit().await?;
        Ok(Some(person))
    }

    /// Uses a link up (see [`Store::join`]): its person comes in by this identity from now on. `None`: the link is good
    /// for nothing. `identity.person` is not read: the link says who it is.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the identity is somebody else's; the link is as it was then.
    pub async fn join_by_identity(
        &self,
        token: &str,
        identity: Identity,
    ) -> Result<Option<Person>, StoreError> {
        let at = identity.linked_at;
        let mut tx = self.write().await?;
        let Some(person) = bearer(&mut tx, token, at).await? else { return Ok(None) };
        let identity =
            Identity { person: person.id, linked_by: person.pseudonym.clone(), ..identity };
        if !keep(&mut tx, &identity).await? {
            return Err(StoreError::Taken("that identity".into()));
        }
        let person = comes_in(&mut tx, &person, at).await?;
        tx.commit().await?;
        Ok(person)
    }
}
