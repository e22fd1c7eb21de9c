//! Counterfactual swaps: the same post with another group named in it, or by another author. Does the decision
//! change? Each variant is decided alone, on an account without history, so that nothing but the swap differs.
//! Must not read a store: it asks what rules would do, not what people did.

use crate::memory::{Decision, Memory};
use likeness::{Terms, Text, WordKind};
use model::{Event, Json, Measure, Outcome, Ruling};
use rules::rulebook::{GroupSource, Rulebook};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Examples that are kept of one swap.
const MOST_EXAMPLES: usize = 3;

/// What was swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Swapped {
    /// A name in the text.
    Named,
    /// The side of a dispute: all names of one side, in whichever form.
    Side,
    /// Something declared about the author.
    Author,
    /// The language: the same post as its author or somebody else translated it.
    Language,
}

/// How a post is treated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Treated {
    /// `breach`, `no_breach`, or `referred` to people.
    pub outcome: &'static str,
    /// The clauses that it breaches or waits under.
    pub clauses: Vec<String>,
    /// What is done.
    pub measures: Vec<&'static str>,
    /// The rules that found something.
    pub rules: Vec<String>,
}

/// A post that is treated otherwise when one thing is swapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SwapExample {
    /// The text with `from`.
    pub text: String,
    /// The same text with `to`, if the text was swapped.
    pub swapped: Option<String>,
    /// How it is treated with `from`.
    pub before: Treated,
    /// How it is treated with `to`.
    pub after: Treated,
}

/// One thing put in the place of another, over all posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Swap {
    /// What was swapped.
    pub swapped: Swapped,
    /// Of an author: the grouping. Of a side: the dispute. Of a name: its class, by its first name.
    pub class: String,
    /// What the post had.
    pub from: String,
    /// What stood there instead.
    pub to: String,
    /// Posts tried.
    pub tried: u64,
    /// Posts treated more harshly with `to`.
    pub harsher: u64,
    /// Posts treated more mildly with `to`.
    pub milder: u64,
    /// Posts treated equally harshly, under another clause.
    pub otherwise: u64,
    /// Rules that found something with one and not with the other, and how often.
    pub rules: BTreeMap<String, u64>,
    /// Posts of which the treatment changed.
    pub examples: Vec<SwapExample>,
}

impl Swap {
    /// Posts of which the treatment changed.
    #[must_use]
    pub const fn changed(&self) -> u64 {
        self.harsher + self.milder + self.otherwise
    }
}

/// What came of all swaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SwapReport {
    /// Under which rulebook.
    pub rulebook: model::RulebookVersion,
    /// Posts read.
    pub posts: u64,
    /// Posts in which something could be swapped.
    pub swappable: u64,
    /// Posts of which some swap changed the treatment.
    pub changed: u64,
    /// Variants that could not be decided, with the first reason.
    pub failed: u64,
    /// Why.
    pub first_failure: Option<String>,
    /// Each swap, those that changed most first.
    pub swaps: Vec<Swap>,
}

/// Swaps over posts that come one by one.
#[derive(Debug)]
pub struct Swaps {
    book: Arc<Rulebook>,
    /// Each class by its names as declared, and the terms to find them by.
    classes: Vec<(Vec<(String, String)>, Terms)>,
    /// For each grouping that reads the event: keys, and the values to try.
    authors: Vec<(String, Vec<String>, BTreeSet<String>)>,
    /// Where posts say of which text they are translations.
    translations: Option<Vec<String>>,
    /// Those of one text, by its name: language, text, how it is treated.
    translated: BTreeMap<String, Vec<(String, String, Treated)>>,
    found: BTreeMap<(Swapped, String, String, String), Swap>,
    report: SwapReport,
}

