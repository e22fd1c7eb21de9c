//! A value that is being read: its node, and what the node itself does not tell.

use crate::tree::{Expr, Name};
use crate::{Diagnostic, Span};

use super::{MAX_DEPTH, Parse, Parser, too_deep};

/// A value that is being read.
#[derive(Debug)]
pub(super) struct Operand {
    /// The node; of no meaning unless `shape` is `Sml`.
    pub(super) expr: Expr,
    /// Where it stands, parentheses included.
    pub(super) span: Span,
    /// How many nodes stand above each other in it.
    pub(super) height: u32,
    pub(super) shape: Shape,
}

/// What Python takes it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Something that SML has, too.
    Sml,
    /// Something that Python could assign to: an element, a tuple, a starred name.
    Place,
    /// Something else that only Python has.
    Foreign,
}

impl Operand {
    /// A node without nodes in it.
    pub(super) fn leaf(expr: Expr) -> Self {
        Self { span: expr.span(), expr, height: 1, shape: Shape::Sml }
    }

    /// What only Python has, and has been refused.
    pub(super) fn foreign(span: Span, shape: Shape) -> Self {
        Self { expr: Expr::None(span), span, height: 1, shape }
    }

    /// The name that this is, if it is nothing else. Parentheses do not count.
    pub(super) fn name(&self) -> Option<&Name> {
        match &self.expr {
            Expr::Name(name) if self.shape == Shape::Sml => Some(name),
            _ => None,
        }
    }

    /// What matters when it ends: its place, and whether it is a name.
    pub(super) fn end(&self) -> (Span, bool) {
        (self.span, self.name().is_some())
    }

    /// Whether it stands in parentheses.
    pub(super) fn is_parenthesised(&self) -> bool {
        self.expr.span().start != self.span.start
    }
}

impl Parser<'_> {
    /// A node over nodes of at most `height`.
    pub(super) fn over(&self, expr: Expr, height: u32) -> Parse<Operand> {
        let span = expr.span();
        if height >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(Operand { expr, span, height: height + 1, shape: Shape::Sml })
    }

    /// Notes that SML has no such thing.
    pub(super) fn foreign(
        &mut self,
        span: Span,
        shape: Shape,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Operand {
        self.refuse(Diagnostic::error("not-sml", span, message).with_hint(hint));
        Operand::foreign(span, shape)
    }
}
