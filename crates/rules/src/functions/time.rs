//! Osprey's functions on time. They read the event's own time, never a clock.

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::{ArgumentError, Call, Family, Needs, Prepared, Signature, Site, dates};
use crate::types::Type;
use crate::value::{BinaryOperator, Duration, Exception, Fault, Value, binary, integer};

pub(super) fn register(all: &mut Vec<Signature>) {
    let time = |name, returns, doc, run| Signature::osprey(Family::Time, name, returns, doc, run);
    let bucket = |name, argument, kind, doc, run| {
        time(name, Type::Int, doc, run)
            .argument(argument, kind)
            .constant("granularity_seconds", Type::Int)
            .prepared(prepare_bucket)
    };
    let mut delta = time("TimeDelta", Type::TimeDelta, "A span of time.", delta);
    for unit in UNITS {
        delta = delta.constant(unit.0, Type::Int).default(0);
    }
    all.extend([
        delta,
        time("TimeSince", Type::TimeDelta, "The time from a moment, as people or programs write it, to the event; 0 if it lies ahead. Time zones are ignored.", since)
            .argument("timestamp", Type::Str)
            .needs(Needs::Moment),
        bucket("GetTimedeltaBucket", "timedelta", Type::TimeDelta, "The seconds of a span, rounded down to a multiple.", |call| {
            match call.argument(0) {
                Value::Duration(duration) => bucketed(call, &whole(duration.seconds())),
                other => Err(Fault::wrong_type("TimeDelta", other)),
            }
        }),
        bucket("GetTimestampBucket", "timestamp", Type::Int, "A moment in seconds since 1970, rounded down to a multiple.", |call| {
            bucketed(call, call.argument(0))
        }),
        bucket("GetSnowflakeBucket", "snowflake", Type::Int, "The moment inside a snowflake id, in seconds, rounded down to a multiple.", |call| {
            let milliseconds = binary(BinaryOperator::RightShift, call.argument(0), &Value::Int(22))?;
            match binary(BinaryOperator::Divide, &milliseconds, &Value::Int(1000))? {
                Value::Float(seconds) => bucketed(call, &whole(seconds)),
                other => bucketed(call, &other),
            }
        }),
    ]);
}

const UNITS: [(&str, i128); 5] =
    [("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)];

fn delta(call: &Call<'_>) -> Result<Value, Fault> {
    let mut seconds: i128 = 0;
    for (at, (_, unit)) in UNITS.iter().enumerate() {
        seconds += i128::from(call.int(at)?) * unit;
    }
    Duration::from_micros(seconds.saturating_mul(1_000_000)).map(Value::Duration)
}

fn since(call: &Call<'_>) -> Result<Value, Fault> {
    let now = call.context.written();
    let then = dates::parse(call.text(0)?, now.date())
        .ok_or_else(|| Fault::error(Exception::ValueError, "this is not a date or time"))?;
    let nanos = now.duration_since(then).as_nanos();
    Duration::from_micros((nanos / 1000).max(0)).map(Value::Duration)
}

/// The number without its fraction.
fn whole(seconds: f64) -> Value {
    integer(BigInt::from_f64(seconds).unwrap_or_default())
}

fn bucketed(call: &Call<'_>, seconds: &Value) -> Result<Value, Fault> {
    let beyond = binary(BinaryOperator::Modulo, seconds, call.argument(1))?;
    binary(BinaryOperator::Subtract, seconds, &beyond)
}

fn prepare_bucket(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    match site.value("granularity_seconds") {
        Some(Value::Int(seconds)) if *seconds < 3600 => Err(site.error(
            "granularity_seconds",
            "a multiple of less than an hour is not possible",
            "write 3600 or more",
        )),
        _ => Ok(Prepared::Nothing),
    }
}
