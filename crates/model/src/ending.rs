//! The end of a measure that ends by itself. It is made from the decision that set the end, and only
//! once that has passed; it leaves for the platform as [`LoggedEnding`]. Must not end anything early:
//! that takes a decision.

use crate::{Decision, DecisionId, EndingId, InLog, Measure};
use jiff::Timestamp;
use serde::Serialize;

/// A measure whose time is over: the platform must take it back. Idempotent by `ending`. Holds no
/// personal data: the platform knows whom the decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    ending: EndingId,
    decision: DecisionId,
    measure: Measure,
    #[serde(skip)]
    position: usize,
    ended_at: Timestamp,
}

impl Ending {
    /// The end of the measure at `position` of a decision; `None` when it has no end, or the end has
    /// not come by `now`.
    pub fn of(id: EndingId, decision: &Decision, position: usize, now: Timestamp) -> Option<Self> {
        let measure = decision.measures.get(position)?;
        let ended_at = measure.until().filter(|until| *until <= now)?;
        let (decision, measure) = (decision.id, measure.clone());
        Some(Self { ending: id, decision, measure, position, ended_at })
    }

    /// Our id; key of idempotency.
    pub const fn id(&self) -> EndingId {
        self.ending
    }

    /// The decision whose measure it is.
    pub const fn decision(&self) -> DecisionId {
        self.decision
    }

    /// The measure.
    pub const fn measure(&self) -> &Measure {
        &self.measure
    }

    /// Its place among the measures of the decision, from 0.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// When its time was over.
    pub const fn ended_at(&self) -> Timestamp {
        self.ended_at
    }

    /// With the proof that it is in the public log.
    pub fn logged(self, log: InLog) -> LoggedEnding {
        LoggedEnding { ending: self, log }
    }
}

/// An ending that is in the public log: the only form in which it leaves for the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedEnding {
    #[serde(flatten)]
    ending: Ending,
    log: InLog,
}

impl LoggedEnding {
    /// Key of idempotency.
    pub const fn id(&self) -> EndingId {
        self.ending.ending
    }
}
