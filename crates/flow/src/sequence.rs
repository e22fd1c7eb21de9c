//! Sequences: takes the recorded leaves into the public log, soon after they are recorded and not
//! more often than once a period, and then calls the outbox. Must not sign or write: the log does.

use crate::Engine;
use std::sync::Arc;
use std::time::Duration;
use store::log::{Log, LogError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often the log is looked at when nobody calls.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts the worker that keeps the log: at most one checkpoint each `period`. When `stop` is
/// cancelled it takes what is recorded by then and ends.
pub fn sequence(
    engine: Arc<Engine>,
    log: Log,
    period: Duration,
    stop: CancellationToken,
) -> JoinHandle<()> {
    engine.set_log(log.reader());
    tokio::spawn(async move {
        let mut log = log;
        loop {
            let earliest = Instant::now() + period;
            let last = stop.is_cancelled();
            if let Err(error) = round(&engine, &mut log).await {
                tracing::error!(%error, "the public log could not go on");
                metrics::counter!("evenhand_log_errors_total").increment(1);
                if error.is_final() {
                    metrics::gauge!("evenhand_log_stopped").set(1.0);
                    return;
                }
            }
            if last {
                return;
            }
            tokio::select! {
                () = engine.log_called() => {}
                () = sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => continue,
            }
            tokio::select! {
                () = sleep_until(earliest) => {}
                () = stop.cancelled() => {}
            }
        }
    })
}

/// Takes all that waits.
async fn round(engine: &Engine, log: &mut Log) -> Result<(), LogError> {
    while log.integrate().await? > 0 {
        engine.call_outbox();
    }
    log.publish_cosignatures().await?;
    #[expect(clippy::cast_precision_loss, reason = "counts of leaves are far below 2^52")]
    metrics::gauge!("evenhand_log_size").set(log.size() as f64);
    Ok(())
}
