//! Standings as the draft would have made them: what was recorded, without what the draft decides otherwise and with
//! what it decides instead. Only differences are held in memory. Must not decide.

use jiff::{SignedDuration, Timestamp};
use model::{AccountId, DecidedBy, Decision, Ruling, Standing, StandingEntry};
use rules::decide::entry_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Became, Recorded, RecordedEntry};

/// What the draft decided otherwise so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// Events of which recorded entries do not count.
    without: BTreeMap<i64, Without>,
    /// Entries that the draft gave instead.
    instead: BTreeMap<AccountId, Vec<Instead>>,
    /// The last decision that was made on arrival, by its place: all before it were made before.
    reached: i64,
    /// Notices of entries that were taken over from the record.
    pub(super) notices_recorded: u64,
    /// Notices that were taken as delivered after the usual time.
    pub(super) notices_assumed: u64,
}

/// Which recorded entries of an event do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Without {
    /// The one given on arrival.
    Arrival,
    /// All of them: people would not have been asked, or would not have been asked about this.
    All,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Instead {
    entry: StandingEntry,
    /// When people undid the decision that was made then.
    ends: Option<Timestamp>,
}

impl Ledger {
    /// The standing of an account at an event, out of all its recorded entries.
    pub(super) fn standing(
        &self,
        account: &AccountId,
        recorded: &[RecordedEntry],
        event: &Recorded,
    ) -> Standing {
        let now = event.stored.received_at;
        let own = arrival(event).map(|(place, _)| place);
        let came_before = |place: i64, at: Timestamp, of: Option<i64>| match own {
            Some(own) => place < own,
            // Waiting events have no place of their own in the log.
            None => {
                place <= self.reached || (at <= now && of.is_none_or(|other| other < event.seq))
            }
        };
        let counts = |one: &&RecordedEntry| {
            let given = one.entry.given_at;
            let by_arrival = arrived(one).then_some(one.event);
            came_before(one.place, given, by_arrival)
                && !one.ended.is_some_and(|(place, at)| came_before(place, at, None))
                && match self.without.get(&one.event) {
                    None => true,
                    Some(Without::Arrival) => !arrived(one),
                    Some(Without::All) => false,
                }
        };
        let mut entries: Vec<StandingEntry> = recorded
            .iter()
            .filter(counts)
            .map(|one| {
                let heard = one.heard_at.is_some_and(|at| at <= now);
                let delivered_at = one.entry.delivered_at.filter(|_| heard);
                StandingEntry { delivered_at, ..one.entry.clone() }
            })
            .collect();
        let instead = self.instead.get(account).into_iter().flatten();
        let lasting = instead.filter(|one| one.ends.is_none_or(|end| end > now));
        let before = entries.len();
        entries.extend(lasting.map(|one| one.entry.clone()));
        if entries.len() > before {
            entries.sort_by_key(|entry| entry.given_at);
        }
        Standing { entries }
    }

    /// Takes in what the draft says of an event.
    pub(super) fn take(
        &mut self,
        ruling: &Ruling,
        event: &Recorded,
        recorded: &[RecordedEntry],
        usual_delay: Option<SignedDuration>,
    ) {
        let was = arrival(event);
        self.reached = was.map_or(self.reached, |(place, _)| place.max(self.reached));
        let old = was.and_then(|(_, decision)| entry_of(decision));
        let new = match ruling {
            Ruling::Decided(decided) => entry_of(decided.decision()),
            Ruling::Referred(_) | Ruling::NoItem => None,
        };
        let referred = matches!(ruling, Ruling::Referred(_));
        let waited = matches!(event.stored.became, Became::Referred(_));
        if waited == referred && same(old.as_ref(), new.as_ref()) {
            return;
        }
        let without = if waited || referred { Without::All } else { Without::Arrival };
        self.without.insert(event.seq, without);
        let (Some(mut entry), Ruling::Decided(decided)) = (new, ruling) else { return };
        let then = recorded.iter().find(|one| one.event == event.seq && arrived(one));
        match then.and_then(|one| one.entry.delivered_at) {
            Some(at) => {
                self.notices_recorded += 1;
                entry.delivered_at = Some(at);
            }
            None => {
                let at = usual_delay.and_then(|delay| entry.given_at.checked_add(delay).ok());
                self.notices_assumed += u64::from(at.is_some());
                entry.delivered_at = at;
            }
        }
        let undone = was.and_then(|(_, first)| {
            let later = event.decisions.iter().map(|one| &one.decision);
            later.filter(|one| one.replaces == Some(first.id)).map(|one| one.decided_at).next()
        });
        let account = decided.decision().account.clone();
        self.instead.entry(account).or_default().push(Instead { entry, ends: undone });
    }
}

/// The decision that was made on arrival, with its place in the log.
pub(super) fn arrival(event: &Recorded) -> Option<(i64, &Decision)> {
    let Became::Decided(id) = &event.stored.became else { return None };
    let found = event.decisions.iter().find(|one| one.decision.id == *id);
    found.map(|one| (one.place, &one.decision))
}

/// What people held of an event last.
pub(super) fn people(event: &Recorded) -> Option<&Decision> {
    let decisions = event.decisions.iter().rev().map(|one| &one.decision);
    decisions.into_iter().find(|one| matches!(one.by, DecidedBy::People(_)))
}

const fn arrived(entry: &RecordedEntry) -> bool {
    entry.case.is_none() && !entry.replaced_another
}

fn same(old: Option<&StandingEntry>, new: Option<&StandingEntry>) -> bool {
    let of = |entry: &StandingEntry| {
        // Kept to the microsecond: a lapse is compared by the second.
        let lapses = entry.expires_at.as_second();
        (entry.ladder.clone(), entry.clause.clone(), entry.kind, entry.step, lapses)
    };
    match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => of(old) == of(new),
        _ => false,
    }
}
