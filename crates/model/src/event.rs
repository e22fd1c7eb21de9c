//! One thing that happened on the platform. Must not look inside `data`: see [`crate::Item`].

use crate::{ActionId, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that happened on the platform, as Osprey names its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The platform's id; the same id with the same content is the same event.
    pub action_id: ActionId,
    /// What happened: `post_created`, `profile_updated`, ...
    pub action_name: String,
    /// When it happened, by the platform's clock.
    pub timestamp: Timestamp,
    /// What the rules read.
    pub data: Json,
    /// What only rules with `Secret[...]` features read; never shown, never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_data: Option<Json>,
}

/// Limits on one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one event's JSON.
    pub bytes: usize,
}

impl Default for Limits {
    /// 1 MiB: a long post with its thread takes a few kilobytes.
    fn default() -> Self {
        Self { bytes: 1 << 20 }
    }
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// More bytes than [`Limits`] allow.
    #[error("the event has {bytes} bytes; at most {most} are allowed: send media by link")]
    TooLarge {
        /// The event's length in bytes.
        bytes: usize,
        /// The limit in bytes.
        most: usize,
    },
    /// Not UTF-8.
    #[error("the event is not UTF-8 (first bad byte at offset {at}); send JSON in UTF-8")]
    NotUtf8 {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// Not an event in JSON.
    #[error("not an event: {0}")]
    Malformed(String),
}

impl Event {
    /// Reads one event from the bytes of a JSON object.
    ///
    /// # Errors
    /// [`EventError`] says what is wrong and where.
    pub fn parse(bytes: &[u8], limits: Limits) -> Result<Self, EventError> {
        if bytes.len() > limits.bytes {
            return Err(EventError::TooLarge { bytes: bytes.len(), most: limits.bytes });
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| EventError::NotUtf8 { at: error.valid_up_to() })?;
        // A derived reader would take an array of five values for the five fields.
        if text.trim_start().starts_with('[') {
            return Err(EventError::Malformed(
                "a JSON array; send one object for each event".into(),
            ));
        }
        serde_json::from_str(text).map_err(|error| EventError::Malformed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> Result<Event, EventError> {
        Event::parse(text, Limits { bytes: 300 })
    }

    #[test]
    fn an_event_reads_and_writes_back() {
        let text = r#"{"action_id":7,"action_name":"post_created","timestamp":"2026-03-01T12:00:00+00:00","data":{"item":{"id":"1"}}}"#;
        let event = parse(text.as_bytes()).unwrap();
        assert_eq!(event.action_id.as_str(), "7");
        let again = serde_json::to_string(&event).unwrap();
        assert_eq!(parse(again.as_bytes()).unwrap(), event);
    }

    #[test]
    fn bad_input_says_what_and_where() {
        for (bytes, says) in [
            (&b"{\"action_id\": \"a\xFF\"}"[..], "offset 16"),
            (b"{\"action_name\":\"x\"}", "missing field `action_id`"),
            (b"{\"action_id\":\"\"}", "the id is empty"),
            (b"{\"actionid\":1}", "unknown field `actionid`"),
            (b"{\"action_id\":1", "line 1 column 14"),
            (b"[1, \"x\", \"2026-03-01T12:00:00Z\", {}, null]", "a JSON array"),
            (&[b' '; 301], "301 bytes"),
        ] {
            let error = parse(bytes).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
