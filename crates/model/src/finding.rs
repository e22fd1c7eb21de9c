//! What was found, and in which passage. A finding says that a clause is breached, never what
//! follows from it: that is the ladder's.

use crate::{ClauseId, DecisionId};
use serde::{Deserialize, Serialize};

/// A stretch of one text, with its offsets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Where the text stands in the event's data: `$.item.text`.
    pub field: String,
    /// First byte (UTF-8), from 0.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The passage itself.
    pub text: String,
}

/// Offsets that are no passage of a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bytes {start} to {end} are no passage of a text of {length} bytes")]
pub struct PassageError {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Length of the text in bytes.
    pub length: usize,
}

impl Passage {
    /// Cuts the passage from `start` to `end` (bytes) out of the text at `field`.
    ///
    /// # Errors
    /// [`PassageError`] when the offsets are outside the text or cut a character.
    pub fn cut(field: &str, text: &str, start: usize, end: usize) -> Result<Self, PassageError> {
        let passage =
            text.get(start..end).ok_or(PassageError { start, end, length: text.len() })?;
        Ok(Self { field: field.into(), start, end, text: passage.into() })
    }
}

/// Who found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// Rules of the rulebook, by name.
    Rules(Vec<String>),
    /// A person who reviewed the case, by pseudonym.
    Person(String),
    /// A report, by its id.
    Report(String),
    /// People's decisions on like items, which the rules would depart from.
    LikeCases(Vec<DecisionId>),
}

/// "Clause C is breached by this item."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The clause.
    pub clause: ClauseId,
    /// Who found it.
    pub by: FoundBy,
    /// The passage that breaches it, when it is in a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
    /// What the rule says about it, in plain words, filled in.
    pub explanation: String,
}
