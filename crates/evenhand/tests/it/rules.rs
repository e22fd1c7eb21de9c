//! `evenhand rules`: what tries rules, what does nothing, what they are made of.

use crate::{evenhand, rulebook, said};
use serde_json::Value;

#[test]
fn coverage_says_what_no_case_tries() {
    let (code, out, err) = said(evenhand().args(["rules", "coverage"]).arg(rulebook()));
    assert!(code == 0 || code == 1, "{err}");
    assert!(out.contains("worked cases make"), "{out}");
    let (_, out, _) =
        said(evenhand().args(["rules", "coverage", "--format", "json"]).arg(rulebook()));
    let told: Value = serde_json::from_str(&out).unwrap();
    let rules = told["rules"].as_array().unwrap();
    assert!(!rules.is_empty());
    let runs = rules
        .iter()
        .map(|rule| rule["held"].as_u64().unwrap() + rule["not_held"].as_u64().unwrap());
    assert!(runs.max() <= told["cases"].as_u64());
}

#[test]
fn what_does_nothing_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let main = "Text: str = JsonData(path='$.text')
Unread: str = JsonData(path='$.unread')
Never = Rule(when_all=[Text == 'a', Text == 'b'], description='never')
WhenRules(rules_any=[Never], then=[DeclareVerdict(verdict='look')])
";
    std::fs::write(folder.path().join("main.sml"), main).unwrap();
    let (code, out, err) = said(evenhand().args(["rules", "idle"]).arg(folder.path()));
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("main.sml:3: `Never` never holds: `Text` would have to be"), "{out}");
    assert!(out.contains("`Unread` is read by no rule"), "{out}");
}

#[test]
fn the_graph_is_a_picture_and_names_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let main = "Text: str = JsonData(path='$.text')
Short = Rule(when_all=[StringLength(s=Text) < 3], description='short')
WhenRules(rules_any=[Short], then=[DeclareVerdict(verdict='<b>&')])
";
    std::fs::write(folder.path().join("main.sml"), main).unwrap();
    let graph =
        |more: &[&str]| said(evenhand().args(["rules", "graph"]).arg(folder.path()).args(more));
    let (code, out, err) = graph(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("<svg ") && out.contains("verdict &lt;b&gt;&amp;"), "{out}");
    assert_eq!(out.matches("<path ").count(), 3, "{out}");
    let (code, _, err) = graph(&["--around", "Shart"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `Short`?"), "{err}");
}
