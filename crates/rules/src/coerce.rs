//! Data made to fit an annotation: what `JsonData` and `EntityJson` do with what they find.
//! The rules are those of Python's constructors, with the reference's own exceptions.

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::jsonpath::Path;
use crate::types::Type;
use crate::value::{Exception, Fault, Value, integer, parse_float, parse_integer, text};

/// Makes what was found at a path of the event's data fit a type. For `EntityJson` the type is that
/// of the id.
pub fn fitted(
    path: &Path,
    found: Option<Value>,
    wanted: &Type,
    required: bool,
    coerce_type: bool,
) -> Result<Value, Fault> {
    let Some(value) = found else {
        return match (wanted.accepts_none(), required) {
            (true, _) => Ok(Value::None),
            (false, true) => Err(Fault::error(
                Exception::MissingJsonPath,
                format!("the event's data has nothing at `{path}`"),
            )),
            (false, false) => Err(Fault::expected("the event's data has nothing at this path")),
        };
    };
    if fits(wanted, &value) {
        return Ok(value);
    }
    if value.is_none() && !required {
        return Err(Fault::expected("the event's data has null at this path"));
    }
    if coerce_type && !value.is_none() {
        match coerce(wanted, &value) {
            Ok(value) => return Ok(value),
            Err(Misfit::Overflow) => {
                return Err(Fault::error(
                    Exception::OverflowError,
                    format!("an infinite number at `{path}` has no integer value"),
                ));
            }
            Err(Misfit::Kind | Misfit::Content) => {}
        }
    }
    Err(Fault::error(
        Exception::InvalidJsonType,
        format!(
            "the event's data has a value of type {} at `{path}`, and {wanted} was expected",
            value.type_name()
        ),
    ))
}

/// Whether a value is of a type as it stands. An integer is a float; a boolean is no number.
#[must_use]
pub fn fits(wanted: &Type, value: &Value) -> bool {
    match (wanted, value) {
        (Type::Any | Type::Variable, _)
        | (Type::Str, Value::Str(_))
        | (Type::Int, Value::Int(_) | Value::BigInt(_))
        | (Type::Float, Value::Float(_) | Value::Int(_) | Value::BigInt(_))
        | (Type::Bool, Value::Bool(_))
        | (Type::None | Type::Optional(_), Value::None)
        | (Type::Rule, Value::Rule(_))
        | (Type::Effect, Value::Effect(_))
        | (Type::TimeDelta, Value::Duration(_))
        | (Type::Experiment, Value::Experiment(_)) => true,
        (Type::Optional(inner), value) => fits(inner, value),
        (Type::Union(variants), value) => variants.iter().any(|variant| fits(variant, value)),
        (Type::List(item), Value::List(items)) => items.iter().all(|value| fits(item, value)),
        (Type::Entity(id), Value::Entity(entity)) => fits(id, &entity.id),
        (Type::Secret(inner) | Type::ExtractSecret(inner) | Type::ExtractLiteral(inner), value) => {
            fits(inner, value)
        }
        _ => false,
    }
}

/// Why a value cannot be made to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Values of this kind never do (`TypeError`).
    Kind,
    /// This kind may, but not this one (`ValueError`).
    Content,
    /// It is infinite (`OverflowError`).
    Overflow,
}

