//! Cases that wait for people, with what was reported and proposed. A case's state is read from
//! later rows: a proposal, a decision.

use crate::queue::{WORK, Work, read_work, targets};
use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, fetch_one, instant, maybe_parsed,
    number, parsed, unreadable, whole, with_list,
};
use crate::{Cursor, Page, Store, StoreError, StoredEvent};
use jiff::Timestamp;
use model::{Case, CaseId, CaseState, ClauseId, DecisionId, Finding, ItemId, Json};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, HashMap};

/// Which cases to list, decided or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only those that are decided.
    pub decided: bool,
    /// Only those that were opened in this queue.
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
    /// How pressing it is and who has it, while it waits.
    pub work: Option<Work>,
    /// The case on the same item in which it goes on.
    pub merged_into: Option<CaseId>,
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
    /// How reliable the reporter was when it came, in thousandths; 500 where nothing is known.
    pub trust: u32,
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
    (select count(*) from proposal p where p.case_id = c.id), \
    (select m.into_case from case_merged m where m.case_id = c.id) \
    from casefile c left join decision d on d.case_id = c.id and (d.replaces is null \
        or not exists (select 1 from decision e where e.id = d.replaces and e.case_id = c.id))";
const PAGE_ALL: &str = " where c.seq < $1 and ($2 = '' or c.queue = $2) \
    and ($3 = 0 or d.id is not null) order by c.seq desc limit $4";
const ONE: &str = " where c.id = $1";
const EVENT: &str = "select e.action_id, e.action_name, e.happened_at, e.data, e.secret_data, \
    e.received_at, e.rulebook, e.became, e.became_of \
    from casefile c join event e on e.seq = c.event_seq where c.id = $1";
const FINDINGS: &str = "select case_id, body, event_seq, position from case_finding \
    where case_id in ({list}) order by case_id, event_seq, position";
const SPLIT: &str = "select case_id, clause, up_to_event from case_split \
    where clause is not null and case_id in ({list})";
/// Reports that are dealt with in a case now: those that came to it and stayed, and those that were moved to it.
const REPORTS: &str = "select id, item_id, $1, clause, reason, reporter, received_at, trust from report r \
    where r.case_id = $1 and not exists (select 1 from report_move m where m.report_id = r.id) \
    union all select id, item_id, $1, clause, reason, reporter, received_at, trust \
    from report_move m join report r on r.id = m.report_id \
    where m.to_case = $1 and not exists \
        (select 1 from report_move l where l.report_id = m.report_id and l.seq > m.seq) \
    order by 7, 1";
const MERGED_INTO: &str = "select into_case from case_merged where case_id = $1";
const ITS_WORK: &str = " from waiting w where w.case_id = $1";
const PROPOSAL: &str = "select case_id, proposed_by, verdict, why, proposed_at from proposal \
    where case_id = $1 order by seq desc limit 1";
const WAITING: &str = "select item_id, case_id from waiting where item_id in ({list}) \
    order by case_seq desc";
const QUEUES: &str = "select queue, count(*) from waiting where leader is null group by queue";
/// Whoever proposes is done with it: a second person must be able to take it up.
const PROPOSED: &str = "update waiting set proposed = 1, claimed_by = null, claimed_until = null \
    where case_id = $1";
const IS_WAITING: &str = "select count(*) from waiting where case_id = $1";
const REPORT: Insert = Insert {
    into: "insert into report (id, case_id, item_id, clause, reason, reporter, received_at, trust)",
    columns: 8,
    then: "",
};
const PROPOSE: Insert = Insert {
    into: "insert into proposal (case_id, proposed_by, verdict, why, proposed_at)",
    columns: 5,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    SELECT,
    EVENT,
    FINDINGS,
    SPLIT,
    REPORTS,
    PROPOSAL,
    WAITING,
    QUEUES,
    IS_WAITING,
    PROPOSED,
    MERGED_INTO,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&REPORT, &PROPOSE];

/// A case as it is listed, with its place.
pub(crate) struct Listed {
    pub(crate) seq: i64,
    pub(crate) case: Case,
    pub(crate) decision: Option<DecisionId>,
}

fn read(row: &AnyRow) -> Result<Listed, StoreError> {
    let mut case: Case = whole(row, 2, "a case")?;
    let decision = maybe_parsed(row, 3, "a decision's id")?;
    let merged = column::<Option<&str>>(row, 5)?.is_some();
    case.state = match (decision, column::<i64>(row, 4)?) {
        (Some(_), _) => CaseState::Decided,
        (None, _) if merged => CaseState::Merged,
        (None, 0) => CaseState::Waiting,
        (None, _) => CaseState::Proposed,
    };
    Ok(Listed { seq: column(row, 0)?, case, decision })
}

