//! The people who work here: who they are, what they may, how they prove it. Every change of a role
//! is a row of its own. Must not hold a password, only what a slow hash makes of it.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, number, parsed, unreadable, word,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{Person, PersonId, PersonState, Role};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Somebody who is invited.
#[derive(Debug, Clone)]
pub struct Invited<'a> {
    /// A fresh id.
    pub id: PersonId,
    /// What they will be trusted with.
    pub role: Role,
    /// Who invites.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What is changed about a person.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Who.
    pub person: PersonId,
    /// Their role from now on.
    pub role: Role,
    /// Whether they can sign in from now on.
    pub state: PersonState,
    /// Who says so.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It holds.
    Done,
    /// Nobody would be left who can manage people: nothing is changed.
    LastAdministrator,
    /// There is no such person.
    NoSuch,
}

/// What a person was trusted with from some time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Their role.
    pub role: Role,
    /// Whether they could sign in.
    pub state: PersonState,
    /// From when on.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
}

/// Under which name the identity provider's word stands on record.
pub const BY_PROVIDER: &str = "the identity provider";

impl Trusted {
    /// Whether somebody came by a group at the provider, and was not let in by anybody yet: of the latest of
    /// their history.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == PersonState::Suspended && self.by == BY_PROVIDER
    }
}

const PERSON: Insert =
    Insert { into: "insert into person (id, number, made_at, made_by)", columns: 4, then: "" };
const ROLE: Insert = Insert {
    into: "insert into person_role (person, role, state, at, changed_by)",
    columns: 5,
    then: "",
};
const CREDENTIAL: Insert = Insert {
    into: "insert into credential (person, name, password, changed_at)",
    columns: 4,
    then: " on conflict (person) do update set name = excluded.name, \
        password = excluded.password, changed_at = excluded.changed_at",
};

const NEXT_NUMBER: &str = "select coalesce(max(number) + 1, 1) from person";
const PSEUDONYM_TAKEN: &str = "select count(*) from api_key where pseudonym = $1";
const ALL: &str = "select p.id, p.number, c.name, r.role, r.state, p.made_at \
    from person p join person_role r on r.person = p.id \
    left join credential c on c.person = p.id \
    where r.seq = (select max(seq) from person_role where person = p.id) order by p.number";
const ONE: &str = "select p.id, p.number, c.name, r.role, r.state, p.made_at \
    from person p join person_role r on r.person = p.id \
    left join credential c on c.person = p.id where p.id = $1 order by r.seq desc limit 1";
const BY_NAME: &str = "select p.id, p.number, c.name, r.role, r.state, p.made_at, c.password \
    from credential c join person p on p.id = c.person \
    join person_role r on r.person = p.id where c.name = $1 order by r.seq desc limit 1";
const HISTORY: &str =
    "select role, state, at, changed_by from person_role where person = $1 order by seq desc";
const PASSWORD: &str = "select password from credential where person = $1";
const OTHER_ADMINISTRATORS: &str = "select count(*) from person p \
    join person_role r on r.person = p.id \
    where (exists (select 1 from credential c where c.person = p.id) \
        or exists (select 1 from identity i where i.person = p.id)) and r.seq = (select max(seq) from person_role where person = p.id) \
    and r.role = 'administrator' and r.state = 'active' and p.id <> $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[NEXT_NUMBER, PSEUDONYM_TAKEN, ALL, ONE, BY_NAME, HISTORY, PASSWORD, OTHER_ADMINISTRATORS];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&PERSON, &ROLE, &CREDENTIAL];

/// The name under which somebody decides.
fn pseudonym(number: i64) -> String {
    format!("reviewer {number}")
}

fn state(row: &AnyRow, index: usize) -> Result<PersonState, StoreError> {
    match column(row, index)? {
        "invited" => Ok(PersonState::Invited),
        "active" => Ok(PersonState::Active),
        "suspended" => Ok(PersonState::Suspended),
        _ => Err(unreadable("a person's state", &"no such word")),
    }
}

fn read(row: &AnyRow) -> Result<Person, StoreError> {
    Ok(Person {
        id: parsed(row, 0, "a person")?,
        pseudonym: pseudonym(column(row, 1)?),
        name: column(row, 2)?,
        role: parsed(row, 3, "a role")?,
        state: state(row, 4)?,
        made_at: instant(row, 5)?,
    })
}

