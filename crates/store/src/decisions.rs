//! Decisions as they are kept, for pages and programs. What happened to a decision later (replaced,
//! enforced, delivered) is read from later rows: no row is ever changed.

use crate::sql::{
    LONGEST_LIST, Value, column, count, fetch, fetch_one, instant, maybe_parsed, parsed,
    unreadable, whole, with_list,
};
use crate::{Store, StoreError, StoredEnding};
use jiff::Timestamp;
use model::{AccountId, ClauseId, Decision, DecisionId, Json, Receipt, RulebookVersion, Statement};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::fmt;
use std::str::FromStr;

/// A decision as it is kept, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDecision {
    /// The decision.
    pub decision: Decision,
    /// Its statement of reasons.
    pub statement: Statement,
    /// The decision that took its place.
    pub replaced_by: Option<DecisionId>,
    /// What the platform said, oldest first.
    pub receipts: Vec<Receipt>,
    /// Measures of it that ended by themselves, in the order of the measures.
    pub endings: Vec<StoredEnding>,
    /// Its place in the public log, from 0.
    pub leaf: u64,
    /// Whether the platform was asked to do something.
    pub acts: bool,
}

/// Which decisions to list. Empty = all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionFilter {
    /// The gravest clause breached.
    pub clause: Option<ClauseId>,
    /// The word of a measure taken: `remove`.
    pub measure: Option<String>,
    /// Breach (`true`) or no breach.
    pub breach: Option<bool>,
    /// Decided by automation alone (`true`) or by people.
    pub automated: Option<bool>,
    /// Under this rulebook.
    pub rulebook: Option<RulebookVersion>,
    /// Words in the clause or the public facts, without regard to case.
    pub text: Option<String>,
    /// Decided at or after.
    pub since: Option<Timestamp>,
}

/// A page of a list, and where the next one starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    /// The entries.
    pub entries: Vec<T>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<C>,
}

/// A place in a list; stays right while the list grows. Goes through URLs as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) rank: i64,
    pub(crate) seq: i64,
}

/// A text that is no place in a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in this list: follow the link to the next page, or leave it out")]
pub struct CursorError(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.rank, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        text.split_once('.')
            .and_then(|(rank, seq)| Some(Self { rank: rank.parse().ok()?, seq: seq.parse().ok()? }))
            .ok_or_else(|| CursorError::of(text))
    }
}

impl CursorError {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.chars().take(60).collect())
    }
}

const SELECT: &str = "select d.seq, d.body, s.body, later.id, o.decision_seq \
    from decision d join statement s on s.decision_seq = d.seq \
    left join decision later on later.replaces = d.id \
    left join outbox o on o.decision_seq = d.seq";
const BY_CLAUSE: &str = "d.clause = ";
const BY_MEASURE: &str =
    "exists (select 1 from measure m where m.decision_seq = d.seq and m.word = ";
const BY_BREACH: &str = "d.breach = ";
const BY_AUTOMATION: &str = "d.automated = ";
const BY_RULEBOOK: &str = "d.rulebook = ";
const BY_TEXT: &str = "s.public_text like ";
const BY_TIME: &str = "d.decided_at >= ";
const BEFORE: &str = "d.seq < ";
const BY_ID: &str = "d.id = ";
const BY_ACCOUNT: &str = "d.account_id = ";
const OF_ITEM: &str = "d.event_seq in (select event_seq from item where item_id = ";
/// A quote inside a text is escaped, so only the member itself is written so.
const EMERGENCY: &str = " and instr(d.body, '\"emergency\":{') > 0";
const RECEIPTS: &str = "select r.decision_seq, d.id, r.state, r.at, r.detail \
    from receipt r join decision d on d.seq = r.decision_seq \
    where r.decision_seq in ({list}) order by r.at, r.state";
const REGULATOR: &str = "select s.regulator from decision d \
    join statement s on s.decision_seq = d.seq where d.id = $1";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[SELECT, RECEIPTS, REGULATOR];

/// A query for decisions, grown condition by condition.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn new() -> Self {
        Self { sql: SELECT.into(), values: Vec::new() }
    }

    fn and(&mut self, condition: &'static str, value: Option<impl Into<Value>>, close: &str) {
        let Some(value) = value else { return };
        self.sql.push_str(if self.values.is_empty() { " where " } else { " and " });
        self.values.push(value.into());
        self.sql.push_str(&format!("{condition}${}{close}", self.values.len()));
    }

    fn filtered(filter: &DecisionFilter, after: Option<&Cursor>) -> Self {
        let mut query = Self::new();
        query.and(BEFORE, after.map(|cursor| cursor.seq), "");
        query.and(BY_CLAUSE, filter.clause.as_ref().map(ClauseId::as_str), "");
        query.and(BY_MEASURE, filter.measure.as_deref(), ")");
        query.and(BY_BREACH, filter.breach, "");
        query.and(BY_AUTOMATION, filter.automated, "");
        query.and(BY_RULEBOOK, filter.rulebook.as_ref().map(RulebookVersion::as_str), "");
        query.and(BY_TIME, filter.since, "");
        for word in filter.text.as_deref().unwrap_or_default().split_whitespace().take(8) {
            query.and(BY_TEXT, Some(containing(word)), " escape '\\'");
        }
        query
    }

    async fn run(
        mut self,
        connection: &mut AnyConnection,
        limit: i64,
    ) -> Result<Vec<StoredDecision>, StoreError> {
        self.values.push(limit.into());
        self.sql.push_str(&format!(" order by d.seq desc limit ${}", self.values.len()));
        let rows = fetch(connection, self.sql, self.values).await?;
        let mut decisions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        add_receipts(connection, &mut decisions).await?;
        crate::endings::add_endings(connection, &mut decisions).await?;
        Ok(decisions)
    }
}

