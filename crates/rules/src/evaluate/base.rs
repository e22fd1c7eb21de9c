//! What many events have in common: an evaluation of an event of the same shape, in which no test
//! of a text hears anything, and for each value the nodes that must be computed anew when it is
//! another. Depends on the plan and the shape alone, never on what an event says.
//!
//! Most of a program does not matter to most events: a rule of which one condition does not hold
//! stays as it is, whatever its other conditions come to. Such a node waits for that condition.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::EvaluationError;
use super::run::Run;
use crate::facts::Facts;
use crate::plan::graph::{Graph, Role};
use crate::plan::node::{Input, Items, Kind, Node, Piece, Source};
use crate::plan::{Plan, index};
use crate::value::{Entity, Value};

/// No more shapes are kept than this, and fewer of a large program.
const MAX_BASES: usize = 64;
const MAX_CELLS: usize = 1 << 22;
/// After so many events of shapes that found no room, the room is given away.
const MAX_MISSES: usize = 4096;

/// The files that run for an event, and their nodes in order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(super) active: Vec<bool>,
    /// The nodes, in the order in which they are computed.
    pub(super) nodes: Vec<u32>,
    /// For each node its place in the order.
    ranks: Vec<u32>,
    pub(super) roots: Vec<u32>,
    /// In which order blocks of effects fire, once two did.
    pub(super) waves: OnceLock<HashMap<u32, usize>>,
}

/// An order with the bases of the shapes that its events had. Bases know their order, and it must not
/// know them: what knows itself is never given away.
#[derive(Debug)]
pub(crate) struct Shapes {
    pub(super) order: Arc<Order>,
    bases: RwLock<Bases>,
}

#[derive(Debug, Default)]
struct Bases {
    /// Few, and most events have the first.
    by_shape: Vec<(Box<[u8]>, Arc<Base>)>,
    misses: usize,
}

/// The rank of a node that is not computed.
const NEVER: u32 = u32::MAX;

impl Order {
    /// `units` are the files in the order in which they run.
    fn new(plan: &Plan, units: &[u32]) -> Self {
        let mut order = Self {
            active: vec![false; plan.program.units.len()],
            ranks: vec![NEVER; plan.program.nodes.len()],
            ..Self::default()
        };
        for unit in units {
            if let Some(active) = order.active.get_mut(index(*unit)) {
                *active = true;
            }
            order.nodes.extend(plan.work.get(index(*unit)).into_iter().flatten());
        }
        for (at, rank) in order.nodes.iter().zip(0..) {
            if let Some(slot) = order.ranks.get_mut(index(*at)) {
                *slot = rank;
            }
        }
        let roots = order.nodes.iter().copied();
        order.roots = roots.filter(|at| plan.graph.role(*at) == Role::Root).collect();
        order
    }

    /// The place of a node in the order, if it is computed at all.
    pub(super) fn rank(&self, at: u32) -> Option<u32> {
        self.ranks.get(index(at)).copied().filter(|rank| *rank != NEVER)
    }
}

impl Shapes {
    /// `units` are the files in the order in which they run.
    pub(super) fn new(plan: &Plan, units: &[u32]) -> Self {
        Self { order: Arc::new(Order::new(plan, units)), bases: RwLock::default() }
    }

    /// The base of the events of a shape; None if there is none, or no room for it.
    pub(super) fn base(&self, plan: &Plan, shape: &[u8]) -> Option<Arc<Base>> {
        let known = self.bases.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, base)) = known.by_shape.iter().find(|(other, _)| **other == *shape) {
            return Some(Arc::clone(base));
        }
        drop(known);
        let most = (MAX_CELLS / plan.program.nodes.len().max(1)).clamp(4, MAX_BASES);
        let mut known = self.bases.write().unwrap_or_else(PoisonError::into_inner);
        if known.by_shape.len() >= most {
            known.misses += 1;
            if known.misses < MAX_MISSES {
                return None;
            }
            *known = Bases::default();
        }
        let base = Arc::new(Base::new(plan, &self.order, shape)?);
        known.by_shape.push((shape.into(), Arc::clone(&base)));
        Some(base)
    }
}

