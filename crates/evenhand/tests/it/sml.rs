//! `evenhand sml`: the reference's results by way of the real binary, and what it does with bad input.

use crate::{evenhand, shared};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

/// Writes the files of a program into a fresh directory.
fn directory(sources: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in sources.as_object().unwrap() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.as_str().unwrap()).unwrap();
    }
    folder
}

fn rules(main: &str) -> tempfile::TempDir {
    directory(&json!({ "main.sml": main }))
}

/// Runs `evenhand sml ...` with an input.
fn sml(arguments: &[&str], directory: &Path, input: &[u8]) -> (i32, String, String) {
    let mut child = evenhand()
        .args(["sml", arguments[0]])
        .arg(directory)
        .args(&arguments[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Beside the reading: whoever only writes while results fill the pipe waits for ever.
    let Output { status, stdout, stderr } = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not check ends before it reads.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

fn places(problems: &Value) -> Vec<(String, u64)> {
    let place = |one: &Value| (one["path"].as_str().unwrap().into(), one["line"].as_u64().unwrap());
    let mut places: Vec<_> = problems.as_array().unwrap().iter().map(place).collect();
    places.sort();
    places.dedup();
    places
}

fn rejected(id: &str, folder: &Path, expect: &Value) {
    let (code, out, err) = sml(&["check", "--format", "json"], folder, b"");
    assert_eq!(code, 1, "{id}: {err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["ok"], false, "{id}");
    if expect.get("crash").is_none() {
        assert_eq!(places(&report["errors"]), places(&expect["errors"]), "{id}");
    }
    let order: Vec<(&str, u64, u64)> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (e["path"].as_str().unwrap(), e["line"].as_u64().unwrap(), e["col"].as_u64().unwrap())
        })
        .collect();
    assert!(order.is_sorted(), "{id}: {order:?}");
}

/// Lists that have no order, sorted.
fn settled(result: &Value, unordered: &Value) -> Value {
    let mut result = result.clone();
    let sort = |value: &mut Value, key: &dyn Fn(&Value) -> String| {
        if let Some(list) = value.as_array_mut() {
            list.sort_by_key(key);
        }
    };
    sort(&mut result["errors"], &Value::to_string);
    // Effects are compared in the order within each type.
    sort(&mut result["effects"], &|effect| effect["effect"].to_string());
    for name in unordered.as_array().into_iter().flatten() {
        if let Some(value) = result["features"].get_mut(name.as_str().unwrap()) {
            sort(value, &Value::to_string);
        }
    }
    result
}

/// Labels with their times as moments.
fn moments(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), moments(value))).collect()
        }
        Value::Array(items) => items.iter().map(moments).collect(),
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(time) => json!(time.as_microsecond()),
            Err(_) => value.clone(),
        },
        other => other.clone(),
    }
}

/// The events of a case as they are written: the order of keys matters.
#[derive(serde::Deserialize)]
struct Events {
    events: Vec<Box<RawValue>>,
}

