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

/// A cheap source of numbers that are the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }
}

#[test]
fn keywords_soft_keywords_and_dunders_are_names_where_cpython_says_so() {
    let names = [
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
        "_",
        "__",
        "___",
        "case",
        "match",
        "type",
        "print",
        "exec",
        "self",
        "nonlocals",
        "Nonee",
        "none",
        "__debug__",
        "__init__",
        "__class__",
        "__peg_parser__",
        "_1",
        "__a__",
        "Ellipsis",
        "NotImplemented",
        "\u{fb01}",
        "\u{fb01}nally",
        "\u{1d41a}nd",
        "\u{1d422}f",
        "\u{ff29}\u{ff2e}",
        "N\u{ff4f}ne",
        "\u{ff34}rue",
        "a\u{301}",
        "\u{e1}",
        "x\u{b2}",
        "\u{212a}",
        "e\u{feff}",
        "a\u{200d}b",
        "\u{1f600}",
        "a\u{b7}",
        "\u{2118}",
        "\u{37a}",
    ];
    let frames = [
        "{} = 1",
        "A = {}",
        "A: {} = 1",
        "{}: int = 1",
        "F({}=1)",
        "{}(a=1)",
        "A = {}(a=1)",
        "A = f'{{}}'",
        "A = f'x{{}}y'",
        "A = {}.b",
        "A = B.{}",
        "A = [{}]",
        "A = not {}",
        "A = {} in B",
        "A = B + {}",
        "A: Optional[{}] = 1",
        "A: {}[int] = 1",
        "A: int | {} = 1",
        "F(a=1, {}=2, {}=3)",
        "A = f'{ {} }'",
    ];
    let programs: Vec<String> = names
        .iter()
        .flat_map(|name| frames.iter().map(move |frame| frame.replace("{}", name)))
        .collect();
    if let Some((read, refused)) = compare(&programs) {
        eprintln!("{read} read alike, {refused} refused alike");
        assert!(read > 300 && refused > 300);
    }
}

#[test]
fn format_strings_are_read_as_cpython_reads_them() {
    let pieces = [
        "{",
        "}",
        "{{",
        "}}",
        "{A}",
        "{ A }",
        "{\tA}",
        "{A!r}",
        "{A:x}",
        "{A:}",
        "{A=}",
        "{}",
        "{ }",
        "{A.b}",
        "{(A)}",
        "{A }",
        "{A\n}",
        "{a\u{301}}",
        "{\u{fb01}}",
        "{None}",
        "{match}",
        "{__a__}",
        "{1}",
        "{A+B}",
        "{'x'}",
        "{\"x\"}",
        "{A#}",
        "{\\A}",
        "\\n",
        "\\{",
        "\\N{BULLET}",
        "\\N{A}",
        "\\x41",
        "\\u00e9",
        "\\",
        "\\\\",
        "'",
        "\"",
        "\n",
        "x",
        "é",
        "😀",
        " ",
        "#",
        "{{A}}",
        "{{{A}}}",
        "{A}{B}",
        "{A,}",
        "{*A}",
        "{A:{B}}",
        "{not A}",
        "{A if B else C}",
        "{lambda}",
        "{f''}",
        "{A!}",
        "{A!s:>{B}}",
        "{yield}",
        "{_}",
        "{[A]}",
    ];
    let starts = ["f", "F", "rf", "fR", "f", "f", "", "r", "u", "b", "bf"];
    let quotes = ["'", "\"", "\"\"\"", "\'\'\'"];
    let mut dice = Dice(7);
    let programs: Vec<String> = (0..9000)
        .map(|_| {
            let mut text = String::from("A = ");
            let parts = 1 + dice.below(3) / 2 + dice.below(3) / 2;
            for part in 0..parts {
                if part > 0 {
                    text.push(' ');
                }
                let quote = dice.of(&quotes);
                text += dice.of(&starts);
                text += quote;
                for _ in 0..dice.below(5) {
                    text += dice.of(&pieces);
                }
                text += quote;
            }
            text
        })
        .collect();
    if let Some((read, refused)) = compare(&programs) {
        eprintln!("{read} read alike, {refused} refused alike");
        assert!(read > 1000 && refused > 3000);
    }
}

/// Letters that have come since the Unicode of the reference aside, any character begins or goes on a
/// name as in CPython, and the name is the same.
#[test]
fn characters_make_the_names_that_they_make_in_cpython() {
    if !is_the_reference() {
        eprintln!("skipped: no python3 of version 3.11 to compare with");
        return;
    }
    let script = include_str!("python_names.py");
    let output = Command::new("python3").args(["-X", "utf8", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let stored = |text: String| {
        let (root, diagnostics) = sml::parse(&text);
        let Some(sml::tree::Statement::Assign(assign)) = root.statements.first() else {
            return None;
        };
        diagnostics.is_empty().then(|| assign.name.text.to_string())
    };
    let mut wrong = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let c = char::from_u32(parts[0].parse().unwrap()).unwrap();
        let name: Option<String> = (parts[2] == "1").then(|| {
            let codes = parts[3].split(',').map(|code| code.parse().unwrap());
            codes.map(|code| char::from_u32(code).unwrap()).collect()
        });
        let (first, later) = (stored(format!("{c} = 1")), stored(format!("a{c} = 1")));
        if first.is_some() != (parts[1] == "1") || later != name {
            wrong.push(format!("{c:?}: python {line}, ours {first:?} {later:?}"));
        }
    }
    let few = wrong.get(..wrong.len().min(20)).unwrap().join("\n");
    assert!(wrong.is_empty(), "{} of {} differ:\n{few}", wrong.len(), text.lines().count());
}
