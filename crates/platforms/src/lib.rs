//! How do we talk to the outside?
//!
//! The only crate that calls out: one HTTP client with limits ([`http_client`]), signed webhooks to
//! the platform ([`webhook`]), mail ([`mail`]), questions to scorers ([`Scorers`]), and adapters that turn a platform's own events into ours
//! ([`jetstream`]); and the process that decodes pictures ([`pictures`]).
//!
//! This crate must not decide anything and knows no database: what it is given, it sends; what it
//! reads, it hands on. The time is an argument.

mod address;
mod http;
pub mod jetstream;
pub mod mail;
pub mod pictures;
mod scorer;
pub mod webhook;

pub use address::is_public;
pub use http::{CallError, HttpClient, Reach, Reply, Said, http_client};
pub use scorer::{Ask, Scorers};
