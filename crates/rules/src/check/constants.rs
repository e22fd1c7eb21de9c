//! Arguments that must be known when the program is checked: literals, or names of literals.

use std::collections::HashMap;

use num_bigint::BigInt;
use sml::Span;
use sml::tree::{Expr, IntLiteral, Unary, UnaryOperator};

use super::files::FileId;
use super::names::{Index, is_local};
use crate::types::Type;
use crate::value::{Value, integer, negate};

/// A literal's value and where it stands, which may be another file than the call's.
pub(crate) type Known = (Value, FileId, Span);

/// How often each minus of a negative constant was applied. Osprey changes the literal itself
/// each time an argument uses it, so that a name shared by two arguments changes its sign.
#[derive(Debug, Default)]
pub(crate) struct Flips(pub(crate) HashMap<(FileId, Span), bool>);

/// Why an argument is not known.
pub(crate) struct NotConstant {
    pub(crate) file: FileId,
    pub(crate) span: Span,
    pub(crate) message: String,
}

pub(crate) struct Constants<'t> {
    pub(crate) index: &'t Index<'t>,
    /// The literals stored under local names of the file at hand.
    pub(crate) locals: HashMap<&'t str, &'t Expr>,
    pub(crate) file: FileId,
    pub(crate) like_osprey: bool,
}

impl<'t> Constants<'t> {
    /// The value of an argument of type `wanted`.
    pub(crate) fn resolve(
        &self,
        expr: &'t Expr,
        wanted: &Type,
        flips: &mut Flips,
    ) -> Result<Known, NotConstant> {
        let (file, expr) = self.behind_name(expr)?;
        match expr {
            Expr::Unary(unary) => self.negative(file, unary, wanted, flips),
            _ => literal(expr, wanted, file).map(|value| (value, file, expr.span())),
        }
    }

    /// What a name stands for, one step far.
    fn behind_name(&self, expr: &'t Expr) -> Result<(FileId, &'t Expr), NotConstant> {
        let Expr::Name(name) = expr else { return Ok((self.file, expr)) };
        if is_local(&name.text) {
            if let Some(value) = self.locals.get(&*name.text) {
                return Ok((self.file, value));
            }
        } else if let Some((file, assign)) = self.index.stored.get(&name.text) {
            return Ok((*file, &assign.value));
        }
        Err(NotConstant {
            file: self.file,
            span: name.span,
            message: format!("`{}` does not stand for a literal", name.text),
        })
    }

    fn negative(
        &self,
        file: FileId,
        unary: &Unary,
        wanted: &Type,
        flips: &mut Flips,
    ) -> Result<Known, NotConstant> {
        let span = unary.operand.span();
        let number = matches!(unary.operand, Expr::Int(_) | Expr::Float(_));
        if unary.operator != UnaryOperator::Negate || !number {
            return Err(NotConstant {
                file,
                span: unary.span,
                message: "only a number can be negated here".into(),
            });
        }
        let plain = literal(&unary.operand, wanted, file)?;
        let flipped = !flips.0.get(&(file, span)).copied().unwrap_or(false);
        if self.like_osprey {
            flips.0.insert((file, span), flipped);
        }
        let value = if flipped { negate(&plain).unwrap_or(plain) } else { plain };
        Ok((value, file, span))
    }
}

/// The value of a literal of the wanted kind.
fn literal(expr: &Expr, wanted: &Type, file: FileId) -> Result<Value, NotConstant> {
    let value = match (wanted, expr) {
        (Type::List(item), Expr::List(list)) => {
            let items: Result<Vec<_>, _> =
                list.items.iter().map(|expr| literal(expr, item, file)).collect();
            return items.map(Value::list);
        }
        (Type::Str, Expr::String(_))
        | (Type::Int | Type::Float, Expr::Int(_) | Expr::Float(_))
        | (Type::Bool, Expr::Bool(_)) => plain(expr),
        (Type::Optional(inner), expr) if !matches!(expr, Expr::None(_)) => {
            return literal(expr, inner, file);
        }
        (Type::Optional(_), _) => Some(Value::None),
        _ => None,
    };
    value.ok_or_else(|| NotConstant {
        file,
        span: expr.span(),
        message: format!("a literal of type `{wanted}` is needed here"),
    })
}

/// The value of a literal that is no list.
pub(crate) fn plain(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::String(literal) => Some(Value::str(&literal.value)),
        Expr::Int(literal) => int(literal),
        Expr::Float(literal) => Some(Value::Float(literal.value)),
        Expr::Bool(literal) => Some(Value::Bool(literal.value)),
        Expr::None(_) => Some(Value::None),
        _ => None,
    }
}

fn int(literal: &IntLiteral) -> Option<Value> {
    BigInt::parse_bytes(literal.digits.as_bytes(), literal.radix).map(integer)
}