/// What events of one shape have in common.
#[derive(Debug, Default)]
pub(crate) struct Base {
    pub(super) order: Arc<Order>,
    pub(super) cells: Vec<Option<Value>>,
    /// What failed, with its node.
    pub(super) errors: Vec<(u32, EvaluationError)>,
    /// Nodes that are computed only when somebody asks.
    pub(super) lazy: Vec<bool>,
    /// Ears that somebody needs.
    pub(super) ears: Vec<bool>,
    /// Where the list of each node's watchers begins.
    starts: Vec<u32>,
    /// The ranks of the nodes to compute anew.
    watchers: Vec<u32>,
    /// The ranks of the nodes to compute for each event.
    pub(super) always: Vec<u32>,
    /// The features that are more than null and false.
    pub(super) matched: Vec<u32>,
}

impl Base {
    fn new(plan: &Plan, order: &Arc<Order>, shape: &[u8]) -> Option<Self> {
        let facts = Facts::default();
        let mut draft = Draft {
            run: Run::without_event(&plan.program, &facts),
            graph: &plan.graph,
            live: vec![false; plan.program.nodes.len()],
            sure: vec![false; plan.program.nodes.len()],
            quiet: vec![false; plan.program.nodes.len()],
            fired: vec![false; plan.program.nodes.len()],
        };
        draft.run.plan = Some(plan);
        draft.compute(order, shape)?;
        Some(draft.finish(plan, order))
    }

    /// Whether a node is computed only when somebody asks.
    pub(super) fn is_lazy(&self, at: u32) -> bool {
        flag(&self.lazy, at)
    }

    /// The ranks of the nodes that must be computed anew when this one is another.
    pub(super) fn watchers(&self, at: u32) -> &[u32] {
        let at = index(at);
        let (Some(start), Some(end)) = (self.starts.get(at), self.starts.get(at + 1)) else {
            return &[];
        };
        self.watchers.get(index(*start)..index(*end)).unwrap_or_default()
    }
}

/// What a value is, as far as it decides what can fail.
pub(super) fn tag(value: Option<&Value>) -> u8 {
    match value {
        None => 0,
        Some(Value::None) => 1,
        Some(Value::Bool(_)) => 2,
        Some(Value::Int(_)) => 3,
        Some(Value::Float(_)) => 4,
        Some(Value::Str(_)) => 5,
        Some(Value::List(_)) => 6,
        Some(Value::Map(_)) => 7,
        Some(Value::Entity(entity)) => match entity.id {
            Value::Str(_) => 8,
            Value::Int(_) => 9,
            _ => u8::MAX,
        },
        Some(_) => u8::MAX,
    }
}

/// A value for a tag; the outer None says that there is none.
fn example(tag: u8) -> Option<Option<Value>> {
    let entity = |id| Value::Entity(Arc::new(Entity { kind: Default::default(), id }));
    Some(match tag {
        0 => None,
        1 => Some(Value::None),
        2 => Some(Value::Bool(false)),
        3 => Some(Value::Int(0)),
        4 => Some(Value::Float(0.0)),
        5 => Some(Value::Str(Default::default())),
        6 => Some(Value::list(Vec::new())),
        7 => Some(Value::Map(Arc::default())),
        8 => Some(entity(Value::Str(Default::default()))),
        9 => Some(entity(Value::Int(0))),
        _ => return None,
    })
}

struct Draft<'a> {
    run: Run<'a>,
    graph: &'a Graph,
    /// Nodes that depend on what an event says.
    live: Vec<bool>,
    /// Nodes whose kind of value is the same for all events of the shape, and which report no error
    /// that is not in the base.
    sure: Vec<bool>,
    /// Tests that were not heard.
    quiet: Vec<bool>,
    /// Blocks of which a rule held.
    fired: Vec<bool>,
}

fn flag(flags: &[bool], at: u32) -> bool {
    flags.get(index(at)).copied().unwrap_or(false)
}

fn set(flags: &mut [bool], at: u32) {
    if let Some(flag) = flags.get_mut(index(at)) {
        *flag = true;
    }
}

