//! The reference's results for coercion, JSON paths and functions, computed call by call
//! without a program: what fails here is wrong in a value or a function, not in the engine.

use std::collections::BTreeMap;

use rules::coerce::fitted;
use rules::functions::{self, CallContext, Nothing, Prepared};
use rules::jsonpath::Path;
use rules::text::Memo;
use rules::types::Type;
use rules::value::{BinaryOperator, Fault, Map, Value, binary, json};

use crate::shared;

/// What a program's features came to; None: failed.
type Features = BTreeMap<String, Option<Value>>;

fn field<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| match value {
        Value::Map(map) => map.get(key).unwrap_or(&Value::None),
        _ => &Value::None,
    })
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    field(value, path).as_str().unwrap_or_else(|| panic!("a text at {path:?}"))
}

/// The value of a feature, or None if it failed; errors that count go to `errors`.
fn assigned(
    line: &str,
    data: &Value,
    known: &Features,
    errors: &mut Vec<&'static str>,
) -> (String, Option<Value>) {
    let (target, expression) = line.split_once(" = ").expect("an assignment");
    let (name, annotation) =
        target.split_once(": ").map_or((target, None), |(name, kind)| (name, Some(kind)));
    let mut parser = Parser { text: expression, data, known, annotation: annotation.map(kind) };
    let value = parser.expression();
    if let Err(fault) = &value
        && !fault.expected
    {
        errors.push(fault.exception.name());
    }
    (name.to_owned(), value.ok())
}

fn kind(text: &str) -> Type {
    let inside = |start: &str| text.strip_prefix(start).and_then(|rest| rest.strip_suffix(']'));
    match text {
        "str" => Type::Str,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "None" => Type::None,
        "str | None" => Type::optional(Type::Str),
        _ => match (inside("List["), inside("Optional["), inside("Union["), inside("Entity[")) {
            (Some(item), ..) => Type::list(kind(item)),
            (_, Some(inner), ..) => Type::optional(kind(inner)),
            (_, _, Some(variants), _) => Type::Union(variants.split(", ").map(kind).collect()),
            (.., Some(id)) => kind(id),
            _ => panic!("a type: {text}"),
        },
    }
}

/// Just enough of SML for the programs of the matrix: calls, names, literals, lists, `+`.
struct Parser<'a> {
    text: &'a str,
    data: &'a Value,
    known: &'a Features,
    annotation: Option<Type>,
}

impl Parser<'_> {
    fn take(&mut self, mark: &str) -> bool {
        let rest = self.text.trim_start();
        let found = rest.strip_prefix(mark);
        self.text = found.unwrap_or(rest);
        found.is_some()
    }

    fn expression(&mut self) -> Result<Value, Fault> {
        let left = self.primary()?;
        if self.take("+") {
            binary(BinaryOperator::Add, &left, &self.expression()?)
        } else {
            Ok(left)
        }
    }

    fn primary(&mut self) -> Result<Value, Fault> {
        self.text = self.text.trim_start();
        let raw = self.take("r'");
        if raw || self.take("'") {
            return Ok(self.string(raw));
        }
        if self.take("[") {
            let mut items = Vec::new();
            while !self.take("]") {
                items.push(self.expression()?);
                self.take(",");
            }
            return Ok(Value::list(items));
        }
        let end = self
            .text
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        if self.take("(") {
            return self.call(word);
        }
        match word {
            "True" => Ok(Value::Bool(true)),
            "False" => Ok(Value::Bool(false)),
            "None" => Ok(Value::None),
            _ => match word.parse() {
                Ok(number) => Ok(Value::Int(number)),
                Err(_) => match self.known.get(word) {
                    Some(Some(value)) => Ok(value.clone()),
                    Some(None) => Err(Fault::expected("the feature failed")),
                    None => panic!("a name: {word}"),
                },
            },
        }
    }

    fn string(&mut self, raw: bool) -> Value {
        let mut value = String::new();
        let mut chars = self.text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.text = &self.text[at + 1..];
                    return Value::from(value);
                }
                '\\' if !raw => value.extend(chars.next().map(|(_, c)| c)),
                c => value.push(c),
            }
        }
        panic!("an unclosed string: {}", self.text)
    }

    fn call(&mut self, name: &str) -> Result<Value, Fault> {
        let id = functions::find(name).unwrap_or_else(|| panic!("a function: {name}"));
        let signature = functions::get(id).expect("a signature");
        let mut constants: Vec<Option<Value>> =
            signature.arguments.iter().map(|argument| argument.default.clone()).collect();
        let mut failed = None;
        while !self.take(")") {
            let (keyword, rest) = self.text.split_once('=').expect("a keyword");
            self.text = rest;
            let position = signature
                .position(keyword.trim())
                .unwrap_or_else(|| panic!("{name} has no {keyword}"));
            match self.expression() {
                Ok(value) => constants[position] = Some(value),
                Err(fault) => failed = Some(fault),
            }
            self.take(",");
        }
        if let Some(fault) = failed {
            return Err(Fault { expected: true, ..fault });
        }
        let prepared = functions::prepare(id, &constants, &Nothing).expect("a valid call");
        let arguments: Vec<Value> = constants.into_iter().map(Option::unwrap_or_default).collect();
        if let Prepared::Path(path) = &prepared {
            return self.data_at(path, signature, &arguments);
        }
        let now = "2026-01-01T00:00:00Z".parse().expect("a moment");
        functions::call(
            id,
            &prepared,
            &arguments,
            &CallContext {
                now,
                offset: jiff::tz::Offset::UTC,
                random: 0,
                lists: &Nothing,
                facts: &Nothing,
                memo: &Memo::default(),
            },
        )
    }

    fn data_at(
        &self,
        path: &Path,
        signature: &functions::Signature,
        arguments: &[Value],
    ) -> Result<Value, Fault> {
        let flag = |name| arguments[signature.position(name).expect("an argument")].truth();
        let wanted = self.annotation.clone().expect("an annotation");
        fitted(path, path.first(self.data)?, &wanted, flag("required"), flag("coerce_type"))
    }
}

