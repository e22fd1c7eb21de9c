//! Reads `functions.toml`. Every problem is told, with its place and what to write instead.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sml::Span;

use super::read::{duration, value_of};
use super::scorer::{Method, Scorer, Secret};
use super::types::parse;
use super::{Binding, Declared, DeclaredFunction, FILE, From};
use crate::functions::{self, Argument, Family, LOOK_UP, Lists, Needs, Signature, Table};
use crate::jsonpath::Path;
use crate::problem::Problem;
use crate::rulebook::WordLists;
use crate::rulebook::node::{self, Node, Value as NodeValue};
use crate::rulebook::reader::{self, Reader, items};
use crate::sources::Sources;
use crate::types::Type;

const FUNCTION: [&str; 13] = [
    "name",
    "doc",
    "returns",
    "arguments",
    "builtin",
    "map",
    "fixed",
    "table",
    "key",
    "otherwise",
    "http",
    "effect",
    "absent",
];
const BINDINGS: [&str; 5] = ["builtin", "table", "http", "effect", "absent"];
const HTTP: [&str; 9] =
    ["url", "method", "timeout", "budget", "cache", "secret", "only_if", "answer", "on_failure"];

pub(super) fn load(sources: &Sources, lists: &WordLists, problems: &mut Vec<Problem>) -> Declared {
    let mut declared = Declared::default();
    let mut reader = Reader::new(sources, FILE);
    let root = node::toml(sources, FILE, &mut reader.problems);
    let table =
        root.as_ref().and_then(|root| reader.table(root, "the file", &["function", "list"]));
    if let Some(table) = table {
        for node in table.get("list").map_or(&[][..], items) {
            declared.running.extend(running_list(&mut reader, node));
        }
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        for node in table.get("function").map_or(&[][..], items) {
            let Some((name, at, function)) = function(&mut reader, node, lists) else {
                declared.broken.extend(name_of(node));
                continue;
            };
            if places.insert(name.clone(), at).is_some() {
                let message = format!("`{name}` is declared twice");
                reader.wrong(at, "declared-twice", message, "keep one of the two");
            }
            declared.functions.insert(name, Arc::new(function));
        }
    }
    problems.append(&mut reader.problems);
    declared
}

/// The name in a declaration of which the rest may be wrong.
fn name_of(node: &Node) -> Option<String> {
    let NodeValue::Table(entries) = &node.value else { return None };
    let (_, name) = entries.iter().find(|(key, _)| key.name == "name")?;
    match &name.value {
        NodeValue::Text(name) => Some(name.clone()),
        _ => None,
    }
}

fn running_list(reader: &mut Reader<'_>, node: &Node) -> Option<Arc<str>> {
    let table = reader.table(node, "a list", &["name", "running"])?;
    let name = reader.need_text(&table, "name")?;
    match reader.flag(&table, "running") {
        Some(true) => Some(name.into()),
        _ => {
            let message = format!("the list `{name}` is not said to be running");
            let hint = "write `running = true`; other lists need no declaration";
            reader.wrong(table.span, "list", message, hint);
            None
        }
    }
}

fn function(
    reader: &mut Reader<'_>,
    node: &Node,
    lists: &WordLists,
) -> Option<(String, Span, DeclaredFunction)> {
    let table = reader.table(node, "a function", &FUNCTION)?;
    let name = reader.need_text(&table, "name");
    let at = table.place("name");
    if let Some(name) = name.as_deref().filter(|name| !is_name(name)) {
        let message = format!("`{name}` cannot be called");
        reader.wrong(at, "name", message, "write a name of letters, digits and underscores");
    }
    let doc = reader.text(&table, "doc").unwrap_or_default();
    let returns = reader.need(&table, "returns").and_then(|node| kind(reader, node));
    let nodes = table.get("arguments").map_or(&[][..], items);
    let arguments: Option<Vec<Argument>> =
        nodes.iter().map(|node| argument(reader, node)).collect();
    let (name, returns, arguments) = (name?, returns?, arguments?);
    let mut signature = Signature::declared(name.clone(), returns, arguments, doc);
    let binding = binding(reader, &table, &mut signature, lists)?;
    Some((name, at, DeclaredFunction { signature, binding }))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !matches!(name, "Import" | "Require" | "Rule" | "WhenRules" | "JsonData" | "EntityJson")
}

fn kind(reader: &mut Reader<'_>, node: &Node) -> Option<Type> {
    let text = reader.text_of(node, "a type")?;
    match parse(&text) {
        Ok(kind) => Some(kind),
        Err(part) => {
            let message = format!("`{part}` is no type");
            let hint = "write str, int, float, bool, Any, Effect, Rule, Entity, Optional[...], \
                        List[...] or Union[..., ...]";
            reader.wrong(node.span, "type", message, hint);
            None
        }
    }
}

