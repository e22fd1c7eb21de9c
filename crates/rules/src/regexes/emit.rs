//! Writes a pattern in the syntax of Rust's engines so that it means what it meant in Python.
//! Nothing is left to the engines' own idea of `\w`, of case or of the end of a text.

use std::fmt::Write as _;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::tree::{Anchor, Case, Class, Mode, Node, Set};

/// For which engine and texts to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The linear engine, for any text or, if the pattern has word boundaries, for ASCII.
    Linear,
    /// The linear engine with its own word boundaries, for texts where they agree with Python's.
    LinearUnicode,
    /// The backtracking engine.
    Backtracking,
}

/// What stands in the way of the linear engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Demands {
    /// Look-around, back-references, atomic groups: only backtracking can do it.
    pub(super) backtracking: bool,
    /// Word boundaries that differ from the engine's own outside ASCII.
    pub(super) boundaries: bool,
}

/// What the pattern demands. `tail`: nothing can follow the node.
pub(super) fn demands(node: &Node, tail: bool) -> Demands {
    let all = |nodes: &[Node], tail_of: &dyn Fn(usize) -> bool| {
        nodes.iter().enumerate().fold(Demands::default(), |sum, (at, node)| {
            let demands = demands(node, tail_of(at));
            Demands {
                backtracking: sum.backtracking || demands.backtracking,
                boundaries: sum.boundaries || demands.boundaries,
            }
        })
    };
    let backtracking = Demands { backtracking: true, boundaries: false };
    match node {
        Node::Empty | Node::Literal(..) | Node::Any { .. } | Node::Set(_) => Demands::default(),
        // The newline before the end may be eaten only where nothing else could want it.
        Node::Anchor(Anchor::EndOrNewline) => Demands { backtracking: !tail, boundaries: false },
        Node::Anchor(Anchor::Boundary { ascii: false } | Anchor::NotBoundary { .. }) => {
            Demands { backtracking: false, boundaries: true }
        }
        Node::Anchor(_) => Demands::default(),
        Node::Sequence(nodes) => all(nodes, &|at| tail && at + 1 == nodes.len()),
        Node::Either(nodes) => all(nodes, &|_| tail),
        Node::Group(_, node) => demands(node, tail),
        Node::Repeat { mode: Mode::Possessive, .. } => backtracking,
        Node::Repeat { node, max, .. } => demands(node, tail && *max == Some(1)),
        Node::Atomic(_) | Node::Look { .. } | Node::Back(..) | Node::Condition { .. } => {
            backtracking
        }
    }
}

/// The pattern in the engine's syntax.
pub(super) fn emit(node: &Node, target: Target) -> String {
    let mut out = String::new();
    write(&mut out, node, target);
    out
}

fn write(out: &mut String, node: &Node, target: Target) {
    match node {
        Node::Empty => {}
        Node::Literal(c, case) => literal(out, *c, *case),
        Node::Any { newline: false } => out.push_str("[^\\n]"),
        Node::Any { newline: true } => out.push_str("(?s:.)"),
        Node::Set(set) => out.push_str(&set_text(set)),
        Node::Anchor(anchor) => out.push_str(anchor_text(*anchor, target)),
        Node::Sequence(nodes) => {
            wrapped(out, "(?:", |out| nodes.iter().for_each(|node| write(out, node, target)))
        }
        Node::Either(nodes) => wrapped(out, "(?:", |out| branches(out, nodes.iter(), target)),
        Node::Group(_, node) => wrapped(out, "(", |out| write(out, node, target)),
        // The engines refuse to repeat what has no width; once or not at all is the same.
        Node::Repeat { node, min, .. } if node.width(&[]).1 == Some(0) => {
            wrapped(out, "(?:", |out| {
                write(out, node, target);
                out.push_str(if *min == 0 { "|" } else { "" });
            });
        }
        Node::Repeat { node, min, max, mode } => {
            let open = if *mode == Mode::Possessive { "(?>(?:" } else { "(?:(?:" };
            wrapped(out, open, |out| write(out, node, target));
            // Writing to a String cannot fail.
            let _ = match max {
                Some(max) => write!(out, "{{{min},{max}}}"),
                None => write!(out, "{{{min},}}"),
            };
            out.push_str(if *mode == Mode::Lazy { "?)" } else { ")" });
        }
        Node::Atomic(node) => wrapped(out, "(?>", |out| write(out, node, target)),
        Node::Look { node, behind, negative } => {
            let open = match (behind, negative) {
                (false, false) => "(?=",
                (false, true) => "(?!",
                (true, false) => "(?<=",
                (true, true) => "(?<!",
            };
            wrapped(out, open, |out| write(out, node, target));
        }
        Node::Back(group, case) => {
            let open = if *case == Case::Exact { "(?:" } else { "(?i:" };
            wrapped(out, open, |out| {
                let _ = write!(out, "\\{group}");
            });
        }
        Node::Condition { group, yes, no } => {
            let _ = write!(out, "(?({group})");
            branches(out, [&**yes, &**no].into_iter(), target);
            out.push(')');
        }
    }
}

