//! What the operating system asks of the server: stop, stop at once, read the rulebook again.
//! Must not stop anything itself.

use anyhow::Result;
use flow::Engine;
use std::path::Path;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that the server listens to.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Reads the rulebook again whenever asked to; ends when the server is to stop.
    pub(super) async fn until_stop(&mut self, engine: &Engine, rulebook: Option<&Path>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => again(engine, rulebook).await,
            }
        }
    }

    /// A second signal to stop.
    pub(super) async fn again(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn again(engine: &Engine, rulebook: Option<&Path>) {
    let mut states = vec![sd_notify::NotifyState::Reloading];
    states.extend(sd_notify::NotifyState::monotonic_usec_now());
    let _ = sd_notify::notify(&states);
    match crate::files::read(rulebook) {
        Err(error) => tracing::error!("the rulebook cannot be read; the old stays: {error:#}"),
        Ok(sources) => {
            match flow::put_into_force_since(&engine.store, &sources.version()).await {
                Ok(None) => {}
                Ok(Some(_)) => {
                    // Nor does another one wait in it any more.
                    engine.hold_back(None);
                    tracing::warn!(
                        "the folder has not changed since people put another rulebook into force; that one stays"
                    );
                    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
                    return;
                }
                Err(error) => tracing::error!(%error, "the history of rulebooks cannot be read"),
            }
            if let Err(error) = flow::reload(engine, sources).await {
                if let flow::ReloadError::Problems(problems) = &error {
                    for problem in problems {
                        tracing::error!("{problem}");
                    }
                }
                tracing::error!("{error}");
            }
        }
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
}
