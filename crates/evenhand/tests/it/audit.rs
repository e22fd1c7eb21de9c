//! `evenhand audit run`: under which rulebook it compares, and what it says.

use crate::{evenhand, event, rulebook, said};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use store::{AdoptedBy, Store};

const AUDIT: &str = "[[grouping]]\nname = \"side\"\ntitle = \"Side\"\nfrom = \"$.account.side\"\n";
const SETS: usize = 12;

/// Accounts of two sides post the same; the rules find only what `red` writes.
fn posts() -> Vec<String> {
    let mut all = Vec::new();
    for set in 0..SETS {
        let words =
            format!("harbour{set} lantern{set} meadow{set} copper{set} violin{set} thistle{set}");
        for (side, said) in [("red", "so buy now"), ("blue", "so buy it now")] {
            let id = format!("{side}-{set}");
            let post = event(&id, &format!("{words} and all the rest {said}"));
            let author = format!(r#""{id}","side":"{side}""#);
            all.push(post.replace("\"ann\"", &author));
        }
    }
    all
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    ["rulebook.toml", "ladder.toml", "main.sml", "policies/spam.md"]
        .map(|name| (name.to_owned(), std::fs::read_to_string(folder.join(name)).unwrap()))
        .into()
}

#[test]
fn it_compares_under_the_rulebook_that_people_put_into_force() {
    let folder = tempfile::tempdir().unwrap();
    let (input, data) = (folder.path().join("events.ndjson"), folder.path().join("data"));
    std::fs::write(&input, posts().join("\n")).unwrap();
    let database = data.join("evenhand.sqlite");
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(rulebook()).arg("--store").arg(&database).arg(&input);
    let (code, _, err) = said(&mut run);
    assert_eq!(code, 0, "{err}");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, format!("rulebook = '{}'\n", rulebook().display())).unwrap();
    let audited = |more: &[&str]| -> (i32, Value) {
        let mut command = evenhand();
        command.args(["audit", "run", "--days", "3650", "--deals", "199", "--format", "json"]);
        command.arg("--data").arg(&data).arg("--config").arg(&config).args(more);
        let (code, out, err) = said(&mut command);
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}")))
    };
    // The folder declares no groups, so that there is nothing to compare.
    let (code, report) = audited(&[]);
    let folder_version = report["rulebook"].clone();
    let none = report["clauses"].as_array().unwrap().iter();
    assert!(code == 0 && none.flat_map(|one| one["comparisons"].as_array()).all(Vec::is_empty));

    // People put a rulebook into force that does.
    let mut adopted = files(&rulebook());
    adopted.insert("audit.toml".into(), AUDIT.into());
    let version = rules::Sources::from_map(adopted.clone()).version();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&database).await.unwrap();
        let by = AdoptedBy { act: "act".into(), report: "00".into() };
        let at = "2026-11-21T00:00:00Z".parse().unwrap();
        store.adopt(&version, &adopted, at, Some(&by)).await.unwrap();
        store.close().await;
    });
    let (code, report) = audited(&[]);
    assert_eq!(report["rulebook"], version.as_str());
    assert_ne!(report["rulebook"], folder_version);
    let found = &report["clauses"][0]["comparisons"][0];
    assert_eq!((&found["one"], &found["other"]), (&"blue".into(), &"red".into()), "{report}");
    assert_eq!(found["verdict"], "clear imbalance");
    assert_eq!(code, 1, "a clear imbalance is a no");
    // Whoever names a folder gets the folder.
    let folder = rulebook();
    let (code, report) = audited(&["--rulebook", folder.to_str().unwrap()]);
    assert_eq!((code, &report["rulebook"]), (0, &folder_version));
}
