//! Every other command: what it says and how it ends.

use crate::{changed, evenhand, rulebook, said};
use std::path::Path;

#[test]
fn check_ends_as_scripts_expect() {
    let folder = tempfile::tempdir().unwrap();
    let check = |path: &Path| said(evenhand().arg("check").arg(path));
    let (code, out, _) = check(&rulebook());
    assert_eq!((code, out.as_str()), (0, "No problems in 4 files.\n"));
    let wrong = changed(folder.path(), "main.sml", "spam#advertisements", "spam#advertisement");
    let (code, out, _) = check(&wrong);
    assert_eq!(code, 1);
    let out = out.replace(folder.path().to_str().unwrap(), "");
    insta::assert_snapshot!(out);
    assert_eq!(check(Path::new("nowhere")).0, 2);
    assert_eq!(said(evenhand().arg("chekc")).0, 2);
}

#[test]
fn test_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let book = changed(folder.path(), "main.sml", "", "");
    std::fs::create_dir(book.join("cases")).unwrap();
    let case = |expected: &str| {
        let text = format!(
            "- name: an offer\n  event: {{item: {{id: a, text: buy now}}, account: {{id: ann}}}}\n  expect: {{breach: [{expected}]}}\n"
        );
        std::fs::write(book.join("cases/spam.yaml"), text).unwrap();
        said(evenhand().arg("test").arg(&book))
    };
    let (code, out, err) = case("spam#advertisements");
    assert_eq!((code, out.as_str()), (0, "All 1 cases come out as they say.\n"), "{err}");
    let (code, out, _) = case("");
    assert_eq!(code, 1);
    assert!(out.contains("cases/spam.yaml:1: an offer"), "{out}");
    assert!(out.contains("spam#advertisements"), "{out}");
}

#[test]
fn two_rulebooks_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let other = changed(folder.path(), "policies/spam.md", "nobody asked", "no one asked");
    let diff = |a: &Path, b: &Path| said(evenhand().args(["rulebook", "diff"]).arg(a).arg(b));
    assert_eq!(diff(&rulebook(), &rulebook()).0, 0);
    let (code, out, _) = diff(&rulebook(), &other);
    assert_eq!(code, 1);
    assert!(out.contains("~ clause spam#advertisements (en)"), "{out}");
    let hash = |path: &Path| said(evenhand().args(["rulebook", "hash"]).arg(path)).1;
    assert_eq!(hash(&rulebook()).trim().len(), 64);
    assert_ne!(hash(&rulebook()), hash(&other));
}

#[test]
fn a_key_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let key =
        |args: &[&str]| said(evenhand().arg("key").args(args).arg("--data").arg(folder.path()));
    let (code, token, _) = key(&["add", "--name", "one", "--scope", "events,receipts"]);
    assert_eq!((code, token.trim().len()), (0, 68));
    assert_eq!(key(&["add", "--name", "one", "--scope", "events"]).0, 2);
    assert_eq!(key(&["add", "--scope", "review"]).0, 2);
    assert_eq!(key(&["add", "--scope", "reviw"]).0, 2);
    let listed = key(&["list"]).1;
    assert!(listed.contains("events,receipts") && !listed.contains(token.trim()), "{listed}");
    assert_eq!((key(&["revoke", "one"]).0, key(&["revoke", "one"]).0), (0, 1));
}

#[test]
fn a_copy_is_checked_and_put_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let copy = folder.path().join("copy.sqlite");
    let run = |args: &[&str], data: &Path| said(evenhand().args(args).arg("--data").arg(data));
    let path = copy.to_str().unwrap();
    assert_eq!(run(&["backup", path], &from).0, 2);
    run(&["key", "add", "--name", "kept", "--scope", "events"], &from);
    run(&["key", "add", "--name", "other", "--scope", "events"], &to);
    assert_eq!(run(&["backup", path], &from).0, 0);
    assert_eq!(run(&["backup", path], &from).0, 2, "a copy is never written over");
    assert_eq!(run(&["restore", path], &to).0, 0);
    assert!(run(&["key", "list"], &to).1.contains("kept"));
    assert!(to.join("evenhand.sqlite.before-1").exists());
    std::fs::write(&copy, "no database at all").unwrap();
    assert_eq!(run(&["restore", path], &to).0, 2);
    assert!(run(&["key", "list"], &to).1.contains("kept"));
}

#[test]
fn settings_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenhand.toml");
    std::fs::write(&file, "[intake]\nqueu = 5\n").unwrap();
    let (code, _, err) = said(evenhand().args(["config", "check", "--config"]).arg(&file));
    assert_eq!(code, 1);
    assert!(err.contains("line 2") && err.contains("did you mean `queue`"), "{err}");
    std::fs::write(&file, "[intake]\nqueue = 5\n").unwrap();
    let mut show = evenhand();
    show.args(["config", "show", "--config"]).arg(&file).env("EVENHAND_INTAKE__QUEUE", "6");
    assert!(said(&mut show).1.contains("queue = 6"));
}

#[test]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let written = std::fs::read_to_string(path).unwrap();
    let (_, current, _) = said(evenhand().arg("reference"));
    assert_eq!(written, current, "run: cargo run -- reference > docs/cli.md");
}

#[test]
fn manual_and_completions_are_there() {
    assert!(said(evenhand().arg("man")).1.contains(".TH evenhand"));
    assert!(said(evenhand().args(["man", "serve"])).1.contains("SIGHUP"));
    assert!(said(evenhand().args(["completions", "bash"])).1.contains("_evenhand"));
    assert!(said(evenhand().arg("--version")).1.contains("commit"));
}
