//! Loading: what is read, what is told about what cannot be.

use super::*;
use std::path::Path;

/// The starter rulebook from this repository.
pub(crate) fn starter() -> Sources {
    fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    Sources::from_map(files)
}

#[test]
fn the_starter_loads_and_its_cases_pass() {
    let (book, problems) = Rulebook::load(&starter());
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let book = book.unwrap_or_else(|| panic!("{}", told.join("\n")));
    assert!(book.policies.len() >= 10 && book.clauses().count() >= 40);
    assert!(book.clauses().all(|clause| book.ladder_of(clause).is_some()));
    let failed: Vec<String> = crate::testing::run_cases(&book)
        .into_iter()
        .filter(|result| !result.passed())
        .map(|r| format!("{}:{}: {}: {}", r.path, r.line, r.name, r.differences.join("; ")))
        .collect();
    assert!(failed.is_empty(), "{} of {}\n{}", failed.len(), book.cases.len(), failed.join("\n"));
}
