//! Osprey's functions of chance. The random bits come with the call, so a replay that brings
//! the same bits gives the same answers.

use super::{ArgumentError, Call, Family, Needs, Prepared, Signature, Site};
use crate::types::Type;
use crate::value::{Fault, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    all.extend([
        Signature::osprey(
            Family::Chance,
            "RandomBool",
            Type::Bool,
            "True for this share of events.",
            boolean,
        )
        .constant("percentage", Type::Float)
        .prepared(prepare_share)
        .needs(Needs::Randomness),
        Signature::osprey(
            Family::Chance,
            "RandomInt",
            Type::Int,
            "A whole number from `start` to `end`, both included.",
            integer,
        )
        .constant("start", Type::Int)
        .constant("end", Type::Int)
        .prepared(prepare_range)
        .needs(Needs::Randomness),
    ]);
}

/// The bits as a number from 0 to 1, 1 excluded.
fn unit(bits: u64) -> f64 {
    // 53 bits, all that a double holds.
    let high = u32::try_from(bits >> 43).unwrap_or_default();
    let low = u32::try_from((bits >> 11) & 0xffff_ffff).unwrap_or_default();
    (f64::from(high) * 4_294_967_296.0 + f64::from(low)) / 9_007_199_254_740_992.0
}

fn boolean(call: &Call<'_>) -> Result<Value, Fault> {
    match call.argument(0) {
        Value::Float(share) => Ok(Value::Bool(unit(call.context.random) < *share)),
        other => Err(Fault::wrong_type("float", other)),
    }
}

fn integer(call: &Call<'_>) -> Result<Value, Fault> {
    let (start, end) = (i128::from(call.int(0)?), i128::from(call.int(1)?));
    let offset = (i128::from(call.context.random) * (end - start + 1)) >> 64;
    Ok(Value::Int(i64::try_from(start + offset).unwrap_or_default()))
}

fn prepare_share(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    match site.value("percentage") {
        Some(Value::Float(share)) if *share > 0.0 && *share < 1.0 => Ok(Prepared::Nothing),
        None => Ok(Prepared::Nothing),
        Some(_) => Err(site.error(
            "percentage",
            "the share is not between 0 and 1",
            "write 0.25 for a quarter of all events",
        )),
    }
}

fn prepare_range(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    match (site.value("start").and_then(Value::as_int), site.value("end").and_then(Value::as_int)) {
        (Some(start), Some(end)) if start >= end => Err(site.error(
            "start",
            "`start` is not less than `end`",
            "give the least number, then the greatest",
        )),
        _ => Ok(Prepared::Nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_numbers_below_one() {
        assert_eq!(unit(0), 0.0);
        assert!(unit(u64::MAX) < 1.0);
        assert_eq!(unit(1 << 63), 0.5);
    }
}
