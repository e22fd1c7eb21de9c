//! Sign-ins that went out to the provider and have not come back yet, each tied to the browser that began it. Must not
//! outlive ten minutes, nor be used twice. Anybody may begin to come in, as often as they like: where there is no place left the
//! oldest gives way, and whoever has a session or a link has places of their own.

use jiff::{SignedDuration, Timestamp};
use model::PersonId;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// Sign-ins that are open at once, of strangers and of those who are known.
const MOST_OPEN: usize = 16_384;
/// So long one may take at the provider.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What a sign-in is for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Somebody comes in.
    Enter,
    /// Somebody comes in for the first time, by this link.
    Join(String),
    /// The person of this session shows once more who they are.
    Again {
        /// The session.
        session: String,
        /// Whose it is.
        person: PersonId,
    },
    /// The person of this session will come in by the provider, too.
    Link {
        /// The session.
        session: String,
        /// Whose it is.
        person: PersonId,
    },
}

/// A sign-in that went out.
pub(crate) struct Flow {
    /// What it is for.
    pub purpose: Purpose,
    /// Where the person wants to go.
    pub to: String,
    /// What the ID token must repeat.
    pub nonce: String,
    /// The secret behind the PKCE challenge.
    pub verifier: String,
    /// When it went out.
    pub since: Timestamp,
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flow")
    }
}

/// A sign-in as the browser is sent on.
pub(crate) struct Began {
    /// The provider's page.
    pub address: String,
    /// What the browser keeps in a cookie, to show that it is the same.
    pub browser: String,
}

impl fmt::Debug for Began {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Began")
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Open(Mutex<Both>);

#[derive(Default)]
struct Both {
    /// Of whoever wants to come in: anybody.
    strangers: Places,
    /// Of those who have a session or a link.
    known: Places,
}

/// Sign-ins by the digest of their state, and in the order in which they began.
#[derive(Default)]
struct Places {
    of: HashMap<Digested, Kept>,
    order: BTreeMap<u64, Digested>,
    next: u64,
}

struct Kept {
    number: u64,
    /// The digest of its browser's cookie.
    browser: Digested,
    flow: Flow,
}

type Digested = [u8; 32];

fn digest(text: &str) -> Digested {
    Sha256::digest(text.as_bytes()).into()
}

impl Places {
    fn put(&mut self, state: Digested, browser: Digested, flow: Flow, now: Timestamp) {
        while let Some((_, oldest)) = self.order.first_key_value() {
            let late = self.of.get(oldest).is_none_or(|kept| !kept.flow.holds(now));
            if !late && self.of.len() < MOST_OPEN {
                break;
            }
            if let Some((_, oldest)) = self.order.pop_first() {
                self.of.remove(&oldest);
            }
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.order.insert(number, state);
        self.of.insert(state, Kept { number, browser, flow });
    }

    fn take(&mut self, state: &Digested, browser: &Digested) -> Option<Flow> {
        let kept = self.of.get(state)?;
        if !bool::from(kept.browser.ct_eq(browser)) {
            return None;
        }
        let kept = self.of.remove(state)?;
        self.order.remove(&kept.number);
        Some(kept.flow)
    }
}

impl Flow {
    fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) <= PATIENCE
    }
}

impl Open {
    /// Keeps one; where there is no place left the oldest of its sort gives way.
    pub(super) fn put(&self, state: &str, browser: &str, flow: Flow, now: Timestamp) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places =
            if flow.purpose == Purpose::Enter { &mut open.strangers } else { &mut open.known };
        places.put(digest(state), digest(browser), flow, now);
    }

    /// The one of this state, if this browser began it lately. Whoever has the state alone does not end it either.
    pub(super) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Flow> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, browser) = (digest(state), digest(browser));
        let known = open.known.take(&state, &browser);
        let flow = known.or_else(|| open.strangers.take(&state, &browser))?;
        flow.holds(now).then_some(flow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(since: Timestamp) -> Flow {
        let text = String::new;
        Flow { purpose: Purpose::Enter, to: text(), nonce: text(), verifier: text(), since }
    }

    #[test]
    fn a_sign_in_belongs_to_one_browser_once_and_not_for_long() {
        let open = Open::default();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        open.put("state", "browser", flow(now), now);
        assert!(open.take("state", "another", now).is_none());
        assert!(open.take("other", "browser", now).is_none());
        assert!(open.take("state", "browser", now).is_some());
        assert!(open.take("state", "browser", now).is_none());
        open.put("late", "browser", flow(now), now);
        let late = now + PATIENCE + SignedDuration::from_secs(1);
        assert!(open.take("late", "browser", late).is_none());
    }

    #[test]
    fn however_many_strangers_begin_others_sign_in() {
        let open = Open::default();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let link = Purpose::Join("token".into());
        open.put("linked", "b", Flow { purpose: link, ..flow(now) }, now);
        for n in 0..=MOST_OPEN {
            open.put(&n.to_string(), "b", flow(now), now);
        }
        // The oldest gave way to one more; nobody was refused.
        assert!(open.take("0", "b", now).is_none());
        assert!(open.take("1", "b", now).is_some());
        assert!(open.take(&MOST_OPEN.to_string(), "b", now).is_some());
        assert!(open.take("linked", "b", now).is_some());
    }

    #[test]
    fn what_is_too_old_or_came_back_keeps_no_place() {
        let open = Open::default();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for n in 0..9 {
            open.put(&n.to_string(), "b", flow(now), now);
        }
        assert!(open.take("4", "b", now).is_some());
        let later = now + PATIENCE + SignedDuration::from_secs(1);
        open.put("one more", "b", flow(later), later);
        let both = open.0.lock().unwrap();
        assert_eq!((both.strangers.of.len(), both.strangers.order.len()), (1, 1));
    }
}
