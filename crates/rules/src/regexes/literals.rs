//! Literals that every match of a pattern contains, for filters that rule most texts out before
//! a pattern is run.

use std::borrow::Cow;

use super::emit::fold;
use super::tree::{Case, Mode, Node, Set};

/// Texts of which every match contains at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literals {
    /// The texts; if `ignore_case`, in lower case and of [`ascii_letters`].
    pub any_of: Vec<String>,
    /// Whether the case of ASCII letters does not count, so that they are to be looked for in the
    /// [`ascii_letters`] of a text.
    pub ignore_case: bool,
}

/// No more alternatives than this, and none shorter: a filter would not pay.
const MAX_ALTERNATIVES: usize = 64;
const MIN_LENGTH: usize = 2;
/// Longer ones are cut: a filter would be no better.
const MAX_LENGTH: usize = 256;

impl Literals {
    /// The best literals of a pattern, if it has any.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let best = required(node)?;
        let ignore_case = best.iter().any(|part| part.1);
        let mut any_of: Vec<String> = best
            .into_iter()
            .map(|(text, _)| match ignore_case {
                true => ascii_letters(&text).to_ascii_lowercase(),
                false => text,
            })
            .collect();
        any_of.sort();
        any_of.dedup();
        Some(Self { any_of, ignore_case })
    }
}

/// The text with the four characters beyond ASCII that Python takes as another case of an ASCII letter written as
/// that letter.
#[must_use]
pub fn ascii_letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(|c| ascii_letter(c) != c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(ascii_letter).collect())
}

pub(super) fn ascii_letter(c: char) -> char {
    match c {
        '\u{130}' | '\u{131}' => 'i',
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other,
    }
}

/// Alternatives: the text and whether ASCII case does not count in it.
type Alternatives = Vec<(String, bool)>;

/// How good a filter is: the length of the shortest alternative, then few alternatives.
fn score(alternatives: &Alternatives) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = alternatives.iter().map(|(text, _)| text.len()).min().unwrap_or(0);
    (shortest, std::cmp::Reverse(alternatives.len()))
}

fn good(alternatives: Alternatives) -> Option<Alternatives> {
    let enough = alternatives.iter().all(|(text, _)| text.len() >= MIN_LENGTH);
    (enough && !alternatives.is_empty() && alternatives.len() <= MAX_ALTERNATIVES)
        .then_some(alternatives)
}

fn required(node: &Node) -> Option<Alternatives> {
    match node {
        Node::Sequence(nodes) => {
            let mut best: Option<Alternatives> = None;
            let mut run: Alternatives = vec![(String::new(), false)];
            for node in nodes {
                match exact(node).and_then(|parts| joined(&run, &parts)) {
                    Some(longer) => run = longer,
                    None => {
                        let ended = std::mem::replace(
                            &mut run,
                            exact(node).unwrap_or_else(|| vec![(String::new(), false)]),
                        );
                        for candidate in [good(ended), required(node)].into_iter().flatten() {
                            if best.as_ref().is_none_or(|best| score(&candidate) > score(best)) {
                                best = Some(candidate);
                            }
                        }
                    }
                }
            }
            match good(run) {
                Some(last) if best.as_ref().is_none_or(|best| score(&last) > score(best)) => {
                    Some(last)
                }
                _ => best,
            }
        }
        Node::Either(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                all.extend(required(node)?);
            }
            good(all)
        }
        Node::Group(_, node) | Node::Atomic(node) => required(node),
        Node::Repeat { node, min, .. } if *min > 0 => required(node),
        Node::Literal(..) | Node::Set(_) => exact(node).and_then(good),
        _ => None,
    }
}

/// All texts that the node matches, if they are few.
fn exact(node: &Node) -> Option<Alternatives> {
    match node {
        Node::Empty | Node::Anchor(_) => Some(vec![(String::new(), false)]),
        Node::Look { .. } => Some(vec![(String::new(), false)]),
        Node::Literal(c, case) => letters(&fold(&[(*c, *c)], *case), *case),
        Node::Set(Set { negative: false, ranges, classes, case }) if classes.is_empty() => {
            letters(&fold(ranges, *case), *case)
        }
        Node::Sequence(nodes) => {
            let mut all = vec![(String::new(), false)];
            for node in nodes {
                all = joined(&all, &exact(node)?)?;
            }
            Some(all)
        }
        Node::Either(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                all.extend(exact(node)?);
            }
            (all.len() <= MAX_ALTERNATIVES).then_some(all)
        }
        Node::Group(_, node) | Node::Atomic(node) => exact(node),
        Node::Repeat { node, min, max, mode: Mode::Greedy | Mode::Lazy | Mode::Possessive }
            if Some(*min) == *max && *min <= 8 =>
        {
            let once = exact(node)?;
            (0..*min).try_fold(vec![(String::new(), false)], |all, _| joined(&all, &once))
        }
        _ => None,
    }
}

fn joined(left: &Alternatives, right: &Alternatives) -> Option<Alternatives> {
    let longest = |all: &Alternatives| all.iter().map(|(text, _)| text.len()).max().unwrap_or(0);
    if left.len() * right.len() > MAX_ALTERNATIVES || longest(left) + longest(right) > MAX_LENGTH {
        return None;
    }
    Some(
        left.iter()
            .flat_map(|(a, fold_a)| {
                right.iter().map(move |(b, fold_b)| (format!("{a}{b}"), *fold_a || *fold_b))
            })
            .collect(),
    )
}

/// The characters of a small set. The cases of an ASCII letter count as one.
fn letters(ranges: &[(char, char)], case: Case) -> Option<Alternatives> {
    let mut all = Vec::new();
    for &(low, high) in ranges {
        for c in low..=high {
            let lower = ascii_letter(c).to_ascii_lowercase();
            let folds = case != Case::Exact && lower.is_ascii_alphabetic();
            if !(folds && all.contains(&(lower.to_string(), true))) {
                all.push((if folds { lower } else { c }.to_string(), folds));
            }
            if all.len() > 8 {
                return None;
            }
        }
    }
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::super::tree::Case;
    use super::{ascii_letter, ascii_letters, fold};

    #[test]
    fn every_match_contains_one_of_the_literals() {
        for (pattern, ignore_case, literals) in [
            ("free money", false, Some(&["free money"][..])),
            (r"\bfr[e3]e\s+(?:money|cash)\b", false, Some(&["fr3e", "free"])),
            ("Free", true, Some(&["free"])),
            ("(abc|de)+x?", false, Some(&["abc", "de"])),
            ("a*b", false, None),
            (r"\w+", false, None),
            ("(?=foo)bar", false, Some(&["bar"])),
            ("x{3}y", false, Some(&["xxxy"])),
            ("(abc)?de", false, Some(&["de"])),
            ("abc|.", false, None),
        ] {
            let pattern = Pattern::compile(pattern, ignore_case).unwrap();
            let found = pattern
                .literals()
                .map(|literals| literals.any_of.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), literals, "{}", pattern.source());
        }
        let pattern = Pattern::compile("Kiss", true).unwrap();
        assert_eq!(pattern.literals().unwrap().any_of, ["kiss"]);
    }

    #[test]
    fn only_four_characters_are_a_case_of_an_ascii_letter() {
        for letter in 'a'..='z' {
            let beyond = |c: &char| !c.is_ascii();
            for (low, high) in fold(&[(letter, letter)], Case::Folded) {
                assert!((low..=high).filter(beyond).all(|c| ascii_letter(c) == letter), "{letter}");
            }
        }
        assert_eq!(ascii_letters("\u{17f}\u{212a}\u{130}\u{131} é"), "skii é");
    }
}
