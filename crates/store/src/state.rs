//! What rules keep from event to event: counters over sliding windows and values under keys; and
//! the facts that an event was evaluated with. Must not know how wide a bucket is: that is told.

use crate::sql::{
    Insert, LONGEST_LIST, Value, column, execute, fetch, fetch_one, maybe_instant, with_list,
};
use crate::{Store, StoreError};
use jiff::Timestamp;
use model::ActionId;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap};

/// What an event changes besides labels, and what it was evaluated with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Counters that count one up.
    pub counts: Vec<Step>,
    /// Values under keys, each as its owner wrote it.
    pub kept: Vec<KeptValue>,
    /// The facts, as they can be read again for a replay.
    pub facts: Option<String>,
}

/// One step of a counter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// What is counted.
    pub key: String,
    /// The length of the window.
    pub window_ms: i64,
    /// The bucket that it falls into.
    pub bucket: i64,
    /// The moment, in milliseconds since 1970, from which the bucket counts no more.
    pub ends_at: i64,
    /// The moment of the event, in milliseconds since 1970.
    pub at: i64,
}

/// A value under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptValue {
    /// The key.
    pub key: String,
    /// The value, as its owner wrote it.
    pub value: String,
    /// Until when; for ever if None.
    pub until: Option<Timestamp>,
}

/// The buckets of a counter that are asked for, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What is counted.
    pub key: String,
    /// The length of the window.
    pub window_ms: i64,
    /// The first bucket.
    pub first: i64,
    /// The last bucket.
    pub last: i64,
}

/// How many spans one query asks for.
const MOST_SPANS: usize = 128;
/// How many rows that count no more one batch takes away.
const MOST_PRUNED: i64 = 1000;

const COUNTED: &str = "select asked.column1, coalesce(sum(c.count), 0) from (values {spans}) asked \
    left join counter c on c.key = asked.column2 and c.window_ms = asked.column3 \
    and c.bucket between asked.column4 and asked.column5 group by asked.column1";
const KEPT: &str = "select key, value, until_at from kept_value where key in ({list})";
const PRUNE: &str = "delete from counter where (key, window_ms, bucket) in \
    (select key, window_ms, bucket from counter where ends_at < $1 order by ends_at limit $2)";
const PRUNE_KEPT: &str = "delete from kept_value where key in \
    (select key from kept_value where until_at is not null and until_at < $1 limit $2)";
const FACTS: &str = "select f.facts from event_fact f join event e on e.seq = f.event_seq \
    where e.action_id = $1";
const COUNTER: Insert = Insert {
    into: "insert into counter (key, window_ms, bucket, count, ends_at)",
    columns: 5,
    then: " on conflict (key, window_ms, bucket) do update set count = count + excluded.count",
};
const KEPT_VALUE: Insert = Insert {
    into: "insert into kept_value (key, value, until_at)",
    columns: 3,
    then: " on conflict (key) do update set value = excluded.value, until_at = excluded.until_at",
};
const EVENT_FACT: Insert =
    Insert { into: "insert into event_fact (event_seq, facts)", columns: 2, then: "" };

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[KEPT, PRUNE, PRUNE_KEPT, FACTS];
#[cfg(test)]
pub(crate) const INSERTS: &[&Insert] = &[&COUNTER, &KEPT_VALUE, &EVENT_FACT];

/// The state of a whole batch, gathered.
#[derive(Debug, Default)]
pub(crate) struct Gathered<'a> {
    counts: BTreeMap<(&'a str, i64, i64), (i64, i64)>,
    kept: HashMap<&'a str, [Value; 3]>,
    facts: Vec<Value>,
    /// No event of the batch is earlier than this, in milliseconds.
    earliest: Option<i64>,
}

impl<'a> Gathered<'a> {
    pub(crate) fn add(&mut self, state: &'a State, event: Option<i64>) {
        for step in &state.counts {
            let key = (step.key.as_str(), step.window_ms, step.bucket);
            self.counts.entry(key).or_insert((0, step.ends_at)).0 += 1;
            self.earliest = Some(self.earliest.map_or(step.at, |earliest| earliest.min(step.at)));
        }
        for kept in &state.kept {
            // The last word on a key counts; one statement cannot touch a row twice.
            self.kept.insert(
                &kept.key,
                [kept.key.as_str().into(), kept.value.as_str().into(), Value::instant(kept.until)],
            );
        }
        if let (Some(event), Some(facts)) = (event, &state.facts) {
            self.facts.extend([event.into(), facts.as_str().into()]);
        }
    }

    pub(crate) async fn insert(
        self,
        connection: &mut AnyConnection,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = self.counts.into_iter().flat_map(|((key, window, bucket), (count, ends_at))| {
            [key.into(), window.into(), bucket.into(), count.into(), ends_at.into()]
        });
        COUNTER.run(connection, rows.collect()).await?;
        let kept: Vec<Value> = self.kept.into_values().flatten().collect();
        let keeps = !kept.is_empty();
        KEPT_VALUE.run(connection, kept).await?;
        EVENT_FACT.run(connection, self.facts).await?;
        // Late events still reach what their own windows reach.
        if let Some(earliest) = self.earliest {
            let horizon = earliest.min(now.as_millisecond());
            execute(connection, PRUNE, [horizon.into(), MOST_PRUNED.into()]).await?;
        }
        if keeps {
            execute(connection, PRUNE_KEPT, [now.into(), MOST_PRUNED.into()]).await?;
        }
        Ok(())
    }
}

impl Store {
    /// How often counters were counted up within spans of buckets, in the order of the spans.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn counts(&self, spans: &[Span]) -> Result<Vec<i64>, StoreError> {
        let mut counts = Vec::with_capacity(spans.len());
        let mut reader = self.read().await?;
        for part in spans.chunks(MOST_SPANS) {
            let mut found = vec![0; part.len()];
            let places = vec!["(?, ?, ?, ?, ?)"; part.len()].join(", ");
            let values = (0_i64..).zip(part).flat_map(|(number, span)| {
                [
                    number.into(),
                    span.key.as_str().into(),
                    span.window_ms.into(),
                    span.first.into(),
                    span.last.into(),
                ]
            });
            let values: Vec<Value> = values.collect();
            for row in fetch(&mut reader, COUNTED.replace("{spans}", &places), values).await? {
                let number = usize::try_from(column::<i64>(&row, 0)?).unwrap_or(usize::MAX);
                if let Some(slot) = found.get_mut(number) {
                    *slot = column(&row, 1)?;
                }
            }
            counts.append(&mut found);
        }
        Ok(counts)
    }

    /// The values that are kept under keys; a key without one is not in the map.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn kept_values(
        &self,
        keys: &[String],
    ) -> Result<HashMap<String, KeptValue>, StoreError> {
        let mut found = HashMap::new();
        let mut reader = self.read().await?;
        for part in keys.chunks(LONGEST_LIST) {
            let list = part.iter().map(|key| key.as_str().into()).collect();
            let (sql, values) = with_list(KEPT, list);
            for row in fetch(&mut reader, sql, values).await? {
                let key: String = column(&row, 0)?;
                let (value, until) = (column(&row, 1)?, maybe_instant(&row, 2)?);
                found.insert(key.clone(), KeptValue { key, value, until });
            }
        }
        Ok(found)
    }

    /// The facts that an event was evaluated with, if it needed any.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn facts_of(&self, id: &ActionId) -> Result<Option<String>, StoreError> {
        let row = fetch_one(&mut *self.read().await?, FACTS, [id.as_str().into()]).await?;
        row.map(|row| column(&row, 0)).transpose()
    }
}
