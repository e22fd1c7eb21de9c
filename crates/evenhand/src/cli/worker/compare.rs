//! Our results beside Osprey's. Must not excuse a difference: people judge it.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// So many differences are shown.
const SHOWN: usize = 20;

/// Results as they are compared with those of Osprey.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Osprey's, by the event's id; as text, which takes less room.
    expected: HashMap<String, String>,
    /// A line whose end is not there yet.
    rest: Vec<u8>,
    report: Report,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    same: u64,
    different: u64,
    /// Events of which Osprey's results have nothing.
    unknown: u64,
    /// Results of Osprey whose events did not come.
    missing: u64,
    shown: Vec<String>,
}

impl Comparison {
    /// Reads Osprey's results.
    pub(super) fn with(path: &Path) -> Result<Self> {
        let file =
            std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut expected = HashMap::new();
        for (line, number) in BufReader::new(file).lines().zip(1_u64..) {
            let line = line.with_context(|| format!("cannot read {}", path.display()))?;
            if line.trim().is_empty() {
                continue;
            }
            let features = features(&line).and_then(|features| {
                let id = features.get("__action_id")?.to_string();
                Some((id, Value::Object(features).to_string()))
            });
            let Some((id, features)) = features else {
                bail!(
                    "{}:{number} is no result of Osprey: it has no `__action_id`, nor \
                     `extracted_features` with one",
                    path.display()
                );
            };
            expected.insert(id, features);
        }
        Ok(Self { expected, ..Self::default() })
    }

    fn line(&mut self, line: &[u8]) {
        let ours = std::str::from_utf8(line).ok().and_then(features);
        let Some(ours) = ours else { return };
        let id = ours.get("__action_id").map(Value::to_string).unwrap_or_default();
        let Some(theirs) = self.expected.remove(&id).as_deref().and_then(features) else {
            self.report.unknown += 1;
            return;
        };
        let names = differing(&ours, &theirs);
        if names.is_empty() {
            self.report.same += 1;
            return;
        }
        self.report.different += 1;
        for name in names {
            if self.report.shown.len() < SHOWN {
                let said = |of: &Map<String, Value>| {
                    of.get(name).map_or("(absent)".to_owned(), Value::to_string)
                };
                let (ours, theirs) = (said(&ours), said(&theirs));
                self.report.shown.push(format!("{id} {name}: Osprey {theirs}, here {ours}"));
            }
        }
    }

    /// What came of it.
    pub(super) fn end(mut self) -> Report {
        self.report.missing = u64::try_from(self.expected.len()).unwrap_or(u64::MAX);
        self.report
    }
}

/// The features of a result, in whichever form it has.
fn features(line: &str) -> Option<Map<String, Value>> {
    let Ok(Value::Object(mut result)) = serde_json::from_str(line) else { return None };
    match result.remove("extracted_features") {
        Some(Value::Object(features)) => Some(features),
        // The stores hold them as a text.
        Some(Value::String(text)) => serde_json::from_str(&text).ok(),
        Some(_) => None,
        None => Some(result),
    }
}

/// The names under which two results differ. How many events a worker samples is no finding.
fn differing<'r>(ours: &'r Map<String, Value>, theirs: &'r Map<String, Value>) -> Vec<&'r str> {
    let more = theirs.keys().filter(|name| !ours.contains_key(*name));
    let all = ours.keys().chain(more).filter(|name| *name != "__sample_rate");
    all.filter(|name| ours.get(*name) != theirs.get(*name)).map(String::as_str).collect()
}

impl Write for &mut Comparison {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut open = std::mem::take(&mut self.rest);
        open.extend_from_slice(bytes);
        let mut lines = open.split(|byte| *byte == b'\n');
        let rest = lines.next_back().unwrap_or_default().to_vec();
        lines.for_each(|line| self.line(line));
        self.rest = rest;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Report {
    /// Whether every result is there and the same.
    pub(super) const fn is_same(&self) -> bool {
        self.different == 0 && self.unknown == 0 && self.missing == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.shown {
            writeln!(f, "{line}")?;
        }
        write!(
            f,
            "same: {}, different: {}, not in Osprey's results: {}, only in Osprey's results: {}",
            self.same, self.different, self.unknown, self.missing
        )
    }
}
