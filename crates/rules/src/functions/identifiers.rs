//! Our own functions that find what identifies people: addresses, numbers of phones, cards and
//! accounts. Check digits are checked, so that few other numbers pass.

use std::sync::LazyLock;

use super::{Call, Family, Match, Signature};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let finder = |name, doc, run, find| {
        Signature::ours(Family::Identifiers, name, Type::list(Type::Str), doc, run)
            .argument("text", Type::Str)
            .found_by(find)
    };
    all.extend([
        finder(
            "EmailsIn",
            "The mail addresses in the text.",
            |call| shown(call, emails),
            |call| passages(call, emails),
        ),
        finder(
            "PhoneNumbersIn",
            "The telephone numbers in the text: 8 to 15 digits, grouped or after a +.",
            |call| shown(call, phones),
            |call| passages(call, phones),
        ),
        finder(
            "CardNumbersIn",
            "The payment card numbers in the text whose check digit is right.",
            |call| shown(call, cards),
            |call| passages(call, cards),
        ),
        finder(
            "IbansIn",
            "The bank account numbers (IBAN) in the text whose check digits are right.",
            |call| shown(call, ibans),
            |call| passages(call, ibans),
        ),
        finder(
            "WalletsIn",
            "The addresses of Bitcoin and Ethereum wallets in the text, by their form.",
            |call| shown(call, wallets),
            |call| passages(call, wallets),
        ),
    ]);
}

type Passages = Vec<(usize, usize)>;

fn shown(call: &Call<'_>, find: fn(&str) -> Passages) -> Result<Value, Fault> {
    let text = call.text(0)?;
    Ok(Value::texts(
        find(text)
            .into_iter()
            .filter_map(|(start, end)| text.get(start..end))
            .map(Str::from)
            .collect::<Vec<_>>(),
    ))
}

fn passages(call: &Call<'_>, find: fn(&str) -> Passages) -> Vec<Match> {
    let found = call.text(0).map(find).unwrap_or_default();
    found.into_iter().map(|(start, end)| Match { argument: 0, start, end }).collect()
}

type Pattern = LazyLock<Option<regex::Regex>>;

static EMAIL: Pattern = LazyLock::new(|| {
    regex::Regex::new(r"[\p{L}\p{N}][\p{L}\p{N}._%+\-]*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}\-]*[\p{L}\p{N}]").ok()
});
static PHONE: Pattern = LazyLock::new(|| {
    regex::Regex::new(r"(?:\+|\b00)?\(?\b\d{1,4}\)?(?:[ \-./]{0,2}\(?\d{1,5}\)?){1,6}\b").ok()
});
static CARD: Pattern = LazyLock::new(|| regex::Regex::new(r"\b\d(?:[ \-]?\d){12,18}\b").ok());
static IBAN: Pattern =
    LazyLock::new(|| regex::Regex::new(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b").ok());
static WALLET: Pattern = LazyLock::new(|| {
    regex::Regex::new(
        r"\b(?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b",
    )
    .ok()
});

fn matching(pattern: &Pattern, text: &str, good: impl Fn(&str) -> bool) -> Passages {
    let found = pattern.iter().flat_map(|pattern| pattern.find_iter(text));
    found.filter(|found| good(found.as_str())).map(|found| (found.start(), found.end())).collect()
}

fn emails(text: &str) -> Passages {
    matching(&EMAIL, text, |_| true)
}

fn wallets(text: &str) -> Passages {
    matching(&WALLET, text, |_| true)
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// A number in groups or after a plus sign. Dates, addresses of the network and card numbers
/// have other forms.
fn phones(text: &str) -> Passages {
    matching(&PHONE, text, |found| {
        let count = digits(found).len();
        let international = found.starts_with('+') || found.starts_with("00");
        let groups =
            found.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
        let date = groups == 3 && count == 8 && !international && found.contains(['.', '/', '-']);
        let dotted_quad = groups == 4 && found.matches('.').count() == 3;
        (8..=15).contains(&count)
            && (international || groups >= 3)
            && !date
            && !dotted_quad
            && !is_card(found)
    })
}

fn cards(text: &str) -> Passages {
    matching(&CARD, text, is_card)
}

/// Luhn's check, and a first digit that card numbers have.
fn is_card(number: &str) -> bool {
    let digits = digits(number);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    (13..=19).contains(&digits.len())
        && matches!(digits.first(), Some(2..=6))
        && sum.is_multiple_of(10)
}

/// An IBAN ends where its country's length says; a word in capitals may follow it.
fn ibans(text: &str) -> Passages {
    let found = IBAN.iter().flat_map(|pattern| pattern.find_iter(text));
    let whole = found.filter_map(|found| {
        let country = found.as_str().get(..2)?;
        let length = IBAN_LENGTHS.iter().find(|(code, _)| *code == country)?.1;
        let (last, c) = found.as_str().char_indices().filter(|(_, c)| *c != ' ').nth(length - 1)?;
        let end = found.start() + last + c.len_utf8();
        let ends = text.get(end..)?.chars().next().is_none_or(|c| !c.is_alphanumeric());
        (ends && checks(text.get(found.start()..end)?)).then_some((found.start(), end))
    });
    whole.collect()
}

/// The number, its first four characters moved to the end and letters read as 10 to 35, leaves 1
/// when divided by 97.
fn checks(iban: &str) -> bool {
    let chars: Vec<char> = iban.chars().filter(|c| *c != ' ').collect();
    let moved = chars.iter().skip(4).chain(chars.iter().take(4));
    let rest = moved.filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shifted = if value < 10 { rest * 10 } else { rest * 100 };
        (shifted + value) % 97
    });
    rest == 1
}

const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("XK", 20),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(find: fn(&str) -> Passages, text: &str) -> Vec<&str> {
        find(text).into_iter().map(|(start, end)| text.get(start..end).unwrap()).collect()
    }

    #[test]
    fn identifiers_are_found_by_their_check_digits() {
        assert_eq!(
            found(cards, "pay 4111 1111 1111 1111 or 4111 1111 1111 1112 or 378282246310005"),
            ["4111 1111 1111 1111", "378282246310005"]
        );
        assert_eq!(
            found(
                ibans,
                "to DE89 3704 0044 0532 0130 00 NOW or GB82WEST12345698765432, not DE89370400440532013001"
            ),
            ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]
        );
        assert_eq!(
            found(emails, "mail bob.o+x@mail.example.co.uk, or ü@bücher.de. not a@b"),
            ["bob.o+x@mail.example.co.uk", "ü@bücher.de"]
        );
        assert_eq!(
            found(
                phones,
                "call +44 7911 123456 or (555) 867-5309; on 2026-03-01, 12.03.2026, 10.0.0.1, 1234567, id 1234567890"
            ),
            ["+44 7911 123456", "(555) 867-5309"]
        );
        assert_eq!(found(wallets, "0xaB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3f 0xabc").len(), 1);
    }
}
