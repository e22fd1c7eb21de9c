//! What is to be told to people, by e-mail or through the platform: a work list of its own beside the outbox, every
//! attempt, and how it ended. Must not keep the text: it is made anew when it is sent.

use crate::sql::{
    Insert, Value, column, execute, fetch, fetch_one, instant, maybe_parsed, number, parsed,
    unreadable,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{AccountId, AppealId, DecisionId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A decision, to the person concerned.
    Decision,
    /// A one-time code.
    Code,
    /// A new link, in the place of one that lapsed.
    Link,
    /// An appeal came in.
    AppealReceived,
    /// An appeal was answered.
    AppealAnswered,
    /// What became of a report was changed by an appeal; to who reported.
    ReportOutcome,
    /// A measure that had an end is over, to the person concerned.
    MeasureEnded,
}

impl NoticeKind {
    const ALL: [Self; 7] = [
        Self::Decision,
        Self::Code,
        Self::Link,
        Self::AppealReceived,
        Self::AppealAnswered,
        Self::ReportOutcome,
        Self::MeasureEnded,
    ];

    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Code => "code",
            Self::Link => "link",
            Self::AppealReceived => "appeal_received",
            Self::AppealAnswered => "appeal_answered",
            Self::ReportOutcome => "report_outcome",
            Self::MeasureEnded => "measure_ended",
        }
    }
}

/// A notice that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Our id; key of idempotency.
    pub id: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// Whose decision, appeal or code.
    pub account: AccountId,
    /// The decision.
    pub decision: Option<DecisionId>,
    /// The appeal.
    pub appeal: Option<AppealId>,
    /// The report.
    pub report: Option<String>,
    /// The one-time code; forgotten once it is sent.
    pub secret: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A notice that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    /// What is to be said.
    pub notice: NewNotice,
    /// How often it was tried.
    pub attempts: u32,
}

/// How an attempt to tell somebody ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The mail server took it.
    Mail,
    /// The platform took it.
    Webhook,
    /// It failed.
    Failed {
        /// Why, for the operator; holds no personal data.
        why: String,
        /// When to try again; `None` gives up.
        next_at: Option<Timestamp>,
    },
}

/// A proof that a notice of a decision left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeProof {
    /// The decision.
    pub decision: DecisionId,
    /// `mail` or `webhook`: who took it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

const HEAD: &str = "select decision_seq from notice_head where id = 0";
/// Only what a published checkpoint holds: nobody is told before the log says it.
const LOGGED: &str = "select coalesce((select size from log_head where id = 0), 0)";
const FRESH: &str = "select d.id, d.account_id from decision d \
    join outbox o on o.decision_seq = d.seq join contact c on c.account_id = d.account_id \
    where d.seq >= $1 and d.seq < $2 and c.email is not null order by d.seq";
/// Who has no address is told by way of the platform.
const ENDED: &str = "select e.id, d.id, d.account_id, c.email is not null from ending e \
    join decision d on d.seq = e.decision_seq left join contact c on c.account_id = d.account_id \
    where e.leaf_seq >= $1 and e.leaf_seq < $2 and d.account_id <> '' order by e.leaf_seq";
const MOVE: &str = "update notice_head set decision_seq = $1 where id = 0";
const DUE: &str = "select id, kind, account_id, decision_id, appeal_id, report_id, secret, \
    created_at, attempts from notice where next_at is not null and next_at <= $1 \
    order by seq limit $2";
const FIND: &str = "select seq, attempts from notice where id = $1";
const NEXT: &str = "update notice set next_at = $2, attempts = attempts + 1, \
    secret = case when $2 is null then null else secret end where seq = $1";
const PROOFS: &str = "select n.decision_id, a.ended, a.at from notice n \
    join notice_attempt a on a.notice_seq = n.seq \
    where n.account_id = $1 and n.kind = 'decision' and a.ended in ('mail', 'webhook') \
    order by a.at";
const BACKLOG: &str = "select count(*) from notice where next_at is not null";
const NOTICE: Insert = Insert {
    into: "insert into notice (id, kind, account_id, decision_id, appeal_id, report_id, secret, \
        created_at, attempts, next_at)",
    columns: 10,
    then: " on conflict (id) do nothing",
};
const ATTEMPT: Insert = Insert {
    into: "insert into notice_attempt (notice_seq, number, at, ended, why)",
    columns: 5,
    then: "",
};
const FORGET: &str = "update notice set account_id = '', secret = null, next_at = null \
    where account_id = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[HEAD, LOGGED, FRESH, ENDED, MOVE, DUE, FIND, NEXT, PROOFS, BACKLOG, FORGET];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&NOTICE, &ATTEMPT];

fn read(row: &AnyRow) -> Result<DueNotice, StoreError> {
    let word: &str = column(row, 1)?;
    let kind = NoticeKind::ALL.into_iter().find(|kind| kind.word() == word);
    Ok(DueNotice {
        notice: NewNotice {
            id: column(row, 0)?,
            kind: kind.ok_or_else(|| unreadable("a notice", &"its kind is unknown"))?,
            account: parsed(row, 2, "an account's id")?,
            decision: maybe_parsed(row, 3, "a decision's id")?,
            appeal: maybe_parsed(row, 4, "an appeal's id")?,
            report: column(row, 5)?,
            secret: column(row, 6)?,
            created_at: instant(row, 7)?,
        },
        attempts: u32::try_from(column::<i64>(row, 8)?).unwrap_or(u32::MAX),
    })
}

