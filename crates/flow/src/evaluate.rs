//! What is known before a batch is decided: standings, labels and waiting cases, fetched in one
//! go; and what each decision of the batch adds for those after it. Must not decide.

use crate::Engine;
use crate::decide::Judged;
use jiff::Timestamp;
use model::{AccountId, ActionId, CaseId, Event, Exemption, ItemId, Ruling, Standing, Subject};
use rules::decide::{SettledLine, entry_of};
use rules::labels::{self, LabelState};
use rules::rulebook::Rulebook;
use rules::{FactKey, Facts, Outcome};
use std::collections::{BTreeSet, HashMap};
use store::{Entity, Label, Store, StoreError};

/// What is known of the accounts, entities and items of a batch. Empty, it is a fresh start.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Warnings and strikes.
    pub(crate) standings: HashMap<AccountId, Standing>,
    /// Labels, in the shape in which the rules read them.
    pub(crate) facts: Facts,
    /// Items that wait for people.
    pub(crate) waiting: HashMap<ItemId, CaseId>,
    /// Exemptions of the items, whether they run or not.
    pub(crate) exemptions: HashMap<ItemId, Vec<Exemption>>,
    /// Which facts each event is evaluated with.
    pub(crate) needed: HashMap<ActionId, Vec<FactKey>>,
    /// What people settled about posts like these.
    pub(crate) precedents: HashMap<ActionId, Vec<SettledLine>>,
    /// The latest change of each list, read once for a batch.
    pub(crate) versions: Option<HashMap<String, u64>>,
}

impl Known {
    /// What is known when only these facts are.
    pub(crate) fn with(facts: Facts) -> Self {
        Self { facts, ..Self::default() }
    }

    /// Sets the standing of an account.
    pub(crate) fn set_standing(&mut self, account: &AccountId, standing: Standing) {
        if !standing.entries.is_empty() {
            self.standings.insert(account.clone(), standing);
        }
    }

