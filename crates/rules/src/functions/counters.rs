//! What rules keep from event to event: counters over sliding windows and values under keys, by
//! the names that public rule sets call. The engine evaluates them, from facts.

use super::{Call, Family, Signature, Special};
use crate::types::Type;
use crate::value::{Fault, Value};

/// How long a value is kept if the call does not say: a day, in seconds.
const DAY: f64 = 86_400.0;

pub(super) fn register(all: &mut Vec<Signature>) {
    let keyed = |name, returns, special, doc| {
        Signature::special(Family::State, name, returns, special, doc).argument("key", Type::Str)
    };
    let conditions = |signature: Signature| {
        signature.argument("when_all", Type::list(Type::Bool)).default(Value::list(Vec::new()))
    };
    let window = |name, special, doc| {
        conditions(keyed(name, Type::Int, special, doc).argument("window_seconds", Type::Float))
    };
    let set = |name, kind, doc| {
        conditions(keyed(name, Type::None, Special::Set, doc).argument("value", kind))
            .argument("ttl_seconds", Type::Float)
            .default(DAY)
    };
    let get = |name, kind: Type, default: Value, doc| {
        conditions(keyed(name, kind.clone(), Special::Get, doc))
            .argument("default", kind)
            .default(default)
    };
    all.extend([
        window("IncrementWindow", Special::Increment, "Counts one up under a key, if all conditions hold, and gives how often that happened within the window, this time included; 0 if they do not hold. It is counted when the event is recorded, so an event that comes twice counts once.")
            .argument("max_ttl_seconds", Type::optional(Type::Float))
            .default(Value::None),
        window("GetWindowCount", Special::Count, "How often a key was counted up within the window, without counting; 0 if a condition does not hold. Key and window must be those of an `IncrementWindow`."),
        set("CacheSetStr", Type::Str, "Keeps a text under a key, if all conditions hold."),
        set("CacheSetInt", Type::Int, "Keeps a whole number under a key, if all conditions hold."),
        set("CacheSetFloat", Type::Float, "Keeps a number under a key, if all conditions hold."),
        get("CacheGetStr", Type::Str, Value::str(""), "The text that is kept under a key; the default if there is none, or a condition does not hold."),
        get("CacheGetInt", Type::Int, Value::Int(0), "The whole number that is kept under a key; the default if there is none, or a condition does not hold."),
        get("CacheGetFloat", Type::Float, Value::Float(0.0), "The number that is kept under a key; the default if there is none, or a condition does not hold."),
        conditions(
            Signature::ours(Family::State, "Log", Type::None, "Does nothing: what rules found is in every result. Rule sets from elsewhere call it.", nothing)
                .argument("s", Type::Str),
        ),
    ]);
}

#[expect(clippy::unnecessary_wraps, reason = "the type that all functions have")]
fn nothing(_: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::None)
}
