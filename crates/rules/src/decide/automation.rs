//! What automation decides, and what it leaves to people. Must not decide what the ladder leaves
//! to people.

use super::statement::{Draft, Why};
use super::{Context, count};
use crate::found::{Certainty, Found};
use crate::rulebook::{Gravity, ItemStep, Ladder, Rulebook};
use model::{
    Case, CaseState, ClauseId, Decided, DecidedBy, Decision, Event, Finding, FoundBy, Outcome,
    Ruling, Source, Standing, Subject,
};

/// Decides what follows from what the rules found in one item, or refers it to people. Pure: the
/// same arguments give the same ruling.
pub fn decide(
    book: &Rulebook,
    event: &Event,
    subject: &Subject,
    found: &[Found],
    standing: &Standing,
    context: Context<'_>,
) -> Ruling {
    let item = Looked::at(book, event, subject, found);
    let breaches = item.breaches();
    let Some(gravest) = breaches.first() else {
        if item.found.is_empty() {
            return item.no_breach(context);
        }
        return item.refer(context, "a rule found signs of a breach, but is not certain");
    };
    let Some(counted) = count(gravest.ladder, standing, item.conduct_at()) else {
        return item.refer(context, "the ladder of the clause has no step");
    };
    let step = counted.step;
    if !counted.ladder.automates(step) {
        return item.refer(context, &why_people(gravest.ladder, step.people));
    }
    let graver = item.referred().any(|other| other.ladder.severity > gravest.ladder.severity);
    if graver && step.item != ItemStep::Remove {
        return item.refer(context, "a graver clause may be breached as well");
    }
    let exemption =
        super::exempt::exempted(&context, &subject.item.id, &gravest.found.clause, step);
    let mut measures = match exemption {
        Some(_) => super::exempt::instead(step),
        None => step.measures(context.now),
    };
    if step.item != ItemStep::Remove {
        // What only informs readers is no second punishment: it joins the gravest measure.
        for other in breaches.iter().skip(1) {
            let informs = other.ladder.steps.first().filter(|step| step.informs());
            let label = informs.filter(|step| other.ladder.automates(step));
            let label = label.and_then(|step| step.item.measure());
            measures.extend(label.filter(|label| !measures.contains(label)));
        }
    }
    let gives_entry = step.account != crate::rulebook::AccountStep::None;
    let mut clauses: Vec<ClauseId> = Vec::new();
    for breach in &breaches {
        if !clauses.contains(&breach.found.clause) {
            clauses.push(breach.found.clause.clone());
        }
    }
    let decision = Decision {
        outcome: Outcome::Breach { clauses },
        measures,
        ladder: Some(counted.kept(counted.says(), gives_entry, context.now)),
        exemption,
        ..item.decision(context)
    };
    let why = Why { counted: Some(&counted), ..item.why() };
    item.decided(context, decision, &why)
}

fn why_people(ladder: &Ladder, people: u8) -> String {
    let many = if people > 1 { "two people" } else { "a person" };
    format!("the ladder `{}` leaves this step to {many}: {}", ladder.id, ladder.why)
}

/// One finding with the ladder of its clause.
struct Weighed<'a> {
    found: &'a Found,
    ladder: &'a Ladder,
}

/// What was looked at, with what counts of what was found: gravest first.
struct Looked<'a> {
    book: &'a Rulebook,
    event: &'a Event,
    subject: &'a Subject,
    found: Vec<Weighed<'a>>,
    /// Clauses that the rules point to, but that were not in force when the item was posted.
    too_early: Vec<ClauseId>,
}

