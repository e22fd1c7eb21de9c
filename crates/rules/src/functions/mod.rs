//! The functions that SML programs call: their signatures, what is prepared for a call when it
//! is checked, and the call itself. Pure: the moment, randomness, lists and facts come with the
//! call. What needs the engine (rules, labels, imports) is only described here.

mod atproto;
mod chance;
mod clean;
mod counters;
mod dates;
mod engine;
mod glyphs;
mod hashes;
mod identifiers;
mod links;
mod lists;
mod mail;
mod manual;
mod matching;
mod network;
mod numbering;
mod numbers;
mod patterns;
mod phone;
mod punycode;
mod regexes;
mod registry;
mod shape;
mod sites;
mod strings;
mod tables;
mod terms;
mod time;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use manual::{EXAMPLES, Example, manual};
pub use registry::{FunctionId, find, get, registry};
pub(crate) use tables::LOOK_UP;
pub use tables::Table;

use crate::jsonpath::Path;
use crate::regexes::Pattern;
use crate::running::RunningList;
use crate::text::{Memo, PhraseSet};
use crate::types::Type;
use crate::value::{Exception, Fault, Value};

/// What a function is called with and gives.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its arguments, in the order in which [`call`] takes their values.
    pub arguments: Vec<Argument>,
    /// Whether any further keyword is taken as an argument of this type (`ExperimentWhen`).
    pub further: Option<Type>,
    /// The type of its result.
    pub returns: Type,
    /// The group under which the manual lists it.
    pub family: Family,
    /// What it does, for the manual.
    pub doc: Cow<'static, str>,
    /// Whether Osprey's standard library has it.
    pub osprey: bool,
    /// What it needs besides its arguments.
    pub needs: Needs,
    run: Run,
    prepare: Option<Prepare>,
    find: Option<FindFn>,
}

impl Signature {
    /// Whether the engine must evaluate it, because it is more than a function of its arguments.
    #[must_use]
    pub fn is_engine(&self) -> bool {
        matches!(self.run, Run::Engine | Run::Special(_))
    }

    /// Whether two calls with equal arguments give equal results, so that one will do.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        !self.is_engine() && self.needs != Needs::Randomness
    }

    /// The proper name of a keyword, which may be given under another.
    pub(crate) fn keyword<'t>(&'t self, given: &'t str) -> &'t str {
        self.position(given).and_then(|at| self.arguments.get(at)).map_or(given, |one| &one.name)
    }

    /// What it reads or changes beside its arguments, if the engine evaluates it by that.
    pub(crate) fn special_kind(&self) -> Option<Special> {
        match self.run {
            Run::Special(special) => Some(special),
            _ => None,
        }
    }

    /// The position of an argument.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.arguments
            .iter()
            .position(|argument| argument.name == name || argument.alias == Some(name))
    }
}

/// One argument of a function.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its keyword.
    pub name: Cow<'static, str>,
    /// Another keyword under which public rule sets know it.
    pub alias: Option<&'static str>,
    /// Its type.
    pub kind: Type,
    /// Its value when the call leaves it out; None if the call must give it.
    pub default: Option<Value>,
    /// Whether it must be known when the program is checked.
    pub constant: bool,
}

/// Groups of functions, as the manual lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Family {
    Engine,
    Data,
    Labels,
    Strings,
    Regexes,
    Lists,
    Hashes,
    Links,
    Mail,
    Phone,
    Network,
    Time,
    Chance,
    Matching,
    Shape,
    Identifiers,
    Numbers,
    State,
    Atproto,
    Declared,
}

/// What a function needs besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The moment of the event.
    Moment,
    /// Random bits.
    Randomness,
    /// The lists of the rulebook.
    Lists,
    /// Facts fetched before evaluation (mail hosts).
    Facts,
}

