//! How the person concerned reaches their own page: links, one-time codes and visits, each kept as a digest, and where
//! they can be written to. Must not keep a token or a code itself.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_instant, number, parsed,
};
use crate::{Entity, Label, Store, StoreError, StoredEvent};
use jiff::Timestamp;
use model::AccountId;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;

/// Where somebody can be written to, and in which language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// E-mail address.
    pub email: Option<String>,
    /// Language (BCP 47).
    pub language: Option<String>,
}

/// A link to somebody's own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YouLink {
    /// A name for it.
    pub id: String,
    /// Whose page.
    pub account: AccountId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was withdrawn.
    pub ended_at: Option<Timestamp>,
}

/// What is held about somebody besides decisions: for the copy that they can take with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldAbout {
    /// Their events, the oldest first.
    pub events: Vec<StoredEvent>,
    /// Labels on their account, whatever its kind is called.
    pub labels: Vec<Label>,
    /// How many links to their page were made.
    pub links: u64,
}

/// What became of a code that was typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It is the right one, and is used up now.
    Right,
    /// It is not; so many tries are left.
    Wrong(u32),
    /// There is no code to try: none was sent, it lapsed, was used, or was tried too often.
    None,
}

/// Tries of one code.
pub const MOST_TRIES: u32 = 5;

const SET_CONTACT: &str = "insert into contact (account_id, email, language, set_at) \
    values ($1, $2, $3, $4) on conflict (account_id) do update set \
    email = coalesce(excluded.email, contact.email), \
    language = coalesce(excluded.language, contact.language), set_at = excluded.set_at";
const CONTACT: &str = "select email, language from contact where account_id = $1";
const BY_TOKEN: &str = "select l.id, l.account_id, l.made_at, l.expires_at, e.ended_at \
    from you_link l left join you_link_end e on e.link_id = l.id where l.digest = $1";
const END: &str = "insert into you_link_end (link_id, ended_at) \
    select id, $2 from you_link where account_id = $1 on conflict (link_id) do nothing";
const CODES_SINCE: &str = "select count(*) from you_code where link_id = $1 and made_at > $2";
const CODE: &str = "select c.seq, c.digest, c.expires_at, (select count(*) from you_try t \
    where t.code_seq = c.seq), (select count(*) from you_try t where t.code_seq = c.seq \
    and t.was_right = 1) from you_code c where c.link_id = $1 order by c.seq desc limit 1";
const VISIT: &str = "select v.link_id from you_visit v join you_link l on l.id = v.link_id \
    left join you_link_end e on e.link_id = l.id \
    where v.digest = $1 and l.digest = $2 and v.expires_at > $3 and e.ended_at is null";
const EVENTS: &str = "select e.action_id, e.action_name, e.happened_at, e.data, e.secret_data, \
    e.received_at, e.rulebook, e.became, e.became_of \
    from item i join event e on e.seq = i.event_seq where i.account_id = $1 order by e.seq";
const LABELS: &str = "select kind, name, is_set, at, expires_at, reason from label_state \
    where entity_id = $1 order by kind, name";
const LINKS: &str = "select count(*) from you_link where account_id = $1";
const LEAVE: &str = "delete from you_visit where digest = $1";
const LINK: Insert = Insert {
    into: "insert into you_link (id, digest, account_id, made_at, expires_at)",
    columns: 5,
    then: "",
};
const ADD_CODE: Insert = Insert {
    into: "insert into you_code (link_id, digest, made_at, expires_at)",
    columns: 4,
    then: "",
};
const TRY: Insert =
    Insert { into: "insert into you_try (code_seq, number, at, was_right)", columns: 4, then: "" };
const ADD_VISIT: Insert = Insert {
    into: "insert into you_visit (digest, link_id, begun_at, expires_at)",
    columns: 4,
    then: "",
};
/// What is deleted with an account.
const FORGET: [&str; 6] = [
    "delete from you_try where code_seq in (select c.seq from you_code c join you_link l \
        on l.id = c.link_id where l.account_id = $1)",
    "delete from you_code where link_id in (select id from you_link where account_id = $1)",
    "delete from you_visit where link_id in (select id from you_link where account_id = $1)",
    "delete from you_link_end where link_id in (select id from you_link where account_id = $1)",
    "delete from you_link where account_id = $1",
    "delete from contact where account_id = $1",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    SET_CONTACT,
    CONTACT,
    BY_TOKEN,
    END,
    CODES_SINCE,
    CODE,
    VISIT,
    EVENTS,
    LABELS,
    LINKS,
    LEAVE,
    FORGET[0],
    FORGET[1],
    FORGET[2],
    FORGET[3],
    FORGET[4],
    FORGET[5],
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&LINK, &ADD_CODE, &TRY, &ADD_VISIT];

fn digest(text: &str) -> Value {
    Sha256::digest(text.as_bytes()).as_slice().into()
}

/// A code is short: only together with the token, which is not kept, can its digest be tried.
fn code_digest(token: &str, code: &str) -> Vec<u8> {
    Sha256::digest(format!("{token}\n{code}").as_bytes()).to_vec()
}

