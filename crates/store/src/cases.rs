//! Cases that wait for people, with what was reported and proposed. A case's state is read from
//! later rows: a proposal, a decision.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, fetch, fetch_one, instant, maybe_parsed, number,
    parsed, unreadable, whole, with_list,
};
use crate::{Cursor, Page, Store, StoreError, StoredEvent};
use jiff::Timestamp;
use model::{Case, CaseId, CaseState, ClauseId, DecisionId, Finding, ItemId, Json};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, HashMap};

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only those that stand so.
    pub state: Option<CaseState>,
    /// Only those of this queue.
    pub queue: Option<String>,
}

/// A case with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// The case; its findings include those that joined later.
    pub case: Case,
    /// The event that raised it, with the item as it was.
    pub event: StoredEvent,
    /// What people reported, oldest first.
    pub reports: Vec<Report>,
    /// What one person proposes and a second must approve; the latest.
    pub proposal: Option<Proposal>,
    /// The decision that ended it.
    pub decision: Option<DecisionId>,
}

/// What somebody reported about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Our id.
    pub id: String,
    /// The item.
    pub item: ItemId,
    /// The case that it joined or opened.
    pub case: CaseId,
    /// The clause that the reporter names.
    pub clause: Option<ClauseId>,
    /// What is wrong, in the reporter's words.
    pub reason: String,
    /// The platform's id of the reporter; never public.
    pub reporter: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

/// A decision that one person proposes and that needs a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The case.
    pub case: CaseId,
    /// Pseudonym of the person.
    pub by: String,
    /// What is proposed: the caller's own value.
    pub verdict: Json,
    /// Why one person is not enough.
    pub why: String,
    /// When.
    pub proposed_at: Timestamp,
}

const SELECT: &str = "select c.seq, c.priority, c.body, d.id, \
    (select count(*) from proposal p where p.case_id = c.id) \
    from casefile c left join decision d on d.case_id = c.id and d.replaces is null";
const PAGE_OPEN: &str = "select c.seq, c.priority, c.body, null, \
    (select count(*) from proposal p where p.case_id = c.id) \
    from waiting w join casefile c on c.seq = w.case_seq \
    where (w.priority < $1 or (w.priority = $1 and w.case_seq > $2)) \
        and ($3 = '' or w.queue = $3) \
        and ($4 = 0 or exists (select 1 from proposal p where p.case_id = w.case_id) = ($4 = 2)) \
    order by w.priority desc, w.case_seq limit $5";
const PAGE_ALL: &str = " where c.seq < $1 and ($2 = '' or c.queue = $2) \
    and ($3 = 0 or d.id is not null) order by c.seq desc limit $4";
const ONE: &str = " where c.id = $1";
const EVENT: &str = "select e.action_id, e.action_name, e.happened_at, e.data, e.secret_data, \
    e.received_at, e.rulebook, e.became, e.became_of \
    from casefile c join event e on e.seq = c.event_seq where c.id = $1";
const FINDINGS: &str = "select case_id, body from case_finding where case_id in ({list}) \
    order by case_id, event_seq, position";
const REPORTS: &str = "select id, item_id, case_id, clause, reason, reporter, received_at \
    from report where case_id = $1 order by received_at, id";
const PROPOSAL: &str = "select case_id, proposed_by, verdict, why, proposed_at from proposal \
    where case_id = $1 order by seq desc limit 1";
const WAITING: &str = "select item_id, case_id from waiting where item_id in ({list}) \
    order by case_seq desc";
const QUEUES: &str = "select queue, count(*) from waiting group by queue";
const IS_WAITING: &str = "select count(*) from waiting where case_id = $1";
const REPORT: Insert = Insert {
    into: "insert into report (id, case_id, item_id, clause, reason, reporter, received_at)",
    columns: 7,
    then: "",
};
const PROPOSE: Insert = Insert {
    into: "insert into proposal (case_id, proposed_by, verdict, why, proposed_at)",
    columns: 5,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] =
    &[SELECT, PAGE_OPEN, EVENT, FINDINGS, REPORTS, PROPOSAL, WAITING, QUEUES, IS_WAITING];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&REPORT, &PROPOSE];

