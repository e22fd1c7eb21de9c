//! What evaluation came to.

use crate::found::Found;
use crate::value::{Effect, RuleValue, Str, Value, text};
use std::sync::Arc;

/// A failure that is reported, at the operation that failed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EvaluationError {
    /// The exception that the reference names.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The rule file.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 0, in UTF-8 bytes.
    pub col: u32,
    /// What went wrong.
    #[serde(skip)]
    pub message: String,
}

/// An effect, and the rules by which it came.
#[derive(Debug, Clone)]
pub struct Emitted {
    /// The effect.
    pub effect: Arc<Effect>,
    /// The rules of its block that were true.
    pub rules: Vec<Arc<RuleValue>>,
}

/// What evaluation came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Features by name, in the order of the files; `None` for those that failed.
    pub features: Vec<(Str, Option<Value>)>,
    /// What `Breach` and `Refer` said.
    pub findings: Vec<Found>,
    /// Failures that are reported.
    pub errors: Vec<EvaluationError>,
    /// All effects, in the order in which they came.
    pub effects: Vec<Emitted>,
}

impl Outcome {
    /// What a synchronous caller is told: verdicts, then `Type/id/label` for each label put on.
    pub fn verdicts(&self) -> Vec<String> {
        let verdicts = self.effects.iter().filter_map(|one| match &*one.effect {
            Effect::Verdict { verdict } => Some(verdict.as_str().to_owned()),
            _ => None,
        });
        let labels = self.effects.iter().filter_map(|one| match &*one.effect {
            Effect::Label(label) if label.add && label.applies() => {
                let id = text(&label.entity.id).ok()?;
                Some(format!("{}/{id}/{}", label.entity.kind, label.name))
            }
            _ => None,
        });
        verdicts.chain(labels).collect()
    }
}

impl crate::value::LabelEffect {
    /// Whether it takes effect: its own rule, if it has one, could be computed and is true.
    pub fn applies(&self) -> bool {
        !self.suppressed && self.dependent_rule.as_ref().is_none_or(|rule| rule.value)
    }
}
