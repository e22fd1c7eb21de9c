//! A checked program made flat: one list of operations, each after those that it needs, names
//! resolved to places, constants folded in. Immutable, shared by all threads. Must not look at
//! an event: `evaluate` does.

mod annotation;
mod build;
mod calls;
pub(crate) mod node;

pub use annotation::of_annotation;
pub use build::File;
pub use node::Program;

use crate::functions::{FunctionId, Lists, Prepared};
use crate::jsonpath::Path;
use crate::types::Type;
use crate::value::{BinaryOperator, Inequality, Str, Value};
use std::sync::Arc;

/// A program ready to be evaluated.
pub struct Plan {
    pub(crate) files: Vec<FilePlan>,
    pub(crate) main: Option<usize>,
    pub(crate) ops: Vec<Op>,
    pub(crate) lists: Arc<dyn Lists + Send + Sync>,
    /// Operations that the entities of `HasLabel` depend on, in order.
    pub(crate) before_facts: Vec<u32>,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("files", &self.files.len())
            .field("operations", &self.ops.len())
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// How many operations an event takes at most.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there is nothing to evaluate.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The names of all rules, in file order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.ops.iter().filter_map(|op| match &op.what {
            What::Rule { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }
}

/// One rule file.
#[derive(Debug)]
pub(crate) struct FilePlan {
    pub(crate) path: Arc<str>,
    /// Files that run with this one.
    pub(crate) imports: Vec<usize>,
    /// Its operations, as a range of the plan's.
    pub(crate) ops: std::ops::Range<usize>,
    /// Features that are shown: name and value.
    pub(crate) shown: Vec<(Str, Operand)>,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// Known since the program was checked.
    Constant(Value),
    /// The result of an operation.
    Place(u32),
}

/// One operation; its result has the same place in the list of results.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) what: What,
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) col: u32,
    /// How many operations lie between it and the start of its chain: effects follow in this order.
    pub(crate) depth: u32,
}

/// A piece of a text with names in braces.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(Str),
    Name(Str, Operand),
}

/// An argument of a call.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) operand: Operand,
    /// Whether a failed value counts as None.
    pub(crate) optional: bool,
    /// Whether the function wants what is behind an entity, rule or duration.
    pub(crate) unwrap: bool,
}

#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) clause: Str,
    pub(crate) item: Operand,
    pub(crate) account: Operand,
    pub(crate) quote: Operand,
}

/// What an operation does.
#[derive(Debug)]
pub(crate) enum What {
    Data { path: Path, wanted: Type, required: Operand, coerce: Operand, secret: bool },
    EntityData { kind: Str, path: Path, wanted: Type, required: Operand, coerce: Operand },
    Entity { kind: Str, id: Operand },
    ActionName,
    ActionId,
    Resolve { value: Operand, default: Operand, report: bool },
    Call { function: FunctionId, prepared: Box<Prepared>, arguments: Vec<Given> },
    Binary(BinaryOperator, Operand, Operand),
    Negate(Operand),
    Not(Operand),
    Equal { left: Operand, right: Operand, negated: bool },
    Order(Inequality, Operand, Operand),
    In { needle: Operand, haystack: Operand, negated: bool },
    Logic { all: bool, operands: Vec<Operand> },
    List(Vec<Operand>),
    Format(Vec<Piece>),
    Rule { name: Str, when_all: Operand, template: Str, names: Vec<(Str, Operand)> },
    When { rules: Vec<Operand>, then: Vec<Operand> },
    Require { path: Operand, condition: Operand },
    Label(Box<LabelOp>),
    HasLabel(Box<HasLabelOp>),
    Verdict(Operand),
    Breach(Box<Finding>),
    Refer { finding: Box<Finding>, queue: Operand, priority: Operand },
    Experiment(Box<ExperimentOp>),
    ExperimentWhen { experiment: Operand, buckets: Vec<(Str, Operand)> },
}

#[derive(Debug)]
pub(crate) struct LabelOp {
    pub(crate) add: bool,
    pub(crate) entity: Operand,
    pub(crate) label: Str,
    pub(crate) delay: Operand,
    pub(crate) apply_if: Option<Operand>,
    pub(crate) expires: Operand,
}

#[derive(Debug)]
pub(crate) struct HasLabelOp {
    pub(crate) entity: Operand,
    pub(crate) label: Str,
    pub(crate) manual: Operand,
    pub(crate) removed: bool,
    pub(crate) min_age: Operand,
    pub(crate) error_on_empty: Operand,
}

#[derive(Debug)]
pub(crate) struct ExperimentOp {
    pub(crate) name: Str,
    pub(crate) entity: Operand,
    pub(crate) buckets: Vec<Str>,
    pub(crate) sizes: Vec<f64>,
    pub(crate) version: i64,
    pub(crate) revision: i64,
}
