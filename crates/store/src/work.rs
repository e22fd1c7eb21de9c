//! What people do with a case short of deciding it: take it up under a lock that ends by itself, hand it over,
//! put it aside, note something, split it, merge it with others. Each is one transaction that changes the work
//! list and keeps who did what. Time comes as an argument. Must not decide anything.

use crate::cases::{listed, must_wait, reports_of, work_of};
use crate::queue::{gravity_number, targets};
use crate::sql::{
    Insert, Value, column, execute, fetch, instant, maybe_instant, maybe_parsed, number,
};
use crate::{Claim, Store, StoreError, Work};
use jiff::Timestamp;
use model::{Case, CaseId, ClauseId};
use serde::Serialize;
use sqlx::AnyConnection;

/// From this position on findings of a case came from one that was merged into it: far from the places of those
/// that join by their event.
pub(crate) const MERGED_FROM: i64 = 1_000_000;

/// One thing that a person does with a waiting case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Takes it up: nobody else may until then.
    Claim {
        /// When the lock ends by itself.
        until: Timestamp,
    },
    /// Keeps it for longer.
    Extend {
        /// When the lock ends by itself.
        until: Timestamp,
    },
    /// Gives it to somebody else.
    HandOver {
        /// To whom.
        to: String,
        /// When the lock ends by itself.
        until: Timestamp,
    },
    /// Takes it from whoever has it.
    Take {
        /// When the lock ends by itself.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// Lets it go.
    Release,
    /// Puts it aside for somebody, or for anybody again. No lock.
    Assign {
        /// For whom.
        to: Option<String>,
    },
    /// Asks for a more experienced colleague.
    Escalate {
        /// Why.
        why: String,
    },
    /// Lets it rest.
    Hold {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// Ends the rest early.
    Resume,
    /// Moves it to another queue.
    Move {
        /// The queue.
        queue: String,
        /// Why.
        why: String,
    },
    /// Says something to colleagues.
    Note {
        /// What.
        text: String,
    },
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    /// It is done; the case stands so now.
    Done(Box<Work>),
    /// Somebody else has the case.
    Taken(Claim),
    /// It needs a lock on the case, and the person has none.
    NotYours,
}

/// What somebody did with a case, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseEvent {
    /// The word for it: `claimed`.
    pub did: String,
    /// Pseudonym of the person; empty for what no person did.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// To or for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Another case, or the decision, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// Why, or what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What leaves a case for one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The case that it leaves.
    pub from: CaseId,
    /// The new case, with the findings that leave.
    pub new: Case,
    /// The clause whose findings leave.
    pub clause: Option<ClauseId>,
    /// The reports that leave.
    pub reports: Vec<String>,
}

const CLAIM: &str = "update waiting set claimed_by = $2, claimed_until = $4 where case_id = $1 \
    and leader is null and (claimed_by is null or claimed_by = $2 or claimed_until <= $3)";
const EXTEND: &str = "update waiting set claimed_until = $4 where case_id = $1 \
    and claimed_by = $2 and claimed_until > $3";
const HAND_OVER: &str = "update waiting set claimed_by = $5, claimed_until = $4 where case_id = $1 \
    and claimed_by = $2 and claimed_until > $3";
const TAKE: &str = "update waiting set claimed_by = $2, claimed_until = $3 where case_id = $1 \
    and leader is null";
const RELEASE: &str = "update waiting set claimed_by = null, claimed_until = null \
    where case_id = $1 and claimed_by = $2 and claimed_until > $3";
const ASSIGN: &str = "update waiting set assignee = $2 where case_id = $1";
const ESCALATE: &str = "update waiting set escalated = 1, claimed_by = null, claimed_until = null \
    where case_id = $1 and (claimed_by is null or claimed_by = $2 or claimed_until <= $3)";
const HOLD: &str = "update waiting set held_until = $4, claimed_by = null, claimed_until = null \
    where case_id = $1 and (claimed_by is null or claimed_by = $2 or claimed_until <= $3)";
const RESUME: &str = "update waiting set held_until = null where case_id = $1 and held_until > $2";
const MOVE: &str = "update waiting set queue = $4 where case_id = $1 \
    and (claimed_by is null or claimed_by = $2 or claimed_until <= $3)";
