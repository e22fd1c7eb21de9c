//! Calls that reach beyond their arguments: counters, kept values, what the event carries, what a
//! scorer said. They read facts that were fetched before, and note what is to be kept; they must
//! not fetch or keep anything themselves.

use std::sync::Arc;

use super::run::Run;
use super::steps::Stop;
use crate::declared::Scorer;
use crate::facts::{Answer, FactKey, Question};
use crate::functions::{self, Needs, Special};
use crate::labels::entity_name;
use crate::plan::node::{Beyond, BeyondDoes, Kind, Node};
use crate::state::{Change, Counter, Kept, KeptValue, moment};
use crate::value::json::{NonFinite, write, write_str};
use crate::value::{Effect, Exception, Fault, Value, parse_float, text};

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Int(number) => parse_float(&number.to_string()),
        _ => None,
    }
}

fn holds(conditions: &Value) -> bool {
    conditions.as_list().is_none_or(|all| all.iter().all(Value::truth))
}

fn argument(arguments: &[Value], at: usize) -> &Value {
    static NONE: Value = Value::None;
    arguments.get(at).unwrap_or(&NONE)
}

/// The counter that the first two arguments name.
fn counter(arguments: &[Value]) -> Result<Counter, Fault> {
    let key = text(argument(arguments, 0))?;
    let seconds = argument(arguments, 1);
    Counter::new(&key, number(seconds).ok_or_else(|| Fault::wrong_type("float", seconds))?)
}

