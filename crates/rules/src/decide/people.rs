//! What people decide: on the same ladder, with the same statement. Must not let one person do
//! what needs two, nor anybody change their own decision.

use super::statement::{Author, Draft, Why};
use super::{Context, count, without};
use crate::rulebook::{AccountStep, Rulebook};
use jiff::Timestamp;
use model::{
    Account, ActionId, ClauseId, Decided, DecidedBy, Decision, Emergency, Finding, FoundBy, ItemId,
    Outcome, Passage, Source, Standing, StatementError,
};

/// What people hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The item breaches this clause.
    Breach {
        /// The clause.
        clause: ClauseId,
        /// The passage that breaches it, when it is in a text.
        passage: Option<Passage>,
    },
    /// The item breaches nothing.
    NoBreach,
}

/// Why the warning is to be passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plea {
    /// The harm that cannot wait, in plain words. Public.
    pub reason: String,
    /// What shows it: links, or hashes of evidence that is kept. Not public.
    pub evidence: Vec<String>,
}

/// What people bring to a decision.
#[derive(Debug, Clone)]
pub struct PeopleDecision {
    /// The item.
    pub item: ItemId,
    /// Who made it.
    pub account: Account,
    /// The language that the item names.
    pub item_language: Option<String>,
    /// The event decided on.
    pub action_id: ActionId,
    /// When the item was posted.
    pub conduct_at: Timestamp,
    /// Whether the decision is on the case `Context::case_id`.
    pub on_case: bool,
    /// What was found before people looked.
    pub findings: Vec<Finding>,
    /// What they hold.
    pub held: Held,
    /// Why, in plain words. Public: names nobody and quotes nothing.
    pub reason: String,
    /// Pseudonyms of those who agreed, in order.
    pub people: Vec<String>,
    /// Set when the warning is to be passed over.
    pub emergency: Option<Plea>,
    /// The decision that this one takes the place of.
    pub replaces: Option<Decision>,
    /// What brought the item to attention.
    pub source: Source,
    /// Since when the measures run, when they take the place of others whose time counts; else from now on.
    pub since: Option<Timestamp>,
}

