//! From effects to findings: which clause, by which rules, in which passage.

use model::{ClauseId, Passage};

use super::Emitted;
use super::run::Run;
use crate::found::{Certainty, Found};
use crate::functions;
use crate::plan::node::{Input, Items, Kind, Rule};
use crate::value::{Effect, FindingEffect, RuleValue, Str, Value};

impl Run<'_> {
    pub(super) fn findings(&mut self, effects: &[Emitted]) -> Vec<Found> {
        effects
            .iter()
            .filter_map(|emitted| match &*emitted.effect {
                Effect::Breach(finding) => self.found(finding, Certainty::Breach, emitted),
                Effect::Refer { finding, queue, priority } => {
                    let certainty = Certainty::Refer {
                        queue: queue.as_ref().map(Str::to_string),
                        priority: priority
                            .map(|priority| u8::try_from(priority.clamp(0, 100)).unwrap_or(100)),
                    };
                    self.found(finding, certainty, emitted)
                }
                _ => None,
            })
            .collect()
    }

    fn found(
        &self,
        finding: &FindingEffect,
        certainty: Certainty,
        emitted: &Emitted,
    ) -> Option<Found> {
        let rules = &emitted.rules;
        let rule_nodes: Vec<&Rule> = rules.iter().filter_map(|rule| self.rule_node(rule)).collect();
        let conditions = rule_nodes.iter().flat_map(|rule| match &rule.when_all {
            Items::Each(items) => items.to_vec(),
            Items::List(list) => vec![*list],
        });
        let mut search = Search { run: self, quote: finding.quote.as_deref(), seen: Vec::new() };
        // A quote taken from the event stands where it was taken from.
        let made = Input { source: emitted.source, unwrap: false };
        let quoted = match self.behind(made).map(|(_, node)| &node.kind) {
            Some(Kind::Finding(finding)) => Some(finding.quote),
            _ => None,
        };
        let places = quoted.into_iter().chain(conditions);
        let passage = places.into_iter().find_map(|place| search.passage(place));
        let explanation = rules.first().map(|rule| filled(rule)).unwrap_or_default();
        Some(Found {
            clause: ClauseId::new(&finding.clause).ok()?,
            certainty,
            rules: rules.iter().map(|rule| rule.name.to_string()).collect(),
            item: finding.item.as_ref().map(Str::to_string),
            account: finding.account.as_ref().map(Str::to_string),
            passage,
            explanation,
        })
    }

    /// The passage that made a condition true.
    pub(super) fn passage_of(&self, condition: Input) -> Option<Passage> {
        Search { run: self, quote: None, seen: Vec::new() }.passage(condition)
    }

    fn rule_node(&self, rule: &RuleValue) -> Option<&Rule> {
        let node = self.plan?.node(*self.plan?.rules.get(&rule.name)?)?;
        match &node.kind {
            Kind::Rule(found) => Some(found),
            _ => None,
        }
    }
}

/// The description with the names filled in.
pub(super) fn filled(rule: &RuleValue) -> String {
    if rule.features.is_empty() {
        return rule.description.to_string();
    }
    let mut text = rule.description.replace("{{", "\u{1}").replace("}}", "\u{2}");
    for (name, value) in &rule.features {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text.replace('\u{1}', "{").replace('\u{2}', "}")
}

/// Looks for the passage that made a condition true, from the condition back to the event's texts.
struct Search<'r> {
    run: &'r Run<'r>,
    quote: Option<&'r str>,
    seen: Vec<u32>,
}

