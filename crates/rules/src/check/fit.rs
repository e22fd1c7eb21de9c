//! Whether a value of one type may stand where another is asked for.

use crate::types::Type;

/// How a type fits another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// As it is.
    Plain,
    /// If the plain value behind it is taken: an entity's id, a rule's truth.
    Unwrapped,
    /// Not at all.
    No,
}

impl Fit {
    pub(crate) fn is_fit(self) -> bool {
        self != Self::No
    }
}

/// How `given` fits where `wanted` is asked for.
pub(crate) fn fit(given: &Type, wanted: &Type) -> Fit {
    if fits_plainly(given, wanted) {
        return Fit::Plain;
    }
    match behind(given) {
        Some(plain) if fits_plainly(&plain, wanted) => Fit::Unwrapped,
        _ => Fit::No,
    }
}

/// The plain type behind a wrapped one.
pub(crate) fn behind(kind: &Type) -> Option<Type> {
    match kind {
        Type::Entity(id) => Some((**id).clone()),
        Type::Rule => Some(Type::Bool),
        Type::TimeDelta => Some(Type::Float),
        Type::Experiment => Some(Type::list(Type::Str)),
        _ => None,
    }
}

pub(crate) fn fits_plainly(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::List(given), Type::List(wanted)) | (Type::Entity(given), Type::Entity(wanted)) => {
            fits_plainly(given, wanted)
        }
        (Type::List(_) | Type::Entity(_), _) | (_, Type::List(_) | Type::Entity(_)) => false,
        _ => variants(given)
            .iter()
            .all(|given| variants(wanted).iter().any(|wanted| simple(given, wanted))),
    }
}

fn variants(kind: &Type) -> Vec<Type> {
    match kind {
        Type::Optional(inner) => vec![(**inner).clone(), Type::None],
        Type::Union(variants) => variants.to_vec(),
        other => vec![other.clone()],
    }
}

fn simple(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Int, Type::Float) => true,
        (given, wanted) => given == wanted,
    }
}

/// Whether two types are the same, however a union is written.
pub(crate) fn same(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::List(a), Type::List(b)) | (Type::Entity(a), Type::Entity(b)) => same(a, b),
        _ => {
            let (a, b) = (variants(a), variants(b));
            a.len() == b.len() && a.iter().all(|kind| b.contains(kind))
        }
    }
}

/// Whether Osprey counts a type as one that may be compared with None.
pub(crate) fn may_be_none(kind: &Type) -> bool {
    match kind {
        Type::List(_) => false,
        Type::Union(variants) => variants.contains(&Type::None),
        _ => true,
    }
}

/// The type without None, if it is one that names None.
pub(crate) fn without_none(kind: &Type) -> Option<Type> {
    match kind {
        Type::Optional(inner) => Some((**inner).clone()),
        Type::Union(variants) if variants.contains(&Type::None) => {
            let rest: Vec<Type> =
                variants.iter().filter(|kind| **kind != Type::None).cloned().collect();
            match rest.as_slice() {
                [one] => Some(one.clone()),
                [] => None,
                _ => Some(Type::Union(rest.into())),
            }
        }
        _ => None,
    }
}
