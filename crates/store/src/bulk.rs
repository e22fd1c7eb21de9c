//! Decisions on many cases at once, as they are prepared, approved, worked off and undone. Every case has its
//! place in the list and one result for each phase, so that the work goes on after a restart where it stopped.
//! Must not decide.

use crate::sql::{
    Insert, Value, column, count, execute, fetch, fetch_one, instant, maybe_parsed, number, parsed,
    unreadable,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, DecisionId, Json};
use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// A decision on many cases, with who said yes to it and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Our id.
    pub id: String,
    /// Who prepared it.
    pub by: String,
    /// When.
    pub made_at: Timestamp,
    /// The search from which the list was taken.
    pub query: String,
    /// The caller's own value.
    pub verdict: Json,
    /// How many cases.
    pub size: u64,
    /// Whether a second person must approve it.
    pub needs_second: bool,
    /// What people did with it, oldest first.
    pub acts: Vec<BulkAct>,
    /// How far it is.
    pub counts: BulkCounts,
}

/// What somebody did with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BulkAct {
    /// `confirmed`, `approved`, `stopped` or `undone`.
    pub did: String,
    /// Pseudonym.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub said: Option<String>,
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct BulkCounts {
    /// Decided.
    pub decided: u64,
    /// Left as they were.
    pub left: u64,
    /// Of those decided: replaced again when it was undone.
    pub replaced: u64,
    /// Of those decided: opened again when it was undone.
    pub reopened: u64,
    /// Could not be undone.
    pub kept: u64,
}

/// Which part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Deciding.
    Run,
    /// Undoing.
    Undo,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BulkResult {
    /// Its place in the list.
    pub position: u32,
    /// The case.
    pub case: CaseId,
    /// `decided`, `left`; of the undoing `replaced`, `reopened` or `kept`.
    pub became: String,
    /// When.
    pub at: Timestamp,
    /// The decision that was made.
    pub decision: Option<DecisionId>,
    /// Why it was left.
    pub why: Option<String>,
}

const BULK: Insert = Insert {
    into: "insert into bulk (id, made_by, made_at, query, verdict, size, needs_second)",
    columns: 7,
    then: "",
};
const CASE: Insert =
    Insert { into: "insert into bulk_case (bulk_id, position, case_id)", columns: 3, then: "" };
const ACT: Insert =
    Insert { into: "insert into bulk_act (bulk_id, did, by_whom, at, said)", columns: 5, then: "" };
const RESULT: Insert = Insert {
    into: "insert into bulk_result (bulk_id, phase, position, became, at, decision, why)",
    columns: 7,
    then: " on conflict (bulk_id, phase, position) do nothing",
};
const ONE: &str =
    "select id, made_by, made_at, query, verdict, size, needs_second from bulk where id = $1";
const LATEST: &str = "select id, made_by, made_at, query, verdict, size, needs_second from bulk \
    order by made_at desc limit $1";
const ACTS: &str = "select did, by_whom, at, said from bulk_act where bulk_id = $1 order by seq";
const COUNTS: &str = "select became, count(*) from bulk_result where bulk_id = $1 group by became";
const CASES: &str = "select case_id from bulk_case where bulk_id = $1 order by position";
const WORK: &str = "insert into bulk_work (bulk_id, phase) values ($1, $2) on conflict do nothing";
const WORK_DONE: &str = "delete from bulk_work where bulk_id = $1 and phase = $2";
const UNDER_WAY: &str = "select bulk_id, phase from bulk_work order by bulk_id, phase";
const STOPPED: &str = "select count(*) from bulk_act where bulk_id = $1 and did = 'stopped'";
const LEFT_TO_RUN: &str = "select c.position, c.case_id, null from bulk_case c where c.bulk_id = $1 \
    and not exists (select 1 from bulk_result r where r.bulk_id = c.bulk_id and r.phase = 'run' \
        and r.position = c.position) order by c.position limit $2";
const LEFT_TO_UNDO: &str = "select c.position, c.case_id, d.decision from bulk_case c \
    join bulk_result d on d.bulk_id = c.bulk_id and d.phase = 'run' and d.position = c.position \
    where c.bulk_id = $1 and d.became = 'decided' and not exists (select 1 from bulk_result r \
        where r.bulk_id = c.bulk_id and r.phase = 'undo' and r.position = c.position) \
    order by c.position limit $2";
const RESULTS: &str = "select r.position, c.case_id, r.became, r.at, r.decision, r.why from bulk_result r \
    join bulk_case c on c.bulk_id = r.bulk_id and c.position = r.position \
    where r.bulk_id = $1 and r.phase = $2 and r.position > $3 order by r.position limit $4";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    ONE,
    LATEST,
    ACTS,
    COUNTS,
    CASES,
    WORK,
    WORK_DONE,
    UNDER_WAY,
    STOPPED,
    LEFT_TO_RUN,
    LEFT_TO_UNDO,
    RESULTS,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&BULK, &CASE, &ACT, &RESULT];

impl Phase {
    const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Undo => "undo",
        }
    }
}

impl Bulk {
    /// Who did this with it, if somebody did.
    pub fn who(&self, did: &str) -> Option<&BulkAct> {
        self.acts.iter().find(|act| act.did == did)
    }
}

