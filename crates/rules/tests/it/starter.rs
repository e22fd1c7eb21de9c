//! The starter rulebook is whole, and does what its authors say it does.

use rules::Sources;
use rules::rulebook::Rulebook;
use rules::testing::run_cases;
use std::collections::BTreeMap;
use std::path::Path;

fn read(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &format!("{prefix}{name}/"), files);
        } else {
            files.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The starter rulebook's files.
pub(crate) fn starter() -> Sources {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    read(&root, "", &mut files);
    Sources::from_map(files)
}

#[test]
fn the_starter_rulebook_is_sound_and_its_cases_pass() {
    let (book, problems) = Rulebook::load(&starter());
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let book = book.expect("a rulebook");
    assert!(book.policies.len() >= 10 && book.clauses().count() >= 40);
    assert!(book.clauses().all(|clause| book.ladder_of(clause).is_some()));
    let failed: Vec<String> = run_cases(&book)
        .into_iter()
        .filter(|result| !result.passed())
        .map(|r| format!("{}:{}: {}: {}", r.path, r.line, r.name, r.differences.join("; ")))
        .collect();
    assert!(failed.is_empty(), "{} of {}\n{}", failed.len(), book.cases.len(), failed.join("\n"));
}

#[test]
fn its_rules_stand_in_the_form_that_the_formatter_gives() {
    let sources = starter();
    let rules = sources.iter().filter(|(path, _)| path.ends_with(".sml"));
    for (path, text) in rules {
        assert!(sml::format(text).is_ok_and(|formed| formed == text), "evenhand fmt {path}");
    }
}