/// Makes a value fit a type the way Python's constructors do.
pub fn coerce(wanted: &Type, value: &Value) -> Result<Value, Misfit> {
    if fits(wanted, value) {
        return Ok(value.clone());
    }
    match wanted {
        Type::Bool => Ok(Value::Bool(value.truth())),
        Type::Str => match value {
            Value::None => Err(Misfit::Kind),
            other => text(other).map(Value::Str).map_err(|_| Misfit::Content),
        },
        Type::Int => match value {
            Value::Float(float) if float.is_infinite() => Err(Misfit::Overflow),
            Value::Float(float) => BigInt::from_f64(*float).map(integer).ok_or(Misfit::Content),
            Value::Str(text) => parse_integer(text).ok_or(Misfit::Content),
            _ => Err(Misfit::Kind),
        },
        Type::Float => match value {
            Value::Str(text) => parse_float(text).map(Value::Float).ok_or(Misfit::Content),
            _ => Err(Misfit::Kind),
        },
        Type::Optional(inner) => coerce(inner, value),
        Type::Union(variants) => first_that_fits(variants, value),
        Type::List(item) => match value {
            Value::List(items) => items.iter().map(|value| coerce(item, value)).collect(),
            _ => Err(Misfit::Kind),
        },
        _ => Err(Misfit::Kind),
    }
}

/// The first variant that takes values of this kind decides, even if it refuses this one.
fn first_that_fits(variants: &[Type], value: &Value) -> Result<Value, Misfit> {
    for variant in variants {
        match coerce(variant, value) {
            Err(Misfit::Kind) => {}
            decided => return decided,
        }
    }
    Err(Misfit::Kind)
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn data(source: &str) -> Value {
        json::read(&source.into(), 64).unwrap().value
    }

    fn found(
        wanted: &Type,
        source: &str,
        required: bool,
        coerce_type: bool,
    ) -> Result<Value, (Exception, bool)> {
        let path = Path::parse("$.a").unwrap();
        fitted(&path, path.first(&data(source)).unwrap(), wanted, required, coerce_type)
            .map_err(|fault| (fault.exception, fault.expected))
    }

    #[test]
    fn what_is_absent_or_null_fails_quietly_unless_required() {
        use Exception::{ExpectedUdfException, InvalidJsonType, MissingJsonPath};
        let optional = Type::optional(Type::Int);
        assert_eq!(found(&Type::Int, "{}", true, true), Err((MissingJsonPath, false)));
        assert_eq!(found(&Type::Int, "{}", false, true), Err((ExpectedUdfException, true)));
        assert_eq!(found(&optional, "{}", true, true), Ok(Value::None));
        assert_eq!(found(&Type::Int, r#"{"a":null}"#, true, true), Err((InvalidJsonType, false)));
        assert_eq!(
            found(&Type::Int, r#"{"a":null}"#, false, true),
            Err((ExpectedUdfException, true))
        );
        assert_eq!(found(&Type::Int, r#"{"a":"5"}"#, true, false), Err((InvalidJsonType, false)));
        assert_eq!(
            found(&Type::Int, r#"{"a":1e400}"#, true, true),
            Err((Exception::OverflowError, false))
        );
    }

    #[test]
    fn constructors_are_pythons() {
        let either = |a, b| Type::Union([a, b].into());
        for (wanted, source, result) in [
            (Type::Int, "1.9", Some(Value::Int(1))),
            (Type::Int, "-1.9", Some(Value::Int(-1))),
            (Type::Int, "true", None),
            (Type::Float, "7", Some(Value::Int(7))),
            (Type::Bool, r#""false""#, Some(Value::Bool(true))),
            (Type::Str, r#"{"k":[1.0,null]}"#, Some(Value::str("{'k': [1.0, None]}"))),
            (
                Type::list(Type::Int),
                r#"["1",2.5]"#,
                Some(Value::list(vec![Value::Int(1), Value::Int(2)])),
            ),
            (Type::list(Type::Bool), "[null]", Some(Value::list(vec![Value::Bool(false)]))),
            (Type::list(Type::Str), r#""abc""#, None),
            (either(Type::Int, Type::Str), "1.5", Some(Value::Int(1))),
            (either(Type::Str, Type::Int), "1.5", Some(Value::str("1.5"))),
            (either(Type::Float, Type::Bool), r#""abc""#, None),
            (either(Type::Float, Type::Bool), "[]", Some(Value::Bool(false))),
        ] {
            assert_eq!(coerce(&wanted, &data(source)).ok(), result, "{wanted} of {source}");
        }
    }
}
