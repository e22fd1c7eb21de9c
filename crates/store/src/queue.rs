//! The work list: what waits for people, the most pressing first. A page comes from one stretch of an index
//! for each gravity, merged, so that it takes as long with a hundred cases as with a hundred thousand.
//! Must not change anything.

use crate::cases::{Listed, add_findings};
use crate::sql::{
    Value, column, count, fetch, instant, maybe_instant, maybe_parsed, number, whole,
};
use crate::{Page, Store, StoreError};
use jiff::Timestamp;
use model::{AccountId, Case, CaseId, CaseState, ClauseId, Gravity, ItemId, Pressing, Targets};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::fmt;
use std::str::FromStr;

/// In which order cases are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The most pressing first, then the oldest.
    #[default]
    Pressing,
    /// The oldest first.
    Oldest,
    /// The latest first.
    Newest,
}

/// Who works on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimedBy {
    /// Nobody.
    Nobody,
    /// Anybody.
    Somebody,
    /// This person.
    Person(String),
}

/// Which waiting cases to list; nothing named is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    /// Of this queue.
    pub queue: Option<String>,
    /// Whose gravest finding is under this clause.
    pub clause: Option<ClauseId>,
    /// In this language.
    pub language: Option<String>,
    /// Of this gravity.
    pub gravity: Option<Gravity>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// On this item.
    pub item: Option<ItemId>,
    /// For which this person was named.
    pub assignee: Option<String>,
    /// On which this person works, or anybody, or nobody.
    pub claimed: Option<ClaimedBy>,
    /// With (`true`) or without a proposal that waits for a second person.
    pub proposed: Option<bool>,
    /// Escalated or not.
    pub escalated: Option<bool>,
    /// Past its target or not.
    pub overdue: Option<bool>,
    /// Reported by somebody or not.
    pub reported: Option<bool>,
    /// On hold (`true`), or not on hold.
    pub held: bool,
    /// In this order.
    pub order: Order,
}

/// A place in the work list: the moment for which the first page was made, so that all pages are of one
/// order, and the last case of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCursor {
    at: Timestamp,
    score: i64,
    seq: i64,
}

impl fmt::Display for QueueCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.as_second(), self.score, self.seq)
    }
}

impl FromStr for QueueCursor {
    type Err = crate::CursorError;
    fn from_str(text: &str) -> Result<Self, crate::CursorError> {
        let mut parts = text.splitn(3, '.').map(str::parse::<i64>);
        let mut next = || parts.next().and_then(Result::ok);
        let mut read = || {
            let at = Timestamp::from_second(next()?).ok()?;
            Some(Self { at, score: next()?, seq: next()? })
        };
        read().ok_or_else(|| crate::CursorError::of(text))
    }
}

/// Who works on a case, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Pseudonym of the person.
    pub by: String,
    /// When the lock ends by itself.
    pub until: Timestamp,
}

/// What is known of a waiting case beside its findings: how pressing it is, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Work {
    /// The queue that it waits in now.
    pub queue: String,
    /// The clause in question.
    pub clause: Option<ClauseId>,
    /// The language of the item.
    pub language: Option<String>,
    /// What makes it pressing.
    pub pressing: Pressing,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is to be decided.
    pub due_at: Timestamp,
    /// The latest claim; it may have run out.
    pub claim: Option<Claim>,
    /// For whom it was put aside.
    pub assignee: Option<String>,
    /// Until when it rests.
    pub held_until: Option<Timestamp>,
    /// Whether a proposal waits for a second person.
    pub proposed: bool,
    /// The like case whose decision it follows.
    pub leader: Option<CaseId>,
}

impl Work {
    /// Who may work on it at `now`, if somebody has it.
    pub fn claim_at(&self, now: Timestamp) -> Option<&Claim> {
        self.claim.as_ref().filter(|claim| claim.until > now)
    }
}

/// A case in the work list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The case.
    pub case: Case,
    /// How pressing it is, and who has it.
    pub work: Work,
}

/// The columns of [`Work`], in the order in which `read_work` takes them.
pub(crate) const WORK: &str = "w.queue, w.clause, w.language, w.gravity, w.priority, w.reach, \
    w.reports, w.trust, w.escalated, w.opened_at, w.claimed_by, w.claimed_until, w.assignee, \
    w.held_until, w.proposed, w.leader";
