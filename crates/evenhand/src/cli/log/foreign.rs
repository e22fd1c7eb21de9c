//! What a fault in somebody else's log means to whoever checks it. Must not advise what only the
//! operator of that log can do.

use crate::terminal::Terminal;
use anyhow::Result;
use store::log::LogError;

/// What an examination of the log at `from` found; `None` when the log is wrong, which is said.
///
/// # Errors
/// Those that say nothing about the log, such as a server that does not answer.
pub(super) fn holds<T>(from: &str, examined: Result<T>, terminal: &Terminal) -> Result<Option<T>> {
    let error = match examined {
        Ok(it) => return Ok(Some(it)),
        Err(error) => error,
    };
    let wrong = match error.downcast_ref() {
        Some(LogError::Damaged(why)) => format!(
            "{from} is not the log that its key signed: {why}. Keep a copy of it, ask its operator, and compare it with a mirror or a witness"
        ),
        Some(LogError::RolledBack { kept, seen, seen_in }) => format!(
            "{from} shows {kept} leaves, and {seen_in} shows that it signed {seen}: history was taken back. Keep both checkpoints: together they are the evidence"
        ),
        Some(LogError::Forked { size, seen_in }) => format!(
            "{from} and {seen_in} are different logs of {size} leaves under one key: history was rewritten. Keep both checkpoints: together they are the evidence"
        ),
        _ => return Err(error),
    };
    terminal.error(&wrong);
    Ok(None)
}
