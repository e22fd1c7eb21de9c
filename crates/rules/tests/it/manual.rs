//! The manual of the functions: complete, as it is written down, and its examples run.

use rules::functions::{EXAMPLES, manual, registry};
use rules::value::repr;
use rules::{Environment, Facts, Plan, Sources, check, evaluate};
use std::path::Path;

#[test]
fn every_function_is_described() {
    for signature in registry() {
        let name = &signature.name;
        assert!(
            signature.doc.len() > 10 && signature.doc.ends_with('.'),
            "{name}: {}",
            signature.doc
        );
        assert!(manual().contains(&format!("| `{name}(")), "{name}");
    }
    let ours = registry().iter().filter(|signature| !signature.osprey).count();
    assert!(ours >= 40, "{ours}");
}

#[test]
fn the_page_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules/functions.md");
    if std::env::var_os("EVENHAND_WRITE_DOCS").is_some() {
        std::fs::write(&path, manual()).expect("the page");
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == manual(),
        "docs/rules/functions.md is old: run this test with EVENHAND_WRITE_DOCS=1"
    );
}

#[test]
fn the_examples_give_what_they_show() {
    let main: String = (0_i32..)
        .zip(EXAMPLES)
        .map(|(number, (call, _))| format!("Example{number} = {call}\n"))
        .collect();
    let files = [
        ("main.sml", main.as_str()),
        ("lists/slurs.txt", "grobnik\n"),
        ("lists/hosts.txt", "evil.example\n"),
        ("lists/patterns.txt", "gr[o0]b\n"),
        ("lists/links.csv", "sho.rt/x,https://shop.example/\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let sources = Sources::from_map(files.into());
    let (environment, problems) = Environment::of(&sources);
    assert!(problems.is_empty(), "{problems:?}");
    let checked = check(&sources, &environment);
    let plan = Plan::build(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.problems)));
    let event = r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T22:30:00Z", "data": {}}"#;
    let event: model::Event = serde_json::from_str(event).expect("an event");
    for (number, (call, result)) in (0_i32..).zip(EXAMPLES) {
        let outcome = evaluate(&plan, &event, &Facts::default(), event.timestamp);
        let value = outcome.feature(&plan, &format!("Example{number}"));
        let shown = value.map(|value| repr(&value).expect("a text")).unwrap_or_default();
        assert_eq!(shown, *result, "{call}");
    }
}
