//! The sets of like cases as they are published, and everything of a report that follows from them: whoever does not
//! trust the report adds it up again. Must not read a store.
//!
//! What needs the operator's data stays open: that the posts are alike and who is in which group (texts and accounts are
//! nobody else's business), and the p of dealing labels among accounts.

use super::compare::{Numbers, cases_of, counts, divergence, largest, of_pairs};
use super::gather::Gathered;
use super::report::{AspectCounts, ComparisonReport, EvennessReport, Interval};
use likeness::audit::{Aspect, Case, Treatment, compare};
use likeness::statistics::benjamini_hochberg;
use model::{ClauseId, DecisionId};
use rules::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What of a report no stranger can add up.
pub const NOT_TOLD: &str = "that the posts of a set are alike, who is in which group, what the p of labels dealt among \
    accounts is, and severity, hours, warnings and reports: these need the operator's data";

/// One set of like cases with at least one measure under a clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedSet {
    /// The clause.
    pub clause: ClauseId,
    /// The set's number in this report.
    pub set: usize,
    /// Its cases, in the order in which they came.
    pub cases: Vec<PublishedCase>,
}

/// One case of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedCase {
    /// Its decision in the public log; none if nobody decided anything on it.
    pub decision: Option<DecisionId>,
    /// Whether it was met with a measure under the clause.
    pub measured: bool,
    /// Whether a distinguishing reason is on record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explained: bool,
    /// Its author's group, for each grouping that was compared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, String>,
}

