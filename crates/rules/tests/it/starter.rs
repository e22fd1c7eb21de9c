//! The starter rulebook's rules are sound.

use std::collections::BTreeMap;
use std::path::Path;

use rules::functions::Lists;
use rules::{Environment, Plan, Sources, check};

/// The word lists of the rulebook.
struct Words(Vec<(String, Vec<String>)>);

impl Lists for Words {
    fn number(&self, name: &str) -> Option<u32> {
        let at = self.0.iter().position(|(list, _)| list == name)?;
        u32::try_from(at).ok()
    }

    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn has(&self, list: u32, entry: &str) -> bool {
        self.entries(list).contains(&entry)
    }

    fn entries(&self, list: u32) -> Vec<&str> {
        let list = usize::try_from(list).ok().and_then(|at| self.0.get(at));
        list.map(|(_, entries)| entries.iter().map(String::as_str).collect()).unwrap_or_default()
    }
}

fn words(root: &Path) -> Words {
    let lists = std::fs::read_dir(root.join("lists")).expect("lists");
    let paths = lists.map(|entry| entry.expect("an entry").path());
    let texts = paths.filter(|path| path.extension().is_some_and(|end| end == "txt"));
    Words(
        texts
            .map(|path| {
                let text = std::fs::read_to_string(&path).expect("text");
                let entries =
                    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                (name, entries.map(str::to_owned).collect())
            })
            .collect(),
    )
}

fn read(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".sml") || name.ends_with(".yaml") {
            files.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path).expect("text"));
        }
    }
}

#[test]
fn the_starter_rulebook_is_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    let mut files = BTreeMap::new();
    read(&root, "", &mut files);
    let environment =
        Environment { lists: Some(std::sync::Arc::new(words(&root))), ..Environment::default() };
    let checked = check(&Sources::from_map(files), &environment);
    let told: Vec<_> = checked.problems.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let plan = Plan::build(checked.program.expect("a program"));
    eprintln!("{plan:?}");
}