/// A case as it is listed, with its place.
struct Listed {
    seq: i64,
    case: Case,
    decision: Option<DecisionId>,
}

fn read(row: &AnyRow) -> Result<Listed, StoreError> {
    let mut case: Case = whole(row, 2, "a case")?;
    let decision = maybe_parsed(row, 3, "a decision's id")?;
    case.state = match (decision, column::<i64>(row, 4)?) {
        (Some(_), _) => CaseState::Decided,
        (None, 0) => CaseState::Waiting,
        (None, _) => CaseState::Proposed,
    };
    Ok(Listed { seq: column(row, 0)?, case, decision })
}

async fn add_findings(
    connection: &mut AnyConnection,
    cases: &mut [Listed],
) -> Result<(), StoreError> {
    for part in cases.chunks_mut(LONGEST_LIST) {
        let ids = part.iter().map(|listed| listed.case.id.to_string().into()).collect();
        let (sql, values) = with_list(FINDINGS, ids);
        for row in fetch(connection, sql, values).await? {
            let id: CaseId = parsed(&row, 0, "a case's id")?;
            let finding: Finding = whole(&row, 1, "a finding")?;
            if let Some(listed) = part.iter_mut().find(|listed| listed.case.id == id) {
                listed.case.findings.push(finding);
            }
        }
    }
    Ok(())
}

async fn listed(connection: &mut AnyConnection, id: CaseId) -> Result<Option<Listed>, StoreError> {
    let rows = fetch(connection, format!("{SELECT}{ONE}"), [id.to_string().into()]).await?;
    let mut cases = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    add_findings(connection, &mut cases).await?;
    Ok(cases.into_iter().next())
}

/// The case in which an item waits.
pub(crate) async fn waiting_on(
    connection: &mut AnyConnection,
    item: &str,
) -> Result<Option<Case>, StoreError> {
    let (sql, values) = with_list(WAITING, vec![item.into()]);
    let Some(row) = fetch_one(connection, sql, values).await? else { return Ok(None) };
    let id = parsed(&row, 1, "a case's id")?;
    Ok(listed(connection, id).await?.map(|listed| listed.case))
}

fn read_report(row: &AnyRow) -> Result<Report, StoreError> {
    Ok(Report {
        id: column(row, 0)?,
        item: parsed(row, 1, "a report's item")?,
        case: parsed(row, 2, "a report's case")?,
        clause: maybe_parsed(row, 3, "a report's clause")?,
        reason: column(row, 4)?,
        reporter: column(row, 5)?,
        received_at: instant(row, 6)?,
    })
}

fn read_proposal(row: &AnyRow) -> Result<Proposal, StoreError> {
    let verdict = Json::parse(column(row, 2)?);
    Ok(Proposal {
        case: parsed(row, 0, "a proposal's case")?,
        by: column(row, 1)?,
        verdict: verdict.map_err(|error| unreadable("a proposal", &error))?,
        why: column(row, 3)?,
        proposed_at: instant(row, 4)?,
    })
}

