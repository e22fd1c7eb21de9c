//! What was done with the addresses that are told what leaves, for the desk and for programs. Must not read a secret.

use crate::problem::{NOT_FOUND, Problem};
use crate::state::{ConsoleState, storage};
use store::{CopyOf, CopyState, HookEvent, Webhook};

/// Messages on one page.
const PAGE: u32 = 100;
/// Events of one address that are shown.
const EVENTS: u32 = 50;

/// One address.
///
/// # Errors
/// A problem when there is none, or the store cannot be read.
pub(crate) async fn webhook(state: &ConsoleState, id: &str) -> Result<Webhook, Problem> {
    let found = state.store.webhook(id).await.map_err(|error| storage(&error))?;
    found.ok_or_else(|| Problem::new(&NOT_FOUND, "There is no such webhook."))
}

/// What was done with an address, the latest first.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn webhook_events(
    state: &ConsoleState,
    hook: &Webhook,
) -> Result<Vec<HookEvent>, Problem> {
    state.store.webhook_events(&hook.id, EVENTS).await.map_err(|error| storage(&error))
}

/// A page of the copies that went to an address, the latest first, and where the next begins, if there is one.
///
/// # Errors
/// A problem when the store cannot be read.
pub(crate) async fn copies(
    state: &ConsoleState,
    hook: &Webhook,
    only: Option<CopyState>,
    before: Option<u64>,
) -> Result<(Vec<CopyOf>, Option<u64>), Problem> {
    let copies = state.store.copies(&hook.id, only, before, PAGE).await;
    let copies = copies.map_err(|error| storage(&error))?;
    let full = copies.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = copies.last().filter(|_| full).map(|last| last.place);
    Ok((copies, next))
}
