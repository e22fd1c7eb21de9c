//! Is this rulebook's program sound? Names, imports, calls, types and labels are checked, all
//! problems are told at once, and what is sound becomes a [`Program`]. Must not evaluate rules.
//!
//! The steps are those of Osprey, and one that failed keeps the same others from running, so that
//! both find fault with the same lines. The words are ours.

pub(crate) mod annotations;
mod behind;
mod calls;
mod config;
mod constants;
mod engine_calls;
pub(crate) mod experiments;
mod files;
pub(crate) mod fit;
mod labels;
mod lower;
mod lower_calls;
mod names;
mod operators;
mod rounds;
pub(crate) mod walk;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use config::{DeclaredLabel, DeclaredLabels};

use crate::declared::{Declared, DeclaredFunction};
use crate::functions::{self, FunctionId, Lists, Nothing, Signature};
use crate::plan::Program;
use crate::problem::Problem;
use crate::sources::Sources;
use sml::Span;

/// What a program is checked against besides its own files.
#[derive(Clone, Default)]
pub struct Environment {
    /// The rulebook's lists.
    pub lists: Option<Arc<dyn Lists + Send>>,
    /// The clauses that `Breach` and `Refer` may cite; None leaves them unchecked.
    pub clauses: Option<BTreeSet<String>>,
    /// The functions that the platform adds.
    pub declared: Option<Arc<Declared>>,
    /// Whether Osprey's known defects are kept where they change results.
    pub like_osprey: bool,
}

/// A function that a call may name.
#[derive(Clone, Copy)]
pub(crate) struct Callable<'e> {
    pub(crate) signature: &'e Signature,
    /// Its place in the table of our own.
    pub(crate) id: Option<FunctionId>,
    /// How it is declared, if the platform adds it.
    pub(crate) declared: Option<&'e Arc<DeclaredFunction>>,
}

impl Environment {
    /// The function of a name. A declared one takes the place of ours: it is what the platform's
    /// own rules mean.
    pub(crate) fn function(&self, name: &str) -> Option<Callable<'_>> {
        if let Some(declared) = self.declared.as_ref().and_then(|all| all.get(name)) {
            let signature = &declared.signature;
            return Some(Callable { signature, id: None, declared: Some(declared) });
        }
        let id = functions::find(name)?;
        Some(Callable { signature: functions::get(id)?, id: Some(id), declared: None })
    }

    /// The names of all functions.
    pub(crate) fn function_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.declared.iter().flat_map(|all| all.iter().map(|(name, _)| name));
        declared.chain(functions::registry().iter().map(|signature| &*signature.name))
    }

    pub(crate) fn lists(&self) -> &dyn Lists {
        match &self.lists {
            Some(lists) => &**lists,
            None => &Nothing,
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("lists", &self.lists().names())
            .field("clauses", &self.clauses)
            .field("like_osprey", &self.like_osprey)
            .finish()
    }
}

/// What came of a check.
#[derive(Debug)]
pub struct Checked {
    /// The program, if there is no error.
    pub program: Option<Program>,
    /// Everything to tell, sorted by place.
    pub problems: Vec<Problem>,
}

/// Checks a rulebook's program.
#[must_use]
pub fn check(sources: &Sources, environment: &Environment) -> Checked {
    let mut problems = Vec::new();
    let program = run(sources, environment, &mut problems);
    problems.sort_by(|a, b| {
        (&a.path, a.line, a.col, &a.message).cmp(&(&b.path, b.line, b.col, &b.message))
    });
    problems.dedup();
    let sound = !problems.iter().any(Problem::is_error);
    Checked { program: program.filter(|_| sound), problems }
}

fn run(
    sources: &Sources,
    environment: &Environment,
    problems: &mut Vec<Problem>,
) -> Option<Program> {
    let (files, unread) = files::parse(sources);
    problems.extend(unread);
    if files::find(&files, "main.sml").is_none() {
        problems.push(
            Problem::error(
                sources,
                "main.sml",
                Span::default(),
                "no-main",
                "there is no file `main.sml`",
            )
            .with_hint("evaluation starts there: create it, and import or require the others"),
        );
    }
    if problems.iter().any(Problem::is_error) {
        return None;
    }
    let labels = config::read(sources, problems);
    names::locals_are_read(&files, problems);
    calls::results_are_used(&files, environment, problems);
    let index = names::stored_once(&files, problems)?;
    let context =
        calls::Context { files: &files, index: &index, labels: labels.as_ref(), environment };
    let calls = calls::check(&context, problems)?;
    labels::check(&context, &calls, problems);
    let annotated = calls::dynamic_are_annotated(&files, problems);
    let order = names::import_order(&files, &calls, problems)?;
    let known = names::known_where_read(&files, &index, &calls, problems);
    if !(annotated && known) {
        return None;
    }
    let mut program =
        lower::lower(&files, &order, calls, labels.clone().unwrap_or_default(), problems);
    rounds::are_few(&files, &mut program, problems);
    Some(Program { lists: environment.lists.clone(), ..program })
}
