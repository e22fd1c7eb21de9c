//! Whole programs against the results of the reference: accepted or rejected, at the same lines,
//! with the same features, effects, verdicts, errors and labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use rules::stream::{Labels, Now, Settings, Stream};
use rules::value::{Value, json};
use rules::{Environment, Plan, Sources, check};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::shared;

#[derive(Deserialize)]
struct Case {
    id: String,
    #[serde(default)]
    family: Option<String>,
    sources: BTreeMap<String, String>,
    #[serde(default)]
    events: Vec<Box<RawValue>>,
    #[serde(default)]
    action: Option<Box<RawValue>>,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    now: Option<Timestamp>,
    #[serde(default)]
    unordered_features: Vec<String>,
    expect: Box<RawValue>,
}

const MATRIX_TIME: &str = "2026-01-01T00:00:00+00:00";

fn read(text: &str) -> Value {
    json::read(&Arc::from(text), 1000).expect("JSON").value
}

fn member(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(map) => map.get(key).cloned(),
        _ => None,
    }
}

fn items(value: &Value, key: &str) -> Vec<Value> {
    member(value, key).and_then(|list| Some(list.as_list()?.to_vec())).unwrap_or_default()
}

fn shown(value: &Value) -> String {
    let mut out = String::new();
    json::write(&mut out, value, json::NonFinite::Python).expect("JSON");
    out
}

/// The first place where two results differ; numbers must be of one type, floats equal bit for bit.
fn difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Map(a), Value::Map(b)) => {
            let keys: BTreeSet<&str> =
                a.iter().chain(b.iter()).map(|(key, _)| key.as_str()).collect();
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => difference(&format!("{path}.{key}"), a, b),
                (a, b) => Some(format!("{path}.{key}: ours {a:?}, theirs {b:?}")),
            })
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            (0..a.len()).find_map(|at| difference(&format!("{path}[{at}]"), &a[at], &b[at]))
        }
        (Value::Str(a), Value::Str(b)) if same_time(a, b) => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("{path}: ours {}, theirs {}", shown(a), shown(b))),
    }
}

fn same_time(ours: &str, theirs: &str) -> bool {
    let read = |text: &str| text.parse::<Timestamp>().ok();
    ours != theirs
        && ours.ends_with('Z')
        && read(ours).is_some_and(|time| Some(time) == read(theirs))
}

fn sorted(list: Vec<Value>) -> Value {
    let mut list = list;
    list.sort_by_key(shown);
    Value::list(list)
}

fn without(value: &Value, names: &[&str]) -> Value {
    let Value::Map(map) = value else { return value.clone() };
    let kept = map.iter().filter(|(key, _)| !names.contains(&key.as_str()));
    let kept = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    Value::Map(Arc::new(rules::value::Map::new(kept).0))
}

