//! Worked cases: `cases/*.yaml`. An event, the author's standing, and what must come of it.
//! Must not run them: see [`crate::testing`].

use super::ladder::{Ladder, after};
use super::node::{self, Node};
use super::reader::{Reader, Table, items};
use crate::problem::Problem;
use crate::sources::Sources;
use jiff::{SignedDuration, Timestamp};
use model::{
    ActionId, ClauseId, DecisionId, Event, Json, Standing, StandingEntry, StandingKind, Subject,
};
use serde_json::json;

/// An event with its author's standing, and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkedCase {
    /// What it shows.
    pub name: String,
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// What happened.
    pub event: Event,
    /// The item and who made it.
    pub subject: Subject,
    /// The author's standing then.
    pub standing: Standing,
    /// What must come of it.
    pub expect: Expected,
}

/// What must come of a worked case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// Exactly these clauses are breached.
    pub breach: Vec<ClauseId>,
    /// Exactly these clauses are referred to people.
    pub refer: Vec<ClauseId>,
    /// Exactly these measures are taken, by their words; unchecked when not written.
    pub measures: Option<Vec<String>>,
    /// The passage that is found; unchecked when not written.
    pub quote: Option<String>,
}

const CASE: [&str; 7] =
    ["name", "event", "account", "action_name", "timestamp", "standing", "expect"];
const MEASURES: [&str; 9] =
    ["label", "notice", "demote", "age_gate", "remove", "warn", "lock", "suspend", "ban"];

/// Loads `cases/*.yaml`. Without a `timestamp`, a case happens at `usual`.
pub(super) fn load(
    sources: &Sources,
    ladders: &[Ladder],
    usual: Timestamp,
    problems: &mut Vec<Problem>,
) -> Vec<WorkedCase> {
    let mut cases: Vec<WorkedCase> = Vec::new();
    for (path, text) in sources.under("cases", "yaml").chain(sources.under("cases", "yml")) {
        let mut reader = Reader::new(sources, path);
        let root = node::yaml(sources, path, text, 0, &mut reader.problems);
        for node in root.as_ref().map_or(&[][..], items) {
            let Some(case) = case(&mut reader, node, ladders, usual) else { continue };
            if cases.iter().any(|other| other.name == case.name && other.path == path) {
                let message = format!("there are two cases “{}”", case.name);
                reader.wrong(node.span, "twice", message, "give each its own name");
            }
            cases.push(case);
        }
        problems.append(&mut reader.problems);
    }
    cases
}

fn case(
    reader: &mut Reader<'_>,
    node: &Node,
    ladders: &[Ladder],
    usual: Timestamp,
) -> Option<WorkedCase> {
    let table = reader.table(node, "a case", &CASE)?;
    let name = reader.need_text(&table, "name");
    let action_name = reader.text(&table, "action_name").unwrap_or_else(|| "post_created".into());
    let timestamp = moment(reader, &table).unwrap_or(usual);
    let expect = reader.need(&table, "expect").and_then(|node| expected(reader, node, ladders));
    let standing = standing(reader, &table, ladders, timestamp);
    let data = data(reader, &table);
    let (name, data) = (name?, data?);
    let data = Json::parse(&data.to_string()).ok()?;
    let action_id = ActionId::new("worked-case").ok()?;
    let event = Event { action_id, action_name, timestamp, data, secret_data: None };
    let subject = match Subject::of(&event) {
        Ok(Some(subject)) => subject,
        Ok(None) => return None,
        Err(error) => {
            let hint = "look at the fields of an item and of an account";
            reader.wrong(table.place("event"), "no-item", error, hint);
            return None;
        }
    };
    let line = sml::LineIndex::new(reader.sources.text(reader.path).unwrap_or_default())
        .position(node.span.start)
        .line;
    let path = reader.path.to_owned();
    Some(WorkedCase { name, path, line, event, subject, standing, expect: expect? })
}

fn moment(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Timestamp> {
    let text = reader.text(table, "timestamp")?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        let message = format!("`{text}` is no moment");
        reader.wrong(table.place("timestamp"), "moment", message, "write 2026-12-01T12:00:00Z");
    }
    parsed
}