impl Swaps {
    /// Swaps under `book`: names of each declared class, of these `only` those that are named, if any are; and
    /// what `posts` have of each grouping of authors.
    #[must_use]
    pub fn new(book: Arc<Rulebook>, posts: &[Event], only: &[String]) -> Self {
        let folded = |name: &String| (Text::read(name).folded().to_owned(), name.clone());
        let only: BTreeSet<String> = only.iter().map(|name| folded(name).0).collect();
        let classes = book.audit.interchangeable.iter().map(|class| {
            let names = class.iter().map(folded);
            let names: Vec<_> =
                names.filter(|(form, _)| only.is_empty() || only.contains(form)).collect();
            let terms = Terms::new([names.iter().map(|(_, name)| name.as_str())]);
            (names, terms)
        });
        let authors = book.audit.groupings.iter().filter(|grouping| grouping.cuts.is_empty());
        let authors = authors.filter_map(|grouping| match &grouping.from {
            GroupSource::Data(keys) => {
                let values = posts.iter().filter_map(|event| {
                    let data: Value = event.data.read().ok()?;
                    Some(value_at(&data, keys)?.as_str()?.to_owned())
                });
                Some((grouping.name.clone(), keys.clone(), values.collect()))
            }
            GroupSource::RegisterKind | GroupSource::RegisterCountry => None,
        });
        let report = SwapReport {
            rulebook: book.version().clone(),
            posts: 0,
            swappable: 0,
            changed: 0,
            failed: 0,
            first_failure: None,
            swaps: Vec::new(),
        };
        let (classes, authors) = (classes.collect(), authors.collect());
        let (found, translated) = (BTreeMap::new(), BTreeMap::new());
        Self { classes, authors, book, translations: None, translated, found, report }
    }

    /// Compares posts of which the value at `keys` of the data is the same: they are one text in several languages.
    #[must_use]
    pub fn with_translations(self, keys: Vec<String>) -> Self {
        Self { translations: Some(keys), ..self }
    }

