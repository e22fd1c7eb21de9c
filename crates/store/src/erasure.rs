//! Forgetting: what is kept of an item, of an account or of one decision is overwritten everywhere, and
//! the log gets a leaf that says so and names nobody. What was held stays readable, and so does
//! every leaf. Must leave no byte of what is erased in the files.

use crate::leaf::hour;
use crate::redact::{ERASED, redacted};
use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, instant, json, unreadable,
    with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::{AccountId, DecisionId, ItemId};
use sqlx::AnyConnection;
use std::path::Path;
use tlog::Canonical;

/// Fields whose values and openings are erased: all but the names of the people who decided.
pub const ERASABLE: [&str; 6] = ["account", "content", "excerpt", "facts", "reason", "reports"];

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// The event that a decision was made on, with every decision on it.
    Decision(DecisionId),
    /// All that is kept of an item.
    Item(ItemId),
    /// All that is kept of an account and of its items.
    Account(AccountId),
}

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Place of the leaf that says so.
    pub leaf: u64,
    /// How many events are overwritten.
    pub events: u64,
    /// How many decisions are without what could point to a person.
    pub decisions: u64,
    /// How many openings were deleted.
    pub openings: u64,
}

/// An erasure as it must be done again on an older copy. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Erasure {
    /// `decision`, `item` or `account`.
    pub scope: String,
    /// When.
    pub erased_at: Timestamp,
    /// Number and arrival (microseconds since 1970) of each event.
    pub events: Vec<(i64, i64)>,
}

const OF_DECISION: &str = "select event_seq from decision where id = $1";
const OF_ITEM: &str = "select event_seq from item where item_id = $1";
const OF_ACCOUNT: &str = "select event_seq from item where account_id = $1 \
    union select event_seq from decision where account_id = $1";
const ARRIVALS: &str = "select seq, received_at from event where seq in ({list}) order by seq";
const SUBJECTS: &str = "select item_id, account_id from item where event_seq in ({list})";
const DECISIONS: &str = "select d.seq, d.body, s.body, s.regulator, o.body \
    from decision d join statement s on s.decision_seq = d.seq \
    left join outbox o on o.decision_seq = d.seq where d.event_seq in ({list})";
const UNSENT: &str = "select count(*) from delivery w join decision d on d.seq = w.decision_seq \
    where w.next_at is not null and d.event_seq in ({list})";
const CASES: &str = "select id, body from casefile where event_seq in ({list})";
const CASE_FINDINGS: &str =
    "select case_id, event_seq, position, body from case_finding where event_seq in ({list})";
const PROPOSALS: &str = "select p.seq, p.verdict from proposal p \
    join casefile c on c.id = p.case_id where c.event_seq in ({list})";
const ERASURES: &str = "select scope, erased_at, events from erasure order by leaf_seq";

const SET_DECISION: &str =
    "update decision set account_id = '', weight = null, body = $2 where seq = $1";
const SET_STATEMENT: &str =
    "update statement set body = $2, public_text = $3, regulator = $4 where decision_seq = $1";
const SET_OUTBOX: &str = "update outbox set body = $2 where decision_seq = $1";
const SET_CASE: &str = "update casefile set item_id = '', body = $2 where id = $1";
const SET_FINDING: &str = "update case_finding set body = $4 \
    where case_id = $1 and event_seq = $2 and position = $3";
const SET_PROPOSAL: &str = "update proposal set verdict = $2, why = $3 where seq = $1";
const OPENINGS: &str = "delete from opening where field <> 'people' \
    and decision_seq in (select seq from decision where event_seq in ({list}))";
