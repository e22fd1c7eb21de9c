//! What an evaluation must be told about the world. The plan says which facts it needs; whoever
//! evaluates fetches them, all at once, before.

use std::collections::HashMap;

use jiff::tz::Offset;

use crate::functions;
use crate::labels::LabelState;

/// One fact that an event's evaluation needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactKey {
    /// The labels of an entity, named `Type/id`.
    Labels(String),
}

/// The facts that were fetched. What is not in here is taken as not there.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Labels by entity, named `Type/id`.
    pub labels: HashMap<String, LabelState>,
    /// Mail hosts by domain.
    pub mail_hosts: HashMap<String, Vec<String>>,
    /// The offset from UTC in which the event's time was written; `TimeSince` counts by the clock
    /// on that wall, as Osprey does. UTC if None.
    pub offset: Option<Offset>,
}

impl functions::Facts for Facts {
    fn mail_hosts(&self, domain: &str) -> Option<Vec<String>> {
        self.mail_hosts.get(domain).cloned()
    }
}
