//! Calls: the function exists, each argument is one that it takes, none is missing, and what must
//! be known beforehand is.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sml::Span;
use sml::tree::{Call, Expr, Statement};

use super::behind;
use super::constants::{Constants, Flips, Known};
use super::engine_calls;
use super::files::{File, FileId};
use super::names::{Index, is_local};
use super::walk::{self, Parent, calls, function_name};
use super::{Environment, config::DeclaredLabels};
use crate::declared::DeclaredFunction;
use crate::functions::{self, FunctionId, Prepared, Signature};
use crate::problem::{Problem, nearest};
use crate::types::Type;
use crate::value::Value;

/// A call that was understood.
#[derive(Debug)]
pub(crate) struct Checked<'t> {
    /// Its place in the table of our own, or that of the function behind it.
    pub(crate) id: Option<FunctionId>,
    pub(crate) signature: &'t Signature,
    pub(crate) declared: Option<&'t Arc<DeclaredFunction>>,
    pub(crate) prepared: Prepared,
    /// For each argument its value, if it is known: constants and defaults.
    pub(crate) known: Vec<Option<Value>>,
}

/// All calls, by file and place, and what they import.
#[derive(Debug, Default)]
pub(crate) struct Calls<'t> {
    checked: HashMap<(FileId, Span), Checked<'t>>,
    imports: HashMap<(FileId, Span), Vec<(FileId, Span)>>,
    by_file: HashMap<FileId, Vec<(FileId, Span)>>,
    pub(crate) flips: Flips,
    pub(crate) like_osprey: bool,
}

impl<'t> Calls<'t> {
    pub(crate) fn get(&self, file: FileId, span: Span) -> Option<&Checked<'t>> {
        self.checked.get(&(file, span))
    }

    /// Takes a call out, for the program.
    pub(crate) fn take(&mut self, file: FileId, span: Span) -> Option<Checked<'t>> {
        self.checked.remove(&(file, span))
    }

    /// The files that the call at `span` imports.
    pub(crate) fn imports_at(&self, file: FileId, span: Span) -> &[(FileId, Span)] {
        self.imports.get(&(file, span)).map_or(&[], Vec::as_slice)
    }

    /// The files that a file imports.
    pub(crate) fn imports_of(&self, file: FileId) -> &[(FileId, Span)] {
        self.by_file.get(&file).map_or(&[], Vec::as_slice)
    }

    pub(super) fn import(&mut self, from: (FileId, Span), file: FileId, span: Span) {
        self.imports.entry(from).or_default().push((file, span));
        self.by_file.entry(from.0).or_default().push((file, span));
    }
}

/// What the check of a call can look at.
pub(crate) struct Context<'t> {
    pub(crate) files: &'t [File],
    pub(crate) index: &'t Index<'t>,
    pub(crate) labels: Option<&'t DeclaredLabels>,
    pub(crate) environment: &'t Environment,
}

/// One call under check.
pub(crate) struct Site<'t> {
    pub(crate) file: FileId,
    pub(crate) call: &'t Call,
    pub(crate) parent: Parent<'t>,
    pub(crate) name: &'t str,
    /// The arguments by keyword; of equal keywords the last counts.
    pub(crate) arguments: BTreeMap<&'t str, &'t Expr>,
    /// The constants by keyword.
    pub(crate) known: BTreeMap<&'t str, Known>,
}

/// Checks all calls of all files.
pub(crate) fn check<'t>(context: &Context<'t>, problems: &mut Vec<Problem>) -> Option<Calls<'t>> {
    let before = problems.len();
    let mut all = Calls { like_osprey: context.environment.like_osprey, ..Calls::default() };
    let mut experiments = HashMap::new();
    for (id, file) in context.files.iter().enumerate() {
        let constants = Constants {
            index: context.index,
            locals: local_literals(file),
            file: id,
            like_osprey: context.environment.like_osprey,
        };
        for (call, parent) in calls(&file.root) {
            let Some(name) = function_name(call) else {
                problems.push(
                    file.error(call.span, "call-of-attribute", "functions have plain names")
                        .with_hint("write `Function(argument=value)`, without a dot"),
                );
                continue;
            };
            let Some(callable) = context.environment.function(name) else {
                // What is wrong with its declaration is told there.
                let declared = context.environment.declared.as_ref();
                if !declared.is_some_and(|declared| declared.is_broken(name)) {
                    problems.push(unknown(context.environment, file, call, name));
                }
                continue;
            };
            let signature = callable.signature;
            let arguments = call
                .arguments
                .iter()
                .map(|argument| (signature.keyword(&argument.keyword.text), &argument.value));
            let mut site = Site {
                file: id,
                call,
                parent,
                name,
                arguments: arguments.collect(),
                known: BTreeMap::new(),
            };
            if !site.fill(context, signature, &constants, &mut all.flips, problems) {
                continue;
            }
            engine_calls::check(context, &site, &mut experiments, &mut all, problems);
            let known = site.known_in_order(signature);
            match behind::prepare(callable, &known, context.environment.lists()) {
                Ok((id, prepared)) => {
                    let declared = callable.declared;
                    let checked = Checked { id, signature, declared, prepared, known };
                    all.checked.insert((site.file, call.span), checked);
                }
                Err(errors) => problems.extend(errors.into_iter().map(|error| {
                    let (file, span) = site.place_of(error.argument.as_deref());
                    context.error(file, span, "argument", error.message).with_hint(error.hint)
                })),
            }
        }
    }
    (problems.len() == before).then_some(all)
}

