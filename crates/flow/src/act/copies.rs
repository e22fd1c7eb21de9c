//! Copies of what leaves, to each address that wants them: one round at a time for each, so that a slow or broken
//! receiver holds up nobody else. Must not touch what the platform owes.

use super::{MOST_AT_ONCE, Outbox, count, in_order};
use platforms::webhook::Delivery;
use std::collections::HashMap;
use std::time::Duration;
use store::{Attempt, HookEvent, StoreError};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

impl Outbox {
    /// Sends copies until `stop` is cancelled.
    pub(super) async fn copy(self, stop: CancellationToken) {
        let mut rounds: HashMap<String, JoinHandle<()>> = HashMap::new();
        while !stop.is_cancelled() {
            match self.engine.store.live_webhooks().await {
                Ok(hooks) => {
                    for hook in hooks.into_iter().filter(|hook| !hook.enforces) {
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
                let (attempt, answer) = self.attempt(&to, &due, log, now).await?;
                if answer == Some(Delivery::Gone) {
                    let (what, by) = ("gone".into(), "evenhand".into());
                    let event = HookEvent { what, at: now, by, detail: None };
                    tracing::warn!(webhook = hook, "the receiver takes no more (410): disabled");
                    return store.webhook_event(hook, &event).await;
                }
                count("evenhand_copies_total", &attempt);
                store.copy_attempted(hook, due.place, now, &attempt).await?;
                if matches!(answer, Some(Delivery::Retry { .. })) {
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
