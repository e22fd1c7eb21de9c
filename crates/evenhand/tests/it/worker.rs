//! `evenhand worker`: Osprey's results by way of the real binary.

use crate::{evenhand, said};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

const RULES: &str = "Text: str = JsonData(path='$.text')
Missing: int = JsonData(path='$.likes')
Sells = Rule(when_all=['buy now' in Text], description=f'sells: {Text}')
WhenRules(rules_any=[Sells], then=[DeclareVerdict(verdict='look')])
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.sml"), RULES).unwrap();
    folder
}

/// A message as Osprey's input topic has it.
fn message(id: u64, text: &str) -> String {
    let event = json!({"action_id": id, "action_name": "post", "data": {"text": text}});
    json!({"send_time": "2026-03-01T12:00:00+00:00", "data": event}).to_string() + "\n"
}

/// The event as JSON inside a text, as Osprey's own examples send it.
#[test]
fn an_event_inside_a_text_is_the_same_event() {
    let folder = folder();
    let plain = message(7, "please \"buy now\" é");
    let mut wrapped: Value = serde_json::from_str(&plain).unwrap();
    wrapped["data"] = wrapped["data"].to_string().into();
    let (code, expected, _) = worker(folder.path(), &plain, &[]);
    let (same, out, err) = worker(folder.path(), &(wrapped.to_string() + "\n"), &[]);
    assert_eq!((code, &expected), (same, &out), "{err}");
    for wrong in ["no JSON", "[1]", "{\"action_id\": 1", "\"{}\"", "{}, \"now\": \"x\""] {
        wrapped["data"] = wrong.into();
        let (code, out, err) = worker(folder.path(), &(wrapped.to_string() + "\n"), &[]);
        assert_eq!((code, out.as_str()), (1, ""), "{wrong}: {err}");
    }
}

fn worker(folder: &Path, events: &str, more: &[&str]) -> (i32, String, String) {
    let input = folder.join("events.ndjson");
    std::fs::write(&input, events).unwrap();
    said(evenhand().arg("worker").arg(folder).arg("--input").arg(input).args(more))
}

#[test]
fn osprey_messages_become_what_osprey_sends_and_stores() {
    let folder = folder();
    let events = message(7, "please buy now") + "no event\n" + &message(8, "hello");
    let (code, out, err) = worker(folder.path(), &events, &[]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("line 2"), "{err}");
    let sent: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        sent[0],
        json!({
            "__action_id": 7, "__timestamp": "2026-03-01T12:00:00+00:00", "__error_count": 1,
            "__verdicts": ["look"],
            "Text": "please buy now", "Missing": null, "Sells": true,
        })
    );
    assert_eq!((sent.len(), &sent[1]["Sells"]), (2, &json!(false)));

    let (_, out, _) = worker(folder.path(), &message(7, "please buy now"), &["--output", "stored"]);
    let stored: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(stored["id"], 7);
    assert_eq!(stored["extracted_features"], sent[0]);
    assert_eq!(stored["timestamp"], "2026-03-01T12:00:00+00:00");
    assert_eq!(stored["action_data"], json!({"text": "please buy now"}));
    let trace = &stored["error_traces"][0];
    assert_eq!(trace["rules_source_location"], "main.sml:2:15 - JsonData(path='$.likes')");
    assert!(trace["traceback"].as_str().unwrap().ends_with('\n'));
}

#[test]
fn results_are_compared_with_those_of_osprey() {
    let folder = folder();
    let events = message(1, "buy now") + &message(2, "hello") + &message(3, "new");
    let (_, sent, _) = worker(folder.path(), &events, &[]);
    let mut lines = sent.lines();
    let (first, second) = (lines.next().unwrap(), lines.next().unwrap());
    // The first as a store has it, the second changed, the third not there, a fourth too much.
    let stored = json!({"id": 1, "extracted_features": first}).to_string();
    let changed = second.replace("\"Sells\":false", "\"Sells\":true");
    let more = second.replace("\"__action_id\":2", "\"__action_id\":4");
    let theirs = folder.path().join("osprey.ndjson");
    std::fs::write(&theirs, [stored, changed, more].join("\n")).unwrap();
    let (code, out, err) = worker(folder.path(), &events, &["--compare", theirs.to_str().unwrap()]);
    assert_eq!(code, 1, "{err}");
    assert_eq!(
        out.trim(),
        "2 Sells: Osprey true, here false\nsame: 1, different: 1, not in Osprey's results: 1, \
         only in Osprey's results: 1"
    );
    std::fs::write(&theirs, &sent).unwrap();
    let (code, out, _) = worker(folder.path(), &events, &["--compare", theirs.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn batches_come_by_http_and_need_the_token() {
    let folder = folder();
    let token = folder.path().join("token");
    std::fs::write(&token, "0123456789abcdef\n").unwrap();
    let (code, _, err) =
        said(evenhand().arg("worker").arg(folder.path()).args(["--listen", "0.0.0.0:0"]));
    assert_eq!(code, 2);
    assert!(err.contains("--token-file"), "{err}");

    let mut child = evenhand()
        .arg("worker")
        .arg(folder.path())
        .args(["--listen", "127.0.0.1:0", "--token-file"])
        .arg(&token)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut told).unwrap();
    let address = told.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let post = |token: &str, body: &str| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(post("wrong", "").starts_with("HTTP/1.1 401"));
    let answer = post("0123456789abcdef", &(message(1, "buy now") + "{}\n" + &message(2, "x")));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let lines: Vec<Value> =
        body.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(lines[0]["__verdicts"], json!(["look"]));
    assert_eq!(lines[1]["__action_id"], 2);
    assert_eq!(lines[2]["refused"]["line"], 2);
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").arg(&id).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}
