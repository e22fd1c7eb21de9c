//! SML's arithmetic: Python's, except that division by zero gives 0.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use super::{Exception, Fault, Str, Value, integer};

/// The twelve operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    LeftShift,
    RightShift,
    BitAnd,
    BitOr,
    BitXor,
}

/// No computation may make a text or integer larger than this many bytes.
const MAX_BYTES: usize = 16 << 20;

/// A number, seen as Python sees it: `True` is 1.
enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
}

impl<'a> Number<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Int((*value).into())),
            Value::Int(value) => Some(Self::Int(*value)),
            Value::BigInt(value) => Some(Self::Big(value)),
            Value::Float(value) => Some(Self::Float(*value)),
            _ => None,
        }
    }

    fn float(&self) -> Result<f64, Fault> {
        match self {
            Self::Int(value) => Ok(approximate(*value)),
            Self::Big(value) => value.to_f64().filter(|float| float.is_finite()).ok_or_else(|| {
                Fault::error(Exception::OverflowError, "the integer is too large for a float")
            }),
            Self::Float(value) => Ok(*value),
        }
    }

    fn big(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(BigInt::from(*value)),
            Self::Big(value) => Some((*value).clone()),
            Self::Float(_) => None,
        }
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Int(value) => *value == 0,
            Self::Big(value) => value.is_zero(),
            Self::Float(value) => *value == 0.0,
        }
    }
}

#[expect(clippy::as_conversions, reason = "the nearest double is what Python takes too")]
fn approximate(value: i64) -> f64 {
    value as f64
}

/// `left OPERATOR right`.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Fault> {
    if let (Value::Int(a), Value::Int(b)) = (left, right)
        && let Some(result) = small(operator, *a, *b)
    {
        return Ok(Value::Int(result));
    }
    match (Number::of(left), Number::of(right)) {
        (Some(a), Some(b)) => numbers(operator, &a, &b),
        _ => texts(operator, left, right),
    }
}

/// The common case: both operands and the result fit 64 bits.
fn small(operator: BinaryOperator, a: i64, b: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Subtract => a.checked_sub(b),
        BinaryOperator::Multiply => a.checked_mul(b),
        BinaryOperator::FloorDivide if b != 0 => {
            a.checked_div(b).map(|_| Integer::div_floor(&a, &b))
        }
        BinaryOperator::Modulo if b != 0 => a.checked_rem(b).map(|_| Integer::mod_floor(&a, &b)),
        BinaryOperator::BitAnd => Some(a & b),
        BinaryOperator::BitOr => Some(a | b),
        BinaryOperator::BitXor => Some(a ^ b),
        _ => None,
    }
}

fn numbers(operator: BinaryOperator, a: &Number<'_>, b: &Number<'_>) -> Result<Value, Fault> {
    use BinaryOperator as Op;
    if matches!(operator, Op::Divide | Op::FloorDivide | Op::Modulo) && b.is_zero() {
        return Ok(Value::Int(0));
    }
    if let (Some(a), Some(b)) = (a.big(), b.big()) {
        return integers(operator, a, b);
    }
    let (a, b) = (a.float()?, b.float()?);
    let result = match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::Divide => a / b,
        Op::FloorDivide => floor_divide(a, b),
        Op::Modulo => modulo(a, b),
        Op::Power => return power(a, b).map(Value::Float),
        Op::LeftShift | Op::RightShift | Op::BitAnd | Op::BitOr | Op::BitXor => {
            return Err(Fault::error(Exception::TypeError, "bit operators take integers"));
        }
    };
    Ok(Value::Float(result))
}

fn integers(operator: BinaryOperator, a: BigInt, b: BigInt) -> Result<Value, Fault> {
    use BinaryOperator as Op;
    let result = match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => {
            check_bits(a.bits().saturating_add(b.bits()))?;
            a * b
        }
        Op::Divide => return ratio(&a, &b).map(Value::Float),
        Op::FloorDivide => a.div_floor(&b),
        Op::Modulo => a.mod_floor(&b),
        Op::Power => return integer_power(a, &b),
        Op::LeftShift => shift_left(a, &b)?,
        Op::RightShift => shift_right(a, &b)?,
        Op::BitAnd => a & b,
        Op::BitOr => a | b,
        Op::BitXor => a ^ b,
    };
    Ok(integer(result))
}

