//! What the console works with: the store to read, the intake and the review to act, the rulebook
//! in force. Must not hold anything that a restart would lose.

use crate::access::{Doors, Passkeys};
use crate::log::{Published, Sums};
use crate::problem::{BUSY, Problem, STORAGE};
use flow::{Intake, Review};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::{Clock, Ids};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::log::LogReader;
use store::{Store, StoreError};

/// How much one request and one key may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most bytes of one event.
    pub event_bytes: usize,
    /// Most bytes of one body as it comes over the wire.
    pub body_bytes: usize,
    /// Most bytes of one body after gzip is undone.
    pub unpacked_bytes: usize,
    /// Most bytes that one byte of gzip may become, once the body is larger than one event.
    pub unpacked_ratio: usize,
    /// Longest time that a request may take, the time to send its body included.
    pub patience: Duration,
    /// Requests per second and key; twice as many in one burst.
    pub requests_per_second: NonZeroU32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            event_bytes: 1 << 20,
            body_bytes: 8 << 20,
            unpacked_bytes: 32 << 20,
            unpacked_ratio: 100,
            patience: Duration::from_secs(60),
            requests_per_second: NonZeroU32::MIN.saturating_add(499),
        }
    }
}

/// Everything that the binary hands to the console.
#[derive(Debug, Clone)]
pub struct Console {
    /// Where everything is kept.
    pub store: Store,
    /// The way in for events.
    pub intake: Intake,
    /// The way in for people's decisions.
    pub review: Review,
    /// Who is told what leaves.
    pub hooks: flow::Hooks,
    /// The rulebook in force; swapped on reload.
    pub rulebook: Arc<arc_swap::ArcSwap<rules::rulebook::Rulebook>>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws request ids.
    pub ids: Arc<dyn Ids>,
    /// Limits.
    pub bounds: Bounds,
    /// Address by which people reach the public pages, without a slash at the end.
    pub public_url: String,
    /// Folder in which the log is published; `None`: there is no log.
    pub log: Option<PathBuf>,
    /// How evenness is audited when somebody asks for it.
    pub audit: flow::audit::Terms,
    /// Whether there is a mail server: without one no letter is promised.
    pub mail: bool,
}

/// What every handler gets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ConsoleState(Arc<Inner>);

/// Files with all that one person handed in, up to 100 MiB each, that are made at once.
const MOST_PACKED: usize = 2;

#[derive(Debug)]
struct Inner {
    console: Console,
    rates: DefaultKeyedRateLimiter<String>,
    /// Notices by the public form, all together.
    forms: governor::DefaultDirectRateLimiter,
    doors: Doors,
    passkeys: Passkeys,
    #[cfg(feature = "oidc")]
    identity_provider: std::sync::OnceLock<crate::access::IdentityProvider>,
    /// When the use of each key was last written down.
    used: std::sync::Mutex<std::collections::HashMap<String, jiff::Timestamp>>,
    past: crate::reads::Past,
    /// Replays that run.
    replays: crate::desk::Jobs,
    published: Published,
    monitor: flow::monitor::Monitor,
    sums: tokio::sync::Mutex<Sums>,
    /// So many copies of what people handed in may be packed at once: each is held whole.
    packing: tokio::sync::Semaphore,
    /// So many people may try the rules at once; the others wait.
    trying: tokio::sync::Semaphore,
}

impl std::ops::Deref for ConsoleState {
    type Target = Console;
    fn deref(&self) -> &Console {
        &self.0.console
    }
}

