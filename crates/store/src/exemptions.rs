//! Exemptions as they are kept: that one began, that it ended (each with its leaf, in one transaction), and which
//! decisions were made under it. Must not decide who gets one, nor what follows when one ends.

use crate::leaf::{self, hour};
use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, fetch_one, instant, json,
    maybe_instant, number, parsed, unreadable, whole, with_list,
};
use crate::{Page, Store, StoreError};
use jiff::Timestamp;
use model::{AffiliationKind, ClauseId, DecisionId, Exemption, ExemptionEnd, ItemId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;
use tlog::Canonical;

/// An exemption with its places in the log and what was decided under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredExemption {
    /// The exemption.
    pub exemption: Exemption,
    /// Place of the leaf that says that it began.
    pub leaf: u64,
    /// Place of the leaf that says that it ended.
    pub end_leaf: Option<u64>,
    /// Decisions that were made under it, the first first.
    pub decisions: Vec<DecisionId>,
}

/// Which exemptions to list. Empty = all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExemptionFilter {
    /// About this clause.
    pub clause: Option<ClauseId>,
    /// For an account of this class.
    pub class: Option<AffiliationKind>,
    /// Those that run (`true`), or those that ended.
    pub running: Option<bool>,
    /// Begun before the one at this place.
    pub before: Option<u64>,
}

/// A decision that was made under an exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptDecision {
    /// The decision.
    pub decision: DecisionId,
    /// The first decision on the same event: itself, unless it took the place of another.
    pub first: DecisionId,
    /// The exemption.
    pub exemption: String,
    /// When it was made.
    pub decided_at: Timestamp,
    /// The decision that took its place since.
    pub replaced_by: Option<DecisionId>,
}

const SELECT: &str = "select x.leaf_seq, x.id, x.item_id, x.account_id, x.clause, x.class, x.reason, x.notice, \
        x.people, x.from_at, x.until_at, e.at, e.revoked, e.ended_by, e.leaf_seq \
    from exemption x left join exemption_end e on e.exemption_seq = x.leaf_seq";
const ONE: &str = " where x.id = $1";
const OF_ITEMS: &str = " where x.item_id in ({list}) order by x.leaf_seq";
const DUE: &str = " where x.until_at <= $1 and e.at is null order by x.until_at limit $2";
const SOME: &str = " where x.leaf_seq < $1";
const UNDER: &str = "select x.exemption_id, d.id from exempt_decision x join decision d on d.seq = x.decision_seq \
    where x.exemption_id in ({list}) order by d.seq";
const RUNNING: &str = "select x.leaf_seq from exemption x where x.id = $1 \
    and not exists (select 1 from exemption_end e where e.exemption_seq = x.leaf_seq)";
const KNOWN: &str = "select count(*) from exemption where id = $1";
/// Breaches that stand, on items for which an exemption runs since, and that were not made under it.
const TO_APPLY: &str = "select x.id, d.id from exemption x \
    join item i on i.item_id = x.item_id join decision d on d.event_seq = i.event_seq \
    where x.from_at <= $1 and x.until_at > $1 and d.breach = 1 and d.clause = x.clause \
    and not exists (select 1 from exemption_end e where e.exemption_seq = x.leaf_seq) \
    and not exists (select 1 from exempt_decision u where u.decision_seq = d.seq) \
    and not exists (select 1 from decision later where later.replaces = d.id) order by d.seq";
/// Decisions that stand under an exemption that ended, whose item waits for nobody.
const TO_REFER: &str = "select x.id, d.id from exemption_end e join exemption x on x.leaf_seq = e.exemption_seq \
    join exempt_decision u on u.exemption_id = x.id join decision d on d.seq = u.decision_seq \
    where x.item_id <> '(erased)' \
    and not exists (select 1 from decision later where later.replaces = d.id) \
    and not exists (select 1 from waiting w where w.item_id = x.item_id) order by d.seq";
const STANDS: &str = "select d.id, u.exemption_id from item i join decision d on d.event_seq = i.event_seq \
    join exempt_decision u on u.decision_seq = d.seq where i.item_id = $1 \
    and not exists (select 1 from decision later where later.replaces = d.id) order by d.seq desc limit 1";
