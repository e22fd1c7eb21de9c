//! One evaluation as it goes: which files run, what was computed, what failed.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::cells::Cells;
use super::steps::Stop;
use super::{Emitted, EvaluationError, EventRef, Outcome};
use crate::facts::Facts;
use crate::functions::{CallContext, Lists, Nothing};
use crate::jsonpath::{Drawn, Wanted};
use crate::plan::node::{Input, Items, Node, Place, Program, Source};
use crate::plan::{Plan, index};
use crate::state::Change;
use crate::text::Memo;
use crate::value::{Effect, Fault, RuleValue, Value, json};

/// JSON nested deeper is refused.
const MAX_DEPTH: usize = 200;

static NOTHING: Drawn = Drawn::NOTHING;

/// Effects that one `WhenRules` asks for: each with where it came from.
pub(super) struct Fired {
    pub(super) effects: Vec<(Source, Arc<Effect>)>,
    pub(super) rules: Vec<Arc<RuleValue>>,
}

pub(crate) struct Run<'a> {
    pub(super) program: &'a Program,
    pub(super) plan: Option<&'a Plan>,
    pub(super) event: Option<&'a EventRef<'a>>,
    pub(super) facts: &'a Facts,
    pub(super) now: Timestamp,
    pub(super) data: &'a Drawn,
    secret: Option<Value>,
    pub(super) cells: Cells,
    active: Vec<bool>,
    /// Files that wait to be run.
    pub(super) queue: Vec<u32>,
    /// The files that `Require`s came to.
    pub(super) required: Vec<(u32, u32)>,
    pub(super) fired: Vec<(u32, Fired)>,
    /// What is to be kept because of this event.
    pub(super) changes: Vec<Change>,
    /// What failed, with its node.
    pub(super) errors: Vec<(u32, EvaluationError)>,
    pub(super) memo: Memo,
    /// Room for the arguments of a call, reused from call to call.
    pub(super) arguments: Vec<Value>,
}

/// What rules may see of a text of JSON.
pub(super) fn parse(text: &str, wanted: &Wanted) -> Drawn {
    json::read_wanted(&Arc::from(text), MAX_DEPTH, wanted).unwrap_or_default()
}

