//! The console from outside: pages and interface over a store in memory.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    unreachable_pub,
    reason = "tests may panic"
)]

mod access;
mod case_page;
mod case_work;
mod casework;
mod client;
mod enforcement;
mod evenness;
mod events;
mod exemptions;
mod flow_through;
mod held_back;
mod interface;
mod log;
mod matrix;
mod media;
#[cfg(feature = "oidc")]
mod oidc;
mod pages;
mod registers;
mod webhooks;
mod world;
mod you;
