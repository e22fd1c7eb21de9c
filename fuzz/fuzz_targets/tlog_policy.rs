//! No text makes the reader of policies panic, and none accepts a checkpoint that nobody signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::note::Note;
use tlog::policy::Policy;

fuzz_target!(|text: &str| {
    if let Ok(policy) = text.parse::<Policy>() {
        let unsigned = Note::new(format!("log\n0\n{}\n", "A".repeat(43) + "=")).unwrap();
        assert!(policy.accept(&unsigned).is_err());
    }
});