/// `+`: a list is read in the order of its rank, never by the index in which the queues are counted.
const FROM: &str = " from waiting w join casefile c on c.seq = w.case_seq where +w.leader is null";
const COUNT: &str = "select count(*) from (select 1 from waiting w where +w.leader is null";
const IDS: &str = "select w.case_id from waiting w where +w.leader is null";
const TARGETS: &str = "select gravity, seconds from target order by gravity";
const SET_TARGET: &str = "update target set seconds = $2, slope = $3 where gravity = $1";
const RERANK: &str =
    "update waiting set rank = base - $2 * (opened_at / 1000000) where gravity = $1";
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[TARGETS, SET_TARGET, RERANK];

/// How many cases a count goes up to before it says "more".
pub const MOST_COUNTED: u32 = 10_000;

pub(crate) const fn gravity_number(gravity: Gravity) -> i64 {
    match gravity {
        Gravity::Low => 0,
        Gravity::Medium => 1,
        Gravity::High => 2,
        Gravity::Severe => 3,
    }
}

pub(crate) const fn gravity_of(number: i64) -> Gravity {
    match number {
        0 => Gravity::Low,
        2 => Gravity::High,
        3 => Gravity::Severe,
        _ => Gravity::Medium,
    }
}

fn small(row: &AnyRow, index: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(column::<i64>(row, index)?).unwrap_or(u32::MAX))
}

/// Reads the columns of [`WORK`], which begin at `at`.
pub(crate) fn read_work(row: &AnyRow, at: usize, targets: &Targets) -> Result<Work, StoreError> {
    let gravity = gravity_of(column(row, at + 3)?);
    let opened_at = instant(row, at + 9)?;
    let claim = match (column::<Option<String>>(row, at + 10)?, maybe_instant(row, at + 11)?) {
        (Some(by), Some(until)) => Some(Claim { by, until }),
        _ => None,
    };
    Ok(Work {
        queue: column(row, at)?,
        clause: maybe_parsed(row, at + 1, "a case's clause")?,
        language: column(row, at + 2)?,
        pressing: Pressing {
            gravity,
            wish: u8::try_from(column::<i64>(row, at + 4)?.clamp(0, 100)).unwrap_or(100),
            reach: count(row, at + 5)?,
            reports: small(row, at + 6)?,
            trust: small(row, at + 7)?,
            escalated: column::<i64>(row, at + 8)? != 0,
        },
        opened_at,
        due_at: targets.due(gravity, opened_at),
        claim,
        assignee: column(row, at + 12)?,
        held_until: maybe_instant(row, at + 13)?,
        proposed: column::<i64>(row, at + 14)? != 0,
        leader: maybe_parsed(row, at + 15, "a case's leader")?,
    })
}

pub(crate) async fn targets(connection: &mut AnyConnection) -> Result<Targets, StoreError> {
    let mut targets = Targets::default();
    for row in fetch(connection, TARGETS, []).await? {
        let seconds = small(&row, 1)?;
        match gravity_of(column(&row, 0)?) {
            Gravity::Low => targets.low = seconds,
            Gravity::Medium => targets.medium = seconds,
            Gravity::High => targets.high = seconds,
            Gravity::Severe => targets.severe = seconds,
        }
    }
    Ok(targets)
}

