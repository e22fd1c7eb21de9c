//! No pattern panics or hangs, and a match lies inside its text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::regexes::Pattern;

fuzz_target!(|input: (bool, &str, &str)| {
    let (ignore_case, pattern, text) = input;
    let Ok(pattern) = Pattern::compile(pattern, ignore_case) else { return };
    let matched = pattern.is_match(text);
    if let Ok(Some((start, end))) = pattern.find(text) {
        assert!(text.get(start..end).is_some());
        assert!(matches!(matched, Ok(true) | Err(_)));
    }
});
