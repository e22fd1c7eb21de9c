//! What can be read can be formatted, and formatting it again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(formatted) = sml::format(text) {
        assert_eq!(sml::format(&formatted).as_ref(), Ok(&formatted));
        let (before, after) = (sml::parse(text).0, sml::parse(&formatted).0);
        assert_eq!(before.statements.len(), after.statements.len());
    }
});
