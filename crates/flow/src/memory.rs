//! Decides without a store: what is known is held in memory and starts empty, ids follow from the
//! rulebook and the event, and the time is the event's own. Two runs over the same input come to
//! the same bytes.

use crate::decide::{Circumstances, Judged, Undecided, contained, decide_one};
use crate::evaluate::Known;
use model::{ActionId, Event, SeededIds};
use rules::World;
use rules::rulebook::Rulebook;
use std::collections::HashMap;
use std::sync::Arc;
use store::ContentHash;

/// A run that keeps nothing.
#[derive(Debug)]
pub struct Memory {
    rulebook: Arc<Rulebook>,
    public_url: String,
    known: Known,
    world: World,
    seen: HashMap<ActionId, ContentHash>,
}

/// What became of an event in a run.
#[derive(Debug)]
pub enum Decision {
    /// It was judged.
    Judged(Box<Judged>),
    /// It came before.
    Duplicate,
}

impl Memory {
    /// A run that starts with nothing known.
    pub fn new(rulebook: Arc<Rulebook>, public_url: &str) -> Self {
        Self {
            rulebook,
            public_url: public_url.to_owned(),
            known: Known::default(),
            world: World::default(),
            seen: HashMap::new(),
        }
    }

    /// Decides one event; those after it see what it changed.
    ///
    /// # Errors
    /// [`Undecided`] when the event's id was used by another one before, when its item cannot be
    /// read, or through a fault of ours. The next event can be decided all the same.
    pub fn decide(&mut self, event: &Event) -> Result<Decision, Undecided> {
        let content = ContentHash::of(event);
        match self.seen.get(&event.action_id) {
            Some(earlier) if *earlier == content => return Ok(Decision::Duplicate),
            Some(_) => return Err(Undecided::Conflict(event.action_id.clone())),
            None => {}
        }
        let ids = SeededIds::new(&format!("{}/{}", self.rulebook.version(), event.action_id));
        let circumstances =
            Circumstances { now: event.timestamp, ids: &ids, public_url: &self.public_url };
        let labels = std::mem::take(&mut self.known.facts.labels);
        self.known.facts = self.world.facts(&self.rulebook.plan, event);
        self.known.facts.labels.extend(labels);
        let judged = contained(|| decide_one(&self.rulebook, event, &self.known, circumstances))?;
        self.seen.insert(event.action_id.clone(), content);
        self.known.take(&judged);
        self.world.keep(&judged.outcome.changes, event.timestamp);
        self.world.labels.extend(judged.labels.iter().cloned());
        Ok(Decision::Judged(Box::new(judged)))
    }
}