const SINCE: &str = "select d.id, f.id, u.exemption_id, d.decided_at, later.id from exempt_decision u \
    join decision d on d.seq = u.decision_seq \
    join decision f on f.event_seq = d.event_seq and f.replaces is null \
    left join decision later on later.replaces = d.id \
    where d.decided_at >= $1 order by d.seq, f.seq";
const BEGUN: &str = "select from_at, class from exemption order by from_at";
const EXEMPTION: Insert = Insert {
    into: "insert into exemption (leaf_seq, id, item_id, account_id, clause, class, reason, notice, people, \
        from_at, until_at)",
    columns: 11,
    then: "",
};
const END: Insert = Insert {
    into: "insert into exemption_end (exemption_seq, leaf_seq, at, revoked, ended_by)",
    columns: 5,
    then: "",
};
/// What is forgotten with the events of an item; each takes their list. Must run before the item is forgotten.
pub(crate) const FORGET: [&str; 4] = [
    "update act_word set reason = '(erased)' where act_seq in (select seq from act where class = 'exemption' \
        and about in (select item_id from item where event_seq in ({list})))",
    "update act set about = '', body = '{}', why = '(erased)' where class = 'exemption' \
        and about in (select item_id from item where event_seq in ({list}))",
    "update exemption_end set revoked = '(erased)' where revoked is not null and exemption_seq in \
        (select leaf_seq from exemption where item_id in (select item_id from item where event_seq in ({list})))",
    "update exemption set item_id = '(erased)', account_id = '(erased)', reason = '(erased)', notice = '(erased)' \
        where item_id in (select item_id from item where event_seq in ({list}))",
];

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    SELECT, UNDER, RUNNING, KNOWN, TO_APPLY, TO_REFER, STANDS, SINCE, BEGUN, FORGET[0], FORGET[1],
    FORGET[2], FORGET[3],
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&EXEMPTION, &END];

/// The leaf that an exemption began: nothing in it says whose item it is about.
fn begins(exemption: &Exemption) -> Vec<u8> {
    let people = u32::try_from(exemption.people.len()).unwrap_or(u32::MAX);
    Canonical::Object(vec![
        ("v".into(), Canonical::Integer(2)),
        ("kind".into(), Canonical::text("exemption")),
        ("exemption".into(), Canonical::text(exemption.id.as_str())),
        ("clause".into(), Canonical::text(exemption.clause.as_str())),
        ("account_class".into(), Canonical::text(exemption.class.word())),
        ("from".into(), Canonical::Text(hour(exemption.from))),
        ("until".into(), Canonical::Text(hour(exemption.until))),
        ("people".into(), Canonical::Integer(people)),
    ])
    .bytes()
}

/// The leaf that it ended.
fn ends(id: &str, end: &ExemptionEnd) -> Vec<u8> {
    Canonical::Object(vec![
        ("v".into(), Canonical::Integer(2)),
        ("kind".into(), Canonical::text("exemption_end")),
        ("exemption".into(), Canonical::text(id)),
        ("ended_at".into(), Canonical::Text(hour(end.at))),
        ("revoked".into(), Canonical::Bool(end.revoked.is_some())),
    ])
    .bytes()
}

