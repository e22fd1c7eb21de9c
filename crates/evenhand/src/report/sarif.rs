//! SARIF 2.1.0: the form in which forges and editors take what a checker found.
//! Must not leave out a problem.

use super::{Shown, severity};
use rules::Problem;
use serde_json::{Value, json};
use sml::LineIndex;
use std::collections::BTreeSet;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The whole log.
pub(super) fn log(shown: &Shown<'_>) -> Value {
    let codes: BTreeSet<&str> = shown.problems.iter().map(|problem| problem.code).collect();
    let rules: Vec<Value> = codes.into_iter().map(|code| json!({"id": code})).collect();
    let results: Vec<Value> = shown.problems.iter().map(|it| result(shown, it)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "evenhand",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(shown: &Shown<'_>, problem: &Problem) -> Value {
    let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let mut location = json!({"artifactLocation": {"uri": address(shown, problem)}});
    if let Some(source) = shown.sources.text(&problem.path)
        && let Some(location) = location.as_object_mut()
    {
        location.insert("region".into(), region(source, problem));
    }
    json!({
        "ruleId": problem.code,
        "level": severity(problem),
        "message": {"text": format!("{}{hint}", problem.message)},
        "locations": [{"physicalLocation": location}],
    })
}

fn region(source: &str, problem: &Problem) -> Value {
    let index = LineIndex::new(source);
    let start = index.position_in_characters(source, problem.span.start);
    let end = index.position_in_characters(source, problem.span.end);
    json!({
        "startLine": start.line, "startColumn": start.column + 1,
        "endLine": end.line, "endColumn": end.column + 1,
    })
}

/// A relative reference: every byte that means something in a URI is escaped.
fn address(shown: &Shown<'_>, problem: &Problem) -> String {
    let path = shown.directory.join(&problem.path);
    let mut address = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}
