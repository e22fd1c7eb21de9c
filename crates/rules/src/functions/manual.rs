//! The manual of the functions: a page that is written from the table, so that it cannot lag behind.
//! Its examples are run by a test.

use std::fmt::Write as _;

use super::{Family, Signature, registry};
use crate::value::repr;

/// An example: a call, and what it gives as Python writes it.
pub type Example = (&'static str, &'static str);

/// Calls whose results the manual shows. The event of the examples is of Sunday, 1 March 2026, 22:30
/// in UTC; its rulebook has a list `slurs` (`grobnik`), a list `hosts` (`evil.example`), a list
/// `patterns` (`gr[o0]b`) and a table `links` (`sho.rt/x,https://shop.example/`).
pub const EXAMPLES: &[Example] = &[
    ("TextContains(text='so FR33 today', phrase='free')", "True"),
    ("TextContainsAny(text='c a s i n o', phrases=['bank', 'casino'])", "True"),
    ("PhrasesIn(text='Casino and bank', phrases=['bank', 'casino', 'x'])", "['bank', 'casino']"),
    ("TextInList(text='you GROBNIK', list='slurs')", "True"),
    ("TextEquals(a='Fr\u{435}e', b='free')", "True"),
    ("ListContains(list='slurs', phrases=['a Grobnik'])", "'grobnik'"),
    ("ListContainsCount(list='slurs', phrases=['a Grobnik'])", "1"),
    ("SimpleListContains(list=['en', 'de'], phrases=['en'])", "'en'"),
    ("RegexListMatch(list='patterns', phrases=['GR0B'])", "'gr[o0]b'"),
    ("CensorizedListMatch(list='slurs', phrases=['gr\u{43e}bniks'], plurals=True)", "'grobnik'"),
    ("CensorizedListMatch(list='slurs', phrases=['grobnik'], must_be_censorized=True)", "None"),
    ("CheckCensorized(s='gr0bnik', pattern='grobnik', must_be_censorized=True)", "True"),
    ("CheckCensorized(s='grobnik', pattern='grobnik', must_be_censorized=True)", "False"),
    ("StringContains(s='Free money', phrase='free')", "True"),
    ("SubstrCount(s='banana', substr='an')", "2"),
    ("ForceString(s=None)", "'<None>'"),
    ("CleanString(s='a\u{200b}b')", "'ab'"),
    ("Tokenize(s='Buy NOW, friend!')", "['buy', 'now', 'friend']"),
    ("ExtractEmoji(s='hi 😀😂')", "['😀😂']"),
    ("ConcatStringLists(lists=[['a'], ['b', 'c']])", "['a', 'b', 'c']"),
    ("ExtractDomains(s='see https://www.shop.example/x')", "['shop.example']"),
    ("RootDomain(domain='a.b.example.co.uk')", "'example.co.uk'"),
    ("DomainInList(domain='www.evil.example', list='hosts')", "True"),
    ("LookUp(key='sho.rt/x', table='links')", "'https://shop.example/'"),
    ("ExpandLink(url='https://sho.rt/x', table='links')", "'https://shop.example/'"),
    (
        "ExpandLinks(urls=['sho.rt/x', 'a.example'], table='links')",
        "['https://shop.example/', 'a.example']",
    ),
    ("UnixTimeAge(timestamp=1772404140)", "60.0"),
    ("DidFromUri(uri='at://did:plc:abc/app.bsky.feed.post/3k')", "'did:plc:abc'"),
    ("CollectionFromUri(uri='at://did:plc:abc/app.bsky.feed.post/3k')", "'app.bsky.feed.post'"),
    ("RecordKeyFromUri(uri='at://did:plc:abc/app.bsky.feed.post/3k')", "'3k'"),
    ("TimestampAge(timestamp='2026-03-01T22:29:00Z')", "60.0"),
    ("IncrementWindow(key='posts', window_seconds=60)", "1"),
    ("IncrementWindow(key='posts', window_seconds=60, when_all=[False])", "0"),
    ("GetWindowCount(key='seen', window_seconds=60)", "0"),
    ("CacheGetStr(key='last', default='none')", "'none'"),
    ("CacheGetInt(key='last', default=7)", "7"),
    ("CacheGetFloat(key='last')", "0.0"),
    ("WordCount(text=\"don't stop me\")", "3"),
    ("UppercaseShare(text='AAbb')", "0.5"),
    ("EmojiCount(text='👍🏽 and 🇩🇪')", "2"),
    ("Mentions(text='hi @ann')", "['ann']"),
    ("Hashtags(text='#tag')", "['tag']"),
    ("HourOfDay()", "22"),
    ("DayOfWeek()", "7"),
    ("NumberMax(a=2, b=1.5)", "2"),
    ("TextToInt(text=' 7 ')", "7"),
    ("ListUnique(list=['x', 'y', 'x'])", "['x', 'y']"),
    ("StringLength(s='ab')", "2"),
    ("StringSplit(s='a,b', sep=',')", "['a', 'b']"),
    ("HashMd5(input='a')", "'0cc175b9c0f1b6a831c399e269772661'"),
    (
        "RegexFindAll(target='chat.example/i/a1 or chat.example/i/b2', pattern=r'chat\\.example/i/(\\w+)')",
        "['a1', 'b2']",
    ),
    ("RegexMatch(target='free now', pattern=r'\\bfree\\b')", "True"),
];

