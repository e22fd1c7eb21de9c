//! What is known from event to event when there is no store: labels, counters, kept values and
//! lists, in memory. For runs over files, worked cases and tests. Must not be kept.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::Event;

use crate::evaluate::{EventRef, Outcome};
use crate::facts::{FactKey, Facts};
use crate::labels::{self, LabelMutation, LabelState};
use crate::plan::Plan;
use crate::running::RunningList;
use crate::state::{Change, Counters, Kept};

/// What is known, in memory.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Labels by entity, named `Type/id`.
    pub labels: HashMap<String, LabelState>,
    /// Lists that people changed, by name; the others are as the rulebook has them.
    pub lists: HashMap<Arc<str>, Arc<RunningList>>,
    counters: Counters,
    kept: HashMap<String, Kept>,
}

impl World {
    /// The facts that the evaluation of an event needs. Nobody outside is asked: what a scorer
    /// would say is the answer that is declared for when it fails.
    #[must_use]
    pub fn facts(&self, plan: &Plan, event: &Event) -> Facts {
        let mut facts = Facts::default();
        self.facts_beside(plan, &EventRef::of(event), &mut facts);
        facts
    }

    /// The same beside the facts that are known already.
    pub(crate) fn facts_beside(&self, plan: &Plan, event: &EventRef<'_>, facts: &mut Facts) {
        for round in 0..plan.fact_rounds() {
            for key in plan.facts_needed_by(event, facts, round) {
                self.tell(key, event.timestamp, facts);
            }
        }
    }

    fn tell(&self, key: FactKey, now: Timestamp, facts: &mut Facts) {
        match key {
            FactKey::Labels(entity) => {
                let state = self.labels.get(&entity).cloned().unwrap_or_default();
                facts.labels.insert(entity, state);
            }
            FactKey::Count(counter, at) => {
                let count = self.counters.count(&counter, now);
                facts.counts.insert((counter, at), count);
            }
            FactKey::Kept(key) => {
                let kept = self.kept.get(&key).cloned().unwrap_or(Kept::NOTHING);
                facts.kept.insert(key, kept);
            }
            FactKey::List(name) => {
                facts.lists.extend(self.lists.get(&name).map(|list| (name, Arc::clone(list))));
            }
            FactKey::MailHosts(_) | FactKey::Answer(_) => {}
        }
    }

    /// Takes in what an event changed, so that the next one sees it; says what became of labels. `at` is the time
    /// of the event.
    pub fn take(&mut self, outcome: &Outcome, at: Timestamp, now: Timestamp) -> Vec<LabelMutation> {
        self.keep(&outcome.changes, at);
        let changes = labels::changes(&outcome.effects, at, now);
        changes
            .into_iter()
            .map(|(entity, changes)| {
                let state = self.labels.entry(entity.clone()).or_default();
                labels::apply(&entity, state, changes, now)
            })
            .collect()
    }

    /// Takes in counters and kept values alone.
    pub fn keep(&mut self, changes: &[Change], at: Timestamp) {
        for change in changes {
            match change {
                Change::Count(counter) => self.counters.add(counter, at),
                Change::Keep(key, kept) => {
                    self.kept.insert(key.clone(), kept.clone());
                }
            }
        }
    }
}
