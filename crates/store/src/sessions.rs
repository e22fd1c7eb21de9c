//! Sessions of people, and the links by which they set themselves up. A token is kept as its SHA-256
//! alone. Must not keep where somebody came from: no address, of the browser a few words.

use crate::keys::token_digest;
use crate::people::{change, one, set_credential};
use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, parsed,
};
use crate::{Change, Store, StoreError};
use jiff::Timestamp;
use model::{Person, PersonId, PersonState};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// A session's name in lists; not the token.
pub type SessionId = String;

/// A session of one person in one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name in lists.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// When they signed in.
    pub made_at: Timestamp,
    /// When something was last asked in it, to the minute.
    pub seen_at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// The browser, in a few words.
    pub agent: String,
}

/// A link that was made for a person.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// For whom.
    pub person: PersonId,
    /// 256 random bits.
    pub token: &'a str,
    /// When it was made.
    pub at: Timestamp,
    /// From when on it is good for nothing.
    pub ends_at: Timestamp,
}

const LINK: Insert = Insert {
    into: "insert into person_link (digest, person, made_at, ends_at)",
    columns: 4,
    then: "",
};
const SESSION: Insert = Insert {
    into: "insert into person_session \
        (id, digest, person, made_at, seen_at, proved_at, ends_at, agent)",
    columns: 8,
    then: "",
};
pub(crate) const DROP_LINKS: &str = "delete from person_link where person = $1";
const LINKED: &str = "select person from person_link where digest = $1 and ends_at > $2";
const OPEN_LINK: &str = "select l.ends_at, p.made_by from person_link l \
    join person p on p.id = l.person where l.person = $1 and l.ends_at > $2";
const BY_TOKEN: &str = "select id, person, made_at, seen_at, proved_at, ends_at, ended_at, agent \
    from person_session where digest = $1 and ended_at is null and ends_at > $2";
const OF_PERSON: &str = "select id, person, made_at, seen_at, proved_at, ends_at, ended_at, agent \
    from person_session where person = $1 and ended_at is null and ends_at > $2 \
    order by seen_at desc";
const SEEN: &str = "update person_session set seen_at = $2 where id = $1 and seen_at < $2";
const PROVED: &str = "update person_session set proved_at = $2, digest = $3 where id = $1";
const END: &str =
    "update person_session set ended_at = $3 where id = $1 and person = $2 and ended_at is null";
/// All but the session `$3`.
pub(crate) const END_ALL: &str = "update person_session set ended_at = $2 \
    where person = $1 and ended_at is null and id <> $3";
/// Nobody needs to know for longer when somebody worked.
const TIDY: &str = "delete from person_session where coalesce(ended_at, ends_at) < $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[DROP_LINKS, LINKED, OPEN_LINK, BY_TOKEN, OF_PERSON, SEEN, PROVED, END, END_ALL, TIDY];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&LINK, &SESSION];

fn read(row: &AnyRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: column(row, 0)?,
        person: parsed(row, 1, "a person")?,
        made_at: instant(row, 2)?,
        seen_at: instant(row, 3)?,
        proved_at: instant(row, 4)?,
        ends_at: instant(row, 5)?,
        ended_at: maybe_instant(row, 6)?,
        agent: column(row, 7)?,
    })
}

