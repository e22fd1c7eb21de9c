//! A stranger with a receipt, a person who opens a field of it, and a person who is forgotten: from the
//! event to the files, by way of the real binary.

use crate::server::{Server, call, key};
use crate::{evenhand, said};
use std::path::Path;
use std::time::Duration;

const NAME: &str = "zoe-unmistakable";

fn event(id: &str) -> String {
    crate::event(id, "buy now, says nobody else").replace("\"ann\"", &format!("\"{NAME}\""))
}

/// Every file below a directory, in one.
fn raw(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(raw(&path));
        } else {
            all.extend(std::fs::read(path).unwrap_or_default());
        }
    }
    all
}

fn holds(folder: &Path, needle: &str) -> bool {
    raw(folder).windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// Runs a command with `--data`.
fn run(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    said(evenhand().args(arguments).arg("--data").arg(data))
}

#[test]
fn what_a_stranger_checks_and_what_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (data, token) = (folder.path().join("data"), key(&folder.path().join("data")));
    let server = Server::small(&data);
    let address = server.address;
    let (_, answer) =
        call(address, "POST", "/api/v1/events?wait=decision", &token, &event("1")).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let id = answer["decision"].as_str().unwrap().to_owned();
    let receipt = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let got = call(address, "GET", &format!("/decisions/{id}/receipt"), "", "").unwrap();
        (got.0 == 200).then_some(got.1)
    });
    let file = folder.path().join("a.tlog-proof");
    std::fs::write(&file, receipt.expect("a checkpoint holds it soon")).unwrap();
    let (_, vkey) = call(address, "GET", "/log/vkey", "", "").unwrap();
    let verify = |file: &Path, vkey: &str| {
        said(evenhand().arg("verify").arg(file).args(["--vkey", vkey.trim()]))
    };
    let (code, out, err) = verify(&file, &vkey);
    assert_eq!((code, out.matches("ok   ").count()), (0, 4), "{out}{err}");
    assert!(!out.contains(NAME));

    // Spoilt, under another key, or no receipt at all.
    let spoilt = folder.path().join("b.tlog-proof");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&spoilt, text.replacen("\nindex 0", "\nindex 1", 1)).unwrap();
    assert_eq!(verify(&spoilt, &vkey).0, 1);
    let other = "example.com/foo+530d903e+AekyFYA8PsmN8b/sGLVd5bW9hC9ecLb3MNMdXZ5f0CVH";
    assert_ne!(verify(&file, other).0, 0);
    assert_eq!(said(evenhand().arg("verify").arg(&file)).0, 2, "whom to trust is not said");
    assert_eq!(verify(&data.join("lock"), &vkey).0, 2);
    let page = format!("http://{address}/decisions/{id}");
    assert_eq!(said(evenhand().args(["verify", &page])).0, 0);
    let (code, out, err) =
        said(evenhand().args(["audit", "recompute", &format!("http://{address}")]));
    assert_eq!(code, 0, "{out}{err}");

    // The log as lines and as a table; both hold every leaf, and are not made of a log that is wrong.
    let own = data.to_str().unwrap();
    let lines = folder.path().join("lines.ndjson");
    let export = |format: &str, to: &Path, more: &[&str]| {
        said(evenhand().args(["log", "export", "--format", format]).arg(to).args(more))
    };
    assert_eq!(export("ndjson", &lines, &["--data", own]).0, 0);
    let text = std::fs::read_to_string(&lines).unwrap();
    assert!(text.starts_with("{\"index\":0,\"leaf\":{") && text.contains(&id), "{text}");
    let table = folder.path().join("leaves.parquet");
    let public = format!("http://{address}/log");
    let from = ["--log", public.as_str(), "--key", vkey.trim()];
    let (code, _, err) = export("parquet", &table, &from);
    assert!(code == 0 && err.contains("holds 1 leaves"), "{err}");
    let bytes = std::fs::read(&table).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let none = folder.path().join("none.parquet");
    assert_ne!(export("parquet", &none, &["--log", &public, "--key", other]).0, 0);
    assert!(!none.exists() && !folder.path().join("none.parquet.part").exists());

    // What the platform shows is compared with the log, by its operator and by a stranger.
    let list = folder.path().join("list.ndjson");
    let honest = format!("{{\"item\":\"item-1\",\"measure\":\"remove\",\"decision\":\"{id}\"}}\n");
    let secret = "{\"item\":\"p9\",\"measure\":\"remove\"}\n";
    for (lines, fits) in
        [(honest.clone(), true), (format!("{honest}{secret}"), false), (String::new(), false)]
    {
        std::fs::write(&list, &lines).unwrap();
        let named = list.to_str().unwrap();
        for how in [&["--data", own][..], &from] {
            let grace = ["log", "monitor", named, "--grace", "0"];
            let (code, out, err) = said(evenhand().args(grace).args(how));
            assert_eq!(code, i32::from(!fits), "{lines} {how:?}: {out}{err}");
            assert_eq!(out.contains("WRONG"), !fits, "{out}");
        }
    }

    // The person opens two fields for a journalist.
    let shown = folder.path().join("shown.tlog-proof");
    let place = shown.to_str().unwrap();
    let fields = ["disclose", &id, "--fields", "account,excerpt", "--out", place];
    assert_eq!(run(&data, &fields).0, 0);
    let (code, out, _) = verify(&shown, &vkey);
    assert!(code == 0 && out.contains(&format!("opened: account = \"{NAME}\"")), "{out}");

    // And is forgotten: in every file, and again in an older copy.
    let copy = folder.path().join("copy.sqlite");
    assert_eq!(run(&data, &["backup", copy.to_str().unwrap()]).0, 0);
    assert!(holds(&data, NAME), "a test that can fail");
    let erase = ["erase", "--account", NAME];
    assert_eq!(run(&data, &erase).0, 1, "the platform was not told yet");
    let (code, _, err) = run(&data, &[&erase[..], &["--drop-unsent"]].concat());
    assert!(code == 0 && err.contains("1 events, 1 decisions"), "{err}");
    assert!(!holds(&data, NAME) && !holds(&data, "says nobody else"));
    assert_eq!(run(&data, &erase).0, 1, "nothing is left of it");
    assert_eq!(verify(&shown, &vkey).0, 0, "what was proven stays proven");
    let (status, body) = call(address, "GET", &format!("/decisions/{id}"), "", "").unwrap();
    assert!(status == 200 && body.contains("(erased)"), "{body}");
    drop(server);
    assert!(std::fs::read(&copy).unwrap().windows(NAME.len()).any(|w| w == NAME.as_bytes()));
    let (code, _, err) = run(&data, &["restore", copy.to_str().unwrap()]);
    assert!(code == 0 && err.contains("erased from it again"), "{err}");
    assert!(!holds(&data, NAME), "the restored copy forgets as well");
}