impl<'a> Looked<'a> {
    fn at(book: &'a Rulebook, event: &'a Event, subject: &'a Subject, all: &'a [Found]) -> Self {
        let conduct = subject.conduct_at(event);
        let mut found: Vec<Weighed<'a>> = Vec::new();
        let mut too_early = Vec::new();
        for one in all {
            let Some(ladder) = book.ladder_of(&one.clause) else { continue };
            if book.in_force_since(&one.clause).is_some_and(|since| conduct < since) {
                if !too_early.contains(&one.clause) {
                    too_early.push(one.clause.clone());
                }
            } else if !found.iter().any(|other| other.found == one) {
                found.push(Weighed { found: one, ladder });
            }
        }
        let order = |one: &Weighed<'_>| {
            let position = book.clauses().position(|clause| *clause == one.found.clause);
            (
                std::cmp::Reverse(one.ladder.severity),
                one.found.certainty != Certainty::Breach,
                position,
            )
        };
        found.sort_by_key(order);
        Self { book, event, subject, found, too_early }
    }

    fn breaches(&self) -> Vec<&Weighed<'a>> {
        self.found.iter().filter(|one| self.holds(one)).collect()
    }

    fn referred(&self) -> impl Iterator<Item = &Weighed<'a>> {
        self.found.iter().filter(|one| !self.holds(one))
    }

    /// Whether the breach is certain. What a rule says about another item or account than the
    /// event's, only people can hold.
    fn holds(&self, one: &Weighed<'_>) -> bool {
        let own = |named: &Option<String>, id: &str| named.as_ref().is_none_or(|other| other == id);
        one.found.certainty == Certainty::Breach
            && own(&one.found.item, self.subject.item.id.as_str())
            && own(&one.found.account, self.subject.account.id.as_str())
    }

    fn conduct_at(&self) -> jiff::Timestamp {
        self.subject.conduct_at(self.event)
    }

    fn findings(&self) -> Vec<Finding> {
        let finding = |one: &Weighed<'_>| Finding {
            clause: one.found.clause.clone(),
            by: FoundBy::Rules(one.found.rules.clone()),
            passage: one.found.passage.clone(),
            explanation: one.found.explanation.clone(),
        };
        self.found.iter().map(finding).collect()
    }

    const fn why(&self) -> Why<'_> {
        Why {
            too_early: self.too_early.as_slice(),
            counted: None,
            taken: None,
            passage: None,
            since: None,
        }
    }

    /// A decision of automation, without its outcome.
    fn decision(&self, context: Context<'_>) -> Decision {
        Decision {
            id: context.id,
            item: self.subject.item.id.clone(),
            account: self.subject.account.id.clone(),
            action_id: self.event.action_id.clone(),
            case: None,
            decided_at: context.now,
            conduct_at: self.conduct_at(),
            rulebook: self.book.version().clone(),
            outcome: Outcome::NoBreach,
            findings: self.findings(),
            measures: Vec::new(),
            ladder: None,
            source: Source::OwnInitiative,
            automated_detection: !self.found.is_empty(),
            by: DecidedBy::Automation,
            replaces: None,
            reason: None,
            emergency: None,
            exemption: None,
            departs: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn no_breach(&self, context: Context<'_>) -> Ruling {
        self.decided(context, self.decision(context), &self.why())
    }

    fn decided(&self, context: Context<'_>, decision: Decision, why: &Why<'_>) -> Ruling {
        let author = super::statement::Author {
            account: &self.subject.account,
            item_language: self.subject.item.language.as_deref(),
        };
        let draft = Draft { book: self.book, author, decision: &decision, why };
        match draft.statement(context).and_then(|statement| Decided::new(decision, statement)) {
            Ok(decided) => Ruling::Decided(Box::new(decided)),
            // No measure without its reasons: people must look.
            Err(error) => {
                self.refer(context, &format!("no statement of reasons could be made: {error}"))
            }
        }
    }

    fn refer(&self, context: Context<'_>, why: &str) -> Ruling {
        let gravest = self.found.first();
        let named = self.referred().find_map(|one| match &one.found.certainty {
            Certainty::Refer { queue, .. } => queue.clone(),
            Certainty::Breach => None,
        });
        let policy = || gravest.map(|one| one.found.clause.policy().to_owned());
        let priority = self.found.iter().map(|one| match one.found.certainty {
            Certainty::Refer { priority: Some(priority), .. } => priority.min(100),
            _ => priority_of(one.ladder.severity),
        });
        Ruling::Referred(Box::new(Case {
            id: context.case_id,
            item: self.subject.item.id.clone(),
            account: self.subject.account.id.clone(),
            action_id: self.event.action_id.clone(),
            queue: named.or_else(policy).unwrap_or_else(|| "general".into()),
            priority: priority.max().unwrap_or(50),
            findings: self.findings(),
            why_referred: why.to_owned(),
            opened_at: context.now,
            rulebook: self.book.version().clone(),
            state: CaseState::Waiting,
            gravity: self.found.iter().map(|one| one.ladder.severity).max().unwrap_or_default(),
            language: self.subject.item.language.clone(),
            reach: model::reach(self.event),
        }))
    }
}

/// How urgent a clause of this gravity is.
pub(super) const fn priority_of(severity: Gravity) -> u8 {
    match severity {
        Gravity::Low => 20,
        Gravity::Medium => 45,
        Gravity::High => 70,
        Gravity::Severe => 90,
    }
}
