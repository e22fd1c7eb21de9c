//! What an evaluation must be told about the world. The plan says which facts it needs; whoever
//! evaluates fetches them, all at once, before. Facts that were used can be written down and read
//! again, so that a replay comes to the same outcome.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::decide::SettledLine;
use crate::functions;
use crate::labels::LabelState;
use crate::running::RunningList;
use crate::state::{Counter, Kept};

/// One fact that an event's evaluation needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactKey {
    /// The labels of an entity, named `Type/id`.
    Labels(String),
    /// The mail hosts of a domain.
    MailHosts(String),
    /// How often a counter was counted up before this event, by the moment of the event.
    Count(Counter, i64),
    /// The value that is kept under a key.
    Kept(String),
    /// A list that changes while the engine runs, by its name.
    List(Arc<str>),
    /// What an outside scorer says.
    Answer(Question),
}

/// What an outside scorer is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Question {
    /// The declared function.
    pub function: String,
    /// Its arguments as a JSON object.
    pub arguments: String,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The scorer answered this.
    Said(serde_json::Value),
    /// It did not; the declared answer stands in. Says why.
    Failed(String),
}

/// The facts that were fetched. What is not in here is taken as not there: a count is 0, a kept
/// value is its default, a running list is as the rulebook has it, a scorer failed.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Labels by entity, named `Type/id`.
    pub labels: HashMap<String, LabelState>,
    /// Mail hosts by domain.
    pub mail_hosts: HashMap<String, Vec<String>>,
    /// Counts before the event, by counter and moment.
    pub counts: HashMap<(Counter, i64), i64>,
    /// Values by key.
    pub kept: HashMap<String, Kept>,
    /// Lists that change while the engine runs, by name.
    pub lists: HashMap<Arc<str>, Arc<RunningList>>,
    /// What outside scorers said.
    pub answers: HashMap<Question, Answer>,
    /// What people settled about posts like the event's. It is for whoever decides, not for the rules.
    pub precedents: Vec<SettledLine>,
    /// The offset from UTC in which the event's time was written; `TimeSince` counts by the clock
    /// on that wall, as Osprey does. UTC if None.
    pub offset: Option<Offset>,
}

impl functions::Facts for Facts {
    fn mail_hosts(&self, domain: &str) -> Option<Vec<String>> {
        self.mail_hosts.get(domain).cloned()
    }

    fn list(&self, name: &str) -> Option<&RunningList> {
        self.lists.get(name).map(|list| &**list)
    }
}

impl Facts {
    /// Whether a fact is here.
    #[must_use]
    pub fn has(&self, key: &FactKey) -> bool {
        match key {
            FactKey::Labels(entity) => self.labels.contains_key(entity),
            FactKey::MailHosts(domain) => self.mail_hosts.contains_key(domain),
            FactKey::Count(counter, until) => self.count(counter, *until).is_some(),
            FactKey::Kept(key) => self.kept.contains_key(key),
            FactKey::List(name) => self.lists.contains_key(name),
            FactKey::Answer(question) => self.answers.contains_key(question),
        }
    }

    /// A count before the event.
    pub(crate) fn count(&self, counter: &Counter, until: i64) -> Option<i64> {
        if self.counts.is_empty() {
            return None;
        }
        self.counts.get(&(counter.clone(), until)).copied()
    }

    /// The facts behind these keys alone, and the offset.
    #[must_use]
    pub fn only(&self, keys: &[FactKey]) -> Self {
        let precedents = self.precedents.clone();
        let mut chosen = Self { offset: self.offset, precedents, ..Self::default() };
        for key in keys {
            chosen.copy(self, key);
        }
        chosen
    }

    fn copy(&mut self, from: &Self, key: &FactKey) {
        fn one<K: Clone + Eq + std::hash::Hash, V: Clone>(
            to: &mut HashMap<K, V>,
            from: &HashMap<K, V>,
            key: &K,
        ) {
            to.extend(from.get(key).map(|value| (key.clone(), value.clone())));
        }
        match key {
            FactKey::Labels(entity) => one(&mut self.labels, &from.labels, entity),
            FactKey::MailHosts(domain) => one(&mut self.mail_hosts, &from.mail_hosts, domain),
            FactKey::Count(counter, until) => {
                one(&mut self.counts, &from.counts, &(counter.clone(), *until));
            }
            FactKey::Kept(key) => one(&mut self.kept, &from.kept, key),
            FactKey::List(name) => one(&mut self.lists, &from.lists, name),
            FactKey::Answer(question) => one(&mut self.answers, &from.answers, question),
        }
    }

