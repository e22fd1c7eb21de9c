//! Events as lines in, results as lines out: what a rule directory says of a stream of events. Keeps
//! the labels that rules put on, from event to event. Must not read files or a clock.
//!
//! ```
//! use rules::stream::{Settings, Stream};
//! use rules::{Environment, Plan, Sources, check};
//!
//! let main = "Text: str = JsonData(path='$.text')
//! Long = Rule(when_all=[StringLength(s=Text) > 3], description='more than three letters')
//! WhenRules(rules_any=[Long], then=[DeclareVerdict(verdict='look')])
//! ";
//! let sources = Sources::from_map([("main.sml".into(), main.into())].into());
//! let plan = Plan::build(check(&sources, &Environment::default()).program.expect("no problems"));
//! let mut stream = Stream::new(plan.into(), Settings::default());
//!
//! let mut out = String::new();
//! let event = r#"{"action_id": 1, "action_name": "post", "timestamp": "2026-03-01T12:00:00Z",
//!     "data": {"text": "hello"}}"#;
//! stream.event(&event.into(), &mut out)?;
//! assert!(out.contains(r#""verdicts":["look"]"#));
//! # Ok::<(), String>(())
//! ```

mod envelope;
mod result;
mod time;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::evaluate::{Explanation, Outcome, evaluate_plainly, evaluate_read};
use crate::facts::Facts;
use crate::jsonpath::Drawn;
use crate::labels::{LabelMutation, LabelState};
use crate::plan::Plan;
use crate::rulebook::Rulebook;
use crate::sources::Sources;
use crate::value::json::NonFinite;
use crate::world::World;
use envelope::{Envelope, opened};

/// So many events of a block are read, then evaluated, then written: each step finds its own code at hand.
const BATCH: usize = 32;

/// The labels of all entities, by `Type/id`.
pub type Labels = BTreeMap<String, LabelState>;

/// What the clock shows while an event that does not say so itself is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Now {
    /// The event's own time, so that two runs give the same results.
    #[default]
    Event,
    /// This moment. Events without a time of their own happened then, too.
    At(Timestamp),
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Every feature.
    #[default]
    Full,
    /// Without the features that are null or false.
    Matched,
    /// The features alone, as Osprey's worker sends them on.
    OspreyFeatures,
    /// What Osprey's worker stores of an event.
    OspreyStored,
}

/// How a stream is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The clock.
    pub now: Now,
    /// The form of the results.
    pub output: Output,
    /// What becomes of numbers that JSON lacks.
    pub non_finite: NonFinite,
    /// Whether each error is told with its message.
    pub messages: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { now: Now::Event, output: Output::Full, non_finite: NonFinite::Null, messages: false }
    }
}

/// What came of a block of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The results, a line each.
    pub out: String,
    /// The lines that are no events, by number, and why.
    pub refused: Vec<(u64, String)>,
}

/// A stream of events under one plan.
#[derive(Debug)]
pub struct Stream {
    plan: Arc<Plan>,
    settings: Settings,
    world: World,
    /// Of the event at hand, or the last.
    facts: Facts,
    /// Room for the data of events, from blocks that are done.
    rooms: Vec<Drawn>,
    /// Room for what comes of them.
    came: Vec<(Outcome, Vec<LabelMutation>)>,
}