const FREE: &str = "select count(*) from waiting where case_id = $1 \
    and leader is null and (claimed_by is null or claimed_by = $2 or claimed_until <= $3)";
const DID: Insert = Insert {
    into: "insert into case_event (case_id, did, by_whom, at, to_whom, until_at, other, said)",
    columns: 8,
    then: "",
};
const RECOUNT: &str =
    "update waiting set reports = $2, trust = $3, base = $4, rank = $5 where case_id = $1";
const HISTORY: &str = "select did, by_whom, at, to_whom, until_at, other, said, seq from case_event \
    where case_id = $1 \
    union all select 'opened', '', opened_at, null, null, null, null, -2 from casefile where id = $1 \
    union all select 'reported', '', received_at, null, null, null, null, -1 from report where case_id = $1 \
    union all select 'proposed', proposed_by, proposed_at, null, null, null, why, 1000000000000 from proposal \
        where case_id = $1 \
    union all select case when replaces is null then 'decided' else 'replaced' end, '', decided_at, null, null, \
        id, null, 1000000000001 from decision where case_id = $1 \
    order by 3, 8";
const SPLIT: &str = "insert into case_split (case_id, to_case, clause, up_to_event) \
    values ($1, $2, $3, (select coalesce(max(seq), -1) from event))";
const REPORT_MOVE: Insert =
    Insert { into: "insert into report_move (report_id, to_case)", columns: 2, then: "" };
const MERGED: &str = "insert into case_merged (case_id, into_case) values ($1, $2)";
const DONE: &str = "delete from waiting where case_id = $1";
const FOLLOW: &str =
    "update waiting set leader = $2, claimed_by = null, claimed_until = null where case_id = $1";
const TO_NEW_LEADER: &str = "update waiting set leader = $2 where leader = $1";
const UNFOLLOW: &str = "update waiting set leader = null where case_id = $1 and leader is not null";
const CASE_EVENT_SEQ: &str = "select event_seq from casefile where id = $1";
const JOIN_FINDING: Insert = Insert {
    into: "insert into case_finding (case_id, event_seq, position, body)",
    columns: 4,
    then: "",
};
/// Cases that follow one that does not wait any more.
const LEFT_BEHIND: &str = "select w.case_id, w.leader from waiting w where w.leader is not null \
    and not exists (select 1 from waiting l where l.case_id = w.leader) order by w.case_seq limit $1";
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    CLAIM,
    EXTEND,
    HAND_OVER,
    TAKE,
    RELEASE,
    ASSIGN,
    ESCALATE,
    HOLD,
    RESUME,
    MOVE,
    FREE,
    RECOUNT,
    HISTORY,
    SPLIT,
    MERGED,
    DONE,
    FOLLOW,
    TO_NEW_LEADER,
    UNFOLLOW,
    CASE_EVENT_SEQ,
    LEFT_BEHIND,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&DID, &REPORT_MOVE, &JOIN_FINDING];

impl Act {
    /// The word under which it is kept, and whether only whoever has the lock may do it.
    const fn word(&self) -> (&'static str, bool) {
        match self {
            Self::Claim { .. } => ("claimed", false),
            Self::Extend { .. } => ("extended", true),
            Self::HandOver { .. } => ("handed_over", true),
            Self::Take { .. } => ("taken", false),
            Self::Release => ("released", true),
            Self::Assign { to: Some(_) } => ("assigned", false),
            Self::Assign { to: None } => ("unassigned", false),
            Self::Escalate { .. } => ("escalated", false),
            Self::Hold { .. } => ("held", false),
            Self::Resume => ("resumed", false),
            Self::Move { .. } => ("moved", false),
            Self::Note { .. } => ("noted", false),
        }
    }