/// Adds findings that joined later, and leaves out what went to a case of its own.
pub(crate) async fn add_findings(
    connection: &mut AnyConnection,
    cases: &mut [Listed],
) -> Result<(), StoreError> {
    for part in cases.chunks_mut(LONGEST_LIST) {
        let ids: Vec<Value> = part.iter().map(|listed| listed.case.id.to_string().into()).collect();
        let (sql, values) = with_list(SPLIT, ids.clone());
        let mut gone: Vec<(CaseId, ClauseId, i64)> = Vec::new();
        for row in fetch(connection, sql, values).await? {
            let clause = parsed(&row, 1, "a case's clause")?;
            gone.push((parsed(&row, 0, "a case's id")?, clause, column(&row, 2)?));
        }
        for (id, clause, _) in &gone {
            for listed in part.iter_mut().filter(|listed| listed.case.id == *id) {
                listed.case.findings.retain(|finding| finding.clause != *clause);
            }
        }
        let (sql, values) = with_list(FINDINGS, ids);
        for row in fetch(connection, sql, values).await? {
            let id: CaseId = parsed(&row, 0, "a case's id")?;
            let finding: Finding = whole(&row, 1, "a finding")?;
            let event: i64 = column(&row, 2)?;
            let left = |(case, clause, up_to): &(CaseId, ClauseId, i64)| {
                *case == id && *clause == finding.clause && event <= *up_to
            };
            // What a merge brought back came after it had left.
            let brought_back = column::<i64>(&row, 3)? >= crate::work::MERGED_FROM;
            if !brought_back && gone.iter().any(left) {
                continue;
            }
            if let Some(listed) = part.iter_mut().find(|listed| listed.case.id == id) {
                listed.case.findings.push(finding);
            }
        }
    }
    Ok(())
}

pub(crate) async fn listed(
    connection: &mut AnyConnection,
    id: CaseId,
) -> Result<Option<Listed>, StoreError> {
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
        trust: u32::try_from(column::<i64>(row, 7)?).unwrap_or(500),
    })
}

/// The reports that are dealt with in a case.
pub(crate) async fn reports_of(
    connection: &mut AnyConnection,
    case: &str,
) -> Result<Vec<Report>, StoreError> {
    fetch(connection, REPORTS, [case.into()]).await?.iter().map(read_report).collect()
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
    /// Cases, decided or not, the latest first. For the order of work see [`Self::queue`].
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
        let seq = after.map_or(i64::MAX, |cursor| cursor.seq);
        let more = i64::from(limit) + 1;
        let values = [seq.into(), queue.into(), filter.decided.into(), more.into()];
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, format!("{SELECT}{PAGE_ALL}"), values).await?;
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
        let Some(mut listed) = listed(&mut reader, id).await? else { return Ok(None) };
        let id = id.to_string();
        let event = fetch_one(&mut reader, EVENT, [id.as_str().into()]).await?;
        let reports = reports_of(&mut reader, &id).await?;
        let proposal = fetch_one(&mut reader, PROPOSAL, [id.as_str().into()]).await?;
        let work = work_of(&mut reader, &id).await?;
        if let Some(work) = &work {
            listed.case.queue.clone_from(&work.queue);
        }
        let merged = fetch_one(&mut reader, MERGED_INTO, [id.into()]).await?;
        let merged = merged.map(|row| parsed(&row, 0, "a case's id")).transpose()?;
        Ok(Some(StoredCase {
            case: listed.case,
            event: StoredEvent::read(&event.ok_or(StoreError::NoSuch("event"))?)?,
            reports,
            proposal: proposal.as_ref().map(read_proposal).transpose()?,
            decision: listed.decision,
            work,
            merged_into: merged,
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
        keep_report(&mut tx, report, opens).await?;
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
        execute(&mut tx, PROPOSED, [id.as_str().into()]).await?;
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

/// Keeps a report in the transaction of the caller.
pub(crate) async fn keep_report(
    connection: &mut AnyConnection,
    report: &Report,
    opens: Option<&Case>,
) -> Result<(), StoreError> {
    if let Some(case) = opens {
        Store::open_case(connection, case).await?;
    }
    let id = report.case.to_string();
    must_wait(connection, &id).await?;
    let row = [
        report.id.as_str().into(),
        id.as_str().into(),
        report.item.as_str().into(),
        Value::text(report.clause.as_ref().map(|clause| clause.as_str())),
        report.reason.as_str().into(),
        Value::text(report.reporter.as_deref()),
        report.received_at.into(),
        i64::from(report.trust).into(),
    ];
    REPORT.run(connection, row.into()).await?;
    crate::work::recount(connection, &id).await
}

/// What the work list says of a case.
pub(crate) async fn work_of(
    connection: &mut AnyConnection,
    case: &str,
) -> Result<Option<Work>, StoreError> {
    let targets = targets(connection).await?;
    let row = fetch_one(connection, format!("select {WORK}{ITS_WORK}"), [case.into()]).await?;
    row.map(|row| read_work(&row, 0, &targets)).transpose()
}

pub(crate) async fn must_wait(
    connection: &mut AnyConnection,
    case: &str,
) -> Result<(), StoreError> {
    match number(connection, IS_WAITING, [case.into()]).await? {
        0 => Err(StoreError::NoSuch("case that waits")),
        _ => Ok(()),
    }
}
