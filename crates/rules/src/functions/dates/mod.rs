//! Reads dates and times as people and programs write them, with the guesses of Python's
//! `dateutil`: month before day unless that cannot be, years of two digits near the present.
//! What is missing comes from the day of the event; zones are read and ignored.

mod words;

use jiff::civil::{Date, DateTime, Weekday};

use words::{WEEKDAYS, is_afternoon, is_jump, month, named, tokens, unit};

/// The moment that a text names, or None if it names none.
pub(super) fn parse(text: &str, today: Date) -> Option<DateTime> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        today,
        days: Days::default(),
        clock: Clock::default(),
        weekday: None,
        zone: false,
    };
    while reader.at < tokens.len() {
        reader.token()?;
        reader.at += 1;
    }
    reader.finish()
}

/// A number in digits: its whole part and the digits after the point.
#[derive(Clone, Copy)]
struct Number<'a> {
    whole: i64,
    decimals: &'a str,
}

impl<'a> Number<'a> {
    fn of(token: &'a str) -> Option<Self> {
        let (whole, decimals) = token.split_once('.').unwrap_or((token, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than fit are as wrong for every field as the greatest number.
        (digits(whole) && digits(decimals) && !whole.is_empty())
            .then(|| Self { whole: whole.parse().unwrap_or(i64::MAX), decimals })
    }

    /// The decimals as sixtieths, rounded down; None if there are none.
    fn sixtieths(self) -> Option<i64> {
        let decimals = self.decimals.trim_end_matches('0');
        let decimals = decimals.get(..decimals.len().min(15))?;
        let scale = 10_i64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        (!decimals.is_empty()).then(|| decimals.parse::<i64>().unwrap_or(0) * 60 / scale)
    }

    fn micros(self) -> i64 {
        format!("{:0<6.6}", self.decimals).parse().unwrap_or(0)
    }

    fn is_plain(self) -> bool {
        self.decimals.is_empty()
    }
}

#[derive(Default)]
struct Clock {
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    micros: Option<i64>,
}

impl Clock {
    fn set_hour(&mut self, hour: i64, afternoon: bool) {
        self.hour = Some(match (hour, afternoon) {
            (..12, true) => hour + 12,
            (12, false) => 0,
            _ => hour,
        });
    }

    fn set_seconds(&mut self, seconds: Number<'_>) {
        self.second = Some(seconds.whole);
        self.micros = Some(seconds.micros());
    }
}

/// The numbers that may be year, month and day, and which is known to be which.
#[derive(Default)]
struct Days {
    values: Vec<i64>,
    year: Option<usize>,
    month: Option<usize>,
    century: bool,
}

impl Days {
    /// A number as it was written; more than two digits are a year.
    fn digits(&mut self, digits: &str) -> Option<()> {
        let number = Number::of(digits).filter(|number| number.is_plain())?;
        if digits.len() > 2 { self.year(number.whole) } else { self.push(number.whole) }
    }

    fn number(&mut self, value: i64) -> Option<()> {
        if value > 100 { self.year(value) } else { self.push(value) }
    }

    fn push(&mut self, value: i64) -> Option<()> {
        self.values.push(value);
        Some(())
    }

    fn year(&mut self, value: i64) -> Option<()> {
        self.century = true;
        if self.year.replace(self.values.len()).is_some() {
            return None;
        }
        self.push(value)
    }

    fn month(&mut self, value: i64) -> Option<()> {
        if self.month.replace(self.values.len()).is_some() {
            return None;
        }
        self.push(value)
    }

    fn known(&self, position: Option<usize>) -> Option<i64> {
        self.values.get(position?).copied()
    }

    fn could_be_day(&self, value: i64) -> bool {
        let last = match self.known(self.month) {
            None => 31,
            Some(month) => {
                let year = self.known(self.year).unwrap_or(2000);
                date(year, month, 1).map_or(0, |date| i64::from(date.days_in_month()))
            }
        };
        (1..=last).contains(&value)
    }

    /// Which is year, month and day. The outer None: it cannot be told.
    fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
        let known = usize::from(self.year.is_some()) + usize::from(self.month.is_some());
        let values = self.values.as_slice();
        if (known > 0 && known == values.len()) || (values.len() == 3 && known == 2) {
            let day = (0..values.len()).find(|&at| Some(at) != self.year && Some(at) != self.month);
            return Some((self.known(self.year), self.known(self.month), self.known(day)));
        }
        Some(match *values {
            [] => (None, None, None),
            [only] => year_or_day(None, only),
            [a, b] => match self.month {
                Some(0) => year_or_day(Some(a), b),
                Some(_) => year_or_day(Some(b), a),
                None if a > 31 => (Some(a), Some(b), None),
                None if b > 31 => (Some(b), Some(a), None),
                None => (None, Some(a), Some(b)),
            },
            [a, b, c] => {
                let (year, month, day) = match self.month {
                    Some(0) if b > 31 => (b, a, c),
                    Some(0) => (c, a, b),
                    Some(1) if a > 31 => (a, b, c),
                    Some(1) => (c, b, a),
                    Some(_) if b > 31 => (b, c, a),
                    Some(_) => (a, c, b),
                    None if a > 31 || self.year == Some(0) => (a, b, c),
                    None if a > 12 => (c, b, a),
                    None => (c, a, b),
                };
                (Some(year), Some(month), Some(day))
            }
            _ => return None,
        })
    }
}

fn year_or_day(month: Option<i64>, other: i64) -> (Option<i64>, Option<i64>, Option<i64>) {
    if other > 31 { (Some(other), month, None) } else { (None, month, Some(other)) }
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| *year >= 1)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    today: Date,
    days: Days,
    clock: Clock,
    weekday: Option<i64>,
    zone: bool,
}

