//! Sign-ins that went out to the provider and have not come back yet, each tied to the browser that began it. Must not
//! outlive ten minutes, nor be used twice.

use jiff::{SignedDuration, Timestamp};
use model::PersonId;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// Sign-ins that are open at once.
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

/// Sign-ins by the digest of their state, each with the digest of its browser's cookie.
#[derive(Default)]
pub(super) struct Open(Mutex<HashMap<Digested, (Digested, Flow)>>);

type Digested = [u8; 32];

fn digest(text: &str) -> Digested {
    Sha256::digest(text.as_bytes()).into()
}

impl Open {
    /// Keeps one. `false`: too many are open.
    pub(super) fn put(&self, state: &str, browser: &str, flow: Flow, now: Timestamp) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST_OPEN {
            open.retain(|_, (_, flow)| now.duration_since(flow.since) <= PATIENCE);
        }
        if open.len() >= MOST_OPEN {
            return false;
        }
        open.insert(digest(state), (digest(browser), flow));
        true
    }

    /// The one of this state, if this browser began it lately. Whoever has the state alone does not end it either.
    pub(super) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Flow> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, _) = open.get(&digest(state))?;
        if !bool::from(of.ct_eq(&digest(browser))) {
            return None;
        }
        let (_, flow) = open.remove(&digest(state))?;
        (now.duration_since(flow.since) <= PATIENCE).then_some(flow)
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
        assert!(open.put("state", "browser", flow(now), now));
        assert!(open.take("state", "another", now).is_none());
        assert!(open.take("other", "browser", now).is_none());
        assert!(open.take("state", "browser", now).is_some());
        assert!(open.take("state", "browser", now).is_none());
        assert!(open.put("late", "browser", flow(now), now));
        let late = now + PATIENCE + SignedDuration::from_secs(1);
        assert!(open.take("late", "browser", late).is_none());
    }

    #[test]
    fn old_ones_make_room_and_young_ones_do_not() {
        let open = Open::default();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for n in 0..MOST_OPEN {
            assert!(open.put(&n.to_string(), "b", flow(now), now));
        }
        assert!(!open.put("one more", "b", flow(now), now));
        let later = now + PATIENCE + SignedDuration::from_secs(1);
        assert!(open.put("one more", "b", flow(later), later));
    }
}