/// Why a decision of people is not one yet, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody decided.
    #[error("nobody decides: name who does")]
    NoPerson,
    /// The same person twice.
    #[error("`{0}` cannot agree with themselves: another person must")]
    SamePerson(String),
    /// Two are needed.
    #[error("a second person must agree: {0}")]
    NeedsSecondPerson(String),
    /// No reason.
    #[error("the decision needs a reason in plain words")]
    NoReason,
    /// No reason for passing over the warning.
    #[error("an emergency needs its own reason: which harm cannot wait?")]
    NoEmergencyReason,
    /// Nothing shows that the harm cannot wait.
    #[error("an emergency needs evidence: a link, or the hash of evidence that is kept")]
    NoEmergencyEvidence,
    /// The reason will be public.
    #[error("the reason will be public, and it {0}: say it without")]
    ReasonIsPublic(&'static str),
    /// No such clause.
    #[error("the rulebook in force has no clause `{0}`")]
    UnknownClause(ClauseId),
    /// The clause is younger than the post.
    #[error("`{clause}` came into force on {since}, after the post was made: it cannot breach it")]
    NotInForce {
        /// The clause.
        clause: ClauseId,
        /// When it came into force.
        since: Timestamp,
    },
    /// The ladder has no emergency.
    #[error("the ladder `{0}` has no emergency step: decide without, the warning comes first")]
    NoEmergency(String),
    /// An emergency without a breach.
    #[error("nothing is breached, so nothing is an emergency")]
    EmergencyWithoutBreach,
    /// Their own decision.
    #[error("`{0}` took the decision that this one replaces: another person must")]
    OwnDecision(String),
    /// The statement of reasons does not stand.
    #[error("{0}")]
    Statement(#[from] StatementError),
}

/// Decides what people hold. The ladder says what follows, as for automation; how many people a
/// step needs, the ladder says too.
///
/// # Errors
/// [`Refusal`] says why it is no decision, or what it still needs.
pub fn decide_by_people(
    book: &Rulebook,
    from: PeopleDecision,
    standing: &Standing,
    context: Context<'_>,
) -> Result<Decided, Refusal> {
    check_people(&from)?;
    check_reasons(&from)?;
    // Whatever the earlier decision gave is undone by this one.
    let standing = match &from.replaces {
        Some(earlier) => &without(standing, earlier.id),
        None => standing,
    };
    let runs_from = from.since.map_or(context.now, |since| since.min(context.now));
    let mut decision = blank(book, &from, context);
    let mut why = Why::default();
    let counted;
    if let Held::Breach { clause, passage } = &from.held {
        let unknown = || Refusal::UnknownClause(clause.clone());
        let ladder = book.ladder_of(clause).ok_or_else(unknown)?;
        let since = book.in_force_since(clause).ok_or_else(unknown)?;
        if from.conduct_at < since {
            return Err(Refusal::NotInForce { clause: clause.clone(), since });
        }
        counted = count(ladder, standing, from.conduct_at).ok_or_else(unknown)?;
        let step = counted.step;
        let (mut measures, mut account, mut people) =
            (step.measures(runs_from), step.account, step.people);
        if let Some(plea) = &from.emergency {
            let no_step = || Refusal::NoEmergency(ladder.id.clone());
            let emergency = ladder.emergency.as_ref().ok_or_else(no_step)?;
            account = emergency.account;
            people = emergency.people;
            let account = account.measure(runs_from);
            measures = emergency.item.measure().into_iter().chain(account).collect();
            decision.emergency = from.people.get(1).map(|second| Emergency {
                reason: plea.reason.clone(),
                evidence: plea.evidence.clone(),
                approved_by: second.clone(),
            });
        }
        if from.people.len() < usize::from(people) {
            let what = if from.emergency.is_some() { "the emergency" } else { step.name.as_str() };
            let why = format!("the ladder `{}` asks for {people} people for “{what}”", ladder.id);
            return Err(Refusal::NeedsSecondPerson(why));
        }
        let mut clauses = vec![clause.clone()];
        if passage.is_some() || !decision.findings.iter().any(|one| one.clause == *clause) {
            let by = FoundBy::Person(from.people.first().cloned().unwrap_or_default());
            let passage = passage.clone();
            let explanation = from.reason.clone();
            decision.findings.push(Finding { clause: clause.clone(), by, passage, explanation });
        }
        clauses.dedup();
        decision.outcome = Outcome::Breach { clauses };
        decision.measures = measures;
        decision.ladder = Some(counted.kept(account != AccountStep::None, runs_from));
        why = Why { counted: Some(&counted), passage: passage.as_ref(), ..why };
    } else if from.emergency.is_some() {
        return Err(Refusal::EmergencyWithoutBreach);
    }
    let author = Author { account: &from.account, item_language: from.item_language.as_deref() };
    let draft = Draft { book, author, decision: &decision, why: &why };
    let statement = draft.statement(context)?;
    Ok(Decided::new(decision, statement)?)
}

fn blank(book: &Rulebook, from: &PeopleDecision, context: Context<'_>) -> Decision {
    Decision {
        id: context.id,
        item: from.item.clone(),
        account: from.account.id.clone(),
        action_id: from.action_id.clone(),
        case: from.on_case.then_some(context.case_id),
        decided_at: context.now,
        conduct_at: from.conduct_at,
        rulebook: book.version().clone(),
        outcome: Outcome::NoBreach,
        findings: from.findings.clone(),
        measures: Vec::new(),
        ladder: None,
        source: from.source.clone(),
        automated_detection: from
            .findings
            .iter()
            .any(|one| matches!(one.by, FoundBy::Rules(_) | FoundBy::LikeCases(_))),
        by: DecidedBy::People(from.people.clone()),
        replaces: from.replaces.as_ref().map(|earlier| earlier.id),
        reason: Some(from.reason.clone()),
        emergency: None,
        exemption: None,
    }
}

fn check_people(from: &PeopleDecision) -> Result<(), Refusal> {
    if from.people.is_empty() {
        return Err(Refusal::NoPerson);
    }
    for (number, person) in from.people.iter().enumerate() {
        if from.people.iter().take(number).any(|other| other == person) {
            return Err(Refusal::SamePerson(person.clone()));
        }
        if let Some(Decision { by: DecidedBy::People(earlier), .. }) = &from.replaces
            && earlier.contains(person)
        {
            return Err(Refusal::OwnDecision(person.clone()));
        }
    }
    Ok(())
}

fn check_reasons(from: &PeopleDecision) -> Result<(), Refusal> {
    if from.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    if let Some(plea) = &from.emergency {
        if plea.reason.trim().is_empty() {
            return Err(Refusal::NoEmergencyReason);
        }
        if plea.evidence.iter().all(|piece| piece.trim().is_empty()) {
            return Err(Refusal::NoEmergencyEvidence);
        }
    }
    let held = match &from.held {
        Held::Breach { passage, .. } => passage.as_ref(),
        Held::NoBreach => None,
    };
    let passages = || from.findings.iter().filter_map(|one| one.passage.as_ref()).chain(held);
    let plea = from.emergency.as_ref().map(|plea| &plea.reason);
    for reason in [Some(&from.reason), plea].into_iter().flatten() {
        if super::statement::names(reason, &from.account) {
            return Err(Refusal::ReasonIsPublic("names the author"));
        }
        if passages().any(|passage| super::statement::quotes(reason, passage)) {
            return Err(Refusal::ReasonIsPublic("quotes the post"));
        }
    }
    Ok(())
}