/// Conditions with numbered places, and what goes into them.
#[derive(Debug, Clone, Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.sql.push_str(" and ");
        self.sql.push_str(&condition.replace('?', &place));
    }

    /// Which side of a condition that is always asked at `at`.
    fn side(&mut self, yes: bool, when: &str, otherwise: &str, at: Timestamp) {
        self.and(if yes { when } else { otherwise }, at);
    }

    fn of(filter: &QueueFilter, at: Timestamp) -> Self {
        let mut all = Self::default();
        let texts = [
            ("w.queue = ?", filter.queue.as_deref()),
            ("w.clause = ?", filter.clause.as_ref().map(ClauseId::as_str)),
            ("w.language = ?", filter.language.as_deref()),
            ("w.account_id = ?", filter.account.as_ref().map(AccountId::as_str)),
            ("w.item_id = ?", filter.item.as_ref().map(ItemId::as_str)),
            ("w.assignee = ?", filter.assignee.as_deref()),
        ];
        for (condition, text) in texts {
            if let Some(text) = text {
                all.and(condition, text);
            }
        }
        match &filter.claimed {
            Some(ClaimedBy::Nobody) => {
                all.and("(w.claimed_until is null or w.claimed_until <= ?)", at)
            }
            Some(ClaimedBy::Somebody) => all.and("w.claimed_until > ?", at),
            Some(ClaimedBy::Person(by)) => {
                all.and("w.claimed_until > ?", at);
                all.and("w.claimed_by = ?", by.as_str());
            }
            None => {}
        }
        for (condition, flag) in [
            ("w.proposed = ?", filter.proposed),
            ("w.escalated = ?", filter.escalated),
            ("(w.reports > 0) = ?", filter.reported),
        ] {
            if let Some(flag) = flag {
                all.and(condition, flag);
            }
        }
        let (on_hold, off_hold) =
            ("w.held_until > ?", "(w.held_until is null or w.held_until <= ?)");
        all.side(filter.held, on_hold, off_hold, at);
        all
    }

    /// Those of one gravity, which alone have one target.
    fn of_gravity(
        &self,
        filter: &QueueFilter,
        gravity: Gravity,
        at: Timestamp,
        targets: &Targets,
    ) -> Self {
        let mut all = self.clone();
        all.and("w.gravity = ?", gravity_number(gravity));
        if let Some(overdue) = filter.overdue {
            let span = jiff::SignedDuration::from_secs(targets.seconds(gravity));
            let limit = at.checked_sub(span).unwrap_or(Timestamp::MIN);
            all.side(overdue, "w.opened_at <= ?", "w.opened_at > ?", limit);
        }
        all
    }
}

/// A row of the work list with its place in the order.
struct Row {
    score: i64,
    listed: Listed,
    work: Work,
}

fn read(row: &AnyRow, targets: &Targets, at: Timestamp) -> Result<Row, StoreError> {
    let work = read_work(row, 3, targets)?;
    let mut case: Case = whole(row, 2, "a case")?;
    case.state = if work.proposed { CaseState::Proposed } else { CaseState::Waiting };
    case.queue.clone_from(&work.queue);
    let rank: i64 = column(row, 1)?;
    let score = rank + targets.slope(work.pressing.gravity) * at.as_second();
    Ok(Row { score, listed: Listed { seq: column(row, 0)?, case, decision: None }, work })
}

impl Store {
    /// What waits for people at `now`, in the order that the filter names. All pages that follow a first one
    /// are in its order, whatever time passes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn queue(
        &self,
        filter: &QueueFilter,
        after: Option<&QueueCursor>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Page<Waiting, QueueCursor>, StoreError> {
        let mut reader = self.read().await?;
        let targets = targets(&mut reader).await?;
        let at = after.map_or(now, |cursor| cursor.at);
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let more = i64::from(limit) + 1;
        let conditions = Conditions::of(filter, now);
        let mut rows = Vec::new();
        for gravity in Gravity::ALL {
            if filter.gravity.is_some_and(|one| one != gravity) {
                continue;
            }
            let mut all = conditions.of_gravity(filter, gravity, now, &targets);
            let order = order(&mut all, filter.order, after, targets.slope(gravity));
            all.values.push(more.into());
            let place = all.values.len();
            let sql = format!(
                "select w.case_seq, w.rank, c.body, {WORK}{FROM}{}{order} limit ${place}",
                all.sql
            );
            for row in fetch(&mut reader, sql, all.values).await? {
                rows.push(read(&row, &targets, at)?);
            }
        }
        match filter.order {
            Order::Pressing => {
                rows.sort_by_key(|row| (std::cmp::Reverse(row.score), row.listed.seq))
            }
            Order::Oldest => rows.sort_by_key(|row| row.listed.seq),
            Order::Newest => rows.sort_by_key(|row| std::cmp::Reverse(row.listed.seq)),
        }
        let page = Page::cut(rows, limit, |last| QueueCursor {
            at,
            score: last.score,
            seq: last.listed.seq,
        });
        let (mut cases, work): (Vec<_>, Vec<_>) =
            page.entries.into_iter().map(|row| (row.listed, row.work)).unzip();
        add_findings(&mut reader, &mut cases).await?;
        let entries = cases.into_iter().zip(work);
        let entries = entries.map(|(listed, work)| Waiting { case: listed.case, work }).collect();
        Ok(Page { entries, next: page.next })
    }

