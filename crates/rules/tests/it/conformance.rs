//! Whole programs against the results of the reference: accepted or rejected, at the same lines,
//! with the same features, effects, verdicts, errors and labels.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::Event;
use rules::labels::{self, EntityLabels};
use rules::{Environment, Facts, Plan, Sources, check, evaluate};
use serde_json::{Value, json};

use crate::shared;

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
        let shown = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
        for difference in self.differences.iter().take(shown) {
            eprintln!("  {difference}");
        }
    }

    fn all_agree(&self) -> bool {
        self.differences.is_empty()
    }
}

fn sources(case: &Value) -> Sources {
    let files = case["sources"].as_object().expect("sources");
    Sources::from_map(
        files.iter().map(|(path, text)| (path.clone(), text.as_str().unwrap().to_owned())).collect(),
    )
}

fn like_osprey() -> Environment {
    Environment { like_osprey: true, ..Environment::default() }
}

fn event(from: &Value) -> Event {
    serde_json::from_value(json!({
        "action_id": from["action_id"],
        "action_name": from["action_name"],
        "timestamp": from.get("timestamp").cloned().unwrap_or(json!("2026-01-01T00:00:00+00:00")),
        "data": from["data"],
        "secret_data": from.get("secret_data").cloned().unwrap_or(json!({})),
    }))
    .expect("an event")
}

fn time(text: &Value) -> Timestamp {
    text.as_str().expect("a time").parse().expect("a time")
}

/// One result in the form of the corpus.
fn result(plan: &Plan, event: &Event, outcome: &rules::Outcome) -> Value {
    let read = |write: &dyn Fn(&mut String)| -> Value {
        let mut text = String::new();
        write(&mut text);
        serde_json::from_str(&text).expect("JSON")
    };
    let mut errors = read(&|out| outcome.write_errors(out));
    for error in errors.as_array_mut().expect("a list") {
        error.as_object_mut().expect("an object").remove("message");
    }
    json!({
        "features": read(&|out| outcome.write_features(out, plan, event)),
        "effects": read(&|out| outcome.write_effects(out)),
        "verdicts": outcome.verdicts(),
        "errors": errors,
    })
}

/// Sorts the lists that have no order, or one that is not compared.
fn settle(result: &mut Value, unordered: &[Value]) {
    let sort = |value: &mut Value| {
        if let Some(items) = value.as_array_mut() {
            items.sort_by_key(Value::to_string);
        }
    };
    sort(&mut result["errors"]);
    for error in result["errors"].as_array_mut().into_iter().flatten() {
        error.as_object_mut().expect("an object").remove("node");
    }
    for name in unordered.iter().filter_map(Value::as_str) {
        if let Some(value) = result["features"].get_mut(name) {
            sort(value);
        }
    }
    // Effects are compared in the order within each type.
    if let Some(effects) = result["effects"].as_array_mut() {
        effects.sort_by_key(|effect| effect["effect"].to_string());
    }
}

/// Equal, where numbers are of one type and floats equal bit for bit.
fn first_difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            a.keys().chain(b.keys()).collect::<std::collections::BTreeSet<_>>().into_iter().find_map(
                |key| match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => first_difference(&format!("{path}.{key}"), a, b),
                    (a, b) => Some(format!("{path}.{key}: ours {a:?}, theirs {b:?}")),
                },
            )
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).zip(0..).find_map(|((a, b), at): (_, usize)| {
                first_difference(&format!("{path}[{at}]"), a, b)
            })
        }
        _ if same_time(ours, theirs) => None,
        (a, b) => (a.to_string() != b.to_string()).then(|| format!("{path}: ours {a}, theirs {b}")),
    }
}

fn same_time(ours: &Value, theirs: &Value) -> bool {
    let read = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    read(ours).is_some_and(|time| Some(time) == read(theirs))
}

