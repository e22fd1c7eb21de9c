//! TOML and YAML as one tree in which every value knows its place. Must not know what keys mean.

use crate::problem::Problem;
use crate::sources::Sources;
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use sml::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

/// A name and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Whole(i64),
    Real(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

impl Value {
    /// What it is, for messages.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Flag(_) => "true or false",
            Self::Whole(_) => "a whole number",
            Self::Real(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The same value as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Whole(number) => (*number).into(),
            Self::Real(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.value.json()).collect(),
            Self::Table(entries) => {
                let pairs = entries.iter().map(|(key, node)| (key.name.clone(), node.value.json()));
                serde_json::Value::Object(pairs.collect())
            }
        }
    }
}

/// A range of bytes of a file; files are far smaller than 4 GiB.
pub(crate) fn span(start: usize, end: usize) -> Span {
    Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// Reads a TOML file of the rulebook. Several errors are told at once.
pub(crate) fn toml(sources: &Sources, path: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let text = sources.text(path)?;
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().unwrap_or_default();
        let problem =
            Problem::error(sources, path, span(at.start, at.end), "toml", error.message());
        problems.push(problem.with_hint("see https://toml.io for how TOML is written"));
    }
    errors.is_empty().then(|| from_table(root.get_ref(), span(0, text.len())))
}

fn from_table(table: &DeTable<'_>, at: Span) -> Node {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let place = key.span();
        let name = std::borrow::Cow::<str>::to_string(key.get_ref());
        (Key { name, span: span(place.start, place.end) }, from_toml(value))
    };
    let mut entries: Vec<_> = table.iter().map(entry).collect();
    entries.sort_by_key(|(key, _)| key.span);
    Node { value: Value::Table(entries), span: at }
}

fn from_toml(node: &Spanned<DeValue<'_>>) -> Node {
    let at = span(node.span().start, node.span().end);
    let value = match node.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            parsed.map_or_else(|_| Value::Text(number.as_str().into()), Value::Whole)
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().parse();
            parsed.map_or_else(|_| Value::Text(number.as_str().into()), Value::Real)
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(from_toml).collect()),
        DeValue::Table(table) => return from_table(table, at),
    };
    Node { value, span: at }
}

/// Reads the part of a file that is YAML and begins at byte `offset`. An empty part is `Null`.
pub(crate) fn yaml(
    sources: &Sources,
    path: &str,
    part: &str,
    offset: usize,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    let places = Places { bytes: part.char_indices().map(|(at, _)| at).collect(), part, offset };
    match MarkedYaml::load_from_str(part) {
        Ok(documents) => Some(documents.first().map_or_else(
            || Node { value: Value::Null, span: span(offset, offset) },
            |document| places.node(document),
        )),
        Err(error) => {
            let at = places.byte(error.marker().index());
            let problem = Problem::error(sources, path, span(at, at), "yaml", error.info());
            problems
                .push(problem.with_hint("check the indentation and the colons around this place"));
            None
        }
    }
}

/// The parser counts characters; this finds the bytes.
struct Places<'p> {
    bytes: Vec<usize>,
    part: &'p str,
    offset: usize,
}

impl Places<'_> {
    fn byte(&self, character: usize) -> usize {
        self.offset + self.bytes.get(character).copied().unwrap_or(self.part.len())
    }

    fn span(&self, node: &MarkedYaml<'_>) -> Span {
        let (start, end) = (node.span.start.index(), node.span.end.index());
        let (start, end) = (self.byte(start), self.byte(end));
        let text = self.part.get(start - self.offset..end - self.offset).unwrap_or_default();
        span(start, start + text.trim_end().len())
    }

    fn node(&self, node: &MarkedYaml<'_>) -> Node {
        let value = match &node.data {
            YamlData::Value(scalar) => match scalar {
                Scalar::Null => Value::Null,
                Scalar::Boolean(flag) => Value::Flag(*flag),
                Scalar::Integer(number) => Value::Whole(*number),
                Scalar::FloatingPoint(number) => Value::Real(number.into_inner()),
                Scalar::String(text) => Value::Text(text.to_string()),
            },
            YamlData::Representation(text, ..) => Value::Text(text.to_string()),
            YamlData::Sequence(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            YamlData::Mapping(entries) => Value::Table(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let place = self.node(key);
                        let name = match place.value {
                            Value::Text(name) => name,
                            other => other.json().to_string(),
                        };
                        (Key { name, span: place.span }, self.node(value))
                    })
                    .collect(),
            ),
            YamlData::Tagged(_, inner) => return self.node(inner),
            YamlData::Alias(_) | YamlData::BadValue => Value::Null,
        };
        Node { value, span: self.span(node) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(path: &str, text: &str) -> Sources {
        Sources::from_map([(path.into(), text.into())].into())
    }

    #[test]
    fn places_are_bytes_in_both_languages() {
        let toml_text = "a = \"ü\"\n[b]\nc = [1, true]\n";
        let files = sources("x.toml", toml_text);
        let mut problems = Vec::new();
        let node = toml(&files, "x.toml", &mut problems).unwrap();
        let Value::Table(entries) = &node.value else { panic!("{node:?}") };
        assert_eq!(entries[0].1.span.text(toml_text), "\"ü\"");
        assert_eq!(entries[1].1.value.json(), serde_json::json!({"c": [1, true]}));

        let yaml_text = "---\nü: é\nb:\n  - text: x y\n";
        let files = sources("x.yaml", yaml_text);
        let part = yaml_text.get(4..).unwrap();
        let node = yaml(&files, "x.yaml", part, 4, &mut problems).unwrap();
        let Value::Table(entries) = &node.value else { panic!("{node:?}") };
        assert_eq!(entries[0].1.span.text(yaml_text), "é");
        assert_eq!(entries[1].0.span.text(yaml_text), "b");
        assert_eq!(entries[1].1.value.json(), serde_json::json!([{"text": "x y"}]));
        assert_eq!(problems, []);
    }

    #[test]
    fn broken_files_say_where() {
        let mut problems = Vec::new();
        let files = sources("x.toml", "a = 1\nb = \nc = [\n");
        assert_eq!(toml(&files, "x.toml", &mut problems), None);
        assert!(problems.len() >= 2, "{problems:?}");
        assert_eq!(problems[0].path, "x.toml");
        problems.clear();
        let text = "a: [1\nb: }\n";
        assert_eq!(yaml(&sources("x.yaml", text), "x.yaml", text, 0, &mut problems), None);
        assert_eq!(problems.len(), 1);
    }
}
