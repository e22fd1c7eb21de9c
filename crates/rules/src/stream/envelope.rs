//! What is around an event's data: its id, name, time and clock. Must not look inside the data.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use model::ActionId;

use super::Now;
use super::time::{Time, time};
use crate::evaluate::EventRef;
use crate::jsonpath::{Drawn, Wanted};
use crate::value::Value;
use crate::value::json::{self, JsonError, Reader};

/// JSON nested deeper is refused.
const MAX_DEPTH: usize = 190;

/// An event as it came.
pub(super) struct Envelope<'l> {
    pub(super) event: EventRef<'l>,
    /// What rules read of its data.
    pub(super) data: Drawn,
    /// The id as it is written in JSON.
    pub(super) id: &'l str,
    pub(super) now: Timestamp,
    /// The offset in which the event's time is written.
    pub(super) offset: Option<Offset>,
}

/// The parts of the object, as JSON.
#[derive(Default)]
struct Parts<'l> {
    action_id: Option<&'l str>,
    action_name: Option<Value>,
    timestamp: Option<&'l str>,
    send_time: Option<&'l str>,
    data: Option<&'l str>,
    /// Whether the data were also read as far as rules do.
    drawn: bool,
    secret_data: Option<&'l str>,
    now: Option<&'l str>,
}

impl<'l> Parts<'l> {
    /// Reads an object; its data go into `drawn`, once they are known to be the event's own.
    fn read(
        &mut self,
        line: &'l Arc<str>,
        (start, end): (usize, usize),
        wanted: &Wanted,
        drawn: &mut Drawn,
    ) -> Result<(), JsonError> {
        let parts = self;
        let mut reader = Reader::new(line, start, end, MAX_DEPTH);
        reader.entries(|reader, key| {
            match key {
                "action_id" => parts.action_id = Some(reader.span()?),
                "action_name" => parts.action_name = Some(reader.value()?),
                "timestamp" => parts.timestamp = Some(reader.span()?),
                "send_time" => parts.send_time = Some(reader.span()?),
                // Without an id so far this may be a message around the event.
                "data" if parts.action_id.is_none() => parts.data = Some(reader.span()?),
                "data" => {
                    parts.data = Some(reader.drawn_span(wanted, drawn)?);
                    parts.drawn = true;
                }
                "secret_data" => parts.secret_data = Some(reader.span()?),
                "now" => parts.now = Some(reader.span()?),
                _ => drop(reader.span()?),
            }
            Ok(())
        })?;
        reader.end()
    }

    /// Osprey's input messages have the event inside `data`, and their time as `send_time`.
    fn unwrap(
        &mut self,
        line: &'l Arc<str>,
        wanted: &Wanted,
        drawn: &mut Drawn,
    ) -> Result<(), JsonError> {
        let (None, Some(inside)) = (self.action_id, self.data) else { return Ok(()) };
        let mut parts = Self::default();
        parts.read(line, place(line, inside), wanted, drawn)?;
        *self = Self { timestamp: parts.timestamp.or(self.send_time), now: self.now, ..parts };
        Ok(())
    }
}

/// Where a part of a line begins and ends.
fn place(line: &Arc<str>, part: &str) -> (usize, usize) {
    let start = part.as_ptr().addr() - line.as_ptr().addr();
    (start, start + part.len())
}

impl<'l> Envelope<'l> {
    /// Reads the bytes from `at.0` to `at.1` of a text; `wanted` is what rules read of the data, `drawn` has room
    /// for it.
    pub(super) fn read(
        line: &'l Arc<str>,
        at: (usize, usize),
        clock: Now,
        wanted: &Wanted,
        mut drawn: Drawn,
    ) -> Result<Self, String> {
        let said = |error: JsonError| {
            JsonError { offset: error.offset.saturating_sub(at.0), ..error }.to_string()
        };
        let mut parts = Parts::default();
        parts.read(line, at, wanted, &mut drawn).map_err(said)?;
        parts.unwrap(line, wanted, &mut drawn).map_err(said)?;
        let (id, action_id) = id(parts.action_id)?;
        let action_name = match parts.action_name {
            Some(Value::Str(name)) => name,
            Some(_) => return Err("`action_name` is not a text".into()),
            None => return Err("`action_name` is missing: what happened, as a text".into()),
        };
        let now = match parts.now {
            None | Some("null") => None,
            Some(now) => Some(time("now", now)?.at),
        };
        let time = match (parts.timestamp, now, clock) {
            (Some(written), ..) => time("timestamp", written)?,
            (None, Some(at), _) | (None, None, Now::At(at)) => {
                Time { at, offset: Offset::UTC, told: None }
            }
            (None, None, Now::Event) => {
                return Err(
                    "`timestamp` is missing: when it happened, as `2026-03-01T12:00:00Z`; \
                    or give --now"
                        .into(),
                );
            }
        };
        let data = object("data", parts.data)?;
        let data = data.ok_or("`data` is missing: an object, what the rules read")?;
        if !parts.drawn {
            let (start, end) = place(line, data);
            Reader::new(line, start, end, MAX_DEPTH).draw(wanted, &mut drawn).map_err(said)?;
        }
        let event = EventRef {
            action_id,
            action_name,
            timestamp: time.at,
            told: time.told,
            data,
            secret_data: object("secret_data", parts.secret_data)?,
        };
        let now = now.unwrap_or(match clock {
            Now::Event => time.at,
            Now::At(at) => at,
        });
        Ok(Self { event, data: drawn, id, now, offset: Some(time.offset) })
    }
}

/// A message whose event is JSON inside a text, as Osprey's own examples send it, with the event as an
/// object. None of anything else.
pub(super) fn opened(line: &Arc<str>, at: (usize, usize), wanted: &Wanted) -> Option<Arc<str>> {
    let mut parts = Parts::default();
    parts.read(line, at, wanted, &mut Drawn::default()).ok()?;
    let (None, Some(data)) = (parts.action_id, parts.data) else { return None };
    let Value::Str(inside) = json::read(&data.into(), 1).ok()?.value else { return None };
    let inside = inside.trim();
    json::read(&inside.into(), MAX_DEPTH).ok().filter(|_| inside.starts_with('{'))?;
    let mut message = String::from("{");
    for (key, value) in [("send_time", parts.send_time), ("now", parts.now)] {
        if let Some(value) = value.filter(|value| value.starts_with('"')) {
            message.push_str(&format!("\"{key}\": {value}, "));
        }
    }
    message.push_str(&format!("\"data\": {inside}}}"));
    Some(message.into())
}

fn id(written: Option<&str>) -> Result<(&str, Cow<'_, str>), String> {
    let written = written.ok_or("`action_id` is missing: the platform's id, a number or a text")?;
    let whole = written.strip_prefix('-').unwrap_or(written);
    let id = match whole.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Cow::Borrowed(written),
        false => json::text(written).ok_or("`action_id` is neither a whole number nor a text")?,
    };
    let checked = ActionId::check(&id).map_err(|error| format!("`action_id`: {error}"));
    checked.map(|()| (written, id))
}

fn object<'l>(key: &str, written: Option<&'l str>) -> Result<Option<&'l str>, String> {
    match written {
        None | Some("null") => Ok(None),
        Some(text) if text.starts_with('{') => Ok(Some(text)),
        Some(text) if text.starts_with('"') => {
            Err(format!("`{key}` is a text: send the object itself, not JSON inside a text"))
        }
        Some(_) => Err(format!("`{key}` is not an object")),
    }
}
