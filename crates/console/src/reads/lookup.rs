//! The honest answer about one item.

use super::decisions::row;
use crate::problem::Problem;
use crate::state::{ConsoleState, storage};
use crate::views::{Answered, Found, Held};
use model::ItemId;

/// How an item is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By the platform's id.
    Item(ItemId),
    /// By its address.
    Url(String),
    /// By either, as people paste it.
    Either(String),
}

/// What is known of it.
pub(crate) async fn lookup(state: &ConsoleState, asked: &Asked) -> Result<Found, Problem> {
    let store = &state.store;
    let found = match asked {
        Asked::Item(item) => store.lookup_item(item).await,
        Asked::Url(url) => store.lookup_url(url).await,
        Asked::Either(text) => match ItemId::new(text) {
            Ok(item) => match store.lookup_item(&item).await {
                Ok(None) => store.lookup_url(text).await,
                other => other,
            },
            Err(_) => Ok(None),
        },
    };
    let Some(known) = found.map_err(|error| storage(&error))? else {
        return Ok(Found::NeverSeen);
    };
    // What waits comes first: an older decision on the item does not answer what is asked now.
    if let Some(case) = known.waiting {
        return Ok(Found::Waiting {
            case: Some(case.id),
            since: case.opened_at,
            why: case.why_referred,
            rulebook: case.rulebook,
        });
    }
    let Some(stored) = known.decision else {
        // The event is kept, yet no decision could be made on it: that is not "never seen".
        return Ok(Found::Waiting {
            case: None,
            since: known.received_at,
            why: "It could not be decided by automation; the operator has been told.".into(),
            rulebook: known.rulebook,
        });
    };
    let held = row(&stored);
    let outcome = held.outcome;
    let rulebook = stored.decision.rulebook;
    let answered = Box::new(Answered { decision: held.id, rulebook, held });
    Ok(match outcome {
        Held::Breach => Found::Breach(answered),
        Held::NoBreach => Found::NoBreach(answered),
    })
}
