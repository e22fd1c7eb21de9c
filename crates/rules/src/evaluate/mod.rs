//! What follows from a plan for one event. A pure function of plan, event and facts: no clock, no
//! chance, no state between events.

mod base;
mod beyond;
mod cells;
mod event;
mod explain;
mod found;
mod murmur;
mod quick;
mod run;
mod show;
mod steps;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use model::Event;

use crate::facts::{FactKey, Facts};
use crate::found::Found;
use crate::jsonpath::{Drawn, Wanted};
use crate::plan::Plan;
use crate::plan::node::{Kind, Place, Program, Source};
use crate::state::Change;
use crate::value::{Effect, RuleValue, Value};

pub(crate) use base::Shapes;
pub(crate) use cells::Over;
pub(crate) use event::EventRef;
pub use explain::{Condition, ExplainedRule, Explanation, Held, Signal};
pub(crate) use run::Run;
pub(crate) use show::Shape;

/// What an evaluation came to.
#[derive(Debug)]
pub struct Outcome {
    values: cells::Kept,
    /// The clauses that are breached, or that people should look at.
    pub findings: Vec<Found>,
    /// What the rules ask for, in order.
    pub effects: Vec<Emitted>,
    /// What failed.
    pub errors: Vec<EvaluationError>,
    /// What is to be kept from this event on.
    pub changes: Vec<Change>,
    /// The offset in which results tell the event's time.
    offset: Offset,
}

/// An effect that is asked for, and by which rules.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// The effect.
    pub effect: Arc<Effect>,
    /// The rules that held.
    pub rules: Vec<Arc<RuleValue>>,
    /// The node that made it.
    pub(crate) source: Source,
}

/// A value that could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationError {
    /// The name of the exception that the reference raises.
    pub kind: &'static str,
    /// The rule file.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 0, in UTF-8 bytes.
    pub col: u32,
    /// What went wrong.
    pub message: String,
    pub(crate) place: Place,
}

/// Evaluates an event. `now` is the clock that the age and expiry of labels are told from.
#[must_use]
pub fn evaluate(plan: &Plan, event: &Event, facts: &Facts, now: Timestamp) -> Outcome {
    let event = EventRef::of(event);
    evaluate_read(plan, &event, &run::parse(event.data, &plan.wanted), facts, now)
}

/// The same for an event of which the wanted data were read already.
pub(crate) fn evaluate_read(
    plan: &Plan,
    event: &EventRef<'_>,
    data: &Drawn,
    facts: &Facts,
    now: Timestamp,
) -> Outcome {
    quick::evaluate(plan, event, data, facts, now)
        .unwrap_or_else(|| plainly(plan, event, facts, now))
}

/// The same by computing every node: slower, and what the quick way is held to.
#[must_use]
pub fn evaluate_plainly(plan: &Plan, event: &Event, facts: &Facts, now: Timestamp) -> Outcome {
    plainly(plan, &EventRef::of(event), facts, now)
}

fn plainly(plan: &Plan, event: &EventRef<'_>, facts: &Facts, now: Timestamp) -> Outcome {
    let data = run::parse(event.data, &Wanted::ALL);
    let mut run = Run::new(plan, event, &data, facts, now);
    run.files();
    run.finish(plan)
}

impl Plan {
    /// The facts that the evaluation of an event needs. A fact that is asked for by what another
    /// fact says is told in a later round (see [`Self::fact_rounds`]), by the `facts` of those before.
    #[must_use]
    pub fn facts_needed(&self, event: &Event, facts: &Facts, round: usize) -> Vec<FactKey> {
        self.facts_needed_by(&EventRef::of(event), facts, round)
    }

    pub(crate) fn facts_needed_by(
        &self,
        event: &EventRef<'_>,
        facts: &Facts,
        round: usize,
    ) -> Vec<FactKey> {
        let Some(wanted) = self.rounds.get(round) else { return Vec::new() };
        let mut needed: Vec<FactKey> = Vec::new();
        if round == 0 {
            needed.extend(self.running_lists.iter().map(|name| FactKey::List(Arc::clone(name))));
        }
        if !wanted.facts.is_empty() {
            let data = run::parse(event.data, &self.wanted);
            let mut run = Run::new(self, event, &data, facts, event.timestamp);
            for at in &wanted.before {
                run.compute(*at);
            }
            needed.extend(wanted.facts.iter().filter_map(|at| run.fact_key(self.node(*at)?)));
        }
        needed.sort();
        needed.dedup();
        needed
    }

    /// How often facts are fetched, one round after the other, before an event can be evaluated.
    #[must_use]
    pub fn fact_rounds(&self) -> usize {
        self.rounds.len()
    }
}

/// Whether a node is a constant.
pub(crate) enum Fold {
    /// It always has this value.
    Value(Value),
    /// It depends on the event, or fails.
    No,
}

/// Computes a node whose inputs are all constants, if it depends on nothing else.
pub(crate) fn fold(program: &Program, at: u32) -> Fold {
    let Some(node) = program.nodes.get(crate::plan::index(at)) else { return Fold::No };
    let pure = match &node.kind {
        Kind::List(_)
        | Kind::Format(_)
        | Kind::Binary(..)
        | Kind::Negate(_)
        | Kind::Not(_)
        | Kind::Equal { .. }
        | Kind::Contains { .. }
        | Kind::Compare(..)
        | Kind::All(_)
        | Kind::Any(_) => true,
        Kind::Function(function) => crate::functions::get(function.id).is_some_and(|signature| {
            signature.is_repeatable() && signature.needs == crate::functions::Needs::Nothing
        }),
        _ => false,
    };
    if !pure {
        return Fold::No;
    }
    match run::constant(program, node) {
        Some(value) => Fold::Value(value),
        None => Fold::No,
    }
}