fn accepted(id: &str, folder: &Path, case: &Value, events: &[Box<RawValue>]) {
    let expect = &case["expect"];
    let (code, out, err) = sml(&["check", "--format", "json"], folder, b"");
    assert_eq!(code, 0, "{id}: {out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report, json!({"ok": true, "errors": [], "warnings": []}), "{id}");

    let labels = folder.join("labels.json");
    let after = folder.join("after.json");
    std::fs::write(&labels, case["labels"].to_string()).unwrap();
    let events: Vec<String> = events.iter().map(|event| format!("{event}\n")).collect();
    let arguments = [
        "run",
        "--now",
        case["now"].as_str().unwrap(),
        "--labels",
        labels.to_str().unwrap(),
        "--labels-out",
        after.to_str().unwrap(),
        "--threads",
        "3",
    ];
    let (code, out, err) = sml(&arguments, folder, events.concat().as_bytes());
    assert_eq!(code, 0, "{id}: {err}");
    let results: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wanted = expect["results"].as_array().unwrap();
    assert_eq!(results.len(), wanted.len(), "{id}");
    for ((mut ours, theirs), event) in
        results.into_iter().zip(wanted).zip(case["events"].as_array().unwrap())
    {
        assert_eq!(ours.as_object_mut().unwrap().remove("action_id").unwrap(), event["action_id"]);
        let unordered = &case["unordered_features"];
        assert_eq!(settled(&ours, unordered), settled(theirs, unordered), "{id}");
    }
    let ours: Value = serde_json::from_str(&std::fs::read_to_string(after).unwrap()).unwrap();
    let none = json!({});
    assert_eq!(moments(&ours), moments(expect.get("labels_after").unwrap_or(&none)), "{id}");
}

#[test]
fn whole_programs_by_way_of_the_binary() {
    let Some(lines) = shared::lines("conformance/sml/cases.jsonl.gz") else { return };
    for line in lines {
        let case: Value = serde_json::from_str(&line).unwrap();
        let id = case["id"].as_str().unwrap();
        let folder = directory(&case["sources"]);
        if case["expect"]["ok"] == true {
            let Events { events } = serde_json::from_str(&line).unwrap();
            accepted(id, folder.path(), &case, &events);
        } else {
            rejected(id, folder.path(), &case["expect"]);
        }
    }
}

const WORDS: &str = "Text: str = JsonData(path='$.text', required=False)
Found = Rule(when_all=[Text == 'spam'], description='said {Text}')
WhenRules(rules_any=[Found], then=[DeclareVerdict(verdict='reject')])
";

fn event(id: &str, text: &str) -> String {
    format!(
        r#"{{"action_id":{id},"action_name":"post","timestamp":"2026-03-01T12:00:00Z","data":{{"text":"{text}"}}}}"#
    )
}

#[test]
fn bad_lines_are_told_and_the_rest_goes_on() {
    let folder = rules(&WORDS.replace("'said {Text}'", "'said'"));
    let mut input = event("1", "spam").into_bytes();
    input.extend(b"\n\n{oops\n[1]\n");
    for line in [
        r#"{"action_name":"a","timestamp":"2026-03-01T12:00:00Z","data":{}}"#,
        r#"{"action_id":1.5,"action_name":"a","timestamp":"2026-03-01T12:00:00Z","data":{}}"#,
        r#"{"action_id":1,"timestamp":"2026-03-01T12:00:00Z","data":{}}"#,
        r#"{"action_id":1,"action_name":"a","timestamp":"yesterday","data":{}}"#,
        r#"{"action_id":1,"action_name":"a","data":{}}"#,
        r#"{"action_id":1,"action_name":"a","timestamp":"2026-03-01T12:00:00Z"}"#,
        r#"{"action_id":1,"action_name":"a","timestamp":"2026-03-01T12:00:00Z","data":"{}"}"#,
        r#"{"action_id":1,"action_name":"a","timestamp":"2026-03-01T12:00:00Z","data":{"a":01}}"#,
    ] {
        input.extend(line.as_bytes());
        input.push(b'\n');
    }
    input.extend(b"\"\xff\"\n");
    input.extend(event("\"two\"", "x").as_bytes());
    let (code, out, err) = sml(&["run"], folder.path(), &input);
    assert_eq!(code, 1);
    let ids: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["action_id"].clone())
        .collect();
    assert_eq!(ids, [json!(1), json!("two")]);
    insta::assert_snapshot!(err);
}

#[test]
fn rules_that_do_not_check_are_shown() {
    let folder = rules(WORDS);
    let (code, out, err) = sml(&["run"], folder.path(), b"");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("main.sml:2:") && err.contains("do not check"), "{err}");
    let (code, out, _) = sml(&["check"], folder.path(), b"");
    assert_eq!(code, 1);
    assert!(out.contains("1 error, 0 warnings."), "{out}");
    let (code, out, _) = sml(&["check", "--format", "sarif"], folder.path(), b"");
    assert_eq!(code, 1);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert_eq!(sml(&["check"], Path::new("nowhere"), b"").0, 2);
}

#[test]
fn matched_leaves_out_what_is_null_or_false() {
    let folder = rules(&WORDS.replace("'said {Text}'", "'said'"));
    let input = [event("1", "spam"), event("2", "ham"), event("3", "ham").replace("text", "t")];
    let (_, out, _) =
        sml(&["run", "--output", "matched"], folder.path(), input.join("\n").as_bytes());
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names = |line: &Value| -> Vec<String> {
        line["features"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|k| !k.starts_with('_'))
            .cloned()
            .collect()
    };
    assert_eq!(names(&lines[0]), ["Found", "Text"]);
    assert_eq!(names(&lines[1]), ["Text"]);
    assert_eq!(names(&lines[2]), Vec::<String>::new());
    assert_eq!(lines[0]["verdicts"], json!(["reject"]));
    assert_eq!((&lines[2]["verdicts"], &lines[2]["effects"]), (&json!([]), &json!([])));
}

#[test]
fn files_are_put_into_the_one_form() {
    let folder = rules("A=1 # one\nB = 'x'\n");
    let fmt =
        |arguments: &[&str]| crate::said(evenhand().arg("fmt").args(arguments).arg(folder.path()));
    let (code, out, _) = fmt(&["--check"]);
    assert_eq!(code, 1);
    assert!(out.trim().ends_with("main.sml"), "{out}");
    assert_eq!(fmt(&[]).0, 0);
    let text = std::fs::read_to_string(folder.path().join("main.sml")).unwrap();
    assert!(text.starts_with("A = 1") && text.contains("# one"), "{text}");
    assert_eq!(fmt(&["--check"]), (0, String::new(), String::new()));
    std::fs::write(folder.path().join("main.sml"), "A = (1\n").unwrap();
    let (code, _, err) = fmt(&[]);
    assert_eq!(code, 1);
    assert!(err.contains("main.sml:1:"), "{err}");
}

