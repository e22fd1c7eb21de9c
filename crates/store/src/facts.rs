//! What evaluation and the ladder must know about accounts: standings and label states, each for a
//! whole batch in one query.

use jiff::Timestamp;

/// The thing that carries a label: an SML entity (`User`, `1001`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// The entity's type, as the rules declare it.
    pub kind: String,
    /// The platform's id of it.
    pub id: String,
}

/// Whether an entity carries a label at present. The latest word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What carries it.
    pub entity: Entity,
    /// The label's name.
    pub name: String,
    /// Set (`true`) or taken away.
    pub set: bool,
    /// Since when.
    pub at: Timestamp,
    /// When it lapses; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// The rule that did it.
    pub reason: String,
}
