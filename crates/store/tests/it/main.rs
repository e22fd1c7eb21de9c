//! The store from outside: what is kept, what can be asked, what happens when things go wrong.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod cases;
mod erasing;
mod fixtures;
mod forgetting;
mod outbox;
mod public_log;
mod records;
mod standing;
mod state;
mod witness;
mod work;
