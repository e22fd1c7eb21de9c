//! Names of things: ids that the platform gives (text) and ids that we give (random, 128 bit).
//! Must not draw randomness: new ids come from [`crate::Ids`].

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// Longest id that a platform may send, in bytes. AT Protocol URIs stay under it by a wide margin.
const LONGEST: usize = 1024;

/// Why a platform's id was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The id is the empty string.
    #[error("the id is empty; send the platform's own id for it")]
    Empty,
    /// The id is longer than 1,024 bytes.
    #[error("the id has {0} bytes; at most 1,024 are allowed")]
    TooLong(usize),
    /// The id holds a control character or a character that reorders text.
    #[error("the id holds the character U+{0:04X}, which cannot be shown safely; remove it")]
    Unsafe(u32),
}

/// Whether a character hides, or reorders what is beside it: controls, zero-width characters, marks of direction
/// (Unicode Standard Annex #9).
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > LONGEST {
        return Err(IdError::TooLong(text.len()));
    }
    text.chars().find(|c| hides(*c)).map_or(Ok(()), |c| Err(IdError::Unsafe(u32::from(c))))
}

/// Accepts a JSON string or an integer, because platforms send both.
#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Unsigned(u64),
    Signed(i64),
}

macro_rules! platform_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and keeps the platform's id.
            ///
            /// # Errors
            /// [`IdError`] when the id is empty, longer than 1,024 bytes or not safe to show.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.into()))
            }

            /// Checks an id that need not be kept.
            ///
            /// # Errors
            /// As [`Self::new`].
            pub fn check(text: &str) -> Result<(), IdError> {
                check(text)
            }

            /// The id as the platform wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = match TextOrNumber::deserialize(from)? {
                    TextOrNumber::Text(text) => text,
                    TextOrNumber::Unsigned(number) => number.to_string(),
                    TextOrNumber::Signed(number) => number.to_string(),
                };
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

platform_id!(
    /// The platform's id of an event; the same id is never decided twice.
    ActionId
);
platform_id!(
    /// The platform's id of an item.
    ItemId
);
platform_id!(
    /// The platform's id of an account.
    AccountId
);

macro_rules! our_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id drawn by [`crate::Ids`].
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The 128 bits.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

our_id!(
    /// Id of a decision and of its statement of reasons. Random, so that it says nothing of the
    /// person concerned; it is public and serves as the DSA database's PUID.
    DecisionId
);
our_id!(
    /// Id of a case that waits for people.
    CaseId
);
our_id!(
    /// Id of somebody who works with Evenhand; never public.
    PersonId
);
our_id!(
    /// Id of the end of a measure; public.
    EndingId
);
our_id!(
    /// Id of an appeal.
    AppealId
);
our_id!(
    /// Id of a piece of evidence that somebody attached to a case.
    EvidenceId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_ids() {
        let number: ActionId = serde_json::from_str("1001").unwrap();
        let text: ActionId = serde_json::from_str("\"1001\"").unwrap();
        assert_eq!(number, text);
    }

    #[test]
    fn unsafe_ids_are_refused() {
        assert_eq!(ItemId::new(""), Err(IdError::Empty));
        assert_eq!(ItemId::new("a\u{202E}b"), Err(IdError::Unsafe(0x202E)));
        assert_eq!(ItemId::new("a\0"), Err(IdError::Unsafe(0)));
        assert_eq!(ItemId::new(&"x".repeat(2000)), Err(IdError::TooLong(2000)));
    }
}