/// Each takes the list of events. An event's id becomes one that no platform can send.
const EVERYWHERE: &[&str] = &[
    "update report_notice set reason = '(erased)', name = null, email = null, reporter = null where id in \
        (select notice_id from report where case_id in (select id from casefile where event_seq in ({list})))",
    "update report_notice_item set asked = '' where asked in (select item_id from item where event_seq in ({list})) \
        or asked in (select url from item where url is not null and event_seq in ({list}))",
    "delete from report_notice_waiting where asked in (select item_id from item where event_seq in ({list}))",
    "update case_event set said = null where said is not null and case_id in \
        (select id from casefile where event_seq in ({list}))",
    "delete from monitor_finding where item in (select item_id from item where event_seq in ({list})) \
        or account in (select account_id from item where event_seq in ({list}))",
    "delete from fingerprint where event_seq in ({list})",
    "delete from meaning where event_seq in ({list})",
    "delete from left_up where event_seq in ({list})",
    "delete from signal where event_seq in ({list})",
    "delete from signalled where event_seq in ({list})",
    "delete from event_fact where event_seq in ({list})",
    "delete from conflict where action_id in (select action_id from event where seq in ({list}))",
    "delete from held_verdict where case_id in (select id from casefile where event_seq in ({list}))",
    "delete from waiting where case_id in (select id from casefile where event_seq in ({list}))",
    "update report set item_id = '', reason = '(erased)', reporter = null where case_id in \
        (select id from casefile where event_seq in ({list}))",
    "update delivery set account_id = '' where decision_seq in \
        (select seq from decision where event_seq in ({list}))",
    // What is owed of an ending is still sent: it names nobody.
    "update delivery set account_id = '' where decision_seq in (select e.leaf_seq from ending e \
        join decision d on d.seq = e.decision_seq where d.event_seq in ({list}))",
    "delete from delivery where next_at is not null and decision_seq in \
        (select seq from decision where event_seq in ({list}))",
    "update attempt set why = null where decision_seq in \
        (select seq from decision where event_seq in ({list}))",
    "update receipt set detail = null where decision_seq in \
        (select seq from decision where event_seq in ({list}))",
    "delete from item where event_seq in ({list})",
    "update event set action_id = 'erased ' || seq, action_name = 'erased', data = '{}', \
        secret_data = null, content = zeroblob(32) where seq in ({list})",
    "update event set became = 'nothing', became_of = null where became = 'failed' \
        and seq in ({list})",
];
/// A search for somebody's account or post names them.
const SEARCHES_OF: &str = "delete from saved_filter where instr(query, $1) > 0";
const LABELS: &str = "delete from label_state where entity_id in ({list})";
const COUNTERS_OF: &str = "delete from counter where instr(key, $1) > 0";
const KEPT_OF: &str = "delete from kept_value where instr(key, $1) > 0 or instr(value, $1) > 0";
const REPORTS_OF: &str = "update report set item_id = '', reason = '(erased)', reporter = null where item_id in ({list})";
const LOOKS: &str = "update look set subject = null, why = null where subject in ({list})";
const NOTICES_BY: &str = "update report_notice set name = null, email = null, reporter = null where reporter in ({list})";
const MEASURES_ON: &str = "update reporter_measure set reporter = '' where reporter in ({list})";
/// What somebody said who contested that nothing was wrong with what they had reported.
const CONTESTS_OF: &str = "update appeal set text = '(erased)' where report_id in \
    (select id from report where reporter in ({list}))";
const REPORTER: &str = "update report set reporter = null where reporter in ({list})";
const ERASURE: Insert = Insert {
    into: "insert into erasure (leaf_seq, scope, erased_at, events)",
    columns: 4,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    OF_DECISION,
    OF_ITEM,
    OF_ACCOUNT,
    ARRIVALS,
    SUBJECTS,
    DECISIONS,
    UNSENT,
    CASES,
    CASE_FINDINGS,
    PROPOSALS,
    ERASURES,
    SET_DECISION,
    SET_STATEMENT,
    SET_OUTBOX,
    SET_CASE,
    SET_FINDING,
    SET_PROPOSAL,
    OPENINGS,
    LABELS,
    COUNTERS_OF,
    KEPT_OF,
    SEARCHES_OF,
    REPORTS_OF,
    CONTESTS_OF,
    REPORTER,
    NOTICES_BY,
    MEASURES_ON,
    LOOKS,
];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ERASURE];

