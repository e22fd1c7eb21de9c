//! `evenhand replay`: over real posts, over the demonstration's feed, and after being killed.

use crate::server::Server;
use crate::{evenhand, event, rulebook, said};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn replay(book: &Path, data: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = evenhand();
    command.args(["replay", "--since", "all", "--rulebook"]).arg(book);
    said(command.arg("--data").arg(data).args(more))
}

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Decides `lines` into a store.
fn recorded(folder: &Path, book: &Path, lines: &[String]) -> PathBuf {
    let (input, data) = (folder.join("events.ndjson"), folder.join("data"));
    std::fs::write(&input, lines.join("\n")).unwrap();
    let mut run = evenhand();
    run.arg("run").arg("--rulebook").arg(book).arg("--store").arg(data.join("evenhand.sqlite"));
    let (code, _, err) = said(run.arg(&input));
    assert_eq!(code, 0, "{err}");
    data
}

/// Posts of many accounts, every fifth of them an advertisement.
fn posts(count: usize) -> Vec<String> {
    let post = |n: usize| {
        let text = if n.is_multiple_of(5) { "buy now" } else { "hello there" };
        let author = format!("{}\"", n % 97);
        event(&n.to_string(), text).replace("\"ann\"", &format!("\"a{author}"))
    };
    (0..count).map(post).collect()
}

#[test]
fn a_draft_is_told_apart_and_the_report_has_no_names() {
    let folder = tempfile::tempdir().unwrap();
    let data = recorded(folder.path(), &rulebook(), &posts(60));
    let (code, out, err) = replay(&rulebook(), &data, &[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("0 of 60 items come out otherwise"), "{out}");

    let draft = crate::changed(folder.path(), "main.sml", "buy now", "hello there");
    let (code, out, err) = replay(&draft, &data, &["--format", "json", "--limit", "1000"]);
    assert_eq!(code, 1, "{err}");
    let json = report(&out);
    let turns = &json["report"]["turns"];
    assert_eq!((&turns["newly_hit"], &turns["cleared"]), (&48.into(), &12.into()), "{out}");
    assert_eq!(json["flips"].as_array().unwrap().len(), 60);
    assert_eq!(json["report"]["clauses"]["spam#advertisements"]["breaches"]["after"], 48);
    assert!(json["accounts"].as_object().unwrap().contains_key("a1"), "{out}");
    // The flips name accounts: only their owner reads the folder.
    let flips = std::path::Path::new(json["folder"].as_str().unwrap()).to_owned();
    let mode = std::os::unix::fs::PermissionsExt::mode(&flips.metadata().unwrap().permissions());
    assert_eq!(mode & 0o077, 0);
    let (code, out, _) = replay(&draft, &data, &["--limit", "1"]);
    assert_eq!(code, 1);
    for said in [
        "48  newly met with a measure",
        "before  breach spam#advertisements",
        "1 of 60 flips",
        "Evenness: ",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    let (code, _, err) = replay(&folder.path().join("none"), &data, &[]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_killed_replay_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let data = recorded(folder.path(), &rulebook(), &posts(3_000));
    let draft = crate::changed(folder.path(), "main.sml", "buy now", "hello there");
    let often = ["--format", "json", "--page", "10", "--checkpoint-ms", "0", "--no-keep"];
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    let at = |place: &Path| {
        let mut all = often.map(str::to_owned).to_vec();
        all.extend(["--folder".into(), place.display().to_string()]);
        all
    };
    let run = |place: &Path| {
        let flags = at(place);
        replay(&draft, &data, &flags.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (code, expected, err) = run(&whole);
    assert_eq!(code, 1, "{err}");
    let mut kills = 0;
    for _ in 0..3 {
        let mut command = evenhand();
        command.args(["replay", "--since", "all", "--rulebook"]).arg(&draft);
        command.arg("--data").arg(&data).args(at(&broken));
        let quiet = std::process::Stdio::null;
        let mut child = command.stdout(quiet()).stderr(quiet()).spawn().unwrap();
        let checkpoint = broken.join("checkpoint.json");
        let before = std::fs::read(&checkpoint).ok();
        let began = Instant::now();
        while std::fs::read(&checkpoint).ok() == before && began.elapsed() < Duration::from_secs(60)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    assert!(kills > 0, "it was killed at least once");
    let (code, out, err) = run(&broken);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("goes on after"), "{err}");
    let without_times = |text: &str| {
        let mut json = report(text);
        json["folder"] = Value::Null;
        json["digest"] = Value::Null;
        for key in ["made_at", "seconds"] {
            json["report"][key] = Value::Null;
        }
        json
    };
    assert_eq!(without_times(&out), without_times(&expected));
    let flips = |place: &Path| std::fs::read_to_string(place.join("flips.ndjson")).unwrap();
    assert_eq!(flips(&broken), flips(&whole));
    assert_eq!(flips(&whole).lines().count(), 3_000);
}

/// Real posts under the starter rulebook: many accounts, warnings, people's queues.
#[test]
fn real_posts_under_the_rulebook_in_force_give_no_flip() {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table = workspace.join("../shared/data/davidson-hate-offensive/data/labeled_data.csv");
    if !table.exists() {
        eprintln!("skipped: {} is not here", table.display());
        return;
    }
    let starter = workspace.join("rulebooks/starter");
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(&table).unwrap();
    let input = folder.path().join("posts.csv");
    std::fs::write(&input, text.lines().take(2_500).collect::<Vec<_>>().join("\n")).unwrap();
    let data = folder.path().join("data");
    let mut run = evenhand();
    run.args(["run", "--as-in-force", "--text-column", "tweet", "--account-column", "count"]);
    run.arg("--rulebook").arg(&starter).arg("--store").arg(data.join("evenhand.sqlite"));
    let (_, _, err) = said(run.arg(&input));
    let (code, out, _) = replay(&starter, &data, &["--format", "json", "--no-evenness"]);
    assert_eq!(code, 0, "{out}\n{err}");
    let tally = &report(&out)["report"];
    let count = |key: &str| tally[key].as_u64().unwrap();
    assert!(count("compared") > 2_000, "{out}");
    assert_eq!((count("unsure"), count("undecidable")), (0, 0), "{out}");
    let hits = tally["measures"].as_object().unwrap().values();
    assert!(hits.map(|both| both["before"].as_u64().unwrap()).sum::<u64>() > 100, "{out}");
}

/// The demonstration's own feed, with reports, people's decisions and delivered notices.
#[test]
fn the_demonstration_under_its_rulebook_gives_no_flip() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let starter = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/starter");
    let flags = ["--demo", "--plaza-listen", "127.0.0.1:0", "--pace", "0"];
    let server = Server::with(&data, &starter, &flags);
    let decided = || -> u64 {
        let (_, out, _) =
            replay(&starter, &data, &["--format", "json", "--no-keep", "--anew", "--no-evenness"]);
        serde_json::from_str::<Value>(&out)
            .map_or(0, |json| json["report"]["events"].as_u64().unwrap())
    };
    let began = Instant::now();
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_secs(3));
        let now = decided();
        if (now > 50 && now == before) || began.elapsed() > Duration::from_secs(120) {
            break;
        }
        before = now;
    }
    server.signal("-TERM");
    let (code, out, err) = replay(&starter, &data, &["--format", "json", "--anew"]);
    assert_eq!(code, 0, "{out}\n{err}");
    let json = report(&out);
    assert!(json["report"]["compared"].as_u64().unwrap() > 20, "{out}");
    assert_eq!(json["report"]["unsure"], 0, "{out}");
}