/// The event's data: as written under `data` or when it has `item`, else an item with the fields
/// written. What every platform sends and no case is about (ids, addresses of media) is filled in.
fn data(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<serde_json::Value> {
    let node = reader.need(table, "event")?;
    let event = reader.any_table(node, "the event")?;
    let node = event.get("data").unwrap_or(node);
    reader.any_table(node, "`data`")?;
    let mut data = node.value.json();
    let mut account = None;
    if data.get("item").is_none() {
        if let Some(item) = data.as_object_mut() {
            account = item.remove("account");
            item.entry("text").or_insert_with(|| "".into());
        }
        data = json!({ "item": data });
    }
    let account = table.get("account").map(|account| account.value.json()).or(account);
    let account = account.map(|account| match account {
        serde_json::Value::String(id) => json!({ "id": id }),
        other => other,
    });
    let root = data.as_object_mut()?;
    if let Some(account) = account {
        root.insert("account".into(), account);
    }
    for (part, id) in [("item", "worked-item"), ("account", "worked-account")] {
        let part = root.entry(part).or_insert_with(|| json!({}));
        if let Some(part) = part.as_object_mut() {
            part.entry("id").or_insert_with(|| id.into());
        }
    }
    let media = root.get_mut("item").and_then(|item| item.get_mut("media")?.as_array_mut());
    for one in media.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
        one.entry("url").or_insert_with(|| "https://media.example/1".into());
    }
    Some(data)
}

fn clause(
    reader: &mut Reader<'_>,
    (name, at): (&str, sml::Span),
    ladders: &[Ladder],
) -> Option<ClauseId> {
    let clauses = || ladders.iter().flat_map(|ladder| &ladder.clauses);
    let found = clauses().find(|clause| clause.as_str() == name).cloned();
    // Without ladders every clause would be unknown; what is wrong with them is told already.
    if found.is_none() && !ladders.is_empty() {
        let names = (name, clauses().map(ClauseId::as_str));
        let message = format!("there is no clause `{name}`");
        reader.unknown(at, "unknown-clause", message, names, "write `policy#clause`");
    }
    found
}

fn expected(reader: &mut Reader<'_>, node: &Node, ladders: &[Ladder]) -> Option<Expected> {
    let table = reader.table(node, "`expect`", &["breach", "refer", "measures", "quote"])?;
    let mut clauses = |key: &str| -> Vec<ClauseId> {
        let names = reader.texts(&table, key);
        names.iter().filter_map(|(name, at)| clause(reader, (name, *at), ladders)).collect()
    };
    let (breach, refer) = (clauses("breach"), clauses("refer"));
    let words = reader.texts(&table, "measures");
    for (word, at) in &words {
        if !MEASURES.contains(&word.as_str()) {
            let message = format!("there is no measure `{word}`");
            let all = format!("the measures are {}", MEASURES.join(", "));
            reader.unknown(*at, "unknown-word", message, (word, MEASURES), &all);
        }
    }
    let measures = words.into_iter().map(|(word, _)| word).collect();
    let measures = table.get("measures").map(|_| measures);
    Some(Expected { breach, refer, measures, quote: reader.text(&table, "quote") })
}

fn standing(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    ladders: &[Ladder],
    now: Timestamp,
) -> Standing {
    let mut entries: Vec<StandingEntry> = Vec::new();
    for node in table.get("standing").map_or(&[][..], items) {
        let keys = ["clause", "kind", "delivered", "days_ago"];
        let Some(table) = reader.table(node, "an entry", &keys) else { continue };
        let Some(name) = reader.need_text(&table, "clause") else { continue };
        let at = table.place("clause");
        let Some(clause) = clause(reader, (&name, at), ladders) else { continue };
        let Some(ladder) = ladders.iter().find(|ladder| ladder.clauses.contains(&clause)) else {
            continue;
        };
        let kinds = [("warning", StandingKind::Warning), ("strike", StandingKind::Strike)];
        let kind = reader.choice(&table, "kind", &kinds).unwrap_or(StandingKind::Warning);
        let delivered = reader.flag(&table, "delivered").unwrap_or(true);
        let days = reader.whole(&table, "days_ago", (0, 3650)).unwrap_or(1);
        // An hour more, so that "0 days ago" is before the event too; and each entry is for what came
        // after the notice of the one above it.
        let later = SignedDuration::from_secs(i64::try_from(entries.len()).unwrap_or(0));
        let given_at = after(now, SignedDuration::from_hours(-24 * days - 1) + later);
        let step = entries.iter().filter(|entry| entry.ladder == ladder.id).count();
        let expires = ladder.steps.get(step).or(ladder.steps.last()).map(|s| s.strike_expires);
        let number = entries.len() + 1;
        let Ok(decision) = format!("{number:032x}").parse::<DecisionId>() else { continue };
        entries.push(StandingEntry {
            decision,
            ladder: ladder.id.clone(),
            clause,
            kind,
            step: u32::try_from(step).unwrap_or(u32::MAX),
            conduct_at: None,
            given_at,
            delivered_at: delivered.then_some(given_at),
            expires_at: after(given_at, expires.unwrap_or_default()),
        });
    }
    entries.sort_by_key(|entry| entry.given_at);
    Standing { entries }
}
