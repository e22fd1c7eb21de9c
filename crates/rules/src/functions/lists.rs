//! Osprey's functions on lists.

use std::cmp::Ordering;

use super::{Call, Family, Signature};
use crate::types::Type;
use crate::value::{Fault, Value, order, text};

pub(super) fn register(all: &mut Vec<Signature>) {
    let list = |name, returns, doc, run| {
        Signature::osprey(Family::Lists, name, returns, doc, run)
            .argument("list", Type::list(Type::Any))
    };
    all.extend([
        list("ListLength", Type::Int, "The number of items.", |call| {
            Ok(Value::Int(i64::try_from(call.list(0)?.len()).unwrap_or(i64::MAX)))
        }),
        list("ListRead", Type::Str, "The item at a position, as text. Negative positions count from the end; none there: no value.", read)
            .argument("index", Type::Int)
            .default(0),
        list("ListSort", Type::list(Type::Any), "The items in ascending (or descending) order.", sort)
            .argument("reverse", Type::Bool)
            .default(false),
    ]);
}

fn read(call: &Call<'_>) -> Result<Value, Fault> {
    let items = call.list(0)?;
    let index = call.int(1)?;
    let position = match usize::try_from(index) {
        Ok(position) => Some(position),
        Err(_) => usize::try_from(index.unsigned_abs())
            .ok()
            .and_then(|back| items.len().checked_sub(back)),
    };
    let item = position.and_then(|position| items.get(position));
    text(item.ok_or_else(|| Fault::expected("the list has no item at this position"))?)
        .map(Value::Str)
}

fn sort(call: &Call<'_>) -> Result<Value, Fault> {
    let items = call.list(0)?.to_vec();
    let sorted = merge_sorted(items, call.flag(1))?;
    Ok(Value::list(sorted))
}

/// A stable merge sort. The standard library's sorts may panic when items have no total order,
/// as NaN has none.
fn merge_sorted(mut items: Vec<Value>, reverse: bool) -> Result<Vec<Value>, Fault> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let mut left = merge_sorted(items, reverse)?.into_iter().peekable();
    let mut right = merge_sorted(right, reverse)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let order = order(b, a)?;
        let right_first = order == Some(if reverse { Ordering::Greater } else { Ordering::Less });
        merged.extend(if right_first { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