impl Store {
    /// Cases. Those that wait or are proposed: the most urgent first, then the oldest. Others: the
    /// latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn cases(
        &self,
        filter: &CaseFilter,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Case>, StoreError> {
        let queue = filter.queue.as_deref().unwrap_or_default();
        let more = i64::from(limit) + 1;
        let open = match filter.state {
            Some(CaseState::Waiting) => Some(1),
            Some(CaseState::Proposed) => Some(2),
            Some(CaseState::Decided) | None => None,
        };
        let (sql, values): (String, Vec<Value>) = match open {
            Some(state) => {
                let (rank, seq) = after.map_or((i64::MAX, 0), |cursor| (cursor.rank, cursor.seq));
                let values =
                    [rank.into(), seq.into(), queue.into(), Value::Int(state), more.into()];
                (PAGE_OPEN.into(), values.into())
            }
            None => {
                let seq = after.map_or(i64::MAX, |cursor| cursor.seq);
                let decided = filter.state.is_some();
                let values = [seq.into(), queue.into(), decided.into(), more.into()];
                (format!("{SELECT}{PAGE_ALL}"), values.into())
            }
        };
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, sql, values).await?;
        let mut cases = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        add_findings(&mut reader, &mut cases).await?;
        let page = Page::cut(cases, limit, |last| Cursor {
            rank: i64::from(last.case.priority),
            seq: last.seq,
        });
        let entries = page.entries.into_iter().map(|listed| listed.case).collect();
        Ok(Page { entries, next: page.next })
    }

    /// One case with all that belongs to it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn case(&self, id: CaseId) -> Result<Option<StoredCase>, StoreError> {
        let mut reader = self.read().await?;
        let Some(listed) = listed(&mut reader, id).await? else { return Ok(None) };
        let id = Value::Text(id.to_string());
        let event = fetch_one(&mut reader, EVENT, [id.clone()]).await?;
        let reports = fetch(&mut reader, REPORTS, [id.clone()]).await?;
        let proposal = fetch_one(&mut reader, PROPOSAL, [id]).await?;
        Ok(Some(StoredCase {
            case: listed.case,
            event: StoredEvent::read(&event.ok_or(StoreError::NoSuch("event"))?)?,
            reports: reports.iter().map(read_report).collect::<Result<_, _>>()?,
            proposal: proposal.as_ref().map(read_proposal).transpose()?,
            decision: listed.decision,
        }))
    }

    /// The case in which each of these items waits for people, if one does; the oldest.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn waiting_cases(
        &self,
        items: &[ItemId],
    ) -> Result<HashMap<ItemId, CaseId>, StoreError> {
        let mut cases = HashMap::new();
        let mut reader = self.read().await?;
        for part in items.chunks(LONGEST_LIST) {
            let items = part.iter().map(|id| id.as_str().into()).collect();
            let (sql, values) = with_list(WAITING, items);
            for row in fetch(&mut reader, sql, values).await? {
                cases.insert(parsed(&row, 0, "an item's id")?, parsed(&row, 1, "a case's id")?);
            }
        }
        Ok(cases)
    }

    /// Queues with the number of cases that wait in each.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn queues(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows = fetch(&mut *self.read().await?, QUEUES, []).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, count(row, 1)?))).collect()
    }

    /// Keeps a report; `opens` is the case that it opens, when it joins none.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the case that it joins does not wait, or the event of the case
    /// that it opens is not kept.
    pub async fn report(&self, report: &Report, opens: Option<&Case>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if let Some(case) = opens {
            Self::open_case(&mut tx, case).await?;
        }
        let id = report.case.to_string();
        must_wait(&mut tx, &id).await?;
        let row = [
            report.id.as_str().into(),
            id.into(),
            report.item.as_str().into(),
            Value::text(report.clause.as_ref().map(|clause| clause.as_str())),
            report.reason.as_str().into(),
            Value::text(report.reporter.as_deref()),
            report.received_at.into(),
        ];
        REPORT.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a proposal; the latest of a case counts.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] when the case does not wait.
    pub async fn propose(&self, proposal: &Proposal) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let id = proposal.case.to_string();
        must_wait(&mut tx, &id).await?;
        let row = [
            id.into(),
            proposal.by.as_str().into(),
            proposal.verdict.as_str().into(),
            proposal.why.as_str().into(),
            proposal.proposed_at.into(),
        ];
        PROPOSE.run(&mut tx, row.into()).await?;
        Ok(tx.commit().await?)
    }
}

async fn must_wait(connection: &mut AnyConnection, case: &str) -> Result<(), StoreError> {
    match number(connection, IS_WAITING, [case.into()]).await? {
        0 => Err(StoreError::NoSuch("case that waits")),
        _ => Ok(()),
    }
}
