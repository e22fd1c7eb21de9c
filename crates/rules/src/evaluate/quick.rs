//! Evaluates by what differs from the base of the event's shape: the values that the event gives,
//! the tests that its texts make heard, and whatever follows from these. Comes to the same outcome,
//! errors and order as computing every node does.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use super::base::{Base, Shapes, tag};
use super::cells::{Cells, Over};
use super::run::{Fired, Run};
use super::{EventRef, Outcome};
use crate::facts::Facts;
use crate::jsonpath::Drawn;
use crate::plan::{Plan, index};
use crate::value::{Effect, Value};

/// More sets of files than this are not kept.
const MAX_ORDERS: usize = 256;

/// The outcome, or None if every node should be computed.
pub(super) fn evaluate(
    plan: &Plan,
    event: &EventRef<'_>,
    data: &Drawn,
    facts: &Facts,
    now: Timestamp,
) -> Option<Outcome> {
    if !plan.graph.usable {
        return None;
    }
    let mut run = Run::beginning(plan, event, data, facts, now);
    let free = plan.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut over = free.unwrap_or_default();
    over.room.begin(plan.program.nodes.len());
    run.cells = Cells::Over(over);
    let order = run.order(plan);
    let base = order.and_then(|order| run.enter(plan, &order));
    let Some(base) = base else {
        give_back(plan, run.cells.keep(Vec::new()).1);
        return None;
    };
    run.propagate(plan, &base);
    Some(run.finish_over(plan, &base))
}

pub(super) fn give_back(plan: &Plan, room: Option<Box<Over>>) {
    let mut rooms = plan.rooms.lock().unwrap_or_else(PoisonError::into_inner);
    rooms.extend(room);
}