    /// Decides a post and every variant of it.
    pub fn post(&mut self, event: &Event) {
        self.report.posts += 1;
        let Ok(data) = event.data.read::<Value>() else { return };
        let text =
            data.pointer("/item/text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let variants = self.variants(&data, &text);
        let translated = self.translation(&data);
        if variants.is_empty() && translated.is_none() {
            return;
        }
        let Some(before) = self.treated(event) else { return };
        if let Some((of, language)) = translated {
            let all = self.translated.entry(of).or_default();
            all.push((language, text.clone(), before.clone()));
        }
        if variants.is_empty() {
            return;
        }
        self.report.swappable += 1;
        let mut changed = false;
        for Variant { key, data, text: swapped } in variants {
            let Ok(data) = Json::of(&data) else { continue };
            let Some(after) = self.treated(&Event { data, ..event.clone() }) else { continue };
            let swap = self.found.entry(key.clone()).or_insert_with(|| blank(key));
            changed |= count(swap, (&text, swapped), &before, after);
        }
        self.report.changed += u64::from(changed);
    }

    /// What came of it.
    #[must_use]
    pub fn report(mut self) -> SwapReport {
        self.compare_languages();
        let mut swaps: Vec<Swap> = self.found.into_values().collect();
        swaps.sort_by_key(|swap| std::cmp::Reverse(swap.changed()));
        SwapReport { swaps, ..self.report }
    }

    /// Of which text a post is a translation, and into which language.
    fn translation(&self, data: &Value) -> Option<(String, String)> {
        let of = match value_at(data, self.translations.as_ref()?)? {
            Value::String(name) => name.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let language = data.pointer("/item/language").and_then(Value::as_str)?;
        Some((of, language.to_lowercase()))
    }

    /// Each text in each language against the same in each other language.
    fn compare_languages(&mut self) {
        for all in std::mem::take(&mut self.translated).into_values() {
            for (at, (from, text, before)) in all.iter().enumerate() {
                let others =
                    all.iter().enumerate().filter(|(other, (to, ..))| *other != at && to != from);
                let (mut some, mut changed) = (false, false);
                for (_, (to, other, after)) in others {
                    let key = (Swapped::Language, "language".to_owned(), from.clone(), to.clone());
                    let swap = self.found.entry(key.clone()).or_insert_with(|| blank(key));
                    changed |= count(swap, (text, Some(other.clone())), before, after.clone());
                    some = true;
                }
                self.report.swappable += u64::from(some);
                self.report.changed += u64::from(changed);
            }
        }
    }

    fn variants(&self, data: &Value, text: &str) -> Vec<Variant> {
        let mut variants = Vec::new();
        let replaced = |text: &str| {
            let mut data = data.clone();
            if let Some(place) = data.pointer_mut("/item/text") {
                *place = text.into();
            }
            data
        };
        for dispute in &self.book.audit.disputes {
            for (from, to, swapped) in other_side(text, &dispute.sides) {
                let (from, to) = (from.to_owned(), to.to_owned());
                let key = (Swapped::Side, dispute.name.clone(), from, to);
                variants.push(Variant { key, data: replaced(&swapped), text: Some(swapped) });
            }
        }
        for (names, terms) in &self.classes {
            let class = names.first().map(|(_, name)| name.clone()).unwrap_or_default();
            for (from, to, swapped) in renamed(text, names, terms) {
                let key = (Swapped::Named, class.clone(), from, to);
                variants.push(Variant { key, data: replaced(&swapped), text: Some(swapped) });
            }
        }
        for (grouping, keys, values) in &self.authors {
            let Some(from) = value_at(data, keys).and_then(Value::as_str) else { continue };
            for to in values.iter().filter(|to| *to != from) {
                let mut data = data.clone();
                let place = keys.iter().try_fold(&mut data, |value, key| value.get_mut(key));
                if let Some(place) = place {
                    *place = to.as_str().into();
                }
                let key = (Swapped::Author, grouping.clone(), from.to_owned(), to.clone());
                variants.push(Variant { key, data, text: None });
            }
        }
        variants
    }

    fn treated(&mut self, event: &Event) -> Option<Treated> {
        let decided = Memory::new(Arc::clone(&self.book), "http://localhost").decide(event);
        match decided {
            Ok(Decision::Judged(judged)) => treated(&judged.ruling),
            Ok(Decision::Duplicate) => None,
            Err(error) => {
                self.report.failed += 1;
                self.report.first_failure.get_or_insert_with(|| error.to_string());
                None
            }
        }
    }
}

/// A post with one thing swapped.
struct Variant {
    key: (Swapped, String, String, String),
    data: Value,
    text: Option<String>,
}

fn value_at<'a>(data: &'a Value, keys: &[String]) -> Option<&'a Value> {
    keys.iter().try_fold(data, |value, key| value.get(key))
}

/// The text with each name of a class that it has put in the place of each other name; where both stand in the
/// text, they change places.
fn renamed(text: &str, names: &[(String, String)], terms: &Terms) -> Vec<(String, String, String)> {
    let read = Text::read_with(text, terms);
    let mentions = read.words().iter().filter(|word| word.kind == WordKind::Interchangeable);
    let mentions: Vec<_> = mentions
        .filter_map(|word| {
            let folded = Text::read(text.get(word.at.clone())?).folded().to_owned();
            let name = names.iter().find(|(form, _)| *form == folded)?;
            Some((word.at.clone(), name))
        })
        .collect();
    let present: BTreeSet<&(String, String)> = mentions.iter().map(|(_, name)| *name).collect();
    let mut all = Vec::new();
    for from in present {
        for to in names.iter().filter(|to| to.0 != from.0) {
            let (mut out, mut at) = (String::new(), 0);
            for (place, name) in &mentions {
                let instead = match *name {
                    name if name == from => to,
                    name if name == to => from,
                    _ => continue,
                };
                out.push_str(text.get(at..place.start).unwrap_or_default());
                let here = text.get(place.clone()).unwrap_or_default();
                out.push_str(&in_the_case_of(here, &name.1, &instead.1));
                at = place.end;
            }
            out.push_str(text.get(at..).unwrap_or_default());
            all.push((from.1.clone(), to.1.clone(), out));
        }
    }
    all
}

