//! What can be said of a program's nodes before any event: what each is computed from, where
//! values enter, which can fail. Must not compute anything.

use super::atoms::Atoms;
use super::index;
use super::node::{Function, Input, Items, Kind, Piece, Program, Source};
use crate::functions::{self, Needs, Prepared};

/// How a node comes to its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// From the event alone.
    Root,
    /// From more than its inputs, so that it is computed for each event.
    Always,
    /// From its inputs.
    Derived,
}

/// The nodes of a program and how they hang together.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Where each node's inputs begin.
    starts: Vec<u32>,
    inputs: Vec<u32>,
    pub(crate) roles: Vec<Role>,
    /// Functions that cannot fail on arguments of the right types.
    pub(crate) safe: Vec<bool>,
    /// Nodes that are the value of a feature that results show.
    pub(crate) shown: Vec<bool>,
    /// Rules of which nobody sees more than whether they hold, unless they do.
    pub(crate) truth_only: Vec<bool>,
    /// Node and feature, in order.
    features: Vec<(u32, u32)>,
    pub(crate) atoms: Atoms,
    /// The `Require`s of each file, each after what it needs.
    pub(crate) requires: Vec<Vec<u32>>,
    /// Whether evaluation may go by what differs from a base.
    pub(crate) usable: bool,
}

impl Graph {
    pub(crate) fn of(program: &mut Program, work: &[Vec<u32>]) -> Self {
        let mut graph = Self { usable: true, ..Self::default() };
        graph.truth_only =
            program.nodes.iter().map(|node| matches!(node.kind, Kind::Rule(_))).collect();
        for at in 0..program.nodes.len() {
            graph.starts.push(u32::try_from(graph.inputs.len()).unwrap_or(u32::MAX));
            let Some(node) = program.nodes.get_mut(at) else { continue };
            let inputs = &mut graph.inputs;
            node.kind.inputs(&mut |input| {
                if let Source::Node(at) = input.source {
                    inputs.push(at);
                }
            });
            only_truth(&node.kind, &mut graph.truth_only);
            graph.roles.push(role(&node.kind));
            graph.safe.push(match &node.kind {
                Kind::Function(function) => is_safe(function),
                _ => false,
            });
        }
        graph.starts.push(u32::try_from(graph.inputs.len()).unwrap_or(u32::MAX));
        graph.shown = vec![false; program.nodes.len()];
        for (feature, number) in program.features.iter().zip(0..) {
            if let (Source::Node(at), true) = (feature.input.source, feature.shown) {
                graph.features.push((at, number));
                if let Some(shown) = graph.shown.get_mut(index(at)) {
                    *shown = true;
                }
            }
        }
        graph.features.sort_unstable();
        graph.atoms = Atoms::of(program, work.iter().flatten().copied());
        graph.requires = work.iter().map(|nodes| graph.cone(program, nodes)).collect();
        let beyond = |at: &u32| {
            program.nodes.get(index(*at)).is_some_and(|node| matches!(node.kind, Kind::Beyond(_)))
        };
        graph.usable = !graph.requires.iter().flatten().any(beyond);
        graph
    }

    /// The nodes that a node is computed from.
    pub(crate) fn inputs(&self, at: u32) -> &[u32] {
        let at = index(at);
        let (Some(start), Some(end)) = (self.starts.get(at), self.starts.get(at + 1)) else {
            return &[];
        };
        self.inputs.get(index(*start)..index(*end)).unwrap_or_default()
    }

    pub(crate) fn role(&self, at: u32) -> Role {
        self.roles.get(index(at)).copied().unwrap_or(Role::Always)
    }

    /// The shown features that a node is the value of.
    pub(crate) fn features_of(&self, at: u32) -> impl Iterator<Item = u32> {
        let start = self.features.partition_point(|(node, _)| *node < at);
        let here = self.features.get(start..).unwrap_or_default().iter();
        here.take_while(move |(node, _)| *node == at).map(|(_, feature)| *feature)
    }

