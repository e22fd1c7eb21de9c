//! One event through a plan: a pure function of plan, event, facts and the moment. Two kinds of
//! nothing: a value may be None, and an operation may fail; who needs a failed value fails too,
//! silently, except where the language takes it for None.

mod effects;
mod operations;
mod outcome;
mod passage;

pub use outcome::{Emitted, EvaluationError, Outcome};

use crate::facts::{FactKey, Facts};
use crate::functions::{self, CallContext};
use crate::plan::{Op, Operand, Plan, What};
use crate::text::Memo;
use crate::value::{Effect, Fault, RuleValue, Value, json};
use jiff::Timestamp;
use model::Event;
use std::collections::VecDeque;
use std::sync::Arc;

/// Deepest nesting of an event's data.
const MAX_DEPTH: usize = 127;

/// What an operation came to.
#[derive(Debug, Clone)]
enum Slot {
    /// Not run: its file was not reached.
    Unset,
    /// It failed.
    Failed,
    Done(Value),
}

/// Evaluates a plan on one event. `now` is the wall clock, used only for labels; everything else
/// counts from the event's own time.
pub fn evaluate(plan: &Plan, event: &Event, facts: &Facts, now: Timestamp) -> Outcome {
    let memo = Memo::default();
    let mut run = Run::new(plan, event, facts, now, &memo);
    run.all();
    run.outcome()
}

impl Plan {
    /// The facts that evaluating an event needs: fetch them, then [`evaluate`].
    pub fn facts_needed(&self, event: &Event) -> Vec<FactKey> {
        if self.before_facts.is_empty()
            && !self.ops.iter().any(|op| matches!(op.what, What::HasLabel(_)))
        {
            return Vec::new();
        }
        let (facts, memo) = (Facts::default(), Memo::default());
        let mut run = Run::new(self, event, &facts, event.timestamp, &memo);
        for place in &self.before_facts {
            run.one(*place as usize);
        }
        let mut keys: Vec<FactKey> = self
            .ops
            .iter()
            .filter_map(|op| match &op.what {
                What::HasLabel(has) => match run.value(&has.entity)? {
                    Value::Entity(entity) => Some(FactKey::Labels(effects::entity_key(entity))),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

/// An effect on its way out.
#[derive(Debug)]
struct Fired {
    depth: u32,
    effect: Arc<Effect>,
    rules: Vec<Arc<RuleValue>>,
    /// The place of its `WhenRules`.
    block: usize,
}

pub(crate) struct Run<'p> {
    plan: &'p Plan,
    event: &'p Event,
    facts: &'p Facts,
    now: Timestamp,
    data: Value,
    secret: Value,
    slots: Vec<Slot>,
    ran: Vec<bool>,
    waiting: VecDeque<usize>,
    errors: Vec<EvaluationError>,
    fired: Vec<Fired>,
    context: CallContext<'p>,
}

impl<'p> Run<'p> {
    fn new(
        plan: &'p Plan,
        event: &'p Event,
        facts: &'p Facts,
        now: Timestamp,
        memo: &'p Memo,
    ) -> Self {
        let read = |text: &str| {
            json::read(&Arc::from(text), MAX_DEPTH)
                .map(|document| document.value)
                .unwrap_or_default()
        };
        let context = CallContext {
            now: event.timestamp,
            written: jiff::tz::TimeZone::UTC.to_datetime(event.timestamp),
            random: 0,
            lists: &*plan.lists,
            facts: &functions::Nothing,
            memo,
        };
        Self {
            plan,
            event,
            facts,
            now,
            data: read(event.data.as_str()),
            secret: event.secret_data.as_ref().map_or(Value::None, |secret| read(secret.as_str())),
            slots: vec![Slot::Unset; plan.ops.len()],
            ran: vec![false; plan.files.len()],
            waiting: plan.main.into_iter().collect(),
            errors: Vec::new(),
            fired: Vec::new(),
            context,
        }
    }

    fn all(&mut self) {
        while let Some(file) = self.waiting.pop_front() {
            self.file(file);
        }
    }

    fn file(&mut self, number: usize) {
        let plan = self.plan;
        let (Some(file), Some(false)) = (plan.files.get(number), self.ran.get(number)) else {
            return;
        };
        if let Some(ran) = self.ran.get_mut(number) {
            *ran = true;
        }
        file.imports.iter().for_each(|import| self.file(*import));
        file.ops.clone().for_each(|place| self.one(place));
    }

    fn one(&mut self, place: usize) {
        let plan = self.plan;
        let Some(op) = plan.ops.get(place) else { return };
        let result = self.operation(op, place);
        let slot = match result {
            Ok(Some(value)) => Slot::Done(value),
            Ok(None) => Slot::Failed,
            Err(fault) => {
                self.report(op, fault);
                Slot::Failed
            }
        };
        if let Some(target) = self.slots.get_mut(place) {
            *target = slot;
        }
    }

    fn report(&mut self, op: &Op, fault: Fault) {
        if fault.expected {
            return;
        }
        let path = self.plan.files.get(op.file as usize).map(|file| Arc::clone(&file.path));
        self.errors.push(EvaluationError {
            kind: fault.exception.name(),
            path: path.unwrap_or_else(|| Arc::from("")),
            line: op.line,
            col: op.col,
            message: fault.message.into_owned(),
        });
    }

    /// The value of an operand; `None` when it failed or was never computed.
    pub(crate) fn value<'s>(&'s self, operand: &'s Operand) -> Option<&'s Value> {
        match operand {
            Operand::Constant(value) => Some(value),
            Operand::Place(place) => match self.slots.get(*place as usize) {
                Some(Slot::Done(value)) => Some(value),
                _ => None,
            },
        }
    }

    fn outcome(mut self) -> Outcome {
        self.fired.sort_by_key(|fired| fired.depth);
        let findings = passage::findings(&self);
        let mut features = Vec::new();
        for (file, ran) in self.plan.files.iter().zip(&self.ran) {
            if *ran {
                features.extend(file.shown.iter().map(|(name, operand)| {
                    (name.clone(), self.value(operand).map(Value::unwrapped))
                }));
            }
        }
        let effects = self
            .fired
            .into_iter()
            .map(|fired| Emitted { effect: fired.effect, rules: fired.rules })
            .collect();
        Outcome { features, findings, errors: self.errors, effects }
    }
}
