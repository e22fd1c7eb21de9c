//! The labels that a rulebook declares, in `config.yaml` and `config/*.yaml`.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use sml::{LineIndex, Span};

use super::calls::Context;
use super::files::FileId;
use crate::problem::{Problem, nearest};
use crate::sources::Sources;

/// A label as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredLabel {
    /// The types of entities that may carry it.
    pub valid_for: Vec<String>,
    /// `positive`, `negative` or `neutral`.
    pub connotation: Option<String>,
    /// What it means.
    pub description: Option<String>,
}

/// The labels of a rulebook, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredLabels(BTreeMap<String, DeclaredLabel>);

impl DeclaredLabels {
    /// The label of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&DeclaredLabel> {
        self.0.get(name)
    }

    /// All labels by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DeclaredLabel)> {
        self.0.iter().map(|(name, label)| (name.as_str(), label))
    }

    pub(crate) fn unknown(
        &self,
        context: &Context<'_>,
        file: FileId,
        span: Span,
        name: &str,
    ) -> Problem {
        let problem =
            context.error(file, span, "unknown-label", format!("no label `{name}` is declared"));
        match nearest(name, self.0.keys().map(String::as_str)) {
            Some(found) => problem.with_hint(format!("did you mean `{found}`?")),
            None => problem.with_hint("declare it under `labels:` in `config/labels.yaml`"),
        }
    }
}

const TOP_LEVEL: [&str; 8] = [
    "labels",
    "actions",
    "feature_flags",
    "analytics",
    "ui_config",
    "acl",
    "authorized_keys",
    "example",
];

/// Whether a file is configuration.
fn is_config(path: &str) -> bool {
    let mut folders = path.rsplit('/');
    let name = folders.next().unwrap_or_default();
    path == "config.yaml" || (name.ends_with(".yaml") && folders.next() == Some("config"))
}

/// Reads and merges all configuration.
pub(crate) fn read(sources: &Sources, problems: &mut Vec<Problem>) -> Option<DeclaredLabels> {
    let before = problems.len();
    let mut labels = DeclaredLabels::default();
    for (path, text) in sources.iter().filter(|(path, _)| is_config(path)) {
        let mut reader = Reader { sources, path, lines: LineIndex::new(text), problems };
        match MarkedYaml::load_from_str(text) {
            Ok(documents) => {
                if let Some(document) = documents.first() {
                    reader.document(document, &mut labels);
                }
            }
            Err(error) => problems.push(
                Problem::error(sources, path, Span::default(), "yaml", error.to_string())
                    .with_hint("check the indentation and the colons around this place"),
            ),
        }
    }
    (problems.len() == before).then_some(labels)
}

struct Reader<'a> {
    sources: &'a Sources,
    path: &'a str,
    lines: LineIndex,
    problems: &'a mut Vec<Problem>,
}

type Node<'y> = MarkedYaml<'y>;

impl Reader<'_> {
    fn wrong(&mut self, at: &Node<'_>, message: impl Into<String>, hint: &str) {
        let text = self.sources.text(self.path).unwrap_or_default();
        // The parser counts characters; a line and a column lead to the byte.
        let (line, column) = (at.span.start.line(), at.span.start.col());
        let line_text = u32::try_from(line).map_or("", |line| self.lines.line_text(text, line));
        let before: usize = line_text.chars().take(column).map(char::len_utf8).sum();
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let start = u32::try_from(start + before).unwrap_or_default();
        let problem = Problem::error(self.sources, self.path, Span::at(start), "config", message);
        self.problems.push(problem.with_hint(hint));
    }

    fn document(&mut self, document: &Node<'_>, labels: &mut DeclaredLabels) {
        let YamlData::Mapping(entries) = &document.data else {
            if !is_null(document) {
                self.wrong(
                    document,
                    "the configuration must be a mapping",
                    "write `labels:` at the start of a line",
                );
            }
            return;
        };
        for (key, value) in entries {
            match text(key) {
                Some("labels") => self.labels(key, value, labels),
                Some(name) if TOP_LEVEL.contains(&name) => {}
                name => {
                    let name = name.unwrap_or("?");
                    let hint = match nearest(name, TOP_LEVEL) {
                        Some(found) => format!("did you mean `{found}`?"),
                        None => format!("the keys are {}", TOP_LEVEL.join(", ")),
                    };
                    self.wrong(key, format!("unknown key `{name}`"), &hint);
                }
            }
        }
    }

    fn labels(&mut self, at: &Node<'_>, value: &Node<'_>, labels: &mut DeclaredLabels) {
        let YamlData::Mapping(entries) = &value.data else {
            if !is_null(value) {
                self.wrong(
                    at,
                    "`labels` must be a mapping",
                    "write `  name:` and its fields below",
                );
            }
            return;
        };
        for (key, value) in entries {
            let Some(name) = text(key) else {
                self.wrong(key, "the name of a label must be a text", "put it in quotes");
                continue;
            };
            let YamlData::Mapping(fields) = &value.data else {
                self.wrong(
                    key,
                    format!("the label `{name}` has no fields"),
                    "write `valid_for: [User]` below it, or `{}` after it",
                );
                continue;
            };
            let mut label = labels.0.remove(name).unwrap_or_default();
            for (field, value) in fields {
                // Osprey tells an unknown field at `labels`, a wrong value at the label.
                match text(field) {
                    Some("valid_for") => match strings(value) {
                        Some(kinds) if label.valid_for.is_empty() => label.valid_for = kinds,
                        Some(_) => self.twice(field, name),
                        None => self.wrong(
                            key,
                            format!("`valid_for` of `{name}` must be a list"),
                            "write `valid_for: [User]`",
                        ),
                    },
                    Some("connotation") => match text(value) {
                        Some(word @ ("positive" | "negative" | "neutral")) => {
                            if label.connotation.replace(word.into()).is_some() {
                                self.twice(field, name);
                            }
                        }
                        _ => self.wrong(
                            key,
                            format!("`connotation` of `{name}` is none that is known"),
                            "write `positive`, `negative` or `neutral`",
                        ),
                    },
                    Some("description") => match text(value) {
                        Some(words) => {
                            if label.description.replace(words.into()).is_some() {
                                self.twice(field, name);
                            }
                        }
                        None => self.wrong(
                            key,
                            format!("`description` of `{name}` must be a text"),
                            "put it in quotes",
                        ),
                    },
                    other => {
                        let other = other.unwrap_or("?");
                        self.wrong(
                            at,
                            format!("a label has no field `{other}` (in `{name}`)"),
                            "the fields are `valid_for`, `connotation` and `description`",
                        );
                    }
                }
            }
            labels.0.insert(name.to_owned(), label);
        }
    }

    fn twice(&mut self, field: &Node<'_>, label: &str) {
        let name = text(field).unwrap_or_default();
        self.wrong(field, format!("`{name}` of `{label}` is set in two files"), "keep one of them");
    }
}

fn text<'y>(node: &'y Node<'_>) -> Option<&'y str> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text),
        _ => None,
    }
}

fn is_null(node: &Node<'_>) -> bool {
    matches!(node.data, YamlData::Value(Scalar::Null) | YamlData::BadValue)
}

fn strings(node: &Node<'_>) -> Option<Vec<String>> {
    match &node.data {
        YamlData::Sequence(items) => {
            items.iter().map(|item| text(item).map(str::to_owned)).collect()
        }
        _ => None,
    }
}
