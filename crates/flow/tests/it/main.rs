//! An event's whole way, against a real store and a real HTTP receiver.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod adoption;
mod appeal_evidence;
mod appeals;
mod approval;
mod audited;
mod clock;
mod cosign;
mod deciding;
mod delivery;
mod durability;
mod endings;
mod exemptions;
mod facts;
mod hooks;
mod left_up;
mod letters;
mod likeness;
mod meaning;
mod order;
mod people;
mod pressure;
mod register;
mod reload;
mod replay;
mod settled;
mod world;
