//! The values that rules compute with. They follow Python, because SML does: integers without
//! an upper bound, `True == 1`, text in code points. Values are immutable and cheap to clone.
//! No module below this one may know about rules files, functions or plans.

mod arithmetic;
mod compare;
mod fault;
pub mod json;
mod number;
mod print;
mod str;

use std::sync::Arc;

use num_bigint::BigInt;

pub use arithmetic::{BinaryOperator, binary, modulo, negate};
pub use compare::{Inequality, compare, contains, equal, order};
pub use fault::{Exception, Fault};
pub(crate) use number::digit_value;
pub use number::{float_text, integer, parse_float, parse_integer};
pub use print::{repr, text};
pub use str::Str;

/// One value of an SML program.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Python's `None`. A *failed* feature is not a value: it is a [`Fault`].
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// An integer that does not; [`integer`] keeps the two apart.
    BigInt(Arc<BigInt>),
    /// A double.
    Float(f64),
    /// Text.
    Str(Str),
    /// A list.
    List(Arc<[Value]>),
    /// A JSON object.
    Map(Arc<Map>),
    /// An entity: a thing that labels are put on.
    Entity(Arc<Entity>),
    /// What `TimeDelta(...)` makes.
    Duration(Duration),
    /// What `Rule(...)` makes.
    Rule(Arc<RuleValue>),
    /// What `DeclareVerdict(...)`, `LabelAdd(...)` and their like make.
    Effect(Arc<Effect>),
    /// What `Experiment(...)` makes.
    Experiment(Arc<ExperimentValue>),
}

impl Value {
    /// Text from a slice.
    #[must_use]
    pub fn str(text: &str) -> Self {
        Self::Str(Str::from(text))
    }

    /// A list from its items.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(items.into())
    }

    /// A list of texts.
    #[must_use]
    pub fn texts<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(|item| Self::Str(item.into())).collect())
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The items, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The integer, if this is one and fits 64 bits. A boolean is not an integer here.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether this is `None`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Python's truth: false for None, zero, and what is empty.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::BigInt(_) | Self::Entity(_) | Self::Effect(_) | Self::Experiment(_) => true,
            Self::Float(value) => *value != 0.0,
            Self::Str(value) => !value.as_str().is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Duration(duration) => *duration != Duration::default(),
            Self::Rule(rule) => rule.value,
        }
    }

    /// The plain value behind a wrapped one: the id of an entity, the truth of a rule, the
    /// seconds of a duration, the assignment of an experiment. What features are shown as.
    #[must_use]
    pub fn unwrapped(&self) -> Self {
        match self {
            Self::Entity(entity) => entity.id.clone(),
            Self::Rule(rule) => Self::Bool(rule.value),
            Self::Duration(duration) => Self::Float(duration.seconds()),
            Self::Experiment(experiment) => experiment.to_list(),
            other => other.clone(),
        }
    }

    /// Shows [`Self::unwrapped`], in most cases without making it.
    pub(crate) fn with_unwrapped<T>(&self, see: impl FnOnce(&Self) -> T) -> T {
        match self {
            Self::Entity(entity) => see(&entity.id),
            Self::Rule(rule) => see(&Self::Bool(rule.value)),
            Self::Duration(_) | Self::Experiment(_) => see(&self.unwrapped()),
            other => see(other),
        }
    }

    /// Python's name of the value's type, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::BigInt(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Map(_) => "dict",
            Self::Entity(_) => "Entity",
            Self::Duration(_) => "TimeDelta",
            Self::Rule(_) => "Rule",
            Self::Effect(_) => "Effect",
            Self::Experiment(_) => "Experiment",
        }
    }
}