pub(crate) async fn one(
    connection: &mut AnyConnection,
    id: PersonId,
) -> Result<Option<Person>, StoreError> {
    let row = fetch_one(connection, ONE, [id.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn change(
    connection: &mut AnyConnection,
    change: &Change<'_>,
) -> Result<(), StoreError> {
    let row = vec![
        change.person.to_string().into(),
        change.role.word().into(),
        word(&change.state, "a person's state")?.into(),
        change.at.into(),
        change.by.into(),
    ];
    ROLE.run(connection, row).await
}

pub(crate) async fn set_credential(
    connection: &mut AnyConnection,
    person: PersonId,
    name: &str,
    password: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = vec![person.to_string().into(), name.into(), Value::text(password), at.into()];
    CREDENTIAL.run(connection, row).await
}

/// Keeps a new person in a state and draws their pseudonym: the next number that nobody decided under.
pub(crate) async fn make(
    connection: &mut AnyConnection,
    invited: &Invited<'_>,
    state: PersonState,
) -> Result<Person, StoreError> {
    let mut drawn = number(connection, NEXT_NUMBER, []).await?;
    while number(connection, PSEUDONYM_TAKEN, [pseudonym(drawn).into()]).await? > 0 {
        drawn = drawn.saturating_add(1);
    }
    let row =
        vec![invited.id.to_string().into(), drawn.into(), invited.at.into(), invited.by.into()];
    PERSON.run(connection, row).await?;
    let Invited { id: person, role, by, at } = *invited;
    change(connection, &Change { person, role, state, by, at }).await?;
    one(connection, person).await?.ok_or(StoreError::NoSuch("person"))
}

impl Store {
    /// Keeps a new person and draws their pseudonym: the next number that nobody decided under.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn invite(&self, invited: &Invited<'_>) -> Result<Person, StoreError> {
        let mut tx = self.write().await?;
        let person = make(&mut tx, invited, PersonState::Invited).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Everybody who was ever invited.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        fetch(&mut *self.read().await?, ALL, []).await?.iter().map(read).collect()
    }

    /// One person.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        one(&mut *self.read().await?, id).await
    }

    /// What a person was trusted with, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn person_history(&self, id: PersonId) -> Result<Vec<Trusted>, StoreError> {
        let rows = fetch(&mut *self.read().await?, HISTORY, [id.to_string().into()]).await?;
        let read = |row| {
            Ok(Trusted {
                role: parsed(row, 0, "a role")?,
                state: state(row, 1)?,
                at: instant(row, 2)?,
                by: column(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Whether somebody came by a group at the provider, and was not let in by anybody yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn waits(&self, person: &Person) -> Result<bool, StoreError> {
        Ok(person.state == PersonState::Suspended
            && self.person_history(person.id).await?.first().is_some_and(Trusted::waits))
    }

    /// The person who signs in with this name, and the hash of their password if they have one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn person_named(
        &self,
        name: &str,
    ) -> Result<Option<(Person, Option<String>)>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, BY_NAME, [name.into()]).await?;
        row.map(|row| Ok((read(&row)?, column(&row, 6)?))).transpose()
    }

    /// The hash of a person's password, if they have one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn password_of(&self, id: PersonId) -> Result<Option<String>, StoreError> {
        match fetch_one(&mut *self.read().await?, PASSWORD, [id.to_string().into()]).await? {
            Some(row) => column(&row, 0),
            None => Ok(None),
        }
    }

    /// Whether somebody can sign in who manages people.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let nobody = Value::from("");
        Ok(number(&mut *self.read().await?, OTHER_ADMINISTRATORS, [nobody]).await? > 0)
    }

    /// Changes what a person may. Their sessions end when they may not sign in any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn change_person(&self, asked: &Change<'_>) -> Result<Changed, StoreError> {
        let mut tx = self.write().await?;
        let Some(before) = one(&mut tx, asked.person).await? else { return Ok(Changed::NoSuch) };
        let manages = |role, state| role == Role::Administrator && state == PersonState::Active;
        let id = Value::from(asked.person.to_string());
        if manages(before.role, before.state)
            && !manages(asked.role, asked.state)
            && number(&mut tx, OTHER_ADMINISTRATORS, [id.clone()]).await? == 0
        {
            return Ok(Changed::LastAdministrator);
        }
        change(&mut tx, asked).await?;
        if asked.state == PersonState::Suspended {
            execute(&mut tx, crate::sessions::END_ALL, [id.clone(), asked.at.into(), "".into()])
                .await?;
            execute(&mut tx, crate::sessions::DROP_LINKS, [id]).await?;
            let name = Value::from(before.pseudonym);
            execute(&mut tx, crate::keys::REVOKE_OF, [name, asked.at.into()]).await?;
        }
        tx.commit().await?;
        Ok(Changed::Done)
    }
}
