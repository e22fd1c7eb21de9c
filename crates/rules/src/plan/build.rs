//! Flattens the trees of a checked program. Whatever the check lets through has a plan; what it
//! would have refused fails at run time as one value, never the whole event.

use super::{FilePlan, Op, Operand, Piece, Plan, What, annotation, calls};
use crate::functions::Lists;
use crate::sources::Sources;
use crate::types::Type;
use crate::value::{BinaryOperator, Inequality, Str, Value, integer};
use num_bigint::BigInt;
use sml::tree::{
    Assign, BinaryOperator as Written, Call, Callee, CompareOperator, Expr, FormatPart,
    FormatString, IntLiteral, LogicOperator, Statement, UnaryOperator,
};
use sml::{LineIndex, Root, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// A parsed rule file.
#[derive(Debug)]
pub struct File<'t> {
    /// Its path in the rulebook.
    pub path: &'t str,
    /// Its text, for lines and columns.
    pub text: &'t str,
    /// Its tree.
    pub root: &'t Root,
}

impl Plan {
    /// Flattens the rule files of sources that [`crate::check`] found sound.
    pub fn of(sources: &Sources, lists: Arc<dyn Lists + Send + Sync>) -> Self {
        let trees: Vec<(&str, &str, Root)> = sources
            .iter()
            .filter(|(path, _)| path.ends_with(".sml"))
            .map(|(path, text)| (path, text, sml::parse(text).0))
            .collect();
        let files: Vec<File<'_>> =
            trees.iter().map(|(path, text, root)| File { path, text, root }).collect();
        Self::build(&files, lists)
    }

    /// Flattens the files of a checked program; `main.sml` is the first to run.
    pub fn build(files: &[File<'_>], lists: Arc<dyn Lists + Send + Sync>) -> Self {
        let mut builder = Builder {
            numbers: files.iter().enumerate().map(|(at, file)| (file.path, at)).collect(),
            planned: (0..files.len()).map(|_| None).collect(),
            open: vec![false; files.len()],
            files,
            lists,
            ops: Vec::new(),
            globals: HashMap::new(),
            literals: literals(files),
        };
        (0..files.len()).for_each(|file| builder.file(file));
        let before_facts = before_facts(&builder.ops);
        Self {
            main: builder.numbers.get("main.sml").copied(),
            files: builder.planned.into_iter().flatten().collect(),
            ops: builder.ops,
            lists: builder.lists,
            before_facts,
        }
    }
}

/// Names of literals, by file for locals: what an argument that must be constant may name.
type Literals<'t> = HashMap<(Option<usize>, &'t str), &'t Expr>;

fn literals<'t>(files: &[File<'t>]) -> Literals<'t> {
    let mut found = HashMap::new();
    for (number, file) in files.iter().enumerate() {
        for statement in &file.root.statements {
            if let Statement::Assign(assign) = statement {
                let name = &*assign.name.text;
                found.insert((name.starts_with('_').then_some(number), name), &assign.value);
            }
        }
    }
    found
}

pub(super) struct Builder<'t> {
    files: &'t [File<'t>],
    numbers: HashMap<&'t str, usize>,
    planned: Vec<Option<FilePlan>>,
    open: Vec<bool>,
    pub(super) lists: Arc<dyn Lists + Send + Sync>,
    ops: Vec<Op>,
    globals: HashMap<&'t str, Operand>,
    literals: Literals<'t>,
}

/// The file at hand.
pub(super) struct Here<'t> {
    pub(super) file: usize,
    lines: LineIndex,
    locals: HashMap<&'t str, Operand>,
    /// The annotation and name of the assignment whose whole value is at hand.
    pub(super) target: Option<&'t Assign>,
}

impl<'t> Builder<'t> {
    fn file(&mut self, number: usize) {
        let Some(file) = self.files.get(number) else { return };
        if self.open.get(number).copied().unwrap_or(true) {
            return;
        }
        if let Some(open) = self.open.get_mut(number) {
            *open = true;
        }
        let imports: Vec<usize> =
            calls::imports(file.root).filter_map(|path| self.numbers.get(path).copied()).collect();
        imports.iter().for_each(|import| self.file(*import));
        let start = self.ops.len();
        let mut here = Here {
            file: number,
            lines: LineIndex::new(file.text),
            locals: HashMap::new(),
            target: None,
        };
        let mut shown = Vec::new();
        for statement in &file.root.statements {
            match statement {
                Statement::Assign(assign) => self.assign(&mut here, assign, &mut shown),
                Statement::Expr(call) => {
                    here.target = None;
                    self.call(&mut here, call);
                }
            }
        }
        let plan = FilePlan { path: file.path.into(), imports, ops: start..self.ops.len(), shown };
        if let Some(place) = self.planned.get_mut(number) {
            *place = Some(plan);
        }
    }