    /// Whether there is nothing in here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
            && self.mail_hosts.is_empty()
            && self.counts.is_empty()
            && self.kept.is_empty()
            && self.lists.is_empty()
            && self.answers.is_empty()
            && self.precedents.is_empty()
            && self.offset.is_none()
    }

    /// The facts as JSON, always the same bytes for the same facts; running lists by their version.
    #[must_use]
    pub fn to_json(&self) -> String {
        fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
            let mut all: Vec<T> = items.collect();
            all.sort();
            all
        }
        let mut answers: Vec<_> =
            self.answers.iter().map(|(q, answer)| (q.clone(), answer.clone())).collect();
        answers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let counts = sorted(self.counts.iter());
        let recorded = Recorded {
            labels: self.labels.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            mail_hosts: self.mail_hosts.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            counts: counts.into_iter().map(|((c, until), n)| (c.clone(), *until, *n)).collect(),
            kept: self.kept.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            lists: self.lists.iter().map(|(k, v)| (k.to_string(), v.version())).collect(),
            answers,
            precedents: self.precedents.clone(),
            offset: self.offset.map(Offset::seconds),
        };
        serde_json::to_string(&recorded).unwrap_or_default()
    }

    /// Reads what [`Self::to_json`] wrote. `list` gives a running list as it was in a version.
    ///
    /// # Errors
    /// A text that says what cannot be read.
    pub fn from_json(
        text: &str,
        list: impl Fn(&str, u64) -> Option<Arc<RunningList>>,
    ) -> Result<Self, String> {
        let recorded: Recorded = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let lists = recorded.lists.into_iter().map(|(name, version)| {
            let found = list(&name, version)
                .ok_or_else(|| format!("the list `{name}` is not kept in version {version}"))?;
            Ok((Arc::from(name), found))
        });
        let counts = recorded.counts.into_iter().map(|(counter, at, n)| ((counter, at), n));
        Ok(Self {
            labels: recorded.labels.into_iter().collect(),
            mail_hosts: recorded.mail_hosts.into_iter().collect(),
            counts: counts.collect(),
            kept: recorded.kept.into_iter().collect(),
            lists: lists.collect::<Result<_, String>>()?,
            answers: recorded.answers.into_iter().collect(),
            precedents: recorded.precedents,
            offset: recorded.offset.and_then(|seconds| Offset::from_seconds(seconds).ok()),
        })
    }
}

/// How facts are written down.
#[derive(Serialize, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Recorded {
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    labels: std::collections::BTreeMap<String, LabelState>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    mail_hosts: std::collections::BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counts: Vec<(Counter, i64, i64)>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    kept: std::collections::BTreeMap<String, Kept>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    lists: std::collections::BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<(Question, Answer)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    precedents: Vec<SettledLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::KeptValue;

    #[test]
    fn facts_survive_being_written_down() {
        let counter = Counter::new("posts-1", 60.0).unwrap();
        let question = Question { function: "Score".into(), arguments: "{}".into() };
        let list = Arc::new(RunningList::new("bad".into(), 7, ["one".to_owned()]));
        let mut facts = Facts { offset: Offset::from_seconds(3600).ok(), ..Facts::default() };
        facts.counts.insert((counter, 5), 3);
        facts.kept.insert("k".into(), Kept { value: KeptValue::Int(4), until: None });
        facts.lists.insert("bad".into(), Arc::clone(&list));
        facts.answers.insert(question, Answer::Failed("late".into()));
        facts.mail_hosts.insert("x.example".into(), vec!["mx".into()]);
        let text = facts.to_json();
        let again = Facts::from_json(&text, |name, version| {
            (name == "bad" && version == 7).then(|| Arc::clone(&list))
        });
        assert_eq!(again.unwrap().to_json(), text);
        let why = Facts::from_json(&text, |_, _| None).unwrap_err();
        assert!(why.contains("`bad`") && why.contains('7'), "{why}");
    }

    #[test]
    fn only_what_was_needed_is_chosen() {
        let mut facts = Facts::default();
        facts.labels.insert("User/1".into(), LabelState::default());
        facts.labels.insert("User/2".into(), LabelState::default());
        let key = FactKey::Labels("User/2".into());
        let chosen = facts.only(std::slice::from_ref(&key));
        assert!(chosen.has(&key) && !chosen.has(&FactKey::Labels("User/1".into())));
    }
}
