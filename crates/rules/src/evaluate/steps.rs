//! What each kind of node computes, and what becomes of inputs that failed.

use std::sync::Arc;

use super::murmur::murmur3;
use super::run::{Fired, Run};
use crate::check::experiments::{CONTROL, UNITS, most_units};
use crate::coerce::fitted;
use crate::functions::{self, Prepared};
use crate::labels::{entity_name, id_text};
use crate::plan::index;
use crate::plan::node::{
    Argument, Data, Experiment, Finding, HasLabel, Input, Items, Kind, Label, Node, Piece, Rule,
    When,
};
use crate::value::{
    self, Duration, Effect, Entity, Exception, ExperimentValue, Fault, FindingEffect, LabelEffect,
    RuleValue, Str, Value, text,
};

/// Why a node has no value.
pub(super) enum Stop {
    /// What it needs failed, which is told there.
    Passed,
    /// It failed itself.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Run<'_> {
    pub(super) fn step(&mut self, node: &Node, at: u32) -> Result<Value, Stop> {
        Ok(match &node.kind {
            Kind::List(items) => Value::list(self.all(items)?),
            Kind::Format(pieces) => Value::Str(self.format(pieces)?),
            Kind::Binary(operator, left, right) => {
                value::binary(*operator, &*self.need(*left)?, &*self.need(*right)?)?
            }
            Kind::Negate(input) => value::negate(&*self.need(*input)?)?,
            Kind::Not(input) => Value::Bool(!self.truth(*input)?),
            Kind::Equal { left, right, negated } => {
                let (left, right) = (self.read(*left), self.read(*right));
                let left = left.as_deref().unwrap_or(&Value::None);
                let right = right.as_deref().unwrap_or(&Value::None);
                Value::Bool(value::equal(left, right) != *negated)
            }
            Kind::Contains { needle, haystack, negated } => {
                let needle = self.read(*needle);
                let needle = needle.as_deref().unwrap_or(&Value::None);
                Value::Bool(value::contains(&*self.need(*haystack)?, needle)? != *negated)
            }
            Kind::Compare(comparator, left, right) => {
                let (left, right) = (self.need(*left)?, self.need(*right)?);
                Value::Bool(value::compare(*comparator, &left, &right)?)
            }
            Kind::All(items) => Value::Bool(items.iter().all(|item| self.holds(*item))),
            Kind::Any(items) => Value::Bool(items.iter().any(|item| self.holds(*item))),
            Kind::Function(function) => {
                let arguments = self.arguments_of(&function.arguments)?;
                let context = self.context(if function.random { self.random(at) } else { 0 });
                let result = functions::call(function.id, &function.prepared, &arguments, &context);
                self.arguments = arguments;
                result?
            }
            Kind::Data(data) => self.data(data)?,
            Kind::Entity { kind, id } => {
                let id = self.need(*id)?.into_owned();
                Value::Entity(Arc::new(Entity { kind: kind.clone(), id }))
            }
            Kind::ActionName => {
                Value::Str(self.event.map(|event| event.action_name.clone()).unwrap_or_default())
            }
            Kind::ActionId => {
                let id = self.event.map_or("", |event| &event.action_id);
                value::parse_integer(id).unwrap_or_else(|| Value::str(id))
            }
            Kind::Resolve { value, default, report } => self.resolve(*value, *default, *report)?,
            Kind::Experiment(experiment) => self.experiment(experiment)?,
            Kind::ExperimentWhen { experiment, buckets } => self.chosen(*experiment, buckets)?,
            Kind::Rule(rule) => self.rule(rule)?,
            Kind::When(when) => self.when(when, at)?,
            Kind::Label(label) => self.label(label)?,
            Kind::HasLabel(label) => self.has_label(label)?,
            Kind::Verdict(verdict) => {
                let verdict = text(&*self.need(*verdict)?)?;
                Value::Effect(Arc::new(Effect::Verdict { verdict }))
            }
            Kind::Finding(finding) => self.finding(finding),
            Kind::Beyond(beyond) => self.beyond(beyond)?,
            Kind::Require { file, condition } => {
                let condition = self.truth(*condition)?;
                let file = self.need(*file)?.into_owned();
                if condition
                    && let Some(path) = file.as_str()
                    && let Some(unit) = self.plan.and_then(|plan| plan.paths.get(path))
                {
                    self.queue.push(*unit);
                    self.required.push((at, *unit));
                }
                Value::None
            }
        })
    }

    /// Whether an input is there and true.
    pub(super) fn holds(&self, input: Input) -> bool {
        self.with(input, Value::truth).unwrap_or(false)
    }

    fn all(&self, items: &[Input]) -> Result<Vec<Value>, Stop> {
        items.iter().map(|item| self.need(*item).map(std::borrow::Cow::into_owned)).collect()
    }