impl Store {
    /// Keeps that an exemption began, with its leaf. `false`: it is kept already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn begin_exemption(&self, exemption: &Exemption) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if number(&mut tx, KNOWN, [exemption.id.as_str().into()]).await? > 0 {
            return Ok(false);
        }
        let place = leaf::append(&mut tx, &begins(exemption)).await?;
        let row = vec![
            place.into(),
            exemption.id.as_str().into(),
            exemption.item.as_str().into(),
            exemption.account.as_str().into(),
            exemption.clause.as_str().into(),
            exemption.class.word().into(),
            exemption.reason.as_str().into(),
            exemption.notice.as_str().into(),
            json(&exemption.people, "who agreed to an exemption")?.into(),
            exemption.from.into(),
            exemption.until.into(),
        ];
        EXEMPTION.run(&mut tx, row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps that an exemption ended, with its leaf. `false`: it ended before, or there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn end_exemption(&self, id: &str, end: &ExemptionEnd) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let Some(row) = fetch_one(&mut tx, RUNNING, [id.into()]).await? else { return Ok(false) };
        let place = leaf::append(&mut tx, &ends(id, end)).await?;
        let row = vec![
            column::<i64>(&row, 0)?.into(),
            place.into(),
            end.at.into(),
            Value::text(end.revoked.as_deref()),
            Value::text(end.by.as_deref()),
        ];
        END.run(&mut tx, row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// One exemption.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemption(&self, id: &str) -> Result<Option<StoredExemption>, StoreError> {
        let mut reader = self.read().await?;
        let rows = fetch(&mut reader, format!("{SELECT}{ONE}"), [id.into()]).await?;
        Ok(with_decisions(&mut reader, rows).await?.into_iter().next())
    }

    /// The exemptions of these items, whether they run or not.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemptions_of(
        &self,
        items: &[ItemId],
    ) -> Result<HashMap<ItemId, Vec<Exemption>>, StoreError> {
        let mut found: HashMap<ItemId, Vec<Exemption>> = HashMap::new();
        let mut reader = self.read().await?;
        for part in items.chunks(LONGEST_LIST) {
            let ids = part.iter().map(|id| id.as_str().into()).collect();
            let (sql, values) = with_list(&format!("{SELECT}{OF_ITEMS}"), ids);
            for row in fetch(&mut reader, sql, values).await? {
                let one = read(&row)?.exemption;
                found.entry(one.item.clone()).or_default().push(one);
            }
        }
        Ok(found)
    }

    /// Exemptions whose time is over by `now` and of which nothing is said yet, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due_exemptions(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Exemption>, StoreError> {
        let asked = [now.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, format!("{SELECT}{DUE}"), asked).await?;
        rows.iter().map(|row| Ok(read(row)?.exemption)).collect()
    }

    /// How many exemptions there are, and a page of them, the latest first. What ran is judged at `now`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemptions(
        &self,
        filter: &ExemptionFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<(u64, Page<StoredExemption, u64>), StoreError> {
        let mut asked = String::from(SOME);
        let mut values: Vec<Value> = vec![i64::MAX.into()];
        let equal = [
            ("x.clause", filter.clause.as_ref().map(ClauseId::as_str)),
            ("x.class", filter.class.map(AffiliationKind::word)),
        ];
        for (column, value) in equal {
            let Some(value) = value else { continue };
            values.push(value.into());
            asked.push_str(&format!(" and {column} = ${}", values.len()));
        }
        if let Some(running) = filter.running {
            values.push(now.into());
            let runs = format!("(e.at is null and x.until_at > ${})", values.len());
            asked.push_str(if running { " and " } else { " and not " });
            asked.push_str(&runs);
        }
        let mut reader = self.read().await?;
        let sql = format!(
            "select count(*) from exemption x left join exemption_end e on e.exemption_seq = x.leaf_seq{asked}"
        );
        let all = fetch_one(&mut reader, sql, values.clone()).await?;
        let all = all.map_or(Ok(0), |row| count(&row, 0))?;
        if let (Some(before), Some(place)) = (filter.before, values.first_mut()) {
            *place = Value::from_count(before);
        }
        let limit_of = i64::from(limit) + 1;
        let sql = format!("{SELECT}{asked} order by x.leaf_seq desc limit {limit_of}");
        let rows = fetch(&mut reader, sql, values).await?;
        let entries = with_decisions(&mut reader, rows).await?;
        Ok((all, Page::cut(entries, limit, |last| last.leaf)))
    }

    /// When each exemption began, and for which class of account; the earliest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemptions_begun(&self) -> Result<Vec<(Timestamp, AffiliationKind)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, BEGUN, []).await?;
        rows.iter()
            .map(|row| Ok((instant(row, 0)?, parsed(row, 1, "a class of account")?)))
            .collect()
    }

    /// Breaches that stand as the ladder says, though an exemption runs for their item: exemption and decision.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemptions_to_apply(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(String, DecisionId)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, TO_APPLY, [now.into()]).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, parsed(row, 1, "a decision's id")?))).collect()
    }

    /// Decisions that stand under an exemption that ended, and that wait for nobody: exemption and decision.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exemptions_to_refer(&self) -> Result<Vec<(String, DecisionId)>, StoreError> {
        let rows = fetch(&mut *self.read().await?, TO_REFER, []).await?;
        rows.iter().map(|row| Ok((column(row, 0)?, parsed(row, 1, "a decision's id")?))).collect()
    }

    /// The decision under an exemption that stands on an item, with the exemption.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn stands_exempt(
        &self,
        item: &ItemId,
    ) -> Result<Option<(DecisionId, String)>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, STANDS, [item.as_str().into()]).await?;
        row.map(|row| Ok((parsed(&row, 0, "a decision's id")?, column(&row, 1)?))).transpose()
    }

    /// All decisions made under an exemption since then, in their order. The audit counts them by declared group: it
    /// knows the group of the first decision on the event.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn exempt_decisions(
        &self,
        since: Timestamp,
    ) -> Result<Vec<ExemptDecision>, StoreError> {
        let rows = fetch(&mut *self.read().await?, SINCE, [since.into()]).await?;
        let mut found: Vec<ExemptDecision> = Vec::new();
        for row in &rows {
            let decision = parsed(row, 0, "a decision's id")?;
            // An event may have been decided in two cases: the first decision counts.
            if found.last().is_some_and(|last| last.decision == decision) {
                continue;
            }
            found.push(ExemptDecision {
                decision,
                first: parsed(row, 1, "a decision's id")?,
                exemption: column(row, 2)?,
                decided_at: instant(row, 3)?,
                replaced_by: crate::sql::maybe_parsed(row, 4, "a decision's id")?,
            });
        }
        Ok(found)
    }
}