/// The text with all names of one side in the place of those of another, and the other way round, form by form: once
/// for each side that stands in it and each other side. Sides are named by their first form.
fn other_side<'d>(text: &str, sides: &'d [Vec<String>]) -> Vec<(&'d str, &'d str, String)> {
    let terms = Terms::new(sides.iter().map(|side| side.iter().map(String::as_str)));
    let folded = |name: &str| Text::read(name).folded().to_owned();
    let forms: Vec<Vec<String>> =
        sides.iter().map(|side| side.iter().map(|name| folded(name)).collect()).collect();
    let read = Text::read_with(text, &terms);
    let mentions: Vec<_> = read
        .words()
        .iter()
        .filter(|word| word.kind == WordKind::Interchangeable)
        .filter_map(|word| {
            let form = folded(text.get(word.at.clone())?);
            let places = forms.iter().enumerate();
            let mut found = places.filter_map(|(side, forms)| {
                Some((side, forms.iter().position(|other| *other == form)?))
            });
            Some((word.at.clone(), found.next()?))
        })
        .collect();
    let present: BTreeSet<usize> = mentions.iter().map(|(_, (side, _))| *side).collect();
    let name = |side: usize| sides.get(side).and_then(|names| names.first()).map(String::as_str);
    let mut all = Vec::new();
    for from in present {
        for to in (0..sides.len()).filter(|to| *to != from) {
            let (mut out, mut at) = (String::new(), 0);
            for (place, (side, form)) in &mentions {
                let instead = match *side {
                    side if side == from => to,
                    side if side == to => from,
                    _ => continue,
                };
                let named = |side: usize| sides.get(side).and_then(|names| names.get(*form));
                let (Some(own), Some(instead)) = (named(*side), named(instead)) else {
                    continue;
                };
                out.push_str(text.get(at..place.start).unwrap_or_default());
                let here = text.get(place.clone()).unwrap_or_default();
                out.push_str(&in_the_case_of(here, own, instead));
                at = place.end;
            }
            out.push_str(text.get(at..).unwrap_or_default());
            if let (Some(from), Some(to)) = (name(from), name(to)) {
                all.push((from, to, out));
            }
        }
    }
    all
}

/// `name`, written as `own` is written `here`: all in capitals, with a capital, or with a small letter where `own` has a capital.
fn in_the_case_of(here: &str, own: &str, name: &str) -> String {
    let letters = || here.chars().filter(|c| c.is_alphabetic());
    let starts_upper = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
    if letters().count() > 1 && letters().all(char::is_uppercase) {
        return name.to_uppercase();
    }
    let mut rest = name.chars();
    match (starts_upper(here), starts_upper(own), rest.next()) {
        (true, _, Some(first)) => first.to_uppercase().chain(rest).collect(),
        (false, true, Some(first)) => first.to_lowercase().chain(rest).collect(),
        _ => name.to_owned(),
    }
}

fn treated(ruling: &Ruling) -> Option<Treated> {
    let clauses_of = |findings: &[model::Finding]| {
        let clauses: BTreeSet<String> = findings.iter().map(|one| one.clause.to_string()).collect();
        clauses.into_iter().collect()
    };
    let rules_of = |findings: &[model::Finding]| {
        let rules = findings.iter().filter_map(|one| match &one.by {
            model::FoundBy::Rules(rules) => Some(rules.clone()),
            _ => None,
        });
        let rules: BTreeSet<String> = rules.flatten().collect();
        rules.into_iter().collect()
    };
    match ruling {
        Ruling::Decided(decided) => {
            let decision = decided.decision();
            let (outcome, clauses) = match &decision.outcome {
                Outcome::Breach { clauses } => {
                    ("breach", clauses.iter().map(ToString::to_string).collect())
                }
                Outcome::NoBreach => ("no_breach", Vec::new()),
            };
            let measures = decision.measures.iter().map(Measure::word).collect();
            Some(Treated { outcome, clauses, measures, rules: rules_of(&decision.findings) })
        }
        Ruling::Referred(case) => Some(Treated {
            outcome: "referred",
            clauses: clauses_of(&case.findings),
            measures: Vec::new(),
            rules: rules_of(&case.findings),
        }),
        Ruling::NoItem => None,
    }
}

