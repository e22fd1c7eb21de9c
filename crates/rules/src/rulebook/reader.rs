//! Takes values out of a tree and tells what is wrong with them: unknown keys, missing keys,
//! wrong kinds. Must not stop at the first problem.

use super::node::{Key, Node, Value, span};
use crate::problem::Problem;
use crate::sources::Sources;
use jiff::SignedDuration;
use sml::Span;
use std::fmt::Display;

/// One file that is being read.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    pub(crate) sources: &'s Sources,
    pub(crate) path: &'s str,
    pub(crate) problems: Vec<Problem>,
}

/// A table whose keys are known to be known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'n> {
    entries: &'n [(Key, Node)],
    /// What the table is, for messages: `a step`.
    what: &'n str,
    /// Where a missing key is told.
    pub(crate) span: Span,
}

impl<'n> Table<'n> {
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(name, _)| name.name == key).map(|(_, node)| node)
    }

    /// The keys that are there.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'n str> {
        self.entries.iter().map(|(key, _)| key.name.as_str())
    }

    /// Where the value of a key stands, else the table itself.
    pub(crate) fn place(&self, key: &str) -> Span {
        self.get(key).map_or(self.span, |node| node.span)
    }
}

impl<'s> Reader<'s> {
    pub(crate) const fn new(sources: &'s Sources, path: &'s str) -> Self {
        Self { sources, path, problems: Vec::new() }
    }

    /// Tells a problem, and gives it back to add a hint.
    pub(crate) fn wrong(
        &mut self,
        at: Span,
        code: &'static str,
        message: impl Display,
        hint: impl Into<String>,
    ) {
        let problem = Problem::error(self.sources, self.path, at, code, message.to_string());
        self.problems.push(problem.with_hint(hint));
    }

    /// The same; the hint is the nearest of the names, else `otherwise`.
    pub(crate) fn unknown<'x>(
        &mut self,
        at: Span,
        code: &'static str,
        message: impl Display,
        (name, names): (&str, impl IntoIterator<Item = &'x str>),
        otherwise: &str,
    ) {
        let problem = Problem::error(self.sources, self.path, at, code, message.to_string())
            .with_hint(otherwise)
            .with_nearest(name, names);
        self.problems.push(problem);
    }

    fn kind(&mut self, node: &Node, what: impl Display, wanted: &str) {
        let message = format!("{what} is {}, not {wanted}", node.value.kind());
        self.wrong(node.span, "wrong-kind", message, format!("write {wanted} here"));
    }

