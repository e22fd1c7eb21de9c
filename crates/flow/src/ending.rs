//! Ends what ends by itself: a measure whose time is over gets its row, its leaf and its message to the
//! platform, once, however often the server starts. Must not end anything early, and nothing that was
//! undone before.

use crate::Engine;
use model::{Ending, EndingId};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often it is looked for measures whose time is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const MOST_AT_ONCE: u32 = 200;

/// Starts the worker; it ends when `stop` is cancelled.
pub fn endings(engine: Arc<Engine>, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            match end_due(&engine).await {
                Ok(due) if due >= MOST_AT_ONCE as usize => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "what is over cannot be ended; it is tried again")
                }
            }
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    })
}

/// Ends what is due, once. Returns how much was looked at.
///
/// # Errors
/// [`StoreError`] when the store fails; what was ended before that stays ended.
pub async fn end_due(engine: &Engine) -> Result<usize, StoreError> {
    let now = engine.clock.now();
    let due = engine.store.due_endings(now, MOST_AT_ONCE).await?;
    for (decision, position) in &due {
        let Some(stored) = engine.store.decision(*decision).await? else { continue };
        let id = EndingId::new(engine.ids.next());
        let Some(ending) = Ending::of(id, &stored.decision, *position, now) else {
            tracing::error!(%decision, position, "the end of a measure is not what its row says");
            continue;
        };
        if engine.store.end(&ending, now).await? {
            let measure = ending.measure().word();
            metrics::counter!("evenhand_endings_total", "measure" => measure).increment(1);
            engine.call_log();
        }
    }
    Ok(due.len())
}
