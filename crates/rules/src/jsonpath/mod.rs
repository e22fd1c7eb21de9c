//! Paths into JSON, in the dialect that SML programs use (that of `jsonpath_rw`). A path gives
//! its first match only. Plain chains of keys, nearly all paths, take a short cut.

mod find;
mod parse;
mod wanted;

use std::fmt;

use crate::value::{Fault, Str, Value};

pub use parse::PathError;
pub(crate) use wanted::{Drawn, Part, Wanted};

/// A compiled path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    source: Box<str>,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// `$.a.b.c`
    Keys(Box<[Str]>),
    /// Anything else.
    Steps(Step),
}

/// One node of a path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Root,
    This,
    Parent,
    /// Keys, by name.
    Fields(Vec<Str>),
    /// All keys.
    AnyField,
    Index(i64),
    Slice(Option<i64>, Option<i64>),
    Child(Box<Step>, Box<Step>),
    Descendants(Box<Step>, Box<Step>),
    Where(Box<Step>, Box<Step>),
    Union(Box<Step>, Box<Step>),
    /// Parses, but the reference fails when it is used.
    Intersect,
}

impl Path {
    /// Compiles a path.
    pub fn parse(source: &str) -> Result<Self, PathError> {
        let step = parse::parse(source)?;
        let mut keys = Vec::new();
        let form = if plain_chain(&step, &mut keys) && !keys.is_empty() {
            Form::Keys(keys.into())
        } else {
            Form::Steps(step)
        };
        Ok(Self { source: source.into(), form })
    }

    /// The keys of a plain chain such as `$.a.b`, for callers that walk the data themselves.
    #[must_use]
    pub fn keys(&self) -> Option<&[Str]> {
        match &self.form {
            Form::Keys(keys) => Some(keys),
            Form::Steps(_) => None,
        }
    }

    /// The first match, or None. A null that is there is a match.
    pub fn first(&self, data: &Value) -> Result<Option<Value>, Fault> {
        match &self.form {
            Form::Keys(keys) => Ok(follow(data, keys).cloned()),
            Form::Steps(step) => find::first(step, data),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

fn follow<'a>(data: &'a Value, keys: &[Str]) -> Option<&'a Value> {
    keys.iter().try_fold(data, |value, key| match value {
        Value::Map(map) => map.get(key),
        _ => None,
    })
}

/// Collects the keys of `$.a.b`; false if the path is anything else.
fn plain_chain(step: &Step, keys: &mut Vec<Str>) -> bool {
    match step {
        Step::Root => true,
        Step::Child(left, right) => match &**right {
            Step::Fields(names) if names.len() == 1 => {
                let plain = plain_chain(left, keys);
                keys.extend(names.iter().cloned());
                plain
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Exception, json};

    const DATA: &str = r#"{"a": {"b": [10, {"c": "d", "b": 5}, [1, 2]], "x-y": 1, "x y": 2, "@t": 4},
        "l": [], "n": null, "s": "str", "z": 0, "b": "top", "$type": "t", "é": 1, "where": 3, "f": 0.5}"#;

    fn first(path: &str) -> Result<Option<String>, Exception> {
        let data = json::read(&DATA.into(), 64).unwrap().value;
        let found = Path::parse(path).unwrap().first(&data).map_err(|fault| fault.exception)?;
        Ok(found.map(|value| crate::value::repr(&value).unwrap()))
    }

    #[test]
    fn paths_find_what_jsonpath_rw_finds() {
        for (path, found) in [
            ("$.a.x-y", Some("1")),
            ("a.'x y'", Some("2")),
            ("$.a[\"x y\"]", Some("2")),
            ("$['a']['b'][0]", Some("10")),
            ("$.'é'", Some("1")),
            ("$.'whe\\re'", Some("3")),
            ("$.a.@t", Some("4")),
            ("$.a.b[-1]", Some("[1, 2]")),
            ("$.a.b[9]", None),
            ("$.a.b[*]", Some("10")),
            ("$.a.b[1:]", Some("{'c': 'd', 'b': 5}")),
            ("$.a.b[-1:][1]", Some("2")),
            ("$..b", Some("'top'")),
            ("$..c", Some("'d'")),
            ("$.a.*", Some("[10, {'c': 'd', 'b': 5}, [1, 2]]")),
            ("$.a.'*'", Some("[10, {'c': 'd', 'b': 5}, [1, 2]]")),
            ("$.n", Some("None")),
            ("$.n.x", None),
            ("$.n[0]", None),
            ("$.z[0]", None),
            ("$.s[1]", Some("'t'")),
            ("$.s[*]", Some("'str'")),
            ("$.nope,s", Some("'str'")),
            ("$.nope|$.s", Some("'str'")),
            ("$.a.b where c", None),
            ("$.a.b[1].(`this` where c).c", Some("'d'")),
            ("$.a.b[1].`parent`.`parent`.x-y", Some("1")),
            ("$.a.b[1].$.z", Some("0")),
            ("(($.a)).b.[0]", Some("10")),
            ("$.`parent`.`this`", Some("None")),
            // Brackets bind most loosely: they apply to the whole union.
            ("nope|l|s[1]", Some("'t'")),
        ] {
            assert_eq!(first(path), Ok(found.map(str::to_owned)), "{path}");
        }
    }

    #[test]
    fn some_paths_fail_when_used() {
        for (path, exception) in [
            ("$.a&$.b", Exception::NotImplementedError),
            ("$.a[0]", Exception::KeyError),
            ("$.a.b[-9]", Exception::IndexError),
            ("$.f[0]", Exception::TypeError),
            ("$.f[*]", Exception::TypeError),
            ("$.`parent`", Exception::AttributeError),
        ] {
            assert_eq!(first(path), Err(exception), "{path}");
        }
    }

    #[test]
    fn broken_paths_are_refused() {
        for path in [
            "",
            "$.",
            "$..",
            ".a",
            "$a",
            "$.a[",
            "$.a[?(@.x)]",
            "$.$type",
            "$.é",
            "$.a.b[0,1]",
            "$.0",
            "$.a.b[::2]",
            "$.where",
            "$.'a",
            "(a",
            "a)",
            "`other`",
            "a b",
            "$.a[]",
            "*,a",
        ] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
        assert!(Path::parse(&"(".repeat(100_000)).is_err());
    }

    #[test]
    fn plain_chains_are_known_as_such() {
        assert_eq!(Path::parse("$.a.b").unwrap().keys().map(<[Str]>::len), Some(2));
        assert_eq!(Path::parse("$['a'].\"b\"").unwrap().keys().map(<[Str]>::len), Some(2));
        assert_eq!(Path::parse("a.b").unwrap().keys(), None);
        assert_eq!(Path::parse("$.a,b").unwrap().keys(), None);
        assert_eq!(Path::parse("$").unwrap().keys(), None);
    }

    #[test]
    fn matches_are_limited() {
        let wide = format!("[{}]", vec!["[[0],[0],[0]]"; 300].join(","));
        let data = json::read(&wide.as_str().into(), 64).unwrap().value;
        let path =
            Path::parse("$..`this`..`this`..`this`..`this`..`this`..`this`..`this`").unwrap();
        assert_eq!(path.first(&data).unwrap_err().exception, Exception::MemoryError);
    }
}
