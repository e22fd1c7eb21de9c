//! Regular expressions in Python's dialect on Rust's engines. A pattern is read by our own
//! parser, so that what Python refuses is refused, and written anew for the engine that can run
//! it: the linear one wherever possible, else a backtracking one with a budget of steps, which
//! ends in an error and never in a hang.

mod emit;
mod literals;
mod parse;
mod plain;
mod tree;

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use crate::text::characters::Ranges;
use crate::value::{Exception, Fault};
use emit::Target;
use plain::Plain;

pub use literals::{Literals, ascii_letters};

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Where, in bytes from the start of the pattern.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} of the pattern", self.message, self.offset)
    }
}

impl std::error::Error for PatternError {}

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    source: Box<str>,
    node: tree::Node,
    engine: Engine,
    /// What the engine is not needed for in texts of ASCII.
    plain: Option<Plain>,
    literals: Option<Literals>,
    /// The groups that have a name.
    named: Vec<usize>,
}

#[derive(Debug)]
enum Engine {
    /// Exact for every text.
    Linear(Linear),
    /// A pattern with word boundaries: engines by what the text holds, made when first needed.
    Boundaries { ascii: Linear, unicode: Linear, exact: OnceLock<Option<fancy_regex::Regex>> },
    /// Look-around, back-references and their like.
    Backtracking(Box<fancy_regex::Regex>),
}

/// A linear engine, made when first needed; None if it cannot be made.
#[derive(Debug, Default)]
struct Linear(OnceLock<Option<regex::bytes::Regex>>);

/// The memory that one compiled pattern may take.
const MAX_SIZE: usize = 16 << 20;
const MAX_INSTRUCTIONS: usize = 1 << 18;

/// The steps that a backtracking match may take.
const MAX_STEPS: usize = 1_000_000;

/// Where Rust's word characters and Python's differ: marks, joiners, circled letters, ².
static DISPUTED: LazyLock<Ranges> = LazyLock::new(|| Ranges::of(r"[\w~~[\p{L}\p{N}_]]"));

impl Pattern {
    /// Compiles a pattern.
    pub fn compile(source: &str, ignore_case: bool) -> Result<Self, PatternError> {
        let (node, named) = parse::parse(source, ignore_case)?;
        Self::build(source, node, &named)
    }

    /// Compiles a pattern for texts that are in lower case, whatever the case of its letters.
    pub fn compile_for_lower_case(source: &str) -> Result<Self, PatternError> {
        let (node, named) = parse::parse(source, true)?;
        Self::build(source, node.for_lower_case(), &named)
    }

    fn build(source: &str, node: tree::Node, named: &[u32]) -> Result<Self, PatternError> {
        let too_large = |_: &dyn fmt::Display| PatternError {
            offset: 0,
            message: "the pattern is too large".to_owned(),
        };
        let demands = emit::demands(&node, true);
        let literals = Literals::of(&node);
        let plain = Plain::of(&node);
        let engine = if demands.backtracking {
            let compiled = backtracking(&node).map_err(|error| too_large(&error))?;
            Engine::Backtracking(Box::new(compiled))
        } else {
            let first = Linear::default();
            // A plain one is small, and most are never asked about anything but ASCII.
            if plain.is_none() {
                let compiled = linear(&node, Target::Linear).map_err(|error| too_large(&error))?;
                first.0.get_or_init(|| Some(compiled));
            }
            if demands.boundaries {
                let (unicode, exact) = (Linear::default(), OnceLock::new());
                Engine::Boundaries { ascii: first, unicode, exact }
            } else {
                Engine::Linear(first)
            }
        };
        let named = named.iter().filter_map(|group| usize::try_from(*group).ok()).collect();
        Ok(Self { source: source.into(), node, engine, plain, literals, named })
    }

