//! Python's comparisons.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed};

use super::{Exception, Fault, Value};

/// `left == right`: numbers by value whatever their kind (`1 == 1.0 == True`), the rest by
/// structure.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
        }
        (Value::Entity(a), Value::Entity(b)) => a.kind == b.kind && equal(&a.id, &b.id),
        _ => match number_order(left, right) {
            Some(order) => order == Some(Ordering::Equal),
            None => left == right,
        },
    }
}

/// The order of two values, as sorting and `<` see it. `Ok(None)`: neither is less (NaN).
/// `TypeError` for what Python does not order.
pub fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, Fault> {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => Ok(Some(a.cmp(b))),
        (Value::Duration(a), Value::Duration(b)) => Ok(Some(a.cmp(b))),
        (Value::List(a), Value::List(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal(a, b) {
                    return order(a, b);
                }
            }
            Ok(Some(a.len().cmp(&b.len())))
        }
        _ => number_order(left, right).ok_or_else(|| {
            Fault::error(
                Exception::TypeError,
                format!("{} and {} have no order", left.type_name(), right.type_name()),
            )
        }),
    }
}

/// The order of two numbers; the outer None says that they are not both numbers.
fn number_order(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    match (left, right) {
        (Value::Bool(a), _) => number_order(&Value::Int((*a).into()), right),
        (_, Value::Bool(b)) => number_order(left, &Value::Int((*b).into())),
        (Value::Int(a), Value::Int(b)) => Some(Some(a.cmp(b))),
        (Value::Float(a), Value::Float(b)) => Some(a.partial_cmp(b)),
        (Value::BigInt(a), Value::BigInt(b)) => Some(Some(a.cmp(b))),
        // An integer that does not fit 64 bits is beyond all that do.
        (Value::BigInt(a), Value::Int(_)) => {
            Some(Some(if a.is_negative() { Ordering::Less } else { Ordering::Greater }))
        }
        (Value::Int(_), Value::BigInt(_)) => {
            number_order(right, left).map(|order| order.map(Ordering::reverse))
        }
        (Value::Int(a), Value::Float(b)) => Some(integer_and_float(&BigInt::from(*a), *b)),
        (Value::BigInt(a), Value::Float(b)) => Some(integer_and_float(a, *b)),
        (Value::Float(_), Value::Int(_) | Value::BigInt(_)) => {
            number_order(right, left).map(|order| order.map(Ordering::reverse))
        }
        _ => None,
    }
}

/// Exact: no rounding of the integer on the way.
fn integer_and_float(a: &BigInt, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    let Some(whole) = BigInt::from_f64(b) else {
        return Some(if b > 0.0 { Ordering::Less } else { Ordering::Greater });
    };
    // from_f64 cuts towards zero; an equal whole part leaves the fraction to decide.
    Some(a.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&b.fract()).unwrap_or(Ordering::Equal)))
}

/// The comparators `<`, `<=`, `>`, `>=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Inequality {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// `left COMPARATOR right`; false if either is None.
pub fn compare(comparator: Inequality, left: &Value, right: &Value) -> Result<bool, Fault> {
    if left.is_none() || right.is_none() {
        return Ok(false);
    }
    let order = order(left, right)?;
    Ok(order.is_some_and(|order| match comparator {
        Inequality::Less => order.is_lt(),
        Inequality::LessOrEqual => order.is_le(),
        Inequality::Greater => order.is_gt(),
        Inequality::GreaterOrEqual => order.is_ge(),
    }))
}

/// `needle in haystack`. None is in None, and in a list that contains it; nothing else is in None.
pub fn contains(haystack: &Value, needle: &Value) -> Result<bool, Fault> {
    match (haystack, needle) {
        (Value::List(items), needle) => Ok(items.iter().any(|item| equal(item, needle))),
        (Value::None, needle) => Ok(needle.is_none()),
        (_, Value::None) => Ok(false),
        (Value::Str(haystack), Value::Str(needle)) => Ok(haystack.contains(needle.as_str())),
        (Value::Map(map), Value::Str(key)) => Ok(map.get(key).is_some()),
        _ => Err(Fault::error(
            Exception::TypeError,
            format!("`in` does not take {} and {}", needle.type_name(), haystack.type_name()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse_integer;

    #[test]
    fn numbers_are_equal_by_value() {
        assert!(equal(&Value::Int(1), &Value::Float(1.0)));
        assert!(equal(&Value::Bool(true), &Value::Int(1)));
        assert!(equal(&Value::Float(0.0), &Value::Float(-0.0)));
        assert!(!equal(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
        assert!(!equal(&Value::Int(1), &Value::str("1")));
        assert!(!equal(&Value::None, &Value::Bool(false)));
        // 2**53 + 1 has no double; it must not be rounded to one.
        assert!(!equal(&Value::Int(9_007_199_254_740_993), &Value::Float(9_007_199_254_740_992.0)));
        assert!(equal(&parse_integer("1000000000000000000000").unwrap(), &Value::Float(1e21)));
    }

    #[test]
    fn order_is_exact_between_kinds() {
        let big = parse_integer("9007199254740993").unwrap();
        assert_eq!(
            compare(Inequality::Greater, &big, &Value::Float(9_007_199_254_740_992.0)),
            Ok(true)
        );
        assert_eq!(compare(Inequality::Less, &Value::Int(-2), &Value::Float(-1.5)), Ok(true));
        assert_eq!(compare(Inequality::Less, &Value::Int(-1), &Value::Float(-1.5)), Ok(false));
        assert_eq!(
            compare(Inequality::Less, &Value::Int(1), &Value::Float(f64::INFINITY)),
            Ok(true)
        );
        assert_eq!(
            compare(Inequality::LessOrEqual, &Value::Float(f64::NAN), &Value::Float(f64::NAN)),
            Ok(false)
        );
        assert_eq!(compare(Inequality::GreaterOrEqual, &Value::None, &Value::Int(0)), Ok(false));
        assert!(order(&Value::str("a"), &Value::Int(1)).is_err());
    }

    #[test]
    fn membership_follows_python() {
        let list = Value::list(vec![Value::Int(1), Value::None]);
        assert_eq!(contains(&list, &Value::Float(1.0)), Ok(true));
        assert_eq!(contains(&list, &Value::None), Ok(true));
        assert_eq!(contains(&Value::None, &Value::None), Ok(true));
        assert_eq!(contains(&Value::str("abc"), &Value::str("")), Ok(true));
        assert_eq!(contains(&Value::str("abc"), &Value::None), Ok(false));
    }
}
