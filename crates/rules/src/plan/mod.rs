//! The plan: a checked program, packed for evaluation. Immutable, shared by all threads; whatever
//! does not depend on the event is computed here, once.

mod atoms;
mod blind;
mod drawing;
mod facts;
pub(crate) mod graph;
mod never;
pub(crate) mod node;
mod order;
mod scan;

pub use blind::Dependence;
pub use drawing::{Drawing, Thing, ThingKind};
pub use never::Idle;
pub use node::Program;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use crate::check::DeclaredLabels;
use crate::evaluate::{Fold, Over, Shapes, fold};
use crate::functions::{self, Lists, Nothing, Prepared, Special};
use crate::jsonpath::Wanted;
use crate::value::{Str, Value};
pub(crate) use facts::{MOST_ROUNDS, Round, too_deep};
use graph::Graph;
use node::{BeyondDoes, Does, Feature, Input, Kind, Node, Source};

/// A program, ready to be evaluated on any number of events.
pub struct Plan {
    pub(crate) program: Program,
    /// For each file the nodes to compute, in order.
    pub(crate) work: Vec<Vec<u32>>,
    /// For each file the files that run when it does, itself last.
    pub(crate) closures: Vec<Vec<u32>>,
    pub(crate) paths: HashMap<Arc<str>, u32>,
    /// The `WhenRules` in the order in which they fire, unless a `Require` may change it.
    fixed_order: Option<HashMap<u32, usize>>,
    /// What the program reads of an event's data.
    pub(crate) wanted: Wanted,
    /// How the nodes hang together.
    pub(crate) graph: Graph,
    /// The order of the nodes, where no `Require` may change it.
    pub(crate) order: OnceLock<Arc<Shapes>>,
    /// The order of the nodes by what the `Require`s came to.
    pub(crate) orders: RwLock<Orders>,
    /// Rooms for evaluations that are not going on.
    #[expect(
        clippy::vec_box,
        reason = "a room goes in and out in its box, which is not made anew"
    )]
    pub(crate) rooms: Mutex<Vec<Box<Over>>>,
    /// The rules by name.
    pub(crate) rules: HashMap<Str, u32>,
    /// What must be fetched, round by round.
    pub(crate) rounds: Vec<Round>,
    /// The lists that rules read and that change while the engine runs.
    pub(crate) running_lists: Vec<Arc<str>>,
}

/// Orders of nodes, each by the `Require`s with the files that they came to.
pub(crate) type Orders = HashMap<Vec<(u32, u32)>, Arc<Shapes>>;

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("program", &self.program).finish_non_exhaustive()
    }
}

pub(crate) fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl Plan {
    /// Packs a program.
    #[must_use]
    pub fn build(mut program: Program) -> Self {
        let folded = fold_constants(&mut program);
        prepare_folded(&mut program);
        let work: Vec<Vec<u32>> = program
            .units
            .iter()
            .map(|unit| unit.nodes.clone().filter(|at| !is_folded(&folded, *at)).collect())
            .collect();
        let closures =
            (0..).take(program.units.len()).map(|unit| closure(&program, unit)).collect();
        let paths =
            program.units.iter().zip(0..).map(|(unit, at)| (Arc::clone(&unit.path), at)).collect();
        let dynamic = program.steps.iter().any(|step| matches!(step.does, Does::Requires(_)));
        let fixed_order = (!dynamic).then(|| ranks(order::waves(&program, &|_| None)));
        let running_lists = facts::running_lists(&program);
        let mut rounds = facts::rounds(&mut program);
        if rounds.is_empty() && !running_lists.is_empty() {
            rounds.push(Round::default());
        }
        let wanted = wanted(&program);
        for node in &mut program.nodes {
            if let Kind::Data(data) = &mut node.kind
                && let Prepared::Path(path) = &*data.prepared
            {
                data.part = wanted.part(path);
            }
        }
        let graph = Graph::of(&mut program, &work);
        let rules = program.nodes.iter().zip(0..).filter_map(|(node, at)| match &node.kind {
            Kind::Rule(rule) => Some((rule.name.clone(), at)),
            _ => None,
        });
        let rules = rules.collect();
        Self {
            program,
            work,
            closures,
            paths,
            fixed_order,
            wanted,
            graph,
            order: OnceLock::new(),
            orders: RwLock::default(),
            rooms: Mutex::default(),
            rules,
            rounds,
            running_lists,
        }
    }

    pub(crate) fn node(&self, at: u32) -> Option<&Node> {
        self.program.nodes.get(index(at))
    }

    /// The names of the nodes that have one; the first, where several mean the same.
    pub(crate) fn names(&self) -> HashMap<u32, &str> {
        let mut names = HashMap::new();
        for feature in &self.program.features {
            if let Source::Node(at) = feature.input.source {
                names.entry(at).or_insert(&*feature.name);
            }
        }
        names
    }

    /// A node and all that it is computed from.
    pub(crate) fn cone(&self, at: u32) -> HashSet<u32> {
        let mut seen = HashSet::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(self.graph.inputs(at));
            }
        }
        seen
    }

    /// File and line of a node.
    pub(crate) fn place(&self, node: &Node) -> (&str, u32) {
        let unit = self.program.units.get(index(node.place.file));
        unit.map_or(("", 0), |unit| (&unit.path, unit.lines.position(node.place.offset).line))
    }

    /// What stands in a rule file at a place.
    pub(crate) fn source(&self, place: node::Place) -> &str {
        let unit = self.program.units.get(index(place.file));
        unit.and_then(|unit| unit.text.get(index(place.offset)..index(place.end))).unwrap_or("")
    }

    /// The features that results show.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Feature> {
        self.program.features.iter().filter(|feature| feature.shown)
    }

    /// Whether what one event leaves behind can matter to the next: labels, counters, kept values.
    #[must_use]
    pub fn keeps_state(&self) -> bool {
        let keeps = |node: &Node| {
            matches!(
                node.kind,
                node::Kind::Label(_) | node::Kind::HasLabel(_) | node::Kind::Beyond(_)
            )
        };
        self.fact_rounds() > 0 || self.program.nodes.iter().any(keeps)
    }

    /// The labels that the rulebook declares.
    #[must_use]
    pub fn labels(&self) -> &DeclaredLabels {
        &self.program.labels
    }

    /// Sorts what fired into the order in which Osprey would fire it.
    pub(crate) fn sort_fired<T>(
        &self,
        fired: &mut [(u32, T)],
        required: &dyn Fn(u32) -> Option<u32>,
        kept: Option<&OnceLock<HashMap<u32, usize>>>,
    ) {
        if fired.len() < 2 {
            return;
        }
        let replayed;
        let replay = || ranks(order::waves(&self.program, required));
        let ranks = match (&self.fixed_order, kept) {
            (Some(ranks), _) => ranks,
            (None, Some(kept)) => kept.get_or_init(replay),
            (None, None) => {
                replayed = replay();
                &replayed
            }
        };
        fired.sort_by_key(|(node, _)| ranks.get(node).copied().unwrap_or(usize::MAX));
    }
}

