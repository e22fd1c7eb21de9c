//! What came of comparing what the platform shows with the public log. Must not compare.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, fetch_one, instant, parsed,
    with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::DecisionId;
use sqlx::any::AnyRow;

const LOOKS: &str = "select at, size, listed, agree, pending, explained, unlogged, undone, trouble \
    from monitor_look order by seq desc limit $1";
const LAST_GOOD: &str = "select at, size, listed, agree, pending, explained, unlogged, undone, trouble \
    from monitor_look where trouble is null order by seq desc limit 1";
const FINDINGS: &str =
    "select kind, why, measure, decision, item, account from monitor_finding order by position";
const CLEAR: &str = "delete from monitor_finding";
const CONCERNED: &str = "select d.id, d.decided_at, d.account_id, i.item_id from decision d \
    left join item i on i.event_seq = d.event_seq where d.id in ({list})";
const LOOK: Insert = Insert {
    into: "insert into monitor_look \
        (at, size, listed, agree, pending, explained, unlogged, undone, trouble)",
    columns: 9,
    then: "",
};
const FINDING: Insert = Insert {
    into: "insert into monitor_finding (kind, why, measure, decision, item, account)",
    columns: 6,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[LOOKS, LAST_GOOD, FINDINGS, CLEAR, CONCERNED];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&LOOK, &FINDING];

/// Counts of one comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonitorLook {
    /// When.
    pub at: Timestamp,
    /// Leaves of the log then.
    pub size: u64,
    /// Measures that the platform listed.
    pub listed: u64,
    /// Those that the log has as well.
    pub agree: u64,
    /// Leaves too young to be missed.
    pub pending: u64,
    /// Items that their authors deleted.
    pub explained: u64,
    /// Measures without a leaf.
    pub unlogged: u64,
    /// Leaves without a measure.
    pub undone: u64,
    /// Why the platform could not be asked.
    pub trouble: Option<String>,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonitorFinding {
    /// `unlogged` or `undone`.
    pub kind: String,
    /// What is wrong with it.
    pub why: String,
    /// The word of the measure.
    pub measure: String,
    /// The decision, as the platform or the log names it.
    pub decision: Option<String>,
    /// The platform's id of the item; not for the public.
    pub item: Option<String>,
    /// The platform's id of the account; not for the public.
    pub account: Option<String>,
}

/// Whom and what a decision is about; absent after an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned {
    /// The decision.
    pub decision: DecisionId,
    /// When it was made.
    pub at: Timestamp,
    /// The item.
    pub item: Option<String>,
    /// The account.
    pub account: Option<String>,
}

impl Store {
    /// Keeps what a comparison found, in place of what the one before found.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn keep_monitor_look(
        &self,
        look: &MonitorLook,
        findings: &[MonitorFinding],
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let counts = [
            look.size,
            look.listed,
            look.agree,
            look.pending,
            look.explained,
            look.unlogged,
            look.undone,
        ];
        let mut row: Vec<Value> = vec![look.at.into()];
        row.extend(counts.map(Value::from_count));
        row.push(Value::text(look.trouble.as_deref()));
        LOOK.run(&mut tx, row).await?;
        if look.trouble.is_none() {
            execute(&mut tx, CLEAR, []).await?;
            let rows = findings.iter().flat_map(|one| {
                [
                    one.kind.as_str().into(),
                    one.why.as_str().into(),
                    one.measure.as_str().into(),
                    Value::text(one.decision.as_deref()),
                    Value::text(one.item.as_deref()),
                    Value::text(one.account.as_deref()),
                ]
            });
            FINDING.run(&mut tx, rows.collect()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The last comparisons, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn monitor_looks(&self, most: u32) -> Result<Vec<MonitorLook>, StoreError> {
        let rows = fetch(&mut *self.read().await?, LOOKS, [i64::from(most).into()]).await?;
        rows.iter().map(look).collect()
    }

    /// The last comparison that could be made, and what it found.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn last_monitor_look(
        &self,
    ) -> Result<Option<(MonitorLook, Vec<MonitorFinding>)>, StoreError> {
        let mut reader = self.read().await?;
        let Some(row) = fetch_one(&mut reader, LAST_GOOD, []).await? else { return Ok(None) };
        let found = fetch(&mut reader, FINDINGS, []).await?;
        let finding = |row: &AnyRow| {
            Ok(MonitorFinding {
                kind: column(row, 0)?,
                why: column(row, 1)?,
                measure: column(row, 2)?,
                decision: column(row, 3)?,
                item: column(row, 4)?,
                account: column(row, 5)?,
            })
        };
        let findings: Result<_, StoreError> = found.iter().map(finding).collect();
        Ok(Some((look(&row)?, findings?)))
    }

    /// Whom and what these decisions are about.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn concerned(&self, of: &[DecisionId]) -> Result<Vec<Concerned>, StoreError> {
        let mut found = Vec::new();
        let mut reader = self.read().await?;
        for part in of.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.to_string().into()).collect();
            let (sql, values) = with_list(CONCERNED, ids);
            for row in fetch(&mut reader, sql, values).await? {
                let kept = |text: Option<String>| text.filter(|text| !text.is_empty());
                found.push(Concerned {
                    decision: parsed(&row, 0, "a decision's id")?,
                    at: instant(&row, 1)?,
                    account: kept(column(&row, 2)?),
                    item: kept(column(&row, 3)?),
                });
            }
        }
        Ok(found)
    }
}

fn look(row: &AnyRow) -> Result<MonitorLook, StoreError> {
    Ok(MonitorLook {
        at: instant(row, 0)?,
        size: count(row, 1)?,
        listed: count(row, 2)?,
        agree: count(row, 3)?,
        pending: count(row, 4)?,
        explained: count(row, 5)?,
        unlogged: count(row, 6)?,
        undone: count(row, 7)?,
        trouble: column(row, 8)?,
    })
}
