//! Effects: what `WhenRules` emits, and the labels that rules ask for and read.
//! Must not carry anything out.

use super::operations::Result;
use super::{Fired, Run};
use crate::plan::{Finding, HasLabelOp, LabelOp, Op, Operand};
use crate::value::{
    Duration, Effect, Entity, Exception, Fault, FindingEffect, LabelEffect, RuleValue, Str, Value,
    text,
};
use std::sync::Arc;

/// `Type/id`, the name under which an entity's labels are kept.
pub(super) fn entity_key(entity: &Entity) -> String {
    let id = text(&entity.id).unwrap_or_else(|_| Str::from(""));
    format!("{}/{id}", entity.kind)
}

pub(super) fn verdict(verdict: Str) -> Value {
    Value::Effect(Arc::new(Effect::Verdict { verdict }))
}

pub(super) fn breach(finding: FindingEffect) -> Value {
    Value::Effect(Arc::new(Effect::Breach(finding)))
}

pub(super) fn refer(finding: FindingEffect, queue: Option<Str>, priority: Option<i64>) -> Value {
    Value::Effect(Arc::new(Effect::Refer { finding, queue, priority }))
}

impl Run<'_> {
    pub(super) fn when(&mut self, op: &Op, place: usize, rules: &[Operand], then: &[Operand]) {
        let passed: Vec<Arc<RuleValue>> = rules
            .iter()
            .filter_map(|rule| match self.value(rule) {
                Some(Value::Rule(rule)) if rule.value => Some(Arc::clone(rule)),
                _ => None,
            })
            .collect();
        if passed.is_empty() {
            return;
        }
        let effects: Vec<Arc<Effect>> = then
            .iter()
            .filter_map(|effect| match self.value(effect) {
                Some(Value::Effect(effect)) => Some(Arc::clone(effect)),
                _ => None,
            })
            .collect();
        self.fired.extend(effects.into_iter().map(|effect| Fired {
            depth: op.depth,
            effect,
            rules: passed.clone(),
            block: place,
        }));
    }

    pub(super) fn finding(&self, finding: &Finding) -> FindingEffect {
        FindingEffect {
            clause: finding.clause.clone(),
            item: self.text(&finding.item),
            account: self.text(&finding.account),
            quote: self.text(&finding.quote),
        }
    }

    fn duration(&self, operand: &Operand) -> Option<Duration> {
        match self.value(operand) {
            Some(Value::Duration(duration)) => Some(*duration),
            _ => None,
        }
    }

    pub(super) fn label(&self, label: &LabelOp) -> Option<Value> {
        let Value::Entity(entity) = self.value(&label.entity)? else { return None };
        let given = label.apply_if.as_ref();
        let dependent_rule = given.and_then(|operand| match self.value(operand) {
            Some(Value::Rule(rule)) => Some(Arc::clone(rule)),
            _ => None,
        });
        let absent = given.is_none_or(|operand| self.value(operand).is_some_and(Value::is_none));
        Some(Value::Effect(Arc::new(Effect::Label(LabelEffect {
            entity: Arc::clone(entity),
            add: label.add,
            name: label.label.clone(),
            expires_after: self.duration(&label.expires),
            delay_action_by: self.duration(&label.delay),
            suppressed: dependent_rule.is_none() && !absent,
            dependent_rule,
        }))))
    }

    pub(super) fn has_label(&self, has: &HasLabelOp) -> Result {
        let Some(Value::Entity(entity)) = self.value(&has.entity) else { return Ok(None) };
        let Some(strict) = self.value(&has.error_on_empty).map(Value::truth) else {
            return Ok(None);
        };
        let manual = match self.value(&has.manual) {
            Some(Value::Bool(manual)) => Some(*manual),
            _ => None,
        };
        let state = self.facts.labels.get(&entity_key(entity));
        if strict && state.is_none_or(|state| state.labels.is_empty()) {
            return Err(Fault::error(
                Exception::ValueError,
                "nothing is known of the entity's labels",
            ));
        }
        let label = state
            .and_then(|state| state.labels.get(has.label.as_str()))
            .filter(|label| !label.is_expired(self.now));
        let Some(label) = label else {
            return Ok(Some(Value::Bool(has.removed && manual != Some(true))));
        };
        let old_enough = self.duration(&has.min_age).is_none_or(|least| {
            label.since().is_some_and(|since| {
                i128::from(self.now.as_microsecond()) - i128::from(since.as_microsecond())
                    >= least.micros()
            })
        });
        let holds = label.status.is_added() != has.removed
            && manual.is_none_or(|manual| manual == label.status.is_manual())
            && old_enough;
        Ok(Some(Value::Bool(holds)))
    }
}
