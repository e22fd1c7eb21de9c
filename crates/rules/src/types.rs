//! The static types of SML, and how they read in messages.

use std::fmt;
use std::sync::Arc;

/// A type, as an annotation writes it or a function declares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `str`
    Str,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `bool`
    Bool,
    /// `None`
    None,
    /// Anything.
    Any,
    /// A type that the call's other arguments or the annotation decide: `T` in `Entity[T]`.
    Variable,
    /// `Optional[T]`
    Optional(Arc<Type>),
    /// `Union[A, B, ...]`
    Union(Arc<[Type]>),
    /// `List[T]`
    List(Arc<Type>),
    /// `Entity[T]`
    Entity(Arc<Type>),
    /// `Secret[T]`
    Secret(Arc<Type>),
    /// `ExtractSecret[T]`
    ExtractSecret(Arc<Type>),
    /// `ExtractLiteral[T]`
    ExtractLiteral(Arc<Type>),
    /// The value of `Rule(...)`.
    Rule,
    /// Something that `WhenRules(then=...)` takes.
    Effect,
    /// The value of `TimeDelta(...)`.
    TimeDelta,
    /// The value of `Experiment(...)`.
    Experiment,
}

impl Type {
    /// `Optional[inner]`
    #[must_use]
    pub fn optional(inner: Self) -> Self {
        Self::Optional(Arc::new(inner))
    }

    /// `List[item]`
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// `Entity[id]`
    #[must_use]
    pub fn entity(id: Self) -> Self {
        Self::Entity(Arc::new(id))
    }

    /// Whether a value of this type may be None.
    #[must_use]
    pub fn accepts_none(&self) -> bool {
        match self {
            Self::None | Self::Any | Self::Optional(_) => true,
            Self::Union(variants) => variants.iter().any(Self::accepts_none),
            Self::Secret(inner) | Self::ExtractSecret(inner) | Self::ExtractLiteral(inner) => {
                inner.accepts_none()
            }
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str => f.write_str("str"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Bool => f.write_str("bool"),
            Self::None => f.write_str("None"),
            Self::Any => f.write_str("Any"),
            Self::Variable => f.write_str("T"),
            Self::Optional(inner) => write!(f, "Optional[{inner}]"),
            Self::Union(variants) => {
                f.write_str("Union[")?;
                for (at, variant) in variants.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{variant}")?;
                }
                f.write_str("]")
            }
            Self::List(inner) => write!(f, "List[{inner}]"),
            Self::Entity(inner) => write!(f, "Entity[{inner}]"),
            Self::Secret(inner) => write!(f, "Secret[{inner}]"),
            Self::ExtractSecret(inner) => write!(f, "ExtractSecret[{inner}]"),
            Self::ExtractLiteral(inner) => write!(f, "ExtractLiteral[{inner}]"),
            Self::Rule => f.write_str("Rule"),
            Self::Effect => f.write_str("Effect"),
            Self::TimeDelta => f.write_str("TimeDelta"),
            Self::Experiment => f.write_str("Experiment"),
        }
    }
}