impl Search<'_> {
    fn passage(&mut self, input: Input) -> Option<Passage> {
        let (at, node) = self.run.behind(input)?;
        if self.seen.contains(&at) {
            return None;
        }
        self.seen.push(at);
        match (&node.kind, self.quote) {
            (Kind::Data(_), Some(quote)) => {
                let (field, text) = self.text(input)?;
                let start = text.find(quote).filter(|_| !quote.is_empty())?;
                Passage::cut(&field, &text, start, start + quote.len()).ok()
            }
            (Kind::Function(function), None) => {
                let arguments: Vec<Value> = function
                    .arguments
                    .iter()
                    .map(|argument| {
                        self.run
                            .read(argument.input)
                            .map(std::borrow::Cow::into_owned)
                            .unwrap_or_default()
                    })
                    .collect();
                let matches = functions::passages(
                    function.id,
                    &function.prepared,
                    &arguments,
                    &self.run.context(0),
                );
                let own = matches.iter().find_map(|found| {
                    let argument = function.arguments.get(found.argument)?;
                    if let Some((field, text)) = self.text(argument.input) {
                        return Passage::cut(&field, &text, found.start, found.end).ok();
                    }
                    // The text was derived, as by taking quotations out: the same words as posted.
                    let derived = arguments.get(found.argument)?.as_str()?;
                    let words = derived.get(found.start..found.end).filter(|w| !w.is_empty())?;
                    let (field, text) = self.origin(argument.input)?;
                    let start = text.find(words)?;
                    Passage::cut(&field, &text, start, start + words.len()).ok()
                });
                own.or_else(|| {
                    let mut inputs = function.arguments.iter().map(|argument| argument.input);
                    inputs.find_map(|input| self.passage(input))
                })
            }
            (Kind::Function(function), Some(_)) => {
                let mut inputs = function.arguments.iter().map(|argument| argument.input);
                inputs.find_map(|input| self.passage(input))
            }
            (Kind::Contains { needle, haystack, negated: false }, None) => {
                let needle = self.run.read(*needle)?;
                let (field, text) = self.text(*haystack)?;
                let needle = needle.as_str().filter(|needle| !needle.is_empty())?;
                let start = text.find(needle)?;
                Passage::cut(&field, &text, start, start + needle.len()).ok()
            }
            (Kind::Contains { needle, haystack, .. }, Some(_)) => {
                [*haystack, *needle].into_iter().find_map(|input| self.passage(input))
            }
            (Kind::All(items) | Kind::Any(items) | Kind::List(items), _) => {
                items.iter().find_map(|item| self.passage(*item))
            }
            (Kind::Equal { left, right, .. } | Kind::Compare(_, left, right), _) => {
                [*left, *right].into_iter().find_map(|input| self.passage(input))
            }
            (Kind::Resolve { value, default, .. }, _) => {
                [*value, *default].into_iter().find_map(|input| self.passage(input))
            }
            (Kind::Rule(rule), _) => match &rule.when_all {
                Items::Each(items) => items.iter().find_map(|item| self.passage(*item)),
                Items::List(list) => self.passage(*list),
            },
            (Kind::Not(input), Some(_)) => self.passage(*input),
            _ => None,
        }
    }

    /// The path and the text of the event that an input is derived from.
    fn origin(&self, input: Input) -> Option<(String, Str)> {
        self.text(input).or_else(|| match &self.run.behind(input)?.1.kind {
            Kind::Resolve { value, .. } => self.origin(*value),
            Kind::Function(function) => {
                function.arguments.iter().find_map(|argument| self.origin(argument.input))
            }
            _ => None,
        })
    }

    /// The path and the text that an input takes from the event as it is.
    fn text(&self, input: Input) -> Option<(String, Str)> {
        let (_, node) = self.run.behind(input)?;
        let input = match &node.kind {
            Kind::Resolve { value, .. } => *value,
            _ => input,
        };
        let (_, node) = self.run.behind(input)?;
        let Kind::Data(data) = &node.kind else { return None };
        let functions::Prepared::Path(path) = &*data.prepared else { return None };
        match self.run.read(input)?.as_ref() {
            Value::Str(text) if !data.secret => Some((path.to_string(), text.clone())),
            _ => None,
        }
    }
}
