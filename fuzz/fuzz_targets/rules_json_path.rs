//! No JSON path panics, on any document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::jsonpath::Path;
use rules::value::json;

fuzz_target!(|input: (&str, &str)| {
    let (path, document) = input;
    let Ok(path) = Path::parse(path) else { return };
    if let Ok(document) = json::read(&document.into(), 64) {
        let _ = path.first(&document.value);
    }
});
