//! `evenhand audit swap`.

use crate::{evenhand, event, rulebook, said};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The small rulebook with names that stand for each other, and with another pattern.
fn book(folder: &Path, pattern: &str) -> PathBuf {
    let copy = crate::changed(folder, "main.sml", "buy now", pattern);
    let audit = "interchangeable = [[\"reds\", \"blues\", \"greens\"]]\n\
        [[grouping]]\nname = \"country\"\ntitle = \"Country\"\nfrom = \"$.account.country\"\n";
    std::fs::write(copy.join("audit.toml"), audit).unwrap();
    copy
}

fn swap(book: &Path, posts: &Path, more: &[&str]) -> Command {
    let mut command = evenhand();
    command.args(["audit", "swap", "--rulebook"]).arg(book).args(more).arg(posts);
    command
}

#[test]
fn a_planted_double_standard_is_shown_with_its_rule_and_direction() {
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts.ndjson");
    let texts = ["the Reds are thieves", "the Blues are thieves", "nobody is a thief"];
    let country = |text: String| text.replace(r#""id":"ann""#, r#""id":"ann","country":"XT""#);
    let mut lines: Vec<String> =
        texts.iter().enumerate().map(|(n, text)| event(&n.to_string(), text)).collect();
    lines.push(country(event("3", "hello")));
    lines.push(country(event("4", "hello again")).replace("XT", "XU"));
    std::fs::write(&posts, lines.join("\n")).unwrap();

    // Only what is said of reds is a breach.
    let uneven = book(folder.path(), "reds are thieves");
    let (code, out, err) = said(&mut swap(&uneven, &posts, &[]));
    assert_eq!(code, 1, "{err}");
    assert!(out.starts_with("5 posts, 4 of them with something to swap; of 2 a swap"), "{out}");
    assert!(out.contains("  the Blues are thieves\n    left up"), "{out}");
    let (_, out, _) = said(&mut swap(&uneven, &posts, &["--names", "blues,greens"]));
    assert!(out.contains("None of 3 swaps changed anything."), "{out}");
    let (_, out, _) = said(&mut swap(&uneven, &posts, &["--format", "json"]));
    let report: Value = serde_json::from_str(&out).unwrap();
    let of = |from: &str, to: &str| {
        let all = report["swaps"].as_array().unwrap().iter();
        let one = all.clone().find(|swap| swap["from"] == from && swap["to"] == to).unwrap();
        ["tried", "harsher", "milder", "otherwise"].map(|key| one[key].as_u64().unwrap())
    };
    assert_eq!(of("reds", "blues"), [1, 0, 1, 0]);
    assert_eq!(of("blues", "reds"), [1, 1, 0, 0]);
    assert_eq!(of("blues", "greens"), [1, 0, 0, 0]);
    // The author's country changes nothing.
    assert_eq!((of("XT", "XU"), of("XU", "XT")), ([1, 0, 0, 0], [1, 0, 0, 0]));
    assert_eq!(report["swaps"][0]["rules"]["Advertisement"], 1);
    assert_eq!(report["failed"], 0);

    let even = book(folder.path(), "(reds|blues|greens) are thieves");
    let (code, out, err) = said(&mut swap(&even, &posts, &[]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("None of 6 swaps changed anything."), "{out}");

    let (code, _, err) = said(&mut swap(&rulebook(), &posts, &[]));
    assert_eq!(code, 2);
    assert!(err.contains("declares nothing to swap"), "{err}");
}
