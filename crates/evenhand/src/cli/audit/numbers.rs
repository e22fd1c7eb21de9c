//! The numbers of the overview as the leaves give them, and how they compare with what is shown. Must
//! not take a number from anywhere but a leaf.

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the overview shows and no leaf can tell.
pub(super) const NOT_TOLD: &str = "open  no leaf tells: posts looked at (some need no decision), cases \
    that wait, minutes (leaves keep the hour), how many people decided, titles of clauses (the rulebook has them)";

#[derive(Debug, Deserialize)]
struct Leaf {
    kind: Option<String>,
    decision: Option<String>,
    decided_at: Option<Timestamp>,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    clauses: Vec<String>,
    #[serde(default)]
    measures: Vec<Measure>,
    #[serde(default)]
    automated_decision: String,
    #[serde(default)]
    account_class: String,
    replaces: Option<String>,
    /// Of an erasure: of how many decisions.
    #[serde(default)]
    decisions: u64,
}

#[derive(Debug, Deserialize)]
struct Measure {
    measure: String,
}

/// Counts per name and hour.
pub(super) type Hours = BTreeMap<String, BTreeMap<i64, u64>>;

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    decisions: Vec<Leaf>,
    pub(super) leaves: u64,
    pub(super) breaches: u64,
    pub(super) no_breach: u64,
    pub(super) replacements: u64,
    erasures: u64,
    /// Decisions that are without their personal data.
    pub(super) erased: u64,
    pub(super) by_clause: Hours,
    pub(super) by_measure: Hours,
    pub(super) by_class: Hours,
    pub(super) by_decider: BTreeMap<String, u64>,
}

impl Numbers {
    /// Adds the leaves up.
    pub(super) fn of(leaves: &[Vec<u8>]) -> Result<Self> {
        let mut numbers = Self::default();
        for (place, bytes) in leaves.iter().enumerate() {
            let leaf: Leaf = serde_json::from_slice(bytes)
                .with_context(|| format!("leaf {place} cannot be read"))?;
            numbers.add(leaf);
        }
        Ok(numbers)
    }

    fn add(&mut self, leaf: Leaf) {
        self.leaves += 1;
        self.erased += leaf.decisions;
        if leaf.kind.is_some() {
            self.erasures += u64::from(leaf.kind.as_deref() == Some("erasure"));
            return;
        }
        let hour = leaf.decided_at.map_or(0, |at| at.as_second());
        let mut count = |into: fn(&mut Self) -> &mut Hours, name: &str| {
            *into(self).entry(name.to_owned()).or_default().entry(hour).or_default() += 1;
        };
        if let Some(clause) = leaf.clauses.first() {
            count(|numbers| &mut numbers.by_clause, clause);
        }
        for measure in &leaf.measures {
            count(|numbers| &mut numbers.by_measure, &measure.measure);
        }
        count(|numbers| &mut numbers.by_class, &leaf.account_class);
        *self.by_decider.entry(leaf.automated_decision.clone()).or_default() += 1;
        self.replacements += u64::from(leaf.replaces.is_some());
        match leaf.outcome.as_str() {
            "breach" => self.breaches += 1,
            _ => self.no_breach += 1,
        }
        self.decisions.push(leaf);
    }

    /// The sums in words.
    pub(super) fn told(&self) -> String {
        let total = |hours: &Hours| {
            let sums = hours.iter().map(|(name, hours)| {
                format!("\n        {:>8}  {name}", hours.values().sum::<u64>())
            });
            sums.collect::<String>()
        };
        format!(
            "ok    {} breaches, {} found in order, {} erasures\n      breaches by clause:{}\n      measures:{}",
            self.breaches,
            self.no_breach,
            self.erasures,
            total(&self.by_clause),
            total(&self.by_measure)
        )
    }

