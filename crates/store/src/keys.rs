//! API keys: what a caller may do, and under which pseudonym. Must not keep a key itself.

use jiff::Timestamp;
use std::fmt;
use std::str::FromStr;

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Send events and reports, read statements for the person concerned.
    Events,
    /// Send receipts.
    Receipts,
    /// Decide cases.
    Review,
    /// Read the regulator's view.
    Regulator,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: write `events`, `receipts`, `review` or `regulator`")]
pub struct ScopeError(String);

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Events, Self::Receipts, Self::Review, Self::Regulator];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Receipts => "receipts",
            Self::Review => "review",
            Self::Regulator => "regulator",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.word() == text)
            .ok_or_else(|| ScopeError(text.chars().take(60).collect()))
    }
}

/// A key as it is kept: never the key, only its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// A name for it, unique: it stands in lists and logs.
    pub id: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Under which name its holder decides (`reviewer 7`); needed for [`Scope::Review`].
    pub pseudonym: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}
