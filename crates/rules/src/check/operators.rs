//! Which operators take which types.

use sml::Span;
use sml::tree::{self, Compare, CompareOperator, Expr, Logic, LogicOperator, Unary, UnaryOperator};

use super::fit::{Fit, fit, fits_plainly, may_be_none, without_none};
use super::lower::{Lowered, Lowering};
use crate::plan::node::{Kind, Source};
use crate::types::Type;
use crate::value::{BinaryOperator, Inequality, Value, negate};

fn int_or_float() -> Type {
    Type::Union([Type::Int, Type::Float].into())
}

/// Operand types that an operator takes, and what it gives.
type Transition = (Type, Type, Type);

fn transitions(operator: tree::BinaryOperator) -> Vec<Transition> {
    use tree::BinaryOperator as Op;
    let int = || (Type::Int, Type::Int, Type::Int);
    let float = || (int_or_float(), int_or_float(), Type::Float);
    match operator {
        Op::Add => vec![(Type::Str, Type::Str, Type::Str), int(), float()],
        Op::Multiply => vec![
            int(),
            float(),
            (Type::Str, Type::Int, Type::Str),
            (Type::Int, Type::Str, Type::Str),
        ],
        Op::Subtract | Op::FloorDivide | Op::Modulo | Op::Power => vec![int(), float()],
        Op::Divide => vec![float()],
        Op::ShiftLeft | Op::ShiftRight | Op::BitAnd | Op::BitOr | Op::BitXor => vec![int()],
    }
}

fn computed(operator: tree::BinaryOperator) -> BinaryOperator {
    use tree::BinaryOperator as Op;
    match operator {
        Op::Add => BinaryOperator::Add,
        Op::Subtract => BinaryOperator::Subtract,
        Op::Multiply => BinaryOperator::Multiply,
        Op::Divide => BinaryOperator::Divide,
        Op::FloorDivide => BinaryOperator::FloorDivide,
        Op::Modulo => BinaryOperator::Modulo,
        Op::Power => BinaryOperator::Power,
        Op::ShiftLeft => BinaryOperator::LeftShift,
        Op::ShiftRight => BinaryOperator::RightShift,
        Op::BitAnd => BinaryOperator::BitAnd,
        Op::BitOr => BinaryOperator::BitOr,
        Op::BitXor => BinaryOperator::BitXor,
    }
}