impl Run<'_> {
    /// The fact that a node needs, by its arguments for this event; None if they failed.
    pub(super) fn fact_key(&mut self, node: &Node) -> Option<FactKey> {
        match &node.kind {
            Kind::HasLabel(label) => match self.read(label.entity)?.as_ref() {
                Value::Entity(entity) => Some(FactKey::Labels(entity_name(entity))),
                _ => None,
            },
            Kind::Function(function) => {
                let signature = functions::get(function.id)?;
                let first = function.arguments.first()?;
                let domain = self.read(first.input)?;
                (signature.needs == Needs::Facts)
                    .then(|| Some(FactKey::MailHosts(domain.as_str()?.to_owned())))?
            }
            Kind::Beyond(beyond) => {
                let keys = match &beyond.does {
                    BeyondDoes::Special(Special::Increment | Special::Count) => 2,
                    BeyondDoes::Special(Special::Get) => 1,
                    _ => beyond.arguments.len(),
                };
                let wanted = beyond.arguments.get(..keys)?;
                let arguments = self.arguments_of(wanted).ok()?;
                let key = match &beyond.does {
                    BeyondDoes::Special(Special::Increment | Special::Count) => {
                        let at = moment(self.event?.timestamp);
                        counter(&arguments).ok().map(|counter| FactKey::Count(counter, at))
                    }
                    BeyondDoes::Special(Special::Get) => {
                        let key = text(argument(&arguments, 0)).ok();
                        key.map(|key| FactKey::Kept(key.to_string()))
                    }
                    BeyondDoes::Ask(scorer) if asks(scorer, beyond, &arguments) => {
                        Some(FactKey::Answer(question(scorer, beyond, &arguments)))
                    }
                    BeyondDoes::Ask(_) => None,
                    BeyondDoes::Special(_) | BeyondDoes::Absent => None,
                };
                self.arguments = arguments;
                key
            }
            _ => None,
        }
    }

    pub(super) fn beyond(&mut self, beyond: &Beyond) -> Result<Value, Stop> {
        if let BeyondDoes::Special(Special::Event(read)) = &beyond.does {
            return Ok(read(self.data.whole())?);
        }
        let arguments = self.arguments_of(&beyond.arguments)?;
        let value = match &beyond.does {
            BeyondDoes::Special(special) => self.special(*special, beyond, &arguments),
            BeyondDoes::Ask(scorer) if asks(scorer, beyond, &arguments) => {
                self.answer(scorer, &question(scorer, beyond, &arguments))
            }
            BeyondDoes::Ask(scorer) => scorer.unasked(),
            BeyondDoes::Absent => {
                Err(Fault::expected("the function is declared and bound to nothing"))
            }
        };
        self.arguments = arguments;
        Ok(value?)
    }

    fn special(
        &mut self,
        special: Special,
        beyond: &Beyond,
        arguments: &[Value],
    ) -> Result<Value, Fault> {
        match special {
            Special::Increment => {
                if !holds(argument(arguments, 2)) {
                    return Ok(Value::Int(0));
                }
                let counter = counter(arguments)?;
                self.changes.push(Change::Count(counter.clone()));
                Ok(Value::Int(self.counted(&counter)))
            }
            Special::Count => {
                if !holds(argument(arguments, 2)) {
                    return Ok(Value::Int(0));
                }
                Ok(Value::Int(self.counted(&counter(arguments)?)))
            }
            Special::Get => self.kept(arguments),
            Special::Set => self.keep(arguments),
            Special::Effect => {
                let given = beyond.names.iter().cloned().zip(arguments.iter().cloned());
                Ok(Value::Effect(Arc::new(Effect::Asked {
                    function: beyond.name.clone(),
                    arguments: given.collect(),
                })))
            }
            // Answered before the arguments are looked at.
            Special::Event(read) => read(self.data.whole()),
        }
    }

    /// What was counted before this event and so far by it.
    fn counted(&self, counter: &Counter) -> i64 {
        let Some(event) = self.event else { return 0 };
        let before = self.facts.count(counter, moment(event.timestamp)).unwrap_or(0);
        let now = self.changes.iter().filter(|change| match change {
            Change::Count(other) => other == counter,
            Change::Keep(..) => false,
        });
        before.saturating_add(i64::try_from(now.count()).unwrap_or(i64::MAX))
    }

    fn kept(&self, arguments: &[Value]) -> Result<Value, Fault> {
        let (key, default) = (text(argument(arguments, 0))?, argument(arguments, 2));
        if !holds(argument(arguments, 1)) {
            return Ok(default.clone());
        }
        let by_this_event = self.changes.iter().rev().find_map(|change| match change {
            Change::Keep(other, kept) if *other == *key => Some(kept),
            _ => None,
        });
        let kept = by_this_event.or_else(|| self.facts.kept.get(&*key));
        let at = self.event.map_or(self.now, |event| event.timestamp);
        Ok(kept.map_or_else(|| default.clone(), |kept| kept.read(at, default)))
    }

    fn keep(&mut self, arguments: &[Value]) -> Result<Value, Fault> {
        if !holds(argument(arguments, 2)) {
            return Ok(Value::None);
        }
        let key = text(argument(arguments, 0))?;
        let value = match argument(arguments, 1) {
            Value::Str(text) => KeptValue::Text(text.to_string()),
            Value::Int(number) => KeptValue::Int(*number),
            Value::Float(number) if number.is_finite() => KeptValue::Float(*number),
            other => return Err(Fault::wrong_type("a text or a number that can be kept", other)),
        };
        let ttl = argument(arguments, 3);
        let seconds = number(ttl).ok_or_else(|| Fault::wrong_type("float", ttl))?;
        let at = self.event.map_or(self.now, |event| event.timestamp);
        let until = match seconds {
            0.0 => None,
            _ => {
                let span = jiff::SignedDuration::try_from_secs_f64(seconds);
                let end = span.ok().and_then(|span| at.checked_add(span).ok());
                Some(end.ok_or_else(|| {
                    Fault::error(Exception::OverflowError, "the time to keep it is out of range")
                })?)
            }
        };
        self.changes.push(Change::Keep(key.to_string(), Kept { value, until }));
        Ok(Value::None)
    }

    /// What the scorer said, or the answer that is declared for when it does not.
    fn answer(&self, scorer: &Scorer, question: &Question) -> Result<Value, Fault> {
        match self.facts.answers.get(question) {
            Some(Answer::Said(said)) => match scorer.value(said) {
                Some(value) => Ok(value),
                None => scorer.otherwise("it answered with a value of another type"),
            },
            Some(Answer::Failed(_)) | None => scorer.otherwise("it did not answer"),
        }
    }
}

/// Whether the condition for asking holds.
fn asks(scorer: &Scorer, beyond: &Beyond, arguments: &[Value]) -> bool {
    let Some(name) = &scorer.only_if else { return true };
    let condition = beyond.names.iter().zip(arguments).find(|(other, _)| *other.as_str() == **name);
    condition.is_none_or(|(_, value)| match value {
        Value::List(_) => holds(value),
        other => other.truth(),
    })
}

fn question(scorer: &Scorer, beyond: &Beyond, arguments: &[Value]) -> Question {
    let mut out = String::from("{");
    let sent = beyond.names.iter().zip(arguments);
    for (name, value) in sent.filter(|(name, _)| scorer.only_if.as_deref() != Some(name)) {
        if out.len() > 1 {
            out.push(',');
        }
        write_str(&mut out, name);
        out.push(':');
        let before = out.len();
        if write(&mut out, value, NonFinite::Null).is_err() {
            out.truncate(before);
            out.push_str("null");
        }
    }
    out.push('}');
    Question { function: beyond.name.to_string(), arguments: out }
}
