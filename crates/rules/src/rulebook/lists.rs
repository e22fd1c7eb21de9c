//! `lists/`: words, domains, and the register of affiliations. Must not match anything.

use super::node::{self, span};
use super::reader::{Reader, items};
use crate::functions::{Lists, Table};
use crate::problem::{Problem, nearest};
use crate::sources::Sources;
use model::{AccountId, Affiliation, AffiliationKind, AffiliationSubject};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The lists of a rulebook by name, entries in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct WordLists {
    names: Vec<String>,
    entries: Vec<Vec<String>>,
    lookup: Vec<HashSet<String>>,
    tables: BTreeMap<String, Arc<Table>>,
    running: Vec<Arc<str>>,
}

impl WordLists {
    /// All lists by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.names.iter().map(String::as_str).zip(self.entries.iter().map(Vec::as_slice))
    }

    /// The same, with the names of those that change while the engine runs.
    #[must_use]
    pub fn with_running(self, running: &[Arc<str>]) -> Self {
        Self { running: running.to_vec(), ..self }
    }

    /// The lists that change while the engine runs.
    #[must_use]
    pub fn running(&self) -> &[Arc<str>] {
        &self.running
    }

    /// The entries of one list.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.iter().find(|(other, _)| *other == name).map(|(_, entries)| entries)
    }
}

impl Lists for WordLists {
    fn number(&self, name: &str) -> Option<u32> {
        self.names.binary_search_by(|other| other.as_str().cmp(name)).ok()?.try_into().ok()
    }

    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn has(&self, list: u32, entry: &str) -> bool {
        self.lookup.get(list as usize).is_some_and(|all| all.contains(entry))
    }

    fn entries(&self, list: u32) -> Vec<&str> {
        self.entries
            .get(list as usize)
            .map_or_else(Vec::new, |all| all.iter().map(String::as_str).collect())
    }

    fn is_running(&self, name: &str) -> bool {
        self.running.iter().any(|other| **other == *name)
    }

    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.get(name).cloned()
    }
}

/// Loads `lists/NAME.txt`: one entry a line, `#` begins a comment line. Rule sets from elsewhere
/// have `lists/NAME.yaml`: a list of texts. `lists/NAME.csv` is a table.
pub(crate) fn load(sources: &Sources, problems: &mut Vec<Problem>) -> WordLists {
    let mut lists = BTreeMap::new();
    for (path, text) in sources.under("lists", "txt") {
        let name = path.trim_start_matches("lists/").trim_end_matches(".txt");
        let mut at = 0;
        let mut entries = Vec::new();
        for line in text.split_inclusive('\n') {
            let entry = line.trim();
            if !entry.is_empty() && !entry.starts_with('#') {
                entries.push((entry.to_owned(), span(at, at + line.trim_end().len())));
            }
            at += line.len();
        }
        lists.insert(name.to_owned(), (path, entries));
    }
    for (path, text) in sources.under("lists", "yaml") {
        let name = path.trim_start_matches("lists/").trim_end_matches(".yaml");
        let Some(root) = node::yaml(sources, path, text, 0, problems) else { continue };
        let entries = items(&root).iter().filter_map(|item| match &item.value {
            node::Value::Text(entry) => Some((entry.clone(), item.span)),
            node::Value::Whole(number) => Some((number.to_string(), item.span)),
            _ => None,
        });
        let entries: Vec<_> = entries.collect();
        lists.entry(name.to_owned()).or_insert((path, entries));
    }
    for (path, entries) in lists.values().filter(|(path, _)| path.ends_with(".txt")) {
        for (entry, at) in entries {
            for name in references(entry).filter(|name| !lists.contains_key(*name)) {
                let message = format!("there is no list `{name}`");
                let problem = Problem::error(sources, path, *at, "unknown-list", message)
                    .with_hint("lists are the files `lists/NAME.txt`");
                let names = lists.keys().map(String::as_str);
                let hint = nearest(name, names).map(|name| format!("did you mean `{{{name}}}`?"));
                problems.push(hint.map_or(problem.clone(), |hint| problem.with_hint(hint)));
            }
        }
    }
    let mut known = WordLists { tables: tables(sources, problems), ..WordLists::default() };
    for (name, (_, entries)) in lists {
        known.names.push(name);
        let entries: Vec<String> = entries.into_iter().map(|(entry, _)| entry).collect();
        known.lookup.push(entries.iter().cloned().collect());
        known.entries.push(entries);
    }
    known
}

/// Loads `lists/NAME.csv`: a key, a comma, a value on each line; the value may hold commas.
fn tables(sources: &Sources, problems: &mut Vec<Problem>) -> BTreeMap<String, Arc<Table>> {
    let mut tables = BTreeMap::new();
    for (path, text) in sources.under("lists", "csv") {
        let name = path.trim_start_matches("lists/").trim_end_matches(".csv");
        let mut pairs = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let row = line.trim();
            let place = span(at, at + line.trim_end().len());
            at += line.len();
            if row.is_empty() || row.starts_with('#') {
                continue;
            }
            match row.split_once(',') {
                Some((key, value)) => {
                    let bare = |text: &str| text.trim().trim_matches('"').to_owned();
                    pairs.push((bare(key), crate::value::Value::from(bare(value))));
                }
                None => problems.push(
                    Problem::error(sources, path, place, "table-row", "a row has no comma")
                        .with_hint("write a key, a comma and a value"),
                ),
            }
        }
        tables.insert(name.to_owned(), Arc::new(Table::new(pairs, None)));
    }
    tables
}

/// The lists that an entry names in braces.
fn references(entry: &str) -> impl Iterator<Item = &str> {
    entry.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

const REGISTER: &str = "lists/affiliations.toml";

/// Loads `lists/affiliations.toml`, if there is one.
pub(super) fn load_affiliations(
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<Affiliation> {
    let mut reader = Reader::new(sources, REGISTER);
    let root = node::toml(sources, REGISTER, &mut reader.problems);
    let mut register = Vec::new();
    if let Some(table) = root.as_ref().and_then(|root| reader.table(root, "the file", &["entry"])) {
        for node in table.get("entry").map_or(&[][..], items) {
            register.extend(affiliation(&mut reader, node));
        }
    }
    problems.append(&mut reader.problems);
    register
}

fn affiliation(reader: &mut Reader<'_>, node: &node::Node) -> Option<Affiliation> {
    let keys = ["account", "domain", "kind", "name", "country", "source", "date"];
    let table = reader.table(node, "an entry", &keys)?;
    let account = reader.text(&table, "account");
    let domain = reader.text(&table, "domain");
    let subject = match (account, domain) {
        (Some(account), None) => match AccountId::new(&account) {
            Ok(id) => Some(AffiliationSubject::Account(id)),
            Err(error) => {
                reader.wrong(table.place("account"), "id", error, "write the platform's id");
                None
            }
        },
        (None, Some(domain)) => Some(AffiliationSubject::Domain(domain.to_lowercase())),
        _ => {
            let message = "an entry is about one account or one domain";
            reader.wrong(table.span, "no-subject", message, "write `account` or `domain`");
            None
        }
    };
    reader.need(&table, "kind");
    let kind = reader.choice(&table, "kind", &AffiliationKind::ALL.map(|kind| (kind.word(), kind)));
    let name = reader.need_text(&table, "name");
    let country = reader.text(&table, "country");
    let source = reader.need_text(&table, "source");
    let date = reader.date(&table, "date");
    Some(Affiliation {
        subject: subject?,
        kind: kind?,
        name: name?,
        country,
        source: source?,
        date: date?.to_string(),
    })
}
