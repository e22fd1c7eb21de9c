//! A rulebook: policies that people read, rules that detect, ladders that decide, worked cases
//! that prove it. Loaded whole or not at all, with every problem told at once. Must not do I/O:
//! the files come as [`Sources`].

mod audit;
mod blind;
mod cases;
mod claims;
mod diff;
mod dsa;
mod exemptions;
#[cfg(test)]
pub(crate) mod fixture;
mod four_eyes;
mod inform;
mod ladder;
pub(crate) mod lists;
mod load_ladder;
pub(crate) mod node;
mod people;
mod policy;
pub(crate) mod reader;
mod rules;
mod settings;
mod targets;
#[cfg(test)]
mod tests;

pub use audit::{AuditTerms, Dispute, GroupSource, Grouping, PrecedentTerms};
pub use blind::{BlindClause, Blindness};
pub use cases::{Expected, WorkedCase};
pub use claims::Claim;
pub use diff::{Change, ClauseDiff, NamedDiff, RulebookDiff};
pub use exemptions::ExemptionTerms;
pub use four_eyes::FourEyes;
pub(crate) use ladder::after;
pub use ladder::{AccountStep, Automatic, EmergencyStep, Gravity, ItemStep, Ladder, Step};
pub use lists::WordLists;
pub use people::PeopleTerms;
pub use policy::{Clause, Policy, PolicyText};
pub use settings::{ProviderClass, Settings};

use crate::check::{Environment, check};
use crate::declared::Declared;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::sources::Sources;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use model::{
    AccountId, Affiliation, AffiliationSubject, ClauseId, ClauseText, DsaTerms, Register,
    RulebookVersion,
};
use node::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A whole, checked rulebook.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// What `rulebook.toml` says.
    pub settings: Settings,
    /// The policies, by id.
    pub policies: Vec<Policy>,
    /// The ladders; every clause stands on one.
    pub ladders: Vec<Ladder>,
    /// The lists that rules may name.
    pub lists: Arc<WordLists>,
    /// The affiliations in its own file.
    pub affiliations: Vec<Affiliation>,
    /// The register that people keep beside it: whoever runs the rulebook puts it in. It is no part of
    /// the version; what it says holds from when it was entered.
    pub register: Arc<Register>,
    /// The functions that the rulebook declares.
    pub declared: Arc<Declared>,
    /// What the audit compares.
    pub audit: AuditTerms,
    /// Claims that somebody checked.
    pub claims: Vec<Claim>,
    /// The worked cases.
    pub cases: Vec<WorkedCase>,
    /// The rules by name, as written.
    pub rules: BTreeMap<String, String>,
    /// The rules, ready to run.
    pub plan: Arc<Plan>,
    /// On which values that say who speaks its findings can depend.
    pub blindness: Blindness,
    version: RulebookVersion,
    places: BTreeMap<ClauseId, (usize, usize)>,
}

/// The clauses that the rules of a directory may cite, if it is a rulebook; problems of its policies
/// are told.
pub fn citable(sources: &Sources, problems: &mut Vec<Problem>) -> Option<BTreeSet<String>> {
    sources.text("rulebook.toml")?;
    let languages = crate::decide::LANGUAGES.map(str::to_owned);
    let policies = policy::load(sources, &languages, problems);
    Some(policies.iter().flat_map(Policy::clauses).map(ClauseId::to_string).collect())
}

