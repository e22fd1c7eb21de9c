//! Values: operators by precedence, and what they work on.

use crate::token::Kind;
use crate::tree::{
    Attribute, Binary, BinaryOperator, BoolLiteral, Compare, CompareOperator, Expr, FloatLiteral,
    FormatString, IntLiteral, Logic, LogicOperator, StringLiteral, Unary, UnaryOperator,
};
use crate::{Diagnostic, Span, text};

use super::operand::{Operand, Shape};
use super::{Parse, Parser};

/// CPython reads no decimal number with more digits.
const MAX_DECIMAL_DIGITS: usize = 4300;

// How tightly operators bind.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const BIT_OR: u8 = 5;

/// An operator between two values.
#[derive(Clone, Copy)]
enum Infix {
    Logic(LogicOperator, u8),
    Compare,
    Binary(BinaryOperator, u8),
    /// `@`: Python has it, SML does not.
    MatrixMultiply(u8),
}

impl Infix {
    fn level(self) -> u8 {
        match self {
            Self::Logic(_, level) | Self::Binary(_, level) | Self::MatrixMultiply(level) => level,
            Self::Compare => COMPARE,
        }
    }
}

impl Parser<'_> {
    /// Any value without commas around.
    pub(super) fn expression(&mut self) -> Parse<Operand> {
        self.enter()?;
        let value = if self.is_word("lambda") { self.lambda() } else { self.operators(OR) };
        let value = match value {
            Ok(value) if self.is_word("if") => self.conditional(value),
            value => value,
        };
        self.leave(value)
    }

    /// A value that is neither a lambda nor a conditional, as far as it is not in brackets.
    pub(super) fn disjunction(&mut self) -> Parse<Operand> {
        self.operand(OR)
    }

    /// A value without comparisons: what `for` and `*` take.
    pub(super) fn bit_or(&mut self) -> Parse<Operand> {
        self.operand(BIT_OR)
    }

    fn conditional(&mut self, value: Operand) -> Parse<Operand> {
        self.advance();
        self.disjunction()?;
        if !self.is_word("else") && self.kind() != Kind::Broken {
            let message = format!("`else` is missing after `{} if ..`", self.quote(value.span));
            return Err(Diagnostic::error("unexpected", value.span, message)
                .with_hint("SML has no conditional value: name the conditions instead")
                .into());
        }
        self.expect_word("else")?;
        self.expression()?;
        let span = Span::new(value.span.start, self.end());
        Ok(self.foreign(
            span,
            Shape::Foreign,
            "SML has no conditional value (`.. if .. else ..`)",
            "name the conditions instead: `Hit = A and B`",
        ))
    }

    /// What stands after an operator that binds less tightly than `least`.
    fn operand(&mut self, least: u8) -> Parse<Operand> {
        self.enter()?;
        let value = self.operators(least);
        self.leave(value)
    }

    /// Values and the operators between them that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Parse<Operand> {
        let mut left =
            if least <= NOT && self.is_word("not") { self.negation() } else { self.unary() };
        while let (Ok(_), Some(infix)) = (&left, self.infix()) {
            if infix.level() < least {
                break;
            }
            left = self.combine(left?, infix);
        }
        left
    }

    /// Reads an operator and what stands after it.
    fn combine(&mut self, left: Operand, infix: Infix) -> Parse<Operand> {
        match infix {
            Infix::Logic(operator, level) => self.logic(left, operator, level),
            Infix::Compare => self.comparison(left),
            Infix::Binary(operator, level) => self.binary(left, operator, level),
            Infix::MatrixMultiply(level) => {
                self.advance();
                let right = self.operand(level + 1)?;
                let span = left.span.to(right.span);
                let message = "SML has no operator `@`";
                Ok(self.foreign(span, Shape::Foreign, message, "multiply with `*`"))
            }
        }
    }

    fn infix(&self) -> Option<Infix> {
        use BinaryOperator as B;
        Some(match self.kind() {
            Kind::Keyword("or") => Infix::Logic(LogicOperator::Or, OR),
            Kind::Keyword("and") => Infix::Logic(LogicOperator::And, AND),
            Kind::Keyword("in" | "is") => Infix::Compare,
            Kind::Keyword("not") if self.token(1).kind == Kind::Keyword("in") => Infix::Compare,
            Kind::Op("==" | "!=" | "<" | "<=" | ">" | ">=") => Infix::Compare,
            Kind::Op("|") => Infix::Binary(B::BitOr, BIT_OR),
            Kind::Op("^") => Infix::Binary(B::BitXor, 6),
            Kind::Op("&") => Infix::Binary(B::BitAnd, 7),
            Kind::Op("<<") => Infix::Binary(B::ShiftLeft, 8),
            Kind::Op(">>") => Infix::Binary(B::ShiftRight, 8),
            Kind::Op("+") => Infix::Binary(B::Add, 9),
            Kind::Op("-") => Infix::Binary(B::Subtract, 9),
            Kind::Op("*") => Infix::Binary(B::Multiply, 10),
            Kind::Op("/") => Infix::Binary(B::Divide, 10),
            Kind::Op("//") => Infix::Binary(B::FloorDivide, 10),
            Kind::Op("%") => Infix::Binary(B::Modulo, 10),
            Kind::Op("@") => Infix::MatrixMultiply(10),
            _ => return None,
        })
    }

    fn negation(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        let operand = self.operand(NOT)?;
        self.prefixed(start, UnaryOperator::Not, operand)
    }

    fn logic(&mut self, left: Operand, operator: LogicOperator, level: u8) -> Parse<Operand> {
        let mut span = left.span;
        let mut height = left.height;
        let mut operands = vec![left.expr];
        while self.eat_word(operator.as_str()) {
            let right = self.operand(level + 1)?;
            span = span.to(right.span);
            height = height.max(right.height);
            operands.push(right.expr);
        }
        self.over(Expr::Logic(Logic { operator, operands, span }), height)
    }

    fn comparison(&mut self, left: Operand) -> Parse<Operand> {
        let first = left.span;
        let mut span = first;
        let mut links = Vec::new();
        let mut result = left;
        while matches!(self.infix(), Some(Infix::Compare)) {
            let begin = self.span();
            let operator = self.compare_operator();
            let operator_span = Span::new(begin.start, self.end());
            let right = self.operand(BIT_OR)?;
            links.push((operator_span, right.span));
            span = span.to(right.span);
            let height = result.height.max(right.height);
            let (left, right) = (result.expr, right.expr);
            // `is` is refused below, as is any chain.
            let operator = operator.unwrap_or(CompareOperator::Equal);
            let node = Compare { operator, operator_span, left, right, span };
            result = self.over(Expr::Compare(Box::new(node)), height)?;
        }
        if let [_, _, ..] = links.as_slice() {
            return Ok(self.comparison_chain(first, span, &links));
        }
        let identity = links.iter().find(|(operator, _)| self.text(*operator).starts_with("is"));
        let Some((operator, right)) = identity.copied() else { return Ok(result) };
        let equality = if self.text(operator).contains("not") { "!=" } else { "==" };
        let hint = format!("write `{} {equality} {}`", self.quote(first), self.quote(right));
        let message = format!("SML has no operator `{}`", self.quote(operator));
        Ok(self.foreign(span, Shape::Foreign, message, hint))
    }

    fn compare_operator(&mut self) -> Option<CompareOperator> {
        use CompareOperator as C;
        Some(match self.advance().kind {
            Kind::Op("==") => C::Equal,
            Kind::Op("!=") => C::NotEqual,
            Kind::Op("<") => C::Less,
            Kind::Op("<=") => C::LessOrEqual,
            Kind::Op(">") => C::Greater,
            Kind::Op(">=") => C::GreaterOrEqual,
            Kind::Keyword("in") => C::In,
            Kind::Keyword("not") => {
                self.advance();
                C::NotIn
            }
            _ => {
                self.eat_word("not");
                return None;
            }
        })
    }

    fn comparison_chain(&mut self, first: Span, span: Span, links: &[(Span, Span)]) -> Operand {
        let mut left = first;
        let mut pairs = Vec::new();
        for (operator, right) in links {
            let (a, b) = (self.quote(left), self.quote(*right));
            pairs.push(format!("{a} {} {b}", self.quote(*operator)));
            left = *right;
        }
        let hint = format!("write `{}`", pairs.join(" and "));
        self.foreign(span, Shape::Foreign, "a comparison has two sides, and no more", hint)
    }

    fn binary(&mut self, left: Operand, operator: BinaryOperator, level: u8) -> Parse<Operand> {
        let operator_span = self.advance().span;
        let right = self.operand(level + 1)?;
        self.join(left, operator, operator_span, right)
    }

    fn join(
        &self,
        left: Operand,
        operator: BinaryOperator,
        operator_span: Span,
        right: Operand,
    ) -> Parse<Operand> {
        let height = left.height.max(right.height);
        let span = left.span.to(right.span);
        let (left, right) = (left.expr, right.expr);
        let node = Binary { operator, operator_span, left, right, span };
        self.over(Expr::Binary(Box::new(node)), height)
    }

    fn prefixed(&self, start: u32, operator: UnaryOperator, operand: Operand) -> Parse<Operand> {
        let span = Span::new(start, operand.span.end);
        let node = Unary { operator, operand: operand.expr, span };
        self.over(Expr::Unary(Box::new(node)), operand.height)
    }

    fn unary(&mut self) -> Parse<Operand> {
        match self.kind() {
            Kind::Op("-" | "+" | "~") => self.sign(),
            Kind::Keyword("await") => self.awaited(),
            _ => self.power(),
        }
    }

    /// A value with or without a sign, one level further in.
    fn signed(&mut self) -> Parse<Operand> {
        self.enter()?;
        let value = self.unary();
        self.leave(value)
    }

    fn sign(&mut self) -> Parse<Operand> {
        let sign = self.advance();
        let operand = self.signed()?;
        let hint = match sign.kind {
            Kind::Op("+") => "drop the `+`",
            Kind::Op("~") => "write `not` for a condition",
            _ => return self.prefixed(sign.span.start, UnaryOperator::Negate, operand),
        };
        let message = format!("SML has no `{}` before a value", self.text(sign.span));
        Ok(self.foreign(sign.span.to(operand.span), Shape::Foreign, message, hint))
    }

    fn awaited(&mut self) -> Parse<Operand> {
        let start = self.advance().span;
        let value = self.primary()?;
        let hint = "drop the `await`: functions are waited for by themselves";
        let span = start.to(value.span);
        let value = self.foreign(span, Shape::Foreign, "SML has no `await`", hint);
        self.exponent(value)
    }

    fn power(&mut self) -> Parse<Operand> {
        let base = self.primary();
        if self.is("**") { self.exponent(base?) } else { base }
    }

    fn exponent(&mut self, base: Operand) -> Parse<Operand> {
        if !self.is("**") {
            return Ok(base);
        }
        let operator_span = self.advance().span;
        let exponent = self.signed()?;
        self.join(base, BinaryOperator::Power, operator_span, exponent)
    }

    fn primary(&mut self) -> Parse<Operand> {
        let mut value = match self.kind() {
            Kind::String => self.strings(),
            Kind::Op("(") => self.parenthesis(),
            Kind::Op("[") => self.list(),
            Kind::Op("{") => self.braces(),
            _ => self.atom(),
        };
        while let (Ok(_), Kind::Op("." | "(" | "[")) = (&value, self.kind()) {
            value = self.trailer(value?);
        }
        value
    }

    fn trailer(&mut self, value: Operand) -> Parse<Operand> {
        match self.kind() {
            Kind::Op("(") => self.call(value),
            Kind::Op("[") => self.subscript(value),
            _ => self.attribute(value),
        }
    }

    fn attribute(&mut self, object: Operand) -> Parse<Operand> {
        self.advance();
        if self.kind() != Kind::Name {
            return Err(self.unexpected());
        }
        let attribute = text::name(self.source, self.advance().span);
        let span = Span::new(object.span.start, attribute.span.end);
        if let Expr::Name(object) = object.expr {
            return Ok(Operand::leaf(Expr::Attribute(Attribute { object, attribute, span })));
        }
        if object.shape != Shape::Sml {
            return Ok(Operand::foreign(span, Shape::Place));
        }
        let message = "only a name can stand before a `.`";
        let hint = "give what stands before it a name of its own; `A.B` is fine, `A.B.C` is not";
        Ok(self.foreign(span, Shape::Place, message, hint))
    }

    fn atom(&mut self) -> Parse<Operand> {
        let token = self.token(0);
        let span = token.span;
        let expr = match token.kind {
            Kind::Name => Expr::Name(text::name(self.source, span)),
            Kind::Int => Expr::Int(self.int(span)?),
            Kind::Float => Expr::Float(self.float(span)),
            Kind::Keyword(word @ ("True" | "False")) => {
                Expr::Bool(BoolLiteral { value: word == "True", span })
            }
            Kind::Keyword("None") => Expr::None(span),
            Kind::Imaginary | Kind::Op("...") => {
                self.advance();
                let message = format!("SML has no value `{}`", self.quote(span));
                return Ok(self.foreign(
                    span,
                    Shape::Foreign,
                    message,
                    "use a number, a text, `True`, `False` or `None`",
                ));
            }
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(Operand::leaf(expr))
    }

    fn int(&self, span: Span) -> Parse<IntLiteral> {
        let text = self.text(span).replace('_', "");
        let radix = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        if radix == 10 && text.len() > MAX_DECIMAL_DIGITS {
            let message = format!("a number of {} digits is too long", text.len());
            let hint = format!("decimal numbers have at most {MAX_DECIMAL_DIGITS} digits");
            return Err(Diagnostic::error("bad-number", span, message).with_hint(hint).into());
        }
        let digits = if radix == 10 { text } else { text.get(2..).unwrap_or_default().to_owned() };
        Ok(IntLiteral { digits, radix, span })
    }

    fn float(&self, span: Span) -> FloatLiteral {
        let text = self.text(span).replace('_', "");
        FloatLiteral { value: text.parse().unwrap_or(f64::INFINITY), span }
    }

    /// Texts that stand beside each other are one.
    fn strings(&mut self) -> Parse<Operand> {
        let first = self.span();
        let mut span = first;
        let mut parts = Vec::new();
        let (mut format, mut bytes, mut plain) = (false, false, false);
        while self.kind() == Kind::String {
            span = span.to(self.span());
            let literal = text::Literal::new(self.source, self.span());
            bytes |= literal.bytes;
            plain |= !literal.bytes;
            format |= literal.format;
            if literal.format {
                text::format_parts(self.source, literal, &mut parts, &mut self.refusals)?;
            } else if !literal.bytes {
                let mut value = String::new();
                text::decode(self.source, literal.body, literal.raw, &mut value)?;
                text::push_text(&mut parts, value);
            }
            self.advance();
        }
        if bytes && plain {
            let message = "texts and bytes cannot be joined";
            return Err(Diagnostic::error("bytes-and-text", span, message)
                .with_hint("drop the `b` before the quote")
                .into());
        }
        if bytes {
            return Ok(self.foreign(
                span,
                Shape::Foreign,
                "SML has no bytes",
                "drop the `b` before the quote",
            ));
        }
        if format {
            return Ok(Operand::leaf(Expr::FormatString(FormatString { parts, span })));
        }
        let value = match parts.pop() {
            Some(crate::tree::FormatPart::Text(value)) => value,
            _ => String::new(),
        };
        Ok(Operand::leaf(Expr::String(StringLiteral { value, span })))
    }
}
