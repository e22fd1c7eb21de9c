//! Osprey's functions on telephone numbers.

use super::numbering::PLAN;
use super::{Call, Family, Signature};
use crate::types::Type;
use crate::value::{Fault, Value, digit_value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let phone = |name, doc, run| {
        Signature::osprey(Family::Phone, name, Type::Str, doc, run)
            .argument("phone_number", Type::Str)
    };
    all.extend([
        phone(
            "PhoneCountry",
            "The country (ISO 3166, two letters) of a number that begins with its country code.",
            country,
        ),
        phone(
            "PhonePrefix",
            "The number without its last four characters: the block it belongs to.",
            prefix,
        ),
    ]);
}

fn country(call: &Call<'_>) -> Result<Value, Fault> {
    country_of(call.text(0)?)
        .map(Value::str)
        .ok_or_else(|| Fault::expected("no country has numbers like this"))
}

fn country_of(number: &str) -> Option<&'static str> {
    let mut digits = String::new();
    for c in number.chars() {
        // The reference takes superscripts for digits and then fails on them.
        if matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉') {
            break;
        }
        digits.extend(digit_value(c).and_then(|digit| char::from_digit(digit, 10)));
        if digits.len() == 8 {
            break;
        }
    }
    let starts = |prefixes: &str| prefixes.split(' ').any(|prefix| digits.starts_with(prefix));
    PLAN.iter().find(|(_, prefixes)| starts(prefixes)).map(|(country, _)| *country)
}

fn prefix(call: &Call<'_>) -> Result<Value, Fault> {
    let number = call.text(0)?;
    let end = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    match number.get(..end) {
        Some(prefix) if !prefix.is_empty() => Ok(Value::str(prefix)),
        _ => Err(Fault::expected("the number is too short")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_follow_the_numbering_plan() {
        for (number, country) in [
            ("+15558675309", None),
            ("5558675309", Some("BR")),
            ("+447911123456", Some("GB")),
            ("+7", None),
            ("+77011234567", Some("KZ")),
            ("+79161234567", Some("RU")),
            ("+1 (242) 555-0123", Some("BS")),
            ("1234", Some("US")),
            ("+٣٣١", Some("FR")),
            ("00491701234", None),
            ("", None),
        ] {
            assert_eq!(country_of(number), country, "{number}");
        }
    }
}
