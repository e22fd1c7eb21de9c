//! Rulebooks and events that somebody broke, by chance or on purpose: nothing panics, and every
//! problem stands inside its file.

use proptest::prelude::*;
use proptest::sample::Index;
use rules::rulebook::Rulebook;
use rules::stream::{Settings, Stream};
use rules::{Environment, Plan, Sources, check};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The small rulebook of the binary's tests.
fn small() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../evenhand/tests/it/rulebook");
    let names = ["rulebook.toml", "ladder.toml", "main.sml", "policies/spam.md"];
    let read = |name: &str| std::fs::read_to_string(root.join(name)).expect("the small rulebook");
    let mut files: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), read(name))).collect();
    files.insert(
        "config/labels.yaml".into(),
        "labels:\n  a: {valid_for: [U], connotation: neutral, description: d}\n".into(),
    );
    files.insert(
        "cases/c.yaml".into(),
        "- name: n\n  event: {text: hello, language: en}\n  expect: {breach: [], refer: []}\n"
            .into(),
    );
    files.insert("functions.toml".into(), "[[function]]\nname = \"F\"\nreturns = \"str\"\narguments = [{ name = \"a\", type = \"str\" }]\nabsent = true\n".into());
    files.insert("audit.toml".into(), String::new());
    files
}

/// A cut, and what is put in its place.
fn damage() -> impl Strategy<Value = (Index, Index, usize, String)> {
    let put = prop_oneof![
        Just(String::new()),
        "\\PC{0,6}",
        r"[\[\]{}()'\x22#:=,\\\n\t .|>&*!-]{0,6}",
        Just("\u{feff}".to_owned()),
        Just("é😀\u{0}".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("((((((((((((((((".to_owned()),
    ];
    (any::<Index>(), any::<Index>(), 0_usize..12, put)
}

fn damaged(damages: &[(Index, Index, usize, String)]) -> Sources {
    let mut files = small();
    for (file, place, cut, put) in damages {
        let name = file.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let text = files.get_mut(&name).expect("one of its files");
        let letters: Vec<char> = text.chars().collect();
        let at = place.index(letters.len() + 1);
        let end = (at + cut).min(letters.len());
        *text = letters[..at]
            .iter()
            .copied()
            .chain(put.chars())
            .chain(letters[end..].iter().copied())
            .collect();
    }
    Sources::from_map(files)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_broken_rulebook_is_told_and_never_panics(damages in prop::collection::vec(damage(), 1..4)) {
        let sources = damaged(&damages);
        let (book, problems) = Rulebook::load(&sources);
        prop_assert_eq!(book.is_none(), problems.iter().any(rules::Problem::is_error));
        for problem in &problems {
            if let Some(text) = sources.text(&problem.path) {
                prop_assert!(text.get(problem.span.range()).is_some(), "{:?}", problem);
            }
            prop_assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{}", problem);
        }
    }

    #[test]
    fn a_broken_event_is_told_and_never_panics((_, place, cut, put) in damage()) {
        let whole = r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
            "data": {"text": "hello", "list": [1, 2.5, "x"], "n": null}, "secret_data": {"a": "b"}}"#;
        let letters: Vec<char> = whole.replace('\n', " ").chars().collect();
        let at = place.index(letters.len() + 1);
        let end = (at + cut).min(letters.len());
        let line: String =
            letters[..at].iter().copied().chain(put.chars()).chain(letters[end..].iter().copied()).collect();
        let main = "Text: str = JsonData(path='$.text')\nN: Optional[int] = JsonData(path='$.list[1]')\n";
        let sources = Sources::from_map([("main.sml".into(), main.into())].into());
        let program = check(&sources, &Environment::default()).program.expect("no problems");
        let mut stream = Stream::new(Arc::new(Plan::build(program)), Settings::default());
        let mut out = String::new();
        match stream.event(&line.as_str().into(), &mut out) {
            Ok(()) => {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{}", out);
            }
            Err(why) => prop_assert!(out.is_empty() && !why.is_empty()),
        }
    }
}

/// A rule whose label one event puts on and a later one sees.
const COUNTED: &str = "User: Entity[str] = EntityJson(type='User', path='$.user')
Text: str = JsonData(path='$.text')
Seen = HasLabel(entity=User, label='seen')
Again = Rule(when_all=[Seen], description=f'{User} again')
First = Rule(when_all=[Text == 'put'], description='first')
WhenRules(rules_any=[First], then=[LabelAdd(entity=User, label='seen')])
WhenRules(rules_any=[Again], then=[DeclareVerdict(verdict='again')])
";

proptest! {
    #[test]
    fn a_block_is_read_as_its_lines_are(
        kinds in prop::collection::vec(prop_oneof![1 => 0..7_u8, 8 => 5..9_u8], 0..200),
    ) {
        let labels = "labels:\n  seen: {valid_for: [User], connotation: neutral, description: d}\n";
        let sources = Sources::from_map([
            ("main.sml".to_owned(), COUNTED.to_owned()),
            ("config/labels.yaml".to_owned(), labels.to_owned()),
        ].into());
        let program = check(&sources, &Environment::default()).program.expect("no problems");
        let plan = Arc::new(Plan::build(program));
        let event = |at: usize, text: &str| format!(
            r#"{{"action_id": {at}, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z", "data": {{"user": "u{}", "text": "{text}"}}}}"#,
            at % 3
        );
        let lines: Vec<String> = kinds.iter().enumerate().map(|(at, kind)| match kind {
            0 => event(at, "put"),
            1 => String::from("  "),
            2 => String::from("{\"action_id\": 1"),
            3 => format!(r#"{{"data": {}}}"#, event(at, "put")),
            4 => serde_json::json!({ "data": event(at, "put") }).to_string(),
            5 => event(at, "日本"),
            6 => event(at, "put"),
            7 => event(at, "one").replace("\"text\"", "\"text\": \"put\", \"te\\u0078t\""),
            _ => event(at, "other"),
        }).collect();
        let settings = Settings::default();
        let (mut whole, mut single) =
            (Stream::new(Arc::clone(&plan), settings), Stream::new(plan, settings));
        let done = whole.block(lines.join("\n").as_bytes(), 10);
        let (mut out, mut refused) = (String::new(), Vec::new());
        for (line, number) in lines.iter().zip(10..) {
            if let Err(why) = single.event(&line.as_str().into(), &mut out)
                && !line.trim().is_empty()
            {
                refused.push((number, why));
            }
        }
        prop_assert_eq!(done.out, out);
        prop_assert_eq!(done.refused, refused);
        prop_assert_eq!(whole.labels(), single.labels());
    }
}
