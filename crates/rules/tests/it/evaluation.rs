//! Whole programs: what evaluation gives, against what Osprey gave.

use crate::shared;
use rules::Facts;
use rules::evaluate::evaluate;
use rules::functions::Nothing;
use rules::plan::{File, Plan};
use rules::value::{Value, json};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(serde::Deserialize)]
struct Case {
    id: String,
    sources: BTreeMap<String, String>,
    #[serde(default)]
    events: Vec<Action>,
    #[serde(default)]
    action: Option<Action>,
    #[serde(default)]
    labels: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    unordered_features: Vec<String>,
    expect: Box<RawValue>,
}

#[derive(serde::Deserialize)]
struct Action {
    action_id: i64,
    action_name: Option<String>,
    timestamp: Option<String>,
    data: Box<RawValue>,
    secret_data: Option<Box<RawValue>>,
}

impl Action {
    fn event(&self) -> Option<model::Event> {
        let timestamp = self.timestamp.as_deref().unwrap_or("2026-01-01T00:00:00+00:00");
        Some(model::Event {
            action_id: model::ActionId::new(&self.action_id.to_string()).expect("an id"),
            action_name: self.action_name.clone().unwrap_or_else(|| "test".into()),
            timestamp: timestamp.parse().ok()?,
            // Intake refuses some of these; the language must not care.
            data: model::Json::unchecked(self.data.get()),
            secret_data: self.secret_data.as_ref().map(|raw| model::Json::unchecked(raw.get())),
        })
    }
}

fn read(text: &str) -> Value {
    json::read(&Arc::from(text), 1000).expect("JSON").value
}

fn member(value: &Value, key: &str) -> Value {
    match value {
        Value::Map(map) => map.get(key).cloned().unwrap_or_default(),
        _ => Value::None,
    }
}

fn shown(value: &Value) -> String {
    let mut out = String::new();
    json::write(&mut out, value, json::NonFinite::Python).expect("JSON");
    out
}

/// Where a case differs, if it does.
fn difference(case: &Case) -> Option<String> {
    let trees: Vec<_> = case
        .sources
        .iter()
        .filter(|(path, _)| path.ends_with(".sml"))
        .map(|(path, text)| (path, text, sml::parse(text).0))
        .collect();
    let files: Vec<File<'_>> =
        trees.iter().map(|(path, text, root)| File { path, text, root }).collect();
    let plan = Plan::build(&files, Arc::new(Nothing));
    let expect = read(case.expect.get());
    let results = match member(&expect, "results") {
        Value::List(list) => list.to_vec(),
        _ => vec![expect.clone()],
    };
    for (action, result) in case.events.iter().chain(&case.action).zip(&results) {
        let event = action.event()?;
        let outcome = evaluate(&plan, &event, &Facts::default(), event.timestamp);
        let mut got: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &outcome.features {
            got.insert(name.to_string(), shown(value.as_ref().unwrap_or(&Value::None)));
        }
        let Value::Map(wanted) = member(result, "features") else {
            return Some("no features".into());
        };
        let wanted: BTreeMap<String, String> = wanted
            .iter()
            .filter(|(name, _)| !name.as_str().starts_with("__"))
            .map(|(name, value)| (name.to_string(), shown(value)))
            .collect();
        for name in got.keys().chain(wanted.keys()) {
            if got.get(name) != wanted.get(name) && !case.unordered_features.contains(name) {
                return Some(format!("{name}: {:?}, wanted {:?}", got.get(name), wanted.get(name)));
            }
        }
        let place = |value: &Value| {
            let number = |key| member(value, key).as_int().unwrap_or(-1);
            let kind = member(value, "type").as_str().unwrap_or_default().to_owned();
            (kind, number("line"), number("col"))
        };
        let Value::List(errors) = member(result, "errors") else { return Some("no errors".into()) };
        let mut wanted: Vec<_> = errors.iter().map(place).collect();
        let mut got: Vec<_> = outcome
            .errors
            .iter()
            .map(|error| (error.kind.to_owned(), i64::from(error.line), i64::from(error.col)))
            .collect();
        wanted.sort();
        got.sort();
        if got != wanted {
            return Some(format!("errors {got:?}, wanted {wanted:?}"));
        }
        let verdicts = member(result, "verdicts");
        let mut wanted: Vec<String> = verdicts
            .as_list()
            .unwrap_or_default()
            .iter()
            .map(|one| one.as_str().unwrap_or_default().to_owned())
            .collect();
        let mut got = outcome.verdicts();
        wanted.sort();
        got.sort();
        if got != wanted {
            return Some(format!("verdicts {got:?}, wanted {wanted:?}"));
        }
    }
    None
}

fn compare(file: &str, at_least: usize) {
    let Some(lines) = shared::lines(&format!("conformance/sml/{file}")) else { return };
    let (mut right, mut all, mut shown) = (0, 0, 0);
    for line in lines {
        let case: Case = serde_json::from_str(&line).expect("a case");
        let accepted = matches!(member(&read(case.expect.get()), "ok"), Value::Bool(true));
        if !accepted || !case.labels.is_empty() {
            continue;
        }
        all += 1;
        match difference(&case) {
            None => right += 1,
            Some(text) => {
                shown += 1;
                if shown <= 40 {
                    eprintln!("{}: {text}", case.id);
                }
            }
        }
    }
    eprintln!("{file}: {right} of {all} programs give the reference's results");
    assert!(right >= at_least, "{right} of {all}, at least {at_least} were right before");
}

#[test]
fn programs_give_the_reference_results() {
    compare("cases.jsonl.gz", 429);
}

#[test]
fn the_matrix_gives_the_reference_results() {
    compare("matrix.jsonl.gz", 4595);
}