impl Forget {
    /// The word for its scope.
    pub const fn scope(&self) -> &'static str {
        match self {
            Self::Decision(_) => "decision",
            Self::Item(_) => "item",
            Self::Account(_) => "account",
        }
    }

    const fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(id) => Some(id),
            Self::Decision(_) | Self::Item(_) => None,
        }
    }

    async fn events(&self, connection: &mut AnyConnection) -> Result<Vec<i64>, StoreError> {
        let (sql, of) = match self {
            Self::Decision(id) => (OF_DECISION, id.to_string()),
            Self::Item(id) => (OF_ITEM, id.to_string()),
            Self::Account(id) => (OF_ACCOUNT, id.to_string()),
        };
        fetch(connection, sql, [of.into()]).await?.iter().map(|row| column(row, 0)).collect()
    }
}

/// The leaf of an erasure: when, what kind of fields, of how many decisions. It names none of them:
/// decisions that were erased together would be known to be about one person.
fn leaf(at: Timestamp, decisions: u64) -> Vec<u8> {
    let fields = ERASABLE.map(Canonical::text).to_vec();
    Canonical::Object(vec![
        ("v".into(), Canonical::Integer(2)),
        ("kind".into(), Canonical::text("erasure")),
        ("erased_at".into(), Canonical::Text(hour(at))),
        ("fields".into(), Canonical::List(fields)),
        ("decisions".into(), Canonical::Integer(u32::try_from(decisions).unwrap_or(u32::MAX))),
    ])
    .bytes()
}

impl Store {
    /// Forgets. Returns `None` when nothing is kept of it. Decisions that the platform was not told
    /// of yet are refused unless `unsent` says to drop them.
    ///
    /// # Errors
    /// [`StoreError::Unsent`] when decisions still wait to be sent. [`StoreError::Busy`] when it is
    /// forgotten, but a long read keeps old bytes in the write-ahead log: call
    /// [`Self::wipe`] again.
    pub async fn erase(
        &self,
        what: &Forget,
        at: Timestamp,
        unsent: bool,
    ) -> Result<Option<Forgotten>, StoreError> {
        let mut tx = self.write().await?;
        let mut events = what.events(&mut tx).await?;
        events.sort_unstable();
        events.dedup();
        if events.is_empty() {
            return Ok(None);
        }
        let waiting = tally(&mut tx, UNSENT, &events).await?;
        if waiting > 0 && !unsent {
            return Err(StoreError::Unsent(waiting));
        }
        let arrivals = arrivals(&mut tx, &events).await?;
        let (decisions, openings) = overwrite(&mut tx, what.account(), &events).await?;
        let place = crate::leaf::append(&mut tx, &leaf(at, decisions)).await?;
        let manifest = json(&arrivals, "an erasure")?;
        let row = vec![place.into(), what.scope().into(), at.into(), manifest.into()];
        ERASURE.run(&mut tx, row).await?;
        tx.commit().await?;
        self.write_manifest().await?;
        self.wipe().await?;
        let events = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let leaf = u64::try_from(place).unwrap_or_default();
        Ok(Some(Forgotten { leaf, events, decisions, openings }))
    }

