//! Tables of keys and values, from the `.csv` files of `lists/`: what a short link leads to, what
//! kind of site a domain is.

use std::collections::HashMap;

use super::{ArgumentError, Call, Family, Needs, Prepared, Signature, Site};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

/// Keys and values.
#[derive(Debug, Default)]
pub struct Table {
    values: HashMap<String, Value>,
    /// What stands for a key that is not there.
    otherwise: Option<Value>,
}

impl Table {
    /// A table of these pairs; of equal keys the last counts.
    pub fn new(pairs: impl IntoIterator<Item = (String, Value)>, otherwise: Option<Value>) -> Self {
        Self { values: pairs.into_iter().collect(), otherwise }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).or(self.otherwise.as_ref())
    }

    /// The pairs whose values are texts, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut pairs: Vec<(&str, &str)> = self
            .values
            .iter()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect();
        pairs.sort_unstable();
        pairs.into_iter()
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }
}

/// A link may lead to another short link, but not for ever.
const MOST_STEPS: usize = 8;

pub(super) fn register(all: &mut Vec<Signature>) {
    let table = |name, family, argument, doc, run| {
        Signature::ours(family, name, Type::Str, doc, run)
            .argument(argument, Type::Str)
            .constant("table", Type::Str)
            .prepared(prepare)
            .needs(Needs::Lists)
    };
    let links = Type::list(Type::Str);
    all.extend([
        Signature::ours(Family::Links, "ExpandLinks", links.clone(), "Where each of the links leads by a table of the rulebook, as with ExpandLink.", expand_all)
            .argument("urls", links)
            .constant("table", Type::Str)
            .prepared(prepare)
            .needs(Needs::Lists),
        table("LookUp", Family::Lists, "key", "The value of a key in a table of the rulebook (`lists/NAME.csv`); no value if it is not there.", look_up),
        table("ExpandLink", Family::Links, "url", "Where a short link leads by a table of the rulebook, step by step; the link itself if it is not there.", expand),
    ]);
}

/// The name under which declared functions find the table that is prepared for them.
pub(crate) const LOOK_UP: &str = "LookUp";

fn prepare(site: &Site<'_>) -> Result<Prepared, Vec<ArgumentError>> {
    let Some(name) = site.text("table") else { return Ok(Prepared::Nothing) };
    site.lists.table(name).map(Prepared::Table).ok_or_else(|| {
        let message = format!("there is no table `{name}`");
        site.error(
            "table",
            message,
            "tables are the files `lists/NAME.csv`: a key, a comma, a value",
        )
    })
}

fn look_up(call: &Call<'_>) -> Result<Value, Fault> {
    table_of(call)?
        .get(call.text(0)?)
        .cloned()
        .ok_or_else(|| Fault::expected("the table has no such key"))
}

fn expand(call: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::from(follow(table_of(call)?, call.text(0)?)))
}

fn expand_all(call: &Call<'_>) -> Result<Value, Fault> {
    let table = table_of(call)?;
    Ok(Value::texts(call.texts(0)?.into_iter().map(|link| Str::from(follow(table, link)))))
}

fn table_of<'c>(call: &Call<'c>) -> Result<&'c Table, Fault> {
    match call.prepared {
        Prepared::Table(table) => Ok(table),
        _ => Err(Fault::expected("the rulebook has no such table")),
    }
}

fn follow(table: &Table, link: &str) -> String {
    let mut link = link.to_owned();
    for _ in 0..MOST_STEPS {
        let bare = bare(&link);
        match table.text(&link).or_else(|| table.text(bare)) {
            Some(next) if next != link => link = next.to_owned(),
            _ => break,
        }
    }
    link
}

/// A link without its scheme, `www.` and a slash at the end, as tables write it.
fn bare(link: &str) -> &str {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/')
}
