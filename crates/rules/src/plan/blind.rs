//! Who-blindness: what of an event a finding can depend on, followed through values, conditions,
//! required files and labels. Errs on the side of "depends": what it calls blind is blind. Must not
//! judge whether a dependence is right: the rulebook says which are not.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde::Serialize;

use super::node::{BeyondDoes, Finding, Input, Kind, Node, Source};
use super::{Plan, index};
use crate::functions::{self, Prepared, Special};
use crate::value::Value;

/// A way by which a value that says who speaks reaches a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Dependence {
    /// The clause.
    pub clause: String,
    /// Whether the finding refers to people, and breaches nothing.
    pub refers: bool,
    /// The group of values, as the rulebook names it.
    pub group: String,
    /// The names on the way, from the rule to the value.
    pub way: Vec<String>,
    /// The rule file of the finding.
    pub path: String,
    /// The finding's line, from 1.
    pub line: u32,
    /// The finding's place in its file, in bytes.
    #[serde(skip)]
    pub(crate) offset: u32,
}

impl Plan {
    /// The clauses that rules can find, and by which ways each finding can depend on the values of a
    /// group; for each finding and group the shortest way. A value is told by a feature's name, by a
    /// path in the event's data (`$.account.affiliation`), or by a function (`AccountAge()`).
    #[must_use]
    pub fn dependences(&self, who: &BTreeMap<String, Vec<String>>) -> Vec<Dependence> {
        let flow = Flow::of(self);
        let mut found = Vec::new();
        for (when, node) in self
            .program
            .nodes
            .iter()
            .zip(0..)
            .filter_map(|(node, at)| matches!(node.kind, Kind::When(_)).then_some((at, node)))
        {
            for (finding, made) in flow.findings(when) {
                let reached = flow.reached(node, finding);
                for (group, entries) in who {
                    let Some(way) = flow.way(&reached, entries) else { continue };
                    let (path, line) = self.place(made);
                    found.push(Dependence {
                        clause: finding.clause.to_string(),
                        refers: finding.refer.is_some(),
                        group: group.clone(),
                        way,
                        path: path.to_owned(),
                        line,
                        offset: made.place.offset,
                    });
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The clauses that some rule can find, breached or referred.
    #[must_use]
    pub fn clauses_found(&self) -> std::collections::BTreeSet<String> {
        let findings = self.program.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Finding(finding) => Some(finding.clause.to_string()),
            _ => None,
        });
        findings.collect()
    }

    /// Whether an entry of a group names something: a feature, a path or a known function.
    pub(crate) fn knows(&self, entry: &str) -> bool {
        entry.starts_with('$')
            || match entry.strip_suffix("()") {
                Some(function) => functions::find(function).is_some() || self.calls(function),
                None => self.program.features.iter().any(|feature| *feature.name == *entry),
            }
    }

    fn calls(&self, name: &str) -> bool {
        self.program.nodes.iter().any(|node| called(&node.kind).is_some_and(|it| it == name))
    }
}

/// The name of the function that a node calls.
fn called(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Function(function) => functions::get(function.id).map(|one| &*one.name),
        Kind::Beyond(beyond) => Some(&beyond.name),
        _ => None,
    }
}

/// What a call does that reads or changes what is kept.
fn special(kind: &Kind) -> Option<&Special> {
    match kind {
        Kind::Beyond(beyond) => match &beyond.does {
            BeyondDoes::Special(special) => Some(special),
            BeyondDoes::Ask(_) | BeyondDoes::Absent => None,
        },
        _ => None,
    }
}

/// Where each reached node was reached from; the nodes in the order in which they were.
struct Reached {
    order: Vec<u32>,
    from: HashMap<u32, Option<u32>>,
}

/// What flows where in a plan, besides from inputs to values.
struct Flow<'p> {
    plan: &'p Plan,
    names: HashMap<u32, &'p str>,
    /// For each file what decides whether it runs; nothing where it always does.
    gates: Vec<Vec<u32>>,
    /// The nodes that put on or take off a label, by its name, and the `WhenRules` that do so.
    labels: HashMap<&'p str, Vec<u32>>,
    /// The nodes that count a counter up, and those that keep a value. Which of them one reads, its key
    /// says, and that is computed: so each reads them all.
    counters: Vec<u32>,
    kept: Vec<u32>,
}

