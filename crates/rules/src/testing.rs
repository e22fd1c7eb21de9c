//! Runs a rulebook's worked cases: does the rulebook still do what its authors say it does?
//! Must not touch anything but the rulebook: no store, no clock.

use crate::decide::{Context, count, decide};
use crate::facts::Facts;
use crate::found::{Certainty, Found};
use crate::rulebook::{Rulebook, WorkedCase};
use model::{CaseId, ClauseId, DecisionId, Ruling};
use serde::Serialize;

/// What came of one worked case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The file that it stands in.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What differs from what was expected, in plain words; empty when nothing does.
    pub differences: Vec<String>,
}

impl CaseResult {
    /// Whether all is as expected.
    pub const fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Runs every worked case of the rulebook.
pub fn run_cases(book: &Rulebook) -> Vec<CaseResult> {
    let run = |case: &WorkedCase| {
        let outcome = book.evaluate(&case.event, &Facts::default(), case.event.timestamp);
        let mut differences = compare(book, case, &outcome.findings);
        differences.extend(outcome.errors.iter().map(|error| {
            format!("{}:{}: the rule failed: {}", error.path, error.line, error.message)
        }));
        let (name, path, line) = (case.name.clone(), case.path.clone(), case.line);
        CaseResult { name, path, line, differences }
    };
    book.cases.iter().map(run).collect()
}

/// How what the rules found, and what follows from it, differs from what the case expects.
fn compare(book: &Rulebook, case: &WorkedCase, found: &[Found]) -> Vec<String> {
    let mut differences = Vec::new();
    let conduct = case.subject.conduct_at(&case.event);
    let in_force = |one: &&Found| book.in_force_since(&one.clause).is_none_or(|at| at <= conduct);
    let found: Vec<&Found> = found.iter().filter(in_force).collect();
    let clauses = |breach: bool| -> Vec<&ClauseId> {
        let mut all: Vec<&ClauseId> = found
            .iter()
            .filter(|one| (one.certainty == Certainty::Breach) == breach)
            .map(|one| &one.clause)
            .collect();
        all.sort();
        all.dedup();
        all
    };
    let breached = clauses(true);
    let mut referred = clauses(false);
    referred.retain(|clause| !breached.contains(clause) || case.expect.refer.contains(clause));
    sets("breached", &case.expect.breach, &breached, &mut differences);
    sets("referred to people", &case.expect.refer, &referred, &mut differences);
    if let Some(quote) = &case.expect.quote {
        let passages: Vec<&str> =
            found.iter().filter_map(|one| Some(one.passage.as_ref()?.text.as_str())).collect();
        if !passages.contains(&quote.as_str()) {
            let seen =
                if passages.is_empty() { "nothing".into() } else { passages.join("”, “") };
            differences.push(format!("should quote “{quote}”, but quotes “{seen}”"));
        }
    }
    if let Some(expected) = &case.expect.measures {
        let measures = measures(book, case, &found);
        let mut wanted: Vec<&str> = expected.iter().map(String::as_str).collect();
        let mut taken: Vec<&str> = measures.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        taken.sort_unstable();
        if wanted != taken {
            let listed = |all: &[&str]| {
                if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
            };
            let (wanted, taken) = (listed(&wanted), listed(&taken));
            differences.push(format!("should take these measures: {wanted}; but takes: {taken}"));
        }
    }
    differences
}

fn sets(what: &str, expected: &[ClauseId], got: &[&ClauseId], differences: &mut Vec<String>) {
    for clause in expected.iter().filter(|clause| !got.contains(clause)) {
        differences.push(format!("`{clause}` should be {what}, but is not"));
    }
    for clause in got.iter().filter(|clause| !expected.contains(clause)) {
        differences.push(format!("`{clause}` is {what}, but should not be"));
    }
}

/// What automation does; where the ladder leaves a breach to people, what it tells them to do.
fn measures(book: &Rulebook, case: &WorkedCase, found: &[&Found]) -> Vec<String> {
    let now = case.event.timestamp;
    let nil = "00000000-0000-0000-0000-000000000000";
    let (Ok(id), Ok(case_id)) = (nil.parse::<DecisionId>(), nil.parse::<CaseId>()) else {
        return Vec::new();
    };
    let context = Context { now, id, case_id, public_url: "", exemptions: &[] };
    let owned: Vec<Found> = found.iter().map(|one| (*one).clone()).collect();
    let ruling = decide(book, &case.event, &case.subject, &owned, &case.standing, context);
    let words = |measures: &[model::Measure]| -> Vec<String> {
        measures.iter().map(|measure| measure.word().to_owned()).collect()
    };
    match ruling {
        Ruling::Decided(decided) => words(&decided.decision().measures),
        Ruling::NoItem => Vec::new(),
        Ruling::Referred(_) => {
            let breaches = found.iter().filter(|one| one.certainty == Certainty::Breach);
            let ladders = breaches.filter_map(|one| book.ladder_of(&one.clause));
            let gravest = ladders.max_by_key(|ladder| ladder.severity);
            let conduct = case.subject.conduct_at(&case.event);
            gravest
                .and_then(|ladder| count(ladder, &case.standing, conduct))
                .map_or_else(Vec::new, |counted| words(&counted.step.measures(now)))
        }
    }
}