async fn read(connection: &mut AnyConnection, row: &AnyRow) -> Result<Bulk, StoreError> {
    let id: String = column(row, 0)?;
    let mut acts = Vec::new();
    for act in fetch(connection, ACTS, [id.as_str().into()]).await? {
        acts.push(BulkAct {
            did: column(&act, 0)?,
            by: column(&act, 1)?,
            at: instant(&act, 2)?,
            said: column(&act, 3)?,
        });
    }
    let mut counts = BulkCounts::default();
    for one in fetch(connection, COUNTS, [id.as_str().into()]).await? {
        let slot = match column(&one, 0)? {
            "decided" => &mut counts.decided,
            "replaced" => &mut counts.replaced,
            "reopened" => &mut counts.reopened,
            "kept" => &mut counts.kept,
            _ => &mut counts.left,
        };
        *slot += count(&one, 1)?;
    }
    let verdict = Json::parse(column(row, 4)?).map_err(|error| unreadable("a verdict", &error))?;
    Ok(Bulk {
        id,
        by: column(row, 1)?,
        made_at: instant(row, 2)?,
        query: column(row, 3)?,
        verdict,
        size: count(row, 5)?,
        needs_second: column::<i64>(row, 6)? != 0,
        acts,
        counts,
    })
}

impl Store {
    /// Keeps a decision on many cases as it was prepared. Nothing of it is done yet.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn prepare_bulk(&self, bulk: &Bulk, cases: &[CaseId]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            bulk.id.as_str().into(),
            bulk.by.as_str().into(),
            bulk.made_at.into(),
            bulk.query.as_str().into(),
            bulk.verdict.as_str().into(),
            Value::from_count(bulk.size),
            bulk.needs_second.into(),
        ];
        BULK.run(&mut tx, row).await?;
        let mut rows: Vec<Value> = Vec::with_capacity(cases.len() * 3);
        for (position, case) in (0_i64..).zip(cases) {
            rows.extend([bulk.id.as_str().into(), position.into(), case.to_string().into()]);
        }
        CASE.run(&mut tx, rows).await?;
        Ok(tx.commit().await?)
    }

    /// A decision on many cases.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk(&self, id: &str) -> Result<Option<Bulk>, StoreError> {
        let mut reader = self.read().await?;
        match fetch_one(&mut reader, ONE, [id.into()]).await? {
            Some(row) => read(&mut reader, &row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Decisions on many cases, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulks(&self, limit: u32) -> Result<Vec<Bulk>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, LATEST, [i64::from(limit).into()]).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            all.push(read(&mut reader, row).await?);
        }
        Ok(all)
    }

    /// The cases of it, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk_cases(&self, id: &str) -> Result<Vec<CaseId>, StoreError> {
        let rows = fetch(&mut *self.read().await?, CASES, [id.into()]).await?;
        rows.iter().map(|row| parsed(row, 0, "a case's id")).collect()
    }

    /// Keeps what somebody does with it; `starts` puts it among what is under way.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when that was done already; nothing is changed then.
    pub async fn bulk_act(
        &self,
        id: &str,
        act: &BulkAct,
        starts: Option<Phase>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            id.into(),
            act.did.as_str().into(),
            act.by.as_str().into(),
            act.at.into(),
            Value::text(act.said.as_deref()),
        ];
        ACT.run(&mut tx, row).await?;
        if let Some(phase) = starts {
            execute(&mut tx, WORK, [id.into(), phase.word().into()]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What is under way.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulks_under_way(&self) -> Result<Vec<(String, Phase)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, UNDER_WAY, []).await?;
        let read = |row: &AnyRow| {
            let phase = if column::<&str>(row, 1)? == "undo" { Phase::Undo } else { Phase::Run };
            Ok((column(row, 0)?, phase))
        };
        rows.iter().map(read).collect()
    }

    /// The next cases of a phase, with the decision that is to be undone. None when it was stopped.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk_left(
        &self,
        id: &str,
        phase: Phase,
        limit: u32,
    ) -> Result<Vec<(u32, CaseId, Option<DecisionId>)>, StoreError> {
        let mut reader = self.read().await?;
        let sql = match phase {
            Phase::Run => {
                if number(&mut reader, STOPPED, [id.into()]).await? > 0 {
                    return Ok(Vec::new());
                }
                LEFT_TO_RUN
            }
            Phase::Undo => LEFT_TO_UNDO,
        };
        let rows = fetch(&mut reader, sql, [id.into(), i64::from(limit).into()]).await?;
        let read = |row: &AnyRow| {
            let place = u32::try_from(column::<i64>(row, 0)?).unwrap_or(u32::MAX);
            let decision = maybe_parsed(row, 2, "a decision's id")?;
            Ok((place, parsed(row, 1, "a case's id")?, decision))
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what became of one case.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk_result(
        &self,
        id: &str,
        phase: Phase,
        result: &BulkResult,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let row = vec![
            id.into(),
            phase.word().into(),
            i64::from(result.position).into(),
            result.became.as_str().into(),
            result.at.into(),
            Value::text(result.decision.map(|decision| decision.to_string())),
            Value::text(result.why.as_deref()),
        ];
        RESULT.run(&mut tx, row).await?;
        Ok(tx.commit().await?)
    }

    /// Nothing of this phase is left to do.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk_done(&self, id: &str, phase: Phase) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        execute(&mut tx, WORK_DONE, [id.into(), phase.word().into()]).await?;
        Ok(tx.commit().await?)
    }

    /// What became of its cases, in order, after a place.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn bulk_results(
        &self,
        id: &str,
        phase: Phase,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Vec<BulkResult>, StoreError> {
        let after = after.map_or(-1, i64::from);
        let values = [id.into(), phase.word().into(), after.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, RESULTS, values).await?;
        let read = |row: &AnyRow| {
            Ok(BulkResult {
                position: u32::try_from(column::<i64>(row, 0)?).unwrap_or(u32::MAX),
                case: parsed(row, 1, "a case's id")?,
                became: column(row, 2)?,
                at: instant(row, 3)?,
                decision: maybe_parsed(row, 4, "a decision's id")?,
                why: column(row, 5)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
