//! Our own functions on the shape of a text: how much, how loud, how repetitive, which language.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Call, Family, Match, Signature};
use crate::text::characters::{Ranges, is_space};
use crate::types::Type;
use crate::value::{Fault, Str, Value};

pub(super) fn register(all: &mut Vec<Signature>) {
    let shape = |name, returns, doc, run| {
        Signature::ours(Family::Shape, name, returns, doc, run).argument("text", Type::Str)
    };
    let strings = || Type::list(Type::Str);
    all.extend([
        shape("WordCount", Type::Int, "How many words the text has. Scripts without spaces count each character.", |call| {
            count(words(call.text(0)?).count())
        }),
        shape("LineCount", Type::Int, "How many lines of the text are not empty.", |call| {
            count(call.text(0)?.lines().filter(|line| !line.chars().all(is_space)).count())
        }),
        shape("UniqueWordShare", Type::Float, "The share of the words, from 0 to 1, that are not repetitions.", |call| {
            let words: Vec<String> = words(call.text(0)?).map(str::to_lowercase).collect();
            share(words.iter().collect::<HashSet<_>>().len(), words.len())
        }),
        shape("UppercaseShare", Type::Float, "The share of capitals among the letters that have case.", |call| {
            let (upper, lower) = (counted(call, char::is_uppercase)?, counted(call, char::is_lowercase)?);
            share(upper, upper + lower)
        }),
        shape("DigitShare", Type::Float, "The share of digits among all characters but spaces.", |call| {
            share(counted(call, char::is_numeric)?, counted(call, |c| !is_space(c))?)
        }),
        shape("RepeatedCharacterShare", Type::Float, "The share of characters that only draw out a run of three or more equal ones.", |call| {
            let chars: Vec<char> = call.text(0)?.chars().collect();
            let drawn_out = chars.chunk_by(PartialEq::eq).filter(|run| run.len() >= 3).map(|run| run.len() - 1).sum();
            share(drawn_out, chars.len())
        }),
        shape("EmojiCount", Type::Int, "How many emoji the text has; one joined from several counts once.", |call| {
            count(emoji(call.text(0)?))
        }),
        shape("InvisibleCharacterCount", Type::Int, "How many characters of the text cannot be seen; joints of emoji do not count.", |call| {
            let text = call.text(0)?;
            let invisible = text.chars().filter(|&c| INVISIBLE.contains(c) && !matches!(c, '\u{200d}' | '\u{fe0f}'));
            count(invisible.count())
        }),
        shape("MixedScriptWords", strings(), "The words that mix Latin with Cyrillic or Greek letters, as impersonators do.", |call| {
            Ok(Value::texts(words(call.text(0)?).filter(|word| mixes_scripts(word)).map(Str::from).collect::<Vec<_>>()))
        }),
        shape("Mentions", strings(), "The @names in the text.", |call| Ok(Value::texts(tags(call.text(0)?, '@').map(|(_, tag)| Str::from(tag)))))
            .found_by(|call| tag_passages(call, '@')),
        shape("MentionsCount", Type::Int, "How many @names the text has.", |call| count(tags(call.text(0)?, '@').count()))
            .found_by(|call| tag_passages(call, '@')),
        shape("Hashtags", strings(), "The #tags in the text.", |call| Ok(Value::texts(tags(call.text(0)?, '#').map(|(_, tag)| Str::from(tag)))))
            .found_by(|call| tag_passages(call, '#')),
        shape("HashtagCount", Type::Int, "How many #tags the text has.", |call| count(tags(call.text(0)?, '#').count()))
            .found_by(|call| tag_passages(call, '#')),
        shape("Language", Type::Str, "The language of the text (ISO 639, two letters where there are). If the text does not show it, the hint; no value without one.", language)
            .argument("hint", Type::optional(Type::Str))
            .default(Value::None),
    ]);
}

fn count(count: usize) -> Result<Value, Fault> {
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn share(part: usize, whole: usize) -> Result<Value, Fault> {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Value::Float(if whole == 0 { 0.0 } else { float(part) / float(whole) }))
}

fn counted(call: &Call<'_>, of: fn(char) -> bool) -> Result<usize, Fault> {
    Ok(call.text(0)?.chars().filter(|&c| of(c)).count())
}

fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

static WORD: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"[\p{L}\p{N}\p{M}_]"));

/// Words: runs of letters, digits and marks, with apostrophes and hyphens inside; each Chinese or
/// Japanese character by itself.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = rest.find(|c| WORD.contains(c))?;
        rest = rest.get(at..)?;
        let first = rest.chars().next()?;
        let mut end = first.len_utf8();
        if !is_spaceless(first) {
            let mut joint = false;
            for (at, c) in rest.char_indices().skip(1) {
                if WORD.contains(c) && !is_spaceless(c) {
                    end = at + c.len_utf8();
                    joint = false;
                } else if joint || !matches!(c, '\'' | '’' | '-') {
                    break;
                } else {
                    joint = true;
                }
            }
        }
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(word)
    })
}

static PICTURE: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{Emoji_Presentation}"));
static INVISIBLE: LazyLock<Ranges> =
    LazyLock::new(|| Ranges::of(r"[\p{Default_Ignorable_Code_Point}\x{2800}]"));

fn emoji(text: &str) -> usize {
    let mut count = 0;
    let mut joined = false;
    let mut half_flag = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let flag = matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
        let tone = matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
        let picture = PICTURE.contains(c) || chars.peek() == Some(&'\u{fe0f}');
        let continues = joined || tone || (flag && half_flag);
        count += usize::from(picture && !continues);
        half_flag = flag && !half_flag;
        joined = c == '\u{200d}';
    }
    count
}

