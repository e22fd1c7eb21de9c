//! Time and ids as arguments. The real clock and the real randomness live in the binary;
//! here are only the traits and the fixed ones that replay and tests use.

use jiff::Timestamp;
use std::sync::Mutex;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Draws ids and secrets.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// A new id, unique for ever.
    fn next(&self) -> Uuid;
    /// 32 bytes that nobody can guess: openings of commitments, tokens.
    fn secret(&self) -> [u8; 32];
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that stands at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(Mutex::new(at))
    }

    /// Sets the clock, back or forth.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Ids that follow from a name: the same run over the same input draws the same ids.
/// Not for a server: whoever knows the name can guess them.
#[derive(Debug)]
pub struct SeededIds {
    name: Uuid,
    drawn: Mutex<u64>,
}

impl SeededIds {
    /// Ids that follow from `name`.
    pub fn new(name: &str) -> Self {
        Self { name: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()), drawn: Mutex::new(0) }
    }
}

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let mut drawn = self.drawn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *drawn += 1;
        Uuid::new_v5(&self.name, &drawn.to_be_bytes())
    }

    fn secret(&self) -> [u8; 32] {
        let (first, second) = (self.next(), self.next());
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(first.as_bytes().iter().chain(second.as_bytes())) {
            *to = *from;
        }
        bytes
    }
}
