//! No rulebook panics, and every problem stands inside its file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::Sources;
use rules::rulebook::Rulebook;

const FILES: [&str; 8] = [
    "rulebook.toml",
    "ladder.toml",
    "functions.toml",
    "audit.toml",
    "main.sml",
    "config/labels.yaml",
    "policies/a.md",
    "cases/a.yaml",
];

fuzz_target!(|texts: [&str; 8]| {
    let files = FILES.iter().zip(texts).map(|(path, text)| ((*path).into(), text.into()));
    let sources = Sources::from_map(files.collect());
    let (_, problems) = Rulebook::load(&sources);
    for problem in problems {
        if let Some(text) = sources.text(&problem.path) {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
        }
    }
});