const HEAD: &str = "# Functions\n\n\
    Every function that rules can call. This page is written from the engine's own table: a test fails\n\
    when they differ, when a function is not described, and when an example gives something else.\n\n\
    `=` marks an argument that may be left out. **const** marks one that must be known when the rules are\n\
    checked. Functions of a platform's own are declared in [`functions.toml`](functions-toml.md).\n";

const NOTES: &[(Family, &str)] = &[
    (
        Family::State,
        "Counters and kept values are read before the rules run and written after, in the transaction that\n\
         keeps the event: an event that comes twice counts once, and what was read is kept with the event,\n\
         so that a replay comes to the same. A counter is a key *and* a window. It counts in buckets of a\n\
         second (windows of up to five minutes), ten seconds (an hour), a minute (a day), ten minutes (a\n\
         month) or an hour, as the public implementations do; the moment is the event's own. A call whose\n\
         key is computed from another kept value is read in a later round; there are at most three.",
    ),
    (
        Family::Atproto,
        "The readers take the event as Bluesky's enrichment sends it. The effects (`AtprotoLabel` and the\n\
         rest) are told to the caller, as `__atproto_label` and so on: in Evenhand what follows from a breach\n\
         is the ladder's to say, so they are no measures.",
    ),
];

fn heading(family: Family) -> &'static str {
    match family {
        Family::Engine => "The language",
        Family::Data => "The event's data",
        Family::Labels => "Labels and verdicts",
        Family::Strings => "Texts",
        Family::Regexes => "Regular expressions",
        Family::Lists => "Lists and tables",
        Family::Hashes => "Hashes and encodings",
        Family::Links => "Links and domains",
        Family::Mail => "Mail",
        Family::Phone => "Telephone",
        Family::Network => "Network",
        Family::Time => "Time",
        Family::Chance => "Chance",
        Family::Matching => "Finding phrases",
        Family::Shape => "The shape of a text",
        Family::Identifiers => "Numbers that identify",
        Family::Numbers => "Numbers",
        Family::State => "Counters and kept values",
        Family::Atproto => "AT Protocol",
        Family::Declared => "Declared by the platform",
    }
}

/// The page of all functions, in Markdown.
#[must_use]
pub fn manual() -> String {
    let mut families: Vec<Family> = registry().iter().map(|one| one.family).collect();
    families.sort();
    families.dedup();
    let mut page = String::from(HEAD);
    let ours = registry().iter().filter(|one| !one.osprey).count();
    let all = registry().len();
    let _ =
        writeln!(page, "There are {all}: {} of Osprey's library and {ours} more (*).", all - ours);
    for family in families {
        let _ = write!(page, "\n## {}\n\n", heading(family));
        if let Some((_, note)) = NOTES.iter().find(|(of, _)| *of == family) {
            let _ = write!(page, "{note}\n\n");
        }
        page.push_str("| function | gives | |\n| --- | --- | --- |\n");
        let mut members: Vec<&Signature> =
            registry().iter().filter(|one| one.family == family).collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        for one in &members {
            let star = if one.osprey { "" } else { " *" };
            let doc = one.doc.replace('|', "\\|");
            let _ = writeln!(page, "| `{}`{star} | `{}` | {doc} |", call_of(one), one.returns);
        }
        let name_of = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
        let mut shown = EXAMPLES
            .iter()
            .filter(|(call, _)| members.iter().any(|one| one.name == name_of(call)))
            .peekable();
        if shown.peek().is_some() {
            page.push_str("\n```python\n");
            for (call, result) in shown {
                let _ = writeln!(page, "{call}  # {result}");
            }
            page.push_str("```\n");
        }
    }
    page
}

/// `Name(argument: type, other: type=default)`
fn call_of(signature: &Signature) -> String {
    let mut text = format!("{}(", signature.name);
    for (at, argument) in signature.arguments.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        let constant = if argument.constant { "const " } else { "" };
        let _ = write!(text, "{}: {constant}{}", argument.name, argument.kind);
        if let Some(default) = &argument.default {
            let _ = write!(text, "={}", repr(default).unwrap_or_default());
        }
    }
    if let Some(further) = &signature.further {
        let _ = write!(text, ", ...: {further}");
    }
    text.push(')');
    text.replace('|', "\\|")
}
