//! The facts of a recorded event for a draft: those that were recorded; lists as they stood; what the replay itself
//! has counted over a whole window. Whatever else the draft asks for is named as missing. Must not make up a fact.

use crate::facts::{Lists, running_list};
use jiff::{SignedDuration, Timestamp};
use model::Event;
use rules::labels::LabelState;
use rules::rulebook::Rulebook;
use rules::state::{Change, Counter, Counters, Kept};
use rules::{FactKey, Facts, Outcome, RunningList};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use store::{Recorded, Store, StoreError};

/// So many keys of each kind are kept at most; beyond, what is asked for is missing.
const MOST: usize = 1_000_000;

/// What the draft counts and keeps that was not recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rebuilt {
    /// The time of the first event that was replayed.
    begun: Option<Timestamp>,
    /// Whether nothing was recorded before it.
    whole: bool,
    counters: Counters,
    counted: usize,
    kept: HashMap<String, Kept>,
    labels: HashMap<String, LabelState>,
    full: bool,
}

/// Running lists in every version, as the draft has them.
#[derive(Debug, Default)]
pub(super) struct ListsThen {
    /// By list: when each version began.
    begun: BTreeMap<Arc<str>, Vec<(Timestamp, u64)>>,
    lists: BTreeMap<(Arc<str>, u64), Arc<RunningList>>,
}

/// An event with what it is to be decided with.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) facts: Facts,
    /// Kinds of facts that were not recorded.
    pub(super) missing: BTreeSet<String>,
}

impl ListsThen {
    /// Reads the lists that the draft lets people change.
    pub(super) async fn read(store: &Store, draft: &Rulebook) -> Result<Self, StoreError> {
        let mut then = Self::default();
        for name in draft.declared.running() {
            let name = Arc::clone(name);
            let changes = store.list_changes(&name).await?;
            let mut versions: Vec<(Timestamp, u64)> =
                changes.iter().map(|change| (change.at, change.version)).collect();
            versions.dedup();
            let numbers: BTreeSet<u64> = versions.iter().map(|(_, number)| *number).collect();
            let none = Lists::default();
            for version in std::iter::once(0).chain(numbers) {
                let list = running_list(store, draft, &name, version, &none).await?;
                then.lists.insert((Arc::clone(&name), version), list);
            }
            then.begun.insert(name, versions);
        }
        Ok(then)
    }

    fn at(&self, name: &Arc<str>, at: Timestamp) -> Option<&Arc<RunningList>> {
        let begun = self.begun.get(name)?;
        let latest = begun.iter().rev().find(|(since, _)| *since <= at);
        self.lists.get(&(Arc::clone(name), latest.map_or(0, |(_, number)| *number)))
    }
}

impl Rebuilt {
    /// Nothing yet; `whole`: the replay begins where the record begins.
    pub(super) fn new(whole: bool) -> Self {
        Self { whole, ..Self::default() }
    }

    /// What the draft must be told about an event.
    pub(super) fn told(
        &mut self,
        draft: &Rulebook,
        lists: &ListsThen,
        recorded: &Recorded,
    ) -> Result<Told, String> {
        let event = &recorded.stored.event;
        self.begun.get_or_insert(event.timestamp);
        let mut facts = match &recorded.facts {
            None => Facts::default(),
            Some(text) => {
                let unlisted = RefCell::new(BTreeSet::new());
                let list = |name: &str, version: u64| {
                    let found = lists.lists.get(&(Arc::from(name), version)).cloned();
                    // The draft does not know the list: it cannot ask for it either.
                    Some(found.unwrap_or_else(|| {
                        unlisted.borrow_mut().insert(Arc::<str>::from(name));
                        Arc::new(RunningList::new(name.into(), version, []))
                    }))
                };
                let mut facts = Facts::from_json(text, list)?;
                facts.lists.retain(|name, _| !unlisted.borrow().contains(name));
                facts
            }
        };
        let mut missing = BTreeSet::new();
        for round in 0..draft.plan.fact_rounds() {
            for key in draft.facts_needed(event, &facts, round) {
                if !facts.has(&key)
                    && let Some(kind) = self.tell(key, lists, recorded, &mut facts)
                {
                    missing.insert(kind);
                }
            }
        }
        Ok(Told { facts, missing })
    }

    /// Puts one fact in its place, or names what is missing.
    fn tell(
        &self,
        key: FactKey,
        lists: &ListsThen,
        recorded: &Recorded,
        facts: &mut Facts,
    ) -> Option<String> {
        let event = &recorded.stored.event;
        let all = self.whole && !self.full;
        match key {
            FactKey::List(name) => {
                if let Some(list) = lists.at(&name, recorded.stored.received_at) {
                    facts.lists.insert(name, Arc::clone(list));
                }
                None
            }
            // Nobody is asked for mail hosts while deciding either.
            FactKey::MailHosts(_) => None,
            FactKey::Count(counter, at) => {
                if all || (!self.full && self.covers(&counter, event)) {
                    let count = self.counters.count(&counter, event.timestamp);
                    facts.counts.insert((counter, at), count);
                    return None;
                }
                let window = SignedDuration::from_millis(counter.window_ms);
                Some(format!("a count over {window:#}"))
            }
            FactKey::Kept(key) if all => {
                let kept = self.kept.get(&key).cloned().unwrap_or(Kept::NOTHING);
                facts.kept.insert(key, kept);
                None
            }
            FactKey::Kept(_) => Some("a value that rules keep".to_owned()),
            FactKey::Labels(entity) if all => {
                let state = self.labels.get(&entity).cloned().unwrap_or_default();
                facts.labels.insert(entity, state);
                None
            }
            FactKey::Labels(entity) => {
                let kind = entity.split_once('/').map_or("", |(kind, _)| kind);
                Some(format!("labels of {kind}"))
            }
            FactKey::Answer(question) => Some(format!("an answer of {}", question.function)),
        }
    }

    /// Whether the replay has seen the whole window of a counter.
    fn covers(&self, counter: &Counter, event: &Event) -> bool {
        self.begun.is_some_and(|begun| {
            let reach = counter.first_bucket(event.timestamp).saturating_mul(counter.bucket_ms());
            begun.as_millisecond() <= reach
        })
    }

    /// Takes in what the draft counts and keeps, as far as the record does not have it.
    pub(super) fn take(
        &mut self,
        event: &Recorded,
        outcome: &Outcome,
        labels: &[(String, LabelState)],
    ) {
        if self.full {
            return;
        }
        let recorded = event.facts.as_deref().unwrap_or_default();
        let at = event.stored.event.timestamp;
        for change in &outcome.changes {
            match change {
                // What was counted then is in the facts of whoever asks.
                Change::Count(counter) if !holds(recorded, &counter.key) => {
                    self.counters.add(counter, at);
                    self.counted += 1;
                }
                Change::Keep(key, kept) if self.whole && !holds(recorded, key) => {
                    self.kept.insert(key.clone(), kept.clone());
                }
                Change::Count(_) | Change::Keep(..) => {}
            }
        }
        if self.whole {
            for (entity, state) in labels.iter().filter(|(entity, _)| !holds(recorded, entity)) {
                let known = self.labels.entry(entity.clone()).or_default();
                known.labels.extend(state.labels.clone());
            }
        }
        self.full = self.counted > MOST || self.kept.len() > MOST || self.labels.len() > MOST;
    }
}

/// Whether the recorded facts name a key.
fn holds(recorded: &str, key: &str) -> bool {
    // As JSON writes it; a key is rarely more than letters and digits.
    !recorded.is_empty()
        && serde_json::to_string(key).is_ok_and(|quoted| recorded.contains(&quoted))
}
