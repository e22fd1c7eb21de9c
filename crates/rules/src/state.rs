//! What is kept from event to event beside labels: counters over sliding windows, and values
//! under keys. Pure: whoever keeps them reads them, applies what an outcome asks for, and writes
//! them back. Must not read a clock: the moment is the event's own.
//!
//! A counter is a key and a window. It counts in buckets, as the public implementations do: of one
//! second in windows of up to five minutes, ten seconds up to an hour, a minute up to a day, ten
//! minutes up to a month, and an hour beyond. A count takes the bucket of the moment, and all back
//! to the bucket in which the window began.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::{Exception, Fault, Value, parse_float, parse_integer};

/// A counter: how often something happened under a key within a window.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Counter {
    /// What is counted, as the rule names it.
    pub key: String,
    /// The length of the window in milliseconds.
    pub window_ms: i64,
}

/// Ten years: no rule looks back further.
const LONGEST_WINDOW: f64 = 3653.0 * 86_400.0;

impl Counter {
    /// The counter of a key and a window in seconds.
    ///
    /// # Errors
    /// [`Fault`] if the window is not a positive number of at most ten years.
    pub fn new(key: &str, window_seconds: f64) -> Result<Self, Fault> {
        if !(window_seconds > 0.0 && window_seconds <= LONGEST_WINDOW) {
            let message = "a window must be longer than nothing and no longer than ten years";
            return Err(Fault::error(Exception::ValueError, message));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::as_conversions,
            reason = "at most ten years of milliseconds, which fit"
        )]
        let window_ms = (window_seconds * 1000.0).round() as i64;
        Ok(Self { key: key.to_owned(), window_ms: window_ms.max(1) })
    }

    /// How many milliseconds a bucket holds.
    #[must_use]
    pub const fn bucket_ms(&self) -> i64 {
        const SECOND: i64 = 1000;
        const DAY: i64 = 86_400 * SECOND;
        if self.window_ms <= 300 * SECOND {
            SECOND
        } else if self.window_ms <= 3600 * SECOND {
            10 * SECOND
        } else if self.window_ms <= DAY {
            60 * SECOND
        } else if self.window_ms <= 31 * DAY {
            600 * SECOND
        } else {
            3600 * SECOND
        }
    }

    /// The bucket of a moment.
    #[must_use]
    pub fn bucket(&self, at: Timestamp) -> i64 {
        at.as_millisecond().div_euclid(self.bucket_ms())
    }

    /// The first bucket that counts at a moment.
    #[must_use]
    pub fn first_bucket(&self, at: Timestamp) -> i64 {
        at.as_millisecond().saturating_sub(self.window_ms).div_euclid(self.bucket_ms())
    }

    /// The moment in milliseconds from which a bucket counts no more.
    #[must_use]
    pub const fn bucket_ends(&self, bucket: i64) -> i64 {
        bucket.saturating_add(2).saturating_mul(self.bucket_ms()).saturating_add(self.window_ms)
    }
}

/// The moment by which a count is asked for.
#[must_use]
pub fn moment(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A value under a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The value.
    pub value: KeptValue,
    /// Until when; for ever if None.
    pub until: Option<Timestamp>,
}

/// What may be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptValue {
    /// Nothing: asked for, and not there.
    Nothing,
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
}

impl Kept {
    /// What stands for a value that is not there.
    pub const NOTHING: Self = Self { value: KeptValue::Nothing, until: None };

    /// The value at a moment, as the type of `default`; the default if it is not there, has
    /// lapsed, or is of another kind.
    #[must_use]
    pub fn read(&self, at: Timestamp, default: &Value) -> Value {
        if self.until.is_some_and(|until| until <= at) {
            return default.clone();
        }
        let read = match (&self.value, default) {
            (KeptValue::Nothing, _) => None,
            (KeptValue::Text(text), Value::Int(_)) => parse_integer(text),
            (KeptValue::Text(text), Value::Float(_)) => parse_float(text).map(Value::Float),
            (KeptValue::Text(text), _) => Some(Value::str(text)),
            (KeptValue::Int(number), Value::Str(_)) => Some(Value::str(&number.to_string())),
            (KeptValue::Int(number), Value::Float(_)) => {
                parse_float(&number.to_string()).map(Value::Float)
            }
            (KeptValue::Int(number), _) => Some(Value::Int(*number)),
            (KeptValue::Float(number), Value::Str(_)) => {
                Some(Value::str(&crate::value::float_text(*number)))
            }
            (KeptValue::Float(_), Value::Int(_)) => None,
            (KeptValue::Float(number), _) => Some(Value::Float(*number)),
        };
        read.unwrap_or_else(|| default.clone())
    }
}

/// What an event asks to be kept. It is carried out after the evaluation, together with the
/// record of the event, so that an event that comes twice counts once.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A counter counts one up.
    Count(Counter),
    /// A value is kept under a key.
    Keep(String, Kept),
}

/// Counters in memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Counter, Vec<(i64, i64)>)>", into = "Vec<(Counter, Vec<(i64, i64)>)>")]
pub struct Counters {
    buckets: HashMap<Counter, BTreeMap<i64, i64>>,
}

impl From<Vec<(Counter, Vec<(i64, i64)>)>> for Counters {
    fn from(all: Vec<(Counter, Vec<(i64, i64)>)>) -> Self {
        let buckets = all
            .into_iter()
            .map(|(counter, counts)| (counter, counts.into_iter().collect::<BTreeMap<i64, i64>>()));
        Self { buckets: buckets.collect() }
    }
}

impl From<Counters> for Vec<(Counter, Vec<(i64, i64)>)> {
    fn from(counters: Counters) -> Self {
        let mut all: Self = counters
            .buckets
            .into_iter()
            .map(|(counter, counts)| (counter, counts.into_iter().collect()))
            .collect();
        all.sort();
        all
    }
}

impl Counters {
    /// How often a counter was counted up in the window that ends at a moment.
    #[must_use]
    pub fn count(&self, counter: &Counter, at: Timestamp) -> i64 {
        let Some(buckets) = self.buckets.get(counter) else { return 0 };
        let (first, last) = (counter.first_bucket(at), counter.bucket(at));
        if first > last { 0 } else { buckets.range(first..=last).map(|(_, count)| count).sum() }
    }

    /// Counts one up at a moment.
    pub fn add(&mut self, counter: &Counter, at: Timestamp) {
        let buckets = self.buckets.entry(counter.clone()).or_default();
        let bucket = counter.bucket(at);
        // What no later event can reach is forgotten; an event that comes late sees what is left.
        let width = counter.bucket_ms();
        let reach = counter.window_ms.div_euclid(width).saturating_mul(2).saturating_add(2);
        let last = buckets.last_key_value().map_or(bucket, |(last, _)| *last).max(bucket);
        *buckets = buckets.split_off(&last.saturating_sub(reach));
        *buckets.entry(bucket).or_default() += 1;
    }
}