fn accepted(case: &Value) -> Result<(), String> {
    let checked = check(&sources(case), &like_osprey());
    let Some(program) = checked.program else {
        let first = checked.problems.first().map(ToString::to_string).unwrap_or_default();
        return Err(format!("rejected: {first}"));
    };
    let plan = Plan::build(program);
    let mut store: BTreeMap<String, EntityLabels> =
        serde_json::from_value(case.get("labels").cloned().unwrap_or(json!({}))).expect("labels");
    let none = Vec::new();
    let unordered = case.get("unordered_features").and_then(Value::as_array).unwrap_or(&none);
    let results = case["expect"]["results"].as_array().expect("results");
    for ((from, wanted), at) in case["events"].as_array().unwrap().iter().zip(results).zip(0..) {
        let event = event(from);
        let now = time(from.get("now").unwrap_or(&case["now"]));
        let mut facts = Facts::default();
        for key in plan.facts_needed(&event) {
            if let Some(labels) = store.get(&key.name()) {
                facts.add_labels(key.name(), labels.clone());
            }
        }
        let outcome = evaluate(&plan, &event, &facts, now);
        let mut ours = result(&plan, &event, &outcome);
        let mut mutations = Vec::new();
        for (entity, changes) in labels::changes(&outcome.effects, event.timestamp, now) {
            let mut state = store.get(&entity).cloned().unwrap_or_default();
            mutations.push(labels::apply(&entity, &mut state, changes, now));
            if !state.labels.is_empty() {
                store.insert(entity, state);
            }
        }
        ours["label_mutations"] = serde_json::to_value(mutations).unwrap();
        let mut theirs = wanted.clone();
        settle(&mut ours, unordered);
        settle(&mut theirs, unordered);
        if let Some(difference) = first_difference(&format!("event {at}"), &ours, &theirs) {
            return Err(difference);
        }
    }
    let ours = serde_json::to_value(&store).unwrap();
    let theirs = case["expect"].get("labels_after").cloned().unwrap_or(json!({}));
    first_difference("labels_after", &ours, &theirs).map_or(Ok(()), Err)
}

/// Rejected, at the same lines (and, as the second result, at the same columns).
fn rejected(case: &Value) -> (Result<(), String>, Result<(), String>) {
    let checked = check(&sources(case), &like_osprey());
    if checked.program.is_some() {
        let text = format!("accepted; theirs {}", case["expect"]["errors"]);
        return (Err(text.clone()), Err(text));
    }
    if case["expect"].get("crash").is_some() {
        return (Ok(()), Ok(()));
    }
    let errors = case["expect"]["errors"].as_array().expect("errors");
    let compare = |column: bool| {
        let place = |path: &str, line: u64, col: u64| {
            if column { format!("{path}:{line}:{col}") } else { format!("{path}:{line}") }
        };
        let ours: std::collections::BTreeSet<_> = checked
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .map(|problem| place(&problem.path, problem.line.into(), problem.col.into()))
            .collect();
        let theirs: std::collections::BTreeSet<_> = errors
            .iter()
            .map(|error| {
                let number = |key: &str| error[key].as_u64().unwrap();
                place(error["path"].as_str().unwrap(), number("line"), number("col"))
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

#[test]
fn whole_programs() {
    let Some(lines) = shared::lines("conformance/sml/cases.jsonl.gz") else { return };
    let (mut kept, mut lines_agree, mut columns) =
        (Tally::default(), Tally::default(), Tally::default());
    let only = std::env::var("ONLY").unwrap_or_default();
    for line in lines {
        let case: Value = serde_json::from_str(&line).expect("a case");
        let id = case["id"].as_str().expect("an id").to_owned();
        if !id.contains(&only) {
            continue;
        }
        let area = id.split('/').next().unwrap_or_default().to_owned();
        if case["expect"]["ok"] == json!(true) {
            kept.count(&area, &id, accepted(&case));
        } else {
            let (by_line, by_column) = rejected(&case);
            lines_agree.count(&area, &id, by_line);
            columns.count(&area, &id, by_column);
        }
    }
    kept.report("accepted programs with the same results");
    lines_agree.report("rejected programs at the same lines");
    columns.report("rejected programs at the same columns");
    assert!(kept.all_agree() && lines_agree.all_agree());
}

#[test]
fn small_programs() {
    let Some(lines) = shared::lines("conformance/sml/matrix.jsonl.gz") else { return };
    let mut tally = Tally::default();
    let mut columns = Tally::default();
    for line in lines {
        let mut case: Value = serde_json::from_str(&line).expect("a case");
        let family = case["family"].as_str().expect("a family").to_owned();
        let id = case["id"].as_str().expect("an id").to_owned();
        if case["expect"]["ok"] == json!(true) {
            case["events"] = json!([case["action"]]);
            case["now"] = json!("2026-01-01T00:00:00+00:00");
            let mut expected = case["expect"].clone();
            expected["label_mutations"] = json!([]);
            let wanted = expected.as_object_mut().expect("an object");
            wanted.remove("ok");
            wanted.remove("warnings");
            case["expect"]["results"] = json!([wanted]);
            tally.count(&family, &id, accepted(&case));
        } else {
            let (by_line, by_column) = rejected(&case);
            tally.count(&family, &id, by_line);
            columns.count(&family, &id, by_column);
        }
    }
    tally.report("small programs");
    columns.report("small programs rejected at the same columns");
    assert!(tally.all_agree());
}
