//! Who asks, and whether they may: a key for programs, a session for people. Every handler that is
//! not public begins with [`ConsoleState::permit`]. Must not decide what a role includes: that is
//! `model::access`.

mod cookie;
mod guard;
#[cfg(feature = "oidc")]
mod oidc;
mod passkey;
mod password;

pub(crate) use cookie::{Token, csrf};
pub(crate) use guard::guard;
#[cfg(feature = "oidc")]
pub(crate) use oidc::{BACK, Began, Flow, OidcError, Purpose, Said};
#[cfg(feature = "oidc")]
pub use oidc::{IdentityProvider, ProviderSettings};
pub(crate) use passkey::{Answer, Passkeys};
pub(crate) use password::{Doors, Refused, SHORTEST, name, weakness};

use crate::problem::{
    KEY_MISSING, KEY_UNKNOWN, NOT_PERMITTED, PROVE_AGAIN, Problem, SCOPE_MISSING, SIGN_IN,
    TOO_MANY_REQUESTS,
};
use crate::state::{ConsoleState, storage};
use governor::clock::{Clock as _, DefaultClock};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use model::{Looked, Permission, Person, PersonId, Scope};
use store::Session;

/// A session in which nothing was asked for so long is over.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// Minutes for which it counts that somebody proved who they are.
const LATELY: i64 = 10;
/// Sessions are noted as used once a minute, so that reading does not write.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The name under which they answer for what they do: `reviewer 7`, or the name of a key.
    pub by: String,
    /// The person, when it is one in a session; `None` for a key.
    pub person: Option<PersonId>,
    means: Means,
    now: Timestamp,
}

#[derive(Debug, Clone)]
enum Means {
    Key { scopes: Vec<Scope>, named: bool },
    Session(Box<Signed>),
}

#[derive(Debug, Clone)]
struct Signed {
    session: Session,
    person: Person,
    csrf: String,
}

impl Caller {
    /// Whether they may do that, too.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.means {
            Means::Key { scopes, .. } => scopes.iter().any(|scope| scope.may(permission)),
            Means::Session(signed) => signed.person.may(permission),
        }
    }

    /// Whether they proved within so many minutes who they are. A key proves it with every call.
    pub fn recent(&self, minutes: i64) -> bool {
        match &self.means {
            Means::Key { .. } => true,
            Means::Session(signed) => {
                self.now.duration_since(signed.session.proved_at)
                    <= SignedDuration::from_mins(minutes)
            }
        }
    }

    /// The session, for pages about it; `None` for a key.
    pub(crate) fn session(&self) -> Option<(&Session, &Person)> {
        match &self.means {
            Means::Key { .. } => None,
            Means::Session(signed) => Some((&signed.session, &signed.person)),
        }
    }

    /// What each form of this session must bring along in its field `csrf`.
    pub(crate) fn csrf(&self) -> &str {
        match &self.means {
            Means::Key { .. } => "",
            Means::Session(signed) => &signed.csrf,
        }
    }
}

/// Passes on who proved lately who they are.
pub(crate) fn lately(caller: Caller, back: &str) -> Result<Caller, Problem> {
    if caller.recent(LATELY) {
        return Ok(caller);
    }
    let detail = format!("It is more than {LATELY} minutes ago that you showed who you are.");
    Err(Problem::new(&PROVE_AGAIN, detail).with("back", back))
}

/// What an address needs, in words.
fn needed(permission: Permission, what: &str) -> String {
    let scopes = Scope::ALL.iter().filter(|scope| scope.may(permission));
    match scopes.map(|scope| scope.word()).collect::<Vec<_>>().as_slice() {
        [] => "is for people alone, signed in".into(),
        any => format!("needs {what} `{}`", any.join("` or `")),
    }
}

impl ConsoleState {
    /// Who asks, if they may do that: by the key in `Authorization: Bearer`, else by the session's
    /// cookie. That a form of a session comes from our own page was checked before, for every
    /// address (see [`guard`]).
    ///
    /// # Errors
    /// A problem: nobody signed in, an unknown or withdrawn key, not permitted, too many requests.
    pub async fn permit(
        &self,
        headers: &HeaderMap,
        permission: Permission,
    ) -> Result<Caller, Problem> {
        let caller = self.known(headers, Some(permission)).await?;
        if caller.may(permission) {
            if permission.needs_name() && matches!(caller.means, Means::Key { named: false, .. }) {
                return Err(Problem::new(
                    &SCOPE_MISSING,
                    "The key carries no pseudonym, so nobody would answer for what it does.",
                ));
            }
            return Ok(caller);
        }
        Err(match &caller.means {
            Means::Key { scopes, .. } => {
                let has: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
                let (needs, has) = (needed(permission, "the scope"), has.join("`, `"));
                let detail = format!("This address {needs}; the key has `{has}`.");
                Problem::new(&SCOPE_MISSING, detail)
            }
            Means::Session(signed) => {
                let detail = format!(
                    "This needs the permission `{permission}`; the role “{}” does not include it.",
                    signed.person.role.title()
                );
                Problem::new(&NOT_PERMITTED, detail)
            }
        })
    }