type RunFn = fn(&Call<'_>) -> Result<Value, Fault>;
type FindFn = fn(&Call<'_>) -> Vec<Match>;
type Prepare = fn(&Site<'_>) -> Result<Prepared, Vec<ArgumentError>>;

#[derive(Clone, Copy, Debug)]
enum Run {
    Engine,
    Special(Special),
    Pure(RunFn),
}

/// What a function that the engine evaluates reads or changes beside its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Special {
    /// Counts a counter up.
    Increment,
    /// Reads a counter.
    Count,
    /// Reads a kept value.
    Get,
    /// Keeps a value.
    Set,
    /// Reads the event's data.
    Event(fn(&Value) -> Result<Value, Fault>),
    /// Asks the platform for something that is no measure.
    Effect,
}

/// A call as the check sees it.
struct Site<'a> {
    signature: &'a Signature,
    /// For each argument its value, if it is known.
    constants: &'a [Option<Value>],
    lists: &'a dyn Lists,
}

impl Site<'_> {
    /// The value of an argument, if it is known.
    fn value(&self, name: &str) -> Option<&Value> {
        self.constants.get(self.signature.position(name)?)?.as_ref()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// The list that an argument names.
    fn list(&self, argument: &'static str) -> Result<Prepared, Vec<ArgumentError>> {
        let Some(name) = self.text(argument) else { return Ok(Prepared::Nothing) };
        if self.lists.is_running(name) {
            return Ok(Prepared::Running(name.into()));
        }
        self.lists.number(name).map(Prepared::List).ok_or_else(|| {
            let names = self.lists.names().join(", ");
            let hint = if names.is_empty() {
                "put it into the rulebook's lists".to_owned()
            } else {
                format!("the lists are: {names}")
            };
            self.error(argument, format!("there is no list `{name}`"), hint)
        })
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::truth)
    }

    fn error(
        &self,
        argument: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Vec<ArgumentError> {
        vec![ArgumentError {
            argument: Some(argument.into()),
            message: message.into(),
            hint: hint.into(),
        }]
    }
}

/// An argument that a function cannot work with, found when the program is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentError {
    /// The argument's name, or None for the call as a whole.
    pub argument: Option<Cow<'static, str>>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// What was made ready for one call when it was checked.
#[derive(Debug, Default)]
pub enum Prepared {
    /// Nothing is needed.
    #[default]
    Nothing,
    /// A path into the event's data.
    Path(Path),
    /// Regular expressions.
    Patterns(Box<[Pattern]>),
    /// Phrases that are known.
    Phrases(PhraseSet),
    /// One of the rulebook's lists, by its number.
    List(u32),
    /// A list that changes while the engine runs, by its name.
    Running(Arc<str>),
    /// A table of keys and values.
    Table(Arc<Table>),
}

/// What a call may look at besides its arguments.
#[derive(Clone, Copy)]
pub struct CallContext<'a> {
    /// The event's own time.
    pub now: jiff::Timestamp,
    /// The offset in which it was written.
    pub offset: jiff::tz::Offset,
    /// Fresh random bits for this call; read only by functions that need randomness.
    pub random: u64,
    /// The lists of the rulebook.
    pub lists: &'a dyn Lists,
    /// Facts that were fetched before evaluation.
    pub facts: &'a dyn Facts,
    /// What was worked out about the event's texts so far; a new one for each event.
    pub memo: &'a Memo,
}

impl CallContext<'_> {
    /// The event's time as it was written, its offset left out: what `TimeSince` counts to.
    #[must_use]
    pub fn written(&self) -> jiff::civil::DateTime {
        self.offset.to_datetime(self.now)
    }
}

impl fmt::Debug for CallContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The lists of a rulebook: words, domains, accounts.
pub trait Lists: Sync {
    /// The number of the list with this name, if there is one.
    fn number(&self, name: &str) -> Option<u32>;
    /// The names of all lists, for hints.
    fn names(&self) -> Vec<&str>;
    /// Whether the list has this entry, exactly.
    fn has(&self, list: u32, entry: &str) -> bool;
    /// The entries of a list, for functions that prepare an automaton from them.
    fn entries(&self, list: u32) -> Vec<&str>;
    /// Whether the list of this name changes while the engine runs.
    fn is_running(&self, _name: &str) -> bool {
        false
    }
    /// The table of this name, if there is one.
    fn table(&self, _name: &str) -> Option<Arc<Table>> {
        None
    }
}

/// Facts about the outside that were fetched before evaluation.
pub trait Facts: Sync {
    /// The mail hosts of a domain; None if they were not fetched.
    fn mail_hosts(&self, domain: &str) -> Option<Vec<String>>;
    /// A list that changes while the engine runs; None if it was not fetched.
    fn list(&self, _name: &str) -> Option<&RunningList> {
        None
    }
}

/// No lists and no facts.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Lists for Nothing {
    fn number(&self, _: &str) -> Option<u32> {
        None
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    fn has(&self, _: u32, _: &str) -> bool {
        false
    }

    fn entries(&self, _: u32) -> Vec<&str> {
        Vec::new()
    }
}

impl Facts for Nothing {
    fn mail_hosts(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}

/// A call at run time.
struct Call<'a> {
    arguments: &'a [Value],
    prepared: &'a Prepared,
    context: &'a CallContext<'a>,
}

