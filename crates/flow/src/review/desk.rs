//! What people at one case know of each other and of themselves: who else looks at it, what each held before they
//! saw who posted, how long and at what they worked today. Must not compare people, and must not decide.

use super::{Held, Review, ReviewError, failed};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{CaseId, ClauseId, Subject};
use rules::rulebook::{Gravity, Rulebook};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::{FirstAnswer, StoredCase};

/// Whoever was not heard of for so long has left.
const GONE_AFTER: SignedDuration = SignedDuration::from_secs(75);

/// Who looks at which case. In memory: after a restart everybody is heard of again within a minute.
#[derive(Debug, Default)]
pub(crate) struct Presence(Mutex<HashMap<CaseId, Vec<Present>>>);

/// Somebody who looks at a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Pseudonym.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// When they were last heard of.
    pub seen: Timestamp,
}

impl Presence {
    /// Notes that `by` looks at the case, and says who else does.
    fn note(&self, case: CaseId, by: &str, now: Timestamp) -> Vec<Present> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, people| {
            people.retain(|one| now.duration_since(one.seen) < GONE_AFTER);
            !people.is_empty()
        });
        let people = all.entry(case).or_default();
        match people.iter_mut().find(|one| one.by == by) {
            Some(one) => one.seen = now,
            None => people.push(Present { by: by.to_owned(), since: now, seen: now }),
        }
        people.iter().filter(|one| one.by != by).cloned().collect()
    }

    fn leave(&self, case: CaseId, by: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(people) = all.get_mut(&case) {
            people.retain(|one| one.by != by);
        }
    }
}

/// How long and at what somebody worked today; for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Minutes with a case open.
    pub minutes: u64,
    /// Cases with something disturbing in them.
    pub items: u64,
    /// After so many minutes a break is suggested.
    pub most_minutes: u64,
    /// After so many disturbing items a break is suggested.
    pub most_items: u64,
}

impl Workload {
    /// Whether a break is due.
    #[must_use]
    pub const fn is_break_due(&self) -> bool {
        (self.most_minutes > 0 && self.minutes >= self.most_minutes)
            || (self.most_items > 0 && self.items >= self.most_items)
    }
}

/// Whether looking at a case weighs on people: a grave clause, or media that somebody called graphic.
#[must_use]
pub fn is_disturbing(book: &Rulebook, case: &StoredCase) -> bool {
    let clauses = case.case.findings.iter().map(|finding| &finding.clause);
    let reported = case.reports.iter().filter_map(|report| report.clause.as_ref());
    let grave = clauses.chain(reported).any(|clause| {
        book.ladder_of(clause).is_some_and(|ladder| ladder.severity >= Gravity::High)
    });
    let subject = Subject::of(&case.event.event).ok().flatten();
    let graphic = |subject: &Subject| {
        subject.item.media.iter().any(|one| one.label.as_deref() == Some("graphic"))
    };
    grave || subject.as_ref().is_some_and(graphic)
}

impl Review {
    /// Notes that somebody has a case open, for a minute, and says who else has.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when that cannot be kept.
    pub async fn look(&self, case: &StoredCase, by: &str) -> Result<Vec<Present>, ReviewError> {
        let engine = &self.engine;
        let now = engine.clock.now();
        let others = engine.presence.note(case.case.id, by, now);
        let disturbing = is_disturbing(&engine.rulebook.load(), case);
        let noted = engine.store.note_exposure(by, case.case.id, disturbing, now).await;
        noted.map_err(failed)?;
        Ok(others)
    }

    /// Notes that somebody left a case.
    pub fn leave(&self, case: CaseId, by: &str) {
        self.engine.presence.leave(case, by);
    }

    /// How long and at what somebody worked today (UTC). Only for themselves.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn workload(&self, by: &str) -> Result<Workload, ReviewError> {
        let engine = &self.engine;
        let now = engine.clock.now().to_zoned_datetime(TimeZone::UTC);
        let midnight = now.start_of_day().map_or(Timestamp::MIN, |day| day.timestamp());
        let done = engine.store.exposure(by, midnight).await.map_err(failed)?;
        let terms = &engine.rulebook.load().settings.people;
        Ok(Workload {
            minutes: done.minutes,
            items: done.items,
            most_minutes: terms.break_after_minutes.into(),
            most_items: terms.break_after_items.into(),
        })
    }

    /// Whether who posted is still hidden from somebody: the queue is blind, and they gave no answer yet.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn is_blind(&self, case: &StoredCase, by: &str) -> Result<bool, ReviewError> {
        let terms = &self.engine.rulebook.load().settings.people;
        if case.decision.is_some() || !terms.is_blind(&case.case.queue) {
            return Ok(false);
        }
        let answers = self.engine.store.first_answers(case.case.id).await.map_err(failed)?;
        Ok(!answers.iter().any(|one| one.by == by))
    }

    /// Keeps what somebody holds before they see who posted. The first answer stays the first.
    ///
    /// # Errors
    /// [`ReviewError`] when there is no such case, or a breach has no clause of the rulebook.
    pub async fn first_answer(
        &self,
        case: CaseId,
        by: &str,
        held: Held,
        clause: Option<ClauseId>,
    ) -> Result<(), ReviewError> {
        self.undecided(case).await?;
        let clause = clause.filter(|_| held == Held::Breach);
        let known =
            clause.as_ref().is_some_and(|id| self.engine.rulebook.load().policy_of(id).is_some());
        if held == Held::Breach && !known {
            return Err(ReviewError::NotAllowed("a breach needs a clause of the rulebook".into()));
        }
        let at = self.engine.clock.now();
        let answer = FirstAnswer { by: by.to_owned(), breach: held == Held::Breach, clause, at };
        self.engine.store.keep_first_answer(case, &answer).await.map_err(failed)
    }

    /// What each held before they saw who posted.
    ///
    /// # Errors
    /// [`ReviewError::Storage`] when the store cannot be read.
    pub async fn first_answers(&self, case: CaseId) -> Result<Vec<FirstAnswer>, ReviewError> {
        self.engine.store.first_answers(case).await.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_each_other_until_they_leave() {
        let (presence, case) = (Presence::default(), CaseId::new(uuid::Uuid::nil()));
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        assert!(presence.note(case, "reviewer 1", at(0)).is_empty());
        let others = presence.note(case, "reviewer 2", at(30));
        assert_eq!((others.len(), others[0].by.as_str()), (1, "reviewer 1"));
        assert_eq!(presence.note(case, "reviewer 1", at(60))[0].since, at(30));
        assert!(presence.note(case, "reviewer 2", at(200)).is_empty(), "the first has left");
        presence.leave(case, "reviewer 2");
        assert!(presence.note(case, "reviewer 3", at(201)).is_empty());
    }
}