impl Store {
    /// Keeps where somebody can be written to; what is not given stays as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_contact(
        &self,
        account: &AccountId,
        contact: &Contact,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = [
            account.as_str().into(),
            Value::text(contact.email.as_deref()),
            Value::text(contact.language.as_deref()),
            at.into(),
        ];
        execute(&mut tx, SET_CONTACT, row).await?;
        Ok(tx.commit().await?)
    }

    /// Where somebody can be written to.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn contact(&self, account: &AccountId) -> Result<Contact, StoreError> {
        match fetch_one(&mut *self.read().await?, CONTACT, [account.as_str().into()]).await? {
            Some(row) => Ok(Contact { email: column(&row, 0)?, language: column(&row, 1)? }),
            None => Ok(Contact::default()),
        }
    }

    /// Keeps a link by the digest of its token, which must be random and long.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_you_link(&self, link: &YouLink, token: &str) -> Result<(), StoreError> {
        let row = [
            link.id.as_str().into(),
            digest(token),
            link.account.as_str().into(),
            link.made_at.into(),
            link.expires_at.into(),
        ];
        let mut tx = self.write().await?;
        LINK.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// The link that this token is, also one that lapsed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn you_link(&self, token: &str) -> Result<Option<YouLink>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, BY_TOKEN, [digest(token)]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(YouLink {
            id: column(&row, 0)?,
            account: parsed(&row, 1, "an account's id")?,
            made_at: instant(&row, 2)?,
            expires_at: instant(&row, 3)?,
            ended_at: maybe_instant(&row, 4)?,
        }))
    }

    /// Withdraws all links to an account's page, and ends all visits through them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_you_links(
        &self,
        account: &AccountId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, END, [account.as_str().into(), at.into()]).await?;
        Ok(tx.commit().await?)
    }

    /// How many codes were made for a link since then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn codes_since(&self, link: &YouLink, since: Timestamp) -> Result<u64, StoreError> {
        let values = [link.id.as_str().into(), since.into()];
        let many = number(&mut *self.read().await?, CODES_SINCE, values).await?;
        Ok(crate::sql::unsigned(many))
    }

    /// Keeps a code by its digest, and that it is to be sent. Earlier codes of the link count no more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_code(
        &self,
        link: &YouLink,
        (token, code): (&str, &str),
        (made_at, expires_at): (Timestamp, Timestamp),
        notice: &crate::NewNotice,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = [
            link.id.as_str().into(),
            code_digest(token, code).as_slice().into(),
            made_at.into(),
            expires_at.into(),
        ];
        ADD_CODE.run(&mut tx, row.into()).await?;
        crate::notices::add(&mut tx, std::slice::from_ref(notice)).await?;
        Ok(tx.commit().await?)
    }

    /// Tries a code. Each try is kept; the fifth wrong one ends the code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn try_code(
        &self,
        link: &YouLink,
        (token, code): (&str, &str),
        now: Timestamp,
    ) -> Result<Tried, StoreError> {
        let mut tx = self.write().await?;
        let Some(row) = fetch_one(&mut tx, CODE, [link.id.as_str().into()]).await? else {
            return Ok(Tried::None);
        };
        let seq: i64 = column(&row, 0)?;
        let kept: &[u8] = column(&row, 1)?;
        let tries = u32::try_from(column::<i64>(&row, 3)?).unwrap_or(u32::MAX);
        let used = column::<i64>(&row, 4)? > 0;
        if used || tries >= MOST_TRIES || instant(&row, 2)? <= now {
            return Ok(Tried::None);
        }
        let right = code_digest(token, code) == kept;
        let values = [seq.into(), i64::from(tries).into(), now.into(), right.into()];
        TRY.run(&mut tx, values.into()).await?;
        tx.commit().await?;
        Ok(if right { Tried::Right } else { Tried::Wrong(MOST_TRIES - tries - 1) })
    }

    /// Keeps a visit by the digest of its token.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn begin_visit(
        &self,
        link: &YouLink,
        token: &str,
        (begun_at, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let row = [digest(token), link.id.as_str().into(), begun_at.into(), expires_at.into()];
        let mut tx = self.write().await?;
        ADD_VISIT.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// Whether this visit is one through this link, and lasts.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn visits(
        &self,
        link_token: &str,
        visit_token: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = [digest(visit_token), digest(link_token), now.into()];
        Ok(fetch_one(&mut *self.read().await?, VISIT, values).await?.is_some())
    }

    /// What is held about somebody besides decisions.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn held_about(&self, account: &AccountId) -> Result<HeldAbout, StoreError> {
        let mut reader = self.read().await?;
        let id = || Value::from(account.as_str());
        let events = fetch(&mut reader, EVENTS, [id()]).await?;
        let labels = fetch(&mut reader, LABELS, [id()]).await?;
        let links = number(&mut reader, LINKS, [id()]).await?;
        let label = |row: &sqlx::any::AnyRow| {
            Ok(Label {
                entity: Entity { kind: column(row, 0)?, id: account.to_string() },
                name: column(row, 1)?,
                set: column::<i64>(row, 2)? != 0,
                at: instant(row, 3)?,
                expires_at: maybe_instant(row, 4)?,
                reason: column(row, 5)?,
            })
        };
        Ok(HeldAbout {
            events: events.iter().map(StoredEvent::read).collect::<Result<_, StoreError>>()?,
            labels: labels.iter().map(label).collect::<Result<_, StoreError>>()?,
            links: crate::sql::unsigned(links),
        })
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn end_visit(&self, token: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, LEAVE, [digest(token)]).await?;
        Ok(tx.commit().await?)
    }
}

/// Deletes what is kept of how an account's owner is reached.
pub(crate) async fn forget(
    connection: &mut AnyConnection,
    account: &AccountId,
) -> Result<(), StoreError> {
    for sql in FORGET {
        execute(connection, sql, [account.as_str().into()]).await?;
    }
    Ok(())
}
