//! Do those who decide agree with each other, and do people hold what rules find? Second looks are drawn, answered
//! and counted here. Must not rank people: what one person gave is shown to them, what all gave to those who look
//! after the work.

use super::{Held, Review, ReviewError, failed};
use crate::Engine;
use jiff::{SignedDuration, Timestamp};
use likeness::statistics::{Interval, Scale, krippendorff_alpha, krippendorff_interval, wilson};
use model::{CaseId, ClauseId, DecidedBy, Decision, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use store::{Answer, HeldFinding, Looked, SecondAnswer, SecondLook};

/// So far back the page looks.
const SPAN: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Draws of the bootstrap.
const DRAWS: usize = 1_000;
const CONFIDENCE: f64 = 0.95;
/// Fewer cases than this say nothing about two people.
const LEAST_OF_PAIR: usize = 5;

/// How far answers agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// Cases that two or more people answered.
    pub cases: usize,
    /// The share of pairs of answers that are the same.
    pub raw: f64,
    /// Krippendorff's α; `None` where all answers are the same, so that there is nothing to tell from chance.
    pub alpha: Option<f64>,
    /// Its interval, by drawing cases with replacement.
    pub interval: Option<Interval>,
}

/// Two people, by pseudonym in the order of the alphabet.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The one.
    pub one: String,
    /// The other.
    pub other: String,
    /// How far they agree.
    pub rate: Rate,
}

/// How people agree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agreement {
    /// Over all cases: the clause held, or none.
    pub overall: Option<Rate>,
    /// Under each clause: breached or not.
    pub clauses: Vec<(ClauseId, Rate)>,
    /// For each two people who answered enough of the same cases.
    pub pairs: Vec<Pair>,
    /// Answers on cases with a known answer, and how many of them were that.
    pub golden: (usize, usize),
    /// Second looks that nobody answered yet.
    pub waiting: usize,
}

/// How people held what a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The rule.
    pub rule: String,
    /// The clause.
    pub clause: ClauseId,
    /// Cases in which it found that.
    pub found: u64,
    /// Of these, those in which people held a breach of that clause.
    pub upheld: u64,
    /// Interval of the share upheld (Wilson, 95 %).
    pub interval: Option<Interval>,
}

/// A second look as somebody sees it who gave one of its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnLook {
    /// The case.
    pub case: CaseId,
    /// What they held.
    pub own: Answer,
    /// What the other held: a colleague, or the known answer.
    pub other: Answer,
    /// Whether the other is a known answer.
    pub golden: bool,
    /// When the second answer was given.
    pub at: Timestamp,
}

/// What the page about quality shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// One's own answers beside others', the latest first.
    pub own: Vec<OwnLook>,
    /// How all agree; only for those who look after the work.
    pub agreement: Agreement,
    /// How people held what rules found.
    pub calibration: Vec<Calibrated>,
}

fn answer_of(decision: &Decision) -> Answer {
    match &decision.outcome {
        Outcome::Breach { clauses } => Answer { breach: true, clause: clauses.first().cloned() },
        Outcome::NoBreach => Answer { breach: false, clause: None },
    }
}

fn decided(decision: &Decision) -> &[String] {
    match &decision.by {
        DecidedBy::People(people) => people,
        DecidedBy::Automation => &[],
    }
}

/// A number below `of`, drawn.
fn below(ids: &dyn model::Ids, of: u64) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(ids.secret()) {
        *to = from;
    }
    u64::from_be_bytes(bytes).checked_rem(of).unwrap_or(0)
}

impl Review {
    fn since(&self) -> Timestamp {
        self.engine.clock.now().checked_sub(SPAN).unwrap_or(Timestamp::MIN)
    }

    /// Draws a decision of people for a second look, as often as the rulebook says. That it fails keeps nobody from
    /// deciding.
    pub(super) async fn perhaps_look_twice(&self, decision: &Decision) {
        let engine: &Engine = &self.engine;
        let Some(case) = decision.case.filter(|_| decision.replaces.is_none()) else { return };
        let share = u64::from(engine.rulebook.load().settings.people.second_look_percent);
        if below(&*engine.ids, 10_000) >= share * 100 {
            return;
        }
        let look = self.new_look(case, None);
        if let Err(error) = engine.store.draw_second_look(&look).await {
            tracing::warn!(%error, "a decision could not be drawn for a second look");
        }
    }

    fn new_look(&self, case: CaseId, golden: Option<(Answer, &str)>) -> SecondLook {
        SecondLook {
            id: self.engine.ids.next().to_string(),
            case,
            set_by: golden.as_ref().map(|(_, by)| (*by).to_owned()),
            golden: golden.map(|(answer, _)| answer),
            drawn_at: self.engine.clock.now(),
        }
    }