/// Leaves out what is not compared, and sorts what has no order.
fn settled(result: &Value, unordered: &[String]) -> Value {
    let Value::Map(map) = result else { return result.clone() };
    let entries = map.iter().map(|(key, value)| {
        let value = match key.as_str() {
            "errors" => sorted(
                items(result, "errors").iter().map(|e| without(e, &["message", "node"])).collect(),
            ),
            // Effects are compared in the order within each type.
            "effects" => {
                let mut effects = items(result, "effects");
                effects.sort_by_key(|effect| member(effect, "effect").map(|kind| shown(&kind)));
                Value::list(effects)
            }
            "features" => match value {
                Value::Map(map) => {
                    let entries = map.iter().map(|(name, value)| match value {
                        Value::List(list) if unordered.contains(&name.to_string()) => {
                            (name.clone(), sorted(list.to_vec()))
                        }
                        other => (name.clone(), other.clone()),
                    });
                    Value::Map(Arc::new(rules::value::Map::new(entries.collect()).0))
                }
                other => other.clone(),
            },
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    Value::Map(Arc::new(rules::value::Map::new(entries.collect()).0))
}

fn like_osprey() -> Environment {
    Environment { like_osprey: true, ..Environment::default() }
}

fn accepted(case: &Case) -> Result<(), String> {
    let checked = check(&Sources::from_map(case.sources.clone()), &like_osprey());
    let Some(program) = checked.program else {
        let first = checked.problems.first().map(ToString::to_string).unwrap_or_default();
        return Err(format!("rejected: {first}"));
    };
    let now = case.now.unwrap_or_else(|| MATRIX_TIME.parse().expect("a time"));
    let settings = Settings { now: Now::At(now), ..Settings::default() };
    let mut stream =
        Stream::new(Plan::build(program).into(), settings).with_labels(case.labels.clone());
    let expect = read(case.expect.get());
    let whole = case.action.is_none();
    let results = if whole { items(&expect, "results") } else { vec![expect.clone()] };
    assert_eq!(results.len(), case.events.iter().chain(&case.action).count(), "{}", case.id);
    let leave_out: &[&str] =
        if whole { &["action_id"] } else { &["action_id", "label_mutations", "ok", "warnings"] };
    for (event, wanted) in case.events.iter().chain(&case.action).zip(&results) {
        let mut out = String::new();
        stream.event(&Arc::from(event.get()), &mut out)?;
        let (ours, theirs) = (without(&read(&out), leave_out), without(wanted, leave_out));
        let ours = settled(&ours, &case.unordered_features);
        let theirs = settled(&theirs, &case.unordered_features);
        let place = format!("event {}", shown(&member(&read(&out), "action_id").expect("an id")));
        if let Some(difference) = difference(&place, &ours, &theirs) {
            return Err(difference);
        }
    }
    let ours = read(&serde_json::to_string(&stream.labels()).expect("JSON"));
    let theirs = member(&expect, "labels_after").unwrap_or_else(|| read("{}"));
    if !whole {
        return Ok(());
    }
    difference("labels_after", &ours, &theirs).map_or(Ok(()), Err)
}

/// Rejected, at the same lines (and, as the second result, at the same columns).
fn rejected(case: &Case) -> (Result<(), String>, Result<(), String>) {
    let checked = check(&Sources::from_map(case.sources.clone()), &like_osprey());
    let expect = read(case.expect.get());
    if checked.program.is_some() {
        let text = format!("accepted; theirs {}", case.expect);
        return (Err(text.clone()), Err(text));
    }
    if member(&expect, "crash").is_some() {
        return (Ok(()), Ok(()));
    }
    let compare = |column: bool| {
        let place = |path: &str, line: i64, col: i64| {
            if column { format!("{path}:{line}:{col}") } else { format!("{path}:{line}") }
        };
        let ours: BTreeSet<_> = checked
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .map(|problem| place(&problem.path, problem.line.into(), problem.col.into()))
            .collect();
        let theirs: BTreeSet<_> = items(&expect, "errors")
            .iter()
            .map(|error| {
                let number =
                    |key: &str| member(error, key).and_then(|n| n.as_int()).expect("a number");
                let path = member(error, "path").expect("a path");
                place(path.as_str().expect("a text"), number("line"), number("col"))
            })
            .collect();
        if ours == theirs {
            return Ok(());
        }
        let words: Vec<_> = checked.problems.iter().map(ToString::to_string).collect();
        Err(format!("ours {ours:?}, theirs {theirs:?}; we say {words:?}"))
    };
    (compare(false), compare(true))
}

/// How many of an area's programs agree, and the first few that do not.
#[derive(Default)]
struct Tally {
    areas: BTreeMap<String, (usize, usize)>,
    differences: Vec<String>,
}

impl Tally {
    fn count(&mut self, area: &str, id: &str, result: Result<(), String>) {
        let (agreed, all) = self.areas.entry(area.to_owned()).or_default();
        *all += 1;
        match result {
            Ok(()) => *agreed += 1,
            Err(difference) => self.differences.push(format!("{id}: {difference}")),
        }
    }

    fn report(&self, title: &str) {
        let (agreed, all) =
            self.areas.values().fold((0, 0), |(a, b), (agreed, all)| (a + agreed, b + all));
        eprintln!("{title}: {agreed} of {all}");
        for (area, (agreed, all)) in self.areas.iter().filter(|(_, (agreed, all))| agreed < all) {
            eprintln!("  {area}: {agreed} of {all}");
        }
        for difference in self.differences.iter().take(20) {
            eprintln!("  {difference}");
        }
    }
}

fn compare(file: &str) {
    let Some(lines) = shared::lines(&format!("conformance/sml/{file}")) else { return };
    let (mut results, mut by_line, mut by_column) =
        (Tally::default(), Tally::default(), Tally::default());
    for line in lines {
        let case: Case = serde_json::from_str(&line).expect("a case");
        let area = case.id.split('/').next().unwrap_or_default();
        let area = case.family.as_deref().unwrap_or(area);
        if member(&read(case.expect.get()), "ok") == Some(Value::Bool(true)) {
            results.count(area, &case.id, accepted(&case));
        } else {
            let (line, column) = rejected(&case);
            by_line.count(area, &case.id, line);
            by_column.count(area, &case.id, column);
        }
    }
    results.report(&format!("{file}: accepted programs with the same results"));
    by_line.report(&format!("{file}: rejected programs at the same lines"));
    by_column.report(&format!("{file}: rejected programs at the same columns"));
    assert!(results.differences.is_empty() && by_line.differences.is_empty());
}

#[test]
fn whole_programs() {
    compare("cases.jsonl.gz");
}

#[test]
fn small_programs() {
    compare("matrix.jsonl.gz");
}