    fn assign(&mut self, here: &mut Here<'t>, assign: &'t Assign, shown: &mut Vec<(Str, Operand)>) {
        here.target = Some(assign);
        let operand = self.expr(here, &assign.value);
        here.target = None;
        let name = &*assign.name.text;
        if name.starts_with('_') {
            here.locals.insert(name, operand);
            return;
        }
        let wanted = assign.annotation.as_ref().and_then(annotation::of_annotation);
        let visible = match wanted {
            Some(Type::Secret(_)) => false,
            Some(Type::ExtractLiteral(_)) => true,
            _ => !is_constant(&assign.value),
        };
        if visible {
            shown.push((name.into(), operand.clone()));
        }
        self.globals.insert(name, operand);
    }

    pub(super) fn push(&mut self, here: &Here<'_>, span: Span, what: What) -> Operand {
        let position = here.lines.position(span.start);
        let mut depth = 0;
        what.operands(&mut |operand| {
            if let Operand::Place(place) = operand {
                depth = depth.max(self.ops.get(*place as usize).map_or(0, |op| op.depth + 1));
            }
        });
        let file = u32::try_from(here.file).unwrap_or(u32::MAX);
        let place = u32::try_from(self.ops.len()).unwrap_or(u32::MAX);
        self.ops.push(Op { what, file, line: position.line, col: position.column, depth });
        Operand::Place(place)
    }

    pub(super) fn expr(&mut self, here: &mut Here<'t>, expr: &'t Expr) -> Operand {
        if let Some(value) = literal(expr) {
            return Operand::Constant(value);
        }
        let span = expr.span();
        match expr {
            Expr::Name(name) => self.name(here, &name.text),
            Expr::Call(call) => self.call(here, call),
            _ => {
                here.target = None;
                let what = self.operation(here, expr);
                self.push(here, span, what)
            }
        }
    }

    fn operation(&mut self, here: &mut Here<'t>, expr: &'t Expr) -> What {
        match expr {
            Expr::List(list) => {
                What::List(list.items.iter().map(|item| self.expr(here, item)).collect())
            }
            Expr::FormatString(string) => What::Format(self.pieces(here, string)),
            Expr::Binary(binary) => {
                let (left, right) = (self.expr(here, &binary.left), self.expr(here, &binary.right));
                What::Binary(operator(binary.operator), left, right)
            }
            Expr::Unary(unary) => {
                let operand = self.expr(here, &unary.operand);
                match unary.operator {
                    UnaryOperator::Not => What::Not(operand),
                    UnaryOperator::Negate => What::Negate(operand),
                }
            }
            Expr::Compare(compare) => {
                let left = self.expr(here, &compare.left);
                let right = self.expr(here, &compare.right);
                match compare.operator {
                    CompareOperator::Equal => What::Equal { left, right, negated: false },
                    CompareOperator::NotEqual => What::Equal { left, right, negated: true },
                    CompareOperator::In => {
                        What::In { needle: left, haystack: right, negated: false }
                    }
                    CompareOperator::NotIn => {
                        What::In { needle: left, haystack: right, negated: true }
                    }
                    CompareOperator::Less => What::Order(Inequality::Less, left, right),
                    CompareOperator::LessOrEqual => {
                        What::Order(Inequality::LessOrEqual, left, right)
                    }
                    CompareOperator::Greater => What::Order(Inequality::Greater, left, right),
                    CompareOperator::GreaterOrEqual => {
                        What::Order(Inequality::GreaterOrEqual, left, right)
                    }
                }
            }
            Expr::Logic(logic) => What::Logic {
                all: logic.operator == LogicOperator::And,
                operands: logic.operands.iter().map(|one| self.expr(here, one)).collect(),
            },
            // What has no operation is the value None, as a literal is.
            _ => What::List(Vec::new()),
        }
    }

    pub(super) fn pieces(&mut self, here: &Here<'t>, string: &'t FormatString) -> Vec<Piece> {
        let piece = |part: &'t FormatPart| match part {
            FormatPart::Text(text) => Piece::Text(text.as_str().into()),
            FormatPart::Name(name) => {
                Piece::Name(Str::from(&*name.text), self.name(here, &name.text))
            }
        };
        string.parts.iter().map(piece).collect()
    }

    pub(super) fn name(&self, here: &Here<'_>, name: &str) -> Operand {
        let known =
            if name.starts_with('_') { here.locals.get(name) } else { self.globals.get(name) };
        known.cloned().unwrap_or(Operand::Constant(Value::None))
    }

    fn call(&mut self, here: &mut Here<'t>, call: &'t Call) -> Operand {
        let Callee::Name(name) = &call.function else { return Operand::Constant(Value::None) };
        let target = here.target.take();
        match calls::operation(self, here, call, &name.text, target) {
            Some(what) => self.push(here, call.span, what),
            None => Operand::Constant(Value::None),
        }
    }

    /// The value of an argument that must be known: a literal, or the name of one.
    pub(super) fn constant(&self, here: &Here<'_>, expr: &Expr) -> Option<Value> {
        let Expr::Name(name) = expr else { return literal_or_negative(expr) };
        let local = name.text.starts_with('_').then_some(here.file);
        self.literals.get(&(local, &*name.text)).and_then(|expr| literal_or_negative(expr))
    }
}