impl Context<'_> {
    pub(crate) fn error(
        &self,
        file: FileId,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
    ) -> Problem {
        match self.files.get(file) {
            Some(file) => file.error(span, code, message),
            None => Problem::error(&crate::Sources::default(), "", span, code, message),
        }
    }
}

impl<'t> Site<'t> {
    /// Compares what is given with what the function takes; false if it cannot be called so.
    fn fill(
        &mut self,
        context: &Context<'t>,
        signature: &'t Signature,
        constants: &Constants<'t>,
        flips: &mut Flips,
        problems: &mut Vec<Problem>,
    ) -> bool {
        let taken = || signature.arguments.iter().map(|argument| &*argument.name);
        let mut usable = true;
        if signature.further.is_none() {
            for (keyword, value) in &self.arguments {
                if signature.position(keyword).is_some() {
                    continue;
                }
                let problem = context.error(
                    self.file,
                    value.span(),
                    "unknown-argument",
                    format!("`{}` has no argument `{keyword}`", self.name),
                );
                problems.push(match nearest(keyword, taken()) {
                    Some(name) => problem.with_hint(format!("did you mean `{name}`?")),
                    None => problem.with_hint(takes(signature)),
                });
            }
        }
        let mut sorted: Vec<_> = signature.arguments.iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        for argument in sorted.iter().filter(|argument| argument.constant) {
            let Some(expr) = self.arguments.get(&*argument.name) else { continue };
            match constants.resolve(expr, &argument.kind, flips) {
                Ok(known) => {
                    self.known.insert(&argument.name, known);
                }
                Err(not) => {
                    usable = false;
                    problems.push(
                        context.error(not.file, not.span, "not-constant", not.message).with_hint(
                            format!(
                                "`{}` of `{}` must be known before any event comes: write a \
                                 literal of type `{}`, or a name that stores one",
                                argument.name, self.name, argument.kind
                            ),
                        ),
                    );
                }
            }
        }
        let missing: Vec<_> = sorted
            .iter()
            .filter(|argument| argument.default.is_none())
            .filter(|argument| !self.arguments.contains_key(&*argument.name))
            .map(|argument| format!("`{}`", argument.name))
            .collect();
        if !missing.is_empty() {
            usable = false;
            problems.push(
                context
                    .error(
                        self.file,
                        self.call.span,
                        "missing-argument",
                        format!("`{}` needs {}", self.name, missing.join(" and ")),
                    )
                    .with_hint(takes(signature)),
            );
        }
        usable
    }

    fn known_in_order(&self, signature: &Signature) -> Vec<Option<Value>> {
        signature
            .arguments
            .iter()
            .map(|argument| match self.known.get(&*argument.name) {
                Some((value, ..)) => Some(value.clone()),
                None if self.arguments.contains_key(&*argument.name) => None,
                None => argument.default.clone(),
            })
            .collect()
    }

    /// Where an argument's literal stands; the call itself if it has none.
    pub(crate) fn place_of(&self, argument: Option<&str>) -> (FileId, Span) {
        let known = argument.and_then(|name| self.known.get(name));
        match (known, argument.and_then(|name| self.arguments.get(name))) {
            (Some((_, file, span)), _) => (*file, *span),
            (None, Some(expr)) => (self.file, expr.span()),
            (None, None) => (self.file, self.call.span),
        }
    }
}