    /// The pattern as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the pattern runs on the linear engine for texts of plain ASCII.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        !matches!(self.engine, Engine::Backtracking(_))
    }

    /// Whether the pattern runs on the linear engine for every text, so that it never gives up.
    #[must_use]
    pub fn is_always_linear(&self) -> bool {
        matches!(self.engine, Engine::Linear(_))
    }

    /// Literals of which every match contains one, if there are any good ones: what a filter
    /// can look for before the pattern itself is run.
    #[must_use]
    pub fn literals(&self) -> Option<&Literals> {
        self.literals.as_ref()
    }

    /// Whether the pattern matches anywhere in the text.
    pub fn is_match(&self, text: &str) -> Result<bool, Fault> {
        if let Some(plain) = self.plain.as_ref().filter(|_| text.is_ascii()) {
            return Ok(plain.is_match(text));
        }
        match self.runner(text)? {
            Runner::Linear(regex) => Ok(regex.is_match(text.as_bytes())),
            Runner::Backtracking(_) if !self.may_match(text) => Ok(false),
            Runner::Backtracking(regex) => regex.is_match(text).map_err(|error| budget(&error)),
        }
    }

    /// Whether the text has one of the literals, so that no steps are spent where it has none.
    fn may_match(&self, text: &str) -> bool {
        let Some(literals) = &self.literals else { return true };
        if literals.ignore_case {
            let text = ascii_letters(text).to_ascii_lowercase();
            literals.any_of.iter().any(|literal| text.contains(literal))
        } else {
            literals.any_of.iter().any(|literal| text.contains(literal))
        }
    }

    /// The first match, in bytes.
    pub fn find(&self, text: &str) -> Result<Option<(usize, usize)>, Fault> {
        match self.runner(text)? {
            Runner::Linear(regex) => {
                Ok(regex.find(text.as_bytes()).map(|found| (found.start(), found.end())))
            }
            Runner::Backtracking(regex) => {
                let found = regex.find(text).map_err(|error| budget(&error))?;
                Ok(found.map(|found| (found.start(), found.end())))
            }
        }
    }

    /// The passage that the first match is about, in bytes: the first of its named groups that
    /// took part, or all of it.
    pub fn quote(&self, text: &str) -> Result<Option<(usize, usize)>, Fault> {
        if self.named.is_empty() {
            return self.find(text);
        }
        let groups = self.named.iter().copied().chain([0]);
        Ok(match self.runner(text)? {
            Runner::Linear(regex) => regex.captures(text.as_bytes()).and_then(|captures| {
                let mut groups = groups.filter_map(|group| captures.get(group));
                groups.next().map(|found| (found.start(), found.end()))
            }),
            Runner::Backtracking(regex) => {
                let captures = regex.captures(text).map_err(|error| budget(&error))?;
                captures.and_then(|captures| {
                    let mut groups = groups.filter_map(|group| captures.get(group));
                    groups.next().map(|found| (found.start(), found.end()))
                })
            }
        })
    }

    /// What the pattern finds, one after the other and at most `most`, in bytes: of each match the
    /// first of its groups that took part, or all of it.
    pub fn find_all(&self, text: &str, most: usize) -> Result<Vec<(usize, usize)>, Fault> {
        match self.runner(text)? {
            Runner::Linear(regex) => Ok(regex
                .captures_iter(text.as_bytes())
                .take(most)
                .filter_map(|captures| {
                    let mut groups = captures.iter();
                    let whole = groups.next().flatten();
                    groups.flatten().next().or(whole).map(|found| (found.start(), found.end()))
                })
                .collect()),
            Runner::Backtracking(_) if !self.may_match(text) => Ok(Vec::new()),
            Runner::Backtracking(regex) => {
                let mut found = Vec::new();
                for captures in regex.captures_iter(text).take(most) {
                    let captures = captures.map_err(|error| budget(&error))?;
                    let mut groups = captures.iter();
                    let whole = groups.next().flatten();
                    let passage = groups.flatten().next().or(whole);
                    found.extend(passage.map(|found| (found.start(), found.end())));
                }
                Ok(found)
            }
        }
    }

    fn runner(&self, text: &str) -> Result<Runner<'_>, Fault> {
        let regex = match &self.engine {
            Engine::Linear(linear) => self.made(linear, Target::Linear),
            Engine::Backtracking(regex) => return Ok(Runner::Backtracking(regex)),
            Engine::Boundaries { ascii, .. } if text.is_ascii() && !text.is_empty() => {
                self.made(ascii, Target::Linear)
            }
            Engine::Boundaries { ascii, unicode, exact } => {
                // In Python `\B` never matches in an empty text; only the exact form knows.
                let disputed =
                    text.is_empty() || text.chars().any(|c| !c.is_ascii() && DISPUTED.contains(c));
                if disputed && let Some(regex) = exact.get_or_init(|| backtracking(&self.node).ok())
                {
                    return Ok(Runner::Backtracking(regex));
                }
                let unicode = self.made(unicode, Target::LinearUnicode);
                unicode.or_else(|| self.made(ascii, Target::Linear))
            }
        };
        let failed = || Fault::error(Exception::RegexBudget, "the pattern is too large");
        regex.map(Runner::Linear).ok_or_else(failed)
    }

    fn made<'p>(&self, linear: &'p Linear, target: Target) -> Option<&'p regex::bytes::Regex> {
        linear.0.get_or_init(|| self::linear(&self.node, target).ok()).as_ref()
    }
}