    /// A file's `Require`s with what they are computed from, in order.
    fn cone(&self, program: &Program, nodes: &[u32]) -> Vec<u32> {
        let mut needed = std::collections::BTreeSet::new();
        let requires = nodes.iter().filter(|at| {
            let node = program.nodes.get(index(**at));
            node.is_some_and(|node| matches!(node.kind, Kind::Require { .. }))
        });
        let mut open: Vec<u32> = requires.copied().collect();
        while let Some(at) = open.pop() {
            if needed.insert(at) {
                open.extend(self.inputs(at));
            }
        }
        if needed.is_empty() {
            return Vec::new();
        }
        let order = program.order.iter().filter_map(|unit| program.units.get(index(*unit)));
        order.flat_map(|unit| unit.nodes.clone()).filter(|at| needed.contains(at)).collect()
    }
}

fn role(kind: &Kind) -> Role {
    let constant = |input: &Input| matches!(input.source, Source::Constant(_));
    match kind {
        Kind::ActionName | Kind::ActionId => Role::Root,
        Kind::Data(data) if constant(&data.required) && constant(&data.coerce_type) => Role::Root,
        Kind::Data(_) | Kind::HasLabel(_) | Kind::Beyond(_) | Kind::Require { .. } => Role::Always,
        Kind::Function(function) => {
            let needs = functions::get(function.id).map(|signature| signature.needs);
            let fixed = matches!(needs, Some(Needs::Nothing | Needs::Lists))
                && !function.random
                && !matches!(*function.prepared, Prepared::Running(_));
            if fixed { Role::Derived } else { Role::Always }
        }
        _ => Role::Derived,
    }
}

fn is_safe(function: &Function) -> bool {
    let Some(signature) = functions::get(function.id) else { return false };
    match &*signature.name {
        "StringLength" | "StringToLower" | "StringToUpper" | "StringStartsWith"
        | "StringEndsWith" | "ListLength" => true,
        "RegexMatch" | "CountRegexMatches" | "TextMatches" => match &*function.prepared {
            Prepared::Patterns(patterns) => patterns.iter().all(|one| one.is_always_linear()),
            _ => false,
        },
        "TextContains" | "TextContainsAny" | "TextContainsCount" | "TextInList" => {
            matches!(*function.prepared, Prepared::Phrases(_))
        }
        _ => false,
    }
}

/// Takes away the mark of rules of which this node sees more than whether they hold.
fn only_truth(kind: &Kind, marks: &mut [bool]) {
    let mut seen = |input: &Input| {
        if let Source::Node(at) = input.source
            && !input.unwrap
            && let Some(mark) = marks.get_mut(index(at))
        {
            *mark = false;
        }
    };
    match kind {
        Kind::All(_) | Kind::Any(_) | Kind::Not(_) => {}
        Kind::When(when) => {
            if let Items::Each(then) = &when.then {
                then.iter().for_each(seen);
            }
        }
        Kind::Rule(rule) => {
            for piece in &rule.pieces {
                if let Piece::Value(_, input) = piece {
                    seen(input);
                }
            }
            if let Items::List(list) = &rule.when_all {
                seen(list);
            }
        }
        Kind::List(items) => items.iter().for_each(seen),
        Kind::Format(pieces) => {
            for piece in pieces {
                if let Piece::Value(_, input) = piece {
                    seen(input);
                }
            }
        }
        Kind::Equal { left, right, .. }
        | Kind::Contains { needle: left, haystack: right, .. }
        | Kind::Compare(_, left, right)
        | Kind::Binary(_, left, right)
        | Kind::Resolve { value: left, default: right, .. }
        | Kind::Require { file: left, condition: right } => {
            seen(left);
            seen(right);
        }
        Kind::Negate(input) | Kind::Verdict(input) | Kind::Entity { id: input, .. } => seen(input),
        Kind::Function(function) => function.arguments.iter().for_each(|one| seen(&one.input)),
        Kind::Beyond(beyond) => beyond.arguments.iter().for_each(|one| seen(&one.input)),
        Kind::ExperimentWhen { buckets, .. } => {
            buckets.iter().for_each(|(_, input)| seen(input));
        }
        Kind::Label(label) => label.apply_if.iter().for_each(seen),
        Kind::Finding(finding) => {
            [finding.item, finding.account, finding.quote].iter().for_each(&mut seen);
            if let Some((queue, priority)) = &finding.refer {
                seen(queue);
                seen(priority);
            }
        }
        Kind::Data(_)
        | Kind::ActionName
        | Kind::ActionId
        | Kind::Experiment(_)
        | Kind::HasLabel(_) => {}
    }
}
