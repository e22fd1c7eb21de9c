//! When an event happened, as the line around it says. Must not read a clock.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::value::json::text;

/// A moment as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time<'l> {
    pub(super) at: Timestamp,
    /// The offset in which it is written; without one it is in UTC.
    pub(super) offset: Offset,
    /// The date and the time of a moment in UTC without fractions, as results show them.
    pub(super) told: Option<&'l str>,
}

/// Reads a moment from JSON.
pub(super) fn time<'l>(key: &str, written: &'l str) -> Result<Time<'l>, String> {
    let wrong = || format!("`{key}` is not a time; write it as `2026-03-01T12:00:00Z`");
    let text = text(written).ok_or_else(wrong)?;
    if let Cow::Borrowed(text) = text
        && let Some(time) = plain_time(text)
    {
        return Ok(time);
    }
    let pieces = jiff::fmt::temporal::Pieces::parse(&*text).map_err(|_| wrong())?;
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let time = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    let at = offset.to_timestamp(time).map_err(|_| wrong())?;
    Ok(Time { at, offset, told: None })
}

/// A time as nearly all are written, `2026-03-01T12:00:00.123Z` or with `+00:00`; None of any other.
fn plain_time(text: &str) -> Option<Time<'_>> {
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
    let at = Offset::UTC.to_timestamp(time).ok()?;
    Some(Time { at, offset: Offset::UTC, told: fraction.is_empty().then_some(text) })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{plain_time, time};

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
            assert_eq!(plain.map(|time| time.at), text.parse::<Timestamp>().ok(), "{text}");
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
        assert!(time("now", "\"2026-03-01T12:00:00+01:00\"").is_ok());
    }
}
