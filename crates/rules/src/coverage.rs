//! Which rules and clauses a rulebook's worked cases try: a rule that no case makes hold is a rule
//! that nobody has seen work. Must not judge whether the cases pass: [`crate::testing`] does.

use crate::evaluate::Held;
use crate::facts::Facts;
use crate::plan::Idle;
use crate::plan::node::Kind;
use crate::rulebook::Rulebook;
use crate::sources::Sources;
use model::ClauseId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the worked cases try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// How many worked cases there are.
    pub cases: usize,
    /// The rules, by file and line.
    pub rules: Vec<RuleCoverage>,
    /// The clauses, in the order of the rulebook.
    pub clauses: Vec<ClauseCoverage>,
    /// Rules that can never hold.
    pub never: Vec<Idle>,
    /// Rules that no `WhenRules` asks for, and features that no rule reads.
    pub unused: Vec<Idle>,
}

/// How the cases try a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// Its name.
    pub name: String,
    /// The rule file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// In how many cases it held.
    pub held: usize,
    /// In how many cases it did not.
    pub not_held: usize,
    /// Its conditions.
    pub conditions: Vec<ConditionCoverage>,
}

/// How the cases try a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionCoverage {
    /// As it is written.
    pub text: String,
    /// In how many cases it was true.
    pub held: usize,
    /// In how many cases it was false while all the rule's other conditions were true: it decided.
    pub decided: usize,
}

/// How the cases try a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseCoverage {
    /// The clause.
    pub clause: ClauseId,
    /// How many cases say that it is breached.
    pub breach: usize,
    /// How many say that people should look.
    pub refer: usize,
}

/// Runs every worked case and counts. `sources` are the files of the rulebook.
#[must_use]
pub fn coverage(book: &Rulebook, sources: &Sources) -> Coverage {
    let mut rules: BTreeMap<(String, u32, String), RuleCoverage> = BTreeMap::new();
    for case in &book.cases {
        let (event, now) = (book.informed(&case.event), case.event.timestamp);
        let mut clock = || Duration::ZERO;
        let told = book.plan.explain(&event, &Facts::default(), now, sources, &mut clock);
        for rule in told.rules {
            let key = (rule.path.clone(), rule.line, rule.name.clone());
            let covered = rules.entry(key).or_insert_with(|| RuleCoverage {
                name: rule.name,
                path: rule.path,
                line: rule.line,
                held: 0,
                not_held: 0,
                conditions: rule
                    .conditions
                    .iter()
                    .map(|one| ConditionCoverage { text: one.text.clone(), held: 0, decided: 0 })
                    .collect(),
            });
            match rule.held {
                Held::Held => covered.held += 1,
                Held::NotHeld => covered.not_held += 1,
                Held::Failed | Held::NotRun => continue,
            }
            let untrue = rule.conditions.iter().filter(|one| one.holds != Some(true)).count();
            for (counted, one) in covered.conditions.iter_mut().zip(&rule.conditions) {
                let holds = one.holds == Some(true);
                counted.held += usize::from(holds);
                counted.decided += usize::from(!holds && untrue == 1);
            }
        }
    }
    for at in book.plan.rules.values() {
        let Some(node) = book.plan.node(*at) else { continue };
        let Kind::Rule(rule) = &node.kind else { continue };
        let ((path, line), name) = (book.plan.place(node), rule.name.to_string());
        rules.entry((path.to_owned(), line, name.clone())).or_insert_with(|| RuleCoverage {
            name,
            path: path.to_owned(),
            line,
            held: 0,
            not_held: 0,
            conditions: Vec::new(),
        });
    }
    let counted = |of: &dyn Fn(&crate::rulebook::Expected) -> bool| {
        book.cases.iter().filter(|case| of(&case.expect)).count()
    };
    let clauses = book.clauses().map(|clause| ClauseCoverage {
        clause: clause.clone(),
        breach: counted(&|expected| expected.breach.contains(clause)),
        refer: counted(&|expected| expected.refer.contains(clause)),
    });
    Coverage {
        cases: book.cases.len(),
        clauses: clauses.collect(),
        rules: rules.into_values().collect(),
        never: book.plan.never_holding(),
        unused: book.plan.unused(),
    }
}