    /// As [`Self::permit`], for what would do great harm in the wrong hands: they must have proved
    /// within [`LATELY`] minutes who they are. A page then asks for that and leads to `back`.
    ///
    /// # Errors
    /// As [`Self::permit`]; also when it is too long ago.
    pub async fn permit_lately(
        &self,
        headers: &HeaderMap,
        permission: Permission,
        back: &str,
    ) -> Result<Caller, Problem> {
        lately(self.permit(headers, permission).await?, back)
    }

    /// Who asks, whatever they may.
    ///
    /// # Errors
    /// A problem: nobody signed in, an unknown or withdrawn key, too many requests.
    pub(crate) async fn known(
        &self,
        headers: &HeaderMap,
        wanted: Option<Permission>,
    ) -> Result<Caller, Problem> {
        let missing = || {
            let needs =
                wanted.map_or("needs a sign-in".into(), |p| needed(p, "a key with the scope"));
            Problem::new(&KEY_MISSING, format!("This address {needs}."))
        };
        match headers.get(header::AUTHORIZATION) {
            // Whoever shows a key is taken by that alone.
            Some(shown) => {
                let token = shown
                    .to_str()
                    .ok()
                    .and_then(|value| value.split_once(' '))
                    .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"))
                    .map(|(_, token)| token.trim())
                    .filter(|token| !token.is_empty())
                    .ok_or_else(missing)?;
                self.by_key(token).await
            }
            None => match self.cookie().read(headers) {
                Some(token) => self.by_session(&token).await,
                None => Err(missing()),
            },
        }
    }

    async fn by_key(&self, token: &str) -> Result<Caller, Problem> {
        let key = self.store.key(token).await.map_err(|error| storage(&error))?;
        let key = key
            .filter(|key| key.revoked_at.is_none())
            .ok_or_else(|| Problem::new(&KEY_UNKNOWN, "The key is not known, or was withdrawn."))?;
        self.slow_down(&key.id, "A key")?;
        let now = self.clock.now();
        if self.note_use(&key.id, now) {
            self.store.key_used(&key.id, now).await.map_err(|error| storage(&error))?;
        }
        let means = Means::Key { scopes: key.scopes, named: key.pseudonym.is_some() };
        let by = key.pseudonym.unwrap_or_else(|| format!("key {}", key.id));
        Ok(Caller { by, person: None, means, now })
    }

    async fn by_session(&self, token: &Token) -> Result<Caller, Problem> {
        let now = self.clock.now();
        let over = || Problem::new(&SIGN_IN, "The session is over.");
        let found = self.store.session(token.reveal(), now).await;
        let (session, person) = found.map_err(|error| storage(&error))?.ok_or_else(over)?;
        let idle = now.duration_since(session.seen_at);
        if idle > IDLE || person.state != model::PersonState::Active {
            return Err(over());
        }
        self.slow_down(&session.id, "A person")?;
        if idle > NOTED_EVERY {
            let noted = self.store.session_seen(&session.id, now).await;
            noted.map_err(|error| storage(&error))?;
        }
        let csrf = csrf(token);
        Ok(Caller {
            by: person.pseudonym.clone(),
            person: Some(person.id),
            means: Means::Session(Box::new(Signed { session, person, csrf })),
            now,
        })
    }

    /// Whether that use of a key is to be written down: once a minute is enough.
    fn note_use(&self, key: &str, now: Timestamp) -> bool {
        let mut noted = self.used().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lately = noted.get(key).is_some_and(|at| now.duration_since(*at) < NOTED_EVERY);
        if !lately {
            noted.insert(key.to_owned(), now);
        }
        !lately
    }

    /// Writes down that `caller` is about to see personal data. Call it before showing any.
    ///
    /// # Errors
    /// A problem when it cannot be written down: then nothing must be shown.
    pub async fn look(&self, caller: &Caller, at: Looked, id: &str) -> Result<(), Problem> {
        self.look_because(caller, at, id, None).await
    }

    /// As [`Self::look`], with the reason that the person gave.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub async fn look_because(
        &self,
        caller: &Caller,
        at: Looked,
        id: &str,
        why: Option<&str>,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let kept = self.store.add_look(&caller.by, (at, id), why, now).await;
        kept.map_err(|error| storage(&error))
    }

    fn slow_down(&self, whose: &String, what: &str) -> Result<(), Problem> {
        self.rates().check_key(whose).map_err(|wait| {
            let wait = wait.wait_time_from(DefaultClock::default().now());
            let rate = self.bounds.requests_per_second;
            Problem::new(&TOO_MANY_REQUESTS, format!("{what} may send {rate} requests a second."))
                .retry_after(wait.as_secs().saturating_add(1))
        })
    }
}