/// Equality of form: the same variant with the same content (`1` and `1.0` differ, NaN equals
/// itself). For tests and for sharing equal constants; rules use [`equal`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::BigInt(a), Self::BigInt(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Entity(a), Self::Entity(b)) => a == b,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Rule(a), Self::Rule(b)) => a == b,
            (Self::Effect(a), Self::Effect(b)) => a == b,
            (Self::Experiment(a), Self::Experiment(b)) => a == b,
            _ => false,
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}
value_from!(bool => Bool, i64 => Int, f64 => Float, Str => Str, &str => Str, String => Str, Duration => Duration, Vec<Value> => List);

/// A JSON object: keys in the order in which they came, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Box<[(Str, Value)]>,
    /// Positions sorted by key; empty for small maps, which are searched from the front.
    sorted: Box<[u32]>,
}

/// Above this many keys a map is searched by halving.
const SMALL_MAP: usize = 12;

impl Map {
    /// A map from its entries. Of equal keys the first place and the last value stay, as in
    /// Python; the flag tells whether there were any.
    #[must_use]
    pub fn new(mut entries: Vec<(Str, Value)>) -> (Self, bool) {
        if entries.len() <= SMALL_MAP {
            let repeated = keep_last_of_few(&mut entries);
            return (
                Self { entries: entries.into_boxed_slice(), sorted: Box::default() },
                repeated,
            );
        }
        let mut sorted = positions_by_key(&entries);
        let repeated = sorted.windows(2).any(|pair| match pair {
            [a, b] => key_at(&entries, *a) == key_at(&entries, *b),
            _ => false,
        });
        if repeated {
            let mut kept: Vec<(Str, Value)> = Vec::with_capacity(entries.len());
            let mut places = std::collections::HashMap::new();
            for (key, value) in entries {
                let place = *places.entry(key.clone()).or_insert(kept.len());
                match kept.get_mut(place) {
                    Some(entry) => entry.1 = value,
                    None => kept.push((key, value)),
                }
            }
            entries = kept;
            sorted = positions_by_key(&entries);
        }
        (Self { entries: entries.into_boxed_slice(), sorted: sorted.into_boxed_slice() }, repeated)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.sorted.is_empty() {
            return self
                .entries
                .iter()
                .find(|(name, _)| name.as_str() == key)
                .map(|(_, value)| value);
        }
        let place = self.sorted.binary_search_by(|&at| key_at(&self.entries, at).cmp(key)).ok()?;
        let at = usize::try_from(*self.sorted.get(place)?).ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn keep_last_of_few(entries: &mut Vec<(Str, Value)>) -> bool {
    let mut repeated = false;
    let mut at = 1;
    while let Some((key, value)) = entries.get(at) {
        match entries.iter().take(at).position(|(earlier, _)| earlier == key) {
            Some(first) => {
                let value = value.clone();
                if let Some(entry) = entries.get_mut(first) {
                    entry.1 = value;
                }
                entries.remove(at);
                repeated = true;
            }
            None => at += 1,
        }
    }
    repeated
}

fn positions_by_key(entries: &[(Str, Value)]) -> Vec<u32> {
    let mut positions: Vec<u32> = (0..).take(entries.len()).collect();
    positions.sort_by(|a, b| key_at(entries, *a).cmp(key_at(entries, *b)));
    positions
}

fn key_at(entries: &[(Str, Value)], at: u32) -> &str {
    usize::try_from(at).ok().and_then(|at| entries.get(at)).map_or("", |(key, _)| key.as_str())
}

/// A thing that labels are put on: `Entity[T]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its type, such as `User`.
    pub kind: Str,
    /// Its id: text or integer.
    pub id: Value,
}

/// A span of time with Python's reach (a thousand million days either way), in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// Whole days, rounded down.
    days: i32,
    /// Microseconds of the remaining day: 0 to 86,400,000,000 exclusive.
    micros: i64,
}

const DAY_MICROS: i128 = 86_400_000_000;

