//! No text makes the parser panic, and every diagnostic stands inside its text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (_, diagnostics) = sml::parse(text);
    for diagnostic in diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some(), "{diagnostic:?}");
        for (span, _) in &diagnostic.labels {
            assert!(text.get(span.range()).is_some(), "{diagnostic:?}");
        }
    }
});