impl Draft<'_> {
    fn compute(&mut self, order: &Order, shape: &[u8]) -> Option<()> {
        let mut tags = shape.iter();
        let mut heard = vec![false; self.live.len()];
        for &at in &order.nodes {
            let Some(node) = self.run.program.nodes.get(index(at)) else { continue };
            let inputs = self.graph.inputs(at);
            match self.graph.role(at) {
                Role::Root => {
                    let value = example(*tags.next()?)?;
                    self.run.cells.set(at, value);
                    set(&mut self.live, at);
                    set(&mut self.sure, at);
                }
                Role::Always => set(&mut self.live, at),
                Role::Derived => {
                    match self.unheard(at, &heard) {
                        Some(value) => {
                            self.run.cells.set(at, Some(value));
                            set(&mut self.quiet, at);
                        }
                        None => self.run.compute(at),
                    }
                    if inputs.iter().any(|input| flag(&self.live, *input)) {
                        set(&mut self.live, at);
                    }
                    if self.is_sure(at, node) {
                        set(&mut self.sure, at);
                    }
                    if self.run.fired.last().is_some_and(|(fired, _)| *fired == at) {
                        set(&mut self.fired, at);
                    }
                }
            }
            for ear in self.graph.atoms.ears_of(at) {
                let Some(ear) = self.graph.atoms.ears.get(index(*ear)) else { continue };
                if let Some(text) = self.text(ear.input) {
                    ear.hear(&text, &self.run.memo, &mut |atom| set(&mut heard, atom));
                }
            }
        }
        Some(())
    }

    fn text(&self, input: Option<Input>) -> Option<crate::value::Str> {
        match self.run.read(input?)?.as_ref() {
            Value::Str(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// What a test comes to that was not heard.
    fn unheard(&self, at: u32, heard: &[bool]) -> Option<Value> {
        let (ear, value) = self.graph.atoms.quiet(at)?;
        let ear = self.graph.atoms.ears.get(index(*ear))?;
        (!flag(heard, at) && self.text(ear.input).is_some()).then(|| value.clone())
    }

    fn is_live(&self, input: Input) -> bool {
        match input.source {
            Source::Node(at) => flag(&self.live, at),
            Source::Constant(_) => false,
        }
    }

    fn is_sure(&self, at: u32, node: &Node) -> bool {
        let sure = |input: &Input| match input.source {
            Source::Node(at) => flag(&self.sure, at) || !flag(&self.live, at),
            Source::Constant(_) => true,
        };
        let plain = |input: &Input| {
            let value = self.run.read(*input);
            sure(input)
                && match value.as_deref() {
                    Some(Value::Entity(_)) => true,
                    other => (1..=5).contains(&tag(other)),
                }
        };
        let pieces = |pieces: &[Piece]| {
            pieces.iter().all(|piece| match piece {
                Piece::Text(_) => true,
                Piece::Value(_, input) => plain(input),
            })
        };
        match &node.kind {
            Kind::Equal { .. } | Kind::All(_) | Kind::Any(_) => true,
            Kind::Not(input) | Kind::Entity { id: input, .. } => sure(input),
            Kind::Compare(_, left, right)
            | Kind::Contains { needle: left, haystack: right, .. } => {
                sure(left) && sure(right) && !self.run.failed_last(at)
            }
            Kind::List(items) => items.iter().all(sure),
            Kind::Format(parts) => pieces(parts),
            Kind::Resolve { value, default, .. } => sure(value) && sure(default),
            Kind::Rule(rule) => match &rule.when_all {
                Items::Each(items) => items.iter().all(sure) && pieces(&rule.pieces),
                Items::List(_) => false,
            },
            Kind::Label(label) => {
                sure(&label.entity)
                    && sure(&label.expires_after)
                    && sure(&label.delay_action_by)
                    && label.apply_if.iter().all(sure)
            }
            Kind::Finding(finding) => {
                let texts = [finding.item, finding.account, finding.quote];
                let further = finding.refer.iter().flat_map(|(queue, priority)| [queue, priority]);
                texts.iter().chain(further).all(sure)
            }
            Kind::Verdict(verdict) => plain(verdict),
            Kind::Function(function) => {
                flag(&self.graph.safe, at)
                    && !self.run.failed_last(at)
                    && function.arguments.iter().all(|argument| sure(&argument.input))
            }
            _ => false,
        }
    }

    /// The inputs whose change asks for a node to be computed anew.
    fn watched(&self, at: u32, node: &Node, watched: &mut Vec<u32>) {
        watched.clear();
        if flag(&self.quiet, at) {
            return;
        }
        let mut watch = |input: &Input| {
            if let Source::Node(at) = input.source
                && flag(&self.live, at)
            {
                watched.push(at);
            }
        };
        let holds = |input: &&Input| self.run.holds(**input);
        match &node.kind {
            Kind::All(items) => match self.best(items.iter().filter(|item| !holds(item))) {
                Some(decides) => watch(decides),
                None => items.iter().for_each(watch),
            },
            Kind::Any(items) => match self.best(items.iter().filter(holds)) {
                Some(decides) => watch(decides),
                None => items.iter().for_each(watch),
            },
            Kind::Rule(rule) => {
                let Items::Each(items) = &rule.when_all else {
                    return self.all(at, watched);
                };
                let unsure = |input: &&Input| match input.source {
                    Source::Node(at) => !flag(&self.sure, at),
                    Source::Constant(_) => false,
                };
                let failed = items.iter().filter(|item| self.run.read(**item).is_none());
                if let Some(decides) = self.best(failed) {
                    return watch(decides);
                }
                let shows = rule.settled.is_none() && !flag(&self.graph.truth_only, at);
                let decides = self.best(items.iter().filter(|item| !holds(item)));
                match decides.filter(|_| !shows && self.run.cells.get(at).is_some()) {
                    Some(decides) => {
                        watch(decides);
                        items.iter().filter(unsure).for_each(&mut watch);
                        for piece in &rule.pieces {
                            if let Piece::Value(_, input) = piece {
                                Some(input).filter(unsure).into_iter().for_each(&mut watch);
                            }
                        }
                    }
                    None => self.all(at, watched),
                }
            }
            Kind::When(when) => {
                if let (Items::Each(rules), Items::Each(_)) = (&when.rules, &when.then) {
                    rules.iter().for_each(watch);
                }
            }
            _ => self.all(at, watched),
        }
    }

    fn all(&self, at: u32, watched: &mut Vec<u32>) {
        let inputs = self.graph.inputs(at).iter().copied();
        watched.extend(inputs.filter(|input| flag(&self.live, *input)));
    }

    /// The input that changes least often.
    fn best<'i>(&self, items: impl Iterator<Item = &'i Input>) -> Option<&'i Input> {
        items.min_by_key(|item| match item.source {
            _ if !self.is_live(**item) => 0,
            Source::Node(at) => {
                match self.run.program.nodes.get(index(at)).map(|node| &node.kind) {
                    Some(Kind::Equal { .. }) if flag(&self.quiet, at) => 1,
                    Some(_) if flag(&self.quiet, at) => 2,
                    _ => 3,
                }
            }
            Source::Constant(_) => 0,
        })
    }

    fn finish(mut self, plan: &Plan, order: &Arc<Order>) -> Base {
        let count = self.live.len();
        let mut base = Base {
            order: Arc::clone(order),
            lazy: vec![false; count],
            ears: vec![false; self.graph.atoms.ears.len()],
            errors: std::mem::take(&mut self.run.errors),
            ..Base::default()
        };
        let mut wanted = vec![false; count];
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut watched = Vec::new();
        for &at in order.nodes.iter().rev() {
            let (Some(node), Some(rank)) = (plan.node(at), order.rank(at)) else { continue };
            if !flag(&self.live, at) && !flag(&self.fired, at) {
                continue;
            }
            let role = self.graph.role(at);
            let needed = role != Role::Derived
                || flag(&wanted, at)
                || flag(&self.graph.shown, at)
                || !flag(&self.sure, at)
                || matches!(node.kind, Kind::When(_));
            if !needed {
                set(&mut base.lazy, at);
                continue;
            }
            if role == Role::Always || flag(&self.fired, at) {
                base.always.push(rank);
            }
            if flag(&self.quiet, at)
                && let Some((ear, _)) = self.graph.atoms.quiet(at)
            {
                set(&mut base.ears, *ear);
                // Whoever listens must be told.
                self.graph.inputs(at).iter().for_each(|input| set(&mut wanted, *input));
            }
            if role == Role::Derived {
                self.watched(at, node, &mut watched);
                for input in watched.drain(..) {
                    set(&mut wanted, input);
                    pairs.push((input, rank));
                }
            } else {
                self.graph.inputs(at).iter().for_each(|input| set(&mut wanted, *input));
            }
        }
        base.always.reverse();
        pairs.sort_unstable();
        pairs.dedup();
        (base.starts, base.watchers) = lists(count, &pairs);
        base.cells = self.run.cells.take();
        base.matched = (0..)
            .zip(&plan.program.features)
            .filter(|(_, feature)| feature.shown && flag(&order.active, feature.file))
            .filter(|(_, feature)| {
                let value = match feature.input.source {
                    Source::Node(at) => base.cells.get(index(at)).and_then(Option::as_ref),
                    Source::Constant(at) => plan.program.constants.get(index(at)),
                };
                value.is_some_and(super::show::matches)
            })
            .map(|(number, _)| number)
            .collect();
        base
    }
}

/// Pairs in order as one list with the places where each node's part begins.
fn lists(count: usize, pairs: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; count + 1];
    for (at, _) in pairs {
        if let Some(start) = starts.get_mut(index(*at) + 1) {
            *start += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    (starts, pairs.iter().map(|(_, rank)| *rank).collect())
}
