//! What follows from a plan for one event. A pure function of plan, event and facts: no clock, no
//! chance, no state between events.

mod found;
mod murmur;
mod run;
mod show;
mod steps;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use model::Event;

use crate::facts::{FactKey, Facts};
use crate::found::Found;
use crate::plan::Plan;
use crate::plan::node::{Kind, Program, Source};
use crate::value::{Effect, RuleValue, Value};

pub(crate) use run::Run;

/// What an evaluation came to.
#[derive(Debug)]
pub struct Outcome {
    /// The value of each node; None where it failed or was not computed.
    cells: Vec<Option<Value>>,
    /// Which files ran.
    active: Vec<bool>,
    /// The clauses that are breached, or that people should look at.
    pub findings: Vec<Found>,
    /// What the rules ask for, in order.
    pub effects: Vec<Emitted>,
    /// What failed.
    pub errors: Vec<EvaluationError>,
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
}

/// Evaluates an event. `now` is the clock that the age and expiry of labels are told from.
#[must_use]
pub fn evaluate(plan: &Plan, event: &Event, facts: &Facts, now: Timestamp) -> Outcome {
    let mut run = Run::new(plan, event, facts, now);
    run.files();
    run.finish(plan)
}

impl Plan {
    /// The facts that the evaluation of an event needs.
    #[must_use]
    pub fn facts_needed(&self, event: &Event) -> Vec<FactKey> {
        if self.has_labels.is_empty() {
            return Vec::new();
        }
        let facts = Facts::default();
        let mut run = Run::new(self, event, &facts, event.timestamp);
        for at in &self.before_facts {
            run.compute(*at);
        }
        let mut needed: Vec<FactKey> = self
            .has_labels
            .iter()
            .filter_map(|at| match &self.node(*at)?.kind {
                Kind::HasLabel(label) => match run.read(label.entity)?.as_ref() {
                    Value::Entity(entity) => {
                        Some(FactKey::Labels(crate::labels::entity_name(entity)))
                    }
                    _ => None,
                },
                _ => None,
            })
            .collect();
        needed.sort();
        needed.dedup();
        needed
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