fn local_literals(file: &File) -> HashMap<&str, &Expr> {
    let assigns = file.root.statements.iter().filter_map(|statement| match statement {
        Statement::Assign(assign) => Some(assign),
        Statement::Expr(_) => None,
    });
    assigns
        .filter(|assign| is_local(&assign.name.text))
        .filter(|assign| {
            super::constants::plain(&assign.value).is_some()
                || matches!(assign.value, Expr::List(_))
        })
        .map(|assign| (&*assign.name.text, &assign.value))
        .collect()
}

fn unknown(environment: &Environment, file: &File, call: &Call, name: &str) -> Problem {
    let problem =
        file.error(call.span, "unknown-function", format!("there is no function `{name}`"));
    let names = || environment.function_names();
    let longer = names().find(|known| {
        known.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    });
    let declare = "if the platform adds it, declare it in `functions.toml`: `evenhand sml \
                   check --declare-unknown` writes a first draft";
    let hint = match longer.or_else(|| nearest(name, names())) {
        // So much more than a slip of the pen may well be another function.
        Some(found) if found.len() > name.len() + 3 => {
            format!("did you mean `{found}`? Else, {declare}")
        }
        Some(found) => format!("did you mean `{found}`?"),
        None => declare.to_owned(),
    };
    problem.with_hint(hint)
}

/// "it takes `path`, `required` (may be left out)"
fn takes(signature: &Signature) -> String {
    if signature.arguments.is_empty() {
        return "it takes no arguments".into();
    }
    let listed: Vec<_> = signature
        .arguments
        .iter()
        .map(|argument| match argument.default {
            Some(_) => format!("`{}` (may be left out)", argument.name),
            None => format!("`{}`", argument.name),
        })
        .collect();
    format!("it takes {}", listed.join(", "))
}

/// Results are used where there are any, and only there.
pub(crate) fn results_are_used(
    files: &[File],
    environment: &Environment,
    problems: &mut Vec<Problem>,
) {
    for file in files {
        for (call, parent) in calls(&file.root) {
            let Some(callable) = function_name(call).and_then(|name| environment.function(name))
            else {
                continue;
            };
            let signature = callable.signature;
            let name = &signature.name;
            let statement = matches!(parent, Parent::Statement);
            let (message, hint) = match (statement, signature.returns == Type::None) {
                (true, false) => (
                    format!("the result of `{name}` is not used"),
                    format!("store it: `SomeName = {name}(...)`"),
                ),
                (false, true) => (
                    format!("`{name}` has no result"),
                    format!("write `{name}(...)` on a line of its own"),
                ),
                _ => continue,
            };
            problems.push(file.error(call.span, "result", message).with_hint(hint));
        }
    }
}

/// Calls whose type only an annotation can tell have one.
pub(crate) fn is_dynamic(signature: &Signature) -> bool {
    matches!(&*signature.name, "JsonData" | "EntityJson")
}

/// Those calls stand alone behind an annotated name.
pub(crate) fn dynamic_are_annotated(files: &[File], problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    for file in files {
        for (call, parent) in walk::calls(&file.root) {
            let Some(signature) =
                function_name(call).and_then(functions::find).and_then(functions::get)
            else {
                continue;
            };
            if !is_dynamic(signature) {
                continue;
            }
            let name = &*signature.name;
            let entity = name == "EntityJson";
            let example = if entity { "Entity[str]" } else { "str" };
            let Parent::Assign(assign) = parent else {
                problems.push(
                    file.error(
                        call.span,
                        "no-annotation",
                        format!("the value of `{name}` must be stored under a name of its own"),
                    )
                    .with_hint(format!(
                        "write `SomeName: {example} = {name}(...)`, and use the name here"
                    )),
                );
                continue;
            };
            let Some(annotation) = &assign.annotation else {
                problems.push(
                    file.error(
                        assign.span,
                        "no-annotation",
                        format!(
                            "`{}` needs a type: `{name}` cannot know what the event holds",
                            assign.name.text
                        ),
                    )
                    .with_hint(format!("write `{}: {example} = {name}(...)`", assign.name.text)),
                );
                continue;
            };
            match super::annotations::read(annotation) {
                Err(wrong) => problems.push(wrong.problem(file)),
                Ok(read) if entity && !matches!(read.kind, Type::Entity(_)) => problems.push(
                    file.error(
                        annotation.span(),
                        "annotation",
                        format!("`EntityJson` gives an entity, not `{}`", read.kind),
                    )
                    .with_hint("write `Entity[str]` or `Entity[int]`"),
                ),
                Ok(_) => {}
            }
        }
    }
    problems.len() == before
}