fn wrapped(out: &mut String, open: &str, inside: impl FnOnce(&mut String)) {
    out.push_str(open);
    inside(out);
    out.push(')');
}

fn branches<'a>(out: &mut String, nodes: impl Iterator<Item = &'a Node>, target: Target) {
    for (at, node) in nodes.enumerate() {
        if at > 0 {
            out.push('|');
        }
        write(out, node, target);
    }
}

const WORD: &str = r"\p{L}\p{N}_";
const SPACE: &str = r"\s\x{1c}-\x{1f}";

fn anchor_text(anchor: Anchor, target: Target) -> &'static str {
    match (anchor, target) {
        (Anchor::Start, _) => r"\A",
        (Anchor::End, _) => r"\z",
        (Anchor::EndOrNewline, Target::Backtracking) => r"(?=\n?\z)",
        (Anchor::EndOrNewline, _) => r"(?:\n?\z)",
        (Anchor::LineStart, _) => "(?m:^)",
        (Anchor::LineEnd, _) => "(?m:$)",
        (Anchor::Boundary { ascii: true }, Target::Backtracking) => {
            r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
        }
        (Anchor::NotBoundary { ascii: true }, Target::Backtracking) => {
            r"(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?!\A\z)(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))"
        }
        (Anchor::Boundary { ascii: false }, Target::Backtracking) => {
            r"(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_]))"
        }
        (Anchor::NotBoundary { ascii: false }, Target::Backtracking) => {
            r"(?:(?<=[\p{L}\p{N}_])(?=[\p{L}\p{N}_])|(?!\A\z)(?<![\p{L}\p{N}_])(?![\p{L}\p{N}_]))"
        }
        (Anchor::Boundary { ascii: false }, Target::LinearUnicode) => r"\b",
        (Anchor::NotBoundary { ascii: false }, Target::LinearUnicode) => r"\B",
        (Anchor::Boundary { .. }, _) => r"(?-u:\b)",
        (Anchor::NotBoundary { .. }, _) => r"(?-u:\B)",
    }
}

fn literal(out: &mut String, c: char, case: Case) {
    let folded = fold(&[(c, c)], case);
    match folded.as_slice() {
        [(low, high)] if low == high => escaped(out, c),
        ranges => wrapped_set(out, false, ranges, ""),
    }
}

fn escaped(out: &mut String, c: char) {
    if c.is_alphanumeric() && !c.is_ascii_digit() {
        out.push(c);
    } else {
        let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
    }
}

fn wrapped_set(out: &mut String, negative: bool, ranges: &[(char, char)], classes: &str) {
    out.push_str(if negative { "[^" } else { "[" });
    for (low, high) in ranges {
        let _ = if low == high {
            write!(out, "\\x{{{:x}}}", u32::from(*low))
        } else {
            write!(out, "\\x{{{:x}}}-\\x{{{:x}}}", u32::from(*low), u32::from(*high))
        };
    }
    out.push_str(classes);
    out.push(']');
}

fn set_text(set: &Set) -> String {
    let mut out = String::new();
    let classes: String = set.classes.iter().map(|class| class_text(*class)).collect();
    wrapped_set(&mut out, set.negative, &fold(&set.ranges, set.case), &classes);
    out
}

fn class_text(class: Class) -> String {
    let inner = match (class.letter, class.ascii) {
        ('w', false) => WORD,
        ('w', true) => "0-9A-Za-z_",
        ('d', false) => r"\d",
        ('d', true) => "0-9",
        (_, false) => SPACE,
        (_, true) => r"\x{9}-\x{d}\x{20}",
    };
    if class.negative { format!("[^{inner}]") } else { inner.to_owned() }
}

/// The ranges with everything that Python takes for the same letter.
pub(super) fn fold(ranges: &[(char, char)], case: Case) -> Vec<(char, char)> {
    let mut class =
        ClassUnicode::new(ranges.iter().map(|&(low, high)| ClassUnicodeRange::new(low, high)));
    match case {
        Case::Exact => {}
        Case::Folded => {
            // Python holds i, I, İ and ı for one letter; Unicode's simple folding does not.
            let dotted = [('i', 'i'), ('I', 'I'), ('\u{130}', '\u{131}')];
            let has_one = ranges.iter().any(|(low, high)| {
                ['i', 'I', '\u{130}', '\u{131}'].iter().any(|i| (low..=high).contains(&i))
            });
            class.case_fold_simple();
            if has_one {
                class.union(&ClassUnicode::new(
                    dotted.map(|(low, high)| ClassUnicodeRange::new(low, high)),
                ));
            }
        }
        Case::FoldedAscii => {
            let mut ascii = class.clone();
            ascii.intersect(&ClassUnicode::new([
                ClassUnicodeRange::new('A', 'Z'),
                ClassUnicodeRange::new('a', 'z'),
            ]));
            ascii.case_fold_simple();
            ascii.intersect(&ClassUnicode::new([
                ClassUnicodeRange::new('A', 'Z'),
                ClassUnicodeRange::new('a', 'z'),
            ]));
            class.union(&ascii);
        }
    }
    class.iter().map(|range| (range.start(), range.end())).collect()
}
