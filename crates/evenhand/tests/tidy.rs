//! Keeps the house in order: who may use whom, how long a file may be, that every module says what
//! it is. `ARCHITECTURE.md` gives the reasons.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crate, and which of ours it may use.
const MATRIX: [(&str, &[&str]); 11] = [
    ("sml", &[]),
    ("model", &[]),
    ("tlog", &[]),
    ("rules", &["sml", "model"]),
    ("likeness", &["model"]),
    ("store", &["model", "tlog"]),
    ("platforms", &["model"]),
    ("flow", &["sml", "model", "tlog", "rules", "likeness", "store", "platforms"]),
    ("console", &["sml", "model", "tlog", "rules", "likeness", "store", "platforms", "flow"]),
    (
        "evenhand",
        &[
            "sml",
            "model",
            "tlog",
            "rules",
            "likeness",
            "store",
            "platforms",
            "flow",
            "console",
            "plaza",
        ],
    ),
    ("plaza", &["tlog"]),
];

/// Outside crate, and the only ones of ours that may use it.
const ROOMS: [(&str, &[&str]); 5] = [
    ("lettre", &["platforms"]),
    ("sqlx", &["store", "plaza"]),
    ("reqwest", &["platforms", "plaza"]),
    ("axum", &["console", "evenhand", "plaza"]),
    ("tokio", &["store", "platforms", "flow", "console", "evenhand", "plaza"]),
];

const BANNED: [&str; 4] = ["openssl-sys", "native-tls", "aws-lc-sys", "rusqlite"];
/// Of these, 53 came with sign-in by OpenID Connect: `openidconnect` brings `oauth2`, newer `p256` and `p384`, and
/// `serde_with`, whose optional formats are locked but never built. A build without the feature `oidc` has none of them.
/// `cargo audit` names RUSTSEC-2023-0071 for `rsa` (a private key may be told by how long its use takes): no private RSA key
/// is ever in our hands, signatures are verified with the provider's public keys alone (a test's own key is no secret).
const MOST_PACKAGES: usize = 600;
const MOST_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Name of each of our crates, and what it uses outside of tests.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let used = list(&package["dependencies"])
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
                .collect();
            (package["name"].as_str().unwrap_or_default().to_owned(), used)
        })
        .collect()
}

#[test]
fn arrows_go_one_way() {
    let crates = crates();
    let ours: BTreeSet<&str> = MATRIX.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = crates.keys().map(String::as_str).collect();
    assert_eq!(found, ours, "a crate came or went: change the matrix and ARCHITECTURE.md");
    for (name, may) in MATRIX {
        let uses = crates.get(name).expect("a crate of the matrix");
        let wrong: Vec<_> = uses
            .iter()
            .filter(|used| ours.contains(used.as_str()) && !may.contains(&used.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{name} may not use {wrong:?}");
    }
}

#[test]
fn each_outside_crate_has_its_room() {
    for (name, uses) in crates() {
        for (outside, rooms) in ROOMS {
            assert!(
                !uses.contains(outside) || rooms.contains(&name.as_str()),
                "{name} may not use {outside}; only {rooms:?} may"
            );
        }
    }
}

#[test]
fn the_tree_of_dependencies_stays_small() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let names: Vec<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.len() <= MOST_PACKAGES, "{} packages are locked", names.len());
    for banned in BANNED {
        assert!(!names.contains(&banned), "{banned} is banned");
    }
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "tests" | "benches" | "fuzz" | "node_modules") {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") && name != "build.rs" {
            found.push(path);
        }
    }
}

#[test]
fn every_file_fits_in_a_head_and_says_what_it_is() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    sources(&root().join("examples"), &mut files);
    assert!(files.len() > 50, "only {} files found", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count();
        if code > MOST_LINES {
            wrong.push(format!("{}: {code} lines, at most {MOST_LINES}", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: opens without `//!`", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unfinished_is_left() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    sources(&root().join("examples"), &mut files);
    for path in files {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for mark in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ign", "ore")] {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}