    /// How many cases the filter names, up to [`MOST_COUNTED`]; one more than that means "more".
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn queue_length(
        &self,
        filter: &QueueFilter,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut reader = self.read().await?;
        let targets = targets(&mut reader).await?;
        let conditions = Conditions::of(filter, now);
        let mut total = 0;
        for gravity in Gravity::ALL {
            if filter.gravity.is_some_and(|one| one != gravity) {
                continue;
            }
            let all = conditions.of_gravity(filter, gravity, now, &targets);
            let sql = format!("{COUNT}{} limit {})", all.sql, MOST_COUNTED + 1);
            let row = fetch(&mut reader, sql, all.values).await?;
            total += row.first().map_or(Ok(0), |row| small(row, 0))?;
        }
        Ok(total.min(MOST_COUNTED + 1))
    }

    /// The ids of all cases that the filter names, at most `limit`, the most pressing of each gravity first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn queue_ids(
        &self,
        filter: &QueueFilter,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<CaseId>, StoreError> {
        let mut reader = self.read().await?;
        let targets = targets(&mut reader).await?;
        let conditions = Conditions::of(filter, now);
        let mut ids = Vec::new();
        for gravity in Gravity::ALL {
            if filter.gravity.is_some_and(|one| one != gravity) {
                continue;
            }
            let mut all = conditions.of_gravity(filter, gravity, now, &targets);
            let left = i64::from(limit) - i64::try_from(ids.len()).unwrap_or(i64::MAX);
            all.values.push(left.max(0).into());
            let place = all.values.len();
            let sql = format!("{IDS}{} order by w.rank desc, w.case_seq limit ${place}", all.sql);
            for row in fetch(&mut reader, sql, all.values).await? {
                ids.push(crate::sql::parsed(&row, 0, "a case's id")?);
            }
        }
        Ok(ids)
    }

    /// Within how long cases are to be decided.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn targets(&self) -> Result<Targets, StoreError> {
        targets(&mut *self.read().await?).await
    }

    /// Sets within how long cases are to be decided, and puts what waits into the order that follows.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is changed then.
    pub async fn set_targets(&self, new: &Targets) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let old = targets(&mut tx).await?;
        for gravity in Gravity::ALL {
            if old.seconds(gravity) == new.seconds(gravity) {
                continue;
            }
            let (place, slope) = (gravity_number(gravity), new.slope(gravity));
            let values = [place.into(), new.seconds(gravity).into(), slope.into()];
            crate::sql::execute(&mut tx, SET_TARGET, values).await?;
            crate::sql::execute(&mut tx, RERANK, [place.into(), slope.into()]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// How many cases follow the decision of another and wait for it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn followers(&self, leader: CaseId) -> Result<u64, StoreError> {
        const FOLLOWERS: &str = "select count(*) from waiting where leader = $1";
        let found =
            number(&mut *self.read().await?, FOLLOWERS, [leader.to_string().into()]).await?;
        Ok(crate::sql::unsigned(found))
    }
}

/// The order of one gravity's stretch, and the condition that it goes on after the cursor.
fn order(
    all: &mut Conditions,
    order: Order,
    after: Option<&QueueCursor>,
    slope: i64,
) -> &'static str {
    if let Some(cursor) = after {
        match order {
            Order::Pressing => {
                let rank = cursor.score - slope * cursor.at.as_second();
                all.and("w.rank <= ?", rank);
                let place = all.values.len();
                all.and(&format!("(w.rank < ${place} or w.case_seq > ?)"), cursor.seq);
            }
            Order::Oldest => all.and("w.case_seq > ?", cursor.seq),
            Order::Newest => all.and("w.case_seq < ?", cursor.seq),
        }
    }
    match order {
        Order::Pressing => " order by w.rank desc, w.case_seq",
        Order::Oldest => " order by w.case_seq",
        Order::Newest => " order by w.case_seq desc",
    }
}