impl<'p> Flow<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut labels: HashMap<&str, Vec<u32>> = HashMap::new();
        for (node, at) in plan.program.nodes.iter().zip(0..) {
            if !matches!(node.kind, Kind::When(_)) {
                continue;
            }
            for inside in plan.cone(at) {
                if let Some(Node { kind: Kind::Label(label), .. }) = plan.node(inside) {
                    labels.entry(&*label.name).or_default().push(at);
                }
            }
        }
        let all = |wanted: fn(&Special) -> bool| {
            let nodes = plan.program.nodes.iter().zip(0..);
            let found = nodes.filter(|(node, _)| special(&node.kind).is_some_and(wanted));
            found.map(|(_, at)| at).collect()
        };
        Self {
            plan,
            names: plan.names(),
            gates: gates(plan),
            labels,
            counters: all(|special| matches!(special, Special::Increment)),
            kept: all(|special| matches!(special, Special::Set)),
        }
    }

    /// The findings that a `WhenRules` can make.
    fn findings(&self, when: u32) -> Vec<(&'p Finding, &'p Node)> {
        let Some(Node { kind: Kind::When(made), .. }) = self.plan.node(when) else {
            return Vec::new();
        };
        let mut inside: Vec<u32> = made.then.nodes().flat_map(|at| self.plan.cone(at)).collect();
        inside.sort_unstable();
        inside.dedup();
        let finding = |at: u32| {
            let node = self.plan.node(at)?;
            match &node.kind {
                Kind::Finding(finding) => Some((&**finding, node)),
                _ => None,
            }
        };
        inside.into_iter().filter_map(finding).collect()
    }

    /// All that decides whether a finding is made, on which item, and with which passage. On whose
    /// account it is entered is not asked: somebody's it always is.
    fn reached(&self, when: &Node, finding: &Finding) -> Reached {
        let mut reached = Reached { order: Vec::new(), from: HashMap::new() };
        let mut open: VecDeque<(u32, Option<u32>)> = VecDeque::new();
        let Kind::When(made) = &when.kind else { return reached };
        let own = [finding.item, finding.quote];
        let roots = made.rules.nodes().chain(own.iter().filter_map(Input::node));
        open.extend(roots.chain(self.gate(when)).map(|at| (at, None)));
        while let Some((at, from)) = open.pop_front() {
            if reached.from.contains_key(&at) {
                continue;
            }
            reached.from.insert(at, from);
            reached.order.push(at);
            let node = self.plan.node(at);
            let remembered: &[u32] = match node.map(|node| &node.kind) {
                Some(Kind::HasLabel(label)) => {
                    self.labels.get(&*label.name).map_or(&[], Vec::as_slice)
                }
                Some(kind) => match special(kind) {
                    Some(Special::Increment | Special::Count) => &self.counters,
                    Some(Special::Get | Special::Set) => &self.kept,
                    _ => &[],
                },
                None => &[],
            };
            let gates = node.into_iter().flat_map(|node| self.gate(node));
            let all = self.plan.graph.inputs(at).iter().copied();
            let all = all.chain(remembered.iter().copied()).chain(gates);
            open.extend(all.map(|input| (input, Some(at))));
        }
        reached
    }

    fn gate(&self, node: &Node) -> impl Iterator<Item = u32> {
        self.gates.get(index(node.place.file)).into_iter().flatten().copied()
    }

    /// The names on the shortest way to a value of the group.
    fn way(&self, reached: &Reached, entries: &[String]) -> Option<Vec<String>> {
        let hit = reached.order.iter().find_map(|at| Some((*at, self.said(*at, entries)?)))?;
        let mut way = vec![hit.1];
        let mut at = Some(hit.0);
        while let Some(node) = at {
            if let Some(name) = self.name(node).filter(|name| way.last() != Some(name)) {
                way.push(name);
            }
            at = reached.from.get(&node).copied().flatten();
        }
        way.reverse();
        Some(way)
    }

    fn name(&self, at: u32) -> Option<String> {
        if let Some(name) = self.names.get(&at) {
            return Some((*name).to_owned());
        }
        let node = self.plan.node(at)?;
        let (path, line) = self.plan.place(node);
        matches!(node.kind, Kind::Require { .. }).then(|| format!("Require at {path}:{line}"))
    }

    /// How a node is a value of the group, if it is one.
    fn said(&self, at: u32, entries: &[String]) -> Option<String> {
        let kind = &self.plan.node(at)?.kind;
        let paths = || entries.iter().any(|entry| entry.starts_with('$'));
        entries.iter().find_map(|entry| {
            if self.names.get(&at).is_some_and(|name| name == entry) {
                return Some(entry.clone());
            }
            if called(kind).zip(entry.strip_suffix("()")).is_some_and(|(name, it)| name == it) {
                return Some(entry.clone());
            }
            match kind {
                Kind::Data(data) => match &*data.prepared {
                    Prepared::Path(path) => {
                        let path = path.to_string();
                        meets(&path, entry).then_some(path)
                    }
                    _ => paths().then(|| "a path that is computed".to_owned()),
                },
                Kind::Beyond(beyond)
                    if matches!(beyond.does, BeyondDoes::Special(Special::Event(_))) && paths() =>
                {
                    Some(format!("{}()", beyond.name))
                }
                _ => None,
            }
        })
    }
}

/// Whether one path is the other, or a part of it. What stands behind a wildcard can be anything.
fn meets(read: &str, entry: &str) -> bool {
    let stem = |path: &str| {
        let end = ["[*", ".*", "..", "[?", "[:", "[-"].iter().filter_map(|it| path.find(it)).min();
        path.get(..end.unwrap_or(path.len())).unwrap_or(path).to_owned()
    };
    let (read, entry) = (stem(read), stem(entry));
    let within = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    entry.starts_with('$') && (within(&read, &entry) || within(&entry, &read))
}

/// For each file the `Require`s that decide whether it runs.
fn gates(plan: &Plan) -> Vec<Vec<u32>> {
    let count = plan.program.units.len();
    let mut gates = vec![Vec::new(); count];
    let always: HashSet<u32> =
        plan.closures.get(index(plan.program.main)).into_iter().flatten().copied().collect();
    for (node, at) in plan.program.nodes.iter().zip(0_u32..) {
        let Kind::Require { file, .. } = &node.kind else { continue };
        let known = match file.source {
            Source::Constant(at) => match plan.program.constants.get(index(at)) {
                Some(Value::Str(path)) => plan.paths.get(&**path).copied(),
                _ => None,
            },
            Source::Node(_) => None,
        };
        for (required, files) in plan.closures.iter().zip(0_u32..).map(|(files, at)| (at, files)) {
            if known.is_some_and(|known| known != required) {
                continue;
            }
            for file in files.iter().filter(|file| !always.contains(file)) {
                if let Some(gate) = gates.get_mut(index(*file))
                    && !gate.contains(&at)
                {
                    gate.push(at);
                }
            }
        }
    }
    gates
}
