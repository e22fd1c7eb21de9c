//! `audit.toml`: by what the accounts are grouped when like cases are compared, and which names stand for each
//! other. What is not declared is not compared: nothing is inferred about persons. Must not group anybody itself.

use super::lists::WordLists;
use super::node::{self, Node, Value};
use super::reader::{Reader, items};
use crate::functions::Lists as _;
use crate::problem::Problem;
use crate::sources::Sources;
use model::{Affiliation, Event};
use serde::Serialize;
use serde_json::Value as Json;

const PATH: &str = "audit.toml";
/// The chance of what is certain, in millionths.
const WHOLE: u32 = 1_000_000;

/// What the audit compares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditTerms {
    /// From which share of common stretches of text on two posts can be like cases: 0.5 to 1.
    pub threshold: f64,
    /// Classes of names, any of which may stand for any other of its class: groups, parties, countries.
    pub interchangeable: Vec<Vec<String>>,
    /// How accounts are grouped.
    pub groupings: Vec<Grouping>,
    /// Disputes with their sides.
    pub disputes: Vec<Dispute>,
    /// When what people held binds those who come after.
    pub precedents: PrecedentTerms,
    /// With which chance an item that was left alone is looked at, in millionths.
    pub left_up: u32,
}

/// When what was held of like posts binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrecedentTerms {
    /// So many like cases must agree, and none of the nearest disagree: 1 to 5.
    pub settled: u32,
    /// Whether automation heeds what people settled.
    pub automation: bool,
}

impl Default for PrecedentTerms {
    fn default() -> Self {
        Self { settled: 3, automation: true }
    }
}

/// A dispute: names of its sides, each in the same forms in the same order, so that a text about one side can be
/// turned into the same text about the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// Its short name.
    pub name: String,
    /// For each side its names: `[["Reds", "Red"], ["Blues", "Blue"]]`.
    pub sides: Vec<Vec<String>>,
}

impl AuditTerms {
    /// Classes of names of which any may stand for any other: those declared, and each form of the sides of a dispute.
    pub fn classes(&self) -> impl Iterator<Item = Vec<&str>> {
        let declared = self.interchangeable.iter();
        let declared = declared.map(|class| class.iter().map(String::as_str).collect());
        let forms = self.disputes.iter().flat_map(|dispute| {
            let forms = dispute.sides.first().map_or(0, Vec::len);
            let of = |form: usize| dispute.sides.iter().filter_map(move |side| side.get(form));
            (0..forms).map(move |form| of(form).map(String::as_str).collect())
        });
        declared.chain(forms)
    }
}

/// One way to group accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grouping {
    /// Its short name.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// Where an account's group is read.
    pub from: GroupSource,
    /// Where numbers and ages (in days) are cut into groups, ascending; empty for words.
    pub cuts: Vec<i64>,
}

/// Where an account's group is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupSource {
    /// The kind of affiliation in the register; those it does not name are `none`.
    RegisterKind,
    /// The country in the register; those it does not name are in no group.
    RegisterCountry,
    /// A value of the event's data, by its keys from the top.
    Data(Vec<String>),
}

impl Default for AuditTerms {
    fn default() -> Self {
        Self {
            threshold: 0.7,
            interchangeable: Vec::new(),
            groupings: Vec::new(),
            precedents: PrecedentTerms::default(),
            disputes: Vec::new(),
            left_up: WHOLE,
        }
    }
}

impl Grouping {
    /// The group of an event's author; none where nothing is declared.
    #[must_use]
    pub fn group(
        &self,
        event: &Event,
        data: &Json,
        register: Option<&Affiliation>,
    ) -> Option<String> {
        match &self.from {
            GroupSource::RegisterKind => match register {
                Some(entry) => serde_json::to_value(entry.kind).ok()?.as_str().map(str::to_owned),
                None => Some("none".to_owned()),
            },
            GroupSource::RegisterCountry => register?.country.clone(),
            GroupSource::Data(keys) => {
                let value = keys.iter().try_fold(data, |value, key| value.get(key))?;
                if self.cuts.is_empty() {
                    return word(value);
                }
                let number = value.as_i64().or_else(|| {
                    let since: jiff::Timestamp = value.as_str()?.parse().ok()?;
                    Some(event.timestamp.duration_since(since).as_hours() / 24)
                })?;
                Some(self.between(number))
            }
        }
    }

    fn between(&self, number: i64) -> String {
        let above = self.cuts.iter().rev().find(|cut| number >= **cut);
        let below = self.cuts.iter().find(|cut| number < **cut);
        match (above, below) {
            (None, Some(below)) => format!("under {below}"),
            (Some(above), Some(below)) => format!("{above} to under {below}"),
            (Some(above), None) => format!("{above} and more"),
            (None, None) => number.to_string(),
        }
    }
}

fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.trim().to_lowercase()).filter(|text| !text.is_empty()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn load(
    sources: &Sources,
    lists: &WordLists,
    problems: &mut Vec<Problem>,
) -> AuditTerms {
    let mut terms = AuditTerms::default();
    let mut reader = Reader::new(sources, PATH);
    if let Some(root) = node::toml(sources, PATH, &mut reader.problems) {
        read(&mut reader, &root, lists, &mut terms);
    }
    problems.append(&mut reader.problems);
    terms
}

fn read(reader: &mut Reader<'_>, root: &Node, lists: &WordLists, terms: &mut AuditTerms) {
    let keys = ["threshold", "interchangeable", "grouping", "precedents", "dispute", "left_up"];
    let Some(table) = reader.table(root, "the audit", &keys) else { return };
    if let Some(node) = table.get("threshold") {
        match node.value {
            Value::Real(share) if (0.5..=1.0).contains(&share) => terms.threshold = share,
            _ => {
                let hint = "write 0.7; below 0.5 unlike posts would be compared";
                reader.wrong(
                    node.span,
                    "out-of-range",
                    "`threshold` is no share from 0.5 to 1.0",
                    hint,
                );
            }
        }
    }
    if let Some(node) = table.get("precedents")
        && let Some(table) = reader.table(node, "`precedents`", &["settled", "automation"])
    {
        let usual = PrecedentTerms::default();
        let settled = reader.whole(&table, "settled", (1, 5));
        terms.precedents = PrecedentTerms {
            settled: settled.and_then(|n| u32::try_from(n).ok()).unwrap_or(usual.settled),
            automation: reader.flag(&table, "automation").unwrap_or(usual.automation),
        };
    }
    if let Some(node) = table.get("left_up")
        && let Some(table) = reader.table(node, "`left_up`", &["rate"])
        && let Some(rate) = table.get("rate")
    {
        let share = match rate.value {
            Value::Real(share) => Some(share),
            Value::Whole(1) => Some(1.0),
            _ => None,
        };
        match share.filter(|share| (0.001..=1.0).contains(share)) {
            Some(share) => terms.left_up = (share * f64::from(WHOLE)).round() as u32,
            None => {
                let hint = "write 0.1 to look at one in ten; without posts that were left alone there is no audit";
                let message = "`rate` is no chance from 0.001 to 1.0";
                reader.wrong(rate.span, "out-of-range", message, hint);
            }
        }
    }
    for class in table.get("interchangeable").map(items).unwrap_or_default() {
        let mut names = Vec::new();
        for item in items(class) {
            let Some(name) = reader.text_of(item, "a name") else { continue };
            match name.strip_prefix("list:") {
                None => names.push(name),
                Some(list) => match lists.get(list) {
                    // Patterns name nothing by themselves.
                    Some(entries) => names
                        .extend(entries.iter().filter(|name| !name.contains(['{', '*'])).cloned()),
                    None => {
                        let known = lists.names();
                        let message = format!("there is no list `{list}`");
                        let hint = "name a file of `lists/` without its ending";
                        reader.unknown(item.span, "unknown-list", message, (list, known), hint);
                    }
                },
            }
        }
        terms.interchangeable.push(names);
    }
    for node in table.get("dispute").map(items).unwrap_or_default() {
        terms.disputes.extend(dispute(reader, node));
    }
    for node in table.get("grouping").map(items).unwrap_or_default() {
        if let Some(grouping) = grouping(reader, node) {
            if terms.groupings.iter().any(|other| other.name == grouping.name) {
                let message = format!("there are two groupings `{}`", grouping.name);
                reader.wrong(node.span, "twice", message, "give one of them another name");
            }
            terms.groupings.push(grouping);
        }
    }
}

fn dispute(reader: &mut Reader<'_>, node: &Node) -> Option<Dispute> {
    let table = reader.table(node, "a dispute", &["name", "sides"])?;
    let name = reader.need_text(&table, "name");
    let mut sides: Vec<Vec<String>> = Vec::new();
    for side in table.get("sides").map(items).unwrap_or_default() {
        sides.push(items(side).iter().filter_map(|item| reader.text_of(item, "a name")).collect());
    }
    let forms = sides.first().map_or(0, Vec::len);
    if sides.len() < 2 || forms == 0 || sides.iter().any(|side| side.len() != forms) {
        let message = "a dispute has at least two sides, each with as many names";
        let hint =
            "write the same forms in the same order: [[\"Reds\", \"Red\"], [\"Blues\", \"Blue\"]]";
        reader.wrong(table.place("sides"), "sides", message, hint);
        return None;
    }
    Some(Dispute { name: name?, sides })
}

fn grouping(reader: &mut Reader<'_>, node: &Node) -> Option<Grouping> {
    let table = reader.table(node, "a grouping", &["name", "title", "from", "cuts"])?;
    let name = reader.need_text(&table, "name");
    let title = reader.need_text(&table, "title");
    let from = reader.need_text(&table, "from");
    let mut cuts = Vec::new();
    for item in table.get("cuts").map(items).unwrap_or_default() {
        match item.value {
            Value::Whole(cut) if cuts.last().is_none_or(|last| *last < cut) => cuts.push(cut),
            _ => {
                let hint = "write whole numbers from small to large: [30, 365]";
                reader.wrong(item.span, "cuts", "`cuts` do not ascend", hint);
            }
        }
    }
    let from = from?;
    let source = match from.as_str() {
        "register.kind" => GroupSource::RegisterKind,
        "register.country" => GroupSource::RegisterCountry,
        path => {
            let keys: Option<Vec<String>> = path
                .strip_prefix("$.")
                .map(|keys| keys.split('.').map(str::to_owned).collect())
                .filter(|keys: &Vec<String>| keys.iter().all(|key| !key.is_empty()));
            let Some(keys) = keys else {
                let message = format!("`from` cannot be `{path}`");
                let hint = "write `register.kind`, `register.country` or a path such as `$.account.country`";
                reader.wrong(table.place("from"), "unknown-source", message, hint);
                return None;
            };
            GroupSource::Data(keys)
        }
    };
    Some(Grouping { name: name?, title: title?, from: source, cuts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> (AuditTerms, Vec<Problem>) {
        let sources = Sources::from_map([(PATH.to_owned(), text.to_owned())].into());
        let mut problems = Vec::new();
        let terms = load(&sources, &WordLists::default(), &mut problems);
        (terms, problems)
    }

    #[test]
    fn groups_are_read_where_they_are_declared() {
        let (terms, problems) = loaded(
            "threshold = 0.8\ninterchangeable = [[\"Reds\", \"Blues\"]]\n\
             [[grouping]]\nname = \"country\"\ntitle = \"Country\"\nfrom = \"$.account.country\"\n\
             [[grouping]]\nname = \"age\"\ntitle = \"Age\"\nfrom = \"$.account.created_at\"\ncuts = [30, 365]\n\
             [[grouping]]\nname = \"state\"\ntitle = \"State\"\nfrom = \"register.kind\"\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        let event = r#"{"action_id": "1", "action_name": "post", "timestamp": "2026-03-01T00:00:00Z",
            "data": {"account": {"country": "XT", "created_at": "2026-01-01T00:00:00Z"}}}"#;
        let event = Event::parse(event.as_bytes(), model::Limits::default()).unwrap();
        let data: Json = event.data.read().unwrap();
        let groups: Vec<_> =
            terms.groupings.iter().map(|one| one.group(&event, &data, None)).collect();
        let words = ["xt", "30 to under 365", "none"].map(|word| Some(word.to_owned()));
        assert_eq!(groups, words);
        assert_eq!(terms.interchangeable, [["Reds", "Blues"]]);
        assert_eq!(terms.groupings[0].group(&event, &Json::Null, None), None);
    }

    #[test]
    fn the_chance_of_what_was_left_alone_is_never_nothing() {
        for (text, rate, wrong) in [
            ("", 1_000_000, false),
            ("[left_up]\nrate = 0.25\n", 250_000, false),
            ("[left_up]\nrate = 1\n", 1_000_000, false),
            ("[left_up]\nrate = 0\n", 1_000_000, true),
            ("[left_up]\nrate = 0.0\n", 1_000_000, true),
            ("[left_up]\nrate = 1.5\n", 1_000_000, true),
        ] {
            let (terms, problems) = loaded(text);
            assert_eq!(
                (terms.left_up, !problems.is_empty()),
                (rate, wrong),
                "{text}: {problems:?}"
            );
        }
    }

    #[test]
    fn the_sides_of_a_dispute_have_the_same_forms() {
        let (terms, problems) = loaded(
            "interchangeable = [[\"cats\", \"dogs\"]]\n[[dispute]]\nname = \"colour\"\n\
             sides = [[\"Reds\", \"Red\"], [\"Blues\", \"Blue\"]]\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        let classes: Vec<_> = terms.classes().collect();
        assert_eq!(classes, [["cats", "dogs"], ["Reds", "Blues"], ["Red", "Blue"]]);
        for sides in ["[[\"Reds\"]]", "[[\"Reds\", \"Red\"], [\"Blues\"]]", "[[], []]"] {
            let (terms, problems) =
                loaded(&format!("[[dispute]]\nname = \"x\"\nsides = {sides}\n"));
            assert_eq!(terms.disputes, []);
            assert_eq!(problems.iter().map(|one| one.code).collect::<Vec<_>>(), ["sides"]);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let (_, problems) = loaded(
            "threshold = 0.1\ninterchangeable = [[\"list:groups\"]]\n[[grouping]]\nname = \"x\"\n\
             title = \"X\"\nfrom = \"account\"\ncuts = [3, 3]\n",
        );
        let codes: Vec<_> = problems.iter().map(|problem| (problem.line, problem.code)).collect();
        assert_eq!(
            codes,
            [(1, "out-of-range"), (2, "unknown-list"), (7, "cuts"), (6, "unknown-source")]
        );
    }
}