fn ranks(order: Vec<u32>) -> HashMap<u32, usize> {
    order.into_iter().zip(0..).collect()
}

fn is_folded(folded: &[Option<Input>], at: u32) -> bool {
    folded.get(index(at)).is_some_and(Option::is_some)
}

/// Computes what does not depend on the event; gives the constant that each node became.
fn fold_constants(program: &mut Program) -> Vec<Option<Input>> {
    let mut folded: Vec<Option<Input>> = vec![None; program.nodes.len()];
    let order: Vec<u32> = program
        .order
        .iter()
        .filter_map(|unit| program.units.get(index(*unit)))
        .flat_map(|unit| unit.nodes.clone())
        .collect();
    for at in order {
        let Some(node) = program.nodes.get_mut(index(at)) else { continue };
        let mut constant = true;
        node.kind.inputs(&mut |input| {
            replace(&folded, input);
            constant &= matches!(input.source, Source::Constant(_));
        });
        if let Fold::Value(value) = if constant { fold(program, at) } else { Fold::No } {
            let number = u32::try_from(program.constants.len()).unwrap_or(u32::MAX);
            program.constants.push(value);
            if let Some(slot) = folded.get_mut(index(at)) {
                *slot = Some(Input { source: Source::Constant(number), unwrap: false });
            }
        }
    }
    for feature in &mut program.features {
        replace(&folded, &mut feature.input);
    }
    folded
}

fn replace(folded: &[Option<Input>], input: &mut Input) {
    if let Source::Node(at) = input.source
        && let Some(Some(constant)) = folded.get(index(at))
    {
        input.source = constant.source;
    }
}

/// Makes ready what calls can reuse from event to event where only folding showed that an argument
/// is constant. A call that cannot work says so when it is evaluated, as before.
fn prepare_folded(program: &mut Program) {
    for at in 0..program.nodes.len() {
        let Some(Node { kind: Kind::Function(function), .. }) = program.nodes.get(at) else {
            continue;
        };
        if !matches!(*function.prepared, Prepared::Nothing) {
            continue;
        }
        let values = function.arguments.iter().map(|argument| match argument.input.source {
            Source::Constant(at) => program.constants.get(index(at)).cloned(),
            Source::Node(_) => None,
        });
        let values: Vec<Option<Value>> = values.collect();
        let lists: &dyn Lists = match &program.lists {
            Some(lists) => &**lists,
            None => &Nothing,
        };
        let Ok(prepared) = functions::prepare(function.id, &values, lists) else { continue };
        if let Some(Node { kind: Kind::Function(function), .. }) = program.nodes.get_mut(at) {
            function.prepared = Arc::new(prepared);
        }
    }
}

/// What the program reads of an event's data.
fn wanted(program: &Program) -> Wanted {
    let whole = program.nodes.iter().any(|node| match &node.kind {
        Kind::Beyond(beyond) => matches!(beyond.does, BeyondDoes::Special(Special::Event(_))),
        Kind::Data(data) => !matches!(*data.prepared, Prepared::Path(_)),
        _ => false,
    });
    if whole {
        return Wanted::ALL;
    }
    Wanted::by(program.nodes.iter().filter_map(|node| match &node.kind {
        Kind::Data(data) if !data.secret => match &*data.prepared {
            Prepared::Path(path) => Some(path),
            _ => None,
        },
        _ => None,
    }))
}

/// The files that run when a file does, each after its imports.
fn closure(program: &Program, unit: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut open = vec![unit];
    while let Some(unit) = open.pop() {
        if !found.contains(&unit) {
            found.push(unit);
            open.extend(program.units.get(index(unit)).into_iter().flat_map(|unit| &unit.imports));
        }
    }
    program.order.iter().copied().filter(|unit| found.contains(unit)).collect()
}
