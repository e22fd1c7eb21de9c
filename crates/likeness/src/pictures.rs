//! Pictures that look alike: PDQ fingerprints, and those within a distance of one among millions.
//!
//! It gets brightness values and must not decode a picture: files from outside are hostile, and decoding them
//! belongs in a process of its own.

mod index;
mod pdq;

pub use index::{PdqIndex, PdqMatch};
pub use pdq::{Pdq, PdqError, PdqHash, WrongHash};
