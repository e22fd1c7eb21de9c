//! Which files run: programs of several files that import and require each other, drawn at random,
//! against the two sentences that say so. An import always runs its file; a requirement runs its
//! file if its condition is true, and otherwise, or where the condition has no value, nothing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rules::stream::{Settings, Stream};
use rules::{Environment, Plan, Sources, check};
use serde_json::{Value, json};

/// One file: what it imports (of later files), what it requires (of any), and what the event says
/// about it.
#[derive(Clone, Debug)]
struct File {
    imports: BTreeSet<usize>,
    requires: Vec<(usize, bool)>,
    says: Option<bool>,
}

fn name(at: usize) -> String {
    if at == 0 { "main.sml".to_owned() } else { format!("f{at}.sml") }
}

fn text(at: usize, file: &File) -> String {
    let mut text = String::new();
    if !file.imports.is_empty() {
        let names: Vec<String> = file.imports.iter().map(|at| format!("'{}'", name(*at))).collect();
        text += &format!("Import(rules=[{}])\n", names.join(", "));
    }
    text += &format!("G{at}: bool = JsonData(path='$.g{at}', required=False)\n");
    for (wanted, always) in &file.requires {
        let condition = if *always { String::new() } else { format!(", require_if=G{at}") };
        text += &format!("Require(rule='{}'{condition})\n", name(*wanted));
    }
    // What is imported can be read.
    let seen: String = file.imports.iter().map(|at| format!(", G{at} != None")).collect();
    text += &format!("S{at} = Rule(when_all=[True{seen}], description='seen')\n");
    text += &format!("R{at} = Rule(when_all=[G{at}], description='r{at}')\n");
    text += &format!("WhenRules(rules_any=[R{at}], then=[DeclareVerdict(verdict='v{at}')])\n");
    text
}

fn files() -> impl Strategy<Value = Vec<File>> {
    (1..7_usize).prop_flat_map(|count| {
        let one = move |at: usize| {
            let later: Vec<usize> = (at + 1..count).collect();
            let some = 0..=later.len().min(2);
            (
                prop::sample::subsequence(later, some),
                prop::collection::vec((0..count, any::<bool>()), 0..3),
                prop::option::of(any::<bool>()),
            )
                .prop_map(|(imports, requires, says)| {
                    let imports = imports.into_iter().collect();
                    File { imports, requires, says }
                })
        };
        (0..count).map(one).collect::<Vec<_>>()
    })
}

fn ran(files: &[File]) -> BTreeSet<usize> {
    let mut ran = BTreeSet::new();
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        if ran.insert(at) {
            waiting.extend(&files[at].imports);
            let holds = |always: &bool| *always || files[at].says == Some(true);
            let required = files[at].requires.iter().filter(|(_, always)| holds(always));
            waiting.extend(required.map(|(wanted, _)| wanted));
        }
    }
    ran
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_run_by_import_and_requirement(files in files()) {
        let texts = files.iter().enumerate().map(|(at, file)| (name(at), text(at, file)));
        let sources = Sources::from_map(texts.collect());
        let checked = check(&sources, &Environment::default());
        let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.problems));
        let mut stream = Stream::new(Plan::build(program).into(), Settings::default());

        let data: serde_json::Map<String, Value> = files
            .iter()
            .enumerate()
            .filter_map(|(at, file)| Some((format!("g{at}"), file.says?.into())))
            .collect();
        let event = json!({"action_id": 1, "action_name": "x", "timestamp": "2026-03-01T12:00:00Z", "data": data});
        let mut out = String::new();
        stream.event(&event.to_string().into(), &mut out).expect("an event");
        let result: Value = serde_json::from_str(&out).expect("JSON");

        let ran = ran(&files);
        for (at, file) in files.iter().enumerate() {
            let says = file.says.map_or(Value::Null, Value::Bool);
            let seen = Value::Bool(file.imports.iter().all(|at| files[*at].says.is_some()));
            let expected = ran.contains(&at).then_some(());
            let feature = |letter: &str| result["features"].get(format!("{letter}{at}"));
            prop_assert_eq!(feature("G"), expected.map(|()| &says));
            prop_assert_eq!(feature("R"), expected.map(|()| &says));
            prop_assert_eq!(feature("S"), expected.map(|()| &seen));
        }
        let verdicts = result["verdicts"].as_array().expect("a list");
        let mut told: Vec<&str> = verdicts.iter().filter_map(Value::as_str).collect();
        told.sort_unstable();
        let holds = ran.iter().filter(|at| files[**at].says == Some(true));
        let expected: Vec<String> = holds.map(|at| format!("v{at}")).collect();
        prop_assert_eq!(told, expected);
        prop_assert_eq!(&result["errors"], &json!([]));
    }
}
