//! What each operation does with its operands. `Ok(None)` is a failure that is somebody else's;
//! `Err` is one of its own.

use super::{Run, effects};
use crate::coerce;
use crate::functions;
use crate::plan::{ExperimentOp, Given, Op, Operand, Piece, What};
use crate::value::{
    self, Entity, Exception, ExperimentValue, Fault, RuleValue, Str, Value, binary, compare,
    contains, equal, negate,
};
use std::sync::Arc;

/// A value, or a failure of an operand (`None`).
pub(super) type Result = std::result::Result<Option<Value>, Fault>;

impl Run<'_> {
    pub(super) fn operation(&mut self, op: &Op, place: usize) -> Result {
        Ok(Some(match &op.what {
            What::Data { path, wanted, required, coerce, secret } => {
                let data = if *secret { &self.secret } else { &self.data };
                let (Some(required), Some(coerce)) = (self.truth(required), self.truth(coerce))
                else {
                    return Ok(None);
                };
                coerce::lookup(path, data, wanted, required, coerce)?
            }
            What::EntityData { kind, path, wanted, required, coerce } => {
                let (Some(required), Some(coerce)) = (self.truth(required), self.truth(coerce))
                else {
                    return Ok(None);
                };
                let id = coerce::lookup(path, &self.data, wanted, required, coerce)?;
                entity(kind, id)
            }
            What::Entity { kind, id } => {
                let Some(id) = self.value(id) else { return Ok(None) };
                entity(kind, id.unwrapped())
            }
            What::ActionName => Value::str(&self.event.action_name),
            What::ActionId => value::parse_integer(self.event.action_id.as_str())
                .unwrap_or_else(|| Value::str(self.event.action_id.as_str())),
            What::Resolve { value, default, report } => {
                let given = |operand| self.value(operand).filter(|value| !value.is_none());
                match given(value).or_else(|| given(default)) {
                    Some(value) => value.clone(),
                    None if *report => {
                        return Err(Fault::error(
                            Exception::ValueError,
                            "there is neither a value nor a default",
                        ));
                    }
                    None => return Err(Fault::expected("there is neither a value nor a default")),
                }
            }
            What::Call { function, prepared, arguments } => {
                let Some(values) = self.arguments(arguments) else { return Ok(None) };
                functions::call(*function, prepared, &values, &self.context)?
            }
            What::Binary(operator, left, right) => {
                let (Some(left), Some(right)) = (self.plain(left), self.plain(right)) else {
                    return Ok(None);
                };
                binary(*operator, &left, &right)?
            }
            What::Negate(operand) => match self.plain(operand) {
                Some(value) => negate(&value)?,
                None => return Ok(None),
            },
            What::Not(operand) => match self.value(operand) {
                Some(value) => Value::Bool(!value.truth()),
                None => return Ok(None),
            },
            What::Equal { left, right, negated } => {
                Value::Bool(self.equal(left, right) != *negated)
            }
            What::Order(inequality, left, right) => {
                let (Some(left), Some(right)) = (self.plain(left), self.plain(right)) else {
                    return Ok(None);
                };
                Value::Bool(
                    !left.is_none() && !right.is_none() && compare(*inequality, &left, &right)?,
                )
            }
            What::In { needle, haystack, negated } => {
                let Some(haystack) = self.plain(haystack) else { return Ok(None) };
                let needle = self.plain(needle).unwrap_or_default();
                Value::Bool(contains(&haystack, &needle)? != *negated)
            }
            What::Logic { all, operands } => {
                let holds = |operand| self.value(operand).is_some_and(Value::truth);
                Value::Bool(if *all {
                    operands.iter().all(holds)
                } else {
                    operands.iter().any(holds)
                })
            }
            What::List(items) => {
                let values: Option<Vec<Value>> =
                    items.iter().map(|item| self.value(item).cloned()).collect();
                match values {
                    Some(values) => Value::list(values),
                    None => return Ok(None),
                }
            }
            What::Format(pieces) => match self.format(pieces)? {
                Some(text) => Value::from(text),
                None => return Ok(None),
            },
            What::Rule { name, when_all, template, names } => {
                return self.rule(name, when_all, template, names);
            }
            What::When { rules, then } => {
                self.when(op, place, rules, then);
                Value::None
            }
            What::Require { path, condition } => return Ok(self.require(path, condition)),
            What::Label(label) => return Ok(self.label(label)),
            What::HasLabel(has) => return self.has_label(has),
            What::Verdict(verdict) => match self.plain(verdict) {
                Some(Value::Str(verdict)) => effects::verdict(verdict),
                _ => return Ok(None),
            },
            What::Breach(finding) => effects::breach(self.finding(finding)),
            What::Refer { finding, queue, priority } => {
                let queue = self.text(queue);
                let priority = self.plain(priority).and_then(|value| value.as_int());
                effects::refer(self.finding(finding), queue, priority)
            }
            What::Experiment(experiment) => match self.value(&experiment.entity) {
                Some(Value::Entity(entity)) => bucket(experiment, entity),
                _ => return Ok(None),
            },
            What::ExperimentWhen { experiment, buckets } => {
                let Some(Value::Experiment(experiment)) = self.value(experiment) else {
                    return Ok(None);
                };
                let chosen = buckets.iter().find(|(name, _)| *name == experiment.bucket);
                match chosen {
                    Some((_, operand)) => match self.value(operand) {
                        Some(value) => value.clone(),
                        None => return Ok(None),
                    },
                    None => Value::list(vec![Value::Bool(false)]),
                }
            }
        }))
    }

    fn truth(&self, operand: &Operand) -> Option<bool> {
        self.value(operand).map(Value::truth)
    }

    /// What is behind an entity, rule or duration.
    pub(super) fn plain(&self, operand: &Operand) -> Option<Value> {
        self.value(operand).map(Value::unwrapped)
    }

    pub(super) fn text(&self, operand: &Operand) -> Option<Str> {
        match self.plain(operand)? {
            Value::Str(text) => Some(text),
            Value::None => None,
            other => value::text(&other).ok(),
        }
    }

    fn equal(&self, left: &Operand, right: &Operand) -> bool {
        let none = Value::None;
        let (left, right) = (self.value(left).unwrap_or(&none), self.value(right).unwrap_or(&none));
        let alike = matches!(
            (left, right),
            (Value::Rule(_), Value::Rule(_)) | (Value::Entity(_), Value::Entity(_))
        );
        if alike { equal(left, right) } else { equal(&left.unwrapped(), &right.unwrapped()) }
    }

    pub(super) fn arguments(&self, given: &[Given]) -> Option<Vec<Value>> {
        given
            .iter()
            .map(|one| match self.value(&one.operand) {
                Some(value) if one.unwrap => Some(value.unwrapped()),
                Some(value) => Some(value.clone()),
                None if one.optional => Some(Value::None),
                None => None,
            })
            .collect()
    }

    fn format(&self, pieces: &[Piece]) -> std::result::Result<Option<String>, Fault> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Name(_, operand) => match self.plain(operand) {
                    Some(value) => out.push_str(&value::text(&value)?),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(out))
    }

    fn rule(
        &self,
        name: &Str,
        when_all: &Operand,
        template: &Str,
        names: &[(Str, Operand)],
    ) -> Result {
        let Some(conditions) = self.value(when_all) else { return Ok(None) };
        let holds = conditions.as_list().is_some_and(|list| list.iter().all(Value::truth));
        let mut features = Vec::with_capacity(names.len());
        for (name, operand) in names {
            let Some(value) = self.plain(operand) else { return Ok(None) };
            features.push((name.clone(), value::text(&value)?));
        }
        Ok(Some(Value::Rule(Arc::new(RuleValue {
            name: name.clone(),
            value: holds,
            description: template.clone(),
            features,
        }))))
    }

    fn require(&mut self, path: &Operand, condition: &Operand) -> Option<Value> {
        let path = self.text(path)?;
        if self.truth(condition)? {
            let found = self.plan.files.iter().position(|file| *file.path == *path);
            self.waiting.extend(found);
        }
        Some(Value::None)
    }
}

