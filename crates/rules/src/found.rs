//! What the rules say of one event: which clauses it breaches, or may breach. Must not say what
//! follows: the ladder does.

use model::{ClauseId, Passage};
use serde::Serialize;

/// How sure the rules are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "certainty", rename_all = "snake_case")]
pub enum Certainty {
    /// `Breach(...)`: the clause is breached.
    Breach,
    /// `Refer(...)`: people should look.
    Refer {
        /// The queue that the rule names; the policy's own when it names none.
        queue: Option<String>,
        /// 0 (can wait) to 100 (now); when the rule says nothing, the ladder's severity speaks.
        priority: Option<u8>,
    },
}

/// One effect of the rules on an item: a clause that it breaches or may breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The clause.
    pub clause: ClauseId,
    /// How sure the rules are.
    pub certainty: Certainty,
    /// The rules that fired, by name.
    pub rules: Vec<String>,
    /// The item's id, if the rule names one that is not the event's own.
    pub item: Option<String>,
    /// The account's id, if the rule names one that is not the event's own.
    pub account: Option<String>,
    /// The passage that a rule matched, with offsets into the text as it was posted.
    pub passage: Option<Passage>,
    /// The rule's description, filled in; goes into the public facts, so it names nobody and
    /// quotes nothing.
    pub explanation: String,
}