enum Runner<'a> {
    Linear(&'a regex::bytes::Regex),
    Backtracking(&'a fancy_regex::Regex),
}

fn linear(node: &tree::Node, target: Target) -> Result<regex::bytes::Regex, regex::Error> {
    regex::bytes::RegexBuilder::new(&emit::emit(node, target))
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE / 8)
        .build()
}

fn backtracking(node: &tree::Node) -> Result<fancy_regex::Regex, fancy_regex::Error> {
    fancy_regex::RegexBuilder::new(&emit::emit(node, Target::Backtracking))
        .backtrack_limit(MAX_STEPS)
        .delegate_size_limit(MAX_SIZE)
        .max_prog_size(MAX_INSTRUCTIONS)
        .build()
}

fn budget(error: &fancy_regex::Error) -> Fault {
    Fault::error(
        Exception::RegexBudget,
        format!("the regular expression gave up on this text: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, ignore_case: bool, text: &str) -> bool {
        Pattern::compile(pattern, ignore_case)
            .unwrap_or_else(|error| panic!("{pattern}: {error}"))
            .is_match(text)
            .unwrap()
    }

    #[test]
    fn patterns_mean_what_they_mean_in_python() {
        for (pattern, yes, no) in [
            (r"end$", &["end", "end\n"][..], &["end\n\n", "end\r\n"][..]),
            (r"(a$|b)c", &["bc"], &["ac"]),
            (r"a$\n", &["a\n"], &["a", "a\n\n"]),
            (r"end\Z", &["end"], &["end\n"]),
            (r"(?m)^b$", &["a\nb\nc"], &["a b"]),
            (r"a.b", &["a\rb", "a\u{2028}b"], &["a\nb"]),
            (r"^\w+$", &["été", "日本", "①", "٣", "_", "𝐀", "ª", "²"], &["a\u{301}", "\u{200d}"]),
            (
                r"^\s$",
                &[" ", "\u{a0}", "\u{85}", "\u{1c}", "\u{1f}"],
                &["\u{200b}", "\u{180e}", "\u{feff}"],
            ),
            (
                r"\bfree\b",
                &["free!", "un-free", "fr\u{e9}e free", "fre\u{301}e free"],
                &["freedom", "free_stuff", "éfree", "free²"],
            ),
            (r"a\b.", &["a\u{301}"], &["aé"]),
            (r"\Bee", &["free"], &["eel", "é ee"]),
            (r"\B", &["ab", " "], &["", "a"]),
            (r"^[]a]$", &["]", "a"], &["b"]),
            (r"^[[:alpha:]]$", &["a]", ":]"], &["z", "x]"]),
            (r"^[a&&b]$", &["&", "a", "b"], &["c"]),
            (r"^[a~~b]$", &["~", "b"], &["c"]),
            (r"^a{,2}$", &["aa", ""], &["aaa", "a{,2}"]),
            (r"a{x}", &["a{x}"], &["a"]),
            (r"^x{}$", &["x{}"], &["x"]),
            (r"^\101\0$", &["A\0"], &["A"]),
            (r"(\w)\1\1", &["cooool", "ééé"], &["cool"]),
            (r"(a)(b)\2\1", &["abba"], &["abab"]),
            (r"^(a)?(?(1)b|c)$", &["ab", "c"], &["b", "ac"]),
            (r"a++b", &["aaab"], &["aaa"]),
            (r"(?>a+)ab", &[], &["aaab"]),
            (r"(?<=ab|cd)x", &["abx", "cdx"], &["acx"]),
            (r"(?x) f r [ ] e  # comment", &["fr e"], &["fre"]),
            (r"(?a)^\w\b", &["a"], &["é"]),
            (r"a(?#comment)b", &["ab"], &["a#b"]),
            (r"(?-i:A)b", &["Ab"], &["ab"]),
            (r"(?:)*a", &["a"], &["b"]),
            (r"(?=a)*b", &["b"], &["a"]),
        ] {
            for text in yes {
                assert!(matches(pattern, false, text), "{pattern} should match {text:?}");
            }
            for text in no {
                assert!(!matches(pattern, false, text), "{pattern} should not match {text:?}");
            }
        }
    }

    #[test]
    fn case_is_ignored_as_in_python() {
        for (pattern, yes, no) in [
            ("i", &["I", "İ", "ı"][..], &["j"][..]),
            ("[a-z]", &["K", "\u{212a}", "ſ", "İ"], &["é"]),
            ("straße", &["STRAẞE"], &["STRASSE"]),
            ("σ", &["Σ", "ς"], &["s"]),
            ("(?a)k", &["K"], &["\u{212a}"]),
            ("[^k]", &["j"], &["K", "\u{212a}"]),
            (r"(?-i:A)b", &["AB"], &["ab"]),
            (r"(a)\1", &["aA"], &["ab"]),
        ] {
            for text in yes {
                assert!(matches(pattern, true, text), "{pattern} should match {text:?}");
            }
            for text in no {
                assert!(!matches(pattern, true, text), "{pattern} should not match {text:?}");
            }
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for pattern in [
            "(abc",
            "abc)",
            "[abc",
            "a**",
            "*a",
            "^*",
            "[z-a]",
            r"[\d-z]",
            r"\q",
            r"\p{L}",
            r"end\z",
            "(?<=a+)b",
            "(?P=x)",
            "(?<x>a)",
            r"(?P<x>a)\k<x>",
            "(?P<x>a)(?P<x>b)",
            "a(?i)b",
            "a{3,2}",
            r"\x4",
            r"\N{NOT A NAME}",
            "abc\\",
            "(?(2)a|b)",
            "(?|(a)|(b))",
            r"a\Kb",
            r"\R",
            r"\x{41}",
            "a{99999999999}",
            "(?L)a",
            r"(a\1)",
            r"\1",
            "(?i-i:a)",
            "(?(1)a|b|c)(d)",
            r"\777",
            "(?au)a",
            "(?-a:b)",
            "(?P<1>a)",
            "(?#",
            "(?(0)a)",
            r"(?<=(a)\1)",
            r"\uD800",
            "(?-:a)",
        ] {
            assert!(Pattern::compile(pattern, false).is_err(), "{pattern} should be refused");
        }
        assert!(Pattern::compile(&"(".repeat(10_000), false).is_err());
        assert!(Pattern::compile(r"(?:\w{1000}){1000}", false).is_err());
    }

    #[test]
    fn linear_patterns_run_on_the_linear_engine() {
        for (pattern, linear) in [
            (r"\bfree\b", true),
            ("end$", true),
            ("(a|b$)?", true),
            ("a$b", false),
            ("(?=a)", false),
            (r"(a)\1", false),
        ] {
            assert_eq!(Pattern::compile(pattern, false).unwrap().is_linear(), linear, "{pattern}");
        }
    }

    #[test]
    fn runaway_patterns_end_in_an_error() {
        let pattern = Pattern::compile(r"^(a|aa)+(?!.)\1$", false).unwrap();
        let fault = pattern.is_match(&format!("{}b", "a".repeat(200))).unwrap_err();
        assert_eq!(fault.exception, Exception::RegexBudget);
    }

    #[test]
    fn matches_are_found_with_their_place() {
        assert_eq!(
            Pattern::compile(r"\bfr.e\b", false).unwrap().find("é free²! frée"),
            Ok(Some((11, 16)))
        );
        let quoting = Pattern::compile(r"is (?P<quote>\w+)|\w+", false).unwrap();
        assert_eq!(quoting.quote("é is bad"), Ok(Some((0, 2))));
        assert_eq!(quoting.quote("- is bad"), Ok(Some((5, 8))));
        let quoting = Pattern::compile(r"\bis (?P<quote>\w+)", false).unwrap();
        assert_eq!(quoting.quote("é is bad"), Ok(Some((6, 9))));
        assert_eq!(Pattern::compile(r"(?<=é )f", false).unwrap().find("é f"), Ok(Some((3, 4))));
    }
}
