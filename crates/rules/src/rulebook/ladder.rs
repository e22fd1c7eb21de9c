//! Ladders: which measure follows which breach, step by step. The only place that turns a breach
//! into a measure. Must not know who the author is.

use jiff::{SignedDuration, Timestamp};
pub use model::Gravity;
use model::{ClauseId, Measure};
use serde::Serialize;

/// What automation may do without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// Nothing: a person always decides.
    None,
    /// Act on the item, and warn.
    Item,
    /// Also lock and suspend.
    All,
}

/// What is done to the item, mildest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStep {
    /// Nothing.
    None,
    /// A label of this name is shown with it.
    Label(String),
    /// It is recommended less.
    Demote,
    /// Only adults see it.
    AgeGate,
    /// It stands behind a notice.
    Notice,
    /// It is taken down.
    Remove,
}

impl ItemStep {
    /// How far it goes; labels are all alike.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Label(_) => 1,
            Self::Demote => 2,
            Self::AgeGate => 3,
            Self::Notice => 4,
            Self::Remove => 5,
        }
    }

    pub(crate) fn measure(&self) -> Option<Measure> {
        match self {
            Self::None => None,
            Self::Label(name) => Some(Measure::Label { name: name.clone() }),
            Self::Demote => Some(Measure::Demote),
            Self::AgeGate => Some(Measure::AgeGate),
            Self::Notice => Some(Measure::Notice),
            Self::Remove => Some(Measure::Remove),
        }
    }
}

/// What is done to the account, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStep {
    /// Nothing.
    None,
    /// Its owner is warned.
    Warn,
    /// It can read, not post, for this long.
    Lock(SignedDuration),
    /// It is suspended for this long.
    Suspend(SignedDuration),
    /// It is closed for good.
    Ban,
}

impl AccountStep {
    /// Whether it takes something from the person.
    pub const fn punishes(&self) -> bool {
        matches!(self, Self::Lock(_) | Self::Suspend(_) | Self::Ban)
    }

    /// The measure, begun at `now`. A span that no calendar holds ends at the last instant.
    pub(crate) fn measure(&self, now: Timestamp) -> Option<Measure> {
        let until = |span: SignedDuration| after(now, span);
        match self {
            Self::None => None,
            Self::Warn => Some(Measure::Warn),
            Self::Lock(span) => Some(Measure::Lock { until: until(*span) }),
            Self::Suspend(span) => Some(Measure::Suspend { until: until(*span) }),
            Self::Ban => Some(Measure::Ban),
        }
    }
}

/// The instant `span` after `now`.
pub(crate) fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// One step of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name: "first breach".
    pub name: String,
    /// What is done to the item.
    pub item: ItemStep,
    /// What is done to the account.
    pub account: AccountStep,
    /// After how long the warning or strike that it gives lapses.
    pub strike_expires: SignedDuration,
    /// How many people at least must decide it; 0 = automation may.
    pub people: u8,
}

impl Step {
    /// What the step does at `now`.
    pub fn measures(&self, now: Timestamp) -> Vec<Measure> {
        self.item.measure().into_iter().chain(self.account.measure(now)).collect()
    }

    /// Whether the step only tells readers something: a label, and nothing for the account.
    pub fn informs(&self) -> bool {
        matches!(self.item, ItemStep::Label(_)) && self.account == AccountStep::None
    }
}

/// What may be done when harm cannot wait for a warning. Ends by itself, needs two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmergencyStep {
    /// What is done to the item.
    pub item: ItemStep,
    /// What is done to the account; a lock or a suspension.
    pub account: AccountStep,
    /// How many people at least must decide it: two or more.
    pub people: u8,
}

/// Which measure follows which breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ladder {
    /// Its name.
    pub id: String,
    /// The clauses on it, in the order of the policies.
    pub clauses: Vec<ClauseId>,
    /// How grave their breach is.
    pub severity: Gravity,
    /// What automation may do.
    pub automatic: Automatic,
    /// Why it is so, in plain words.
    pub why: String,
    /// Its steps; never empty, never milder.
    pub steps: Vec<Step>,
    /// What may be done when harm cannot wait.
    pub emergency: Option<EmergencyStep>,
}

impl Ladder {
    /// Whether automation may decide this step.
    pub fn automates(&self, step: &Step) -> bool {
        step.people == 0
            && match self.automatic {
                Automatic::None => false,
                Automatic::Item => !step.account.punishes(),
                Automatic::All => true,
            }
    }
}