impl Call<'_> {
    fn argument(&self, at: usize) -> &Value {
        static NONE: Value = Value::None;
        self.arguments.get(at).unwrap_or(&NONE)
    }

    fn text(&self, at: usize) -> Result<&str, Fault> {
        let value = self.argument(at);
        value.as_str().ok_or_else(|| Fault::wrong_type("str", value))
    }

    fn list(&self, at: usize) -> Result<&[Value], Fault> {
        let value = self.argument(at);
        value.as_list().ok_or_else(|| Fault::wrong_type("list", value))
    }

    /// The texts of a list.
    fn texts(&self, at: usize) -> Result<Vec<&str>, Fault> {
        self.list(at)?
            .iter()
            .map(|item| item.as_str().ok_or_else(|| Fault::wrong_type("str", item)))
            .collect()
    }

    fn flag(&self, at: usize) -> bool {
        self.argument(at).truth()
    }

    fn int(&self, at: usize) -> Result<i64, Fault> {
        let value = self.argument(at);
        match value {
            Value::BigInt(_) => {
                Err(Fault::error(Exception::OverflowError, "the integer is too large here"))
            }
            _ => value.as_int().ok_or_else(|| Fault::wrong_type("int", value)),
        }
    }

    /// The list that the call names.
    fn named_list(&self) -> Result<NamedList<'_>, Fault> {
        let lists = self.context.lists;
        match self.prepared {
            Prepared::List(number) => Ok(NamedList::Fixed(lists, *number)),
            Prepared::Running(name) => match (self.context.facts.list(name), lists.number(name)) {
                (Some(list), _) => Ok(NamedList::Running(list)),
                (None, Some(number)) => Ok(NamedList::Fixed(lists, number)),
                (None, None) => Ok(NamedList::Empty),
            },
            _ => Err(Fault::error(Exception::KeyError, "the rulebook has no such list")),
        }
    }

    fn patterns(&self) -> &[Pattern] {
        match self.prepared {
            Prepared::Patterns(patterns) => patterns,
            _ => &[],
        }
    }
}

/// The list that a call names, as it is for this event.
enum NamedList<'a> {
    Fixed(&'a dyn Lists, u32),
    Running(&'a RunningList),
    Empty,
}

impl NamedList<'_> {
    fn has(&self, entry: &str) -> bool {
        match self {
            Self::Fixed(lists, number) => lists.has(*number, entry),
            Self::Running(list) => list.has(entry),
            Self::Empty => false,
        }
    }

    fn entries(&self) -> Vec<&str> {
        match self {
            Self::Fixed(lists, number) => lists.entries(*number),
            Self::Running(list) => list.entries().iter().map(String::as_str).collect(),
            Self::Empty => Vec::new(),
        }
    }
}

/// Makes ready what a call can reuse from event to event. `constants` has one entry for each
/// argument of the signature: its value (given or default) if it is known, else None.
/// All errors are reported at once.
pub fn prepare(
    id: FunctionId,
    constants: &[Option<Value>],
    lists: &dyn Lists,
) -> Result<Prepared, Vec<ArgumentError>> {
    match get(id).map(|signature| (signature, signature.prepare)) {
        Some((signature, Some(prepare))) => prepare(&Site { signature, constants, lists }),
        _ => Ok(Prepared::Nothing),
    }
}

/// Calls a function. `arguments` has one value for each argument of the signature: defaults
/// filled in, constants too, wrapped values unwrapped as the argument's type asks.
pub fn call(
    id: FunctionId,
    prepared: &Prepared,
    arguments: &[Value],
    context: &CallContext<'_>,
) -> Result<Value, Fault> {
    match get(id).map(|signature| signature.run) {
        Some(Run::Pure(run)) => run(&Call { arguments, prepared, context }),
        _ => Err(Fault::error(
            crate::value::Exception::NotImplementedError,
            "this function is evaluated by the engine",
        )),
    }
}

/// A passage of a text argument that made a function say yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which argument.
    pub argument: usize,
    /// Where it begins, in bytes of the original text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The passages that a call of a matching function rests on, for explanations and statements.
/// Empty for functions that look for nothing.
#[must_use]
pub fn passages(
    id: FunctionId,
    prepared: &Prepared,
    arguments: &[Value],
    context: &CallContext<'_>,
) -> Vec<Match> {
    match get(id).and_then(|signature| signature.find) {
        Some(find) => find(&Call { arguments, prepared, context }),
        None => Vec::new(),
    }
}
