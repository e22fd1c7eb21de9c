//! What a program is made of and how it hangs together, for a picture. Must not lay anything out in
//! points, nor colour it.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::Plan;
use super::node::{Finding, Input, Kind, Source, When};
use crate::functions::Prepared;
use crate::value::text;

/// The named things of a program, and which is computed from which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drawing {
    /// The things; arrows name them by their number in this list.
    pub things: Vec<Thing>,
    /// From what a thing is computed from, to the thing.
    pub arrows: BTreeSet<(usize, usize)>,
}

/// A named thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// Its name, or what it does.
    pub name: String,
    /// What it is.
    pub kind: ThingKind,
    /// How far it is from the event: more than all that it is computed from.
    pub layer: usize,
}

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThingKind {
    /// A value of the event.
    Event,
    /// A named value.
    Feature,
    /// A rule.
    Rule,
    /// A finding, a verdict, a label.
    Effect,
}

impl Plan {
    /// The named things of the program.
    #[must_use]
    pub fn drawing(&self) -> Drawing {
        let mut draft = Draft {
            plan: self,
            names: self.names(),
            numbers: HashMap::new(),
            effects: HashMap::new(),
            things: Vec::new(),
            arrows: BTreeSet::new(),
        };
        let mut named: Vec<u32> = draft.names.keys().copied().collect();
        named.sort_unstable();
        for at in named {
            if !matches!(self.node(at).map(|node| &node.kind), Some(Kind::When(_))) {
                draft.thing(at);
            }
        }
        for node in &self.program.nodes {
            if let Kind::When(when) = &node.kind {
                draft.effects(when);
            }
        }
        draft.end()
    }
}

impl Drawing {
    /// Only what a thing is computed from, and what is computed from it. `None` if there is no such
    /// thing.
    #[must_use]
    pub fn around(&self, name: &str) -> Option<Self> {
        let middle = self.things.iter().position(|thing| thing.name == name)?;
        let mut kept = BTreeSet::from([middle]);
        for forward in [false, true] {
            let mut open = vec![middle];
            while let Some(at) = open.pop() {
                for (from, to) in &self.arrows {
                    let (here, there) = if forward { (from, to) } else { (to, from) };
                    if *here == at && kept.insert(*there) {
                        open.push(*there);
                    }
                }
            }
        }
        let numbers: HashMap<usize, usize> = kept.iter().copied().zip(0..).collect();
        let things = kept.iter().filter_map(|at| self.things.get(*at).cloned()).collect();
        let arrows = self.arrows.iter().filter_map(|(from, to)| {
            Some((numbers.get(from).copied()?, numbers.get(to).copied()?))
        });
        Some(Self { things, arrows: arrows.collect() })
    }
}

struct Draft<'p> {
    plan: &'p Plan,
    names: HashMap<u32, &'p str>,
    numbers: HashMap<u32, usize>,
    /// Effects and paths by name: many calls may mean one thing.
    effects: HashMap<(String, ThingKind), usize>,
    things: Vec<Thing>,
    arrows: BTreeSet<(usize, usize)>,
}

impl Draft<'_> {
    /// The thing of a named node, with all that it is computed from.
    fn thing(&mut self, at: u32) -> usize {
        if let Some(number) = self.numbers.get(&at) {
            return *number;
        }
        let is_rule = matches!(self.plan.node(at).map(|node| &node.kind), Some(Kind::Rule(_)));
        let kind = if is_rule { ThingKind::Rule } else { ThingKind::Feature };
        let name = self.names.get(&at).copied().unwrap_or_default().to_owned();
        let number = self.add(name, kind);
        self.numbers.insert(at, number);
        if let Some(path) = self.path(at) {
            let path = self.once(path, ThingKind::Event);
            self.arrows.insert((path, number));
        }
        for from in self.behind(self.plan.graph.inputs(at).to_vec()) {
            self.arrows.insert((from, number));
        }
        number
    }

    fn add(&mut self, name: String, kind: ThingKind) -> usize {
        self.things.push(Thing { name, kind, layer: 0 });
        self.things.len() - 1
    }

    fn once(&mut self, name: String, kind: ThingKind) -> usize {
        if let Some(number) = self.effects.get(&(name.clone(), kind)) {
            return *number;
        }
        let number = self.add(name.clone(), kind);
        self.effects.insert((name, kind), number);
        number
    }

    /// The nearest named things behind some nodes.
    fn behind(&mut self, mut open: Vec<u32>) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            if self.names.contains_key(&at) {
                found.insert(self.thing(at));
            } else if let Some(path) = self.path(at) {
                found.insert(self.once(path, ThingKind::Event));
            } else {
                open.extend(self.plan.graph.inputs(at));
            }
        }
        found
    }

    /// What a node reads of the event.
    fn path(&self, at: u32) -> Option<String> {
        match &self.plan.node(at)?.kind {
            Kind::Data(data) => match &*data.prepared {
                Prepared::Path(path) => Some(path.to_string()),
                _ => Some("a path that is computed".into()),
            },
            Kind::ActionName => Some("action_name".into()),
            Kind::ActionId => Some("action_id".into()),
            _ => None,
        }
    }

    fn effects(&mut self, when: &When) {
        let rules = self.behind(when.rules.nodes().collect());
        let mut open: Vec<u32> = when.then.nodes().collect();
        while let Some(at) = open.pop() {
            let Some(node) = self.plan.node(at) else { continue };
            let name = match &node.kind {
                Kind::List(items) => {
                    open.extend(items.iter().filter_map(Input::node));
                    continue;
                }
                Kind::Finding(finding) => named(finding),
                Kind::Verdict(verdict) => format!("verdict {}", self.constant(*verdict)),
                Kind::Label(label) => {
                    format!(
                        "{} label {}",
                        if label.add { "put on" } else { "take off" },
                        label.name
                    )
                }
                Kind::Beyond(beyond) => format!("{}()", beyond.name),
                _ => continue,
            };
            let effect = self.once(name, ThingKind::Effect);
            let own = self.behind(self.plan.graph.inputs(at).to_vec());
            self.arrows.extend(rules.iter().chain(&own).map(|from| (*from, effect)));
        }
    }

    fn constant(&self, input: Input) -> String {
        let Source::Constant(at) = input.source else { return "that is computed".into() };
        let value = self.plan.program.constants.get(super::index(at));
        value.and_then(|value| text(value).ok()).map(|text| text.to_string()).unwrap_or_default()
    }

    /// Puts each thing behind all that it is computed from, and effects last.
    fn end(mut self) -> Drawing {
        let mut changed = true;
        while changed {
            changed = false;
            for (from, to) in &self.arrows {
                let before = self.things.get(*from).map_or(0, |thing| thing.layer);
                if let Some(thing) = self.things.get_mut(*to)
                    && thing.layer <= before
                {
                    thing.layer = before + 1;
                    changed = true;
                }
            }
        }
        let last = self.things.iter().map(|thing| thing.layer).max().unwrap_or(0);
        for thing in self.things.iter_mut().filter(|thing| thing.kind == ThingKind::Effect) {
            thing.layer = last;
        }
        Drawing { things: self.things, arrows: self.arrows }
    }
}

fn named(finding: &Finding) -> String {
    match finding.refer {
        None => format!("breach of {}", finding.clause),
        Some(_) => format!("refer {}", finding.clause),
    }
}
