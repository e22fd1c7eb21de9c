//! `ladder.toml`, checked against the policies and labels: every clause stands on exactly one
//! ladder, every ladder warns before it punishes, no step is milder than the one before.
//! Must not decide anything.

use super::ladder::{AccountStep, Automatic, EmergencyStep, Gravity, ItemStep, Ladder, Step};
use super::node;
use super::policy::Policy;
use super::reader::{Reader, Table, items};
use crate::problem::Problem;
use crate::sources::Sources;
use jiff::SignedDuration;
use model::ClauseId;
use sml::Span;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PATH: &str = "ladder.toml";
const STRIKE_EXPIRES: SignedDuration = SignedDuration::from_hours(90 * 24);
const STEP: [&str; 7] =
    ["name", "item", "label", "account", "duration", "strike_expires", "people"];

/// What the ladders are checked against.
pub(super) struct Known<'k> {
    pub(super) policies: &'k [Policy],
    pub(super) labels: &'k BTreeSet<String>,
}

impl Known<'_> {
    fn clauses(&self) -> impl Iterator<Item = &ClauseId> {
        self.policies.iter().flat_map(Policy::clauses)
    }
}

/// A ladder with what its author named and where.
struct Drafted {
    ladder: Ladder,
    clauses: Vec<(ClauseId, Span)>,
    policies: Vec<(String, Span)>,
}

