//! Which facts a program needs, and in which order they must be fetched. A fact may be asked for
//! by what another fact says; each such step is a round, and there are few of them, because each
//! waits for the store or the network. Must not fetch anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::index;
use super::node::{BeyondDoes, Kind, Node, Program, Source};
use crate::functions::{self, Needs, Prepared, Special};

/// More rounds than this are refused when the rules are checked.
pub(crate) const MOST_ROUNDS: usize = 3;

/// Facts that can be fetched together.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// What must be computed to know which they are, in order.
    pub(crate) before: Vec<u32>,
    /// The nodes that ask for them.
    pub(crate) facts: Vec<u32>,
}

/// What a node's fact is asked for by; None if it needs none.
fn asked_by(node: &Node) -> Option<Vec<Source>> {
    match &node.kind {
        Kind::HasLabel(label) => Some(vec![label.entity.source]),
        Kind::Function(function) => {
            let signature = functions::get(function.id)?;
            (signature.needs == Needs::Facts)
                .then(|| function.arguments.iter().map(|one| one.input.source).collect())
        }
        Kind::Beyond(beyond) => {
            let arguments = beyond.arguments.iter().map(|one| one.input.source);
            match &beyond.does {
                BeyondDoes::Special(Special::Increment | Special::Count) => {
                    Some(arguments.take(2).collect())
                }
                BeyondDoes::Special(Special::Get) => Some(arguments.take(1).collect()),
                BeyondDoes::Ask(_) => Some(arguments.collect()),
                BeyondDoes::Special(_) | BeyondDoes::Absent => None,
            }
        }
        _ => None,
    }
}

/// Each node that asks for a fact, with the round in which it can, and what it is asked for by.
fn asking(program: &mut Program) -> Vec<(u32, usize, Vec<Source>)> {
    let mut depths = vec![0; program.nodes.len()];
    let mut asking = Vec::new();
    let order: Vec<u32> = program
        .order
        .iter()
        .filter_map(|unit| program.units.get(index(*unit)))
        .flat_map(|unit| unit.nodes.clone())
        .collect();
    // Nodes stand after what they are computed from.
    for at in order {
        let Some(node) = program.nodes.get_mut(index(at)) else { continue };
        let depth_of = |source: &Source| match source {
            Source::Node(at) => depths.get(index(*at)).copied().unwrap_or(0),
            Source::Constant(_) => 0,
        };
        let mut depth = 0;
        node.kind.inputs(&mut |input| depth = depth.max(depth_of(&input.source)));
        if let Some(sources) = asked_by(node) {
            let round = sources.iter().map(depth_of).max().unwrap_or(0);
            depth = depth.max(round + 1);
            asking.push((at, round, sources));
        }
        if let Some(slot) = depths.get_mut(index(at)) {
            *slot = depth;
        }
    }
    asking
}

/// The rounds in which facts are fetched, empty if none are needed.
pub(crate) fn rounds(program: &mut Program) -> Vec<Round> {
    let asking = asking(program);
    let last = asking.iter().map(|(_, round, _)| *round).max();
    let mut rounds = Vec::new();
    for number in 0..last.map_or(0, |last| last + 1) {
        let here = asking.iter().filter(|(_, round, _)| *round == number);
        let facts: Vec<u32> = here.clone().map(|(at, ..)| *at).collect();
        let open = here.flat_map(|(.., sources)| sources.iter().copied()).collect();
        rounds.push(Round { before: needed(program, open), facts });
    }
    rounds
}

/// The nodes that these values are computed from, in order.
fn needed(program: &mut Program, mut open: Vec<Source>) -> Vec<u32> {
    let mut needed = BTreeSet::new();
    while let Some(source) = open.pop() {
        let Source::Node(at) = source else { continue };
        if let Some(node) = program.nodes.get_mut(index(at))
            && needed.insert(at)
        {
            node.kind.inputs(&mut |input| open.push(input.source));
        }
    }
    let order = program.order.iter().filter_map(|unit| program.units.get(index(*unit)));
    order.flat_map(|unit| unit.nodes.clone()).filter(|at| needed.contains(at)).collect()
}

/// The first node whose fact would be fetched in a round too many.
pub(crate) fn too_deep(program: &mut Program) -> Option<u32> {
    let asking = asking(program);
    asking.iter().find(|(_, round, _)| *round >= MOST_ROUNDS).map(|(at, ..)| *at)
}

/// The lists that rules read and that change while the engine runs.
pub(super) fn running_lists(program: &Program) -> Vec<Arc<str>> {
    let named = program.nodes.iter().filter_map(|node| match &node.kind {
        Kind::Function(function) => match &*function.prepared {
            Prepared::Running(name) => Some(Arc::clone(name)),
            _ => None,
        },
        _ => None,
    });
    let names: BTreeSet<Arc<str>> = named.collect();
    names.into_iter().collect()
}
