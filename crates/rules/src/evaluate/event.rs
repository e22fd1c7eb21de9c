//! An event as an evaluation sees it: its texts stay where they were read. Must not read them.

use std::borrow::Cow;

use jiff::Timestamp;
use model::{ActionId, Event, IdError, Json};

use crate::value::Str;

/// One thing that happened; see [`Event`].
#[derive(Clone, Debug)]
pub(crate) struct EventRef<'e> {
    pub(crate) action_id: Cow<'e, str>,
    pub(crate) action_name: Str,
    pub(crate) timestamp: Timestamp,
    /// The date and the time to the second, where they came as results show them.
    pub(crate) told: Option<&'e str>,
    pub(crate) data: &'e str,
    pub(crate) secret_data: Option<&'e str>,
}

impl<'e> EventRef<'e> {
    pub(crate) fn of(event: &'e Event) -> Self {
        Self {
            action_id: Cow::Borrowed(event.action_id.as_str()),
            action_name: Str::from(event.action_name.as_str()),
            timestamp: event.timestamp,
            told: None,
            data: event.data.as_str(),
            secret_data: event.secret_data.as_ref().map(Json::as_str),
        }
    }

    /// The event on its own.
    pub(crate) fn owned(&self) -> Result<Event, IdError> {
        Ok(Event {
            action_id: ActionId::new(&self.action_id)?,
            action_name: self.action_name.to_string(),
            timestamp: self.timestamp,
            data: Json::unchecked(self.data),
            secret_data: self.secret_data.map(Json::unchecked),
        })
    }
}