    /// What the overview says otherwise.
    pub(super) fn compare(&self, overview: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, ours) in [("breaches", self.breaches), ("no_breach", self.no_breach)] {
            let theirs = overview.pointer(&format!("/counts/{name}")).and_then(Value::as_u64);
            differ(&mut wrong, &format!("counts.{name}"), theirs, Some(ours));
        }
        for (name, ours) in [("by_clause", &self.by_clause), ("by_measure", &self.by_measure)] {
            compare_lines(&mut wrong, overview, name, ours);
        }
        self.compare_columns(&mut wrong, overview);
        self.compare_latest(&mut wrong, overview);
        wrong
    }

    /// The columns of the charts: one after the other up to the newest decision, so that none can be
    /// left out for what it counts.
    fn compare_columns(&self, wrong: &mut Vec<String>, overview: &Value) {
        let seconds = overview.pointer("/timeline/seconds").and_then(Value::as_i64).unwrap_or(0);
        let columns = overview.pointer("/timeline/columns").and_then(Value::as_array);
        let starts: Vec<Option<i64>> = columns
            .into_iter()
            .flatten()
            .map(|at| Some(at.as_str()?.parse::<Timestamp>().ok()?.as_second()))
            .collect();
        let next = |pair: &[Option<i64>]| match pair {
            [Some(one), Some(two)] => one + seconds == *two,
            _ => false,
        };
        let newest = self.decisions.iter().filter_map(|leaf| leaf.decided_at).max();
        let end = starts.last().copied().flatten().map(|start| start + seconds);
        let open = newest.is_some_and(|newest| end.is_none_or(|end| newest.as_second() >= end));
        if seconds <= 0 || !starts.windows(2).all(next) || open {
            wrong.push(
                "timeline.columns: they do not reach, without a gap, to the newest decision".into(),
            );
        }
    }

    fn compare_latest(&self, wrong: &mut Vec<String>, overview: &Value) {
        let latest = overview.get("latest").and_then(Value::as_array).cloned().unwrap_or_default();
        let ours: Vec<&Leaf> = self.decisions.iter().rev().take(latest.len()).collect();
        if latest.len() < 8.min(self.decisions.len()) {
            wrong.push(format!("latest: {} decisions are shown, there are more", latest.len()));
        }
        let replaced: BTreeMap<&str, &str> = self
            .decisions
            .iter()
            .filter_map(|leaf| Some((leaf.replaces.as_deref()?, leaf.decision.as_deref()?)))
            .collect();
        for (at, (row, leaf)) in latest.iter().zip(ours).enumerate() {
            let text = |pointer: &str| row.pointer(pointer).and_then(Value::as_str);
            let id = leaf.decision.as_deref();
            let mut check = |field: &str, theirs: Option<&str>, ours: Option<&str>| {
                differ(wrong, &format!("latest[{at}].{field}"), theirs, ours);
            };
            check("id", text("/id"), id);
            check("outcome", text("/outcome"), Some(&leaf.outcome));
            let breach = leaf.clauses.first().map(String::as_str);
            check("clause", text("/clause/id"), breach);
            check("replaces", text("/replaces"), leaf.replaces.as_deref());
            let later = id.and_then(|id| replaced.get(id).copied());
            check("replaced_by", text("/replaced_by"), later);
            let done = row.get("measures").and_then(Value::as_array).into_iter().flatten();
            let done = done.filter_map(|one| one.get("measure")?.as_str());
            let theirs = done.collect::<Vec<_>>().join(" ");
            let ours: Vec<&str> = leaf.measures.iter().map(|one| &*one.measure).collect();
            check("measures", Some(&theirs), Some(&ours.join(" ")));
            let automation = row.pointer("/by/automation").and_then(Value::as_bool);
            let ours = leaf.automated_decision == "fully";
            differ(wrong, &format!("latest[{at}].by.automation"), automation, Some(ours));
            let at_hour = text("/decided_at").and_then(|at| at.parse::<Timestamp>().ok());
            let hour = |at: Timestamp| at.as_second().div_euclid(3600);
            let (theirs, ours) = (at_hour.map(hour), leaf.decided_at.map(hour));
            differ(wrong, &format!("latest[{at}].decided_at (hour)"), theirs, ours);
        }
    }
}

fn differ<T: PartialEq + std::fmt::Debug>(
    wrong: &mut Vec<String>,
    what: &str,
    theirs: Option<T>,
    ours: Option<T>,
) {
    if theirs != ours {
        wrong.push(format!("{what}: the overview says {theirs:?}, the log says {ours:?}"));
    }
}