impl Rulebook {
    /// Loads a rulebook: it is there only if no problem is an error. All problems are told, sorted
    /// by place.
    pub fn load(sources: &Sources) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let settings = settings::load(sources, &mut problems);
        // Without settings every language passes: what is wrong with them is told already.
        let fallback = crate::decide::LANGUAGES.map(str::to_owned);
        let languages = settings.as_ref().map_or(&fallback[..], |settings| &settings.languages);
        let policies = policy::load(sources, languages, &mut problems);
        let labels = labels(sources);
        let known = load_ladder::Known { policies: &policies, labels: &labels };
        let ladders = load_ladder::load(sources, &known, &mut problems);
        let lists = lists::load(sources, &mut problems);
        let audit = audit::load(sources, &lists, &mut problems);
        let claims = claims::load(sources, &mut problems);
        let declared = Arc::new(Declared::load(sources, &lists, &mut problems));
        let lists = Arc::new(lists.with_running(declared.running()));
        let affiliations = lists::load_affiliations(sources, &mut problems);
        let cases = cases::load(sources, &ladders, usual_moment(&policies), &mut problems);
        let clauses = policies.iter().flat_map(Policy::clauses);
        let environment = Environment {
            lists: Some(lists.clone()),
            clauses: Some(clauses.map(ClauseId::to_string).collect()),
            declared: Some(Arc::clone(&declared)),
            ..Environment::default()
        };
        let checked = check(sources, &environment);
        problems.extend(checked.problems);
        let plan = checked.program.map(|program| Arc::new(Plan::build(program)));
        let mut blindness = Blindness::default();
        if let (Some(plan), Some(settings)) = (&plan, &settings) {
            blindness = blind::of(sources, plan, settings, &policies, &mut problems);
            problems.extend(plan.never_holding().into_iter().map(|idle| {
                let at = sml::Span::at(idle.offset);
                let message = format!("`{}` {}", idle.name, idle.why);
                let problem = Problem::error(sources, &idle.path, at, "never-holds", message);
                problem.with_hint("take it out, or correct its conditions").as_warning()
            }));
        }
        problems.sort_by(|a, b| {
            (&a.path, a.line, a.col, &a.message).cmp(&(&b.path, b.line, b.col, &b.message))
        });
        problems.dedup();
        let sound = !problems.iter().any(Problem::is_error);
        let whole = settings.zip(plan).filter(|_| sound);
        let book = whole.map(|(settings, plan)| Self {
            places: places(&policies, &ladders),
            version: sources.version(),
            rules: rules::load(sources),
            plan,
            blindness,
            settings,
            policies,
            ladders,
            lists,
            affiliations,
            register: Arc::default(),
            audit,
            claims,
            cases,
            declared,
        });
        (book, problems)
    }

    /// SHA-256 of its content.
    pub const fn version(&self) -> &RulebookVersion {
        &self.version
    }

    /// Every clause, in the order of the policies.
    pub fn clauses(&self) -> impl Iterator<Item = &ClauseId> {
        self.policies.iter().flat_map(Policy::clauses)
    }

    /// The policy of a clause.
    pub fn policy_of(&self, clause: &ClauseId) -> Option<&Policy> {
        self.places.get(clause).and_then(|(policy, _)| self.policies.get(*policy))
    }

    /// The ladder on which a breach of the clause counts.
    pub fn ladder_of(&self, clause: &ClauseId) -> Option<&Ladder> {
        self.places.get(clause).and_then(|(_, ladder)| self.ladders.get(*ladder))
    }

    /// What the clause is in the regulator's terms.
    pub fn dsa_terms(&self, clause: &ClauseId) -> Option<&DsaTerms> {
        self.policy_of(clause).map(|policy| &policy.dsa)
    }

    /// Since when the clause can be breached: midnight in UTC of its policy's first day.
    pub fn in_force_since(&self, clause: &ClauseId) -> Option<Timestamp> {
        start_of(self.policy_of(clause)?)
    }

    /// The clause as it reads in `language`, if the rulebook has it in that language.
    pub fn clause(&self, clause: &ClauseId, language: &str) -> Option<ClauseText> {
        let text = self.policy_of(clause)?.text(language)?;
        let found = text.clauses.iter().find(|other| other.id == *clause)?;
        Some(ClauseText {
            id: clause.clone(),
            policy_title: text.title.clone(),
            title: found.title.clone(),
            text: found.text.clone(),
            language: language.to_owned(),
            rulebook: self.version.clone(),
        })
    }

    /// The clause in the default language and, where the rulebook has it, in each of `languages`.
    pub fn clause_texts(&self, clause: &ClauseId, languages: &[&str]) -> Vec<ClauseText> {
        let first = self.settings.default_language();
        let others = languages.iter().copied().filter(|language| *language != first);
        std::iter::once(first).chain(others).filter_map(|l| self.clause(clause, l)).collect()
    }

    /// What the register says about an account at a time, or else the rulebook's own file.
    pub fn affiliation_of(&self, account: &AccountId, at: Timestamp) -> Option<&Affiliation> {
        let about = |one: &&Affiliation| matches!(&one.subject, AffiliationSubject::Account(other) if other == account);
        let entered = self.register.account(account, at).map(|entry| &entry.affiliation);
        entered.or_else(|| self.affiliations.iter().find(about))
    }
}

fn start_of(policy: &Policy) -> Option<Timestamp> {
    policy.effective.at(0, 0, 0, 0).to_zoned_datetime(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// When worked cases happen that do not say when: 30 days after the last policy came into force.
fn usual_moment(policies: &[Policy]) -> Timestamp {
    let last = policies.iter().filter_map(start_of).max().unwrap_or(Timestamp::UNIX_EPOCH);
    after(last, SignedDuration::from_hours(30 * 24 + 12))
}

fn places(policies: &[Policy], ladders: &[Ladder]) -> BTreeMap<ClauseId, (usize, usize)> {
    let mut places = BTreeMap::new();
    for (number, policy) in policies.iter().enumerate() {
        for clause in policy.clauses() {
            if let Some(ladder) = ladders.iter().position(|one| one.clauses.contains(clause)) {
                places.insert(clause.clone(), (number, ladder));
            }
        }
    }
    places
}

/// The names of the declared labels. What is wrong with them, the check of the rules tells.
fn labels(sources: &Sources) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut ignored = Vec::new();
    for (path, text) in sources.under("config", "yaml") {
        let Some(root) = node::yaml(sources, path, text, 0, &mut ignored) else { continue };
        let Value::Table(entries) = root.value else { continue };
        for (_, node) in entries.into_iter().filter(|(key, _)| key.name == "labels") {
            if let Value::Table(labels) = node.value {
                names.extend(labels.into_iter().map(|(key, _)| key.name));
            }
        }
    }
    names
}