fn check(case: &Value, map: &Map) -> Result<(), String> {
    let data = field(case, &["action", "data"]);
    let mut known = Features::new();
    let mut errors = Vec::new();
    let mut problems = Vec::new();
    for line in text(case, &["sources", "main.sml"]).lines().filter(|line| !line.is_empty()) {
        let (name, value) = assigned(line, data, &known, &mut errors);
        let expected = map.get(&name).unwrap_or(&Value::None);
        let shown = value.as_ref().map(Value::unwrapped).unwrap_or_default();
        let unordered = line.contains("StringExtract");
        if shown != *expected && !(unordered && same_items(&shown, expected)) {
            problems.push(format!("{name}: {shown:?} instead of {expected:?}"));
        }
        known.insert(name, value);
    }
    let expected = field(case, &["expect", "errors"]).as_list().unwrap_or_default();
    let expected: Vec<&str> = expected.iter().map(|error| text(error, &["type"])).collect();
    if errors != expected {
        problems.push(format!("errors {errors:?} instead of {expected:?}"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

fn same_items(a: &Value, b: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut items: Vec<_> = value
            .as_list()
            .unwrap_or_default()
            .iter()
            .map(|item| item.as_str().unwrap_or_default().to_owned())
            .collect();
        items.sort();
        items
    };
    sorted(a) == sorted(b)
}

#[test]
fn values_and_functions_agree_with_the_reference() {
    let Some(cases) = shared::lines("conformance/sml/matrix.jsonl.gz") else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases {
        let case = json::read(&line.as_str().into(), 128).expect("a case").value;
        if text(&case, &["family"]) == "ops" {
            continue;
        }
        let Value::Map(features) = field(&case, &["expect", "features"]) else { continue };
        count += 1;
        if let Err(problem) = check(&case, features) {
            wrong.push(format!("{}: {problem}", text(&case, &["id"])));
        }
    }
    assert!(count > 2_000, "only {count} cases were found");
    assert!(wrong.is_empty(), "{} of {count} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn refused_paths_are_refused() {
    let Some(cases) = shared::lines("conformance/sml/matrix.jsonl.gz") else { return };
    for line in cases {
        let case = json::read(&line.as_str().into(), 128).expect("a case").value;
        if text(&case, &["family"]) != "jsonpath" || field(&case, &["expect", "ok"]).truth() {
            continue;
        }
        let source = text(&case, &["sources", "main.sml"]);
        let (_, path) = source.split_once("path='").expect("a path");
        let path =
            path.split("', required").next().expect("a path").trim_end().trim_end_matches("')");
        assert!(Path::parse(path).is_err(), "{path} should be refused");
    }
}