#[test]
fn results_keep_the_order_of_the_events_on_any_number_of_threads() {
    let folder = rules(&WORDS.replace("'said {Text}'", "'said'"));
    let mut input = String::new();
    for at in 0..5000 {
        input.push_str(&event(&at.to_string(), if at % 7 == 0 { "spam" } else { "ham" }));
        input.push('\n');
        if at % 1000 == 0 {
            input.push_str("oops\n");
        }
    }
    let run = |threads: &str| sml(&["run", "--threads", threads], folder.path(), input.as_bytes());
    let (one, three) = (run("1"), run("3"));
    assert_eq!((one.0, one.1.lines().count()), (1, 5000));
    assert!(one.2.contains("line 1003: ") && one.2.ends_with("lines refused: 5\n"), "{}", one.2);
    assert!(one == three, "{}", three.2);
}

#[test]
fn rules_with_state_run_on_one_thread_and_say_so() {
    let folder = rules(
        "User: Entity[str] = EntityJson(type='User', path='$.user')
Seen = Rule(when_all=[HasLabel(entity=User, label='seen')], description='seen')
New = Rule(when_all=[not Seen], description='new')
WhenRules(rules_any=[New], then=[LabelAdd(entity=User, label='seen')])
",
    );
    std::fs::write(
        folder.path().join("config.yaml"),
        "labels:\n  seen: {valid_for: [User], connotation: neutral, description: was here}\n",
    )
    .unwrap();
    let event = event("1", "x").replace("text", "user") + "\n";
    let (code, out, err) =
        sml(&["run", "--threads", "2"], folder.path(), event.repeat(3).as_bytes());
    assert_eq!(code, 0, "{err}");
    assert_eq!(err.matches("one thread").count(), 1, "{err}");
    let seen: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["features"]["Seen"].clone())
        .collect();
    assert_eq!(seen, [json!(false), json!(true), json!(true)]);
}

#[test]
fn a_result_is_there_while_the_input_waits() {
    use std::io::{BufRead, BufReader};
    let folder = rules(&WORDS.replace("'said {Text}'", "'said'"));
    let mut child = evenhand()
        .args(["sml", "run", "--threads", "2"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for id in ["1", "2", "3"] {
        writeln!(input, "{}", event(id, "spam")).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("{{\"action_id\":{id},")), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn explain_says_what_decided() {
    let folder = rules(
        "Text: str = JsonData(path='$.text')
Sells = Rule(when_all=['buy now' in Text], description='sells')
Short = Rule(when_all=[StringLength(s=Text) < 3], description='short')
WhenRules(rules_any=[Sells, Short], then=[DeclareVerdict(verdict='look')])
",
    );
    let file = folder.path().join("event.json");
    std::fs::write(&file, event("1", "please buy now")).unwrap();
    let explain = |more: &[&str]| {
        crate::said(
            evenhand().arg("explain").arg(folder.path()).arg("--event").arg(&file).args(more),
        )
    };
    let (code, out, err) = explain(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("1 of 2 rules held."), "{out}");
    assert!(out.contains("passage: “buy now” in $.text"), "{out}");
    assert!(out.contains("Short  did not hold: StringLength(s=Text) < 3"), "{out}");
    let (code, out, err) = explain(&["--rule", "Short", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["rules"][0]["decided_by"], 0);
    assert_eq!(told["rules"][0]["conditions"][0]["signals"][0]["value"], "please buy now");
    let (code, _, err) = explain(&["--rule", "Shart"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `Short`?"), "{err}");
}

#[test]
fn what_is_no_rule_file_is_told_and_links_are_followed_once() {
    use std::os::unix::fs::symlink;
    let folder = rules("Import(rules=['shared/a.sml'])\nB = A + 1\n");
    let (root, elsewhere) = (folder.path(), tempfile::tempdir().unwrap());
    std::fs::write(elsewhere.path().join("a.sml"), "A = 1\n").unwrap();
    symlink(elsewhere.path(), root.join("shared")).unwrap();
    // A link that leads back up, and one to what is not there, but would be no rule file.
    symlink(root, root.join("again")).unwrap();
    symlink("/nowhere", root.join("notes")).unwrap();
    let (code, out, err) = sml(&["check"], root, b"");
    assert_eq!((code, out.as_str()), (0, "No problems in 2 files.\n"), "{err}");

    symlink("/nowhere", root.join("gone.sml")).unwrap();
    let (code, _, err) = sml(&["check"], root, b"");
    assert!(code == 2 && err.contains("gone.sml"), "{err}");
    std::fs::remove_file(root.join("gone.sml")).unwrap();

    std::fs::write(root.join("odd.sml"), b"A = 1\nB = '\xff'\n").unwrap();
    let (code, _, err) = sml(&["check"], root, b"");
    assert!(code == 2 && err.contains("odd.sml is not UTF-8 text: see line 2"), "{err}");
    std::fs::remove_file(root.join("odd.sml")).unwrap();

    let pipe = root.join("pipe.sml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (code, _, err) = sml(&["check"], root, b"");
    assert!(code == 2 && err.contains("pipe.sml is not a regular file"), "{err}");
}

#[test]
fn more_threads_than_a_machine_has_are_no_reason_to_fail() {
    let folder = rules("Text: str = JsonData(path='$.text')\n");
    let (code, out, err) =
        sml(&["run", "--threads", "999999"], folder.path(), event("1", "x").as_bytes());
    assert_eq!((code, out.lines().count()), (0, 1), "{err}");
}
