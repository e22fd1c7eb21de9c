//! Measures that end by themselves: which are due, that they ended (a row, a leaf and what the platform
//! is told, in one transaction), and what the platform said. Must not end what was undone before.

use crate::leaf::hour;
use crate::sql::{
    Insert, LONGEST_LIST, Value, column, count, execute, fetch, fetch_one, instant, json,
    maybe_instant, parsed, with_list,
};
use crate::{Store, StoreError, StoredDecision};
use jiff::Timestamp;
use model::{DecisionId, Ending, EndingId};
use sqlx::AnyConnection;
use tlog::Canonical;

/// The end of a measure as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEnding {
    /// Our id.
    pub id: EndingId,
    /// Place of the measure among those of the decision.
    pub position: usize,
    /// When its time was over.
    pub ended_at: Timestamp,
    /// When the platform says that it took it back.
    pub lifted_at: Option<Timestamp>,
    /// Place of its leaf in the public log.
    pub leaf: u64,
}

const DUE: &str = "select d.id, t.position from timed t join decision d on d.seq = t.decision_seq \
    where t.until_at <= $1 order by t.until_at, t.decision_seq, t.position limit $2";
const RUNS: &str = "select d.seq, d.account_id, later.id from decision d \
    join timed t on t.decision_seq = d.seq and t.position = $2 \
    left join decision later on later.replaces = d.id where d.id = $1";
const DONE: &str = "delete from timed where decision_seq = $1 and position = $2";
const OF: &str = "select e.decision_seq, e.id, e.position, e.ended_at, e.leaf_seq, \
        (select min(r.at) from receipt r where r.decision_seq = e.leaf_seq and r.state = 'enforced') \
    from ending e where e.decision_seq in ({list}) order by e.decision_seq, e.position";
const ENDING: Insert = Insert {
    into: "insert into ending (leaf_seq, id, decision_seq, position, ended_at, recorded_at)",
    columns: 6,
    then: "",
};
const OUTBOX: Insert =
    Insert { into: "insert into outbox (decision_seq, created_at, body)", columns: 3, then: "" };
const DELIVERY: Insert = Insert {
    into: "insert into delivery (decision_seq, account_id, attempts, next_at)",
    columns: 4,
    then: "",
};

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[DUE, RUNS, DONE, OF];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&ENDING, &OUTBOX, &DELIVERY];

/// The leaf of an ending: which measure of which decision, and the hour. It holds nothing personal.
fn leaf(ending: &Ending) -> Vec<u8> {
    Canonical::Object(vec![
        ("v".into(), Canonical::Integer(2)),
        ("kind".into(), Canonical::text("ending")),
        ("ending".into(), Canonical::Text(ending.id().to_string())),
        ("ends".into(), Canonical::Text(ending.decision().to_string())),
        ("measure".into(), Canonical::text(ending.measure().word())),
        ("ended_at".into(), Canonical::Text(hour(ending.ended_at()))),
    ])
    .bytes()
}

impl Store {
    /// Measures whose time is over by `now` and of which nothing is said yet: the decision and the
    /// place of the measure in it, the earliest first. Some may have been undone meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn due_endings(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(DecisionId, usize)>, StoreError> {
        let asked = [now.into(), i64::from(limit).into()];
        let rows = fetch(&mut *self.read().await?, DUE, asked).await?;
        rows.iter().map(|row| Ok((parsed(row, 0, "a decision's id")?, place(row, 1)?))).collect()
    }

    /// Keeps that a measure ended, its leaf and what the platform is told of it. `false`: it ended
    /// before, or its decision was replaced, and with that its measures are over already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; nothing is kept then.
    pub async fn end(&self, ending: &Ending, at: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let position = Value::from_count(ending.position() as u64);
        let id = ending.decision().to_string();
        let found = fetch_one(&mut tx, RUNS, [id.into(), position.clone()]).await?;
        let Some(row) = found else { return Ok(false) };
        let (seq, account): (i64, String) = (column(&row, 0)?, column(&row, 1)?);
        let replaced = column::<Option<String>>(&row, 2)?.is_some();
        execute(&mut tx, DONE, [seq.into(), position.clone()]).await?;
        if !replaced {
            let place = crate::leaf::append(&mut tx, &leaf(ending)).await?;
            let row = vec![
                place.into(),
                ending.id().to_string().into(),
                seq.into(),
                position,
                ending.ended_at().into(),
                at.into(),
            ];
            ENDING.run(&mut tx, row).await?;
            let body = json(ending, "an ending")?;
            OUTBOX.run(&mut tx, vec![place.into(), at.into(), body.into()]).await?;
            DELIVERY.run(&mut tx, vec![place.into(), account.into(), 0.into(), at.into()]).await?;
        }
        tx.commit().await?;
        Ok(!replaced)
    }
}

fn place(row: &sqlx::any::AnyRow, index: usize) -> Result<usize, StoreError> {
    let place: i64 = column(row, index)?;
    usize::try_from(place).map_err(|error| crate::sql::unreadable("a place", &error))
}

/// Adds to each decision which of its measures ended.
pub(crate) async fn add_endings(
    connection: &mut AnyConnection,
    decisions: &mut [StoredDecision],
) -> Result<(), StoreError> {
    let timed = |one: &&mut StoredDecision| {
        one.decision.measures.iter().any(|measure| measure.until().is_some())
    };
    let mut timed: Vec<&mut StoredDecision> = decisions.iter_mut().filter(timed).collect();
    for part in timed.chunks_mut(LONGEST_LIST) {
        let places = part.iter().map(|one| Value::from_count(one.leaf)).collect();
        let (sql, values) = with_list(OF, places);
        for row in fetch(connection, sql, values).await? {
            let of = count(&row, 0)?;
            let ending = StoredEnding {
                id: parsed(&row, 1, "an ending's id")?,
                position: place(&row, 2)?,
                ended_at: instant(&row, 3)?,
                lifted_at: maybe_instant(&row, 5)?,
                leaf: count(&row, 4)?,
            };
            part.iter_mut()
                .filter(|one| one.leaf == of)
                .for_each(|one| one.endings.push(ending.clone()));
        }
    }
    Ok(())
}
