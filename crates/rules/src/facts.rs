//! Facts that evaluation needs from outside, fetched before it: the labels of entities.
//! Must not fetch anything: the plan says what is needed, whoever calls brings it.

use crate::labels::LabelState;
use std::collections::HashMap;

/// A fact that an event needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKey {
    /// The labels of an entity, by `Type/id`.
    Labels(String),
}

/// Facts at hand. What is absent counts as "nothing known": an entity without labels.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Labels by entity, `Type/id`.
    pub labels: HashMap<String, LabelState>,
}