fn read(row: &AnyRow) -> Result<StoredExemption, StoreError> {
    let id = |error: model::IdError| unreadable("an exemption", &error);
    let ended = maybe_instant(row, 11)?.map(|at| {
        Ok::<_, StoreError>(ExemptionEnd { at, revoked: column(row, 12)?, by: column(row, 13)? })
    });
    let exemption = Exemption {
        id: column(row, 1)?,
        item: ItemId::new(column(row, 2)?).map_err(id)?,
        account: model::AccountId::new(column(row, 3)?).map_err(id)?,
        clause: parsed(row, 4, "a clause")?,
        class: parsed(row, 5, "a class of account")?,
        reason: column(row, 6)?,
        notice: column(row, 7)?,
        people: whole(row, 8, "who agreed to an exemption")?,
        from: instant(row, 9)?,
        until: instant(row, 10)?,
        ended: ended.transpose()?,
    };
    let end_leaf = column::<Option<i64>>(row, 14)?.map(crate::sql::unsigned);
    Ok(StoredExemption { exemption, leaf: count(row, 0)?, end_leaf, decisions: Vec::new() })
}

async fn with_decisions(
    reader: &mut AnyConnection,
    rows: Vec<AnyRow>,
) -> Result<Vec<StoredExemption>, StoreError> {
    let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for part in all.chunks_mut(LONGEST_LIST) {
        let ids = part.iter().map(|one| one.exemption.id.as_str().into()).collect();
        let (sql, values) = with_list(UNDER, ids);
        for row in fetch(reader, sql, values).await? {
            let of: &str = column(&row, 0)?;
            let decision = parsed(&row, 1, "a decision's id")?;
            part.iter_mut()
                .filter(|one| one.exemption.id == of)
                .for_each(|one| one.decisions.push(decision));
        }
    }
    Ok(all)
}

/// Overwrites what exemptions say about these events.
pub(crate) async fn forget(
    connection: &mut AnyConnection,
    events: &[i64],
) -> Result<(), StoreError> {
    for part in events.chunks(LONGEST_LIST) {
        for sql in FORGET {
            let (sql, values) = with_list(sql, part.iter().map(|seq| (*seq).into()).collect());
            execute(connection, sql, values).await?;
        }
    }
    Ok(())
}