pub(super) fn load(
    sources: &Sources,
    known: &Known<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Ladder> {
    let mut reader = Reader::new(sources, PATH);
    let mut ladders = Vec::new();
    if sources.text(PATH).is_none() {
        let hint = "create it with a `[[ladder]]` for every clause";
        reader.wrong(Span::default(), "no-file", "there is no file `ladder.toml`", hint);
    } else if let Some(root) = node::toml(sources, PATH, &mut reader.problems) {
        let drafted = read(&mut reader, &root, known);
        ladders = place_clauses(&mut reader, drafted, known);
    }
    problems.append(&mut reader.problems);
    ladders
}

fn read(reader: &mut Reader<'_>, root: &node::Node, known: &Known<'_>) -> Vec<Drafted> {
    let Some(table) = reader.table(root, "the file", &["defaults", "ladder"]) else {
        return Vec::new();
    };
    let defaults = table
        .get("defaults")
        .and_then(|node| reader.table(node, "`defaults`", &["strike_expires"]))
        .and_then(|table| reader.duration(&table, "strike_expires"))
        .unwrap_or(STRIKE_EXPIRES);
    let mut drafted: Vec<Drafted> = Vec::new();
    for node in table.get("ladder").map_or(&[][..], items) {
        let Some((one, at)) = ladder(reader, node, known, defaults) else { continue };
        if drafted.iter().any(|other| other.ladder.id == one.ladder.id) {
            let message = format!("there are two ladders `{}`", one.ladder.id);
            reader.wrong(at, "twice", message, "give each its own `id`: standing is kept under it");
        }
        drafted.push(one);
    }
    drafted
}

fn ladder(
    reader: &mut Reader<'_>,
    node: &node::Node,
    known: &Known<'_>,
    strike_expires: SignedDuration,
) -> Option<(Drafted, Span)> {
    let keys = ["id", "policies", "clauses", "severity", "automatic", "why", "step", "emergency"];
    let table = reader.table(node, "a ladder", &keys)?;
    let id = reader.need_text(&table, "id");
    let policies = reader.texts(&table, "policies");
    let clauses = named_clauses(reader, &table, known);
    for (policy, at) in &policies {
        if !known.policies.iter().any(|other| other.id == *policy) {
            let names = known.policies.iter().map(|policy| policy.id.as_str());
            let message = format!("there is no policy `{policy}`");
            let hint = "policies are the files in `policies/`";
            reader.unknown(*at, "unknown-policy", message, (policy, names), hint);
        }
    }
    if policies.is_empty() && clauses.is_empty() {
        let hint = "name `policies` or `clauses`, or remove it";
        reader.wrong(table.span, "no-clause", "the ladder is for no clause", hint);
    }
    reader.need(&table, "severity");
    let severity = reader.choice(
        &table,
        "severity",
        &[
            ("low", Gravity::Low),
            ("medium", Gravity::Medium),
            ("high", Gravity::High),
            ("severe", Gravity::Severe),
        ],
    );
    reader.need(&table, "automatic");
    let automatic = reader.choice(
        &table,
        "automatic",
        &[("none", Automatic::None), ("item", Automatic::Item), ("all", Automatic::All)],
    );
    let why = reader.need_text(&table, "why");
    let mut steps = Vec::new();
    for node in reader.need(&table, "step").map_or(&[][..], items) {
        if let Some(table) = reader.table(node, "a step", &STEP) {
            let step = step(reader, &table, known, strike_expires);
            steps.push((table, step));
        }
    }
    let emergency = table.get("emergency").and_then(|node| emergency(reader, node, known));
    let whole = steps.iter().all(|(_, step)| step.is_some());
    let steps: Vec<(Table<'_>, Step)> =
        steps.into_iter().filter_map(|(table, step)| Some((table, step?))).collect();
    let automatic = automatic?;
    if whole {
        check_steps(reader, &steps, automatic);
    }
    let at = table.place("id");
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    let ladder = Ladder {
        id: id?,
        clauses: Vec::new(),
        severity: severity?,
        automatic,
        why: why?,
        steps,
        emergency,
    };
    Some((Drafted { ladder, clauses, policies }, at))
}

fn named_clauses(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    known: &Known<'_>,
) -> Vec<(ClauseId, Span)> {
    let mut clauses = Vec::new();
    for (name, at) in reader.texts(table, "clauses") {
        match known.clauses().find(|clause| clause.as_str() == name) {
            Some(clause) => clauses.push((clause.clone(), at)),
            None => {
                let names = known.clauses().map(ClauseId::as_str);
                let message = format!("there is no clause `{name}`");
                let hint = "write `policy#clause` as in `policies/`";
                reader.unknown(at, "unknown-clause", message, (&name, names), hint);
            }
        }
    }
    clauses
}

#[derive(Clone, Copy)]
enum Account {
    None,
    Warn,
    Lock,
    Suspend,
    Ban,
}

fn measures(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    known: &Known<'_>,
) -> (Option<ItemStep>, Option<AccountStep>) {
    let label = reader.text(table, "label");
    if let Some(name) = label.as_ref().filter(|name| !known.labels.contains(*name)) {
        let message = format!("no label `{name}` is declared");
        let names = known.labels.iter().map(String::as_str);
        let hint = "declare it under `labels:` in `config/labels.yaml`";
        reader.unknown(table.place("label"), "unknown-label", message, (name, names), hint);
    }
    reader.need(table, "item");
    let labelled = label.clone().map_or(ItemStep::None, ItemStep::Label);
    let choices = [
        ("none", &ItemStep::None),
        ("label", &labelled),
        ("demote", &ItemStep::Demote),
        ("age_gate", &ItemStep::AgeGate),
        ("notice", &ItemStep::Notice),
        ("remove", &ItemStep::Remove),
    ];
    let item = reader.choice(table, "item", &choices).cloned();
    let says_label = table.get("item").is_some_and(|node| node.value.json() == "label");
    match (says_label, label.is_some()) {
        (true, false) if table.get("label").is_none() => {
            let hint = "add `label = \"...\"` with a label of `config/labels.yaml`";
            reader.wrong(
                table.place("item"),
                "no-label",
                "the step does not say which label",
                hint,
            );
        }
        (false, true) => {
            let hint = "write `item = \"label\"`, or remove `label`";
            let message = "`label` stands beside another measure";
            reader.wrong(table.place("label"), "stray-label", message, hint);
        }
        _ => {}
    }
    reader.need(table, "account");
    let account = reader.choice(
        table,
        "account",
        &[
            ("none", Account::None),
            ("warn", Account::Warn),
            ("lock", Account::Lock),
            ("suspend", Account::Suspend),
            ("ban", Account::Ban),
        ],
    );
    let duration = reader.duration(table, "duration");
    let account = match (account, duration) {
        (Some(Account::Lock), Some(span)) => Some(AccountStep::Lock(span)),
        (Some(Account::Suspend), Some(span)) => Some(AccountStep::Suspend(span)),
        (Some(Account::Lock | Account::Suspend), None) => {
            if table.get("duration").is_none() {
                let hint = "add `duration = \"12h\"`";
                let message = "the step does not say for how long";
                reader.wrong(table.place("account"), "no-duration", message, hint);
            }
            None
        }
        (Some(_), Some(_)) => {
            let hint = "remove `duration`, or write `lock` or `suspend`";
            let message = "`duration` stands beside a measure that has none";
            reader.wrong(table.place("duration"), "stray-duration", message, hint);
            None
        }
        (Some(Account::None), None) => Some(AccountStep::None),
        (Some(Account::Warn), None) => Some(AccountStep::Warn),
        (Some(Account::Ban), None) => Some(AccountStep::Ban),
        (None, _) => None,
    };
    (item, account)
}

fn step(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    known: &Known<'_>,
    strike_expires: SignedDuration,
) -> Option<Step> {
    let name = reader.need_text(table, "name");
    let (item, account) = measures(reader, table, known);
    let strike_expires = reader.duration(table, "strike_expires").unwrap_or(strike_expires);
    reader.need(table, "people");
    let people = reader.whole(table, "people", (0, 2)).and_then(|people| u8::try_from(people).ok());
    Some(Step { name: name?, item: item?, account: account?, strike_expires, people: people? })
}

fn emergency(
    reader: &mut Reader<'_>,
    node: &node::Node,
    known: &Known<'_>,
) -> Option<EmergencyStep> {
    let keys = ["item", "label", "account", "duration", "people"];
    let table = reader.table(node, "the emergency", &keys)?;
    let (item, account) = measures(reader, &table, known);
    reader.need(&table, "people");
    let people =
        reader.whole(&table, "people", (2, 9)).and_then(|people| u8::try_from(people).ok());
    if matches!(account, Some(AccountStep::Ban)) {
        let hint = "write `suspend` with a `duration`";
        let message = "what is done in an emergency must end by itself";
        reader.wrong(table.place("account"), "endless-emergency", message, hint);
    }
    Some(EmergencyStep { item: item?, account: account?, people: people? })
}

fn check_steps(reader: &mut Reader<'_>, steps: &[(Table<'_>, Step)], automatic: Automatic) {
    if let Some((table, first)) = steps.first() {
        let at = table.place("account");
        if first.account.punishes() {
            let hint =
                "begin with `account = \"warn\"`; what cannot wait goes under `[ladder.emergency]`";
            let message = "the first step punishes without a warning before it";
            reader.wrong(at, "no-warning-first", message, hint);
        } else if steps.len() > 1 && first.account != AccountStep::Warn {
            let hint = "write `account = \"warn\"`";
            let message = "nothing follows from the first step, so the next can never be reached";
            reader.wrong(at, "no-warning-first", message, hint);
        }
    }
    for ((_, before), (table, step)) in steps.iter().zip(steps.iter().skip(1)) {
        for (key, milder) in [
            ("item", step.item.rank() < before.item.rank()),
            ("account", step.account < before.account),
        ] {
            if milder {
                let message = format!("the step is milder than the one before, “{}”", before.name);
                let hint = format!("make `{key}` at least as strong, or change the order");
                reader.wrong(table.place(key), "milder-step", message, hint);
            }
        }
    }
    for (table, step) in steps.iter().filter(|(_, step)| step.people == 0) {
        let at = table.place("people");
        let hint = "write `people = 1`, or change `automatic`";
        if step.account == AccountStep::Ban {
            let message = "nobody is banned without a person";
            reader.wrong(at, "needs-people", message, "write `people = 1` or `people = 2`");
        } else if automatic == Automatic::None {
            let message = "the ladder leaves nothing to automation, but this step needs no person";
            reader.wrong(at, "needs-people", message, hint);
        } else if automatic == Automatic::Item && step.account.punishes() {
            let message =
                "automation may act on items only, but this step on the account needs no person";
            reader.wrong(at, "needs-people", message, hint);
        }
    }
}

