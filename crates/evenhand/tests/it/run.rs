//! `evenhand run`.

use crate::{evenhand, event, rulebook, said};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn two_runs_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("events.ndjson");
    let texts = ["hello", "buy now", "hello again", "buy now!", "buy now, please"];
    let all: Vec<String> =
        texts.iter().enumerate().map(|(n, text)| event(&n.to_string(), text)).collect();
    std::fs::write(&input, all.join("\n")).unwrap();
    let run = || said(evenhand().arg("run").arg("--rulebook").arg(rulebook()).arg(&input));
    let (code, first, summary) = run();
    assert_eq!(code, 0, "{summary}");
    assert_eq!(run().1, first);
    let decisions = lines(&first);
    let outcomes: Vec<_> =
        decisions.iter().map(|line| line["decision"]["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["no_breach", "breach", "no_breach", "breach", "breach"]);
    assert_eq!(decisions[1]["decision"]["clauses"][0], "spam#advertisements");
    assert!(decisions[1]["statement"]["notice"]["en"].as_str().unwrap().contains("Advertisements"));
    assert!(summary.contains("spam#advertisements  3"), "{summary}");
}

#[test]
fn bad_lines_are_told_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("events.ndjson");
    let nested = format!(
        r#"{{"action_id":"n","action_name":"x","timestamp":"2026-11-20T12:00:00Z","data":{}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let mut bytes =
        [event("1", "a"), "{oops".into(), nested, event("1", "b")].join("\n").into_bytes();
    bytes.extend(b"\n\"\xff\"\n");
    bytes.extend(event("2", "c").into_bytes());
    std::fs::write(&input, bytes).unwrap();
    let (code, out, err) =
        said(evenhand().arg("run").arg("--rulebook").arg(rulebook()).arg(&input));
    assert_eq!(code, 1);
    assert_eq!(lines(&out).len(), 2);
    for line in 2..=5 {
        assert!(err.contains(&format!("events.ndjson:{line}: ")), "line {line}: {err}");
    }
    let refused = err.lines().find_map(|line| line.strip_prefix("lines refused"));
    assert_eq!(refused.map(str::trim), Some("4"), "{err}");
}

#[test]
fn a_table_is_read_and_posted_when_all_is_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("posts.csv");
    std::fs::write(&input, "n,posted,words\n7,2020-01-01T00:00:00Z,buy now\n").unwrap();
    let run = |more: &[&str]| {
        let mut command = evenhand();
        command.arg("run").arg("--rulebook").arg(rulebook());
        command.args(["--text-column", "words", "--id-column", "n"]).args(more).arg(&input);
        let (code, out, err) = said(&mut command);
        assert_eq!(code, 0, "{err}");
        lines(&out)[0]["decision"].clone()
    };
    let decision = run(&[]);
    assert_eq!((&decision["outcome"], &decision["item"]), (&"breach".into(), &"7".into()));
    assert_eq!(decision["conduct_at"], "2026-11-02T00:00:00Z");
    // Nobody breaches a clause that was not there yet.
    assert_eq!(run(&["--time-column", "posted"])["outcome"], "no_breach");
    assert_eq!(run(&["--time-column", "posted", "--as-in-force"])["outcome"], "breach");
}

#[test]
fn a_store_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("events.ndjson");
    std::fs::write(&input, event("1", "buy now")).unwrap();
    let run = || {
        let mut command = evenhand();
        command.arg("run").arg("--rulebook").arg(rulebook());
        command.arg("--store").arg(folder.path().join("kept.sqlite")).arg(&input);
        lines(&said(&mut command).1)[0]["status"].clone()
    };
    assert_eq!((run(), run()), ("decided".into(), "duplicate".into()));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = evenhand()
        .arg("run")
        .arg("--rulebook")
        .arg(rulebook())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for number in 0..2000 {
        if writeln!(input, "{}", event(&number.to_string(), "hello")).is_err() {
            break;
        }
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
