//! The real clock and the real randomness: the only place that asks the machine for either.

use jiff::Timestamp;
use model::{Clock, Ids};
use uuid::Uuid;

/// The machine's clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's randomness.
#[derive(Debug)]
pub(crate) struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws ids")]
    fn next(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // Two ids carry 244 random bits; they stand in should the system's source ever refuse.
        if getrandom::fill(&mut bytes).is_err() {
            let (first, second) = (self.next(), self.next());
            let random = first.as_bytes().iter().chain(second.as_bytes());
            bytes.iter_mut().zip(random).for_each(|(to, from)| *to = *from);
        }
        bytes
    }
}
