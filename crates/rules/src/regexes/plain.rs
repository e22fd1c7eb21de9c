//! Patterns that are a few texts, with or without word boundaries around them, as most are that people write:
//! texts of ASCII are answered without an engine and its tables. Must answer as the engine would.

use super::literals::exact;
use super::tree::{Anchor, Case, Mode, Node};

/// More texts than this are left to the engine, which looks for all of them at once.
const MAX_TEXTS: usize = 8;
const MAX_LENGTH: usize = 256;

/// The texts of which a match is one.
#[derive(Debug)]
pub(super) struct Plain {
    /// In lower case if case does not count.
    any_of: Box<[Box<str>]>,
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
        if !nodes.iter().all(|node| cases.plain(node)) || (cases.counts && cases.ignored) {
            return None;
        }
        let texts = exact(&Node::Sequence(nodes.to_vec()))?;
        let fits = |text: &str| !text.is_empty() && text.len() <= MAX_LENGTH;
        if texts.len() > MAX_TEXTS || !texts.iter().all(|(text, _)| fits(text)) {
            return None;
        }
        let any_of = texts.into_iter().map(|(text, _)| text).filter(|text| text.is_ascii());
        let any_of = any_of.map(String::into_boxed_str).collect();
        Some(Self { any_of, ignore_case: cases.ignored, edge_before, edge_after })
    }

    /// Whether one of the texts stands anywhere in a text of ASCII.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.any_of.iter().any(|literal| self.stands(literal.as_bytes(), text.as_bytes()))
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
    counts: bool,
    ignored: bool,
}

impl Cases {
    /// Whether a node is made of nothing but characters that are told one by one; notes how its letters are compared.
    fn plain(&mut self, node: &Node) -> bool {
        match node {
            Node::Literal(c, case) => {
                self.letter(*c, *case);
                true
            }
            Node::Set(set) if !set.negative && set.classes.is_empty() => {
                for &(low, high) in &set.ranges {
                    // A long range is more than `exact` takes.
                    (low..=high).take(16).for_each(|c| self.letter(c, set.case));
                }
                true
            }
            Node::Sequence(nodes) | Node::Either(nodes) => {
                nodes.iter().all(|node| self.plain(node))
            }
            Node::Group(_, node) => self.plain(node),
            Node::Repeat { node, mode: Mode::Greedy | Mode::Lazy, .. } => self.plain(node),
            _ => false,
        }
    }

    fn letter(&mut self, c: char, case: Case) {
        if c.is_ascii_alphabetic() {
            match case {
                Case::Exact => self.counts = true,
                Case::Folded | Case::FoldedAscii => self.ignored = true,
            }
        }
    }
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
        for pattern in ["free", r"\bfree\b", r"\b(?:free|fr[3e]e)", "a{3}", "(a)b", "#1", r"\b-\b"]
        {
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

    proptest! {
        #[test]
        fn the_engine_says_the_same(
            pattern in r"(\\b)?(\(\?:a\|ab\)|ab|a\[b_\]|b-a|A\{2\}|\(a\|B\)b|(-a|a b)|\(ab\|ba\|_\))(\\b)?",
            ignore_case in any::<bool>(),
            text in "[abAB_ -]{0,12}",
        ) {
            prop_assume!(Pattern::compile(&pattern, ignore_case).is_ok());
            let plain = Pattern::compile(&pattern, ignore_case).unwrap();
            let by_engine = plain.find(&text).unwrap().is_some();
            prop_assert_eq!(plain.is_match(&text).unwrap(), by_engine, "{} in {}", pattern, text);
        }
    }
}