fn argument(reader: &mut Reader<'_>, node: &Node) -> Option<Argument> {
    let keys = ["name", "type", "default", "optional", "constant"];
    let table = reader.table(node, "an argument", &keys)?;
    let name = reader.need_text(&table, "name");
    let kind = reader.need(&table, "type").and_then(|node| kind(reader, node));
    let optional = reader.flag(&table, "optional").unwrap_or(false);
    let constant = reader.flag(&table, "constant").unwrap_or(false);
    let (name, kind) = (name?, kind?);
    let default = match table.get("default") {
        Some(node) => Some(value(reader, node, &kind)?),
        None if optional => Some(crate::value::Value::None),
        None => None,
    };
    // What may be left out may be None.
    let kind = match optional && !kind.accepts_none() && table.get("default").is_none() {
        true => Type::optional(kind),
        false => kind,
    };
    Some(Argument { name: name.into(), alias: None, kind, default, constant })
}

/// A value of a type.
fn value(reader: &mut Reader<'_>, node: &Node, wanted: &Type) -> Option<crate::value::Value> {
    let found = value_of(&node.value, wanted);
    if found.is_none() {
        let message = format!("{} is no value of type `{wanted}`", node.value.kind());
        reader.wrong(node.span, "wrong-kind", message, format!("write a value of type `{wanted}`"));
    }
    found
}

fn binding(
    reader: &mut Reader<'_>,
    table: &reader::Table<'_>,
    signature: &mut Signature,
    lists: &WordLists,
) -> Option<Binding> {
    let given: Vec<&str> = BINDINGS.into_iter().filter(|key| table.get(key).is_some()).collect();
    let [one] = given.as_slice() else {
        let message = match given.as_slice() {
            [] => format!("`{}` is bound to nothing", signature.name),
            _ => format!("`{}` is bound to {} at once", signature.name, given.join(" and ")),
        };
        let hint = "write one of `builtin`, `table`, `http`, `effect = true`, `absent = true`";
        reader.wrong(table.span, "binding", message, hint);
        return None;
    };
    match *one {
        "builtin" => builtin(reader, table, signature),
        "table" => in_table(reader, table, signature, lists),
        "http" => http(reader, table, signature).map(|scorer| Binding::Ask(Arc::new(scorer))),
        "effect" => {
            is_true(reader, table, "effect")?;
            if signature.returns != Type::Effect {
                let message = format!("an effect gives `Effect`, not `{}`", signature.returns);
                let hint = "write `returns = \"Effect\"`";
                reader.wrong(table.place("returns"), "binding", message, hint);
                return None;
            }
            Some(Binding::Effect)
        }
        _ => is_true(reader, table, "absent").map(|()| Binding::Absent),
    }
}

fn is_true(reader: &mut Reader<'_>, table: &reader::Table<'_>, key: &str) -> Option<()> {
    if reader.flag(table, key)? {
        return Some(());
    }
    let message = format!("`{key} = false` binds the function to nothing");
    reader.wrong(table.place(key), "binding", message, format!("write `{key} = true`"));
    None
}