    fn statement(
        &self,
        case: &str,
        by: &str,
        now: Timestamp,
    ) -> Option<(&'static str, Vec<Value>)> {
        let own = || vec![case.into(), by.into(), now.into()];
        let with = |value: Value| [own(), vec![value]].concat();
        Some(match self {
            Self::Claim { until } => (CLAIM, with((*until).into())),
            Self::Extend { until } => (EXTEND, with((*until).into())),
            Self::HandOver { to, until } => {
                (HAND_OVER, [own(), vec![(*until).into(), to.as_str().into()]].concat())
            }
            Self::Take { until, .. } => (TAKE, vec![case.into(), by.into(), (*until).into()]),
            Self::Release => (RELEASE, own()),
            Self::Assign { to } => (ASSIGN, vec![case.into(), Value::text(to.as_deref())]),
            Self::Escalate { .. } => (ESCALATE, own()),
            Self::Hold { until, .. } => (HOLD, with((*until).into())),
            Self::Resume => (RESUME, vec![case.into(), now.into()]),
            Self::Move { queue, .. } => (MOVE, with(queue.as_str().into())),
            Self::Note { .. } => return None,
        })
    }

    fn event(&self, by: &str, at: Timestamp) -> CaseEvent {
        let (did, _) = self.word();
        let mut event = CaseEvent::new(did, by, at);
        match self {
            Self::Claim { until } | Self::Extend { until } => event.until = Some(*until),
            Self::HandOver { to, until } => {
                (event.to, event.until) = (Some(to.clone()), Some(*until));
            }
            Self::Take { until, why } | Self::Hold { until, why } => {
                (event.until, event.said) = (Some(*until), Some(why.clone()));
            }
            Self::Assign { to } => event.to.clone_from(to),
            Self::Escalate { why } => event.said = Some(why.clone()),
            Self::Move { queue, why } => {
                (event.to, event.said) = (Some(queue.clone()), Some(why.clone()));
            }
            Self::Note { text } => event.said = Some(text.clone()),
            Self::Release | Self::Resume => {}
        }
        event
    }
}

impl CaseEvent {
    fn new(did: &str, by: &str, at: Timestamp) -> Self {
        let (did, by) = (did.into(), by.into());
        Self { did, by, at, to: None, until: None, other: None, said: None }
    }

    fn about(did: &str, by: &str, at: Timestamp, other: CaseId) -> Self {
        Self { other: Some(other.to_string()), ..Self::new(did, by, at) }
    }

    async fn keep(self, connection: &mut AnyConnection, case: &str) -> Result<(), StoreError> {
        let row = vec![
            case.into(),
            self.did.into(),
            self.by.into(),
            self.at.into(),
            Value::text(self.to),
            Value::instant(self.until),
            Value::text(self.other),
            Value::text(self.said),
        ];
        DID.run(connection, row).await
    }
}

/// Counts the reports of a case anew, and puts it in its place.
pub(crate) async fn recount(connection: &mut AnyConnection, case: &str) -> Result<(), StoreError> {
    let Some(work) = work_of(connection, case).await? else { return Ok(()) };
    let reports = reports_of(connection, case).await?;
    let mut pressing = work.pressing;
    pressing.reports = u32::try_from(reports.len()).unwrap_or(u32::MAX);
    pressing.trust = reports.iter().fold(0, |sum, report| report.trust.saturating_add(sum));
    let rank = pressing.rank(work.opened_at, &targets(connection).await?);
    let values = [
        case.into(),
        i64::from(pressing.reports).into(),
        i64::from(pressing.trust).into(),
        pressing.base().into(),
        rank.into(),
    ];
    execute(connection, RECOUNT, values).await.map(drop)
}

async fn must_be_free(
    connection: &mut AnyConnection,
    case: CaseId,
    by: &str,
    now: Timestamp,
) -> Result<Option<Claim>, StoreError> {
    let id = case.to_string();
    must_wait(connection, &id).await?;
    if number(connection, FREE, [id.as_str().into(), by.into(), now.into()]).await? > 0 {
        return Ok(None);
    }
    let work = work_of(connection, &id).await?.ok_or(StoreError::NoSuch("case that waits"))?;
    match work.claim_at(now) {
        Some(claim) if work.leader.is_none() => Ok(Some(claim.clone())),
        _ => Err(StoreError::NoSuch("case that waits on its own")),
    }
}

