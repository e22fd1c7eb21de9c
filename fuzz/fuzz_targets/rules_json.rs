//! JSON that is read is written again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::value::json::{self, NonFinite};

fuzz_target!(|text: &str| {
    let Ok(document) = json::read(&text.into(), 64) else { return };
    let mut written = String::new();
    if json::write(&mut written, &document.value, NonFinite::Python).is_err() {
        return;
    }
    let again = json::read(&written.as_str().into(), 64).expect("what was written is JSON");
    let mut twice = String::new();
    json::write(&mut twice, &again.value, NonFinite::Python).expect("it was written before");
    assert_eq!(written, twice);
});