fn builtin(
    reader: &mut Reader<'_>,
    table: &reader::Table<'_>,
    signature: &mut Signature,
) -> Option<Binding> {
    let name = reader.text(table, "builtin")?;
    let at = table.place("builtin");
    let found = functions::find(&name).and_then(|id| Some((id, functions::get(id)?)));
    let usable = found.filter(|(_, behind)| !behind.is_engine() || behind.special_kind().is_some());
    let Some((id, behind)) = usable else {
        let message = match found {
            Some(_) => {
                format!("`{name}` is a part of the language and cannot stand behind another name")
            }
            None => format!("there is no function `{name}` to stand behind `{}`", signature.name),
        };
        let names = functions::registry().iter().map(|one| &*one.name);
        let hint = "`docs/rules/functions.md` lists them";
        reader.unknown(at, "unknown-function", message, (&name, names), hint);
        return None;
    };
    let mut from: Vec<Option<From>> = vec![None; behind.arguments.len()];
    for (key, wanted) in entries(reader, table, "map") {
        let Some(position) = position(reader, behind, &key) else { continue };
        let Some(argument) = reader.text_of(wanted, "an argument's name") else { continue };
        if signature.position(&argument).is_none() {
            let message = format!("`{}` has no argument `{argument}`", signature.name);
            let names = signature.arguments.iter().map(|one| &*one.name);
            reader.unknown(wanted.span, "unknown-argument", message, (&argument, names), "");
            continue;
        }
        set(&mut from, position, From::Argument(argument));
    }
    for (key, wanted) in entries(reader, table, "fixed") {
        let Some(position) = position(reader, behind, &key) else { continue };
        let kind = behind.arguments.get(position).map_or(Type::Any, |one| one.kind.clone());
        if let Some(value) = value(reader, wanted, &kind) {
            set(&mut from, position, From::Fixed(value));
        }
    }
    for (slot, argument) in from.iter_mut().zip(&behind.arguments) {
        if slot.is_none()
            && let Some(at) = signature.position(&argument.name)
        {
            let name = signature.arguments.get(at).map(|one| one.name.to_string());
            *slot = name.map(From::Argument);
        }
        if slot.is_none() && argument.default.is_some() {
            *slot = Some(From::Default);
        }
        if slot.is_none() {
            let message = format!("nothing is given for `{}` of `{name}`", argument.name);
            let hint = format!(
                "write `map = {{ {0} = \"...\" }}` or `fixed = {{ {0} = ... }}`",
                argument.name
            );
            reader.wrong(at, "missing-argument", message, hint);
        }
        // What must be known beforehand behind must be known in front, too.
        if let (true, Some(From::Argument(name))) = (argument.constant, &*slot)
            && let Some(front) = signature.arguments.iter_mut().find(|one| one.name == *name)
        {
            front.constant = true;
        }
    }
    let fits = crate::check::fit::fit(&behind.returns, &signature.returns).is_fit();
    if !fits {
        let message = format!("`{name}` gives `{}`, not `{}`", behind.returns, signature.returns);
        let hint = format!("write `returns = \"{}\"`", behind.returns);
        reader.wrong(table.place("returns"), "binding", message, hint);
    }
    let from: Option<Vec<From>> = from.into_iter().collect();
    Some(Binding::Builtin(id, from?)).filter(|_| fits)
}

fn set(from: &mut [Option<From>], position: usize, value: From) {
    if let Some(slot) = from.get_mut(position) {
        *slot = Some(value);
    }
}

fn position(reader: &mut Reader<'_>, behind: &Signature, key: &node::Key) -> Option<usize> {
    let found = behind.position(&key.name);
    if found.is_none() {
        let message = format!("`{}` has no argument `{}`", behind.name, key.name);
        let names = behind.arguments.iter().map(|one| &*one.name);
        reader.unknown(key.span, "unknown-argument", message, (&key.name, names), "");
    }
    found
}

/// The entries of a table inside a table.
fn entries<'n>(
    reader: &mut Reader<'_>,
    table: &reader::Table<'n>,
    key: &'n str,
) -> Vec<(node::Key, &'n Node)> {
    let Some(node) = table.get(key) else { return Vec::new() };
    if reader.any_table(node, key).is_none() {
        return Vec::new();
    }
    match &node.value {
        NodeValue::Table(entries) => {
            entries.iter().map(|(key, node)| (key.clone(), node)).collect()
        }
        _ => Vec::new(),
    }
}

fn in_table(
    reader: &mut Reader<'_>,
    table: &reader::Table<'_>,
    signature: &Signature,
    lists: &WordLists,
) -> Option<Binding> {
    let name = reader.text(table, "table")?;
    let key = match reader.text(table, "key") {
        Some(key) => key,
        None => signature.arguments.first()?.name.to_string(),
    };
    let Some(position) = signature.position(&key) else {
        let message = format!("`{}` has no argument `{key}` to look up", signature.name);
        reader.wrong(table.place("key"), "unknown-argument", message, "name one of its arguments");
        return None;
    };
    let Some(found) = lists.table(&name) else {
        let message = format!("there is no table `{name}`");
        let hint = format!("write it as `lists/{name}.csv`: a key, a comma, a value on each line");
        reader.wrong(table.place("table"), "unknown-table", message, hint);
        return None;
    };
    let otherwise = match table.get("otherwise") {
        Some(node) => Some(value(reader, node, &signature.returns)?),
        None if signature.returns.accepts_none() => Some(crate::value::Value::None),
        None => None,
    };
    let mut pairs = Vec::with_capacity(found.len());
    for (key, text) in found.iter() {
        let Some(value) = super::read::typed(text, &signature.returns) else {
            let message = format!(
                "the table `{name}` has `{text}` for `{key}`, which is no `{}`",
                signature.returns
            );
            let hint = "change the value, or what the function returns";
            reader.wrong(table.place("table"), "table-value", message, hint);
            continue;
        };
        pairs.push((key.to_owned(), value));
    }
    Some(Binding::Table(Arc::new(Table::new(pairs, otherwise)), position))
}

