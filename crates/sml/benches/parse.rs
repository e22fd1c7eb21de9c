//! Instruction counts of reading rule text: the files of the starter rulebook, all of them, the
//! largest of them, and the smallest. They do not depend on how busy the machine is.
//!
//! `cargo bench -p sml` needs valgrind and `gungraun-runner` of the same version.
#![expect(clippy::expect_used, reason = "a bench may panic")]
#![expect(missing_docs, reason = "the macros make public items without docs")]

use std::hint::black_box;
use std::path::Path;

use gungraun::{library_benchmark, library_benchmark_group, main};
use sml::{Diagnostic, Root};

/// Every rule file below a directory, smallest first.
fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "sml") {
            found.push(std::fs::read_to_string(&path).expect("a rule file"));
        }
    }
    found.sort_by_key(String::len);
    found
}

fn starter() -> Vec<String> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter"))
}

fn smallest() -> Vec<String> {
    starter().into_iter().take(1).collect()
}

fn largest() -> Vec<String> {
    starter().into_iter().next_back().into_iter().collect()
}

#[library_benchmark]
#[bench::smallest(smallest())]
#[bench::largest(largest())]
#[bench::whole(starter())]
fn parses(texts: Vec<String>) -> (Vec<(Root, Vec<Diagnostic>)>, Vec<String>) {
    let parsed = black_box(&texts).iter().map(|text| sml::parse(text)).collect();
    // Given back, so that dropping them is not counted.
    (parsed, texts)
}

library_benchmark_group!(name = parse, benchmarks = [parses]);
main!(library_benchmark_groups = parse);