fn texts(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Fault> {
    match (operator, left, right) {
        (BinaryOperator::Add, Value::Str(a), Value::Str(b)) => {
            check_bytes(a.len().saturating_add(b.len()))?;
            Ok(Value::Str([a.as_str(), b.as_str()].concat().into()))
        }
        (BinaryOperator::Multiply, Value::Str(text), times)
        | (BinaryOperator::Multiply, times, Value::Str(text)) => repeat(text, times),
        _ => Err(Fault::error(
            Exception::TypeError,
            format!("this operator does not take {} and {}", left.type_name(), right.type_name()),
        )),
    }
}

fn repeat(text: &Str, times: &Value) -> Result<Value, Fault> {
    let times = match Number::of(times) {
        Some(Number::Int(times)) => usize::try_from(times).unwrap_or(0),
        Some(Number::Big(times)) => {
            if times.is_negative() {
                0
            } else {
                usize::MAX
            }
        }
        _ => return Err(Fault::wrong_type("int", times)),
    };
    check_bytes(text.len().saturating_mul(times))?;
    Ok(Value::Str(if text.is_empty() {
        Str::default()
    } else {
        text.as_str().repeat(times).into()
    }))
}

fn check_bytes(bytes: usize) -> Result<(), Fault> {
    if bytes > MAX_BYTES {
        return Err(Fault::error(Exception::MemoryError, "the result would be larger than 16 MiB"));
    }
    Ok(())
}

fn check_bits(bits: u64) -> Result<(), Fault> {
    check_bytes(usize::try_from(bits / 8).unwrap_or(usize::MAX))
}

/// Python's float `//`: computed from the remainder, so that the two agree.
fn floor_divide(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    let adjusted = remainder != 0.0 && (b < 0.0) != (remainder < 0.0);
    let quotient = (a - remainder) / b - if adjusted { 1.0 } else { 0.0 };
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// Python's float `%`: has the sign of the divisor.
#[must_use]
pub fn modulo(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        0.0_f64.copysign(b)
    } else if (b < 0.0) == (remainder < 0.0) {
        remainder
    } else {
        remainder + b
    }
}

fn power(a: f64, b: f64) -> Result<f64, Fault> {
    if a == 0.0 && b < 0.0 && b.is_finite() {
        return Err(Fault::error(
            Exception::ZeroDivisionError,
            "zero cannot be raised to a negative power",
        ));
    }
    let result = a.powf(b);
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 && a.abs().powf(b).is_finite()
    {
        return Err(Fault::error(
            Exception::ValueError,
            "a negative number to a fractional power is not a real number",
        ));
    }
    if !result.is_finite() && a.is_finite() && b.is_finite() {
        return Err(Fault::error(Exception::OverflowError, "the power is too large for a float"));
    }
    Ok(result)
}

fn integer_power(a: BigInt, b: &BigInt) -> Result<Value, Fault> {
    if b.is_negative() {
        return power(Number::Big(&a).float()?, Number::Big(b).float()?).map(Value::Float);
    }
    let Some(exponent) = b.to_u32() else {
        return match a.to_i64() {
            Some(base @ (0 | 1)) => Ok(Value::Int(base)),
            Some(-1) => Ok(Value::Int(if b.is_odd() { -1 } else { 1 })),
            _ => check_bits(u64::MAX).map(|()| Value::None),
        };
    };
    // 1 and -1 have one bit but stay as small as they are.
    if a.bits() > 1 {
        check_bits(a.bits().saturating_mul(exponent.into()))?;
    }
    Ok(integer(a.pow(exponent)))
}

fn shift_count(b: &BigInt) -> Result<u64, Fault> {
    if b.is_negative() {
        return Err(Fault::error(Exception::ValueError, "a shift needs a count of zero or more"));
    }
    Ok(b.to_u64().unwrap_or(u64::MAX))
}

fn shift_left(a: BigInt, b: &BigInt) -> Result<BigInt, Fault> {
    let count = shift_count(b)?;
    if a.is_zero() {
        return Ok(a);
    }
    check_bits(a.bits().saturating_add(count))?;
    Ok(a << count)
}

fn shift_right(a: BigInt, b: &BigInt) -> Result<BigInt, Fault> {
    let count = shift_count(b)?;
    if count > a.bits() {
        return Ok(if a.is_negative() { BigInt::from(-1) } else { BigInt::zero() });
    }
    Ok(a >> count)
}

/// `-value`.
pub fn negate(value: &Value) -> Result<Value, Fault> {
    match Number::of(value) {
        Some(Number::Int(value)) => Ok(match value.checked_neg() {
            Some(negative) => Value::Int(negative),
            None => Value::BigInt(Arc::new(-BigInt::from(value))),
        }),
        Some(Number::Big(value)) => Ok(integer(-value)),
        Some(Number::Float(value)) => Ok(Value::Float(-value)),
        None => Err(Fault::wrong_type("a number", value)),
    }
}

/// `a / b` of integers, rounded once. `b` is not zero.
pub(super) fn ratio(a: &BigInt, b: &BigInt) -> Result<f64, Fault> {
    let (top, bottom) = (a.magnitude(), b.magnitude());
    if top.bits() <= 53 && bottom.bits() <= 53 {
        return Ok(
            sign_of(a, b) * (top.to_f64().unwrap_or_default() / bottom.to_f64().unwrap_or(1.0))
        );
    }
    // Scale so that the quotient has at least 66 bits; the last bit then only says "and more".
    let scale = 66 + i64::try_from(bottom.bits()).unwrap_or(i64::MAX)
        - i64::try_from(top.bits()).unwrap_or(i64::MAX);
    let (top, bottom) = match u64::try_from(scale) {
        Ok(up) => (top << up, bottom.clone()),
        Err(_) => (top.clone(), bottom << scale.unsigned_abs()),
    };
    let (quotient, rest) = top.div_rem(&bottom);
    let sticky = quotient | BigUint::from(u8::from(!rest.is_zero()));
    let float = scaled(sticky.to_f64().unwrap_or_default(), -scale);
    if float.is_infinite() {
        return Err(Fault::error(
            Exception::OverflowError,
            "the quotient is too large for a float",
        ));
    }
    Ok(sign_of(a, b) * float)
}

fn sign_of(a: &BigInt, b: &BigInt) -> f64 {
    if a.is_negative() != b.is_negative() { -1.0 } else { 1.0 }
}

/// `value * 2^exponent`, in two steps so that neither factor leaves the range of doubles.
fn scaled(value: f64, exponent: i64) -> f64 {
    let exponent = i32::try_from(exponent.clamp(-4000, 4000)).unwrap_or_default();
    let half = exponent / 2;
    value * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

/// `a / b`, rounded once.
pub(super) fn exact_ratio(a: i128, b: i64) -> f64 {
    ratio(&BigInt::from(a), &BigInt::from(b)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use BinaryOperator as Op;

    fn big(text: &str) -> Value {
        super::super::parse_integer(text).unwrap()
    }

    fn compute(operator: Op, a: Value, b: Value) -> Result<Value, Exception> {
        binary(operator, &a, &b).map_err(|fault| fault.exception)
    }

    #[test]
    fn integers_have_no_upper_bound() {
        assert_eq!(
            compute(Op::Add, Value::Int(i64::MAX), Value::Int(1)),
            Ok(big("9223372036854775808"))
        );
        assert_eq!(
            compute(Op::Subtract, big("9223372036854775808"), Value::Int(1)),
            Ok(Value::Int(i64::MAX))
        );
        assert_eq!(
            compute(Op::Power, Value::Int(2), Value::Int(100)),
            Ok(big("1267650600228229401496703205376"))
        );
        assert_eq!(
            compute(Op::FloorDivide, Value::Int(i64::MIN), Value::Int(-1)),
            Ok(big("9223372036854775808"))
        );
        assert_eq!(negate(&Value::Int(i64::MIN)), Ok(big("9223372036854775808")));
    }

    #[test]
    fn floor_division_and_modulo_follow_the_divisors_sign() {
        for (a, b, floor, rest) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (7, 0, 0, 0)]
        {
            assert_eq!(
                compute(Op::FloorDivide, Value::Int(a), Value::Int(b)),
                Ok(Value::Int(floor))
            );
            assert_eq!(compute(Op::Modulo, Value::Int(a), Value::Int(b)), Ok(Value::Int(rest)));
        }
        for (a, b, floor, rest) in [
            (7.5, 2.0, 3.0, 1.5),
            (-7.5, 2.0, -4.0, 0.5),
            (1.0, -0.1, -10.0, -5.551_115_123_125_783e-17),
            (-0.0, 3.0, -0.0, 0.0),
        ] {
            assert_eq!(
                compute(Op::FloorDivide, Value::Float(a), Value::Float(b)),
                Ok(Value::Float(floor))
            );
            assert_eq!(
                compute(Op::Modulo, Value::Float(a), Value::Float(b)),
                Ok(Value::Float(rest))
            );
        }
        assert_eq!(compute(Op::Divide, Value::Float(1.0), Value::Float(0.0)), Ok(Value::Int(0)));
    }

    #[test]
    fn powers_and_shifts_fail_where_python_does() {
        assert_eq!(compute(Op::Divide, Value::Int(0), Value::Int(-7)), Ok(Value::Float(-0.0)));
        assert_eq!(
            compute(Op::FloorDivide, Value::Int(9), Value::Float(f64::NEG_INFINITY)),
            Ok(Value::Float(-1.0))
        );
        assert_eq!(
            compute(Op::Power, Value::Int(-2), Value::Float(0.5)),
            Err(Exception::ValueError)
        );
        assert_eq!(
            compute(Op::Power, Value::Int(0), Value::Int(-1)),
            Err(Exception::ZeroDivisionError)
        );
        assert_eq!(
            compute(Op::Power, Value::Float(10.0), Value::Int(400)),
            Err(Exception::OverflowError)
        );
        assert_eq!(compute(Op::Power, Value::Int(2), Value::Int(-1)), Ok(Value::Float(0.5)));
        assert_eq!(
            compute(Op::Power, Value::Int(-1), big("99999999999999999999")),
            Ok(Value::Int(-1))
        );
        assert_eq!(
            compute(Op::LeftShift, Value::Int(1), Value::Int(-1)),
            Err(Exception::ValueError)
        );
        assert_eq!(
            compute(Op::RightShift, Value::Int(-5), big("99999999999999999999")),
            Ok(Value::Int(-1))
        );
        assert_eq!(
            compute(Op::LeftShift, Value::Int(1), Value::Int(70)),
            Ok(big("1180591620717411303424"))
        );
    }

    #[test]
    fn huge_results_are_refused_before_they_are_made() {
        assert_eq!(
            compute(Op::Power, Value::Int(9), Value::Int(i64::from(u32::MAX))),
            Err(Exception::MemoryError)
        );
        assert_eq!(
            compute(Op::Power, Value::Int(9), big("99999999999999999999")),
            Err(Exception::MemoryError)
        );
        assert_eq!(
            compute(Op::LeftShift, Value::Int(1), Value::Int(i64::MAX)),
            Err(Exception::MemoryError)
        );
        assert_eq!(
            compute(Op::Multiply, Value::str("ab"), Value::Int(i64::MAX)),
            Err(Exception::MemoryError)
        );
        assert_eq!(compute(Op::Multiply, Value::str(""), Value::Int(i64::MAX)), Ok(Value::str("")));
        assert_eq!(
            compute(Op::Multiply, Value::Int(3), Value::str("ab")),
            Ok(Value::str("ababab"))
        );
        assert_eq!(compute(Op::Multiply, Value::str("ab"), Value::Int(-3)), Ok(Value::str("")));
    }

    #[test]
    fn quotients_of_large_integers_round_once() {
        // Found with Python: 10**30 / 3, (2**60 + 1) / 3, 1 / 10**30.
        assert_eq!(
            compute(Op::Divide, big(&format!("1{}", "0".repeat(30))), Value::Int(3)),
            Ok(Value::Float(3.333_333_333_333_333e29))
        );
        assert_eq!(
            compute(Op::Divide, big("1152921504606846977"), Value::Int(3)),
            Ok(Value::Float(3.843_071_682_022_823e17))
        );
        assert_eq!(
            compute(Op::Divide, Value::Int(1), big(&format!("1{}", "0".repeat(30)))),
            Ok(Value::Float(1e-30))
        );
        assert_eq!(
            compute(Op::Divide, big(&format!("1{}", "0".repeat(400))), Value::Int(7)),
            Err(Exception::OverflowError)
        );
    }
}