    /// All erasures, in order: what must be erased again after an older copy is restored.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows = fetch(&mut *self.read().await?, ERASURES, []).await?;
        rows.iter()
            .map(|row| {
                Ok(Erasure {
                    scope: column(row, 0)?,
                    erased_at: instant(row, 1)?,
                    events: serde_json::from_str(column(row, 2)?)
                        .map_err(|error| unreadable("an erasure", &error))?,
                })
            })
            .collect()
    }

    /// Writes down beside the database what an older copy must forget. Names nobody.
    async fn write_manifest(&self) -> Result<(), StoreError> {
        let Some(path) = self.manifest.clone() else { return Ok(()) };
        let text = json(&self.erasures().await?, "the erasures")?;
        let written = tokio::task::spawn_blocking(move || replace(&path, text.as_bytes()));
        let failed = |why: String| StoreError::Database(format!("the list of erasures: {why}"));
        written
            .await
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(error.to_string()))
    }

    /// What the file beside the database at `path` says that copies of it must forget.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the file is there and cannot be read.
    pub fn manifest(path: &Path) -> Result<Vec<Erasure>, StoreError> {
        let unread = |error: &dyn std::fmt::Display| unreadable("the list of erasures", error);
        match std::fs::read_to_string(crate::store::manifest_of(path)) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| unread(&error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unread(&error)),
        }
    }

    /// Erases again what was erased since this copy was made. The log has its leaf already, so none
    /// is added. Returns how many events were overwritten.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn erase_again(&self, erasures: &[Erasure]) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let mut again = 0;
        for erasure in erasures {
            let asked: Vec<i64> = erasure.events.iter().map(|(seq, _)| *seq).collect();
            let known = arrivals(&mut tx, &asked).await?;
            let mut events: Vec<i64> = known
                .into_iter()
                .filter(|event| erasure.events.contains(event))
                .map(|(seq, _)| seq)
                .collect();
            for what in named(&mut tx, &erasure.scope, &events).await? {
                events.extend(what.events(&mut tx).await?);
                events.sort_unstable();
                events.dedup();
                overwrite(&mut tx, what.account(), &events).await?;
            }
            overwrite(&mut tx, None, &events).await?;
            again += u64::try_from(events.len()).unwrap_or(u64::MAX);
        }
        tx.commit().await?;
        // Nobody knows how the copy was made: its pages may hold more than its rows.
        self.rewrite().await?;
        self.wipe().await?;
        Ok(again)
    }

    /// Empties the write-ahead log, so that no byte of what was deleted stays in it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while a long read needs it.
    pub async fn wipe(&self) -> Result<(), StoreError> {
        self.checkpoint().await
    }
}

/// Whose items or which items these events are about, as the copy still knows it.
async fn named(
    connection: &mut AnyConnection,
    scope: &str,
    events: &[i64],
) -> Result<Vec<Forget>, StoreError> {
    let mut all = Vec::new();
    for row in each(connection, SUBJECTS, events).await? {
        let unread = |error: model::IdError| unreadable("an id", &error);
        let what = match scope {
            "item" => Forget::Item(ItemId::new(column(&row, 0)?).map_err(unread)?),
            "account" => Forget::Account(AccountId::new(column(&row, 1)?).map_err(unread)?),
            _ => continue,
        };
        if !all.contains(&what) {
            all.push(what);
        }
    }
    Ok(all)
}

/// Puts a new file in the place of an old one: either is whole after a power cut.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension("erasures-new");
    std::fs::write(&fresh, bytes)?;
    std::fs::File::open(&fresh)?.sync_all()?;
    std::fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

async fn each(
    connection: &mut AnyConnection,
    sql: &str,
    events: &[i64],
) -> Result<Vec<sqlx::any::AnyRow>, StoreError> {
    let mut rows = Vec::new();
    for part in events.chunks(LONGEST_LIST) {
        let (sql, values) = with_list(sql, part.iter().map(|seq| (*seq).into()).collect());
        rows.extend(fetch(connection, sql, values).await?);
    }
    Ok(rows)
}

async fn tally(
    connection: &mut AnyConnection,
    sql: &str,
    events: &[i64],
) -> Result<u64, StoreError> {
    each(connection, sql, events).await?.iter().map(|row| count(row, 0)).sum()
}

async fn arrivals(
    connection: &mut AnyConnection,
    events: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = each(connection, ARRIVALS, events).await?;
    rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect()
}

