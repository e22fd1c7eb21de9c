//! Runs the examples of the language manual, `docs/rules/*.md`. `docs/rules/README.md` tells how they
//! are written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::stream::{Labels, Output, Settings, Stream};
use rules::value::json::NonFinite;
use rules::{Environment, Plan, Sources, check};
use serde_json::Value;

/// A fenced block of a page.
struct Block<'p> {
    line: usize,
    info: &'p str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut all = Vec::new();
    let mut lines = page.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut text = String::new();
        loop {
            let (line, _) =
                lines.next().unwrap_or_else(|| panic!("line {number}: the block has no end"));
            if line == "```" {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        all.push(Block { line: number, info: info.trim(), text });
    }
    all
}

/// One directory of rules and what was done with it so far.
#[derive(Default)]
struct Example {
    files: BTreeMap<String, String>,
    labels: Labels,
    event: Option<String>,
    stream: Option<Stream>,
    like_osprey: bool,
    /// Where it begins, while nothing has been tried with it.
    untried: Option<usize>,
}

impl Example {
    fn add(&mut self, path: &str, text: &str) {
        if let Some(stream) = self.stream.take() {
            self.labels = stream.labels();
        }
        self.files.entry(path.to_owned()).or_default().push_str(text);
    }

    /// What the check says of it, and a stream if it is sound.
    fn checked(&self) -> (Vec<String>, Option<Stream>) {
        let sources = Sources::from_map(self.files.clone());
        let (environment, mut problems) = Environment::of(&sources);
        let environment = Environment { like_osprey: self.like_osprey, ..environment };
        let checked = check(&sources, &environment);
        problems.extend(checked.problems);
        let settings = Settings {
            output: Output::Full,
            non_finite: if self.like_osprey { NonFinite::Python } else { NonFinite::Null },
            ..Settings::default()
        };
        let sound = checked.program.filter(|_| !problems.iter().any(rules::Problem::is_error));
        let stream = sound.map(|program| {
            Stream::new(Plan::build(program).into(), settings).with_labels(self.labels.clone())
        });
        (problems.iter().map(ToString::to_string).collect(), stream)
    }

    fn sound(&mut self) -> Result<&mut Stream, String> {
        if self.stream.is_none() {
            let (problems, stream) = self.checked();
            if !problems.is_empty() {
                return Err(format!("the rules do not check:\n  {}", problems.join("\n  ")));
            }
            self.stream = stream;
        }
        self.stream.as_mut().ok_or_else(|| "the rules do not check".to_owned())
    }

    fn result(&mut self) -> Result<String, String> {
        let event = self.event.clone().ok_or("a result needs an event block before it")?;
        let mut out = String::new();
        self.sound()?.event(&Arc::from(event.as_str()), &mut out)?;
        Ok(out)
    }
}

/// An event as written: whole, or its data alone.
fn event(text: &str) -> Result<String, String> {
    let written: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if written.get("data").is_some() {
        return Ok(text.replace('\n', " "));
    }
    Ok(format!(
        r#"{{"action_id": 1, "action_name": "post_created", "timestamp": "2026-03-01T12:00:00Z", "data": {}}}"#,
        text.replace('\n', " ")
    ))
}

/// The first place where a result lacks something that is expected. Objects may hold more.
fn lacks(path: &str, expected: &Value, got: Option<&Value>) -> Option<String> {
    match (expected, got) {
        (Value::Object(wanted), Some(Value::Object(got))) => wanted
            .iter()
            .find_map(|(key, value)| lacks(&format!("{path}.{key}"), value, got.get(key))),
        (Value::Array(wanted), Some(Value::Array(got))) if wanted.len() == got.len() => wanted
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(at, (wanted, got))| lacks(&format!("{path}[{at}]"), wanted, Some(got))),
        (Value::String(wanted), None) if wanted == "(absent)" => None,
        (wanted, Some(got)) if wanted == got => None,
        (wanted, Some(got)) => Some(format!("{path}: the page says {wanted}, it is {got}")),
        (wanted, None) => Some(format!("{path}: the page says {wanted}, it is absent")),
    }
}

/// Fences that are shown and not run here.
const SHOWN: [&str; 6] = ["text", "console", "sh", "python", "rust", "toml"];