impl Duration {
    /// A duration of so many microseconds; `OverflowError` beyond Python's reach.
    pub fn from_micros(micros: i128) -> Result<Self, Fault> {
        let days = i32::try_from(micros.div_euclid(DAY_MICROS))
            .ok()
            .filter(|days| days.unsigned_abs() <= 999_999_999);
        match (days, i64::try_from(micros.rem_euclid(DAY_MICROS))) {
            (Some(days), Ok(micros)) => Ok(Self { days, micros }),
            _ => Err(Fault::error(
                Exception::OverflowError,
                "a time span reaches at most 999,999,999 days",
            )),
        }
    }

    /// All of it in microseconds.
    #[must_use]
    pub fn micros(self) -> i128 {
        i128::from(self.days) * DAY_MICROS + i128::from(self.micros)
    }

    /// All of it in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        arithmetic::exact_ratio(self.micros(), 1_000_000)
    }
}

/// What a `Rule(...)` came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleValue {
    /// The feature that holds it.
    pub name: Str,
    /// Whether all of its conditions held.
    pub value: bool,
    /// The description as written, names in braces.
    pub description: Str,
    /// For each name in the description, the text that stands for it.
    pub features: Vec<(Str, Str)>,
}

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `DeclareVerdict`.
    Verdict {
        /// The verdict.
        verdict: Str,
    },
    /// `LabelAdd` or `LabelRemove`.
    Label(LabelEffect),
    /// `Breach`: a clause is breached.
    Breach(FindingEffect),
    /// `Refer`: people should look, and where the case queues.
    Refer {
        /// What for.
        finding: FindingEffect,
        /// The queue, if not the clause's own.
        queue: Option<Str>,
        /// 0 (can wait) to 100 (now), if the rule says.
        priority: Option<i64>,
    },
    /// A function of the platform that is an effect: told to the caller, no measure.
    Asked {
        /// The function.
        function: Str,
        /// What it was called with.
        arguments: Vec<(Str, Value)>,
    },
}

/// What a rule says about an item under a clause.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingEffect {
    /// The clause.
    pub clause: Str,
    /// The item's id, if not the event's own item.
    pub item: Option<Str>,
    /// The account's id, if not the event's own account.
    pub account: Option<Str>,
    /// The passage, if the rule names it.
    pub quote: Option<Str>,
}

/// A label to be put on or taken off an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelEffect {
    /// On what.
    pub entity: Arc<Entity>,
    /// Put on (true) or taken off (false).
    pub add: bool,
    /// The label.
    pub name: Str,
    /// How long it stays.
    pub expires_after: Option<Duration>,
    /// How long to wait with it.
    pub delay_action_by: Option<Duration>,
    /// The rule it depends on beside those of its block.
    pub dependent_rule: Option<Arc<RuleValue>>,
    /// Whether that rule was given but could not be computed.
    pub suppressed: bool,
}

impl LabelEffect {
    /// Whether it is carried out: no rule that it depends on failed or does not hold.
    #[must_use]
    pub fn applies(&self) -> bool {
        !self.suppressed && self.dependent_rule.as_ref().is_none_or(|rule| rule.value)
    }
}

/// The bucket of an experiment that an entity fell into.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentValue {
    /// The feature that holds the experiment.
    pub name: Str,
    /// The entity.
    pub entity: Arc<Entity>,
    /// The bucket's name, or an empty text outside all buckets.
    pub bucket: Str,
    /// The bucket's position, or -1.
    pub index: i64,
    /// The experiment's version.
    pub version: i64,
    /// The experiment's revision.
    pub revision: i64,
}

impl ExperimentValue {
    /// The form in which a feature shows it.
    #[must_use]
    pub fn to_list(&self) -> Value {
        Value::list(vec![
            Value::Str(self.name.clone()),
            self.entity.id.clone(),
            Value::Str(self.entity.kind.clone()),
            Value::Str(self.bucket.clone()),
            Value::from(self.index.to_string()),
            Value::from(self.version.to_string()),
            Value::from(self.revision.to_string()),
        ])
    }
}