fn http(
    reader: &mut Reader<'_>,
    table: &reader::Table<'_>,
    signature: &Signature,
) -> Option<Scorer> {
    let node = reader.need(table, "http")?;
    let http = reader.table(node, "a scorer", &HTTP)?;
    let url = reader.need_text(&http, "url");
    if let Some(url) =
        url.as_deref().filter(|url| !url.starts_with("https://") && !url.starts_with("http://"))
    {
        let message = format!("`{url}` is no address");
        reader.wrong(http.place("url"), "url", message, "write it with `https://`");
    }
    let method = match http.get("method") {
        Some(_) => {
            reader.choice(&http, "method", &[("GET", Method::Get), ("POST", Method::Post)])?
        }
        None => Method::Post,
    };
    let timeout = span_of_time(reader, &http, "timeout", Duration::from_millis(500))?;
    let budget = span_of_time(reader, &http, "budget", Duration::from_secs(2))?;
    let (cache_ttl, cache_most) = cache(reader, &http)?;
    let answer = match reader.text(&http, "answer") {
        None => None,
        Some(path) => match Path::parse(&path) {
            Ok(path) => Some(path),
            Err(error) => {
                let message = format!("the path is not valid: {error}");
                reader.wrong(
                    http.place("answer"),
                    "path",
                    message,
                    "write a path such as `$.score`",
                );
                return None;
            }
        },
    };
    let only_if = reader.text(&http, "only_if");
    if let Some(name) = only_if.as_deref().filter(|name| signature.position(name).is_none()) {
        let message = format!("`{}` has no argument `{name}`", signature.name);
        reader.wrong(
            http.place("only_if"),
            "unknown-argument",
            message,
            "name one of its arguments",
        );
    }
    let failing = reader.need(&http, "on_failure")?;
    let otherwise = match &failing.value {
        NodeValue::Table(entries) => {
            let [(key, node)] = entries.as_slice() else { return stands_in(reader, failing) };
            if key.name != "none" || !matches!(node.value, NodeValue::Flag(true)) {
                return stands_in(reader, failing);
            }
            None
        }
        _ => Some(value(reader, failing, &signature.returns)?),
    };
    Some(Scorer {
        name: signature.name.to_string(),
        url: url?,
        method,
        timeout,
        budget,
        cache_ttl,
        cache_most,
        secret: secret(reader, &http)?,
        only_if,
        answer,
        returns: signature.returns.clone(),
        otherwise,
    })
}

fn stands_in<T>(reader: &mut Reader<'_>, node: &Node) -> Option<T> {
    let message = "`on_failure` says what stands in when the scorer is late, fails or lies";
    let hint =
        "write the value itself, as in `on_failure = 0.0`, or `on_failure = { none = true }`";
    reader.wrong(node.span, "on-failure", message.to_owned(), hint);
    None
}

/// A span of time, or what stands for it.
fn span_of_time(
    reader: &mut Reader<'_>,
    table: &reader::Table<'_>,
    key: &str,
    default: Duration,
) -> Option<Duration> {
    let Some(node) = table.get(key) else { return Some(default) };
    let text = reader.text_of(node, format!("`{key}`"))?;
    let found = duration(&text);
    if found.is_none() {
        let message = format!("`{key}` is no span of time: `{text}`");
        let hint = "write a number and `ms`, `s`, `m` or `h`, as in `300ms`";
        reader.wrong(node.span, "duration", message, hint);
    }
    found
}

fn cache(reader: &mut Reader<'_>, http: &reader::Table<'_>) -> Option<(Duration, usize)> {
    let Some(node) = http.get("cache") else { return Some((Duration::ZERO, 0)) };
    let table = reader.table(node, "the cache", &["ttl", "most"])?;
    let ttl = span_of_time(reader, &table, "ttl", Duration::from_secs(600))?;
    let most = match table.get("most") {
        Some(_) => reader.whole(&table, "most", (1, 1_000_000))?,
        None => 10_000,
    };
    Some((ttl, usize::try_from(most).unwrap_or(usize::MAX)))
}

#[expect(clippy::option_option, reason = "outer: whether it reads; inner: whether there is one")]
fn secret(reader: &mut Reader<'_>, http: &reader::Table<'_>) -> Option<Option<Secret>> {
    let Some(node) = http.get("secret") else { return Some(None) };
    let table = reader.table(node, "the secret", &["header", "env"])?;
    let header = reader.need_text(&table, "header");
    let env = reader.need_text(&table, "env");
    Some(Some(Secret { header: header?, env: env? }))
}

impl Signature {
    fn declared(name: String, returns: Type, arguments: Vec<Argument>, doc: String) -> Self {
        let mut signature = Self::engine("", returns, "");
        signature.name = name.into();
        signature.doc = doc.into();
        signature.arguments = arguments;
        signature.family = Family::Declared;
        signature.osprey = false;
        signature.needs = Needs::Nothing;
        signature
    }
}

/// The function whose way of looking up stands behind every table.
pub(crate) fn look_up() -> Option<functions::FunctionId> {
    functions::find(LOOK_UP)
}