fn run(example: &mut Example, block: &Block<'_>) -> Result<(), String> {
    let (kind, rest) = block.info.split_once(' ').unwrap_or((block.info, ""));
    match (kind, rest) {
        ("sml", "" | "like-osprey") => {
            finish(example)?;
            *example = Example { like_osprey: !rest.is_empty(), ..Example::default() };
            example.untried = Some(block.line);
            example.add("main.sml", &block.text);
        }
        ("sml", "more") if !example.files.is_empty() => {
            example.untried = Some(block.line);
            example.add("main.sml", &block.text);
        }
        ("sml" | "toml" | "yaml" | "text", path) if path.contains('.') => {
            example.untried = Some(block.line);
            example.add(path, &block.text);
        }
        ("json", "event") => example.event = Some(event(&block.text)?),
        ("json", "labels") => {
            example.labels =
                serde_json::from_str(&block.text).map_err(|error| error.to_string())?;
            example.stream = None;
        }
        ("json", "result") => {
            example.untried = None;
            let expected: Value =
                serde_json::from_str(&block.text).map_err(|error| error.to_string())?;
            let got = example.result()?;
            let got: Value = serde_json::from_str(&got).map_err(|error| error.to_string())?;
            if let Some(difference) = lacks("", &expected, Some(&got)) {
                return Err(difference);
            }
        }
        // For results that are no JSON.
        ("text", "result") => {
            example.untried = None;
            let got = example.result()?;
            if let Some(line) = block.text.lines().find(|line| !got.contains(*line)) {
                return Err(format!("the result does not hold {line}; it is {got}"));
            }
        }
        ("text", "problems") => {
            example.untried = None;
            let (problems, _) = example.checked();
            let expected: Vec<&str> = block.text.lines().collect();
            if problems != expected {
                return Err(format!("the check says:\n  {}", problems.join("\n  ")));
            }
        }
        (kind, "") if SHOWN.contains(&kind) => {}
        _ => {
            return Err(format!(
                "unknown block `{}`: see docs/rules/README.md for those that there are",
                block.info
            ));
        }
    }
    Ok(())
}

/// Rules with which nothing was tried must at least be sound.
fn finish(example: &mut Example) -> Result<(), String> {
    let Some(line) = example.untried.take() else { return Ok(()) };
    example.sound().map(drop).map_err(|reason| format!("(example of line {line}) {reason}"))
}

/// What is wrong with a page; and how many examples it has.
fn failures(page: &str) -> (Vec<String>, usize) {
    let (mut example, mut wrong, mut examples) = (Example::default(), Vec::new(), 0);
    for block in blocks(page) {
        examples += usize::from(block.info == "sml" || block.info == "sml like-osprey");
        if let Err(reason) = run(&mut example, &block) {
            wrong.push(format!("{}: {reason}", block.line));
        }
    }
    if let Err(reason) = finish(&mut example) {
        wrong.push(format!("end: {reason}"));
    }
    (wrong, examples)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")
}

#[test]
fn the_manual_is_true() {
    let (mut wrong, mut examples) = (Vec::new(), 0);
    let mut pages: Vec<PathBuf> = std::fs::read_dir(directory())
        .expect("docs/rules")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    let index = std::fs::read_to_string(directory().join("README.md")).expect("an index");
    for page in &pages {
        let name = page.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(
            name == "README.md" || index.contains(&format!("({name})")),
            "docs/rules/README.md does not list {name}"
        );
        let text = std::fs::read_to_string(page).expect("a page");
        let (failed, count) = failures(&text);
        examples += count;
        wrong.extend(failed.into_iter().map(|reason| format!("docs/rules/{name}:{reason}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples > 0, "no examples");
}

#[test]
fn a_wrong_page_is_found_out() {
    let right =
        "```sml\nA: int = JsonData(path='$.a')\nB = A + 1\n```\n```json event\n{\"a\": 1}\n```\n";
    let tell = |more: &str| failures(&format!("{right}{more}")).0;
    assert_eq!(tell("```json result\n{\"features\": {\"B\": 2}}\n```\n"), [""; 0]);
    for (more, says) in [
        ("```json result\n{\"features\": {\"B\": 3}}\n```\n", "the page says 3, it is 2"),
        ("```json result\n{\"features\": {\"C\": 3}}\n```\n", "it is absent"),
        ("```json result\n{\"verdicts\": [\"x\"]}\n```\n", "it is []"),
        ("```smell\n```\n", "unknown block `smell`"),
        ("```json\n{}\n```\n", "unknown block `json`"),
        ("```text problems\nmain.sml:1:1: nothing\n```\n", "the check says"),
        ("```sml\nA = \n```\n", "do not check"),
        ("```sml\n_A = 1\n```\n```sml\nB = 1\n```\n", "do not check"),
    ] {
        let told = tell(more);
        assert!(told.len() == 1 && told[0].contains(says), "{more}: {told:?}");
    }
}