    /// Fetches what the events of a batch need.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub(crate) async fn fetch(
        engine: &Engine,
        rulebook: &Rulebook,
        events: &[&Event],
    ) -> Result<Self, StoreError> {
        let (mut accounts, mut items) = (BTreeSet::new(), BTreeSet::new());
        for event in events {
            // An item that cannot be read is refused later, with the reason.
            if let Ok(Some(subject)) = Subject::of(event) {
                accounts.insert(subject.account.id);
                items.insert(subject.item.id);
            }
        }
        let accounts: Vec<_> = accounts.into_iter().collect();
        let items: Vec<_> = items.into_iter().collect();
        let mut known = Self {
            standings: engine.store.standings(&accounts).await?,
            waiting: engine.store.waiting_cases(&items).await?,
            exemptions: engine.store.exemptions_of(&items).await?,
            ..Self::default()
        };
        crate::facts::fetch(engine, rulebook, events, &mut known).await?;
        let posts = events.iter().copied();
        let model = engine.model().map(AsRef::as_ref);
        known.precedents = engine.settled.seen(&engine.store, rulebook, model, posts).await?;
        Ok(known)
    }

    /// Fetches the labels of entities, `Type/id`.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub(crate) async fn fetch_labels(
        &mut self,
        store: &Store,
        entities: BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let asked: Vec<_> = entities.iter().filter_map(|key| entity(key)).collect();
        // An entity without labels is known, too.
        self.facts.labels.extend(entities.into_iter().map(|key| (key, LabelState::default())));
        if !asked.is_empty() {
            for (entity, labels) in store.labels(&asked).await? {
                self.facts.labels.insert(key(&entity), state(&labels)?);
            }
        }
        Ok(())
    }

    /// What must be fetched before an event can be taken as decided: labels of entities that rules
    /// labelled without having asked for them, and facts that are asked for by what an earlier
    /// event of the batch changed.
    pub(crate) fn unknown(&self, book: &Rulebook, event: &Event, judged: &Judged) -> Vec<FactKey> {
        let labelled = judged.labels.iter().map(|(entity, _)| FactKey::Labels(entity.clone()));
        let mut unknown: Vec<FactKey> = labelled.filter(|key| !self.facts.has(key)).collect();
        unknown.extend(self.later_keys(book, event).into_iter().filter(|key| !self.facts.has(key)));
        unknown
    }

    /// The facts of the later rounds. They are asked for by what other facts say, and that an
    /// earlier event of the batch may have changed.
    fn later_keys(&self, book: &Rulebook, event: &Event) -> Vec<FactKey> {
        let rounds = 1..book.plan.fact_rounds();
        rounds.flat_map(|round| book.facts_needed(event, &self.facts, round)).collect()
    }

    /// The facts that an event is evaluated with, to be kept with it.
    pub(crate) fn facts_of(&self, book: &Rulebook, event: &Event) -> Option<String> {
        let mut keys = self.needed.get(&event.action_id)?.clone();
        keys.extend(self.later_keys(book, event));
        let mut facts = self.facts.only(&keys);
        facts.precedents = self.precedents_of(&event.action_id).to_vec();
        (!facts.is_empty()).then(|| facts.to_json())
    }

    /// The labels of the entities that the rules touched, as they are after `outcome`.
    pub(crate) fn labels_after(
        &self,
        outcome: &Outcome,
        at: Timestamp,
        now: Timestamp,
    ) -> Vec<(String, LabelState)> {
        let changes = labels::changes(&outcome.effects, at, now).into_iter();
        changes
            .map(|(entity, changes)| {
                let mut state = self.facts.labels.get(&entity).cloned().unwrap_or_default();
                labels::apply(&entity, &mut state, changes, now);
                (entity, state)
            })
            .collect()
    }

    /// What people settled about posts like an event's.
    pub(crate) fn precedents_of(&self, event: &ActionId) -> &[SettledLine] {
        self.precedents.get(event).map_or(&self.facts.precedents, Vec::as_slice)
    }

    /// The exemptions of an item, whether they run or not.
    pub(crate) fn exemptions_of(&self, item: &ItemId) -> &[Exemption] {
        self.exemptions.get(item).map_or(&[], Vec::as_slice)
    }

    /// The standing of an account.
    pub(crate) fn standing(&self, account: &AccountId) -> Standing {
        self.standings.get(account).cloned().unwrap_or_default()
    }

    /// The case in which the item of an event waits already.
    pub(crate) fn case_of(&self, judged: &Judged) -> Option<CaseId> {
        self.waiting.get(&judged.subject.as_ref()?.item.id).copied()
    }

    /// Takes in what one event changed, so that the next one sees it.
    pub(crate) fn take(&mut self, judged: &Judged) {
        crate::facts::take(&mut self.facts, &judged.outcome.changes, judged.at);
        for (entity, state) in &judged.labels {
            self.facts.labels.insert(entity.clone(), state.clone());
        }
        match &judged.ruling {
            Ruling::Decided(decided) => {
                if let Some(entry) = entry_of(decided.decision()) {
                    let account = decided.decision().account.clone();
                    self.standings.entry(account).or_default().entries.push(entry);
                }
            }
            Ruling::Referred(case) => {
                self.waiting.entry(case.item.clone()).or_insert(case.id);
            }
            Ruling::NoItem => {}
        }
    }
}

fn entity(key: &str) -> Option<Entity> {
    let (kind, id) = key.split_once('/')?;
    Some(Entity { kind: kind.into(), id: id.into() })
}

fn key(entity: &Entity) -> String {
    format!("{}/{}", entity.kind, entity.id)
}

/// The store keeps each label with its reasons as the rules wrote them.
fn state(labels: &[Label]) -> Result<LabelState, StoreError> {
    let read = |label: &Label| match serde_json::from_str(&label.reason) {
        Ok(state) => Ok((label.name.clone(), state)),
        Err(error) => Err(StoreError::Unreadable { what: "a label", why: error.to_string() }),
    };
    Ok(LabelState { labels: labels.iter().map(read).collect::<Result<_, _>>()? })
}

/// Rows for the labels of one entity that `after` holds otherwise than `before`.
pub(crate) fn changed_labels(
    entity: &str,
    before: Option<&LabelState>,
    after: &LabelState,
    at: Timestamp,
) -> Vec<Label> {
    let Some(entity) = self::entity(entity) else { return Vec::new() };
    let changed = after
        .labels
        .iter()
        .filter(|(name, label)| before.and_then(|before| before.labels.get(*name)) != Some(*label));
    changed
        .filter_map(|(name, label)| {
            // A reason without an end holds the label for ever.
            let ends: Option<Vec<_>> = label.reasons.values().map(|why| why.expires_at).collect();
            Some(Label {
                entity: entity.clone(),
                name: name.clone(),
                set: label.status.is_added(),
                at: label.since(at).unwrap_or(at),
                expires_at: ends.and_then(|ends| ends.into_iter().max()),
                reason: serde_json::to_string(label).ok()?,
            })
        })
        .collect()
}
