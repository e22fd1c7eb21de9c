//! Types, and with them the program: each expression gets a type, is compared with what is asked
//! of it, and becomes a node.

use std::collections::HashMap;
use std::sync::Arc;

use sml::Span;
use sml::tree::{Assign, Expr, FormatPart, FormatString, List, Name, Statement};

use super::annotations::{self, Read, Wrapper};
use super::calls::Calls;
use super::constants::plain;
use super::files::{File, FileId};
use super::fit::{Fit, fit, same};
use super::names::is_local;
use crate::plan::node::{
    Does, Feature, Input, Kind, Node, Piece, Place, Program, Source, Step, Unit,
};
use crate::problem::Problem;
use crate::types::Type;
use crate::value::json::write_str;
use crate::value::{Str, Value};

/// An expression with its type, as a part of the program.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    pub(super) kind: Type,
    pub(super) input: Input,
    pub(super) step: u32,
    /// Whether results may show it: nothing secret is in it.
    pub(super) showable: bool,
}

impl Lowered {
    /// Compares the type with what is asked for, and takes the value behind it if that helps.
    pub(super) fn fit(&mut self, wanted: &Type) -> bool {
        let fit = fit(&self.kind, wanted);
        self.input.unwrap |= fit == Fit::Unwrapped;
        fit.is_fit()
    }
}

/// A stored name.
pub(super) struct Binding {
    pub(super) kind: Type,
    input: Input,
    step: u32,
    secret: bool,
    showable: bool,
    span: Span,
}

pub(super) struct Lowering<'t> {
    pub(super) files: &'t [File],
    pub(super) calls: Calls<'t>,
    pub(super) problems: &'t mut Vec<Problem>,
    pub(super) program: Program,
    pub(super) names: HashMap<(Option<FileId>, Arc<str>), Binding>,
    pub(super) file: FileId,
}

/// Turns checked files into a program. `order` has each file after those that it imports.
pub(super) fn lower(
    files: &[File],
    order: &[FileId],
    calls: Calls,
    labels: super::DeclaredLabels,
    problems: &mut Vec<Problem>,
) -> Program {
    let program = Program { labels, ..Program::default() };
    let mut lowering = Lowering { files, calls, problems, program, names: HashMap::new(), file: 0 };
    let mut units: Vec<Option<Unit>> = files.iter().map(|_| None).collect();
    for id in order {
        if let (Some(file), Some(unit)) = (files.get(*id), units.get_mut(*id)) {
            *unit = Some(lowering.unit(*id, file));
        }
    }
    let mut program = lowering.program;
    program.units = units.into_iter().flatten().collect();
    program.order = order.iter().map(|id| number(*id)).collect();
    program.main = super::files::find(files, "main.sml").map_or(0, number);
    program
}

