//! A request that is read is written again byte for byte; nothing that nobody signed is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::witness::{AddCheckpoint, Watched, judge, read_signatures, read_size};

fuzz_target!(|text: &str| {
    if let Ok(request) = text.parse::<AddCheckpoint>() {
        assert_eq!(request.to_string(), text);
        let origin = request.read().unwrap().origin;
        let watched = Watched { origin, keys: Vec::new() };
        assert!(judge(&request, &watched, None).is_err());
    }
    let _ = read_signatures(text);
    if let Some(size) = read_size(text) {
        assert_eq!(format!("{size}\n"), text);
    }
});
