//! Types after a colon.

use crate::token::Kind;
use crate::tree::{Annotation, Expr};
use crate::{Diagnostic, Span, text};

use super::operand::Operand;
use super::{Parse, Parser};

const HINT: &str = "a type is a name, `Name[Type]`, `Name[Name, Name]` or `Type | Type`, for example `Optional[str]`";

impl Parser<'_> {
    /// Reads a type; `None` if what stands there is none and has been refused.
    pub(super) fn annotation(&mut self, statement: u32) -> Parse<Option<Annotation>> {
        let begin = self.at;
        let refusals = self.refusals.len();
        let found = self.union();
        if let Ok(annotation) = found
            && (self.at_statement_end() || self.is("="))
        {
            return Ok(Some(annotation));
        }
        // No type: see whether Python could read it at all.
        self.at = begin;
        self.refusals.truncate(refusals);
        let value = self.expression()?;
        self.refusals.truncate(refusals);
        if !self.at_statement_end() && !self.is("=") {
            return Err(self.unexpected());
        }
        let span = Span::new(statement, value.span.end);
        let diagnostic = Diagnostic::error(
            "bad-annotation",
            span,
            format!("`{}` is not a type", self.quote(value.span)),
        );
        self.refuse(diagnostic.with_hint(HINT).with_label(value.span, "where a type should stand"));
        Ok(None)
    }

    fn union(&mut self) -> Parse<Annotation> {
        self.enter()?;
        let annotation = self.variants();
        self.leave(annotation)
    }

    fn variants(&mut self) -> Parse<Annotation> {
        let start = self.span().start;
        let mut variants = Vec::new();
        loop {
            match self.variant()? {
                Annotation::Union { variants: inner, .. } => variants.extend(inner),
                variant => variants.push(variant),
            }
            if !self.eat("|") {
                break;
            }
        }
        if variants.len() > 1 {
            return Ok(Annotation::Union { variants, span: Span::new(start, self.end()) });
        }
        variants.pop().ok_or_else(|| self.unexpected())
    }

    fn variant(&mut self) -> Parse<Annotation> {
        if self.eat("(") {
            let inner = self.union()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if !matches!(self.kind(), Kind::Name | Kind::Keyword("None")) {
            return Err(self.unexpected());
        }
        let token = self.advance();
        let name = text::name(self.source, token.span);
        if token.kind != Kind::Name || !self.eat("[") {
            return Ok(Annotation::Name(name));
        }
        let mut arguments = Vec::new();
        while !self.is("]") || arguments.is_empty() {
            arguments.push(self.union()?);
            if !self.eat(",") {
                break;
            }
        }
        self.expect("]")?;
        if arguments.len() > 1 {
            let complex = arguments.iter().find(
                |argument| !matches!(argument, Annotation::Name(name) if &*name.text != "None"),
            );
            if let Some(argument) = complex.map(Annotation::span) {
                let message = format!(
                    "`{}` cannot be one of several types in brackets",
                    self.quote(argument)
                );
                self.refuse(
                    Diagnostic::error("bad-annotation", argument, message)
                        .with_hint("only names can stand there; join types with `|` instead"),
                );
            }
        }
        let span = Span::new(token.span.start, self.end());
        Ok(Annotation::Generic { name, arguments, span })
    }

    /// `ExtractLiteral[..]` wants a literal.
    pub(super) fn check_literal(&mut self, annotation: &Annotation, value: &Operand) {
        let name = match annotation {
            Annotation::Name(name) | Annotation::Generic { name, .. } => &*name.text,
            Annotation::Union { .. } => return,
        };
        let literal = matches!(
            value.expr,
            Expr::String(_)
                | Expr::Int(_)
                | Expr::Float(_)
                | Expr::Bool(_)
                | Expr::None(_)
                | Expr::FormatString(_)
                | Expr::List(_)
        );
        if name == "ExtractLiteral" && !literal {
            let span = value.expr.span();
            let message = format!("`ExtractLiteral` wants a literal, not `{}`", self.quote(span));
            self.refuse(
                Diagnostic::error("not-a-literal", span, message)
                    .with_hint("write a text, a number, `True`, `False` or a list of such"),
            );
        }
    }
}
