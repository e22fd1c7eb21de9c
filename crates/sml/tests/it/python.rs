//! The same programs, read by CPython: the same are accepted, with the same tree at the same places.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{dump, programs};

/// What CPython makes of each program; `None` where there is no python3.
fn ask_python(programs: &[String]) -> Option<Vec<Value>> {
    let script = include_str!("python_ast.py");
    let mut child = Command::new("python3")
        .args(["-X", "utf8", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let lines: Vec<String> =
        programs.iter().map(|program| serde_json::to_string(program).unwrap()).collect();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(lines.join("\n").as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), programs.len(), "python3 answered every program");
    Some(answers)
}

/// The version that the reference runs on: later ones read format strings and escapes otherwise.
fn is_the_reference() -> bool {
    let version = Command::new("python3").arg("--version").output();
    version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("3.11."))
}

fn compare(programs: &[String]) -> Option<(usize, usize)> {
    if !is_the_reference() {
        eprintln!("skipped: no python3 of version 3.11 to compare with");
        return None;
    }
    let answers = ask_python(programs)?;
    let (mut read, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for (program, answer) in programs.iter().zip(&answers) {
        let (root, diagnostics) = sml::parse(program);
        let tree = answer.get("tree").and_then(Value::as_str);
        match (tree, diagnostics.is_empty()) {
            (Some(tree), true) if dump::with_places(program, &root) == tree => read += 1,
            (None, false) => refused += 1,
            _ => wrong.push(format!(
                "{program:?}\n{program}\npython: {answer}\nours:   {}\n{diagnostics:?}\n",
                dump::with_places(program, &root)
            )),
        }
    }
    let few = wrong.get(..wrong.len().min(5)).unwrap().join("\n");
    assert!(wrong.is_empty(), "{} of {} differ:\n{few}", wrong.len(), programs.len());
    Some((read, refused))
}

#[test]
fn well_formed_programs_have_cpythons_tree() {
    let programs: Vec<_> = (0..4000).map(programs::program).collect();
    if let Some((read, refused)) = compare(&programs) {
        eprintln!("{read} read alike, {refused} refused alike");
        assert!(read > 3500);
    }
}

#[test]
fn damaged_programs_are_refused_where_cpython_or_the_reference_refuse_them() {
    let programs: Vec<_> = (0..8000).map(programs::damaged).collect();
    if let Some((read, refused)) = compare(&programs) {
        eprintln!("{read} read alike, {refused} refused alike");
        assert!(read > 500 && refused > 3000);
    }
}