    fn format(&self, pieces: &[Piece]) -> Result<Str, Stop> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(_, input) => out.push_str(&text(&*self.need(*input)?)?),
            }
        }
        Ok(out.into())
    }

    /// The values of a call's arguments, in the room kept for them.
    pub(super) fn arguments_of(&mut self, wanted: &[Argument]) -> Result<Vec<Value>, Stop> {
        let mut arguments = std::mem::take(&mut self.arguments);
        arguments.clear();
        for argument in wanted {
            match self.with(argument.input, |value| arguments.push(value.clone())) {
                Some(()) => {}
                None if argument.none_if_failed => arguments.push(Value::None),
                None => return Err(Stop::Passed),
            }
        }
        Ok(arguments)
    }

    fn data(&mut self, data: &Data) -> Result<Value, Stop> {
        let required = self.truth(data.required)?;
        let coerce_type = self.truth(data.coerce_type)?;
        let Prepared::Path(path) = &*data.prepared else { return Err(Stop::Passed) };
        let found = if data.secret {
            self.read_secret();
            path.first(self.secret())?
        } else {
            self.data.first(path, data.part)?
        };
        let value = fitted(path, found, &data.wanted, required, coerce_type)?;
        Ok(match &data.entity {
            Some(kind) => Value::Entity(Arc::new(Entity { kind: kind.clone(), id: value })),
            None => value,
        })
    }

    fn resolve(&self, value: Input, default: Input, report: bool) -> Result<Value, Stop> {
        for input in [value, default] {
            if let Some(value) = self.read(input)
                && !value.is_none()
            {
                return Ok(value.into_owned());
            }
        }
        let message = "there is neither a value nor a default";
        Err(Stop::Fault(if report {
            Fault::error(Exception::ValueError, message)
        } else {
            Fault::expected(message)
        }))
    }

    fn experiment(&self, experiment: &Experiment) -> Result<Value, Stop> {
        let Value::Entity(entity) = self.need(experiment.entity)?.into_owned() else {
            return Err(Stop::Passed);
        };
        let key = format!("{}/{}", experiment.name, id_text(&entity.id));
        let unit = i64::from(murmur3(key.as_bytes(), 42)) % UNITS;
        let room = most_units(experiment.buckets.len());
        let (slot, offset) = (unit.checked_div(room), unit.checked_rem(room));
        let slot = slot.and_then(|slot| usize::try_from(slot).ok()).unwrap_or(usize::MAX);
        let bucket = match (experiment.buckets.get(slot), experiment.units.get(slot), offset) {
            (Some(bucket), Some(units), Some(offset)) if offset < *units => bucket.clone(),
            _ => Str::default(),
        };
        let place = experiment.buckets.iter().position(|name| *name == bucket);
        Ok(Value::Experiment(Arc::new(ExperimentValue {
            name: experiment.name.clone(),
            entity,
            bucket,
            index: place.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1),
            version: experiment.version,
            revision: experiment.revision,
        })))
    }

    fn chosen(&self, experiment: Input, buckets: &[(Str, Input)]) -> Result<Value, Stop> {
        // Osprey computes all of them first, and any that fails is the end of it.
        for (_, input) in buckets {
            self.need(*input)?;
        }
        let Value::Experiment(experiment) = self.need(experiment)?.into_owned() else {
            return Err(Stop::Passed);
        };
        let wanted = match experiment.bucket.as_str() {
            "" => CONTROL,
            bucket => bucket,
        };
        let found = buckets.iter().find(|(name, _)| name.as_str() == wanted);
        let (_, input) = found.ok_or_else(|| {
            Fault::error(Exception::KeyError, format!("there is no bucket `{wanted}`"))
        })?;
        Ok(self.need(*input)?.into_owned())
    }

    fn rule(&self, rule: &Rule) -> Result<Value, Stop> {
        let mut held = true;
        match &rule.when_all {
            Items::Each(items) => {
                for item in items {
                    held &= self.truth(*item)?;
                }
            }
            Items::List(list) => match self.need(*list)?.as_list() {
                Some(items) => held = items.iter().all(Value::truth),
                None => return Err(Stop::Passed),
            },
        }
        if let Some([fails, holds]) = &rule.settled {
            return Ok(Value::Rule(Arc::clone(if held { holds } else { fails })));
        }
        let mut features: Vec<(Str, Str)> = Vec::new();
        for piece in &rule.pieces {
            let Piece::Value(name, input) = piece else { continue };
            let shown = text(&*self.need(*input)?)?;
            if !features.iter().any(|(other, _)| other == name) {
                features.push((name.clone(), shown));
            }
        }
        Ok(Value::Rule(Arc::new(RuleValue {
            name: rule.name.clone(),
            value: held,
            description: rule.template.clone(),
            features,
        })))
    }

    fn when(&mut self, when: &When, at: u32) -> Result<Value, Stop> {
        let (Some(then), Some(rules)) = (Self::each(&when.then), Self::each(&when.rules)) else {
            // A list under a name passes the check of types, but Osprey does not take it here.
            for items in [&when.rules, &when.then] {
                if let Items::List(list) = items
                    && self.plan.is_some()
                {
                    let _ = self.read(*list);
                }
            }
            return Err(Stop::Fault(Fault::error(
                Exception::AssertionError,
                "`rules_any` and `then` must be written out as lists",
            )));
        };
        let held: Vec<Arc<RuleValue>> = rules
            .iter()
            .filter_map(|rule| {
                self.with(*rule, |value| match value {
                    Value::Rule(rule) if rule.value => Some(Arc::clone(rule)),
                    _ => None,
                })?
            })
            .collect();
        if held.is_empty() {
            return Ok(Value::None);
        }
        let effects = then
            .iter()
            .filter_map(|input| match self.read(*input)?.as_ref() {
                Value::Effect(effect) => Some((input.source, Arc::clone(effect))),
                _ => None,
            })
            .collect();
        self.fired.push((at, Fired { effects, rules: held }));
        Ok(Value::None)
    }

    fn span(&self, input: Input) -> Option<Duration> {
        match self.read(input)?.as_ref() {
            Value::Duration(span) => Some(*span),
            _ => None,
        }
    }

    fn label(&self, label: &Label) -> Result<Value, Stop> {
        let Value::Entity(entity) = self.need(label.entity)?.into_owned() else {
            return Err(Stop::Passed);
        };
        let dependent_rule = label.apply_if.and_then(|rule| match self.read(rule)?.as_ref() {
            Value::Rule(rule) => Some(Arc::clone(rule)),
            _ => None,
        });
        Ok(Value::Effect(Arc::new(Effect::Label(LabelEffect {
            entity,
            add: label.add,
            name: label.name.clone(),
            expires_after: self.span(label.expires_after),
            delay_action_by: self.span(label.delay_action_by),
            suppressed: label.apply_if.is_some() && dependent_rule.is_none(),
            dependent_rule,
        }))))
    }

    fn has_label(&self, label: &HasLabel) -> Result<Value, Stop> {
        let entity = self.need(label.entity)?;
        let Value::Entity(entity) = entity.as_ref() else { return Err(Stop::Passed) };
        let manual = self.read(label.manual).filter(|value| !value.is_none());
        let manual = manual.map(|value| value.truth());
        let least_age = self.span(label.min_label_age);
        let error_on_empty = self.truth(label.error_on_empty)?;
        let labels = self.facts.labels.get(&entity_name(entity));
        let known = labels.filter(|labels| !labels.labels.is_empty());
        if known.is_none() && error_on_empty {
            return Err(Stop::Fault(Fault::error(
                Exception::EmptyEntityError,
                "the entity has no labels at all",
            )));
        }
        let state = known
            .and_then(|labels| labels.labels.get(label.name.as_str()))
            .filter(|state| !state.is_over(self.now));
        let Some(state) = state else {
            return Ok(Value::Bool(!label.added && manual != Some(true)));
        };
        let old_enough = match least_age {
            None => true,
            Some(least) => {
                let since = state.since(self.now).ok_or_else(|| {
                    Fault::error(Exception::ValueError, "no reason of the label says since when")
                })?;
                let age = self.now.as_nanosecond() - since.as_nanosecond();
                age > least.micros() * 1000
            }
        };
        let fits = state.status.is_added() == label.added
            && manual.is_none_or(|manual| manual == state.status.is_manual());
        Ok(Value::Bool(fits && old_enough))
    }

    fn finding(&self, finding: &Finding) -> Value {
        let text_of = |input: Input| {
            let value = self.read(input).filter(|value| !value.is_none())?;
            text(&value).ok()
        };
        let effect = FindingEffect {
            clause: finding.clause.clone(),
            item: text_of(finding.item),
            account: text_of(finding.account),
            quote: text_of(finding.quote),
        };
        Value::Effect(Arc::new(match finding.refer {
            None => Effect::Breach(effect),
            Some((queue, priority)) => Effect::Refer {
                finding: effect,
                queue: text_of(queue),
                priority: self.read(priority).and_then(|priority| priority.as_int()),
            },
        }))
    }

    /// The node behind an input, if it is one.
    pub(super) fn behind(&self, input: Input) -> Option<(u32, &Node)> {
        match input.source {
            crate::plan::node::Source::Node(at) => {
                self.program.nodes.get(index(at)).map(|node| (at, node))
            }
            crate::plan::node::Source::Constant(_) => None,
        }
    }
}