impl Stream {
    /// A stream that knows of no labels.
    #[must_use]
    pub fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        Self {
            plan,
            settings,
            world: World::default(),
            facts: Facts::default(),
            rooms: Vec::new(),
            came: Vec::new(),
        }
    }

    /// The same, with labels that were put on before.
    #[must_use]
    pub fn with_labels(mut self, labels: Labels) -> Self {
        self.world.labels = labels.into_iter().collect();
        self
    }

    /// The labels as the events so far left them.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let all = self.world.labels.iter().filter(|(_, state)| !state.labels.is_empty());
        all.map(|(entity, state)| (entity.clone(), state.clone())).collect()
    }

    /// Sets the clock for the events to come.
    pub fn set_now(&mut self, now: Now) {
        self.settings.now = now;
    }

    /// Evaluates every line of a block; its first line has this number. Empty lines are passed over,
    /// lines that are no events are told, and the rest goes on.
    #[must_use]
    pub fn block(&mut self, bytes: &[u8], first_line: u64) -> Done {
        let mut done = Done { out: String::with_capacity(bytes.len() * 2), refused: Vec::new() };
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.broken_block(bytes, first_line, &mut done);
            return done;
        };
        let text = Arc::from(text);
        let mut batch = Vec::with_capacity(BATCH);
        for (place, number) in lines(bytes).zip(first_line..) {
            match self.read(&text, place) {
                Ok(envelope) => batch.push(envelope),
                Err(_) if is_empty(bytes, place) => {}
                Err(why) => {
                    self.batch(&mut batch, &mut done.out);
                    if let Err(why) = self.opened(&text, place, why, &mut done.out) {
                        done.refused.push((number, why));
                    }
                }
            }
            if batch.len() == BATCH {
                self.batch(&mut batch, &mut done.out);
            }
        }
        self.batch(&mut batch, &mut done.out);
        done
    }

    /// Evaluates events that were read, one after the other, then writes the results.
    fn batch(&mut self, batch: &mut Vec<Envelope<'_>>, out: &mut String) {
        let mut came = std::mem::take(&mut self.came);
        came.extend(batch.iter().map(|envelope| self.evaluate(envelope)));
        for (envelope, (outcome, mutations)) in batch.iter().zip(&came) {
            self.write(outcome, envelope, mutations, out);
        }
        came.clear();
        self.came = came;
        self.rooms.extend(batch.drain(..).map(|envelope| envelope.data.emptied()));
    }

    fn read<'l>(
        &mut self,
        text: &'l Arc<str>,
        place: (usize, usize),
    ) -> Result<Envelope<'l>, String> {
        let room = self.rooms.pop().unwrap_or_default();
        Envelope::read(text, place, self.settings.now, &self.plan.wanted, room)
    }

    /// A block in which not everything is UTF-8.
    fn broken_block(&mut self, bytes: &[u8], first_line: u64, done: &mut Done) {
        for (place, number) in lines(bytes).zip(first_line..) {
            if is_empty(bytes, place) {
                continue;
            }
            let line = bytes.get(place.0..place.1).unwrap_or_default();
            let read = match std::str::from_utf8(line) {
                Ok(text) => self.event(&Arc::from(text), &mut done.out),
                Err(error) => Err(format!("not UTF-8 at byte {}", error.valid_up_to())),
            };
            if let Err(why) = read {
                done.refused.push((number, why));
            }
        }
    }

    /// Evaluates the event that a line holds and writes its result, with a line end, to `out`.
    ///
    /// # Errors
    /// What is wrong with the line and what to write instead; `out` is as it was then.
    pub fn event(&mut self, line: &Arc<str>, out: &mut String) -> Result<(), String> {
        let place = (0, line.len());
        match self.read(line, place) {
            Ok(envelope) => {
                let (outcome, mutations) = self.evaluate(&envelope);
                self.write(&outcome, &envelope, &mutations, out);
                Ok(())
            }
            Err(why) => self.opened(line, place, why, out),
        }
    }

    /// Says of the event that a line holds why each rule held or did not; `sources` are the rule files,
    /// `clock` is any clock that only goes forward. Of a rulebook, what its register says about the author is
    /// seen too. Leaves no trace in the stream.
    ///
    /// # Errors
    /// What is wrong with the line and what to write instead.
    pub fn explain(
        &mut self,
        line: &Arc<str>,
        sources: &Sources,
        book: Option<&Rulebook>,
        clock: &mut dyn FnMut() -> Duration,
    ) -> Result<Explanation, String> {
        let place = (0, line.len());
        let envelope = match self.read(line, place) {
            Ok(envelope) => envelope,
            Err(why) => match opened(line, place, &self.plan.wanted) {
                Some(line) => return self.explain(&line, sources, book, clock),
                None => return Err(why),
            },
        };
        let mut facts = Facts { offset: envelope.offset, ..Facts::default() };
        self.world.facts_beside(&self.plan, &envelope.event, &mut facts);
        let event = envelope.event.owned().map_err(|error| error.to_string())?;
        let event = match book {
            Some(book) => book.informed(&event),
            None => Cow::Borrowed(&event),
        };
        // What is made at its first use (tables, automata) is no cost of a rule.
        let _ = evaluate_plainly(&self.plan, &event, &facts, envelope.now);
        Ok(self.plan.explain(&event, &facts, envelope.now, sources, clock))
    }

    /// Evaluates the event that is inside a message; `why` says that the message itself is none.
    fn opened(
        &mut self,
        text: &Arc<str>,
        place: (usize, usize),
        why: String,
        out: &mut String,
    ) -> Result<(), String> {
        match opened(text, place, &self.plan.wanted) {
            Some(inside) => self.event(&inside, out),
            None => Err(why),
        }
    }

    fn evaluate(&mut self, envelope: &Envelope<'_>) -> (Outcome, Vec<LabelMutation>) {
        if self.plan.fact_rounds() > 0 {
            self.facts = Facts::default();
        }
        self.facts.offset = envelope.offset;
        self.world.facts_beside(&self.plan, &envelope.event, &mut self.facts);
        let (event, data) = (&envelope.event, &envelope.data);
        let outcome = evaluate_read(&self.plan, event, data, &self.facts, envelope.now);
        let mutations = self.world.take(&outcome, envelope.event.timestamp, envelope.now);
        (outcome, mutations)
    }
}

/// Where each line begins and ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    ends.scan(0, |start, end| Some((std::mem::replace(start, end + 1), end)))
}

fn is_empty(bytes: &[u8], (start, end): (usize, usize)) -> bool {
    bytes.get(start..end).is_none_or(|line| line.iter().all(u8::is_ascii_whitespace))
}