/// Puts every clause on its ladder: an entry for a clause wins over one for its policy.
fn place_clauses(reader: &mut Reader<'_>, drafted: Vec<Drafted>, known: &Known<'_>) -> Vec<Ladder> {
    let mut by_clause: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_policy: BTreeMap<&str, usize> = BTreeMap::new();
    let ids: Vec<&str> = drafted.iter().map(|one| one.ladder.id.as_str()).collect();
    for (number, one) in drafted.iter().enumerate() {
        let clauses = one.clauses.iter().map(|(clause, at)| (true, clause.as_str(), *at));
        let policies = one.policies.iter().map(|(policy, at)| (false, policy.as_str(), *at));
        for (is_clause, name, at) in clauses.chain(policies) {
            let map = if is_clause { &mut by_clause } else { &mut by_policy };
            if let Some(other) = map.insert(name, number) {
                let other = ids.get(other).copied().unwrap_or_default();
                let message = format!("`{name}` stands on the ladder `{other}` already");
                reader.wrong(at, "twice", message, "leave it on one of them");
            }
        }
    }
    let mut places: Vec<Vec<ClauseId>> = vec![Vec::new(); drafted.len()];
    for clause in known.clauses() {
        let number = by_clause.get(clause.as_str()).or_else(|| by_policy.get(clause.policy()));
        match number.and_then(|number| places.get_mut(*number)) {
            Some(place) => place.push(clause.clone()),
            None => {
                let message = format!("the clause `{clause}` stands on no ladder");
                let hint = "add it to the `clauses` of one, or its policy to `policies`";
                reader.wrong(Span::at(0), "no-ladder", message, hint);
            }
        }
    }
    let placed = drafted.into_iter().zip(places);
    placed.map(|(one, clauses)| Ladder { clauses, ..one.ladder }).collect()
}