impl Store {
    /// Does one thing with a waiting case. Of two who claim it at once one has it.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the case does not wait; nothing is changed then.
    pub async fn act(
        &self,
        case: CaseId,
        by: &str,
        act: &Act,
        now: Timestamp,
    ) -> Result<Acted, StoreError> {
        let mut tx = self.write().await?;
        let id = case.to_string();
        must_wait(&mut tx, &id).await?;
        if let Some((sql, values)) = act.statement(&id, by, now)
            && execute(&mut tx, sql, values).await? == 0
        {
            let none = StoreError::NoSuch("case that waits on its own");
            let work = work_of(&mut tx, &id).await?.ok_or(none.clone())?;
            return match work.claim_at(now) {
                Some(claim) if claim.by != by => Ok(Acted::Taken(claim.clone())),
                _ if act.word().1 => Ok(Acted::NotYours),
                _ if matches!(act, Act::Resume) => Ok(Acted::Done(Box::new(work))),
                _ => Err(none),
            };
        }
        if matches!(act, Act::Escalate { .. }) {
            recount(&mut tx, &id).await?;
        }
        act.event(by, now).keep(&mut tx, &id).await?;
        let work = work_of(&mut tx, &id).await?.ok_or(StoreError::NoSuch("case that waits"))?;
        tx.commit().await?;
        Ok(Acted::Done(Box::new(work)))
    }

