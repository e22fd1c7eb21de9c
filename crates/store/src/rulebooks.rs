//! Every version of the rulebook that was ever in force, file by file.

use jiff::Timestamp;
use model::RulebookVersion;

/// A version that came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The version.
    pub version: RulebookVersion,
    /// When it came into force.
    pub adopted_at: Timestamp,
}