    /// Makes a decided case a golden one: what was held of it is the known answer.
    ///
    /// # Errors
    /// [`ReviewError`] when the case is not decided.
    pub async fn make_golden(&self, case: CaseId, by: &str) -> Result<(), ReviewError> {
        let store = &self.engine.store;
        let stored = store.case(case).await.map_err(failed)?;
        let stored = stored.ok_or(ReviewError::NoSuchCase(case))?;
        let undecided = || ReviewError::NotAllowed("the case is not decided yet".into());
        let decision =
            store.decision(stored.decision.ok_or_else(undecided)?).await.map_err(failed)?;
        let decision = decision.ok_or_else(undecided)?;
        if decision.replaced_by.is_some() {
            let why = "its decision was replaced since, so that its answer is not known";
            return Err(ReviewError::NotAllowed(why.into()));
        }
        let look = self.new_look(case, Some((answer_of(&decision.decision), by)));
        store.draw_second_look(&look).await.map_err(failed)
    }

    /// The second look that somebody is to give next, if one waits for them: mostly of the sample, sometimes a
    /// golden one. Nobody looks twice at what they decided.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn next_look(&self, by: &str) -> Result<Option<SecondLook>, ReviewError> {
        let looks = self.engine.store.second_looks(self.since()).await.map_err(failed)?;
        let open = |golden: bool| {
            looks
                .iter()
                .filter(move |one| one.look.golden.is_some() == golden && waits_for(one, by))
        };
        let golden_share = self.engine.rulebook.load().settings.people.golden_percent;
        let golden = below(&*self.engine.ids, 100) < u64::from(golden_share);
        let (first, then) = (open(golden).next(), open(!golden).next());
        Ok(first.or(then).map(|one| one.look.clone()))
    }

    /// A second look with its case's first decision. Who asks must not be shown it before they answered.
    ///
    /// # Errors
    /// [`ReviewError`] when there is none.
    pub async fn second_look(&self, id: &str) -> Result<Looked, ReviewError> {
        let none = || ReviewError::NotAllowed("there is no such second look".into());
        self.engine.store.second_look(id).await.map_err(failed)?.ok_or_else(none)
    }

    /// Answers a second look, without having seen the first answer.
    ///
    /// # Errors
    /// [`ReviewError::SamePerson`] for who decided it or made it golden; [`ReviewError::NotAllowed`] when it is
    /// answered already, or a breach has no clause.
    pub async fn answer_look(
        &self,
        id: &str,
        by: &str,
        held: Held,
        clause: Option<ClauseId>,
    ) -> Result<Looked, ReviewError> {
        let looked = self.second_look(id).await?;
        if decided(&looked.decision).iter().any(|one| one == by)
            || looked.look.set_by.as_deref() == Some(by)
        {
            return Err(ReviewError::SamePerson("they gave the first answer".into()));
        }
        if !waits_for(&looked, by) {
            return Err(ReviewError::NotAllowed(
                "it is answered already; the first answer stands".into(),
            ));
        }
        let clause = clause.filter(|_| held == Held::Breach);
        let known =
            clause.as_ref().is_some_and(|id| self.engine.rulebook.load().policy_of(id).is_some());
        if held == Held::Breach && !known {
            return Err(ReviewError::NotAllowed("a breach needs a clause of the rulebook".into()));
        }
        let held = Answer { breach: held == Held::Breach, clause };
        let answer = SecondAnswer { by: by.to_owned(), held, at: self.engine.clock.now() };
        self.engine.store.keep_second_answer(id, &answer).await.map_err(failed)?;
        self.second_look(id).await
    }

    /// What somebody may see about quality; `all`: with what those see who look after the work.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn quality(&self, by: &str, all: bool) -> Result<Quality, ReviewError> {
        let store = &self.engine.store;
        let looks = store.second_looks(self.since()).await.map_err(failed)?;
        let own = own(&looks, by);
        if !all {
            return Ok(Quality { own, ..Quality::default() });
        }
        let held = store.held_findings(self.since()).await.map_err(failed)?;
        let counted = tokio::task::spawn_blocking(move || (agreement(&looks), calibration(&held)));
        let (agreement, calibration) = counted.await.map_err(|error| {
            tracing::error!(%error, "the agreement could not be counted");
            ReviewError::Storage
        })?;
        Ok(Quality { own, agreement, calibration })
    }
}

fn waits_for(looked: &Looked, by: &str) -> bool {
    let own = decided(&looked.decision).iter().any(|one| one == by)
        || looked.look.set_by.as_deref() == Some(by);
    let answered = match looked.look.golden {
        Some(_) => looked.answers.iter().any(|one| one.by == by),
        None => !looked.answers.is_empty(),
    };
    !own && !answered
}

fn own(looks: &[Looked], by: &str) -> Vec<OwnLook> {
    let mut own = Vec::new();
    for looked in looks {
        let first = looked.look.golden.clone().unwrap_or_else(|| answer_of(&looked.decision));
        let golden = looked.look.golden.is_some();
        let decided = !golden && decided(&looked.decision).iter().any(|one| one == by);
        for answer in &looked.answers {
            let (own_answer, other) = match (answer.by == by, decided) {
                (true, _) => (answer.held.clone(), first.clone()),
                (false, true) => (first.clone(), answer.held.clone()),
                (false, false) => continue,
            };
            let (case, at) = (looked.look.case, answer.at);
            own.push(OwnLook { case, own: own_answer, other, golden, at });
        }
    }
    own.sort_by_key(|one| std::cmp::Reverse(one.at));
    own
}