impl<'a> Reader<'a> {
    fn ahead(&self, by: usize) -> Option<&'a str> {
        self.tokens.get(self.at + by).map(String::as_str)
    }

    fn behind(&self, by: usize) -> Option<&'a str> {
        self.tokens.get(self.at.checked_sub(by)?).map(String::as_str)
    }

    /// Takes in the token at hand and those that belong to it.
    fn token(&mut self) -> Option<()> {
        let token = self.ahead(0)?;
        if let Some(number) = Number::of(token) {
            return self.number(token, number);
        }
        if let Some(weekday) = named(token, &WEEKDAYS) {
            self.weekday = Some(weekday);
            return Some(());
        }
        if let Some(month) = month(token) {
            return self.month(month);
        }
        if let Some(afternoon) = is_afternoon(token) {
            let hour = self.clock.hour.filter(|hour| (0..=12).contains(hour))?;
            self.clock.set_hour(hour, afternoon);
            return Some(());
        }
        let zone_name = token.len() <= 5
            && (token.bytes().all(|byte| byte.is_ascii_uppercase()) || token == "z");
        if zone_name && self.clock.hour.is_some() && !self.zone {
            // After a name such as GMT an offset may follow.
            self.zone = !matches!(self.ahead(1), Some("+" | "-"));
            return Some(());
        }
        if matches!(token, "+" | "-") && self.clock.hour.is_some() {
            return self.offset();
        }
        is_jump(token).then_some(())
    }

    fn offset(&mut self) -> Option<()> {
        let hours = self.ahead(1)?;
        Number::of(hours).filter(|number| number.is_plain())?;
        self.zone = true;
        if hours.len() == 4 {
            self.at += 1;
        } else if self.ahead(2) == Some(":") {
            Number::of(self.ahead(3)?)?;
            self.at += 3;
        } else if hours.len() <= 2 {
            self.at += 1;
        } else {
            return None;
        }
        if self.ahead(1).is_some_and(is_jump)
            && self.ahead(2) == Some("(")
            && self.ahead(4) == Some(")")
        {
            self.at += 4;
        }
        Some(())
    }

    /// A month by its name: `Jan-01-99`, `Jan of 01`.
    fn month(&mut self, month: i64) -> Option<()> {
        self.days.month(month)?;
        match self.ahead(1) {
            Some(mark @ ("-" | "/")) => {
                self.days.digits(self.ahead(2)?)?;
                if self.ahead(3) == Some(mark) {
                    self.days.digits(self.ahead(4)?)?;
                    self.at += 2;
                }
                self.at += 2;
            }
            Some(" ")
                if self.ahead(3) == Some(" ")
                    && self.ahead(2).is_some_and(|word| word.eq_ignore_ascii_case("of")) =>
            {
                if let Some(number) = Number::of(self.ahead(4)?).filter(|number| number.is_plain())
                {
                    self.days.year(self.century_of(number.whole))?;
                }
                self.at += 4;
            }
            _ => {}
        }
        Some(())
    }

    fn number(&mut self, token: &'a str, number: Number<'a>) -> Option<()> {
        let part = |range: std::ops::Range<usize>| {
            let digits =
                token.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
            Number::of(digits).map(|part| part.whole)
        };
        let after = self.ahead(1);
        let follows_date = self.days.values.len() == 3 && self.clock.hour.is_none();
        if follows_date
            && matches!(token.len(), 2 | 4)
            && after.is_none_or(|after| after != ":" && unit(after).is_none())
        {
            self.clock.hour = part(0..2);
            if token.len() == 4 {
                self.clock.minute = Some(part(2..4)?);
            }
        } else if token.len() == 6 || token.find('.') == Some(6) {
            if self.days.values.is_empty() && number.is_plain() {
                [part(0..2)?, part(2..4)?, part(4..6)?]
                    .into_iter()
                    .try_for_each(|value| self.days.push(value))?;
            } else {
                self.clock.hour = Some(part(0..2)?);
                self.clock.minute = Some(part(2..4)?);
                self.clock.set_seconds(Number::of(token.get(4..)?)?);
            }
        } else if matches!(token.len(), 8 | 12 | 14) {
            self.days.year(part(0..4)?)?;
            self.days.push(part(4..6)?)?;
            self.days.push(part(6..8)?)?;
            if token.len() > 8 {
                self.clock.hour = Some(part(8..10)?);
                self.clock.minute = Some(part(10..12)?);
            }
            if token.len() > 12 {
                self.clock.second = Some(part(12..14)?);
            }
        } else if let Some((unit, skip)) = self.unit_nearby() {
            self.at += skip;
            self.assign(unit, number);
        } else if after == Some(":") && self.ahead(2).is_some() {
            self.time(number)?;
        } else if let Some(mark @ ("-" | "/" | ".")) = after {
            self.dashed(token, mark)?;
        } else if after.is_none_or(is_jump) {
            match self.ahead(2).and_then(is_afternoon) {
                Some(afternoon) => {
                    self.clock.set_hour(number.whole, afternoon);
                    self.at += 1;
                }
                None => self.days.number(number.whole)?,
            }
            self.at += 1;
        } else if let Some(afternoon) = after.and_then(is_afternoon).filter(|_| number.whole < 24) {
            self.clock.set_hour(number.whole, afternoon);
            self.at += 1;
        } else if self.days.could_be_day(number.whole) {
            self.days.number(number.whole)?;
        } else {
            return None;
        }
        Some(())
    }

    /// `11:30`, `11:30:15.25`
    fn time(&mut self, hour: Number<'a>) -> Option<()> {
        self.clock.hour = Some(hour.whole);
        let minute = Number::of(self.ahead(2)?)?;
        self.clock.minute = Some(minute.whole);
        self.clock.second = minute.sixtieths();
        if self.ahead(3) == Some(":") && self.ahead(4).is_some() {
            self.clock.set_seconds(Number::of(self.ahead(4)?)?);
            self.at += 2;
        }
        self.at += 2;
        Some(())
    }

    /// `2026-03-01`, `1/Mar/2026`, `1.3`
    fn dashed(&mut self, token: &str, mark: &str) -> Option<()> {
        self.days.digits(token)?;
        if let Some(second) = self.ahead(2).filter(|second| !is_jump(second)) {
            if second.bytes().all(|byte| byte.is_ascii_digit()) {
                self.days.digits(second)?;
            } else {
                self.days.month(month(second)?)?;
            }
            if self.ahead(3) == Some(mark) {
                let third = self.ahead(4)?;
                match month(third) {
                    Some(month) => self.days.month(month)?,
                    None => self.days.digits(third)?,
                }
                self.at += 2;
            }
            self.at += 1;
        }
        self.at += 1;
        Some(())
    }

    /// A unit after the number (with how many tokens to pass over), or the one after the unit
    /// before it, as in `12h04`.
    fn unit_nearby(&self) -> Option<(u8, usize)> {
        if let Some(unit) = self.ahead(1).and_then(unit) {
            return Some((unit, 1));
        }
        if self.ahead(1) == Some(" ")
            && let Some(unit) = self.ahead(2).and_then(unit)
        {
            return Some((unit, 2));
        }
        let before = self.behind(1).and_then(unit).or_else(|| {
            let last = self.at > 1 && self.at + 1 == self.tokens.len();
            self.behind(2).filter(|_| last && self.behind(1) == Some(" ")).and_then(unit)
        })?;
        Some((before + 1, 0))
    }

    fn assign(&mut self, unit: u8, number: Number<'_>) {
        match unit {
            0 => {
                self.clock.hour = Some(number.whole);
                self.clock.minute = number.sixtieths().or(self.clock.minute);
            }
            1 => {
                self.clock.minute = Some(number.whole);
                self.clock.second = number.sixtieths();
            }
            2 => self.clock.set_seconds(number),
            _ => {}
        }
    }

    /// A year of two digits in the century that puts it nearest to the present.
    fn century_of(&self, year: i64) -> i64 {
        let present = i64::from(self.today.year());
        if year >= 100 {
            return year;
        }
        let year = year + present / 100 * 100;
        if year >= present + 50 {
            year - 100
        } else if year < present - 50 {
            year + 100
        } else {
            year
        }
    }

    fn finish(self) -> Option<DateTime> {
        let (year, month, day) = self.days.resolve()?;
        let year = year.map(|year| if self.days.century { year } else { self.century_of(year) });
        let clock = [self.clock.hour, self.clock.minute, self.clock.second];
        if year.is_none()
            && month.is_none()
            && day.is_none()
            && self.weekday.is_none()
            && clock.iter().all(Option::is_none)
        {
            return None;
        }
        let year = year.unwrap_or_else(|| self.today.year().into());
        let month = month.unwrap_or_else(|| self.today.month().into());
        let first = date(year, month, 1)?;
        let default_day = self.today.day().min(first.days_in_month());
        let mut date = date(year, month, day.unwrap_or_else(|| default_day.into()))?;
        if let (Some(weekday), None) = (self.weekday, day) {
            let weekday = Weekday::from_monday_zero_offset(i8::try_from(weekday).ok()?).ok()?;
            let ahead = weekday.since(date.weekday());
            date = date.checked_add(jiff::Span::new().try_days(i64::from(ahead)).ok()?).ok()?;
        }
        let [hour, minute, second] = clock.map(|part| i8::try_from(part.unwrap_or(0)).ok());
        let nanos = i32::try_from(self.clock.micros.unwrap_or(0) * 1000).ok()?;
        let time = jiff::civil::Time::new(hour?, minute?, second?, nanos).ok()?;
        Some(date.to_datetime(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_in_dateutil() {
        // Each checked with dateutil 2.8.0, its default set to 31 March 2026.
        for (text, read) in [
            ("2026-03-01T11:00:00Z", Some("2026-03-01T11:00:00")),
            ("2026-03-01T11:00:00+05:00", Some("2026-03-01T11:00:00")),
            ("2026-02-28", Some("2026-02-28T00:00:00")),
            ("2026-03-01 11:00:00.123456789", Some("2026-03-01T11:00:00.123456")),
            ("March 1 2026 9am", Some("2026-03-01T09:00:00")),
            ("Dec 31 2025 10pm", Some("2025-12-31T22:00:00")),
            ("20260301", Some("2026-03-01T00:00:00")),
            ("20260301T113015", Some("2026-03-01T11:30:15")),
            ("20260301113015", Some("2026-03-01T11:30:15")),
            ("Sun, 01 Mar 2026 11:30:15 GMT", Some("2026-03-01T11:30:15")),
            ("Sun Mar  1 11:30:15 2026", Some("2026-03-01T11:30:15")),
            ("01/02/03", Some("2003-01-02T00:00:00")),
            ("13/02/2026", Some("2026-02-13T00:00:00")),
            ("1.3.2026", Some("2026-01-03T00:00:00")),
            ("1st of March, 2026", Some("2026-03-01T00:00:00")),
            ("Jan of 01", Some("2001-01-31T00:00:00")),
            ("1-Jan-76", Some("1976-01-01T00:00:00")),
            ("2026-03", Some("2026-03-31T00:00:00")),
            ("February", Some("2026-02-28T00:00:00")),
            ("10h36m28.5s", Some("2026-03-31T10:36:28.5")),
            ("12 h 30", Some("2026-03-31T12:30:00")),
            ("10 pm", Some("2026-03-31T22:00:00")),
            ("12am", Some("2026-03-31T00:00:00")),
            ("Friday", Some("2026-04-03T00:00:00")),
            ("260301", Some("2001-03-26T00:00:00")),
            ("11:30.5", Some("2026-03-31T11:30:30")),
            ("2026-03-01 11:30 a.m.", Some("2026-03-01T11:30:00")),
            ("2026-03-01T11:30:15,5Z", Some("2026-03-01T11:30:15.5")),
            ("2026.03.01", Some("2026-03-01T00:00:00")),
            ("Mar/1/2026", Some("2026-03-01T00:00:00")),
            ("5.5", Some("2026-03-05T00:00:00")),
            ("10 a", Some("2026-03-31T10:00:00")),
            ("0.0300 2403", None),
            ("3rd Jan 2026 12.30", None),
            ("1,000", None),
            ("2026-W01", None),
            ("2026-03-01T11:30:15-0300 (BRST)", Some("2026-03-01T11:30:15")),
            ("٢٠٢٦-٠٣-٠١", Some("2026-03-01T00:00:00")),
            ("2026-03-01T11:30:15.Z", None),
            ("2026-03-01T11:30:15. Z", Some("2026-03-01T11:30:15")),
            ("2026-03-01T11:30:15.UTC", Some("2026-03-01T11:30:15")),
            ("yesterday", None),
            ("", None),
            ("1709290000", None),
            ("2026-13-45", None),
            ("25:00", None),
            ("abc 2026", None),
            ("13pm pm", None),
        ] {
            let found =
                parse(text, jiff::civil::date(2026, 3, 31)).map(|moment| moment.to_string());
            assert_eq!(found.as_deref(), read, "{text}");
        }
    }
}
