//! What changed between two versions of a rulebook. Must not say whether that is good.

use super::Rulebook;
use super::policy::PolicyText;
use model::{ClauseId, RulebookVersion};
use serde::Serialize;
use std::collections::BTreeMap;

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the new version has it.
    Added,
    /// Only the old version has it.
    Removed,
    /// Both have it, not alike.
    Changed,
}

/// A clause that reads otherwise, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseDiff {
    /// The clause.
    pub clause: ClauseId,
    /// The language.
    pub language: String,
    /// How it differs.
    pub change: Change,
    /// Title and text before.
    pub before: Option<String>,
    /// Title and text now.
    pub after: Option<String>,
}

/// Something named that differs: a policy, a ladder, a rule, a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedDiff {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// What differs, in plain words; empty when added or removed.
    pub details: Vec<String>,
}

/// All that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulebookDiff {
    /// The version before.
    pub old: RulebookVersion,
    /// The version now.
    pub new: RulebookVersion,
    /// What differs in `rulebook.toml`.
    pub settings: Vec<String>,
    /// Policies.
    pub policies: Vec<NamedDiff>,
    /// Clauses, in every language.
    pub clauses: Vec<ClauseDiff>,
    /// Ladders.
    pub ladders: Vec<NamedDiff>,
    /// Rules.
    pub rules: Vec<NamedDiff>,
    /// Lists.
    pub lists: Vec<NamedDiff>,
}

impl RulebookDiff {
    /// Whether nothing changed that this comparison sees.
    pub const fn is_empty(&self) -> bool {
        self.settings.is_empty()
            && self.policies.is_empty()
            && self.clauses.is_empty()
            && self.ladders.is_empty()
            && self.rules.is_empty()
            && self.lists.is_empty()
    }
}

impl Rulebook {
    /// What changed from `old` to `new`.
    pub fn diff(old: &Self, new: &Self) -> RulebookDiff {
        RulebookDiff {
            old: old.version.clone(),
            new: new.version.clone(),
            settings: fields(&old.settings, &new.settings),
            policies: named(policies(old), policies(new), |before, after| {
                let mut details = Vec::new();
                if before.effective != after.effective {
                    let (before, after) = (before.effective, after.effective);
                    details.push(format!("in force since {after} (was {before})"));
                }
                if before.title() != after.title() {
                    details.push(format!(
                        "title is “{}” (was “{}”)",
                        after.title(),
                        before.title()
                    ));
                }
                if before.dsa != after.dsa {
                    details.push("category or keywords for the regulator".into());
                }
                if before.blind_to != after.blind_to {
                    let listed = |groups: &[String]| match groups {
                        [] => "nothing".to_owned(),
                        groups => groups.join(", "),
                    };
                    let (before, after) = (listed(&before.blind_to), listed(&after.blind_to));
                    details.push(format!("claims to be blind to {after} (was {before})"));
                }
                let intro = |text: &PolicyText| (text.language.clone(), text.intro.clone());
                if !before.texts.iter().map(intro).eq(after.texts.iter().map(intro)) {
                    details.push("text before the first clause, or the languages".into());
                }
                details
            }),
            clauses: clauses(old, new),
            ladders: named(
                old.ladders.iter().map(|ladder| (ladder.id.clone(), ladder)).collect(),
                new.ladders.iter().map(|ladder| (ladder.id.clone(), ladder)).collect(),
                fields,
            ),
            rules: named(
                old.rules.iter().map(|(name, text)| (name.clone(), text)).collect(),
                new.rules.iter().map(|(name, text)| (name.clone(), text)).collect(),
                |before, after| different(before, after, "its text"),
            ),
            lists: named(
                old.lists.iter().map(|(name, entries)| (name.to_owned(), entries)).collect(),
                new.lists.iter().map(|(name, entries)| (name.to_owned(), entries)).collect(),
                |before, after| {
                    let added = after.iter().filter(|one| !before.contains(one)).count();
                    let removed = before.iter().filter(|one| !after.contains(one)).count();
                    if before == after {
                        return Vec::new();
                    }
                    vec![format!("{added} entries added, {removed} removed")]
                },
            ),
        }
    }
}

fn policies(book: &Rulebook) -> BTreeMap<String, &super::Policy> {
    book.policies.iter().map(|policy| (policy.id.clone(), policy)).collect()
}

fn different<T: PartialEq>(before: &T, after: &T, what: &str) -> Vec<String> {
    if before == after { Vec::new() } else { vec![what.to_owned()] }
}

/// The fields of two values that differ, as JSON shows them.
fn fields<T: Serialize>(before: &T, after: &T) -> Vec<String> {
    let (before, after) = (serde_json::to_value(before), serde_json::to_value(after));
    let (Ok(before), Ok(after)) = (before, after) else { return Vec::new() };
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Vec::new();
    };
    let differs = |(key, value): (&String, &serde_json::Value)| {
        let was = before.get(key).filter(|was| *was != value)?;
        Some(format!("{key}: {was} → {value}"))
    };
    after.iter().filter_map(differs).collect()
}

fn named<T: ?Sized>(
    old: BTreeMap<String, &T>,
    new: BTreeMap<String, &T>,
    details: impl Fn(&T, &T) -> Vec<String>,
) -> Vec<NamedDiff> {
    let mut diffs = Vec::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        let (name, change) = (name.clone(), Change::Removed);
        diffs.push(NamedDiff { name, change, details: Vec::new() });
    }
    for (name, after) in new {
        match old.get(&name) {
            None => diffs.push(NamedDiff { name, change: Change::Added, details: Vec::new() }),
            Some(before) => {
                let details = details(before, after);
                if !details.is_empty() {
                    diffs.push(NamedDiff { name, change: Change::Changed, details });
                }
            }
        }
    }
    diffs.sort_by(|a, b| a.name.cmp(&b.name));
    diffs
}

type Texts = BTreeMap<(ClauseId, String), String>;

fn texts(book: &Rulebook) -> Texts {
    let texts = book.policies.iter().flat_map(|policy| &policy.texts);
    texts
        .flat_map(|text| {
            text.clauses.iter().map(|clause| {
                let shown = format!("{}\n\n{}", clause.title, clause.text);
                ((clause.id.clone(), text.language.clone()), shown)
            })
        })
        .collect()
}

fn clauses(old: &Rulebook, new: &Rulebook) -> Vec<ClauseDiff> {
    let (old, mut new) = (texts(old), texts(new));
    let mut diffs = Vec::new();
    for ((clause, language), before) in old {
        let after = new.remove(&(clause.clone(), language.clone()));
        if after.as_ref() != Some(&before) {
            let change = if after.is_some() { Change::Changed } else { Change::Removed };
            diffs.push(ClauseDiff { clause, language, change, before: Some(before), after });
        }
    }
    for ((clause, language), after) in new {
        let change = Change::Added;
        diffs.push(ClauseDiff { clause, language, change, before: None, after: Some(after) });
    }
    diffs.sort_by(|a, b| (&a.clause, &a.language).cmp(&(&b.clause, &b.language)));
    diffs
}