    /// Opens a case anew, on the event of one that was decided.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the event is not kept.
    pub async fn reopen(
        &self,
        earlier: CaseId,
        case: &Case,
        by: &str,
        why: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        Self::open_case(&mut tx, case).await?;
        let event = CaseEvent::about("reopened", by, case.opened_at, earlier);
        let event = CaseEvent { said: Some(why.into()), ..event };
        event.keep(&mut tx, &case.id.to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// What happened to a case, oldest first. A lock that ran out says so, at the moment at which it did.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn case_history(
        &self,
        case: CaseId,
        now: Timestamp,
    ) -> Result<Vec<CaseEvent>, StoreError> {
        let rows = fetch(&mut *self.read().await?, HISTORY, [case.to_string().into()]).await?;
        let mut events = Vec::with_capacity(rows.len());
        let mut lock: Option<(String, Timestamp)> = None;
        let lapsed = |(by, until): (String, Timestamp)| CaseEvent::new("lapsed", &by, until);
        for row in &rows {
            let event = CaseEvent {
                did: column(row, 0)?,
                by: column(row, 1)?,
                at: instant(row, 2)?,
                to: column(row, 3)?,
                until: maybe_instant(row, 4)?,
                other: column(row, 5)?,
                said: column(row, 6)?,
            };
            events.extend(lock.take_if(|(_, until)| *until <= event.at).map(lapsed));
            match event.did.as_str() {
                "claimed" | "extended" | "taken" => {
                    lock = event.until.map(|until| (event.by.clone(), until));
                }
                "handed_over" => lock = event.to.clone().zip(event.until),
                "released" | "escalated" | "held" | "proposed" | "decided" | "merged"
                | "follows" => {
                    lock = None;
                }
                _ => {}
            }
            events.push(event);
        }
        events.extend(lock.filter(|(_, until)| *until <= now).map(lapsed));
        Ok(events)
    }

    /// Parts a clause's findings, or some reports, from a case: they go on in a case of their own.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the case does not wait; nothing is changed then.
    pub async fn split(
        &self,
        split: &Split,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        let mut tx = self.write().await?;
        if let Some(claim) = must_be_free(&mut tx, split.from, by, now).await? {
            return Ok(Some(claim));
        }
        let (from, new) = (split.from.to_string(), split.new.id.to_string());
        Self::open_case(&mut tx, &split.new).await?;
        if let Some(clause) = &split.clause {
            let values = [from.as_str().into(), new.as_str().into(), clause.as_str().into()];
            execute(&mut tx, SPLIT, values).await?;
        }
        for report in &split.reports {
            let row = vec![report.as_str().into(), new.as_str().into()];
            REPORT_MOVE.run(&mut tx, row).await?;
        }
        CaseEvent::about("split", by, now, split.new.id).keep(&mut tx, &from).await?;
        CaseEvent::about("split_off", by, now, split.from).keep(&mut tx, &new).await?;
        recount(&mut tx, &from).await?;
        recount(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Merges a case into another. On the same item its findings and reports go on there, and it ends; on a
    /// like item it follows: it leaves the queue until the other is decided. `true`: it follows.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when one of them does not wait on its own; nothing is changed then.
    pub async fn merge(
        &self,
        case: CaseId,
        into: CaseId,
        by: &str,
        now: Timestamp,
    ) -> Result<Result<bool, Claim>, StoreError> {
        let mut tx = self.write().await?;
        for one in [case, into] {
            if let Some(claim) = must_be_free(&mut tx, one, by, now).await? {
                return Ok(Err(claim));
            }
        }
        let none = StoreError::NoSuch("case that waits");
        let here = listed(&mut tx, case).await?.ok_or(none.clone())?;
        let there = listed(&mut tx, into).await?.ok_or(none)?;
        let (id, other) = (case.to_string(), into.to_string());
        let follows = here.case.item != there.case.item;
        if follows {
            execute(&mut tx, FOLLOW, [id.as_str().into(), other.as_str().into()]).await?;
        } else {
            let event = number(&mut tx, CASE_EVENT_SEQ, [id.as_str().into()]).await?;
            let mut rows = Vec::new();
            for (position, finding) in (MERGED_FROM * (here.seq + 1)..).zip(&here.case.findings) {
                let body = crate::sql::json(finding, "a finding")?;
                rows.extend([other.as_str().into(), event.into(), position.into(), body.into()]);
            }
            JOIN_FINDING.run(&mut tx, rows).await?;
            for report in reports_of(&mut tx, &id).await? {
                let row = vec![report.id.into(), other.as_str().into()];
                REPORT_MOVE.run(&mut tx, row).await?;
            }
            execute(&mut tx, MERGED, [id.as_str().into(), other.as_str().into()]).await?;
            execute(&mut tx, DONE, [id.as_str().into()]).await?;
        }
        // Whoever followed this one goes with it.
        execute(&mut tx, TO_NEW_LEADER, [id.as_str().into(), other.as_str().into()]).await?;
        let did = if follows { "follows" } else { "merged" };
        CaseEvent::about(did, by, now, into).keep(&mut tx, &id).await?;
        let took = if follows { "followed" } else { "took_in" };
        CaseEvent::about(took, by, now, case).keep(&mut tx, &other).await?;
        recount(&mut tx, &other).await?;
        tx.commit().await?;
        Ok(Ok(follows))
    }

    /// Lets a case that follows another wait on its own again. `false`: it follows none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn unmerge(
        &self,
        case: CaseId,
        by: &str,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let id = case.to_string();
        if execute(&mut tx, UNFOLLOW, [id.as_str().into()]).await? == 0 {
            return Ok(false);
        }
        let said = why.map(str::to_owned);
        let event = CaseEvent { said, ..CaseEvent::new("on_its_own", by, now) };
        event.keep(&mut tx, &id).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Cases that follow one which waits no more, with that one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn left_behind(&self, limit: u32) -> Result<Vec<(CaseId, CaseId)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, LEFT_BEHIND, [i64::from(limit).into()]).await?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in &rows {
            let case = crate::sql::parsed(row, 0, "a case's id")?;
            cases.extend(maybe_parsed(row, 1, "a case's leader")?.map(|leader| (case, leader)));
        }
        Ok(cases)
    }

    /// Puts a case among those of another gravity, with its place in the order.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the case does not wait.
    pub async fn set_gravity(
        &self,
        case: CaseId,
        gravity: model::Gravity,
    ) -> Result<(), StoreError> {
        const SET: &str = "update waiting set gravity = $2 where case_id = $1";
        let mut tx = self.write().await?;
        let id = case.to_string();
        must_wait(&mut tx, &id).await?;
        execute(&mut tx, SET, [id.as_str().into(), gravity_number(gravity).into()]).await?;
        recount(&mut tx, &id).await?;
        Ok(tx.commit().await?)
    }
}
