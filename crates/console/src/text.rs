//! Words on a page: Markdown made safe, times and names for people. Must not decide what is shown.

use crate::views::Held;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Measure, ReceiptState};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Markdown as HTML. HTML within it is shown as text, images become their description, links lead
/// to the web only, and headings start below those of the page.
pub(crate) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() * 5 / 4);
    let mut links = Vec::new();
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events = parser.filter_map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Some(Event::Text(raw)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { dest_url, .. }) if !leads_to_web(&dest_url) => {
            links.push(false);
            None
        }
        Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
            links.push(true);
            Some(Event::Start(Tag::Link { link_type, dest_url, title: CowStr::from(""), id }))
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        other => Some(other),
    });
    html::push_html(&mut safe, events);
    safe
}

fn leads_to_web(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "#"].iter().any(|start| address.starts_with(start))
        || (address.starts_with('/') && !address.starts_with("//"))
}

const fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// A text of several lines, with what cannot be seen made visible; line breaks stay.
pub(crate) fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// `23 November 2026, 22:31 UTC`.
pub(crate) fn moment(at: &Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// `23 November 2026`.
pub(crate) fn day(at: &Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y").to_string()
}

/// `23 Nov, 22:31`.
pub(crate) fn brief(at: &Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %b, %H:%M").to_string()
}

/// `12,345`.
pub(crate) fn count(number: &u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What a measure does, as one says it of something done.
pub(crate) fn done(measure: &Measure) -> String {
    match measure {
        Measure::Label { name } => format!("Labelled “{}”", visible(name)),
        Measure::Notice => "Put behind a notice".into(),
        Measure::Demote => "Recommended less".into(),
        Measure::AgeGate => "Shown to adults only".into(),
        Measure::Remove => "Post removed".into(),
        Measure::Warn => "Author warned".into(),
        Measure::Lock { .. } => "Account set to read-only".into(),
        Measure::Suspend { .. } => "Account suspended".into(),
        Measure::Ban => "Account closed".into(),
    }
}

/// All that was done, in one sentence without its full stop.
pub(crate) fn all_done(measures: &[Measure], held: Held) -> String {
    if measures.is_empty() {
        let nothing = match held {
            Held::Breach => "Nothing was done",
            Held::NoBreach => "It was left as it is",
        };
        return nothing.into();
    }
    let mut said: Vec<String> = measures.iter().map(done).collect();
    for later in said.iter_mut().skip(1) {
        let mut letters = later.chars();
        *later = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    }
    said.join(", ")
}

/// How long a measure lasts that does not end by itself.
pub(crate) const fn lasting(measure: &Measure) -> &'static str {
    match measure {
        Measure::Warn => "nothing is taken away; it counts if it happens again",
        _ => "until another decision ends it",
    }
}

/// What a receipt says.
pub(crate) const fn receipt(state: &ReceiptState) -> &'static str {
    match state {
        ReceiptState::Enforced => "In force on the platform",
        ReceiptState::NoticeDelivered => "The person was shown the notice",
        ReceiptState::Failed => "The platform could not do it",
    }
}

/// A text as it stands in the query of an address.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The name of a measure by its word in data: `age_gate` is "Shown to adults only".
pub(crate) fn measure_name(word: &str) -> &str {
    match word {
        "label" => "Labelled",
        "notice" => "Put behind a notice",
        "demote" => "Recommended less",
        "age_gate" => "Shown to adults only",
        "remove" => "Post removed",
        "warn" => "Author warned",
        "lock" => "Account set to read-only",
        "suspend" => "Account suspended",
        "ban" => "Account closed",
        "none" => "Nothing done",
        other => other,
    }
}

/// A text from outside with every character that hides or reorders written out as its code.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if model::hides(c) {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same with its lines and tabs left as they are.
pub(crate) fn visible_lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    let mut lines = unified
        .split('\n')
        .map(|line| line.split('\t').map(visible).collect::<Vec<_>>().join("\t"));
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |all, line| all + "\n" + &line)
}

/// A language's name in the language itself.
pub(crate) fn language(code: &str) -> &str {
    match code {
        "en" => "English",
        "es" => "Español",
        "de" => "Deutsch",
        "fr" => "Français",
        "zh" => "中文",
        "ru" => "Русский",
        "pt" => "Português",
        "it" => "Italiano",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "tr" => "Türkçe",
        "uk" => "Українська",
        "ja" => "日本語",
        "ko" => "한국어",
        "ar" => "العربية",
        "fa" => "فارسی",
        "he" => "עברית",
        "hi" => "हिन्दी",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_safe() {
        let html = markdown(
            "# Big\n\nA <script>alert(1)</script> *so* [x](javascript:alert(1)) [y](https://e.org \"t\") ![pic](http://e.org/p.png)",
        );
        assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
        assert!(!html.contains("<img") && html.contains("pic"), "{html}");
        assert!(html.contains("<h4>Big</h4>") && html.contains("<em>so</em>"), "{html}");
        assert!(html.contains("href=\"https://e.org\"") && !html.contains("title="), "{html}");
        assert!(!markdown("[z](//evil.example)").contains("href"));
    }

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(visible("a\u{202E}b\0"), "a⟨U+202E⟩b⟨U+0000⟩");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            (count(&0), count(&1234), count(&1_234_567)),
            ("0".into(), "1,234".into(), "1,234,567".into())
        );
    }
}
