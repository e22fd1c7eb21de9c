//! Patterns that are a few texts, with or without word boundaries around them, as most are that people write:
//! texts of ASCII are answered without an engine and its tables. Must answer as the engine would.

use super::emit::fold;
use super::literals::ascii_letter;
use super::tree::{Anchor, Case, Mode, Node};

/// More texts than this are left to the engine, which looks for all of them at once.
const MAX_TEXTS: usize = 8;
/// So are longer ones: each place of a text may be compared with all of one.
const MAX_LENGTH: usize = 64;

/// The texts of which a match is one.
#[derive(Debug)]
pub(super) struct Plain {
    /// In lower case if case does not count; empty if no text of ASCII is among them.
    first: Box<str>,
    more: Box<[Box<str>]>,
    ignore_case: bool,
    /// Whether a match must begin at a word boundary.
    edge_before: bool,
    /// Whether it must end at one.
    edge_after: bool,
}

impl Plain {
    /// The texts of a pattern, if it is nothing else.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let nodes = match node {
            Node::Sequence(nodes) => nodes.as_slice(),
            other => std::slice::from_ref(other),
        };
        let (edge_before, nodes) = match nodes {
            [Node::Anchor(Anchor::Boundary { .. }), rest @ ..] => (true, rest),
            nodes => (false, nodes),
        };
        let (edge_after, nodes) = match nodes {
            [rest @ .., Node::Anchor(Anchor::Boundary { .. })] => (true, rest),
            nodes => (false, nodes),
        };
        let mut cases = Cases::default();
        let texts = cases.sequence(nodes)?;
        if texts.iter().any(String::is_empty) || (cases.count && cases.ignored) {
            return None;
        }
        let texts = texts.into_iter().filter(|text| text.is_ascii());
        let mut texts = texts.map(String::into_boxed_str);
        let (first, more) = (texts.next().unwrap_or_default(), texts.collect::<Box<[_]>>());
        Some(Self { first, more, ignore_case: cases.ignored, edge_before, edge_after })
    }

    /// Whether one of the texts stands anywhere in a text of ASCII.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut texts = std::iter::once(&self.first).chain(&self.more);
        texts.any(|literal| self.stands(literal.as_bytes(), text.as_bytes()))
    }

    fn stands(&self, literal: &[u8], text: &[u8]) -> bool {
        let Some(first) = literal.first() else { return false };
        let other = if self.ignore_case { first.to_ascii_uppercase() } else { *first };
        memchr::memchr2_iter(*first, other, text).any(|start| {
            let end = start + literal.len();
            let there = text.get(start..end).unwrap_or_default();
            let same = match self.ignore_case {
                true => there.eq_ignore_ascii_case(literal),
                false => there == literal,
            };
            same && (!self.edge_before || is_edge(text, start))
                && (!self.edge_after || is_edge(text, end))
        })
    }
}