/// The answers of the sample: the first decision's and the second ones', with who gave them.
fn answers(looked: &Looked) -> Vec<(&str, Answer)> {
    let first =
        decided(&looked.decision).first().map(|by| (by.as_str(), answer_of(&looked.decision)));
    let others = looked.answers.iter().map(|one| (one.by.as_str(), one.held.clone()));
    first.into_iter().chain(others).collect()
}

fn agreement(looks: &[Looked]) -> Agreement {
    let sample = || looks.iter().filter(|one| one.look.golden.is_none());
    let units: Vec<Vec<(&str, Answer)>> =
        sample().map(answers).filter(|answers| answers.len() > 1).collect();
    let named: BTreeSet<&Answer> = units.iter().flatten().map(|(_, answer)| answer).collect();
    let codes: BTreeMap<&Answer, u32> = named.into_iter().zip(0..).collect();
    let code = |answer: &Answer| codes.get(answer).copied().unwrap_or(u32::MAX);
    let all: Vec<Vec<u32>> =
        units.iter().map(|unit| unit.iter().map(|(_, one)| code(one)).collect()).collect();

    let mut clauses: BTreeMap<&ClauseId, Vec<Vec<u32>>> = BTreeMap::new();
    for unit in &units {
        let about: BTreeSet<&ClauseId> =
            unit.iter().filter_map(|(_, one)| one.clause.as_ref()).collect();
        for clause in about {
            let held = unit.iter().map(|(_, one)| u32::from(one.clause.as_ref() == Some(clause)));
            clauses.entry(clause).or_default().push(held.collect());
        }
    }
    // Cases under no clause at all say, of every clause, that it is not breached: without them every α would be
    // over disputed cases only.
    let clear = || units.iter().filter(|unit| unit.iter().all(|(_, one)| one.clause.is_none()));
    for held in clauses.values_mut() {
        held.extend(clear().map(|unit| vec![0; unit.len()]));
    }

    let mut pairs: BTreeMap<(String, String), Vec<Vec<u32>>> = BTreeMap::new();
    for unit in &units {
        for (at, (one, first)) in unit.iter().enumerate() {
            for (other, second) in unit.iter().skip(at + 1) {
                let (a, b) = if one <= other { (one, other) } else { (other, one) };
                let values = vec![code(first), code(second)];
                pairs.entry(((*a).to_owned(), (*b).to_owned())).or_default().push(values);
            }
        }
    }
    let known = looks.iter().filter_map(|one| Some((one.look.golden.as_ref()?, &one.answers)));
    let golden = known.fold((0, 0), |(of, right), (known, answers)| {
        let same = answers.iter().filter(|one| one.held == *known).count();
        (of + answers.len(), right + same)
    });
    Agreement {
        overall: rate(&all),
        clauses: clauses
            .into_iter()
            .filter_map(|(clause, held)| Some((clause.clone(), rate(&held)?)))
            .collect(),
        pairs: pairs
            .into_iter()
            .filter(|(_, held)| held.len() >= LEAST_OF_PAIR)
            .filter_map(|((one, other), held)| Some(Pair { one, other, rate: rate(&held)? }))
            .collect(),
        golden,
        waiting: sample().filter(|one| one.answers.is_empty()).count(),
    }
}

fn rate(cases: &[Vec<u32>]) -> Option<Rate> {
    if cases.is_empty() {
        return None;
    }
    let Some(found) = krippendorff_alpha(cases, Scale::Nominal) else {
        return Some(Rate { cases: cases.len(), raw: 1.0, alpha: None, interval: None });
    };
    // The same cases give the same interval, whenever the page is read.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::try_from(cases.len()).unwrap_or(0);
    let pick = |of: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0).checked_rem(of).unwrap_or(0)
    };
    let interval = krippendorff_interval(cases, Scale::Nominal, CONFIDENCE, DRAWS, pick);
    Some(Rate { cases: found.cases, raw: found.raw, alpha: Some(found.alpha), interval })
}

fn calibration(held: &[HeldFinding]) -> Vec<Calibrated> {
    let mut counts: BTreeMap<(&str, &ClauseId), (u64, u64)> = BTreeMap::new();
    for finding in held {
        for rule in &finding.rules {
            let (found, upheld) = counts.entry((rule, &finding.clause)).or_default();
            *found += 1;
            *upheld += u64::from(finding.upheld);
        }
    }
    let mut all: Vec<Calibrated> = counts
        .into_iter()
        .map(|((rule, clause), (found, upheld))| Calibrated {
            rule: rule.to_owned(),
            clause: clause.clone(),
            found,
            upheld,
            interval: wilson(upheld, found, CONFIDENCE),
        })
        .collect();
    all.sort_by(|a, b| b.found.cmp(&a.found).then_with(|| a.rule.cmp(&b.rule)));
    all
}
