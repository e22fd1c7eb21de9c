//! `evenhand like`.

use crate::{evenhand, event, rulebook, said};
use serde_json::Value;

#[test]
fn like_posts_are_found_in_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let (input, data) = (folder.path().join("events.ndjson"), folder.path().join("data"));
    let texts = ["buy now these watches", "please do not buy now these watches", "hello"];
    let all: Vec<String> =
        texts.iter().enumerate().map(|(n, text)| event(&n.to_string(), text)).collect();
    std::fs::write(&input, all.join("\n")).unwrap();
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(rulebook()).arg("--store");
    run.arg(data.join("evenhand.sqlite")).arg(&input);
    let (code, _, err) = said(&mut run);
    assert_eq!(code, 0, "{err}");
    let like = |more: &[&str]| {
        let mut command = evenhand();
        command.arg("like").arg("--rulebook").arg(rulebook()).arg("--data").arg(&data).args(more);
        said(&mut command)
    };
    let (code, out, err) = like(&["BUY NOW these watches!", "--threshold", "0.5"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("100 %  like"), "{out}");
    assert!(out.contains("spam#advertisements"), "{out}");
    assert!(out.contains("negation: here nothing, there “not”"), "{out}");
    assert!(out.contains("‹buy now these watches›"), "{out}");

    // An item's id is the item; a clause leaves out of what nothing was held under it.
    let (code, out, _) = like(&["item-0", "--threshold", "0.5", "--clause", "spam#advertisements"]);
    assert!(code == 0 && out.contains("item-1") && !out.contains("item-0"), "{out}");
    let (code, _, err) = like(&["item-0", "--clause", "spam#none"]);
    assert!(code == 2 && err.contains("the rulebook has no clause `spam#none`"), "{err}");

    let (code, out, _) = like(&["--item", "item-0", "--threshold", "0.5", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found["like"].as_array().unwrap().len()), (0, 1));
    let (code, out, _) = like(&["nothing of the kind was ever said"]);
    assert_eq!((code, out.starts_with("Nothing shares 70 %")), (1, true), "{out}");
    assert!(out.contains("`--threshold 0.3`"), "{out}");
    let (code, _, err) = like(&["--item", "none"]);
    assert_eq!(code, 2);
    assert!(err.contains("the item `none` is not in the store"), "{err}");
}

/// A small model, in which *thieves* and *crooks* mean the same.
#[test]
fn with_a_model_what_says_the_same_is_found_too() {
    let folder = tempfile::tempdir().unwrap();
    let (input, data) = (folder.path().join("events.ndjson"), folder.path().join("data"));
    let texts =
        ["buy now, they are thieves and belong in jail", "buy now: the weather is nice today"];
    let all: Vec<String> =
        texts.iter().enumerate().map(|(n, text)| event(&n.to_string(), text)).collect();
    std::fs::write(&input, all.join("\n")).unwrap();
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(rulebook()).arg("--store");
    let (code, _, err) = said(run.arg(data.join("evenhand.sqlite")).arg(&input));
    assert_eq!(code, 0, "{err}");
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../likeness/tests/data/small-model.zip");
    let asked = |settings: &str, text: &str| {
        let config = folder.path().join("config.toml");
        std::fs::write(&config, settings).unwrap();
        let mut command = evenhand();
        command.arg("like").arg("--rulebook").arg(rulebook()).arg("--data").arg(&data);
        said(command.arg("--config").arg(config).arg(text))
    };
    let said_otherwise = "those people were crooks, all of whom deserve to go to prison";
    let understands = format!("[likeness]\nmodel = '{model}'\nthreshold = 0.7\n");
    let (code, out, err) = asked(&understands, said_otherwise);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("%  like      item-0") && out.contains("same meaning (0."), "{out}");
    assert!(!out.contains("item-1"), "{out}");
    let denied = "those people were not crooks, none of whom deserve to go to prison";
    let (_, out, _) = asked(&understands, denied);
    assert!(out.contains("not like  item-0") && out.contains("negation: here"), "{out}");
    // Without a model words alone count.
    assert_eq!(asked("", said_otherwise).0, 1);
    let (code, _, err) = asked(&format!("{understands}sha256 = 'abc'\n"), said_otherwise);
    assert!(code == 2 && err.contains("`likeness.sha256` is abc"), "{err}");
}

#[test]
fn a_decision_becomes_a_worked_case_without_persons() {
    let folder = tempfile::tempdir().unwrap();
    let (input, data) = (folder.path().join("events.ndjson"), folder.path().join("data"));
    std::fs::write(&input, event("1", "@bob buy now at https://shop.example/bob")).unwrap();
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(rulebook()).arg("--store");
    let (_, out, err) = said(run.arg(data.join("evenhand.sqlite")).arg(&input));
    let line: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
    let id = line["decision"]["id"].as_str().unwrap();
    let case_from = |book: &std::path::Path, id: &str| {
        let mut command = evenhand();
        command.args(["rulebook", "case-from", id, "--rulebook"]).arg(book);
        said(command.arg("--data").arg(&data))
    };
    let book = crate::changed(folder.path(), "main.sml", "buy now", "buy now");
    let (code, _, err) = case_from(&book, id);
    assert_eq!(code, 0, "{err}");
    let file = book.join(format!("cases/precedent-{}.yaml", id.split_at(8).0));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("@someone buy now at https://example.org/"), "{text}");
    assert!(!text.contains("bob") && !text.contains("item-1") && !text.contains("ann"), "{text}");
    let (code, _, err) = said(evenhand().arg("test").arg(&book));
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = case_from(&book, id);
    assert_eq!(code, 2);
    assert!(err.contains("is there already"), "{err}");

    // Rules that do not find it: the case says so, and fails until they do.
    std::fs::remove_dir_all(book.join("cases")).unwrap();
    let other = crate::changed(folder.path(), "main.sml", "buy now", "buy never");
    let (code, _, err) = case_from(&other, id);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("`spam#advertisements` should be breached, but is not"), "{err}");
    let (code, _, _) = case_from(&other, "00000000-0000-0000-0000-000000000000");
    assert_eq!(code, 2);
}