/// Compares the lines of a chart. Columns narrower than an hour are added up to hours: a chart has
/// them only while they reach back to the first decision.
fn compare_lines(wrong: &mut Vec<String>, overview: &Value, name: &str, ours: &Hours) {
    let seconds = overview.pointer("/timeline/seconds").and_then(Value::as_i64).unwrap_or(86_400);
    let width = seconds.max(3600);
    let starts: Vec<i64> = overview
        .pointer("/timeline/columns")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|at| Some(at.as_str()?.parse::<Timestamp>().ok()?.as_second()))
        .map(|at| at.div_euclid(width) * width)
        .collect();
    let lines = overview.pointer(&format!("/timeline/{name}")).and_then(Value::as_array);
    let mut theirs: BTreeMap<(String, i64), u64> = BTreeMap::new();
    for line in lines.into_iter().flatten() {
        let key = line.get("key").and_then(Value::as_str).unwrap_or_default();
        let values = line.get("values").and_then(Value::as_array).into_iter().flatten();
        for (start, value) in starts.iter().zip(values.filter_map(Value::as_u64)) {
            *theirs.entry((key.to_owned(), *start)).or_default() += value;
        }
    }
    let mut mine: BTreeMap<(String, i64), u64> = BTreeMap::new();
    for (key, hours) in ours {
        for (hour, count) in hours {
            let start = hour.div_euclid(width) * width;
            if starts.contains(&start) {
                *mine.entry((key.clone(), start)).or_default() += count;
            }
        }
    }
    theirs.retain(|_, count| *count > 0);
    let places: BTreeSet<_> = theirs.keys().chain(mine.keys()).collect();
    for place in places {
        let (one, other) = (theirs.get(place), mine.get(place));
        let at = Timestamp::from_second(place.1).map(|at| at.to_string()).unwrap_or_default();
        differ(wrong, &format!("timeline.{name} {} {at}", place.0), one, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn leaves() -> Vec<Vec<u8>> {
        let of = |value: Value| value.to_string().into_bytes();
        vec![
            of(json!({"v":1,"decision":"a","decided_at":"2026-11-23T12:00Z","outcome":"no_breach",
                "clauses":[],"measures":[],"automated_decision":"fully"})),
            of(json!({"v":1,"decision":"b","decided_at":"2026-11-23T12:00Z","outcome":"breach",
                "clauses":["p#c"],"measures":[{"measure":"remove"}],
                "automated_decision":"partially","replaces":"a"})),
            of(json!({"v":2,"kind":"erasure","erased_at":"2026-11-23T13:00Z","decisions":1})),
        ]
    }

    fn overview() -> Value {
        let line = |key: &str| json!([{ "key": key, "name": "x", "values": [0, 1, 0] }]);
        json!({
            "counts": { "looked_at": 9, "breaches": 1, "no_breach": 1, "waiting": 4 },
            "timeline": {
                "seconds": 300,
                "columns": ["2026-11-23T12:00:00Z", "2026-11-23T12:05:00Z", "2026-11-23T12:10:00Z"],
                "by_clause": line("p#c"), "by_measure": line("remove"),
            },
            "latest": [
                { "id": "b", "decided_at": "2026-11-23T12:06:01Z", "outcome": "breach",
                  "clause": { "id": "p#c" }, "measures": [{ "measure": "remove" }],
                  "by": { "automation": false, "people": 1 }, "replaces": "a", "replaced_by": null },
                { "id": "a", "decided_at": "2026-11-23T12:01:01Z", "outcome": "no_breach",
                  "clause": null, "measures": [], "by": { "automation": true, "people": 0 },
                  "replaces": null, "replaced_by": "b" },
            ],
        })
    }

    #[test]
    fn an_honest_overview_follows_from_the_leaves() {
        let numbers = Numbers::of(&leaves()).unwrap();
        assert_eq!(numbers.compare(&overview()), Vec::<String>::new());
    }

    #[test]
    fn every_number_that_is_changed_is_found() {
        let numbers = Numbers::of(&leaves()).unwrap();
        for (pointer, value) in [
            ("/counts/breaches", json!(2)),
            ("/counts/no_breach", json!(0)),
            ("/timeline/by_clause/0/values/1", json!(2)),
            ("/timeline/by_clause/0/key", json!("p#d")),
            ("/timeline/by_measure/0/values/2", json!(1)),
            ("/timeline/columns/2", json!("2026-11-23T12:15:00Z")),
            ("/timeline/columns", json!(["2026-11-23T11:50:00Z", "2026-11-23T11:55:00Z"])),
            ("/timeline/seconds", json!(0)),
            ("/latest/0/id", json!("c")),
            ("/latest/0/outcome", json!("no_breach")),
            ("/latest/0/clause/id", json!("p#d")),
            ("/latest/0/measures/0/measure", json!("warn")),
            ("/latest/0/by/automation", json!(true)),
            ("/latest/0/decided_at", json!("2026-11-23T14:06:01Z")),
            ("/latest/1/replaced_by", json!(null)),
            ("/latest/0/replaces", json!(null)),
            ("/latest", json!([])),
        ] {
            let mut changed = overview();
            *changed.pointer_mut(pointer).unwrap() = value;
            assert!(!numbers.compare(&changed).is_empty(), "{pointer}");
        }
    }
}
