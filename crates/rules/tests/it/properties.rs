//! What must hold for any input: nothing panics, texts survive, places lie inside.

use proptest::prelude::*;
use rules::jsonpath::Path;
use rules::regexes::Pattern;
use rules::text::{PhraseSet, Views, fold, unquoted};
use rules::value::{Value, float_text, json, parse_float, parse_integer, repr, text};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".{0,8}".prop_map(Value::from),
        "[1-9][0-9]{20,40}".prop_map(|digits| parse_integer(&digits).expect("digits")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            prop::collection::vec((".{0,3}", inner), 0..20).prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
                Value::Map(rules::value::Map::new(entries).0.into())
            }),
        ]
    })
}

/// Texts with many of the marks that patterns and paths are made of.
fn syntax() -> impl Strategy<Value = String> {
    prop_oneof![".{0,40}", r"[\(\)\[\]{}*+?|^$.\\,:<>=!#&'\x22`a-cPxwdsbB0-9 -]{0,30}"]
}

proptest! {
    #[test]
    fn json_survives_writing_and_reading(value in any_json()) {
        let mut written = String::new();
        json::write(&mut written, &value, json::NonFinite::Python).expect("few digits");
        let read = json::read(&written.as_str().into(), 64).expect("what was written is JSON").value;
        let mut again = String::new();
        json::write(&mut again, &read, json::NonFinite::Python).expect("few digits");
        prop_assert_eq!(written, again);
        prop_assert!(repr(&value).is_ok() && text(&value).is_ok());
    }

    #[test]
    fn broken_json_is_refused_inside_the_text(source in syntax()) {
        if let Err(error) = json::read(&source.as_str().into(), 16) {
            prop_assert!(error.offset <= source.len());
        }
    }

    #[test]
    fn floats_survive_their_text(number in any::<f64>()) {
        let read = parse_float(&float_text(number)).expect("a number");
        prop_assert!(read.to_bits() == number.to_bits() || (read.is_nan() && number.is_nan()));
    }

    #[test]
    fn no_pattern_panics(pattern in syntax(), ignore_case in any::<bool>(), text in ".{0,30}") {
        match Pattern::compile(&pattern, ignore_case) {
            Ok(compiled) => {
                if let Ok(Some((start, end))) = compiled.find(&text) {
                    prop_assert!(text.get(start..end).is_some());
                    prop_assert_eq!(compiled.is_match(&text), Ok(true));
                }
            }
            Err(error) => prop_assert!(error.offset <= pattern.len()),
        }
    }

    #[test]
    fn no_path_panics(path in syntax(), data in any_json()) {
        match Path::parse(&path) {
            Ok(path) => drop(path.first(&data)),
            Err(error) => prop_assert!(error.offset <= path.len()),
        }
    }

    #[test]
    fn passages_lie_inside_the_text(text in ".{0,60}", phrase in "[a-z]{1,3}") {
        let set = PhraseSet::new([phrase.as_str()], false, true);
        for found in set.find(&Views::of(&text)) {
            prop_assert!(text.get(found.start..found.end).is_some_and(|passage| !passage.is_empty()));
        }
        prop_assert!(unquoted(&text).len() <= text.len());
    }

    #[test]
    fn folding_twice_changes_nothing_more_in_latin_and_chinese(text in r"[ -~À-ÿ一-龥]{0,40}") {
        let once = fold(&text).text().to_owned();
        let twice = fold(&once);
        prop_assert_eq!(twice.text(), once.as_str());
    }
}