/// Whose link this is, if it is good for anything.
pub(crate) async fn bearer(
    tx: &mut AnyConnection,
    token: &str,
    at: Timestamp,
) -> Result<Option<Person>, StoreError> {
    let row = fetch_one(&mut *tx, LINKED, [token_digest(token), at.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let person = one(tx, parsed(&row, 0, "a person")?).await?;
    Ok(person.filter(|person| person.state != PersonState::Suspended))
}

/// Uses a person's links up, ends their sessions, and makes who was invited one of the people; tells who they are now.
pub(crate) async fn comes_in(
    tx: &mut AnyConnection,
    person: &Person,
    at: Timestamp,
) -> Result<Option<Person>, StoreError> {
    if person.state == PersonState::Invited {
        let (by, state) = (person.pseudonym.as_str(), PersonState::Active);
        change(&mut *tx, &Change { person: person.id, role: person.role, state, by, at }).await?;
    }
    execute(&mut *tx, DROP_LINKS, [person.id.to_string().into()]).await?;
    execute(&mut *tx, END_ALL, [person.id.to_string().into(), at.into(), "".into()]).await?;
    one(tx, person.id).await
}

impl Store {
    /// Keeps a link for a person; earlier ones of theirs are good for nothing from now on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_link(&self, link: &Link<'_>) -> Result<(), StoreError> {
        let person = link.person.to_string();
        let mut tx = self.write().await?;
        execute(&mut tx, DROP_LINKS, [person.as_str().into()]).await?;
        let row =
            vec![token_digest(link.token), person.into(), link.at.into(), link.ends_at.into()];
        LINK.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// Until when a link of a person is good that nobody used yet, and who invited them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn open_link(
        &self,
        person: PersonId,
        at: Timestamp,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        let values = [person.to_string().into(), at.into()];
        let row = fetch_one(&mut *self.read().await?, OPEN_LINK, values).await?;
        row.map(|row| Ok((instant(&row, 0)?, column(&row, 1)?))).transpose()
    }

    /// For whom a link is, while it is good. Looking does not use it up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn linked(&self, token: &str, at: Timestamp) -> Result<Option<Person>, StoreError> {
        let mut reader = self.read().await?;
        let row = fetch_one(&mut reader, LINKED, [token_digest(token), at.into()]).await?;
        match row {
            Some(row) => one(&mut reader, parsed(&row, 0, "a person")?).await,
            None => Ok(None),
        }
    }

    /// Uses a link up: the person has this name and password from now on and can sign in; their
    /// open sessions end. `None`: the link is good for nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when somebody else signs in with that name.
    pub async fn join(
        &self,
        token: &str,
        name: &str,
        password: &str,
        at: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let mut tx = self.write().await?;
        let Some(person) = bearer(&mut tx, token, at).await? else { return Ok(None) };
        set_credential(&mut tx, person.id, name, Some(password), at).await?;
        let person = comes_in(&mut tx, &person, at).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Changes a person's password; all their sessions but `keep` end.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_password(
        &self,
        person: &Person,
        password: &str,
        keep: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = person.name.as_deref().ok_or(StoreError::NoSuch("name to sign in with"))?;
        let mut tx = self.write().await?;
        set_credential(&mut tx, person.id, name, Some(password), at).await?;
        let all = [person.id.to_string().into(), at.into(), keep.into()];
        execute(&mut tx, END_ALL, all).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a session by the SHA-256 of its token; sessions that ended before `forget` are deleted.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn open_session(
        &self,
        session: &Session,
        token: &str,
        forget: Timestamp,
    ) -> Result<(), StoreError> {
        let row = vec![
            session.id.as_str().into(),
            token_digest(token),
            session.person.to_string().into(),
            session.made_at.into(),
            session.seen_at.into(),
            session.proved_at.into(),
            session.ends_at.into(),
            session.agent.as_str().into(),
        ];
        let mut tx = self.write().await?;
        execute(&mut tx, TIDY, [forget.into()]).await?;
        SESSION.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// The session that this token is and its person, unless it ended.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn session(
        &self,
        token: &str,
        at: Timestamp,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        let mut reader = self.read().await?;
        let row = fetch_one(&mut reader, BY_TOKEN, [token_digest(token), at.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let session = read(&row)?;
        let person = one(&mut reader, session.person).await?;
        Ok(person.map(|person| (session, person)))
    }

    /// A person's open sessions, the latest used first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sessions_of(
        &self,
        person: PersonId,
        at: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        let asked = [person.to_string().into(), at.into()];
        fetch(&mut *self.read().await?, OF_PERSON, asked).await?.iter().map(read).collect()
    }

    /// Notes that something was asked in a session.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn session_seen(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, SEEN, [id.into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// Notes that the person proved anew who they are; the session has another token from now on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn session_proved(
        &self,
        id: &str,
        token: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, PROVED, [id.into(), at.into(), token_digest(token)]).await?;
        Ok(tx.commit().await?)
    }

    /// Ends one session of a person. `false`: there is no such one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_session(
        &self,
        id: &str,
        person: PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let ended =
            execute(&mut tx, END, [id.into(), person.to_string().into(), at.into()]).await?;
        tx.commit().await?;
        Ok(ended > 0)
    }

    /// Ends all sessions of a person but `keep`; gives how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_sessions(
        &self,
        person: PersonId,
        keep: &str,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let all: [Value; 3] = [person.to_string().into(), at.into(), keep.into()];
        let mut tx = self.write().await?;
        let ended = execute(&mut tx, END_ALL, all).await?;
        tx.commit().await?;
        Ok(ended)
    }
}