impl Run<'_> {
    fn over(&mut self) -> Option<&mut Over> {
        match &mut self.cells {
            Cells::Over(over) => Some(over),
            Cells::Each(_) => None,
        }
    }

    /// The files that run. Where rules decide that, what they need is computed beforehand.
    fn order(&mut self, plan: &Plan) -> Option<Arc<Shapes>> {
        if plan.graph.requires.iter().all(Vec::is_empty) {
            let order = plan.order.get_or_init(|| {
                let units = plan.closures.get(index(plan.program.main));
                Arc::new(Shapes::new(plan, units.map_or(&[], Vec::as_slice)))
            });
            return Some(Arc::clone(order));
        }
        let mut units: Vec<u32> = Vec::new();
        self.queue.push(plan.program.main);
        while !self.queue.is_empty() {
            for file in std::mem::take(&mut self.queue) {
                for unit in plan.closures.get(index(file)).into_iter().flatten() {
                    if units.contains(unit) {
                        continue;
                    }
                    units.push(*unit);
                    for at in plan.graph.requires.get(index(*unit)).into_iter().flatten() {
                        self.compute(*at);
                    }
                }
            }
        }
        // All of it is computed again in its turn.
        self.errors.clear();
        self.over()?.room.begin(plan.program.nodes.len());
        let key = std::mem::take(&mut self.required);
        let known = plan.orders.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = known.get(&key) {
            return Some(Arc::clone(order));
        }
        drop(known);
        let mut known = plan.orders.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_ORDERS {
            return None;
        }
        let order = Arc::new(Shapes::new(plan, &units));
        known.insert(key, Arc::clone(&order));
        Some(order)
    }

    /// Reads what the event gives and takes the base of its shape.
    fn enter(&mut self, plan: &Plan, shapes: &Shapes) -> Option<Arc<Base>> {
        for &at in &shapes.order.roots {
            self.compute(at);
            let tag = tag(self.cells.get(at));
            self.over()?.room.shape.push(tag);
        }
        let base = shapes.base(plan, &self.over()?.room.shape)?;
        self.over()?.base = Some(Arc::clone(&base));
        Some(base)
    }

    fn propagate(&mut self, plan: &Plan, base: &Base) {
        for &at in &base.order.roots {
            self.notice(plan, base, at);
        }
        if let Some(over) = self.over() {
            base.always.iter().for_each(|rank| over.room.mark(*rank));
        }
        // Whoever is marked from here on stands later.
        let mut from = 0;
        while let Some(rank) = self.over().and_then(|over| over.room.next(&mut from)) {
            let Some(&at) = base.order.nodes.get(index(rank)) else { continue };
            self.with_inputs(plan, base, at);
            self.notice(plan, base, at);
        }
    }

    /// Computes a node, and before it what was put off until somebody asks.
    fn with_inputs(&mut self, plan: &Plan, base: &Base, at: u32) {
        for input in plan.graph.inputs(at) {
            self.ensure(plan, base, *input);
        }
        self.compute(at);
    }

    /// Computes a node that was put off, after what it is computed from.
    fn ensure(&mut self, plan: &Plan, base: &Base, at: u32) {
        if !base.is_lazy(at) {
            return;
        }
        let Some(over) = self.over() else { return };
        let mut waiting = std::mem::take(&mut over.room.waiting);
        waiting.push((at, false));
        while let Some((at, ready)) = waiting.pop() {
            if ready {
                self.compute(at);
            } else if base.is_lazy(at) && !self.over().is_some_and(|over| over.has(at)) {
                waiting.push((at, true));
                waiting.extend(plan.graph.inputs(at).iter().map(|input| (*input, false)));
            }
        }
        if let Some(over) = self.over() {
            over.room.waiting = waiting;
        }
    }

    /// Findings look for their passage in everything that their rules are computed from.
    fn look_behind(&mut self, plan: &Plan, base: &Base, fired: &[(u32, Fired)]) {
        let effects = fired.iter().flat_map(|(_, fired)| &fired.effects);
        let finds = |effect: &Effect| matches!(effect, Effect::Breach(_) | Effect::Refer { .. });
        if !effects.into_iter().any(|(_, effect)| finds(effect)) {
            return;
        }
        let mut open: Vec<u32> = fired.iter().map(|(at, _)| *at).collect();
        let mut seen = HashSet::new();
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                self.ensure(plan, base, at);
                open.extend(plan.graph.inputs(at));
            }
        }
    }

    /// Marks what must be computed because of this node's value.
    fn notice(&mut self, plan: &Plan, base: &Base, at: u32) {
        let before = base.cells.get(index(at)).and_then(Option::as_ref);
        if same(self.cells.get(at), before) {
            return;
        }
        if let Some(over) = self.over() {
            base.watchers(at).iter().for_each(|rank| over.room.mark(*rank));
        }
        for number in plan.graph.atoms.ears_of(at) {
            let needed = base.ears.get(index(*number)).copied().unwrap_or(false);
            let ear = plan.graph.atoms.ears.get(index(*number));
            let Some((ear, input)) = ear.filter(|_| needed).and_then(|ear| Some((ear, ear.input?)))
            else {
                continue;
            };
            let text = match (self.cells.get(at), input.unwrap) {
                (Some(Value::Str(text)), _) => Some(text.clone()),
                (Some(Value::Entity(entity)), true) => match &entity.id {
                    Value::Str(text) => Some(text.clone()),
                    _ => None,
                },
                _ => None,
            };
            let memo = std::mem::take(&mut self.memo);
            if let Some(over) = self.over() {
                let mut heard = |atom: u32| {
                    if let Some(rank) = base.order.rank(atom).filter(|_| !base.is_lazy(atom)) {
                        over.room.mark(rank);
                    }
                };
                match text {
                    Some(text) => ear.hear(&text, &memo, &mut heard),
                    None => ear.atoms.iter().for_each(|atom| heard(*atom)),
                }
            }
            self.memo = memo;
        }
    }

    fn finish_over(mut self, plan: &Plan, base: &Base) -> Outcome {
        let errors = std::mem::take(&mut self.errors);
        let mut all: Vec<_> = match &self.cells {
            Cells::Over(over) => {
                base.errors.iter().filter(|(at, _)| !over.has(*at)).cloned().collect()
            }
            Cells::Each(_) => Vec::new(),
        };
        all.extend(errors);
        all.sort_by_key(|(at, _)| base.order.rank(*at));
        self.errors = all;
        let requires = std::mem::take(&mut self.required);
        let mut fired = std::mem::take(&mut self.fired);
        let required =
            |node: u32| requires.iter().find(|(at, _)| *at == node).map(|(_, file)| *file);
        plan.sort_fired(&mut fired, &required, Some(&base.order.waves));
        self.look_behind(plan, base, &fired);
        self.outcome(plan, &fired)
    }
}

/// Whether a value is the one of the base, as far as that is cheap to tell.
fn same(value: Option<&Value>, before: Option<&Value>) -> bool {
    match (value, before) {
        (None, None) | (Some(Value::None), Some(Value::None)) => true,
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a == b,
        (Some(Value::Int(a)), Some(Value::Int(b))) => a == b,
        (Some(Value::Float(a)), Some(Value::Float(b))) => a.to_bits() == b.to_bits(),
        (Some(Value::Str(a)), Some(Value::Str(b))) => a == b,
        (Some(Value::Rule(a)), Some(Value::Rule(b))) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
