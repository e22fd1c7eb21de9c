//! What can be cited: clauses of a policy, in one version of a rulebook.
//! Must not load or parse rulebooks: see the crate `rules`.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The smallest part of a policy that can be cited: `policy#clause`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ClauseId(Arc<str>);

/// A text that is no clause id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a clause: write `policy#clause` in lower case, digits and hyphens")]
pub struct ClauseIdError(String);

impl ClauseId {
    /// Checks and keeps a clause id.
    ///
    /// # Errors
    /// [`ClauseIdError`] when the text is not `policy#clause`.
    pub fn new(text: &str) -> Result<Self, ClauseIdError> {
        let word = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once('#') {
            Some((policy, clause)) if word(policy) && word(clause) => Ok(Self(text.into())),
            _ => Err(ClauseIdError(text.into())),
        }
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The policy's part.
    pub fn policy(&self) -> &str {
        self.0.split_once('#').map_or(&self.0, |(policy, _)| policy)
    }

    /// The clause's part.
    pub fn clause(&self) -> &str {
        self.0.split_once('#').map_or("", |(_, clause)| clause)
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClauseId({})", self.0)
    }
}

impl FromStr for ClauseId {
    type Err = ClauseIdError;
    fn from_str(text: &str) -> Result<Self, ClauseIdError> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for ClauseId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// SHA-256 of a rulebook's content, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulebookVersion(Arc<str>);

impl RulebookVersion {
    /// Wraps a digest in hexadecimal.
    pub fn new(hex: &str) -> Self {
        Self(hex.into())
    }

    /// The digest in hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, enough for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for RulebookVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A clause as it read in one version of the rulebook, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseText {
    /// Which clause.
    pub id: ClauseId,
    /// Title of its policy.
    pub policy_title: String,
    /// Its own title.
    pub title: String,
    /// Its text in Markdown.
    pub text: String,
    /// Language of title and text (BCP 47).
    pub language: String,
    /// The version in which it reads so.
    pub rulebook: RulebookVersion,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clause_ids_have_two_words() {
        let id = ClauseId::new("hateful-conduct#dehumanisation").unwrap();
        assert_eq!((id.policy(), id.clause()), ("hateful-conduct", "dehumanisation"));
        for wrong in ["", "#", "a#", "#b", "a#b#c", "A#b", "a b#c"] {
            assert!(ClauseId::new(wrong).is_err(), "{wrong}");
        }
    }
}