    /// A table with only these keys.
    pub(crate) fn table<'n>(
        &mut self,
        node: &'n Node,
        what: &'n str,
        known: &[&str],
    ) -> Option<Table<'n>> {
        let table = self.any_table(node, what)?;
        for (key, _) in table.entries {
            if !known.contains(&key.name.as_str()) {
                let message = format!("{what} has no key `{}`", key.name);
                let names = (key.name.as_str(), known.iter().copied());
                let all = format!("the keys are {}", known.join(", "));
                self.unknown(key.span, "unknown-key", message, names, &all);
            }
        }
        Some(table)
    }

    /// A table with any keys.
    pub(crate) fn any_table<'n>(&mut self, node: &'n Node, what: &'n str) -> Option<Table<'n>> {
        let Value::Table(entries) = &node.value else {
            self.kind(node, what, "a table of keys and values");
            return None;
        };
        let first_line = self.sources.text(self.path).and_then(|text| {
            let start = node.span.start as usize;
            let line = text.get(start..)?.lines().next()?.len();
            Some(span(start, start + line))
        });
        Some(Table { entries, what, span: first_line.unwrap_or(node.span) })
    }

    /// The value of a key that must be there.
    pub(crate) fn need<'n>(&mut self, table: &Table<'n>, key: &str) -> Option<&'n Node> {
        let found = table.get(key);
        if found.is_none() {
            let message = format!("{} has no `{key}`", table.what);
            self.wrong(table.span, "missing-key", message, format!("add `{key}`"));
        }
        found
    }

    /// A text that is not blank.
    pub(crate) fn text_of(&mut self, node: &Node, what: impl Display) -> Option<String> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => {
                self.wrong(node.span, "empty", format!("{what} is empty"), "write a text here");
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => {
                self.kind(node, what, "a text in quotes");
                None
            }
        }
    }

    pub(crate) fn text(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let node = table.get(key)?;
        self.text_of(node, format!("`{key}`"))
    }

    pub(crate) fn need_text(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let node = self.need(table, key)?;
        self.text_of(node, format!("`{key}`"))
    }

    /// A list of texts with their places; empty when the key is not there.
    pub(crate) fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<(String, Span)> {
        let Some(node) = table.get(key) else { return Vec::new() };
        match &node.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| {
                    Some((self.text_of(item, format!("an entry of `{key}`"))?, item.span))
                })
                .collect(),
            Value::Text(text) => vec![(text.clone(), node.span)],
            _ => {
                self.kind(node, format!("`{key}`"), "a list of texts");
                Vec::new()
            }
        }
    }

    pub(crate) fn flag(&mut self, table: &Table<'_>, key: &str) -> Option<bool> {
        let node = table.get(key)?;
        if let Value::Flag(flag) = node.value {
            return Some(flag);
        }
        self.kind(node, format!("`{key}`"), "true or false");
        None
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn whole(
        &mut self,
        table: &Table<'_>,
        key: &str,
        (least, most): (i64, i64),
    ) -> Option<i64> {
        let node = table.get(key)?;
        let Value::Whole(number) = node.value else {
            self.kind(node, format!("`{key}`"), "a whole number");
            return None;
        };
        if (least..=most).contains(&number) {
            return Some(number);
        }
        let message = format!("`{key}` is {number}");
        let hint = format!("write a number from {least} to {most}");
        self.wrong(node.span, "out-of-range", message, hint);
        None
    }

    /// One of the words in `choices`.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let node = table.get(key)?;
        let word = self.text_of(node, format!("`{key}`"))?;
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let message = format!("`{key}` cannot be `{word}`");
            let all = format!("write one of {}", names.join(", "));
            self.unknown(node.span, "unknown-word", message, (&word, names), &all);
        }
        found
    }

    /// A span of time such as `12h` or `90d`.
    pub(crate) fn duration(&mut self, table: &Table<'_>, key: &str) -> Option<SignedDuration> {
        let node = table.get(key)?;
        let text = self.text_of(node, format!("`{key}`"))?;
        let parsed = duration(&text);
        if parsed.is_none() {
            let message = format!("`{key}` is no span of time: `{text}`");
            let hint = "write a number and `m` for minutes, `h` for hours or `d` for days, at most ten years: `12h`";
            self.wrong(node.span, "duration", message, hint);
        }
        parsed
    }

    /// Tells what cannot be read as a date.
    pub(crate) fn date(&mut self, table: &Table<'_>, key: &str) -> Option<jiff::civil::Date> {
        let node = self.need(table, key)?;
        let text = self.text_of(node, format!("`{key}`"))?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let message = format!("`{key}` is no date: `{text}`");
            self.wrong(node.span, "date", message, "write it as 2026-11-01");
        }
        parsed
    }
}

/// The items of a list, or the one value that stands alone.
pub(crate) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Null => &[],
        _ => std::slice::from_ref(node),
    }
}

fn duration(text: &str) -> Option<SignedDuration> {
    let (unit, number) = text.char_indices().last().map(|(at, unit)| (unit, text.get(..at)))?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return None,
    };
    let minutes = i64::from(number?.parse::<u16>().ok()?) * minutes;
    (1..=60 * 24 * 3653).contains(&minutes).then(|| SignedDuration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        assert_eq!(duration("12h"), Some(SignedDuration::from_hours(12)));
        assert_eq!(duration("7d"), Some(SignedDuration::from_hours(168)));
        assert_eq!(duration("45m"), Some(SignedDuration::from_mins(45)));
        for wrong in ["", "7", "d", "0d", "-1d", "1.5d", "4000d", "7 d", "99999999d"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
