//! No pattern panics or hangs, a match lies inside its text, and both ways of asking say the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::regexes::Pattern;

fuzz_target!(|input: (bool, &str, &str)| {
    let (ignore_case, pattern, text) = input;
    let Ok(pattern) = Pattern::compile(pattern, ignore_case) else { return };
    let (Ok(matched), Ok(found)) = (pattern.is_match(text), pattern.find(text)) else { return };
    assert_eq!(matched, found.is_some());
    assert!(found.is_none_or(|(start, end)| text.get(start..end).is_some()));
});