fn literal_or_negative(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::Unary(unary) if unary.operator == UnaryOperator::Negate => {
            crate::value::negate(&literal(&unary.operand)?).ok()
        }
        other => literal(other),
    }
}

/// A literal's value; lists of literals too.
pub(super) fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::String(string) => Value::str(&string.value),
        Expr::Int(int) => int_literal(int),
        Expr::Float(float) => Value::Float(float.value),
        Expr::Bool(literal) => Value::Bool(literal.value),
        Expr::None(_) => Value::None,
        Expr::List(list) => Value::list(list.items.iter().map(literal).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn int_literal(literal: &IntLiteral) -> Value {
    integer(BigInt::parse_bytes(literal.digits.as_bytes(), literal.radix).unwrap_or_default())
}

/// Whether the reference takes an assignment for a constant, which is no feature.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => list.items.iter().all(is_constant),
        Expr::String(_) | Expr::Int(_) | Expr::Float(_) | Expr::Bool(_) | Expr::None(_) => true,
        _ => false,
    }
}

const fn operator(written: Written) -> BinaryOperator {
    match written {
        Written::Add => BinaryOperator::Add,
        Written::Subtract => BinaryOperator::Subtract,
        Written::Multiply => BinaryOperator::Multiply,
        Written::Divide => BinaryOperator::Divide,
        Written::FloorDivide => BinaryOperator::FloorDivide,
        Written::Modulo => BinaryOperator::Modulo,
        Written::Power => BinaryOperator::Power,
        Written::ShiftLeft => BinaryOperator::LeftShift,
        Written::ShiftRight => BinaryOperator::RightShift,
        Written::BitAnd => BinaryOperator::BitAnd,
        Written::BitOr => BinaryOperator::BitOr,
        Written::BitXor => BinaryOperator::BitXor,
    }
}

fn before_facts(ops: &[Op]) -> Vec<u32> {
    let mut needed = vec![false; ops.len()];
    let mark = |operand: &Operand, needed: &mut Vec<bool>| {
        if let Operand::Place(place) = operand
            && let Some(need) = needed.get_mut(*place as usize)
        {
            *need = true;
        }
    };
    for op in ops {
        if let What::HasLabel(has) = &op.what {
            mark(&has.entity, &mut needed);
        }
    }
    for (at, op) in ops.iter().enumerate().rev() {
        if needed.get(at) == Some(&true) {
            op.what.operands(&mut |operand| mark(operand, &mut needed));
        }
    }
    (0..).zip(&needed).filter_map(|(place, need)| need.then_some(place)).collect()
}

impl What {
    /// Calls `see` for each operand.
    pub(crate) fn operands(&self, see: &mut dyn FnMut(&Operand)) {
        let finding = |finding: &super::Finding, see: &mut dyn FnMut(&Operand)| {
            [&finding.item, &finding.account, &finding.quote].into_iter().for_each(&mut *see);
        };
        match self {
            Self::Data { required: a, coerce: b, .. }
            | Self::EntityData { required: a, coerce: b, .. }
            | Self::Resolve { value: a, default: b, .. }
            | Self::Binary(_, a, b)
            | Self::Equal { left: a, right: b, .. }
            | Self::Order(_, a, b)
            | Self::In { needle: a, haystack: b, .. }
            | Self::Require { path: a, condition: b } => [a, b].into_iter().for_each(see),
            Self::Entity { id: one, .. }
            | Self::Negate(one)
            | Self::Not(one)
            | Self::Verdict(one) => see(one),
            Self::ActionName | Self::ActionId => {}
            Self::Call { arguments, .. } => {
                arguments.iter().for_each(|given| see(&given.operand));
            }
            Self::Logic { operands, .. } | Self::List(operands) => operands.iter().for_each(see),
            Self::Format(pieces) => pieces.iter().for_each(|piece| {
                if let Piece::Name(_, operand) = piece {
                    see(operand);
                }
            }),
            Self::Rule { when_all, names, .. } => {
                see(when_all);
                names.iter().for_each(|(_, operand)| see(operand));
            }
            Self::When { rules, then } => rules.iter().chain(then).for_each(see),
            Self::Label(label) => {
                [&label.entity, &label.delay, &label.expires].into_iter().for_each(&mut *see);
                label.apply_if.iter().for_each(see);
            }
            Self::HasLabel(has) => [&has.entity, &has.manual, &has.min_age, &has.error_on_empty]
                .into_iter()
                .for_each(see),
            Self::Breach(one) => finding(one, see),
            Self::Refer { finding: one, queue, priority } => {
                finding(one, see);
                [queue, priority].into_iter().for_each(see);
            }
            Self::Experiment(experiment) => see(&experiment.entity),
            Self::ExperimentWhen { experiment, buckets } => {
                see(experiment);
                buckets.iter().for_each(|(_, operand)| see(operand));
            }
        }
    }
}
