//! What is around an event's data: its id, name, time and clock. Must not look inside the data.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use model::{ActionId, Event, Json};

use super::Now;
use crate::jsonpath::{Drawn, Wanted};
use crate::value::Value;
use crate::value::json::{self, JsonError, Reader};

/// JSON nested deeper is refused.
const MAX_DEPTH: usize = 190;

/// An event as it came.
pub(super) struct Envelope<'l> {
    pub(super) event: Event,
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
    timestamp: Option<Value>,
    send_time: Option<Value>,
    data: Option<Part<'l>>,
    secret_data: Option<&'l str>,
    now: Option<Value>,
}

/// The data: as text and, once it is known to be the event's own, as far as rules read it.
struct Part<'l> {
    text: &'l str,
    drawn: Option<Drawn>,
}

impl<'l> Parts<'l> {
    fn read(
        line: &'l Arc<str>,
        (start, end): (usize, usize),
        wanted: &Wanted,
    ) -> Result<Self, JsonError> {
        let mut parts = Self::default();
        let mut reader = Reader::new(line, start, end, MAX_DEPTH);
        reader.entries(|reader, key| {
            match key {
                "action_id" => parts.action_id = Some(reader.span()?),
                "action_name" => parts.action_name = Some(reader.value()?),
                "timestamp" => parts.timestamp = Some(reader.value()?),
                "send_time" => parts.send_time = Some(reader.value()?),
                // Without an id so far this may be a message around the event.
                "data" if parts.action_id.is_none() => {
                    parts.data = Some(Part { text: reader.span()?, drawn: None });
                }
                "data" => {
                    let (text, drawn) = reader.drawn_span(wanted)?;
                    parts.data = Some(Part { text, drawn: Some(drawn) });
                }
                "secret_data" => parts.secret_data = Some(reader.span()?),
                "now" => parts.now = Some(reader.value()?),
                _ => drop(reader.span()?),
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(parts)
    }

    /// Osprey's input messages have the event inside `data`, and their time as `send_time`.
    fn unwrapped(self, line: &'l Arc<str>, wanted: &Wanted) -> Result<Self, JsonError> {
        let (None, Some(inside)) = (self.action_id, &self.data) else { return Ok(self) };
        let parts = Self::read(line, place(line, inside.text), wanted)?;
        Ok(Self { timestamp: parts.timestamp.or(self.send_time), now: self.now, ..parts })
    }
}

/// Where a part of a line begins and ends.
fn place(line: &Arc<str>, part: &str) -> (usize, usize) {
    let start = part.as_ptr().addr() - line.as_ptr().addr();
    (start, start + part.len())
}

impl<'l> Envelope<'l> {
    /// Reads the bytes from `at.0` to `at.1` of a text; `wanted` is what rules read of the data.
    pub(super) fn read(
        line: &'l Arc<str>,
        at: (usize, usize),
        clock: Now,
        wanted: &Wanted,
    ) -> Result<Self, String> {
        let said = |error: JsonError| {
            JsonError { offset: error.offset.saturating_sub(at.0), ..error }.to_string()
        };
        let parts = Parts::read(line, at, wanted);
        let parts = parts.and_then(|parts| parts.unwrapped(line, wanted)).map_err(said)?;
        let (id, action_id) = id(parts.action_id)?;
        let action_name = match parts.action_name {
            Some(Value::Str(name)) => name.to_string(),
            Some(_) => return Err("`action_name` is not a text".into()),
            None => return Err("`action_name` is missing: what happened, as a text".into()),
        };
        let now = match parts.now {
            None | Some(Value::None) => None,
            Some(now) => Some(time("now", &now)?.0),
        };
        let (timestamp, offset) = match (parts.timestamp, now, clock) {
            (Some(written), ..) => time("timestamp", &written)?,
            (None, Some(at), _) | (None, None, Now::At(at)) => (at, Offset::UTC),
            (None, None, Now::Event) => {
                return Err(
                    "`timestamp` is missing: when it happened, as `2026-03-01T12:00:00Z`; \
                    or give --now"
                        .into(),
                );
            }
        };
        let (data, drawn) = parts.data.map(|part| (part.text, part.drawn)).unzip();
        let data = object("data", data)?;
        let data = data.ok_or("`data` is missing: an object, what the rules read")?;
        let drawn = match drawn.flatten() {
            Some(drawn) => drawn,
            None => {
                let (start, end) = place(line, data);
                Reader::new(line, start, end, MAX_DEPTH).drawn(wanted).map_err(said)?
            }
        };
        let event = Event {
            action_id,
            action_name,
            timestamp,
            data: Json::unchecked(data),
            secret_data: object("secret_data", parts.secret_data)?.map(Json::unchecked),
        };
        let now = now.unwrap_or(match clock {
            Now::Event => timestamp,
            Now::At(at) => at,
        });
        Ok(Self { event, data: drawn, id, now, offset: Some(offset) })
    }
}

/// A message whose event is JSON inside a text, as Osprey's own examples send it, with the event as an
/// object. None of anything else.
pub(super) fn opened(line: &Arc<str>, at: (usize, usize), wanted: &Wanted) -> Option<Arc<str>> {
    let parts = Parts::read(line, at, wanted).ok()?;
    let (None, Some(data)) = (parts.action_id, parts.data) else { return None };
    let Value::Str(inside) = json::read(&data.text.into(), 1).ok()?.value else { return None };
    let inside = inside.trim();
    json::read(&inside.into(), MAX_DEPTH).ok().filter(|_| inside.starts_with('{'))?;
    let mut message = String::from("{");
    for (key, value) in [("send_time", &parts.send_time), ("now", &parts.now)] {
        if let Some(Value::Str(value)) = value {
            message.push_str(&format!("\"{key}\": "));
            json::write_str(&mut message, value);
            message.push_str(", ");
        }
    }
    message.push_str(&format!("\"data\": {inside}}}"));
    Some(message.into())
}

fn id(written: Option<&str>) -> Result<(&str, ActionId), String> {
    let written = written.ok_or("`action_id` is missing: the platform's id, a number or a text")?;
    let whole = written.strip_prefix('-').unwrap_or(written);
    let text = match whole.bytes().all(|byte| byte.is_ascii_digit()) {
        true => written.into(),
        false => match json::read(&written.into(), 1) {
            Ok(document) => match document.value {
                Value::Str(text) => text,
                _ => return Err("`action_id` is neither a whole number nor a text".into()),
            },
            Err(error) => return Err(error.to_string()),
        },
    };
    ActionId::new(&text).map(|id| (written, id)).map_err(|error| format!("`action_id`: {error}"))
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

/// A moment, and the offset in which it is written; without one it is in UTC.
fn time(key: &str, written: &Value) -> Result<(Timestamp, Offset), String> {
    let wrong = || format!("`{key}` is not a time; write it as `2026-03-01T12:00:00Z`");
    let text = written.as_str().ok_or_else(wrong)?;
    if let Some(time) = plain_time(text) {
        return Ok((time, Offset::UTC));
    }
    let pieces = jiff::fmt::temporal::Pieces::parse(text).map_err(|_| wrong())?;
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let time = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    Ok((offset.to_timestamp(time).map_err(|_| wrong())?, offset))
}

/// A time as nearly all are written, `2026-03-01T12:00:00.123Z` or with `+00:00`; None of any other.
fn plain_time(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (date, rest) = text.as_bytes().split_at_checked(10)?;
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2] = date else { return None };
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, fraction @ ..] = rest else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0_i16, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i16::from(**digit - b'0'))
        })
    };
    let small = |digits: &[&u8]| number(digits).and_then(|number| i8::try_from(number).ok());
    let nanos = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let (sum, places) = digits.iter().try_fold((0_i32, 9), |(sum, places), digit| {
                digit.is_ascii_digit().then(|| (sum * 10 + i32::from(digit - b'0'), places - 1))
            })?;
            sum * 10_i32.pow(places)
        }
        _ => return None,
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, small(&[o1, o2])?, small(&[d1, d2])?);
    let (hour, minute, second) = (small(&[h1, h2])?, small(&[m1, m2])?, small(&[s1, s2])?);
    let time = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{plain_time, time};
    use crate::value::Value;

    #[test]
    fn times_are_read_the_same_the_short_way() {
        for text in [
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00+00:00",
            "2026-03-01T12:00:00.5Z",
            "1969-12-31T23:59:59.123456789Z",
            "0000-01-01T00:00:00Z",
            "9999-12-30T21:59:59.999999999Z",
            "2024-02-29T00:00:00Z",
        ] {
            let plain = plain_time(text);
            assert_eq!(plain, text.parse::<Timestamp>().ok(), "{text}");
            assert!(plain.is_some(), "{text}");
        }
        for text in [
            "2026-03-01T12:00:60Z",
            "2026-02-29T12:00:00Z",
            "2026-3-01T12:00:00Z",
            "2026-03-01 12:00:00Z",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00+01:00",
            "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00.1234567890Z",
            "2026-03-01T12:00:0aZ",
            "+2026-03-01T12:00:00Z",
            "Z",
            "",
        ] {
            assert_eq!(plain_time(text), None, "{text}");
        }
        assert!(time("now", &Value::str("2026-03-01T12:00:00+01:00")).is_ok());
    }
}