impl<'a> Run<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        event: &'a EventRef<'a>,
        data: &'a Drawn,
        facts: &'a Facts,
        now: Timestamp,
    ) -> Self {
        Self {
            cells: Cells::Each(vec![None; plan.program.nodes.len()]),
            active: vec![false; plan.program.units.len()],
            ..Self::beginning(plan, event, data, facts, now)
        }
    }

    /// The same with no room for values yet.
    pub(super) fn beginning(
        plan: &'a Plan,
        event: &'a EventRef<'a>,
        data: &'a Drawn,
        facts: &'a Facts,
        now: Timestamp,
    ) -> Self {
        Self {
            plan: Some(plan),
            event: Some(event),
            now,
            data,
            ..Self::empty(&plan.program, facts)
        }
    }

    pub(super) fn without_event(program: &'a Program, facts: &'a Facts) -> Self {
        let cells = Cells::Each(vec![None; program.nodes.len()]);
        Self { cells, ..Self::empty(program, facts) }
    }

    fn empty(program: &'a Program, facts: &'a Facts) -> Self {
        Self {
            program,
            plan: None,
            event: None,
            facts,
            now: Timestamp::UNIX_EPOCH,
            data: &NOTHING,
            secret: None,
            cells: Cells::Each(Vec::new()),
            active: Vec::new(),
            queue: Vec::new(),
            required: Vec::new(),
            fired: Vec::new(),
            changes: Vec::new(),
            errors: Vec::new(),
            memo: Memo::default(),
            arguments: Vec::new(),
        }
    }

    /// Runs `main.sml` with what it imports, then whatever is required.
    pub(super) fn files(&mut self) {
        self.files_with(&mut Self::compute);
    }

    /// The same; every node in its turn is given to `each`, which computes it.
    pub(super) fn files_with(&mut self, each: &mut dyn FnMut(&mut Self, u32)) {
        let Some(plan) = self.plan else { return };
        self.queue.push(self.program.main);
        while !self.queue.is_empty() {
            for file in std::mem::take(&mut self.queue) {
                for unit in plan.closures.get(index(file)).into_iter().flatten() {
                    self.unit(plan, *unit, each);
                }
            }
        }
    }

    fn unit(&mut self, plan: &Plan, unit: u32, each: &mut dyn FnMut(&mut Self, u32)) {
        match self.active.get_mut(index(unit)) {
            Some(active) if !*active => *active = true,
            _ => return,
        }
        for at in plan.work.get(index(unit)).into_iter().flatten() {
            each(self, *at);
        }
    }

    /// Whether a file ran.
    pub(super) fn ran(&self, file: u32) -> bool {
        self.active.get(index(file)).copied().unwrap_or(false)
    }

    /// Computes one node.
    pub(crate) fn compute(&mut self, at: u32) {
        let program = self.program;
        let Some(node) = program.nodes.get(index(at)) else { return };
        let value = match self.step(node, at) {
            Ok(value) => Some(value),
            Err(Stop::Passed) => None,
            Err(Stop::Fault(fault)) => {
                self.fail(at, node.place, fault);
                None
            }
        };
        self.cells.set(at, value);
    }

    fn fail(&mut self, node: u32, place: Place, fault: Fault) {
        if fault.expected {
            return;
        }
        let Some(unit) = self.program.units.get(index(place.file)) else { return };
        let at = unit.lines.position(place.offset);
        let error = EvaluationError {
            kind: fault.exception.name(),
            path: Arc::clone(&unit.path),
            line: at.line,
            col: at.column,
            message: fault.message.into_owned(),
            place,
        };
        self.errors.push((node, error));
    }

    /// Whether this node is the last that reported an error.
    pub(super) fn failed_last(&self, node: u32) -> bool {
        self.errors.last().is_some_and(|(at, _)| *at == node)
    }

    /// The value of an input; None if it failed.
    pub(crate) fn read(&self, input: Input) -> Option<Cow<'_, Value>> {
        let value = self.source(input)?;
        Some(if input.unwrap { Cow::Owned(value.unwrapped()) } else { Cow::Borrowed(value) })
    }

    /// The value of an input as it is kept, which may be wrapped.
    fn source(&self, input: Input) -> Option<&Value> {
        match input.source {
            Source::Node(at) => self.cells.get(at),
            Source::Constant(at) => self.program.constants.get(index(at)),
        }
    }

    /// Shows the value of an input where it stands; None if it failed.
    pub(super) fn with<T>(&self, input: Input, see: impl FnOnce(&Value) -> T) -> Option<T> {
        let value = self.source(input)?;
        Some(if input.unwrap { value.with_unwrapped(see) } else { see(value) })
    }

    /// Whether the value of an input is true, or the failure passed on.
    pub(super) fn truth(&self, input: Input) -> Result<bool, Stop> {
        self.with(input, Value::truth).ok_or(Stop::Passed)
    }

    /// The value of an input, or the failure passed on.
    pub(super) fn need(&self, input: Input) -> Result<Cow<'_, Value>, Stop> {
        self.read(input).ok_or(Stop::Passed)
    }

    /// The inputs behind items that are written out.
    pub(super) fn each(items: &Items) -> Option<&[Input]> {
        match items {
            Items::Each(items) => Some(items),
            Items::List(_) => None,
        }
    }

    /// The secret data, read when it is first asked for.
    pub(super) fn read_secret(&mut self) {
        if self.secret.is_none() {
            let text = self.event.and_then(|event| event.secret_data);
            self.secret = Some(text.map_or_else(
                || Value::Map(Arc::default()),
                |secret| parse(secret, &Wanted::ALL).whole().clone(),
            ));
        }
    }

    pub(super) fn secret(&self) -> &Value {
        self.secret.as_ref().unwrap_or(&Value::None)
    }

    /// What a call may look at; `random` is drawn only for those that need it.
    pub(super) fn context(&self, random: u64) -> CallContext<'_> {
        let lists: &dyn Lists = match &self.program.lists {
            Some(lists) => &**lists,
            None => &Nothing,
        };
        let now = self.event.map_or(Timestamp::UNIX_EPOCH, |event| event.timestamp);
        CallContext {
            now,
            offset: self.facts.offset.unwrap_or(Offset::UTC),
            random,
            lists,
            facts: self.facts,
            memo: &self.memo,
        }
    }

    /// Bits that are the same whenever this call meets this event, so that a replay is exact.
    pub(super) fn random(&self, at: u32) -> u64 {
        let seed = self.event.map_or(&[][..], |event| event.action_id.as_bytes());
        let half = |salt: u32| u64::from(super::murmur::murmur3(seed, at ^ salt));
        half(0x9e37_79b9) << 32 | half(0x85eb_ca77)
    }

    /// Gathers what came of it.
    pub(super) fn finish(mut self, plan: &Plan) -> Outcome {
        let required = std::mem::take(&mut self.required);
        let mut fired = std::mem::take(&mut self.fired);
        let required =
            |node: u32| required.iter().find(|(at, _)| *at == node).map(|(_, file)| *file);
        plan.sort_fired(&mut fired, &required, None);
        self.outcome(plan, &fired)
    }

    pub(super) fn outcome(mut self, plan: &Plan, fired: &[(u32, Fired)]) -> Outcome {
        let effects = emitted(fired);
        let findings = self.findings(&effects);
        let (values, room) = self.cells.keep(self.active);
        super::quick::give_back(plan, room);
        Outcome {
            values,
            findings,
            effects,
            errors: self.errors.into_iter().map(|(_, error)| error).collect(),
            changes: self.changes,
            offset: self.facts.offset.unwrap_or(Offset::UTC),
        }
    }
}

/// The effects of all blocks. An effect that several blocks name is one thing in Osprey: it is
/// asked for by each block, and each time names the rules of all of them.
fn emitted(fired: &[(u32, Fired)]) -> Vec<Emitted> {
    let rules_of = |source: &Source| -> Vec<Arc<RuleValue>> {
        let naming = |fired: &&Fired| fired.effects.iter().any(|(other, _)| other == source);
        fired
            .iter()
            .map(|(_, fired)| fired)
            .filter(naming)
            .flat_map(|fired| fired.rules.iter().cloned())
            .collect()
    };
    fired
        .iter()
        .flat_map(|(_, fired)| &fired.effects)
        .map(|(source, effect)| Emitted {
            effect: Arc::clone(effect),
            rules: rules_of(source),
            source: *source,
        })
        .collect()
}

/// The value of a node all of whose inputs are constants; None if it fails.
pub(super) fn constant(program: &Program, node: &Node) -> Option<Value> {
    let facts = Facts::default();
    let mut run = Run::empty(program, &facts);
    run.step(node, 0).ok()
}
