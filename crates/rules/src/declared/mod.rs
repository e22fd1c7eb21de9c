//! The functions that a platform adds: declared in `functions.toml` with their arguments and
//! result, each bound to something real. A plug-in that runs sandboxed code would be one more
//! [`Binding`]. Must not call out: whoever evaluates asks scorers before.

mod draft;
mod infer;
mod load;
mod read;
mod scorer;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use draft::{Draft, draft};
pub(crate) use load::look_up;
pub use scorer::{Method, Scorer, Secret};

use crate::check::Environment;
use crate::functions::{FunctionId, Signature, Table};
use crate::problem::Problem;
use crate::rulebook::WordLists;
use crate::sources::Sources;
use crate::value::Value;

/// The file in which functions are declared.
pub const FILE: &str = "functions.toml";

/// What `functions.toml` declares.
#[derive(Debug, Default)]
pub struct Declared {
    functions: BTreeMap<String, Arc<DeclaredFunction>>,
    /// The lists that change while the engine runs.
    running: Vec<Arc<str>>,
    /// Functions whose declaration is wrong, which is told where it stands.
    broken: BTreeSet<String>,
}

/// A function as declared.
#[derive(Debug)]
pub struct DeclaredFunction {
    /// What it is called with and gives.
    pub signature: Signature,
    /// What stands behind it.
    pub binding: Binding,
}

/// What stands behind a declared function.
#[derive(Debug)]
pub enum Binding {
    /// One of our own functions. For each of its arguments, where the value comes from.
    Builtin(FunctionId, Vec<From>),
    /// A table, and which argument is the key.
    Table(Arc<Table>, usize),
    /// A scorer that is asked over HTTP.
    Ask(Arc<Scorer>),
    /// Told to the caller, as Osprey's plugins do.
    Effect,
    /// Nothing yet: what needs it stays empty.
    Absent,
}

/// Where an argument of the function behind comes from.
#[derive(Clone, Debug)]
pub enum From {
    /// The argument of this name.
    Argument(String),
    /// A value that is written in the declaration.
    Fixed(Value),
    /// The default of the function behind.
    Default,
}

impl Declared {
    /// Reads `functions.toml`, if there is one. Lists and tables are those of the same directory.
    #[must_use]
    pub fn load(sources: &Sources, lists: &WordLists, problems: &mut Vec<Problem>) -> Self {
        load::load(sources, lists, problems)
    }

    /// The function of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<DeclaredFunction>> {
        self.functions.get(name)
    }

    /// All functions, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DeclaredFunction)> {
        self.functions.iter().map(|(name, function)| (name.as_str(), &**function))
    }

    /// The scorers, by the name of their function.
    pub fn scorers(&self) -> impl Iterator<Item = &Arc<Scorer>> {
        self.functions.values().filter_map(|function| match &function.binding {
            Binding::Ask(scorer) => Some(scorer),
            _ => None,
        })
    }

    /// Whether a function is declared, though not in a way that can be read.
    pub(crate) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    /// The lists that change while the engine runs.
    #[must_use]
    pub fn running(&self) -> &[Arc<str>] {
        &self.running
    }
}

impl Environment {
    /// What a plain directory of rules is checked against: its lists, its tables and the functions
    /// that it declares.
    #[must_use]
    pub fn of(sources: &Sources) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let lists = crate::rulebook::lists::load(sources, &mut problems);
        let declared = Declared::load(sources, &lists, &mut problems);
        let lists = lists.with_running(declared.running());
        let environment = Self {
            lists: Some(Arc::new(lists)),
            declared: Some(Arc::new(declared)),
            ..Self::default()
        };
        (environment, problems)
    }
}