impl Lowering<'_> {
    pub(super) fn binary(&mut self, binary: &tree::Binary) -> Lowered {
        let mut left = self.expr(&binary.left);
        let mut right = self.expr(&binary.right);
        let known = left.kind != Type::Any && right.kind != Type::Any;
        let found =
            transitions(binary.operator).into_iter().find(|(wanted_left, wanted_right, _)| {
                known
                    && fit(&left.kind, wanted_left).is_fit()
                    && fit(&right.kind, wanted_right).is_fit()
            });
        let kind = match found {
            Some((wanted_left, wanted_right, kind)) => {
                left.fit(&wanted_left);
                right.fit(&wanted_right);
                kind
            }
            None => {
                let operator = binary.operator.as_str();
                self.tell_operands(
                    binary.span,
                    operator,
                    &left.kind,
                    &right.kind,
                    &binary.left,
                    &binary.right,
                );
                Type::Any
            }
        };
        let node = Kind::Binary(computed(binary.operator), left.input, right.input);
        self.node(binary.span, kind, node, vec![left.step, right.step])
    }

    fn tell_operands(
        &mut self,
        span: Span,
        operator: &str,
        left: &Type,
        right: &Type,
        left_expr: &Expr,
        right_expr: &Expr,
    ) {
        let hint = match (without_none(left).is_some(), without_none(right).is_some()) {
            (true, _) | (_, true) => {
                "a value that may be None is not taken: check it first, as in \
                 `X != None and X > 1`, or use `ResolveOptional`"
                    .to_owned()
            }
            _ => {
                let places = format!("{}{}", self.stored_at(left_expr), self.stored_at(right_expr));
                format!("convert one side, or use another operator{places}")
            }
        };
        self.tell(
            span,
            "operands",
            format!("`{operator}` does not take `{left}` and `{right}`"),
            hint,
        );
    }

    pub(super) fn unary(&mut self, unary: &Unary) -> Lowered {
        let mut operand = self.expr(&unary.operand);
        let (wanted, kind) = match unary.operator {
            UnaryOperator::Not => (Type::Bool, Type::Bool),
            UnaryOperator::Negate => (int_or_float(), operand.kind.clone()),
        };
        if !operand.fit(&wanted) {
            let hint = match unary.operator {
                UnaryOperator::Not => "compare first, as in `not (X == Y)`",
                UnaryOperator::Negate => "use it on a number",
            };
            let operator = unary.operator.as_str();
            self.tell(
                unary.span,
                "operands",
                format!("`{operator}` does not take `{}`", operand.kind),
                hint,
            );
        }
        match unary.operator {
            UnaryOperator::Not => {
                self.node(unary.span, kind, Kind::Not(operand.input), vec![operand.step])
            }
            UnaryOperator::Negate => match self.negated_literal(&unary.operand, &operand) {
                Some(value) => {
                    let step = self.step(vec![operand.step], crate::plan::node::Does::Nothing);
                    Lowered { input: self.constant_input(value), step, kind, showable: true }
                }
                None => {
                    // Behind an entity Osprey takes the entity itself, which cannot be negated.
                    operand.input.unwrap = false;
                    self.node(unary.span, kind, Kind::Negate(operand.input), vec![operand.step])
                }
            },
        }
    }

    /// The value of a negative number; its sign is the one that Osprey left it with.
    fn negated_literal(&self, expr: &Expr, operand: &Lowered) -> Option<Value> {
        let value = match (expr, operand.input.source) {
            (Expr::Int(_) | Expr::Float(_), Source::Constant(_)) => {
                self.constant_of(operand.input)?
            }
            _ => return None,
        };
        let flipped = self.calls.flips.0.get(&(self.file, expr.span())).copied().unwrap_or(false);
        if flipped { Some(value.clone()) } else { negate(value).ok() }
    }

    pub(super) fn compare(&mut self, compare: &Compare) -> Lowered {
        let mut left = self.expr(&compare.left);
        let mut right = self.expr(&compare.right);
        let operator = compare.operator;
        let inequality = match operator {
            CompareOperator::Less => Some(Inequality::Less),
            CompareOperator::LessOrEqual => Some(Inequality::LessOrEqual),
            CompareOperator::Greater => Some(Inequality::Greater),
            CompareOperator::GreaterOrEqual => Some(Inequality::GreaterOrEqual),
            _ => None,
        };
        let mut kind = Type::Bool;
        let node = match (inequality, operator) {
            (Some(inequality), _) => {
                if !(left.fit(&int_or_float()) & right.fit(&int_or_float())) {
                    self.tell_operands(
                        compare.span,
                        operator.as_str(),
                        &left.kind,
                        &right.kind,
                        &compare.left,
                        &compare.right,
                    );
                    kind = Type::Any;
                }
                Kind::Compare(inequality, left.input, right.input)
            }
            (None, CompareOperator::In | CompareOperator::NotIn) => {
                if !self.membership(compare, &mut left, &mut right) {
                    kind = Type::Any;
                }
                let negated = operator == CompareOperator::NotIn;
                Kind::Contains { needle: left.input, haystack: right.input, negated }
            }
            _ => {
                self.equality(compare, &mut left, &mut right);
                let negated = operator == CompareOperator::NotEqual;
                Kind::Equal { left: left.input, right: right.input, negated }
            }
        };
        self.node(compare.span, kind, node, vec![left.step, right.step])
    }

    fn equality(&mut self, compare: &Compare, left: &mut Lowered, right: &mut Lowered) {
        if left.kind == Type::None || right.kind == Type::None {
            if !may_be_none(&left.kind) && !may_be_none(&right.kind) {
                let never = if left.kind == Type::None { &right.kind } else { &left.kind };
                let message = format!("`{never}` is never None");
                self.tell(compare.span, "never-none", message, "remove the comparison");
                if let Some(last) = self.problems.pop() {
                    self.problems.push(last.as_warning());
                }
            }
            return;
        }
        match (fit(&left.kind, &right.kind), fit(&right.kind, &left.kind)) {
            (Fit::Plain, _) | (_, Fit::Plain) => {}
            (Fit::Unwrapped, _) => left.input.unwrap = true,
            (_, Fit::Unwrapped) => right.input.unwrap = true,
            (Fit::No, Fit::No) => {
                let always = compare.operator == CompareOperator::NotEqual;
                let places =
                    format!("{}{}", self.stored_at(&compare.left), self.stored_at(&compare.right));
                self.tell(
                    compare.span,
                    "operands",
                    format!("`{}` and `{}` are never equal", left.kind, right.kind),
                    format!(
                        "this is always {}: compare values of one type{places}",
                        if always { "True" } else { "False" }
                    ),
                );
            }
        }
    }

    /// `in`; false if the operands are not taken at all.
    fn membership(&mut self, compare: &Compare, left: &mut Lowered, right: &mut Lowered) -> bool {
        if fit(&left.kind, &Type::Str).is_fit() && fit(&right.kind, &Type::Str).is_fit() {
            left.fit(&Type::Str);
            right.fit(&Type::Str);
            return true;
        }
        if !right.fit(&Type::list(Type::Any)) {
            self.tell_operands(
                compare.span,
                compare.operator.as_str(),
                &left.kind,
                &right.kind,
                &compare.left,
                &compare.right,
            );
            return false;
        }
        let list = match (right.input.unwrap, super::fit::behind(&right.kind)) {
            (true, Some(plain)) => plain,
            _ => right.kind.clone(),
        };
        let Type::List(item) = list else { return true };
        match (fit(&left.kind, &item), fits_plainly(&item, &left.kind)) {
            (Fit::Plain, _) | (_, true) => {}
            (Fit::Unwrapped, false) => left.input.unwrap = true,
            (Fit::No, false) => {
                let always = compare.operator == CompareOperator::NotIn;
                let places =
                    format!("{}{}", self.stored_at(&compare.left), self.stored_at(&compare.right));
                self.tell(
                    compare.span,
                    "operands",
                    format!("`{}` is never in a list of `{item}`", left.kind),
                    format!(
                        "this is always {}: compare values of one type{places}",
                        if always { "True" } else { "False" }
                    ),
                );
            }
        }
        true
    }

    pub(super) fn logic(&mut self, logic: &Logic) -> Lowered {
        let mut narrowed: Vec<(sml::tree::Name, Type)> = Vec::new();
        let mut inputs = Vec::new();
        let mut steps = Vec::new();
        for operand in &logic.operands {
            let before = self.narrow(&narrowed);
            let mut value = self.expr(operand);
            if !value.fit(&Type::Bool) {
                let places = self.stored_at(operand);
                self.tell(
                    operand.span(),
                    "operands",
                    format!("`{}` does not take `{}`", logic.operator.as_str(), value.kind),
                    format!("compare it, as in `X != None` or `X > 0`{places}"),
                );
            }
            narrowed.extend(self.narrows(operand, logic.operator));
            self.narrow(&before);
            inputs.push(value.input);
            steps.push(value.step);
        }
        let kind = match logic.operator {
            LogicOperator::And => Kind::All(inputs.into()),
            LogicOperator::Or => Kind::Any(inputs.into()),
        };
        self.node(logic.span, Type::Bool, kind, steps)
    }

    /// Gives names other types; gives back what they had.
    fn narrow(&mut self, kinds: &[(sml::tree::Name, Type)]) -> Vec<(sml::tree::Name, Type)> {
        let mut before = Vec::new();
        for (name, kind) in kinds {
            let key = self.key(&name.text);
            if let Some(binding) = self.names.get_mut(&key) {
                let had = std::mem::replace(&mut binding.kind, kind.clone());
                before.insert(0, (name.clone(), had));
            }
        }
        before
    }

    /// `X != None` in an `and`, `X == None` in an `or`: behind it X is there.
    fn narrows(&self, operand: &Expr, operator: LogicOperator) -> Option<(sml::tree::Name, Type)> {
        let Expr::Compare(compare) = operand else { return None };
        let telling = match operator {
            LogicOperator::And => CompareOperator::NotEqual,
            LogicOperator::Or => CompareOperator::Equal,
        };
        let name = match (&compare.left, &compare.right) {
            (Expr::Name(name), Expr::None(_)) | (Expr::None(_), Expr::Name(name)) => name,
            _ => return None,
        };
        let kind = &self.names.get(&self.key(&name.text))?.kind;
        (compare.operator == telling).then_some(())?;
        Some((name.clone(), without_none(kind)?))
    }
}
