//! How the reports of somebody came out, for staff: who reported much lately, and report by report what was held. Must not
//! weigh anything: `report_notices` does, and must not change anything.

use crate::report_notices::now_in;
use crate::sql::{column, count, fetch, fetch_one, instant, maybe_instant, maybe_parsed, parsed};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{CaseId, DecisionId};

/// How somebody reported of late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReporterTally {
    /// Their latest report: by it they are found, without being named.
    pub report: String,
    /// How many reports there were.
    pub reports: u64,
    /// How many of them are decided.
    pub decided: u64,
    /// How many of these were held to be breaches.
    pub upheld: u64,
    /// How many were manifestly unfounded.
    pub unfounded: u64,
    /// When the latest came.
    pub latest_at: Timestamp,
}

/// One report, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOutcome {
    /// Its id.
    pub report: String,
    /// The case in which it was dealt with.
    pub case: CaseId,
    /// When it came.
    pub received_at: Timestamp,
    /// The decision in force.
    pub decision: Option<DecisionId>,
    /// When that was made.
    pub decided_at: Option<Timestamp>,
    /// Whether it holds a breach.
    pub breach: bool,
    /// When a person held that it was manifestly unfounded.
    pub unfounded_at: Option<Timestamp>,
}

const TALLIES: &str = concat!(
    "select (select x.id from report x where x.reporter = r.reporter \
        order by x.received_at desc, x.id limit 1), \
    count(*), count(d.id), coalesce(sum(d.breach), 0), count(u.report_id), max(r.received_at) \
    from report r left join decision d on d.case_id = ",
    now_in!(),
    " \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    left join unfounded u on u.report_id = r.id \
    where r.reporter is not null and r.received_at > $1 \
    group by r.reporter order by 2 desc, 6 desc limit $2"
);
const WHO: &str = "select reporter from report where id = $1 and reporter is not null";
const OF: &str = concat!(
    "select r.id, ",
    now_in!(),
    ", r.received_at, d.id, d.decided_at, coalesce(d.breach, 0), u.at \
    from report r left join decision d on d.case_id = ",
    now_in!(),
    " \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    left join unfounded u on u.report_id = r.id \
    where r.reporter = $1 order by r.received_at desc, r.id limit $2"
);

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[TALLIES, WHO, OF];

impl Store {
    /// Who reported since then, those with the most reports first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reporters_since(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ReporterTally>, StoreError> {
        let values = [since.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, TALLIES, values).await?;
        rows.iter()
            .map(|row| {
                Ok(ReporterTally {
                    report: column(row, 0)?,
                    reports: count(row, 1)?,
                    decided: count(row, 2)?,
                    upheld: count(row, 3)?,
                    unfounded: count(row, 4)?,
                    latest_at: instant(row, 5)?,
                })
            })
            .collect()
    }

    /// Who sent a report; `None` when there is no such report, or nobody knows.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn who_reported(&self, report: &str) -> Result<Option<String>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, WHO, [report.into()]).await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    /// The latest reports of somebody with what became of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reports_of(
        &self,
        reporter: &str,
        limit: u32,
    ) -> Result<Vec<ReportOutcome>, StoreError> {
        let values = [reporter.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, OF, values).await?;
        rows.iter()
            .map(|row| {
                Ok(ReportOutcome {
                    report: column(row, 0)?,
                    case: parsed(row, 1, "a case's id")?,
                    received_at: instant(row, 2)?,
                    decision: maybe_parsed(row, 3, "a decision's id")?,
                    decided_at: maybe_instant(row, 4)?,
                    breach: column::<i64>(row, 5)? != 0,
                    unfounded_at: maybe_instant(row, 6)?,
                })
            })
            .collect()
    }
}
