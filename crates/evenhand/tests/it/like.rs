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

    let (code, out, _) = like(&["--item", "item-0", "--threshold", "0.5", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found["like"].as_array().unwrap().len()), (0, 1));
    let (code, out, _) = like(&["nothing of the kind was ever said"]);
    assert_eq!((code, out.starts_with("Nothing shares 70 %")), (1, true), "{out}");
    let (code, _, err) = like(&["--item", "none"]);
    assert_eq!(code, 2);
    assert!(err.contains("the item `none` is not in the store"), "{err}");
}