/// Overwrites all that these events left behind. Returns how many decisions and openings it were.
async fn overwrite(
    connection: &mut AnyConnection,
    account: Option<&AccountId>,
    events: &[i64],
) -> Result<(u64, u64), StoreError> {
    let mut ids: Vec<Value> = Vec::new();
    for row in each(connection, SUBJECTS, events).await? {
        ids.push(column::<&str>(&row, 0)?.into());
    }
    let items = ids.clone();
    // Rules make keys of ids: what was counted or kept under one is about that account.
    for id in account.iter().map(|id| id.as_str()) {
        for sql in [COUNTERS_OF, KEPT_OF, SEARCHES_OF].into_iter().chain(crate::register::FORGET) {
            execute(connection, sql, [id.into()]).await?;
        }
    }
    let accounts: Vec<Value> = account.map(|id| id.as_str().into()).into_iter().collect();
    ids.extend(accounts.iter().cloned());
    let of_reporters = crate::evidence::FORGET_REPORTERS.into_iter();
    for sql in of_reporters.chain(crate::reporter_mail::FORGET).chain([CONTESTS_OF]) {
        for part in accounts.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(sql, part.to_vec());
            execute(connection, sql, values).await?;
        }
    }
    for (sql, list) in [
        (LOOKS, ids.clone()),
        (LABELS, ids),
        (REPORTS_OF, items),
        (NOTICES_BY, accounts.clone()),
        (MEASURES_ON, accounts.clone()),
        (REPORTER, accounts),
    ] {
        for part in list.chunks(LONGEST_LIST) {
            let (sql, values) = with_list(sql, part.to_vec());
            execute(connection, sql, values).await?;
        }
    }
    let decisions = overwrite_decisions(connection, events).await?;
    overwrite_cases(connection, events).await?;
    let openings = run(connection, OPENINGS, events).await?;
    crate::appeals::forget(connection, events).await?;
    crate::exemptions::forget(connection, events).await?;
    if let Some(account) = account {
        crate::you::forget(connection, account).await?;
        crate::notices::forget(connection, account).await?;
    }
    let evidence = crate::evidence::FORGET.iter();
    for sql in evidence.chain(EVERYWHERE).chain(crate::copies::FORGET) {
        run(connection, sql, events).await?;
    }
    Ok((decisions, openings))
}

async fn run(connection: &mut AnyConnection, sql: &str, events: &[i64]) -> Result<u64, StoreError> {
    let mut touched = 0;
    for part in events.chunks(LONGEST_LIST) {
        let (sql, values) = with_list(sql, part.iter().map(|seq| (*seq).into()).collect());
        touched += execute(connection, sql, values).await?;
    }
    Ok(touched)
}

async fn overwrite_decisions(
    connection: &mut AnyConnection,
    events: &[i64],
) -> Result<u64, StoreError> {
    let rows = each(connection, DECISIONS, events).await?;
    for row in &rows {
        let seq: i64 = column(row, 0)?;
        let decision = redacted(column(row, 1)?)?;
        execute(connection, SET_DECISION, [seq.into(), decision.into()]).await?;
        let body = redacted(column(row, 2)?)?;
        let statement: model::Statement =
            serde_json::from_str(&body).map_err(|error| unreadable("a statement", &error))?;
        let regulator = column::<Option<&str>>(row, 3)?.map(redacted).transpose()?;
        let public = crate::write::public_text(&statement);
        let values = [seq.into(), body.into(), public.into(), Value::text(regulator)];
        execute(connection, SET_STATEMENT, values).await?;
        if let Some(body) = column::<Option<&str>>(row, 4)? {
            execute(connection, SET_OUTBOX, [seq.into(), redacted(body)?.into()]).await?;
        }
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

async fn overwrite_cases(connection: &mut AnyConnection, events: &[i64]) -> Result<(), StoreError> {
    for row in each(connection, CASES, events).await? {
        let id: String = column(&row, 0)?;
        let body = redacted(column(&row, 1)?)?;
        execute(connection, SET_CASE, [id.into(), body.into()]).await?;
    }
    for row in each(connection, CASE_FINDINGS, events).await? {
        let (case, event): (String, i64) = (column(&row, 0)?, column(&row, 1)?);
        let position: i64 = column(&row, 2)?;
        let body = redacted(column(&row, 3)?)?;
        let values = [case.into(), event.into(), position.into(), body.into()];
        execute(connection, SET_FINDING, values).await?;
    }
    for row in each(connection, PROPOSALS, events).await? {
        let (seq, verdict): (i64, &str) = (column(&row, 0)?, column(&row, 1)?);
        let values = [seq.into(), redacted(verdict)?.into(), ERASED.into()];
        execute(connection, SET_PROPOSAL, values).await?;
    }
    Ok(())
}