/// Programs have fewer than four thousand million parts.
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Lowering<'_> {
    fn unit(&mut self, id: FileId, file: &File) -> Unit {
        self.file = id;
        let from = number(self.program.nodes.len());
        let steps = file
            .root
            .statements
            .iter()
            .map(|statement| match statement {
                Statement::Assign(assign) => self.assign(file, assign),
                Statement::Expr(call) => self.call(call, None).step,
            })
            .collect();
        Unit {
            path: Arc::clone(&file.path),
            lines: file.lines.clone(),
            text: Arc::clone(&file.text),
            nodes: from..number(self.program.nodes.len()),
            imports: self.calls.imports_of(id).iter().map(|(file, _)| number(*file)).collect(),
            steps,
        }
    }

    fn assign(&mut self, file: &File, assign: &Assign) -> u32 {
        let read = assign.annotation.as_ref().map(annotations::read);
        let annotation = read.as_ref().and_then(|read| read.as_ref().ok()).cloned();
        let mut value = match &assign.value {
            Expr::Call(call) => self.call(call, Some((assign, annotation.as_ref()))),
            Expr::List(list) if list.items.is_empty() && assign.annotation.is_none() => {
                self.tell(
                    assign.span,
                    "empty-list",
                    "an empty list does not say of what it is",
                    format!("write `{}: List[str] = []`", assign.name.text),
                );
                self.list(list)
            }
            other => self.expr(other),
        };
        if let Some(Err(wrong)) = read {
            self.problems.push(wrong.problem(file));
        }
        if let Some(Read { kind, .. }) = &annotation {
            if !value.fit(kind) {
                self.tell(
                    assign.value.span(),
                    "type",
                    format!("the value is `{}`, not `{kind}` as the annotation says", value.kind),
                    "change the annotation or the value",
                );
            }
            value.kind = kind.clone();
        }
        let wrapper = annotation.map_or(Wrapper::Plain, |annotation| annotation.wrapper);
        let secret = wrapper == Wrapper::Secret;
        let showable = wrapper == Wrapper::ExtractSecret || (!secret && value.showable);
        if !showable && !matches!(wrapper, Wrapper::Secret | Wrapper::ExtractSecret) {
            self.tell(
                assign.span,
                "secret",
                format!("`{}` would show a secret", assign.name.text),
                "annotate it with `Secret[...]`, or with `ExtractSecret[...]` if it may be shown",
            );
        }
        let local = is_local(&assign.name.text);
        let shown = wrapper == Wrapper::ExtractLiteral
            || (!local && !is_constant(&assign.value) && showable);
        let step = self.step(vec![value.step], Does::Nothing);
        let mut key = String::from(",");
        write_str(&mut key, &assign.name.text);
        key.push(':');
        self.program.features.push(Feature {
            name: Arc::clone(&assign.name.text),
            key: key.into(),
            file: number(self.file),
            input: value.input,
            shown,
        });
        let binding = Binding {
            kind: value.kind,
            input: value.input,
            step,
            secret,
            showable,
            span: assign.span,
        };
        let key = (local.then_some(self.file), Arc::clone(&assign.name.text));
        self.names.insert(key, binding);
        step
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Lowered {
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::Attribute(attribute) => {
                self.tell(
                    attribute.span,
                    "attribute",
                    "values have no attributes",
                    "store what you need under a name of its own",
                );
                self.constant(Type::Any, Value::None)
            }
            Expr::List(list) => self.list(list),
            Expr::FormatString(string) => self.format(string),
            Expr::Call(call) => self.call(call, None),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Compare(compare) => self.compare(compare),
            Expr::Logic(logic) => self.logic(logic),
            literal => {
                let kind = match literal {
                    Expr::String(_) => Type::Str,
                    Expr::Int(_) => Type::Int,
                    Expr::Float(_) => Type::Float,
                    Expr::Bool(_) => Type::Bool,
                    _ => Type::None,
                };
                self.constant(kind, plain(literal).unwrap_or_default())
            }
        }
    }

    fn name(&mut self, name: &Name) -> Lowered {
        match self.binding(&name.text) {
            Some(binding) => Lowered {
                kind: binding.kind.clone(),
                input: binding.input,
                step: binding.step,
                showable: !binding.secret,
            },
            // The check of names has told it already.
            None => self.constant(Type::Any, Value::None),
        }
    }

    pub(super) fn key(&self, name: &Arc<str>) -> (Option<FileId>, Arc<str>) {
        (is_local(name).then_some(self.file), Arc::clone(name))
    }

    fn binding(&self, name: &Arc<str>) -> Option<&Binding> {
        self.names.get(&self.key(name))
    }

    /// "; `x` is stored in `main.sml` line 3", if the expression is a name.
    pub(super) fn stored_at(&self, expr: &Expr) -> String {
        let Expr::Name(name) = expr else { return String::new() };
        let Some(binding) = self.binding(&name.text) else { return String::new() };
        let file = self.files.iter().find(|file| {
            file.root.statements.iter().any(|statement| matches!(statement, Statement::Assign(assign) if assign.name.text == name.text && assign.span == binding.span))
        });
        file.map_or(String::new(), |file| {
            format!("; `{}` is stored in {}", name.text, file.place(binding.span))
        })
    }

    fn list(&mut self, list: &List) -> Lowered {
        let (kind, items) = self.items(list);
        let showable = items.iter().all(|item| item.showable);
        let constants: Option<Vec<Value>> = items
            .iter()
            .map(|item| match item.input {
                Input { source: Source::Constant(at), unwrap: false } => {
                    self.program.constants.get(usize::try_from(at).ok()?).cloned()
                }
                _ => None,
            })
            .collect();
        let steps = items.iter().map(|item| item.step).collect();
        if let Some(values) = constants {
            let step = self.step(steps, Does::Nothing);
            return Lowered {
                kind,
                input: self.constant_input(Value::list(values)),
                step,
                showable,
            };
        }
        let inputs = items.iter().map(|item| item.input).collect();
        let lowered = self.node(list.span, kind, Kind::List(inputs), steps);
        Lowered { showable, ..lowered }
    }

    /// The items of a list literal and the type of the list.
    pub(super) fn items(&mut self, list: &List) -> (Type, Vec<Lowered>) {
        let items: Vec<Lowered> = list.items.iter().map(|item| self.expr(item)).collect();
        let Some(first) = items.first() else { return (Type::list(Type::Any), items) };
        if items.iter().all(|item| same(&item.kind, &first.kind)) {
            return (Type::list(first.kind.clone()), items);
        }
        let mut kinds: Vec<String> = items.iter().map(|item| format!("`{}`", item.kind)).collect();
        kinds.sort();
        kinds.dedup();
        self.tell(
            list.span,
            "mixed-list",
            "the items of a list must have one type",
            format!("these have {}", kinds.join(" and ")),
        );
        (Type::list(Type::Any), items)
    }

    fn format(&mut self, string: &FormatString) -> Lowered {
        let (pieces, steps, showable) = self.pieces(string);
        let lowered = self.node(string.span, Type::Str, Kind::Format(pieces.into()), steps);
        Lowered { showable, ..lowered }
    }

    /// The pieces of a text with names in it, and the steps that it waits for.
    pub(super) fn pieces(&mut self, string: &FormatString) -> (Vec<Piece>, Vec<u32>, bool) {
        let fillable = Type::Union([Type::Int, Type::Float, Type::Bool, Type::Str].into());
        let mut steps = Vec::new();
        let mut all_showable = true;
        let mut pieces = Vec::new();
        for part in &string.parts {
            let name = match part {
                FormatPart::Text(text) => {
                    pieces.push(Piece::Text(text.as_str().into()));
                    continue;
                }
                FormatPart::Name(name) => name,
            };
            let mut value = self.name(name);
            if !value.fit(&fillable) {
                self.tell(
                    name.span,
                    "type",
                    format!("`{}` is `{}`, which has no text to fill in", name.text, value.kind),
                    "fill in a text, a number or a boolean; for what may be missing, store \
                     `ResolveOptional(...)` first",
                );
            }
            if !self.binding(&name.text).is_none_or(|binding| binding.showable) {
                self.tell(
                    name.span,
                    "secret",
                    format!("`{}` is secret and cannot be filled into a text", name.text),
                    "fill in a hash of it, annotated with `ExtractSecret[str]`",
                );
            }
            all_showable &= value.showable;
            steps.push(value.step);
            pieces.push(Piece::Value(Str::from(&*name.text), value.input));
        }
        (pieces, steps, all_showable)
    }

    pub(super) fn constant(&mut self, kind: Type, value: Value) -> Lowered {
        let input = self.constant_input(value);
        Lowered { kind, input, step: self.step(Vec::new(), Does::Nothing), showable: true }
    }

    pub(super) fn constant_input(&mut self, value: Value) -> Input {
        self.program.constants.push(value);
        let at = number(self.program.constants.len() - 1);
        Input { source: Source::Constant(at), unwrap: false }
    }

    pub(super) fn constant_of(&self, input: Input) -> Option<&Value> {
        match input.source {
            Source::Constant(at) => self.program.constants.get(usize::try_from(at).ok()?),
            Source::Node(_) => None,
        }
    }

    pub(super) fn node(&mut self, span: Span, kind: Type, node: Kind, steps: Vec<u32>) -> Lowered {
        let place = Place { file: number(self.file), offset: span.start, end: span.end };
        let at = number(self.program.nodes.len());
        let does = match &node {
            Kind::When(_) => Does::Fires(at),
            Kind::Require { .. } => Does::Requires(at),
            _ => Does::Nothing,
        };
        self.program.nodes.push(Node { kind: node, place });
        Lowered {
            kind,
            input: Input { source: Source::Node(at), unwrap: false },
            step: self.step(steps, does),
            showable: true,
        }
    }

    pub(super) fn step(&mut self, needs: Vec<u32>, does: Does) -> u32 {
        self.program.steps.push(Step { needs: needs.into(), does });
        number(self.program.steps.len() - 1)
    }

    pub(super) fn tell(
        &mut self,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if let Some(file) = self.files.get(self.file) {
            self.problems.push(file.error(span, code, message).with_hint(hint));
        }
    }
}

/// Whether a value is written out, so that results need not show it.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => list.items.iter().all(is_literal),
        other => is_literal(other),
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::String(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Bool(_)
            | Expr::None(_)
            | Expr::List(_)
    )
}
