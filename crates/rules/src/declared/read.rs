//! Values as `functions.toml` and tables write them.

use std::time::Duration;

use crate::coerce::fits;
use crate::rulebook::node::Value as Node;
use crate::types::Type;
use crate::value::{Value, parse_float, parse_integer};

/// A value of the wanted type, as TOML has it.
pub(super) fn value_of(node: &Node, wanted: &Type) -> Option<Value> {
    let plain = plain(node)?;
    let plain = match (wanted, plain) {
        (Type::Float, Value::Int(number)) => Value::Float(parse_float(&number.to_string())?),
        (_, plain) => plain,
    };
    (matches!(wanted, Type::Any | Type::Variable) || fits(wanted, &plain)).then_some(plain)
}

fn plain(node: &Node) -> Option<Value> {
    Some(match node {
        Node::Flag(flag) => Value::Bool(*flag),
        Node::Whole(number) => Value::Int(*number),
        Node::Real(number) => Value::Float(*number),
        Node::Text(text) => Value::str(text),
        Node::List(items) => {
            Value::list(items.iter().map(|item| plain(&item.value)).collect::<Option<Vec<_>>>()?)
        }
        Node::Null | Node::Table(_) => return None,
    })
}

/// A value of the wanted type, as a table has it.
pub(super) fn typed(text: &str, wanted: &Type) -> Option<Value> {
    match wanted {
        Type::Str | Type::Any => Some(Value::str(text)),
        Type::Int => parse_integer(text),
        Type::Float => parse_float(text).filter(|n| n.is_finite()).map(Value::Float),
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(Value::Bool(true)),
            "false" | "no" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Optional(inner) if text.is_empty() => typed(text, inner).or(Some(Value::None)),
        Type::Optional(inner) => typed(text, inner),
        Type::List(inner) => {
            let items = text.split(';').map(str::trim).filter(|item| !item.is_empty());
            items.map(|item| typed(item, inner)).collect::<Option<Vec<_>>>().map(Value::list)
        }
        _ => None,
    }
}

/// `300ms`, `2s`, `10m`, `1h`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u32 = digits.parse().ok()?;
    let number = u64::from(number);
    match text.strip_prefix(digits)? {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number * 60)),
        "h" => Some(Duration::from_secs(number * 3600)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_table_values() {
        assert_eq!(duration("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(duration("10m"), Some(Duration::from_secs(600)));
        for wrong in ["", "5", "s", "1d", "-1s", "1.5s", "5 s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        assert!(matches!(typed("7", &Type::Int), Some(Value::Int(7))));
        assert!(typed("seven", &Type::Int).is_none());
        assert!(matches!(typed("yes", &Type::Bool), Some(Value::Bool(true))));
        assert_eq!(typed("a; b", &Type::list(Type::Str)).unwrap().as_list().unwrap().len(), 2);
    }
}
