//! Our own functions on numbers, lists and the time of an event.

use jiff::ToSpan;

use super::{Call, Family, Needs, Signature};
use crate::types::Type;
use crate::value::{
    Exception, Fault, Inequality, Value, compare, contains, negate, order, parse_float,
    parse_integer,
};

pub(super) fn register(all: &mut Vec<Signature>) {
    let number = |name, doc, run| Signature::ours(Family::Numbers, name, Type::Float, doc, run);
    let list = |name, returns, doc, run| Signature::ours(Family::Lists, name, returns, doc, run);
    let any_list = || Type::list(Type::Any);
    let time = |name, doc, run| {
        Signature::ours(Family::Time, name, Type::Int, doc, run)
            .argument("utc_offset_minutes", Type::Int)
            .default(0)
            .needs(Needs::Moment)
    };
    all.extend([
        number("NumberMin", "The lesser of two numbers.", |call| {
            pick(call, Inequality::LessOrEqual)
        })
        .argument("a", Type::Float)
        .argument("b", Type::Float),
        number("NumberMax", "The greater of two numbers.", |call| {
            pick(call, Inequality::GreaterOrEqual)
        })
        .argument("a", Type::Float)
        .argument("b", Type::Float),
        number("NumberAbs", "The number without its sign.", |call| {
            let number = call.argument(0);
            if compare(Inequality::Less, number, &Value::Int(0))? {
                negate(number)
            } else {
                Ok(number.clone())
            }
        })
        .argument("number", Type::Float),
        Signature::ours(
            Family::Numbers,
            "TextToInt",
            Type::Int,
            "The whole number that a text shows; no value if it shows none.",
            |call| {
                parse_integer(call.text(0)?)
                    .ok_or_else(|| Fault::expected("the text is not a whole number"))
            },
        )
        .argument("text", Type::Str),
        Signature::ours(
            Family::Numbers,
            "TextToFloat",
            Type::Float,
            "The number that a text shows; no value if it shows none.",
            |call| {
                parse_float(call.text(0)?)
                    .filter(|number| number.is_finite())
                    .map(Value::Float)
                    .ok_or_else(|| Fault::expected("the text is not a number"))
            },
        )
        .argument("text", Type::Str),
        list("ListIntersects", Type::Bool, "Whether two lists have an item in common.", |call| {
            common(call).map(|items| Value::Bool(!items.is_empty()))
        })
        .argument("a", any_list())
        .argument("b", any_list()),
        list(
            "ListOverlap",
            any_list(),
            "The items of the first list that the second has too, each once.",
            |call| common(call).map(Value::list),
        )
        .argument("a", any_list())
        .argument("b", any_list()),
        list("ListUnique", any_list(), "The items of a list, each once.", |call| {
            let mut unique: Vec<Value> = Vec::new();
            for item in call.list(0)? {
                if !contains(&Value::list(unique.clone()), item)? {
                    unique.push(item.clone());
                }
            }
            Ok(Value::list(unique))
        })
        .argument("list", any_list()),
        list(
            "ListMax",
            Type::Float,
            "The greatest number of a list; no value if it is empty.",
            |call| extreme(call, std::cmp::Ordering::Greater),
        )
        .argument("list", Type::list(Type::Float)),
        list(
            "ListMin",
            Type::Float,
            "The least number of a list; no value if it is empty.",
            |call| extreme(call, std::cmp::Ordering::Less),
        )
        .argument("list", Type::list(Type::Float)),
        time("HourOfDay", "The hour of the event, 0 to 23, in UTC or at an offset.", |call| {
            moment(call).map(|moment| Value::Int(moment.hour().into()))
        }),
        time(
            "DayOfWeek",
            "The day of the week of the event, 1 (Monday) to 7, in UTC or at an offset.",
            |call| {
                moment(call)
                    .map(|moment| Value::Int(moment.date().weekday().to_monday_one_offset().into()))
            },
        ),
    ]);
}

fn pick(call: &Call<'_>, better: Inequality) -> Result<Value, Fault> {
    let (a, b) = (call.argument(0), call.argument(1));
    Ok(if compare(better, a, b)? { a } else { b }.clone())
}

fn extreme(call: &Call<'_>, wanted: std::cmp::Ordering) -> Result<Value, Fault> {
    let mut best: Option<&Value> = None;
    for item in call.list(0)? {
        let better = match best {
            Some(best) => order(item, best)? == Some(wanted),
            None => true,
        };
        if better {
            best = Some(item);
        }
    }
    best.cloned().ok_or_else(|| Fault::expected("the list is empty"))
}

fn common(call: &Call<'_>) -> Result<Vec<Value>, Fault> {
    let mut items: Vec<Value> = Vec::new();
    for item in call.list(0)? {
        if contains(call.argument(1), item)? && !contains(&Value::list(items.clone()), item)? {
            items.push(item.clone());
        }
    }
    Ok(items)
}

/// The event's time at the offset that the call names.
fn moment(call: &Call<'_>) -> Result<jiff::civil::DateTime, Fault> {
    let offset = call.int(0)?;
    if !(-1440..=1440).contains(&offset) {
        return Err(Fault::error(Exception::ValueError, "the offset is more than a day"));
    }
    let utc = jiff::tz::TimeZone::UTC.to_datetime(call.context.now);
    utc.checked_add(offset.minutes())
        .map_err(|_| Fault::error(Exception::OverflowError, "the time is out of range"))
}