/// Whether a word begins or ends here.
fn is_edge(text: &[u8], at: usize) -> bool {
    let word = |at: Option<usize>| {
        let byte = at.and_then(|at| text.get(at));
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    word(at.checked_sub(1)) != word(Some(at))
}

/// How the letters of a pattern are compared.
#[derive(Default)]
struct Cases {
    count: bool,
    ignored: bool,
}

impl Cases {
    /// The texts that a node matches, of ASCII in lower case where case does not count; None if it is more than a
    /// few short texts.
    fn texts(&mut self, node: &Node) -> Option<Vec<String>> {
        match node {
            Node::Literal(c, case) => self.characters(&fold(&[(*c, *c)], *case), *case),
            Node::Set(set) if !set.negative && set.classes.is_empty() => {
                self.characters(&fold(&set.ranges, set.case), set.case)
            }
            Node::Sequence(nodes) => self.sequence(nodes),
            Node::Either(nodes) => {
                let mut all = Vec::new();
                for node in nodes {
                    all.extend(self.texts(node)?);
                }
                (all.len() <= MAX_TEXTS).then_some(all)
            }
            Node::Group(_, node) => self.texts(node),
            Node::Repeat { node, min, max, mode: Mode::Greedy | Mode::Lazy }
                if Some(*min) == *max && *min <= 8 =>
            {
                let once = self.texts(node)?;
                (0..*min).try_fold(vec![String::new()], |all, _| joined(&all, &once))
            }
            _ => None,
        }
    }

    fn sequence(&mut self, nodes: &[Node]) -> Option<Vec<String>> {
        let mut all = vec![String::new()];
        for node in nodes {
            all = joined(&all, &self.texts(node)?)?;
        }
        Some(all)
    }

    fn characters(&mut self, ranges: &[(char, char)], case: Case) -> Option<Vec<String>> {
        let mut all: Vec<String> = Vec::new();
        for &(low, high) in ranges {
            for c in low..=high {
                // The letter itself is in the set, too.
                if case != Case::Exact && ascii_letter(c) != c {
                    continue;
                }
                let mut text = c.to_string();
                if c.is_ascii_alphabetic() {
                    match case {
                        Case::Exact => self.count = true,
                        Case::Folded | Case::FoldedAscii => {
                            self.ignored = true;
                            text.make_ascii_lowercase();
                        }
                    }
                }
                if !all.contains(&text) {
                    all.push(text);
                }
                if all.len() > MAX_TEXTS {
                    return None;
                }
            }
        }
        Some(all)
    }
}

fn joined(left: &[String], right: &[String]) -> Option<Vec<String>> {
    let longest = |texts: &[String]| texts.iter().map(String::len).max().unwrap_or(0);
    let few = left.len() * right.len() <= MAX_TEXTS;
    (few && longest(left) + longest(right) <= MAX_LENGTH).then(|| {
        let pairs = left.iter().flat_map(|text| right.iter().map(move |more| (text, more)));
        pairs.map(|(text, more)| format!("{text}{more}")).collect()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Pattern;

    fn is_plain(pattern: &str) -> bool {
        Pattern::compile(pattern, true).unwrap().plain.is_some()
    }

    #[test]
    fn only_texts_are_plain() {
        for pattern in [
            "free",
            "kissing ss",
            "日本",
            r"\bfree\b",
            r"\b(?:free|fr[3e]e)",
            "a{3}",
            "(a)b",
            "#1",
            r"\b-\b",
        ] {
            assert!(is_plain(pattern), "{pattern}");
        }
        for pattern in [
            "",
            r"\b",
            "fre+",
            "free?",
            r"\w",
            "^free",
            "free$",
            r"\bfr\bee\b",
            "(?=f)ree",
            r"(a)\1",
            "[^a]",
            "[a-z]",
            "(?-i:F)ree",
            r"\Bfree",
            "(a|b|c)(d|e|f)",
            "a|",
            "(?>a|ab)c",
        ] {
            assert!(!is_plain(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_is_too_large_for_the_engine_is_refused_whatever_its_letters() {
        for set in ["[а-я]", "[日本語山川]", "[\\u0100-\\U0010ffff]", "日"] {
            let pattern = (0..7).fold(set.to_owned(), |inner, _| format!("(?:{inner}){{8}}"));
            assert!(Pattern::compile(&pattern, false).is_err(), "{set}");
        }
        assert!(!is_plain(&"a".repeat(65)));
    }

    proptest! {
        #[test]
        fn the_engine_says_the_same(
            pattern in r"(\\b)?(\(\?:k\|ab\)|ski|a\[b_\]|b-s|A\{2\}|\(a\|S\)b|ı|sſ|\(ab\|ba\|_\))(\\b)?",
            ignore_case in any::<bool>(),
            text in "[abskiAKSIſıİ\u{212a}_ -]{0,12}|[abskiABSK_ -]{0,12}",
        ) {
            let plain = Pattern::compile(&pattern, ignore_case).unwrap();
            prop_assert!(plain.plain.is_some(), "{}", pattern);
            let by_engine = plain.find(&text).unwrap().is_some();
            prop_assert_eq!(plain.is_match(&text).unwrap(), by_engine, "{} in {}", pattern, text);
        }
    }
}
