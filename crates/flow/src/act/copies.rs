//! Copies of what leaves, to each address that wants them: one round at a time for each, so that a slow or broken
//! receiver holds up nobody else. Must not touch what the platform owes.

use super::{MOST_AT_ONCE, Outbox, in_order};
use std::collections::HashMap;
use std::time::Duration;
use store::{Attempt, HookEvent, HookState, StoreError, Webhook};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

impl Outbox {
    /// Sends copies until `stop` is cancelled.
    pub(super) async fn copy(self, stop: CancellationToken) {
        let mut rounds: HashMap<String, JoinHandle<()>> = HashMap::new();
        while !stop.is_cancelled() {
            match self.engine.store.webhooks().await {
                Ok(hooks) => {
                    let due = |hook: &Webhook| !hook.enforces && hook.state == HookState::Active;
                    for hook in hooks.into_iter().filter(due) {
                        if rounds.get(&hook.id).is_none_or(JoinHandle::is_finished) {
                            let round = self.clone().copies_of(hook.id.clone(), stop.clone());
                            rounds.insert(hook.id, tokio::spawn(round));
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "the webhooks cannot be read"),
            }
            rounds.retain(|_, round| !round.is_finished());
            tokio::select! {
                () = sleep(self.persistence.look_every.max(Duration::from_millis(10))) => {}
                () = stop.cancelled() => {}
            }
        }
        for (_, round) in rounds {
            let _ = round.await;
        }
    }

    async fn copies_of(self, hook: String, stop: CancellationToken) {
        if let Err(error) = self.copy_round(&hook, &stop).await {
            tracing::error!(%error, webhook = hook, "copies cannot be read or written");
        }
    }

    /// Tries what is due for one address, once. An account's first failure ends the round for it; an address that
    /// answers nothing at all ends it altogether.
    async fn copy_round(&self, hook: &str, stop: &CancellationToken) -> Result<(), StoreError> {
        let (store, clock) = (&self.engine.store, &self.engine.clock);
        store.copy_outbox(hook, clock.now()).await?;
        let due = store.due_copies(hook, clock.now(), MOST_AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        let Some(to) = self.hooks.endpoint(hook).await? else { return Ok(()) };
        for queue in in_order(self.shown(due).await?) {
            for (due, log) in queue {
                if stop.is_cancelled() {
                    return Ok(());
                }
                let now = clock.now();
                let delivery = match self.rebuild(&due).await? {
                    Ok(message) => Ok(self.send(&to, message, log, now).await),
                    Err(why) => Err(why),
                };
                if delivery == Ok(platforms::webhook::Delivery::Gone) {
                    let (what, by) = ("gone".into(), "evenhand".into());
                    let event = HookEvent { what, at: now, by, detail: None };
                    tracing::warn!(webhook = hook, "the receiver takes no more (410): disabled");
                    return store.webhook_event(hook, &event).await;
                }
                let silent = matches!(delivery, Ok(platforms::webhook::Delivery::Retry { .. }));
                let attempt = match delivery {
                    Ok(delivery) => self.judge(&due, delivery, now),
                    Err(why) => Attempt::Failed { why, next_at: None },
                };
                let outcome = match &attempt {
                    Attempt::Delivered => "delivered",
                    Attempt::Failed { next_at: Some(_), .. } => "retry",
                    Attempt::Failed { next_at: None, .. } => "dead",
                };
                metrics::counter!("evenhand_copies_total", "outcome" => outcome).increment(1);
                store.copy_attempted(hook, due.place, now, &attempt).await?;
                if silent {
                    return Ok(());
                }
                if matches!(attempt, Attempt::Failed { next_at: Some(_), .. }) {
                    break;
                }
            }
        }
        Ok(())
    }
}
