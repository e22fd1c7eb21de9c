//! The addresses that are told what leaves: the one of the settings, and those that people entered. Makes their
//! secrets and hands them out once. Must not keep a secret, and must not put one into the operator's log.

use crate::Engine;
use jiff::{SignedDuration, Timestamp};
use platforms::webhook::{Delivery, Endpoint, Secret, check_address, send};
use platforms::{CallError, HttpClient};
use serde_json::json;
use std::fmt;
use std::sync::{Arc, OnceLock};
use store::{HookEvent, HookKind, HookSecret, HookState, StoreError, Webhook};

/// Most addresses at one time.
pub const MOST_HOOKS: usize = 50;
/// The secret before a new one signs, too, for at most so many hours.
const LONGEST_OVERLAP: u32 = 30 * 24;
const LONGEST_NAME: usize = 60;

/// An address that somebody enters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHook {
    /// How people call it.
    pub name: String,
    /// The address.
    pub url: String,
    /// Whether it carries decisions out; else it gets copies.
    pub enforces: bool,
    /// Which messages it gets copies of; none named: all.
    pub events: Vec<HookKind>,
}

/// Why something could not be done with an address.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is none of that id.
    #[error("there is no such webhook")]
    NoSuch,
    /// It never got that message.
    #[error("that webhook never got a message of that decision")]
    NothingOf,
    /// Not an address that may be called.
    #[error(transparent)]
    Url(#[from] CallError),
    /// Something about what was asked.
    #[error("{0}")]
    Wrong(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who is told what leaves. Cheap to clone.
#[derive(Clone)]
pub struct Hooks(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    client: HttpClient,
    key: [u8; 32],
    configured: OnceLock<Endpoint>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("configured", &self.configured()).finish_non_exhaustive()
    }
}

const WHOLE: &str = "whoever carries decisions out gets all messages: without one a measure would not be taken, or not end";

/// In their one order, each once; none named is all.
fn chosen(events: &[HookKind]) -> Vec<HookKind> {
    let named = |kind: &HookKind| events.is_empty() || events.contains(kind);
    HookKind::ALL.into_iter().filter(named).collect()
}

impl Hooks {
    /// Joins what is needed; the secrets of addresses that people enter follow from `key`.
    pub fn new(engine: Arc<Engine>, client: HttpClient, key: [u8; 32]) -> Self {
        Self(Arc::new(Inner { engine, client, key, configured: OnceLock::new() }))
    }

    /// The address of the settings, which carries decisions out from here on.
    pub fn configure(&self, endpoint: Endpoint) {
        if self.0.configured.set(endpoint).is_err() {
            tracing::warn!("the platform's address is set already; the first one stays");
        }
    }

    /// The address of the settings, if they name one.
    pub fn configured(&self) -> Option<&str> {
        self.0.configured.get().map(|endpoint| endpoint.url.as_str())
    }

    pub(crate) fn client(&self) -> &HttpClient {
        &self.0.client
    }

    /// The address that carries decisions out: that of the settings, else the one that people entered for it.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub async fn platform(&self) -> Result<Option<Endpoint>, StoreError> {
        if let Some(configured) = self.0.configured.get() {
            return Ok(Some(configured.clone()));
        }
        let live = self.0.engine.store.live_webhooks().await?;
        match live.iter().find(|hook| hook.enforces) {
            Some(hook) => self.signed(&hook.id, &hook.url).await,
            None => Ok(None),
        }
    }

    /// An address with the secrets that sign now; nothing when it gets nothing, or its secrets cannot be made.
    pub(crate) async fn endpoint(&self, id: &str) -> Result<Option<Endpoint>, StoreError> {
        let live = self.0.engine.store.live_webhooks().await?;
        match live.iter().find(|hook| hook.id == id) {
            Some(hook) => self.signed(&hook.id, &hook.url).await,
            None => Ok(None),
        }
    }

    async fn signed(&self, id: &str, url: &str) -> Result<Option<Endpoint>, StoreError> {
        let now = self.0.engine.clock.now();
        let kept = self.0.engine.store.webhook_secrets(id, now).await?;
        let secrets: Vec<Secret> = kept
            .iter()
            .map(|kept| (kept, Secret::derived(&self.0.key, id, kept.number)))
            .filter(|(kept, secret)| kept.digest == secret.digest())
            .map(|(_, secret)| secret)
            .collect();
        if secrets.is_empty() {
            tracing::error!(
                webhook = id,
                "its secret was made with another `webhooks.key`: nothing is sent there until that file is back or the secret is rotated"
            );
            return Ok(None);
        }
        Ok(Some(Endpoint { url: url.to_owned(), secrets }))
    }

    async fn hook(&self, id: &str) -> Result<Webhook, HookError> {
        self.0.engine.store.webhook(id).await?.ok_or(HookError::NoSuch)
    }

    fn event(&self, what: &str, by: &str, detail: Option<String>) -> HookEvent {
        let at = self.0.engine.clock.now();
        HookEvent { what: what.into(), at, by: by.into(), detail }
    }

    /// Keeps a new address. The secret is handed out this once.
    ///
    /// # Errors
    /// [`HookError`] says what is wrong with it.
    pub async fn add(&self, new: &NewHook, by: &str) -> Result<(Webhook, Secret), HookError> {
        let wrong = |why: &str| HookError::Wrong(why.into());
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control)
        {
            return Err(wrong("the name has 1 to 60 letters"));
        }
        let url = new.url.trim();
        check_address(&self.0.client, url)?;
        let engine = &self.0.engine;
        let hooks = engine.store.webhooks().await?;
        if hooks.len() >= MOST_HOOKS {
            return Err(HookError::Wrong(format!("there are {MOST_HOOKS} already; remove one")));
        }
        if hooks.iter().any(|hook| hook.url == url) {
            return Err(wrong("there is a webhook with that address already"));
        }
        let events = chosen(&new.events);
        if new.enforces {
            if events != HookKind::ALL {
                return Err(wrong(WHOLE));
            }
            if self.configured().is_some() {
                return Err(wrong(
                    "the configuration (`webhook.url`) names the address that carries decisions out; add this one for copies",
                ));
            }
            if let Some(hook) = hooks.iter().find(|hook| hook.enforces) {
                return Err(HookError::Wrong(format!(
                    "“{}” carries decisions out already; remove it first, or add this one for copies",
                    hook.name
                )));
            }
        }
        let hook = Webhook {
            id: engine.ids.next().simple().to_string(),
            name: name.into(),
            url: url.into(),
            enforces: new.enforces,
            events,
            state: HookState::Active,
            waiting: 0,
            dead: 0,
            delivered_at: None,
            made_at: engine.clock.now(),
            made_by: by.into(),
        };
        let secret = Secret::derived(&self.0.key, &hook.id, 1);
        engine.store.add_webhook(&hook, &secret.digest()).await?;
        engine.call_outbox();
        Ok((hook, secret))
    }

    /// Makes a new secret, which is handed out this once. For `overlap` hours messages are signed with the one before,
    /// too; with 0 that ends at once. Returns until when.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address, or the overlap is too long.
    pub async fn rotate(
        &self,
        id: &str,
        overlap: u32,
        by: &str,
    ) -> Result<(Secret, Timestamp), HookError> {
        if overlap > LONGEST_OVERLAP {
            let why = format!("the old secret can sign for {LONGEST_OVERLAP} hours at most");
            return Err(HookError::Wrong(why));
        }
        let hook = self.hook(id).await?;
        let engine = &self.0.engine;
        let until = engine.clock.now().checked_add(SignedDuration::from_hours(overlap.into()));
        let until = until.unwrap_or(Timestamp::MAX);
        let number = engine.store.next_webhook_secret(&hook.id).await?;
        let secret = Secret::derived(&self.0.key, &hook.id, number);
        let kept = HookSecret { number, digest: secret.digest(), until: None };
        let event = self.event("rotated", by, Some(format!("the old secret signs until {until}")));
        engine.store.rotate_webhook(&hook.id, &kept, until, &event).await?;
        Ok((secret, until))
    }

    /// Sends a message `webhook.test` at once. Returns why it was not taken, if it was not.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address.
    pub async fn test(&self, id: &str, by: &str) -> Result<Result<(), String>, HookError> {
        let hook = self.hook(id).await?;
        let engine = &self.0.engine;
        let now = engine.clock.now();
        let Some(to) = self.signed(&hook.id, &hook.url).await? else {
            return Err(HookError::Wrong(
                "its secret was made with another `webhooks.key`; rotate the secret".into(),
            ));
        };
        let message = format!("msg_{}", engine.ids.next().simple());
        let data = json!({ "webhook": hook.id, "name": hook.name });
        let said = match send(&self.0.client, &to, (&message, "webhook.test"), &data, now).await {
            Delivery::Delivered => Ok(()),
            Delivery::Gone => Err("the receiver takes no more (410)".to_owned()),
            Delivery::Retry { why, .. } | Delivery::Rejected { why } => Err(why),
        };
        let detail = said.clone().err().unwrap_or_else(|| "taken".into());
        engine.store.webhook_event(&hook.id, &self.event("tested", by, Some(detail))).await?;
        Ok(said)
    }

    /// Disables an address (what leaves meanwhile waits for it) or enables it again.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address.
    pub async fn enable(&self, id: &str, enabled: bool, by: &str) -> Result<(), HookError> {
        let hook = self.hook(id).await?;
        if (hook.state == HookState::Active) != enabled {
            let what = if enabled { "enabled" } else { "disabled" };
            self.0.engine.store.webhook_event(&hook.id, &self.event(what, by, None)).await?;
            self.0.engine.call_outbox();
        }
        Ok(())
    }

    /// Chooses which messages an address gets copies of from now on; none named: all. What waits for it already it
    /// still gets.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address, or it carries decisions out.
    pub async fn choose(&self, id: &str, events: &[HookKind], by: &str) -> Result<(), HookError> {
        let hook = self.hook(id).await?;
        let events = chosen(events);
        if hook.enforces && events != HookKind::ALL {
            return Err(HookError::Wrong(WHOLE.into()));
        }
        if hook.events != events {
            let words: Vec<&str> = events.iter().map(|kind| kind.word()).collect();
            let event = self.event("chose", by, Some(words.join(", ")));
            self.0.engine.store.choose_webhook(&hook.id, &events, &event).await?;
        }
        Ok(())
    }

    /// Removes an address; what waits for it is dropped.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address.
    pub async fn remove(&self, id: &str, by: &str) -> Result<(), HookError> {
        let hook = self.hook(id).await?;
        let event = self.event("removed", by, None);
        Ok(self.0.engine.store.webhook_event(&hook.id, &event).await?)
    }

    /// Has the copy of a decision, or of the end of one of its measures, sent again at once.
    ///
    /// # Errors
    /// [`HookError`] when there is no such address, or it never got that.
    pub async fn again(&self, id: &str, of: &str, by: &str) -> Result<(), HookError> {
        let hook = self.hook(id).await?;
        let event = self.event("redelivered", by, Some(of.into()));
        if self.0.engine.store.copy_again(&hook.id, of, &event).await? {
            Ok(())
        } else {
            Err(HookError::NothingOf)
        }
    }
}