/// A pattern for texts that contain the word, in lower case, taken literally.
fn containing(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn read(row: &AnyRow) -> Result<StoredDecision, StoreError> {
    Ok(StoredDecision {
        decision: whole(row, 1, "a decision")?,
        statement: whole(row, 2, "a statement")?,
        replaced_by: maybe_parsed(row, 3, "a decision's id")?,
        receipts: Vec::new(),
        endings: Vec::new(),
        leaf: count(row, 0)?,
        acts: column::<Option<i64>>(row, 4)?.is_some(),
    })
}

async fn add_receipts(
    connection: &mut AnyConnection,
    decisions: &mut [StoredDecision],
) -> Result<(), StoreError> {
    for part in decisions.chunks_mut(LONGEST_LIST) {
        let places = part.iter().map(|decision| Value::from_count(decision.leaf)).collect();
        let (sql, values) = with_list(RECEIPTS, places);
        for row in fetch(connection, sql, values).await? {
            let place = count(&row, 0)?;
            let receipt = Receipt {
                decision: parsed(&row, 1, "a decision's id")?,
                ending: None,
                state: serde_json::from_value(column::<&str>(&row, 2)?.into())
                    .map_err(|error| unreadable("a receipt", &error))?,
                at: instant(&row, 3)?,
                detail: column(&row, 4)?,
            };
            let decision = part.iter_mut().find(|decision| decision.leaf == place);
            decision.into_iter().for_each(|decision| decision.receipts.push(receipt.clone()));
        }
    }
    Ok(())
}

/// The latest decision on an item.
pub(crate) async fn latest_on(
    connection: &mut AnyConnection,
    item: &str,
) -> Result<Option<StoredDecision>, StoreError> {
    let mut query = Query::new();
    query.and(OF_ITEM, Some(item), ")");
    Ok(query.run(connection, 1).await?.into_iter().next())
}

impl<T, C> Page<T, C> {
    /// Cuts a page of `limit` out of entries that were asked for with one more than that.
    pub(crate) fn cut(mut entries: Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> C) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(cursor);
        Self { entries, next }
    }
}

impl Store {
    /// Decisions, the last recorded first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn decisions(
        &self,
        filter: &DecisionFilter,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<StoredDecision>, StoreError> {
        let mut reader = self.read().await?;
        let query = Query::filtered(filter, after);
        let entries = query.run(&mut reader, i64::from(limit) + 1).await?;
        Ok(Page::cut(entries, limit, |last| Cursor {
            rank: 0,
            seq: i64::try_from(last.leaf).unwrap_or(i64::MAX),
        }))
    }

    /// Decisions that passed over the ladder's warning, the last recorded first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn emergencies(
        &self,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<StoredDecision>, StoreError> {
        let mut query = Query::new();
        query.and(BEFORE, Some(after.map_or(i64::MAX, |cursor| cursor.seq)), "");
        query.sql.push_str(EMERGENCY);
        let entries = query.run(&mut *self.read().await?, i64::from(limit) + 1).await?;
        Ok(Page::cut(entries, limit, |last| Cursor {
            rank: 0,
            seq: i64::try_from(last.leaf).unwrap_or(i64::MAX),
        }))
    }

    /// One decision.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn decision(&self, id: DecisionId) -> Result<Option<StoredDecision>, StoreError> {
        let mut query = Query::new();
        query.and(BY_ID, Some(id.to_string()), "");
        Ok(query.run(&mut *self.read().await?, 1).await?.into_iter().next())
    }

    /// All decisions about an account's items, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn decisions_about(
        &self,
        account: &AccountId,
    ) -> Result<Vec<StoredDecision>, StoreError> {
        let mut query = Query::new();
        query.and(BY_ACCOUNT, Some(account.as_str()), "");
        let mut all = query.run(&mut *self.read().await?, i64::MAX).await?;
        all.reverse();
        Ok(all)
    }

    /// The regulator's view of a decision, as it was handed over; `None` when none is owed (or
    /// there is no such decision).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn regulator_view(&self, id: DecisionId) -> Result<Option<Json>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, REGULATOR, [id.to_string().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        column::<Option<&str>>(&row, 0)?
            .map(|text| Json::parse(text).map_err(|error| unreadable("a regulator's view", &error)))
            .transpose()
    }
}
