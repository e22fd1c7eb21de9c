//! A scorer outside: how it is asked, within what limits, and what stands in when it fails.

use std::time::Duration;

use crate::coerce::fits;
use crate::jsonpath::Path;
use crate::types::Type;
use crate::value::{Fault, Value, json, parse_float};

/// A scorer that is asked over HTTP.
#[derive(Debug)]
pub struct Scorer {
    /// The function that it stands behind.
    pub name: String,
    /// Where it is asked.
    pub url: String,
    /// How.
    pub method: Method,
    /// The longest that one question may take.
    pub timeout: Duration,
    /// The longest that all questions of a batch of events may take together.
    pub budget: Duration,
    /// How long an answer stays good; not at all if zero.
    pub cache_ttl: Duration,
    /// The most answers that are kept.
    pub cache_most: usize,
    /// A secret that is sent along.
    pub secret: Option<Secret>,
    /// The argument that says whether it is asked at all.
    pub only_if: Option<String>,
    pub(super) answer: Option<Path>,
    pub(super) returns: Type,
    pub(super) otherwise: Option<Value>,
}

/// How a scorer is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The arguments in the URL's query.
    Get,
    /// The arguments as a JSON object.
    Post,
}

/// A secret that is sent in a header. Its value is in the environment, never in the rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The header.
    pub header: String,
    /// The variable of the environment that holds the value.
    pub env: String,
}

/// A reply nested deeper is refused.
const MAX_DEPTH: usize = 64;

impl Scorer {
    /// The value in a scorer's reply, if it is of the declared type.
    #[must_use]
    pub fn value(&self, reply: &serde_json::Value) -> Option<Value> {
        let text = reply.to_string();
        let whole = json::read(&text.into(), MAX_DEPTH).ok()?.value;
        let found = match &self.answer {
            None => whole,
            Some(path) => path.first(&whole).ok()??,
        };
        let float =
            matches!(self.returns, Type::Float) || self.returns == Type::optional(Type::Float);
        let found = match found {
            Value::Int(number) if float => Value::Float(parse_float(&number.to_string())?),
            Value::Float(number) if !number.is_finite() => return None,
            other => other,
        };
        fits(&self.returns, &found).then_some(found)
    }

    /// What stands for an answer where the condition for asking does not hold: nothing.
    pub(crate) fn unasked(&self) -> Result<Value, Fault> {
        if self.returns.accepts_none() {
            return Ok(Value::None);
        }
        Err(Fault::expected("the scorer is not asked here"))
    }

    /// The answer that is declared for when the scorer fails.
    pub(crate) fn otherwise(&self, why: &'static str) -> Result<Value, Fault> {
        match &self.otherwise {
            Some(value) => Ok(value.clone()),
            None if self.returns.accepts_none() => Ok(Value::None),
            None => Err(Fault::expected(why)),
        }
    }
}
