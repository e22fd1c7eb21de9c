//! What happens to an event, in order?
//!
//! An event is taken in ([`Intake`]), evaluated and decided by pure functions of the crate `rules`,
//! recorded in one transaction, and only then acted upon. People's decisions ([`Review`]) take the
//! same road.
//!
//! This crate must not name a table (`store` does), call out (`platforms` does) or know HTTP.

mod answer;
mod ingest;
mod review;

pub use answer::{Answer, Refused, Status};
pub use ingest::{Intake, Readiness};
pub use review::{
    Bytes, EmergencyPlea, Held, Report, Reported, Review, ReviewError, Reviewed, Verdict,
};
