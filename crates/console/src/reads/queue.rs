//! The work list for staff: from an address to a filter and back, and what a line of the list says. Must not
//! change anything.

use crate::problem::{BAD_QUERY, Problem};
use crate::query::Query;
use jiff::Timestamp;
use model::{Priority, Targets};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Display;
use std::str::FromStr;
use store::{ClaimedBy, Order, QueueFilter, QueueState, Waiting};

/// Names of the conditions in an address, in the order in which pages write them.
pub(crate) const CONDITIONS: [&str; 14] = [
    "state",
    "queue",
    "clause",
    "language",
    "severity",
    "account",
    "item",
    "assignee",
    "claimed",
    "escalated",
    "overdue",
    "reported",
    "held",
    "order",
];

fn wrong(name: &str, known: &str) -> Problem {
    Problem::new(&BAD_QUERY, format!("`{name}` is {known}.")).with("parameter", name)
}

fn flag(query: &Query, name: &str) -> Result<Option<bool>, Problem> {
    match query.get(name) {
        None => Ok(None),
        Some("yes" | "true" | "1") => Ok(Some(true)),
        Some("no" | "false" | "0") => Ok(Some(false)),
        Some(_) => Err(wrong(name, "`yes` or `no`")),
    }
}

fn parsed<T: FromStr<Err: Display>>(query: &Query, name: &str) -> Result<Option<T>, Problem> {
    query.parse(name)
}

/// The filter that an address names; `me` stands for whoever asks.
///
/// # Errors
/// A problem that names the condition and what it may be.
pub(crate) fn filter(query: &Query, by: &str) -> Result<QueueFilter, Problem> {
    let person = |name: &str| {
        query.get(name).map(|text| if text == "me" { by.to_owned() } else { text.to_owned() })
    };
    let claimed = match query.get("claimed") {
        None => None,
        Some("no") => Some(ClaimedBy::Nobody),
        Some("yes") => Some(ClaimedBy::Somebody),
        Some("me") => Some(ClaimedBy::Person(by.to_owned())),
        Some(other) => Some(ClaimedBy::Person(other.to_owned())),
    };
    let order = match query.get("order") {
        None | Some("pressing") => Order::Pressing,
        Some("oldest") => Order::Oldest,
        Some("newest") => Order::Newest,
        Some(_) => return Err(wrong("order", "`pressing`, `oldest` or `newest`")),
    };
    let proposed = match query.get("state") {
        None | Some("open") => None,
        Some("waiting") => Some(false),
        Some("proposed") => Some(true),
        Some(_) => return Err(wrong("state", "`open`, `waiting`, `proposed` or `decided`")),
    };
    Ok(QueueFilter {
        queue: query.get("queue").map(str::to_owned),
        clause: parsed(query, "clause")?,
        language: query.get("language").map(str::to_owned),
        gravity: parsed(query, "severity")?,
        account: parsed(query, "account")?,
        item: parsed(query, "item")?,
        assignee: person("assignee"),
        claimed,
        proposed,
        escalated: flag(query, "escalated")?,
        overdue: flag(query, "overdue")?,
        reported: flag(query, "reported")?,
        held: flag(query, "held")?.unwrap_or(false),
        order,
    })
}

/// How a case stands against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Age {
    /// Less than half of the time is gone.
    Fresh,
    /// More than half is gone.
    Due,
    /// The target is passed.
    Overdue,
}

/// A case in the work list, as staff and their programs see it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    pub case: model::Case,
    /// How pressing it is, part by part.
    pub urgency: Priority,
    pub due_at: Timestamp,
    pub age: Age,
    pub claim: Option<store::Claim>,
    pub assignee: Option<String>,
    pub held_until: Option<Timestamp>,
    pub escalated: bool,
    pub reports: u32,
    pub clause: Option<model::ClauseId>,
}

impl Line {
    pub(crate) fn of(waiting: Waiting, targets: &Targets, now: Timestamp) -> Self {
        let Waiting { case, work } = waiting;
        let claim = work.claim_at(now).cloned();
        Self {
            urgency: work.pressing.priority(work.opened_at, targets, now),
            due_at: work.due_at,
            age: age(work.opened_at, work.due_at, now),
            claim,
            held_until: work.held_until.filter(|until| *until > now),
            assignee: work.assignee,
            escalated: work.pressing.escalated,
            reports: work.pressing.reports,
            clause: work.clause,
            case,
        }
    }
}

/// How a case that was opened then stands now.
pub(crate) fn age(opened: Timestamp, due: Timestamp, now: Timestamp) -> Age {
    let (gone, all) = (now.as_second() - opened.as_second(), due.as_second() - opened.as_second());
    match gone {
        _ if gone >= all => Age::Overdue,
        _ if gone * 2 >= all => Age::Due,
        _ => Age::Fresh,
    }
}

/// A queue for programs.
pub(crate) fn queue_json(state: &QueueState) -> Value {
    let [severe, high, medium, low] = state.by_gravity;
    json!({
        "queue": state.queue,
        "waiting": state.waiting,
        "by_severity": { "severe": severe, "high": high, "medium": medium, "low": low },
        "overdue": state.overdue,
        "claimed": state.claimed,
        "held": state.held,
        "proposed": state.proposed,
        "oldest": state.oldest,
    })
}

/// A query of these conditions, escaped.
fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

/// The conditions of an address, as they are written again; without the page.
pub(crate) fn written(query: &Query) -> String {
    pairs(CONDITIONS.into_iter().filter_map(|name| Some((name, query.get(name)?))))
}

/// The address of the list of cases under these conditions.
pub(crate) fn address(conditions: &[(&str, &str)]) -> String {
    format!("/console/cases?{}", pairs(conditions.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_turn_at_half_and_at_the_target() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let ages = [0, 49, 50, 99, 100, 900].map(|now| age(at(0), at(100), at(now)));
        use Age::{Due, Fresh, Overdue};
        assert_eq!(ages, [Fresh, Fresh, Due, Due, Overdue, Overdue]);
    }
}
