//! What holds for every text, however hostile.

use proptest::prelude::*;

use crate::{dump, programs};

/// Texts that are no programs, but could be taken for some.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("[".to_owned()),
        Just("{".to_owned()),
        Just("'".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("f'{".to_owned()),
        Just("}".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n  ".to_owned()),
        Just(":".to_owned()),
        Just("=".to_owned()),
        Just(",".to_owned()),
        Just("#".to_owned()),
        Just("\\N{".to_owned()),
        Just("\\x".to_owned()),
        Just("0x".to_owned()),
        Just("1e".to_owned()),
        Just("lambda".to_owned()),
        Just(" for ".to_owned()),
        Just("if ".to_owned()),
        Just("@".to_owned()),
        Just("é".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\0".to_owned()),
        Just("😀".to_owned()),
        "[a-zA-Z_ ]{1,4}",
        "\\PC",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_diagnostics(text: &str) {
    let (_, diagnostics) = sml::parse(text);
    for diagnostic in &diagnostics {
        let labels = diagnostic.labels.iter().map(|(span, _)| *span);
        for span in labels.chain([diagnostic.span]) {
            assert!(span.start <= span.end, "{diagnostic:?}");
            assert!(text.get(span.range()).is_some(), "{diagnostic:?} in {text:?}");
        }
        assert!(!diagnostic.message.ends_with('.'), "{diagnostic:?}");
    }
}

fn check_format(text: &str) {
    let (before, diagnostics) = sml::parse(text);
    let formatted = sml::format(text);
    assert_eq!(formatted.is_ok(), diagnostics.is_empty());
    let Ok(formatted) = formatted else { return };
    let (after, diagnostics) = sml::parse(&formatted);
    assert!(diagnostics.is_empty(), "{text:?}\n{formatted}\n{diagnostics:?}");
    assert_eq!(
        dump::without_places(&before),
        dump::without_places(&after),
        "{text:?}\n{formatted}"
    );
    assert_eq!(sml::format(&formatted).as_ref(), Ok(&formatted), "{text:?}");
    assert_eq!(comments(text), comments(&formatted), "{text:?}\n{formatted}");
}

/// How often each comment that programs are made with stands in a text.
fn comments(text: &str) -> [usize; 5] {
    ["# why", "# alone", "# end", "# a comment", "# indented"]
        .map(|comment| text.matches(comment).count())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic_and_every_span_is_inside(text in hostile()) {
        check_diagnostics(&text);
    }

    #[test]
    fn damaged_programs_too(seed: u64) {
        check_diagnostics(&programs::damaged(seed));
    }

    #[test]
    fn formatting_keeps_tree_and_comments_and_is_stable(seed: u64) {
        check_format(&programs::program(seed));
        check_format(&programs::damaged(seed));
    }

    #[test]
    fn hostile_texts_are_formatted_or_refused(text in hostile()) {
        check_format(&text);
    }
}

#[test]
fn every_prefix_of_a_program_is_read_without_panic() {
    for seed in 0..40 {
        let program = programs::program(seed);
        for (end, _) in program.char_indices() {
            check_diagnostics(program.get(..end).unwrap());
        }
    }
}

#[test]
fn deep_nesting_is_told_and_does_not_overflow_the_stack() {
    let deep = 100_000;
    let texts = [
        format!("A = {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("A = {}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("A = {}1{}", "f(x=".repeat(deep), ")".repeat(deep)),
        format!("A = {}", "(".repeat(deep)),
        format!("A = {}1", "-".repeat(deep)),
        format!("A = {}B", "not ".repeat(deep)),
        format!("A = 1{}", " + 1".repeat(deep)),
        format!("A = 1{}", " ** 1".repeat(deep)),
        format!("A = {}1", "lambda: ".repeat(deep)),
        format!("A = 1{}", " if 1 else 1".repeat(deep)),
        format!("A: {}int{} = 1", "(".repeat(deep), ")".repeat(deep)),
        format!("A = B{}", "[0]".repeat(deep)),
        format!("A = 1{}", " < 1".repeat(deep)),
    ];
    for text in texts {
        let (root, diagnostics) = sml::parse(&text);
        assert!(root.statements.is_empty());
        assert_eq!(diagnostics.len(), 1, "{:?}", diagnostics.first());
    }
}

#[test]
fn what_nests_as_deep_as_allowed_is_read_and_formatted() {
    let texts = [
        format!("A = {}1{}\n", "(".repeat(200), ")".repeat(200)),
        format!("A = {}1{}\n", "f(x=".repeat(200), ")".repeat(200)),
        format!("A = {}1{}\n", "[".repeat(200), "]".repeat(200)),
        format!("A = 1{}\n", " + 1".repeat(390)),
        format!("A = {}B\n", "not ".repeat(390)),
        format!("A = B{}\n", " and B".repeat(20_000)),
    ];
    for text in texts {
        check_format(&text);
        assert!(sml::format(&text).is_ok());
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let (_, diagnostics) = sml::parse(&"#".repeat((8 << 20) + 1));
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.code == "file-too-large"));
    assert_eq!(diagnostics.len(), 1);
}
