//! The arithmetic of a ladder: which step follows, given the standing. Must not see anything of
//! the author but the standing.

use crate::rulebook::{Ladder, Step};
use jiff::Timestamp;
use model::{LadderStep, Standing, StandingEntry};

/// Which step of a ladder follows, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<'l> {
    /// The ladder.
    pub ladder: &'l Ladder,
    /// The step.
    pub step: &'l Step,
    /// Its number, from 0.
    pub number: usize,
    /// How many warnings and strikes count: delivered before the conduct, not lapsed by then, and each
    /// for conduct after the notice of the one before. What was seen at once counts once.
    pub counting: usize,
    /// How many more would count, had they not been seen together with another.
    pub together: usize,
    /// How many on this ladder do not count, because their notice was not delivered in time.
    pub undelivered: usize,
    /// Whether the step is an earlier one than the count says, because the notice of the step
    /// before was not delivered.
    pub held_back: bool,
    /// One past the highest step whose notice was delivered: no further one can follow.
    pub(super) reached: usize,
}

/// The longest chain of entries in which each is for conduct after the delivered notice of the one
/// before: several breaches that were seen at once, before their author was told of any, count once.
fn told_one_by_one<'s>(entries: impl Iterator<Item = &'s StandingEntry>) -> usize {
    let mut told: Vec<(Timestamp, Timestamp)> = entries
        .filter_map(|one| Some((one.delivered_at?, one.conduct_at.unwrap_or(one.given_at))))
        .collect();
    told.sort_unstable();
    let (mut chain, mut last) = (0, None);
    for (delivered, conduct) in told {
        if last.is_none_or(|last| conduct > last) {
            chain += 1;
            last = Some(delivered);
        }
    }
    chain
}

/// The step that follows a breach by conduct at `conduct`. It is the number of entries that count;
/// but never further than one past the highest step whose notice was delivered, and never past the
/// last. `None` only for a ladder without steps, which no rulebook has.
pub fn count<'l>(
    ladder: &'l Ladder,
    standing: &Standing,
    conduct: Timestamp,
) -> Option<Counted<'l>> {
    let entries = || standing.counting(&ladder.id, conduct);
    let counting = told_one_by_one(entries());
    let together = entries().count() - counting;
    let told = entries().map(|entry| entry.step as usize).max();
    let reached = told.map_or(0, |step| step + 1);
    let last = ladder.steps.len().checked_sub(1)?;
    let number = counting.min(reached).min(last);
    let undelivered = standing.entries.iter().filter(|entry| {
        entry.ladder == ladder.id
            && entry.given_at < conduct
            && conduct < entry.expires_at
            && entry.delivered_at.is_none_or(|at| at >= conduct)
    });
    Some(Counted {
        ladder,
        step: ladder.steps.get(number)?,
        number,
        counting,
        together,
        undelivered: undelivered.count(),
        held_back: number < counting.min(last),
        reached,
    })
}

/// The step that is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'l> {
    pub(super) step: &'l Step,
    /// Its number, from 0.
    pub(super) number: usize,
}

impl Counted<'_> {
    /// The step that the ladder says.
    pub(super) const fn says(&self) -> Taken<'_> {
        Taken { step: self.step, number: self.number }
    }

    /// The step with its arithmetic, as the decision keeps it. An entry to the standing is given by
    /// every step that does something to the account.
    /// `chosen` is the step that is taken: this one, or a milder one.
    pub(super) fn kept(&self, chosen: Taken<'_>, gives_entry: bool, now: Timestamp) -> LadderStep {
        let expires_at = crate::rulebook::after(now, chosen.step.strike_expires);
        let mut arithmetic = self.in_words();
        if chosen.number != self.number {
            arithmetic.push_str(&format!("; people chose the milder step {}", chosen.number + 1));
        }
        LadderStep {
            ladder: self.ladder.id.clone(),
            step: u32::try_from(chosen.number).unwrap_or(u32::MAX),
            name: chosen.step.name.clone(),
            arithmetic,
            expires_at: gives_entry.then_some(expires_at),
        }
    }

    /// The step that a further breach would lead to, once the notice of `taken` is delivered.
    pub(super) fn next(&self, taken: Taken<'_>) -> Option<&Step> {
        let last = self.ladder.steps.len().checked_sub(1)?;
        let number = (self.counting + 1).min(self.reached.max(taken.number + 1)).min(last);
        self.ladder.steps.get(number)
    }

    /// How the step was found, in plain words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let counts = match self.counting {
            0 => "no warning or strike delivered before the post counts".to_owned(),
            1 => "1 warning or strike delivered before the post counts".to_owned(),
            many => format!("{many} warnings and strikes delivered before the post count"),
        };
        let held = if self.held_back {
            ", but the notice of the step before was not delivered by then"
        } else {
            ""
        };
        let together = match self.together {
            0 => String::new(),
            1 => ", 1 more was seen at the same time as another and counts with it".to_owned(),
            many => {
                format!(", {many} more were seen at the same time as others and count with them")
            }
        };
        let (number, of) = (self.number + 1, self.ladder.steps.len());
        format!("{counts}{together}{held}: step {number} of {of}")
    }
}