impl ConsoleState {
    /// Takes what the binary hands over.
    pub fn new(console: Console) -> Self {
        let rate = console.bounds.requests_per_second;
        let quota = Quota::per_second(rate)
            .allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1)));
        let rates = RateLimiter::keyed(quota);
        // Nobody there shows who they are, so the limit is one for all.
        let forms = Quota::per_second(NonZeroU32::MIN.saturating_add(4))
            .allow_burst(NonZeroU32::MIN.saturating_add(99));
        let passkeys = Passkeys::new(&console.public_url);
        Self(Arc::new(Inner {
            monitor: flow::monitor::Monitor::new(
                console.store.clone(),
                LogReader::new(
                    console.store.clone(),
                    console.log.as_deref().unwrap_or(Path::new("")),
                ),
                Arc::clone(&console.clock),
                flow::monitor::GRACE,
            ),
            published: Published(console.log.clone()),
            console,
            rates,
            forms: RateLimiter::direct(forms),
            doors: Doors::default(),
            passkeys,
            #[cfg(feature = "oidc")]
            identity_provider: std::sync::OnceLock::new(),
            used: std::sync::Mutex::default(),
            past: crate::reads::Past::default(),
            replays: crate::desk::Jobs::default(),
            sums: tokio::sync::Mutex::default(),
            packing: tokio::sync::Semaphore::new(MOST_PACKED),
            trying: tokio::sync::Semaphore::new(2),
        }))
    }

    /// People sign in by this provider, too, from here on.
    #[cfg(feature = "oidc")]
    pub fn trust(&self, provider: crate::access::IdentityProvider) {
        if self.0.identity_provider.set(provider).is_err() {
            tracing::warn!("an identity provider is set already; the first one stays");
        }
    }

    /// By whom people sign in, too, if the operator has one.
    #[cfg(feature = "oidc")]
    pub(crate) fn identity_provider(&self) -> Option<&crate::access::IdentityProvider> {
        self.0.identity_provider.get()
    }

    /// How people call the operator's identity provider, and its address, if there is one.
    #[cfg(feature = "oidc")]
    pub(crate) fn vouches(&self) -> Option<(&str, &str)> {
        let settings = self.identity_provider()?.settings();
        Some((settings.name.as_str(), settings.issuer.as_str()))
    }

    /// Nobody: this program was built without the feature `oidc`.
    #[cfg(not(feature = "oidc"))]
    pub(crate) fn vouches(&self) -> Option<(&str, &str)> {
        None
    }

    /// The log as it is published.
    pub(crate) fn published(&self) -> &Published {
        &self.0.published
    }

    /// Compares what the platform shows with the log.
    pub(crate) fn monitor(&self) -> &flow::monitor::Monitor {
        &self.0.monitor
    }

    /// How many notices come by the public form.
    pub(crate) fn forms(&self) -> &governor::DefaultDirectRateLimiter {
        &self.0.forms
    }

    /// A place to pack what somebody handed in.
    ///
    /// # Errors
    /// A problem when all places are taken: who asks comes again.
    pub(crate) fn packing(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
        let full = "Several files like this are being made just now.";
        self.0.packing.try_acquire().map_err(|_| Problem::new(&BUSY, full).retry_after(10))
    }

    /// Leave to evaluate rules for somebody who only tries them.
    pub(crate) fn trying(&self) -> &tokio::sync::Semaphore {
        &self.0.trying
    }

    /// Sums over the log, as far as they were made.
    pub(crate) fn sums(&self) -> &tokio::sync::Mutex<Sums> {
        &self.0.sums
    }

    /// Rulebooks that were in force earlier, as far as they were asked for.
    pub(crate) fn past(&self) -> &crate::reads::Past {
        &self.0.past
    }

    /// Replays that run.
    pub(crate) fn replays(&self) -> &crate::desk::Jobs {
        &self.0.replays
    }

    /// How often each key and each session asked.
    pub(crate) fn rates(&self) -> &DefaultKeyedRateLimiter<String> {
        &self.0.rates
    }

    /// When the use of each key was last written down.
    pub(crate) fn used(
        &self,
    ) -> &std::sync::Mutex<std::collections::HashMap<String, jiff::Timestamp>> {
        &self.0.used
    }

    /// The doors by which people sign in.
    pub(crate) fn doors(&self) -> &Doors {
        &self.0.doors
    }

    /// The challenges for passkeys.
    pub(crate) fn passkeys(&self) -> &Passkeys {
        &self.0.passkeys
    }
}

/// What a failed read or write is answered.
pub(crate) fn storage(error: &StoreError) -> Problem {
    match error {
        StoreError::Full | StoreError::Busy => {
            tracing::error!(%error, "the store cannot be used at present");
            Problem::new(&STORAGE, "The store cannot be used at present.").retry_after(5)
        }
        _ => Problem::internal(error),
    }
}
