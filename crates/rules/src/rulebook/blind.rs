//! Who-blindness of a rulebook: which clauses can depend on who speaks, beside what the policies
//! claim. Must not follow values itself: the plan does.

use super::policy::Policy;
use super::settings::{self, Settings};
use crate::plan::{Dependence, Plan};
use crate::problem::{Problem, nearest};
use crate::sources::Sources;
use model::ClauseId;
use serde::Serialize;
use sml::Span;

/// On which values that say who speaks the findings of a rulebook can depend.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Blindness {
    /// The groups of values, by name.
    pub groups: Vec<String>,
    /// The clauses, in the order of the rulebook.
    pub clauses: Vec<BlindClause>,
}

/// A clause, and on whose values its findings can depend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlindClause {
    /// The clause.
    pub clause: ClauseId,
    /// Whether some rule finds it; what no rule finds, people find alone.
    pub detected: bool,
    /// The groups to which its policy claims to be blind.
    pub claims: Vec<String>,
    /// The ways by which findings can depend on groups.
    pub depends: Vec<Dependence>,
}

impl BlindClause {
    /// Whether no finding of rules can depend on the group.
    #[must_use]
    pub fn is_blind_to(&self, group: &str) -> bool {
        self.depends.iter().all(|one| one.group != group)
    }

    /// How it stands to the group, in words.
    #[must_use]
    pub fn stands(&self, group: &str) -> &'static str {
        let claimed = self.claims.iter().any(|claim| claim == group);
        match (self.detected, self.is_blind_to(group), claimed) {
            (_, false, _) => "can depend",
            (false, true, _) => "no rule",
            (true, true, true) => "blind, as claimed",
            (true, true, false) => "blind",
        }
    }
}

/// Works it out, and tells claims that rules break.
pub(super) fn of(
    sources: &Sources,
    plan: &Plan,
    settings: &Settings,
    policies: &[Policy],
    problems: &mut Vec<Problem>,
) -> Blindness {
    unknown(sources, plan, settings, policies, problems);
    let all = plan.dependences(&settings.who);
    let detected = plan.clauses_found();
    let mut clauses = Vec::new();
    for policy in policies {
        for clause in policy.clauses() {
            let depends: Vec<Dependence> =
                all.iter().filter(|one| one.clause == clause.as_str()).cloned().collect();
            for one in depends.iter().filter(|one| policy.blind_to.contains(&one.group)) {
                let message = format!(
                    "`{clause}` claims to be blind to `{}`, but a finding depends on it: {}",
                    one.group,
                    one.way.join(" <- "),
                );
                let at = Span::at(one.offset);
                let hint = format!(
                    "take the value out of these conditions, or `{}` out of `blind_to` in \
                     policies/{}.md",
                    one.group, policy.id
                );
                let problem = Problem::error(sources, &one.path, at, "not-blind", message);
                problems.push(problem.with_hint(hint));
            }
            clauses.push(BlindClause {
                clause: clause.clone(),
                detected: detected.contains(clause.as_str()),
                claims: policy.blind_to.clone(),
                depends,
            });
        }
    }
    Blindness { groups: settings.who.keys().cloned().collect(), clauses }
}

/// Tells of groups and values that there are not: a claim about nothing proves nothing.
fn unknown(
    sources: &Sources,
    plan: &Plan,
    settings: &Settings,
    policies: &[Policy],
    problems: &mut Vec<Problem>,
) {
    for policy in policies {
        for group in policy.blind_to.iter().filter(|group| !settings.who.contains_key(*group)) {
            let path = format!("policies/{}.md", policy.id);
            let message = format!("there is no group `{group}` to be blind to");
            let near = nearest(group, settings.who.keys().map(String::as_str));
            let hint = near.map_or_else(
                || "declare it under `[who]` in `rulebook.toml`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let at = place(sources, &path, group);
            problems
                .push(Problem::error(sources, &path, at, "unknown-group", message).with_hint(hint));
        }
    }
    for entry in settings.who.values().flatten().filter(|entry| !plan.knows(entry)) {
        let message = format!("`{entry}` is no feature, no path and no function");
        let hint = "write a feature's name, a path such as `$.account.id`, or a function with `()`";
        let at = place(sources, settings::PATH, entry);
        let problem = Problem::error(sources, settings::PATH, at, "unknown-value", message);
        problems.push(problem.with_hint(hint));
    }
}

/// Where a word first stands in a file.
fn place(sources: &Sources, path: &str, word: &str) -> Span {
    let found = sources.text(path).and_then(|text| text.find(word)).unwrap_or(0);
    Span::at(u32::try_from(found).unwrap_or(0))
}
