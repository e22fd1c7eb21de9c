//! Why a rule held or did not: what each of its conditions came to, from which values, in which
//! passage, and how long that took. Must not decide anything, nor read a clock: it is given one.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use model::{Event, Passage};
use serde::Serialize;
use sml::tree::{Expr, Statement};
use sml::{LineIndex, Span};

use super::found::filled;
use super::run::{Run, parse};
use super::show::write_value;
use super::{EventRef, Outcome};
use crate::facts::Facts;
use crate::functions::Prepared;
use crate::jsonpath::Wanted;
use crate::plan::Plan;
use crate::plan::node::{Input, Items, Kind, Node, Rule, Source};
use crate::sources::Sources;
use crate::value::Value;
use crate::value::json::NonFinite;

/// Why each rule held or did not, and what came of all together.
#[derive(Debug)]
pub struct Explanation {
    /// The rules, by file and line.
    pub rules: Vec<ExplainedRule>,
    /// What the evaluation came to.
    pub outcome: Outcome,
}

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Every condition was true.
    Held,
    /// A condition was not true.
    NotHeld,
    /// A value that it needs could not be computed.
    Failed,
    /// Its file did not run for this event.
    NotRun,
}

/// A rule, and why it held or did not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedRule {
    /// Its name.
    pub name: String,
    /// The rule file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What came of it.
    pub held: Held,
    /// Its description; filled in if it held.
    pub description: String,
    /// What it asks for, in order.
    pub conditions: Vec<Condition>,
    /// The number (from 0) of the first condition that was not true.
    pub decided_by: Option<usize>,
    /// Nanoseconds for all that it is computed from, what it shares with other rules included.
    pub took_ns: u64,
}

/// One of a rule's conditions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// As it is written.
    pub text: String,
    /// The line, from 1.
    pub line: u32,
    /// Whether it is true; None if it could not be computed.
    pub holds: Option<bool>,
    /// The values that it is computed from.
    pub signals: Vec<Signal>,
    /// The passage that made it true, with offsets into the text as it was posted.
    pub passage: Option<Passage>,
}

/// A named value, or one that is read from the event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signal {
    /// The feature's name, or the path in the event's data.
    pub name: String,
    /// Its value; null if it could not be computed.
    pub value: serde_json::Value,
    /// Whether it comes from secret data, so that its value is not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

impl Plan {
    /// Evaluates an event plainly and says why each rule held or did not. `sources` are the files
    /// that the plan was made from; `clock` is any clock that only goes forward.
    #[must_use]
    pub fn explain(
        &self,
        event: &Event,
        facts: &Facts,
        now: Timestamp,
        sources: &Sources,
        clock: &mut dyn FnMut() -> Duration,
    ) -> Explanation {
        let event = EventRef::of(event);
        let data = parse(event.data, &Wanted::ALL);
        let mut run = Run::new(self, &event, &data, facts, now);
        let mut spent: HashMap<u32, Duration> = HashMap::new();
        run.files_with(&mut |run, at| {
            let before = clock();
            run.compute(at);
            spent.insert(at, clock().saturating_sub(before));
        });
        let view = View { plan: self, run: &run, names: self.names(), spent };
        let mut written = Written { sources, files: HashMap::new() };
        let mut rules: Vec<ExplainedRule> = self
            .rules
            .values()
            .filter_map(|at| {
                let node = self.node(*at)?;
                let Kind::Rule(rule) = &node.kind else { return None };
                Some(view.rule(*at, node, rule, &mut written))
            })
            .collect();
        rules.sort_by(|a, b| (&a.path, a.line, &a.name).cmp(&(&b.path, b.line, &b.name)));
        Explanation { rules, outcome: run.finish(self) }
    }
}

struct View<'v> {
    plan: &'v Plan,
    run: &'v Run<'v>,
    names: HashMap<u32, &'v str>,
    spent: HashMap<u32, Duration>,
}