/// Keeps notices in a transaction that keeps what they are about.
pub(crate) async fn add(
    connection: &mut AnyConnection,
    notices: &[NewNotice],
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for one in notices {
        rows.extend([
            one.id.as_str().into(),
            one.kind.word().into(),
            one.account.as_str().into(),
            Value::text(one.decision.map(|id| id.to_string())),
            Value::text(one.appeal.map(|id| id.to_string())),
            Value::text(one.report.as_deref()),
            Value::text(one.secret.as_deref()),
            one.created_at.into(),
            0.into(),
            one.created_at.into(),
        ]);
    }
    NOTICE.run(connection, rows).await
}

/// Forgets whom notices were about.
pub(crate) async fn forget(
    connection: &mut AnyConnection,
    account: &AccountId,
) -> Result<(), StoreError> {
    execute(connection, FORGET, [account.as_str().into()]).await.map(drop)
}

impl Store {
    /// Keeps a notice that is to be sent.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_notice(&self, notice: &NewNotice) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        add(&mut tx, std::slice::from_ref(notice)).await?;
        Ok(tx.commit().await?)
    }

    /// Makes the notices of what came into the public log since the last time. Of decisions, for those who can be
    /// written to by e-mail: what the platform tells them, it tells by itself. Of measures that ended, for all who can be
    /// told by one of the ways that there are. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn make_notices(
        &self,
        now: Timestamp,
        (by_mail, by_platform): (bool, bool),
    ) -> Result<usize, StoreError> {
        let (from, to) = {
            let mut reader = self.read().await?;
            (number(&mut reader, HEAD, []).await?, number(&mut reader, LOGGED, []).await?)
        };
        if from >= to {
            return Ok(0);
        }
        let mut tx = self.write().await?;
        let mut notices = Vec::new();
        let fresh = match by_mail {
            true => fetch(&mut tx, FRESH, [from.into(), to.into()]).await?,
            false => Vec::new(),
        };
        for row in fresh {
            let decision: DecisionId = parsed(&row, 0, "a decision's id")?;
            notices.push(NewNotice {
                id: format!("decision-{decision}"),
                kind: NoticeKind::Decision,
                account: parsed(&row, 1, "an account's id")?,
                decision: Some(decision),
                appeal: None,
                report: None,
                secret: None,
                created_at: now,
            });
        }
        for row in fetch(&mut tx, ENDED, [from.into(), to.into()]).await? {
            let ending: &str = column(&row, 0)?;
            let has_address = column::<i64>(&row, 3)? != 0;
            if (by_mail && has_address) || by_platform {
                notices.push(NewNotice {
                    id: format!("ended-{ending}"),
                    kind: NoticeKind::MeasureEnded,
                    account: parsed(&row, 2, "an account's id")?,
                    decision: Some(parsed(&row, 1, "a decision's id")?),
                    appeal: None,
                    report: None,
                    secret: None,
                    created_at: now,
                });
            }
        }
        add(&mut tx, &notices).await?;
        execute(&mut tx, MOVE, [to.into()]).await?;
        tx.commit().await?;
        Ok(notices.len())
    }

    /// Notices that are to be sent now, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due_notices(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let values = [now.into(), i64::from(limit).into()];
        fetch(&mut *self.read().await?, DUE, values).await?.iter().map(read).collect()
    }

    /// Keeps how an attempt ended.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when there is no such notice.
    pub async fn told(&self, id: &str, at: Timestamp, told: &Told) -> Result<(), StoreError> {
        let (ended, why, next_at) = match told {
            Told::Mail => ("mail", None, None),
            Told::Webhook => ("webhook", None, None),
            Told::Failed { why, next_at: None } => ("gave_up", Some(why.as_str()), None),
            Told::Failed { why, next_at } => ("failed", Some(why.as_str()), *next_at),
        };
        let mut tx = self.write().await?;
        let row = fetch_one(&mut tx, FIND, [id.into()]).await?;
        let row = row.ok_or(StoreError::NoSuch("notice"))?;
        let (seq, number): (i64, i64) = (column(&row, 0)?, column(&row, 1)?);
        let attempt = [seq.into(), number.into(), at.into(), ended.into(), Value::text(why)];
        ATTEMPT.run(&mut tx, attempt.into()).await?;
        execute(&mut tx, NEXT, [seq.into(), Value::instant(next_at)]).await?;
        Ok(tx.commit().await?)
    }

    /// Proofs that notices of an account's decisions left, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notice_proofs(&self, account: &AccountId) -> Result<Vec<NoticeProof>, StoreError> {
        let rows = fetch(&mut *self.read().await?, PROOFS, [account.as_str().into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(NoticeProof {
                    decision: parsed(row, 0, "a decision's id")?,
                    by: column(row, 1)?,
                    at: instant(row, 2)?,
                })
            })
            .collect()
    }

    /// How many notices wait to be sent.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn notice_backlog(&self) -> Result<u64, StoreError> {
        let many = number(&mut *self.read().await?, BACKLOG, []).await?;
        Ok(crate::sql::unsigned(many))
    }
}