fn entity(kind: &Str, id: Value) -> Value {
    if id.is_none() {
        return Value::None;
    }
    Value::Entity(Arc::new(Entity { kind: kind.clone(), id }))
}

/// The bucket that an entity falls into: 10,000 places, split evenly; a size of 25 uses a quarter
/// of its bucket's places.
fn bucket(experiment: &ExperimentOp, entity: &Arc<Entity>) -> Value {
    const PLACES: u32 = 10_000;
    let id = value::text(&entity.id).unwrap_or_else(|_| Str::from(""));
    let key = format!("{}/{id}", experiment.name);
    let place = murmur3(key.as_bytes(), 42) % PLACES;
    let width = PLACES / u32::try_from(experiment.buckets.len().max(1)).unwrap_or(1);
    let index = (place / width.max(1)) as usize;
    let used = experiment.sizes.get(index).map_or(0.0, |size| size * 100.0);
    let inside = f64::from(place % width.max(1)) < used;
    let chosen = experiment.buckets.get(index).filter(|_| inside);
    Value::Experiment(Arc::new(ExperimentValue {
        name: experiment.name.clone(),
        entity: Arc::clone(entity),
        bucket: chosen.cloned().unwrap_or_else(|| Str::from("")),
        index: chosen.and_then(|_| i64::try_from(index).ok()).unwrap_or(-1),
        version: experiment.version,
        revision: experiment.revision,
    }))
}

/// MurmurHash3, 32 bits (Austin Appleby, public domain).
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    const C1: u32 = 0xCC9E_2D51;
    const C2: u32 = 0x1B87_3593;
    let mix = |block: u32| block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    let mut hash = seed;
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        let block = chunk.iter().rev().fold(0_u32, |block, byte| block << 8 | u32::from(*byte));
        hash = (hash ^ mix(block)).rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let block = rest.iter().rev().fold(0_u32, |block, byte| block << 8 | u32::from(*byte));
        hash ^= mix(block);
    }
    hash ^= u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::murmur3;

    #[test]
    fn the_hash_is_murmur3() {
        assert_eq!(murmur3(b"", 0), 0);
        assert_eq!(murmur3(b"", 1), 0x514E_28B7);
        assert_eq!(murmur3(b"test", 0x9747_B28C), 0x704B_81DC);
        assert_eq!(murmur3(b"Hello, world!", 0x9747_B28C), 0x2488_4CBA);
    }
}