/// Nothing found, waits for people, breached; then by what is done, the gravest first.
fn harshness(treated: &Treated) -> (u8, Vec<usize>) {
    const ORDER: [&str; 9] =
        ["label", "notice", "demote", "age_gate", "remove", "warn", "lock", "suspend", "ban"];
    let rank = |word: &&str| ORDER.iter().position(|other| other == word).map_or(0, |at| at + 1);
    let held = match treated.outcome {
        "breach" => 2,
        "referred" => 1,
        _ => 0,
    };
    let mut measures: Vec<usize> = treated.measures.iter().map(rank).collect();
    measures.sort_unstable_by(|a, b| b.cmp(a));
    (held, measures)
}

fn blank((swapped, class, from, to): (Swapped, String, String, String)) -> Swap {
    Swap {
        swapped,
        class,
        from,
        to,
        tried: 0,
        harsher: 0,
        milder: 0,
        otherwise: 0,
        rules: BTreeMap::new(),
        examples: Vec::new(),
    }
}

/// Counts one variant; says whether the treatment changed.
fn count(
    swap: &mut Swap,
    (text, swapped): (&str, Option<String>),
    before: &Treated,
    after: Treated,
) -> bool {
    swap.tried += 1;
    let same = (before.outcome, &before.clauses, &before.measures)
        == (after.outcome, &after.clauses, &after.measures);
    if same {
        return false;
    }
    match harshness(&after).cmp(&harshness(before)) {
        std::cmp::Ordering::Greater => swap.harsher += 1,
        std::cmp::Ordering::Less => swap.milder += 1,
        std::cmp::Ordering::Equal => swap.otherwise += 1,
    }
    let either = before.rules.iter().chain(&after.rules);
    for rule in either.filter(|rule| before.rules.contains(rule) != after.rules.contains(rule)) {
        *swap.rules.entry(rule.clone()).or_default() += 1;
    }
    if swap.examples.len() < MOST_EXAMPLES {
        let before = before.clone();
        swap.examples.push(SwapExample { text: text.to_owned(), swapped, before, after });
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_exchanged_in_every_form_at_once() {
        let sides =
            [["Reds", "Red"], ["Blues", "Blue"]].map(|side| side.map(str::to_owned).to_vec());
        let out = other_side("The REDS lie. A Red lied to a blue.", &sides);
        assert_eq!(
            out,
            [
                ("Reds", "Blues", "The BLUES lie. A Blue lied to a red.".to_owned()),
                ("Blues", "Reds", "The BLUES lie. A Blue lied to a red.".to_owned()),
            ]
        );
        assert!(other_side("nobody is named", &sides).is_empty());
    }

    #[test]
    fn names_change_places_and_keep_their_capitals() {
        let class = ["women", "gay people", "immigrants"].map(str::to_owned);
        let terms = Terms::new([class.iter().map(String::as_str)]);
        let names = class.map(|name| (Text::read(&name).folded().to_owned(), name));
        let out = renamed("Women and IMMIGRANTS, not women?", &names, &terms);
        let texts: Vec<&str> = out.iter().map(|(_, _, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Immigrants and WOMEN, not immigrants?",
                "Women and GAY PEOPLE, not women?",
                "Gay people and IMMIGRANTS, not gay people?",
                "Immigrants and WOMEN, not immigrants?",
            ]
        );
        assert!(renamed("nobody is named", &names, &terms).is_empty());
    }
}