/// The sets that a report was made from, one line of JSON each. Groups that were not compared are not in them.
#[must_use]
pub fn sets(gathered: &Gathered, book: &Rulebook, report: &EvennessReport) -> String {
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (key, set) in gathered.sets.set_of.iter().enumerate() {
        members.entry(*set).or_default().push(key);
    }
    let mut out = String::new();
    for clause in report.clauses.iter().map(|one| &one.clause) {
        let cases = cases_of(gathered, &members, clause);
        let names: Vec<Vec<String>> = (0..book.audit.groupings.len())
            .map(|number| largest(&gathered.items, number, &cases).0)
            .collect();
        for set in cases.chunk_by(|a, b| a.set == b.set) {
            let cases = set.iter().filter_map(|case| {
                let item = gathered.items.get(case.key)?;
                let grouped = book.audit.groupings.iter().zip(&item.groups).zip(&names);
                let groups = grouped.filter_map(|((grouping, group), names)| {
                    let group =
                        group.as_deref().filter(|group| names.iter().any(|n| n == group))?;
                    Some((grouping.name.clone(), group.to_owned()))
                });
                Some(PublishedCase {
                    decision: item.decision,
                    measured: case.treatment.measured,
                    explained: case.treatment.explained,
                    groups: groups.collect(),
                })
            });
            let number = set.first().map_or(0, |case| case.set);
            let line = PublishedSet { clause: clause.clone(), set: number, cases: cases.collect() };
            if let Ok(line) = serde_json::to_string(&line) {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    out
}

/// Reads what [`sets`] wrote.
///
/// # Errors
/// The first line that cannot be read.
pub fn read_sets(text: &str) -> Result<Vec<PublishedSet>, serde_json::Error> {
    text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str).collect()
}

/// What a report says otherwise than its published sets; empty: all that can be added up, adds up. `in_log` tells what
/// the public log holds of a decision: the clauses breached, if there was any measure.
#[must_use]
pub fn recheck(
    report: &EvennessReport,
    sets: &[PublishedSet],
    in_log: Option<&dyn Fn(DecisionId) -> Option<Vec<ClauseId>>>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(in_log) = in_log {
        check_log(&mut wrong, sets, in_log);
    }
    let mut ps = Vec::new();
    let mut verdicts = Vec::new();
    for clause in &report.clauses {
        let name = clause.clause.as_str();
        let of: Vec<&PublishedSet> =
            sets.iter().filter(|set| set.clause == clause.clause).collect();
        let found = divergence(&cases(&of, None));
        for (what, theirs, ours) in [
            ("sets", clause.sets, found.sets),
            ("divergent", clause.divergent, found.divergent),
            ("unexplained", clause.unexplained, found.unexplained),
        ] {
            if theirs != ours {
                wrong
                    .push(format!("{name}: {what}: the report says {theirs}, its sets say {ours}"));
            }
        }
        let rate = found.rate(0.95).map(|(value, found)| Interval {
            value,
            low: found.low,
            high: Some(found.high),
        });
        near(&mut wrong, &format!("{name}: share decided unlike"), clause.divergence, rate);
        // Reports of an earlier release do not have it.
        if clause.of_pairs.is_some() {
            let ours = of_pairs(&cases(&of, None), report.never_flagged_drawn);
            near(&mut wrong, &format!("{name}: share of pairs"), clause.of_pairs, ours);
        }
        for comparison in &clause.comparisons {
            recheck_one(&mut wrong, name, comparison, &of);
            ps.push(comparison.p.unwrap_or(1.0));
            verdicts.push((format!("{name}: {}", pair(comparison)), comparison.verdict.clone()));
        }
    }
    let clear = likeness::audit::Verdict::Clear.phrase();
    for ((what, verdict), adjusted) in verdicts.iter().zip(benjamini_hochberg(&ps)) {
        if (verdict == clear) != (adjusted <= 0.05) {
            wrong.push(format!(
                "{what}: called `{verdict}`, but the p among all comparisons is {adjusted:.4}"
            ));
        }
    }
    wrong
}

fn check_log(
    wrong: &mut Vec<String>,
    sets: &[PublishedSet],
    in_log: &dyn Fn(DecisionId) -> Option<Vec<ClauseId>>,
) {
    for set in sets {
        for case in &set.cases {
            let Some(id) = case.decision else { continue };
            match in_log(id) {
                None => wrong.push(format!("decision {id} is in the sets and not in the log")),
                Some(clauses) if clauses.contains(&set.clause) != case.measured => {
                    let said = if case.measured { "a measure" } else { "no measure" };
                    wrong.push(format!(
                        "decision {id}: the sets say {said} under {}, the log says otherwise",
                        set.clause
                    ));
                }
                Some(_) => {}
            }
        }
    }
}

fn pair(comparison: &ComparisonReport) -> String {
    format!("{} `{}` and `{}`", comparison.grouping, comparison.one, comparison.other)
}

/// Published cases as the arithmetic wants them, grouped as one comparison groups them.
fn cases(sets: &[&PublishedSet], comparison: Option<&ComparisonReport>) -> Vec<Case> {
    let mut key = 0;
    let mut all = Vec::new();
    for (number, set) in sets.iter().enumerate() {
        for case in &set.cases {
            let group = comparison.and_then(|of| {
                let group = case.groups.get(&of.grouping)?;
                [&of.one, &of.other].iter().position(|name| *name == group)
            });
            let treatment = Treatment {
                measured: case.measured,
                explained: case.explained,
                ..Treatment::default()
            };
            let group = group.and_then(|at| u32::try_from(at).ok());
            all.push(Case { key, set: number, account: key as u64, group, treatment });
            key += 1;
        }
    }
    all
}

fn recheck_one(
    wrong: &mut Vec<String>,
    clause: &str,
    theirs: &ComparisonReport,
    sets: &[&PublishedSet],
) {
    let what = format!("{clause}: {}", pair(theirs));
    let found = compare(&cases(sets, Some(theirs)), 0, 1, 0, |_| 0);
    let ours = Numbers::of(&found, theirs.same_in_every_language);
    let AspectCounts { one, other, .. } = counts(&found, Aspect::Measure);
    let said = theirs.aspects.iter().find(|counts| counts.aspect == "measure");
    for (name, theirs, ours) in [
        ("cases", theirs.cases, found.cases),
        ("sets", theirs.sets, (found.sums.used, found.sums.dropped)),
        ("unlike pairs", said.map_or((0, 0), |said| (said.one, said.other)), (one, other)),
    ] {
        if theirs != ours {
            wrong
                .push(format!("{what}: {name}: the report says {theirs:?}, its sets say {ours:?}"));
        }
    }
    near(wrong, &format!("{what}: common odds"), theirs.odds, ours.odds);
    near(wrong, &format!("{what}: odds by pairs"), theirs.pair_odds, ours.pair_odds);
    for (name, theirs, ours) in
        [("Gamma", theirs.gamma, ours.gamma), ("bet", Some(theirs.bet), Some(ours.bet))]
    {
        if !same(theirs, ours) {
            wrong
                .push(format!("{what}: {name}: the report says {theirs:?}, its sets say {ours:?}"));
        }
    }
}

fn near(wrong: &mut Vec<String>, what: &str, theirs: Option<Interval>, ours: Option<Interval>) {
    let equal = match (theirs, ours) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            same(Some(a.value), Some(b.value))
                && same(Some(a.low), Some(b.low))
                && same(a.high, b.high)
        }
        _ => false,
    };
    if !equal {
        wrong.push(format!("{what}: the report says {theirs:?}, its sets say {ours:?}"));
    }
}

/// Equal to nine digits: JSON keeps more.
fn same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-9),
        (None, None) => true,
        _ => false,
    }
}
