//! What does nothing in a program: rules that can never hold, rules that nobody asks for, features
//! that no rule reads. Certain in what it says, not complete. Must not report style.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::node::{Input, Items, Kind, Node, Source};
use super::{Plan, index};
use crate::value::Value;
use crate::value::repr;

/// Something in a rule file that does nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Idle {
    /// The rule file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The name of the rule or feature.
    pub name: String,
    /// Why it does nothing, in words that go on from its name.
    pub why: String,
    /// Its place in the file, in bytes.
    #[serde(skip)]
    pub(crate) offset: u32,
}

impl Plan {
    /// The rules that hold for no event.
    #[must_use]
    pub fn never_holding(&self) -> Vec<Idle> {
        let mut never: BTreeMap<u32, Why> = BTreeMap::new();
        loop {
            let before = never.len();
            for (node, at) in self.program.nodes.iter().zip(0..) {
                let Kind::Rule(rule) = &node.kind else { continue };
                let Items::Each(items) = &rule.when_all else { continue };
                if never.contains_key(&at) {
                    continue;
                }
                let mut seen = Conditions { plan: self, never: &never, facts: Vec::new() };
                if let Some(why) = items.iter().find_map(|item| seen.add(*item)) {
                    never.insert(at, why);
                }
            }
            if never.len() == before {
                break;
            }
        }
        let names = self.names();
        let told = never.into_iter().filter_map(|(at, why)| {
            let node = self.node(at)?;
            let Kind::Rule(rule) = &node.kind else { return None };
            Some(self.idle(node, &rule.name, why.told(&names)))
        });
        let mut told: Vec<Idle> = told.collect();
        told.sort();
        told
    }

    /// The rules that no `WhenRules` asks for, and the features that no rule reads.
    #[must_use]
    pub fn unused(&self) -> Vec<Idle> {
        let mut used: HashSet<u32> = HashSet::new();
        for (node, at) in self.program.nodes.iter().zip(0..) {
            if matches!(node.kind, Kind::When(_) | Kind::Require { .. }) {
                used.extend(self.cone(at));
            }
        }
        let mut told: Vec<Idle> = self
            .program
            .features
            .iter()
            .filter_map(|feature| {
                let Source::Node(at) = feature.input.source else { return None };
                let node = self.node(at).filter(|_| !used.contains(&at))?;
                let why = match node.kind {
                    Kind::Rule(_) => "is asked for by no WhenRules",
                    Kind::When(_) | Kind::Require { .. } => return None,
                    _ => "is read by no rule",
                };
                Some(self.idle(node, &feature.name, why.to_owned()))
            })
            .collect();
        told.sort();
        told.dedup();
        told
    }

    fn idle(&self, node: &Node, name: &str, why: String) -> Idle {
        let (path, line) = self.place(node);
        Idle { path: path.to_owned(), line, name: name.to_owned(), why, offset: node.place.offset }
    }
}

/// Why conditions are never true together.
enum Why {
    /// One is always this, never true.
    Always(String),
    /// It asks for a rule that never holds.
    Rule(String),
    /// It asks for a value and for its opposite.
    Opposite(u32),
    /// It asks that a value equals two different ones.
    Two(u32, String, String),
    /// Each of the alternatives that it asks for is impossible.
    NoWay,
}

impl Why {
    fn told(&self, names: &HashMap<u32, &str>) -> String {
        let name = |at: &u32| names.get(at).map_or("a value".to_owned(), |it| format!("`{it}`"));
        match self {
            Self::Always(value) => format!("never holds: a condition is always {value}"),
            Self::Rule(rule) => format!("never holds: it asks for `{rule}`, which never does"),
            Self::Opposite(at) => {
                format!("never holds: it asks for {} and for its opposite", name(at))
            }
            Self::Two(at, one, other) => {
                format!("never holds: {} would have to be both {one} and {other}", name(at))
            }
            Self::NoWay => "never holds: every alternative of a condition is impossible".into(),
        }
    }
}

/// Something that must be so for all conditions to be true.
enum Fact {
    Is(u32, bool),
    Equals(u32, Value),
}

/// The conditions of a rule, as far as they were seen.
struct Conditions<'p> {
    plan: &'p Plan,
    never: &'p BTreeMap<u32, Why>,
    facts: Vec<Fact>,
}

impl Conditions<'_> {
    /// Adds a condition; says why it cannot be true beside those before it.
    fn add(&mut self, condition: Input) -> Option<Why> {
        let at = match condition.source {
            Source::Constant(at) => return self.always(at),
            Source::Node(at) => at,
        };
        let plan = self.plan;
        match &plan.node(at)?.kind {
            Kind::All(items) => return items.iter().find_map(|item| self.add(*item)),
            Kind::Any(items) => {
                let possible = |item: &Input| {
                    let mut alone = Conditions { plan, never: self.never, facts: Vec::new() };
                    alone.add(*item).is_none()
                };
                if !items.iter().any(possible) {
                    return Some(Why::NoWay);
                }
            }
            Kind::Rule(rule) if self.never.contains_key(&at) => {
                return Some(Why::Rule(rule.name.to_string()));
            }
            Kind::Not(Input { source: Source::Node(inner), .. }) => {
                return self.take(Fact::Is(*inner, false));
            }
            Kind::Equal { left, right, negated: false } => {
                let compared =
                    self.constant(*left, *right).or_else(|| self.constant(*right, *left));
                match compared {
                    Some((of, Value::Bool(true))) => return self.add(of),
                    Some((Input { source: Source::Node(of), .. }, Value::Bool(_))) => {
                        return self.take(Fact::Is(of, false));
                    }
                    // 1 equals 1.0: only texts are surely different.
                    Some((Input { source: Source::Node(of), .. }, text @ Value::Str(_))) => {
                        if let Some(why) = self.take(Fact::Equals(of, text)) {
                            return Some(why);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        self.take(Fact::Is(at, true))
    }

    fn always(&self, at: u32) -> Option<Why> {
        let value = self.plan.program.constants.get(index(at))?;
        let shown = repr(value).unwrap_or_else(|_| "something else".into());
        (*value != Value::Bool(true)).then_some(Why::Always(shown))
    }

    /// A computed value and the constant that it is compared with.
    fn constant(&self, computed: Input, constant: Input) -> Option<(Input, Value)> {
        let (Source::Node(_), Source::Constant(at)) = (computed.source, constant.source) else {
            return None;
        };
        self.plan.program.constants.get(index(at)).map(|value| (computed, value.clone()))
    }

    fn take(&mut self, fact: Fact) -> Option<Why> {
        let clash = self.facts.iter().find_map(|known| match (known, &fact) {
            (Fact::Is(at, is), Fact::Is(other, too)) if at == other && is != too => {
                Some(Why::Opposite(*at))
            }
            (Fact::Equals(at, one), Fact::Equals(other, two)) if at == other && one != two => {
                Some(Why::Two(*at, repr(one).ok()?, repr(two).ok()?))
            }
            _ => None,
        });
        self.facts.push(fact);
        clash
    }
}
