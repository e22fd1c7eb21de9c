//! Every program of the conformance corpus: rejected where the reference rejects it, read otherwise.

use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use serde_json::Value;
use sml::{Diagnostic, LineIndex};

/// The file `name` of the corpus, or `None` (and a line that says so) where there is no corpus.
fn corpus(name: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("EVENHAND_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("conformance/sml").join(name);
    if !path.exists() {
        eprintln!("skipped: no conformance corpus ({name}); set EVENHAND_SHARED");
        return None;
    }
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The rule files of a program: path and text.
fn rule_files(case: &Value) -> Vec<(&str, &str)> {
    let sources = case.get("sources").and_then(Value::as_object).unwrap();
    let rules = sources.iter().filter(|(path, _)| path.ends_with(".sml"));
    rules.map(|(path, text)| (path.as_str(), text.as_str().unwrap())).collect()
}

/// The syntax errors that the reference found: path, line and column. `None` where it crashed.
fn expected(case: &Value) -> Option<Vec<(&str, u64, u64)>> {
    if case.pointer("/expect/crash").is_some() {
        return None;
    }
    let errors = case.pointer("/expect/errors").and_then(Value::as_array);
    let syntax = errors
        .into_iter()
        .flatten()
        .filter(|error| error.get("validator").is_some_and(Value::is_null));
    let place = |error: &'_ Value, field: &str| error.get(field).and_then(Value::as_u64).unwrap();
    let told = syntax.map(|error| {
        let path = error.get("path").and_then(Value::as_str).unwrap();
        (path, place(error, "line"), place(error, "col"))
    });
    Some(told.collect())
}

/// What was compared, and what differs.
#[derive(Default)]
struct Tally {
    read: usize,
    rejected: usize,
    same_column: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn compare(&mut self, case: &Value) {
        let id = case.get("id").and_then(Value::as_str).unwrap();
        let Some(expected) = expected(case) else { return };
        for (path, text) in rule_files(case) {
            let (_, diagnostics) = sml::parse(text);
            let lines = LineIndex::new(text);
            let place = |diagnostic: &Diagnostic| {
                let position = lines.position(diagnostic.span.start);
                (u64::from(position.line), u64::from(position.column))
            };
            let found: Vec<_> = diagnostics.iter().map(place).collect();
            let wanted: Vec<_> =
                expected.iter().filter(|(at, ..)| *at == path).map(|(_, l, c)| (*l, *c)).collect();
            if !found.iter().map(|(line, _)| line).eq(wanted.iter().map(|(line, _)| line)) {
                self.wrong.push(format!("{id} {path}: wanted {wanted:?}, found {diagnostics:#?}"));
            }
            self.read += usize::from(wanted.is_empty());
            self.rejected += wanted.len();
            self.same_column += usize::from(!wanted.is_empty() && found == wanted);
        }
    }
}

#[test]
fn programs_are_rejected_on_the_line_where_the_reference_rejects_them() {
    for (name, at_least) in [("cases.jsonl.gz", (700, 100)), ("matrix.jsonl.gz", (13_000, 0))] {
        let Some(cases) = corpus(name) else { return };
        let mut tally = Tally::default();
        cases.iter().for_each(|case| tally.compare(case));
        let Tally { read, rejected, same_column, wrong } = tally;
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
        eprintln!(
            "{name}: {read} files read; {rejected} rejected on the same line, {same_column} in the same column"
        );
        assert!(read >= at_least.0 && rejected >= at_least.1);
        assert!(same_column * 10 >= rejected * 9);
    }
}