impl View<'_> {
    fn rule(&self, at: u32, node: &Node, rule: &Rule, written: &mut Written<'_>) -> ExplainedRule {
        let (path, line) = self.plan.place(node);
        let path = path.to_owned();
        let value = self.run.read(Input { source: Source::Node(at), unwrap: false });
        let (held, description) = match value.as_deref() {
            Some(Value::Rule(value)) if value.value => (Held::Held, filled(value)),
            Some(_) => (Held::NotHeld, rule.template.to_string()),
            None if self.run.ran(node.place.file) => (Held::Failed, rule.template.to_string()),
            None => (Held::NotRun, rule.template.to_string()),
        };
        let inputs: &[Input] = match &rule.when_all {
            Items::Each(items) => items,
            Items::List(list) => std::slice::from_ref(list),
        };
        let texts = written.conditions(&path, &rule.name);
        let conditions: Vec<Condition> = inputs
            .iter()
            .enumerate()
            .map(|(number, input)| {
                let (text, line) = texts.get(number).cloned().unwrap_or_default();
                self.condition(*input, text, line, held)
            })
            .collect();
        let ran = held != Held::NotRun;
        // One that cannot be computed leaves the whole rule uncomputed, whatever the others say.
        let decides: fn(&Condition) -> bool = match held {
            Held::Failed => |one| one.holds.is_none(),
            _ => |one| one.holds != Some(true),
        };
        let decided_by = conditions.iter().position(decides).filter(|_| ran);
        let cone = self.plan.cone(at);
        let took: Duration = cone.iter().filter_map(|at| self.spent.get(at)).sum();
        let took_ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let name = rule.name.to_string();
        ExplainedRule { name, path, line, held, description, conditions, decided_by, took_ns }
    }

    fn condition(&self, input: Input, text: String, line: u32, held: Held) -> Condition {
        let value = self.run.read(input).filter(|_| held != Held::NotRun);
        let holds = value.map(|value| match &*value {
            Value::Bool(holds) => *holds,
            Value::List(items) => items.iter().all(|item| item.unwrapped() == Value::Bool(true)),
            _ => false,
        });
        let passage = self.run.passage_of(input).filter(|_| holds == Some(true));
        Condition { text, line, holds, signals: self.signals(input), passage }
    }

    /// The named values, and those of the event, from which a condition is computed.
    fn signals(&self, condition: Input) -> Vec<Signal> {
        let mut found = Vec::new();
        let Source::Node(root) = condition.source else { return found };
        let mut seen = HashSet::new();
        let mut open = vec![root];
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let name = self.names.get(&at).filter(|_| at != root).map(|name| (*name).to_owned());
            match name.or_else(|| self.path(at)) {
                Some(name) => found.push(self.signal(at, name)),
                None => open.extend(self.plan.graph.inputs(at).iter().rev()),
            }
        }
        found
    }

    fn path(&self, at: u32) -> Option<String> {
        match &self.plan.node(at)?.kind {
            Kind::Data(data) => match &*data.prepared {
                Prepared::Path(path) => Some(path.to_string()),
                _ => None,
            },
            _ => None,
        }
    }

    fn signal(&self, at: u32, name: String) -> Signal {
        let is_secret = |at: &u32| matches!(self.plan.node(*at), Some(Node { kind: Kind::Data(data), .. }) if data.secret);
        let secret = self.plan.cone(at).iter().any(is_secret);
        let value = self.run.read(Input { source: Source::Node(at), unwrap: false });
        let value = value.filter(|_| !secret).map_or(serde_json::Value::Null, |value| {
            let mut text = String::new();
            write_value(&mut text, &value, NonFinite::Null);
            serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
        });
        Signal { name, value, secret }
    }
}

/// Condition texts with their lines, by rule.
type Conditions = HashMap<String, Vec<(String, u32)>>;

/// How conditions are written.
struct Written<'s> {
    sources: &'s Sources,
    files: HashMap<String, Conditions>,
}

impl Written<'_> {
    fn conditions(&mut self, path: &str, rule: &str) -> Vec<(String, u32)> {
        if !self.files.contains_key(path) {
            let text = self.sources.text(path).unwrap_or_default();
            self.files.insert(path.to_owned(), conditions(text));
        }
        let file = self.files.get(path);
        file.and_then(|rules| rules.get(rule)).cloned().unwrap_or_default()
    }
}

fn conditions(text: &str) -> Conditions {
    let lines = LineIndex::new(text);
    let cut = |span: Span| {
        let written: Vec<&str> = span.text(text).split_whitespace().collect();
        (written.join(" "), lines.position(span.start).line)
    };
    let (root, _) = sml::parse(text);
    let rules = root.statements.iter().filter_map(|statement| {
        let Statement::Assign(assign) = statement else { return None };
        let Expr::Call(call) = &assign.value else { return None };
        let when_all =
            call.arguments.iter().find(|argument| &*argument.keyword.text == "when_all")?;
        let texts = match &when_all.value {
            Expr::List(list) => list.items.iter().map(|item| cut(item.span())).collect(),
            other => vec![cut(other.span())],
        };
        Some((assign.name.text.to_string(), texts))
    });
    rules.collect()
}