static LATIN: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"\p{Latin}"));
static LOOKALIKE_SCRIPTS: LazyLock<Ranges> =
    LazyLock::new(|| Ranges::of(r"[\p{Cyrillic}\p{Greek}]"));

fn mixes_scripts(word: &str) -> bool {
    word.split('-').any(|part| {
        part.chars().any(|c| LATIN.contains(c))
            && part.chars().any(|c| LOOKALIKE_SCRIPTS.contains(c))
    })
}

/// `@name` and `#tag`, each with its place. No word may stand right before the mark.
fn tags(text: &str, mark: char) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(mark).filter_map(move |(at, _)| {
        let free = text
            .get(..at)?
            .chars()
            .next_back()
            .is_none_or(|c| !WORD.contains(c) && !matches!(c, '/' | '@' | '#' | '&'));
        let rest = text.get(at + 1..)?;
        let goes_on = |c: char| WORD.contains(c) || (mark == '@' && matches!(c, '.' | '-' | '@'));
        let end = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
        let tag = rest.get(..end)?.trim_end_matches(['.', '-', '@']);
        let named = tag.chars().next().is_some_and(|c| WORD.contains(c))
            && (mark == '@' || !tag.chars().all(char::is_numeric));
        (free && named).then_some((at, tag))
    })
}

fn tag_passages(call: &Call<'_>, mark: char) -> Vec<Match> {
    let Ok(text) = call.text(0) else { return Vec::new() };
    tags(text, mark)
        .map(|(at, tag)| Match { argument: 0, start: at, end: at + 1 + tag.len() })
        .collect()
}

fn language(call: &Call<'_>) -> Result<Value, Fault> {
    let detected = whatlang::detect(call.text(0)?).filter(whatlang::Info::is_reliable);
    match (detected, call.argument(1).as_str()) {
        (Some(info), _) => Ok(Value::str(two_letters(info.lang().code()))),
        (None, Some(hint)) => Ok(Value::str(hint)),
        (None, None) => Err(Fault::expected("the text does not show its language")),
    }
}

/// The code of two letters for the languages that have one.
fn two_letters(code: &'static str) -> &'static str {
    const SHORT: &[(&str, &str)] = &[
        ("epo", "eo"),
        ("eng", "en"),
        ("rus", "ru"),
        ("cmn", "zh"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("ben", "bn"),
        ("fra", "fr"),
        ("deu", "de"),
        ("ukr", "uk"),
        ("kat", "ka"),
        ("ara", "ar"),
        ("hin", "hi"),
        ("jpn", "ja"),
        ("heb", "he"),
        ("yid", "yi"),
        ("pol", "pl"),
        ("amh", "am"),
        ("jav", "jv"),
        ("kor", "ko"),
        ("nob", "nb"),
        ("dan", "da"),
        ("swe", "sv"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("nld", "nl"),
        ("hun", "hu"),
        ("ces", "cs"),
        ("ell", "el"),
        ("bul", "bg"),
        ("bel", "be"),
        ("mar", "mr"),
        ("kan", "kn"),
        ("ron", "ro"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("mkd", "mk"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("tam", "ta"),
        ("vie", "vi"),
        ("urd", "ur"),
        ("tha", "th"),
        ("guj", "gu"),
        ("uzb", "uz"),
        ("pan", "pa"),
        ("aze", "az"),
        ("ind", "id"),
        ("tel", "te"),
        ("pes", "fa"),
        ("mal", "ml"),
        ("ori", "or"),
        ("mya", "my"),
        ("nep", "ne"),
        ("sin", "si"),
        ("khm", "km"),
        ("tuk", "tk"),
        ("aka", "ak"),
        ("zul", "zu"),
        ("sna", "sn"),
        ("afr", "af"),
        ("lat", "la"),
        ("slk", "sk"),
        ("cat", "ca"),
        ("tgl", "tl"),
        ("hye", "hy"),
        ("cym", "cy"),
    ];
    SHORT.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| *short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_any_script() {
        for (text, number) in [
            ("don't stop-gap me", 3),
            ("", 0),
            ("...", 0),
            ("你好世界", 4),
            ("Привет, мир!", 2),
            ("मनुष्यों को", 2),
            ("a - b", 2),
            ("iPhone手机", 3),
        ] {
            assert_eq!(words(text).count(), number, "{text}");
        }
    }

    #[test]
    fn tags_stand_free() {
        let found = |text, mark| tags(text, mark).map(|(_, tag)| tag).collect::<Vec<_>>();
        assert_eq!(
            found("hi @alice.bsky.social, @bob@mastodon.example! mail me@x.com @ @@x", '@'),
            ["alice.bsky.social", "bob@mastodon.example"]
        );
        assert_eq!(found("#Tag #1 #日本 a#b &#39; http://x/#frag", '#'), ["Tag", "日本"]);
    }

    #[test]
    fn emoji_are_counted_as_seen() {
        for (text, number) in [
            ("😀😂 a👨\u{200d}👩\u{200d}👧b", 3),
            ("🇩🇪🇫🇷", 2),
            ("👍🏽", 1),
            ("❤\u{fe0f}", 1),
            ("1 # * ©", 0),
        ] {
            assert_eq!(emoji(text), number, "{text}");
        }
    }

    #[test]
    fn scripts_are_told_apart() {
        assert!(mixes_scripts("pаypal")); // Cyrillic а
        assert!(!mixes_scripts("paypal") && !mixes_scripts("привет") && !mixes_scripts("IT-отдел"));
    }
}
