//! What a regular expression is made of.

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// One character; whether case counts was settled when it was read.
    Literal(char, Case),
    /// `.`
    Any { newline: bool },
    /// `[...]`, `\d` and their like.
    Set(Set),
    /// `^`, `$`, `\b` and their like.
    Anchor(Anchor),
    /// One after the other.
    Sequence(Vec<Node>),
    /// One of several.
    Either(Vec<Node>),
    /// `(...)`; groups are counted from 1.
    Group(u32, Box<Node>),
    /// So many times.
    Repeat { node: Box<Node>, min: u32, max: Option<u32>, mode: Mode },
    /// `(?>...)`
    Atomic(Box<Node>),
    /// `(?=...)`, `(?!...)`, `(?<=...)`, `(?<!...)`
    Look { node: Box<Node>, behind: bool, negative: bool },
    /// `\1`, `(?P=name)`
    Back(u32, Case),
    /// `(?(1)yes|no)`
    Condition { group: u32, yes: Box<Node>, no: Box<Node> },
}

/// How letters are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// As they are.
    Exact,
    /// Whatever their case.
    Folded,
    /// Whatever their case, for ASCII letters.
    FoldedAscii,
}

/// How a repetition gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Greedy,
    Lazy,
    Possessive,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `\A`, and `^` outside multi-line mode.
    Start,
    /// `\Z`
    End,
    /// `$` outside multi-line mode: the end, or before a newline there.
    EndOrNewline,
    /// `^` in multi-line mode.
    LineStart,
    /// `$` in multi-line mode.
    LineEnd,
    /// `\b`
    Boundary { ascii: bool },
    /// `\B`
    NotBoundary { ascii: bool },
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub(super) negative: bool,
    pub(super) ranges: Vec<(char, char)>,
    pub(super) classes: Vec<Class>,
    pub(super) case: Case,
}

/// `\w`, `\d`, `\s` and their opposites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// `w`, `d` or `s`.
    pub(super) letter: char,
    pub(super) negative: bool,
    pub(super) ascii: bool,
}

impl Node {
    /// The node for texts that are in lower case already, and so need no second look at case.
    pub(super) fn for_lower_case(self) -> Self {
        let boxed = |node: Box<Self>| Box::new(node.for_lower_case());
        let all = |nodes: Vec<Self>| nodes.into_iter().map(Self::for_lower_case).collect();
        match self {
            Self::Literal(c, Case::Folded | Case::FoldedAscii) => {
                let mut lower = c.to_lowercase();
                Self::Literal(lower.next().filter(|_| lower.len() == 0).unwrap_or(c), Case::Exact)
            }
            Self::Back(group, _) => Self::Back(group, Case::Exact),
            Self::Sequence(nodes) => Self::Sequence(all(nodes)),
            Self::Either(nodes) => Self::Either(all(nodes)),
            Self::Group(group, node) => Self::Group(group, boxed(node)),
            Self::Atomic(node) => Self::Atomic(boxed(node)),
            Self::Repeat { node, min, max, mode } => {
                Self::Repeat { node: boxed(node), min, max, mode }
            }
            Self::Look { node, behind, negative } => {
                Self::Look { node: boxed(node), behind, negative }
            }
            Self::Condition { group, yes, no } => {
                Self::Condition { group, yes: boxed(yes), no: boxed(no) }
            }
            other => other,
        }
    }

    /// The least and most characters that the node matches; None: no upper bound.
    /// `groups` has the widths of the groups that back-references may name.
    pub(super) fn width(&self, groups: &[(u32, Option<u32>)]) -> (u32, Option<u32>) {
        let add = |a: Option<u32>, b: Option<u32>| a.zip(b).map(|(a, b)| a.saturating_add(b));
        match self {
            Self::Empty | Self::Anchor(_) | Self::Look { .. } => (0, Some(0)),
            Self::Literal(..) | Self::Any { .. } | Self::Set(_) => (1, Some(1)),
            Self::Sequence(nodes) => nodes.iter().fold((0, Some(0)), |(min, max), node| {
                let (node_min, node_max) = node.width(groups);
                (min.saturating_add(node_min), add(max, node_max))
            }),
            Self::Either(nodes) => widest(nodes.iter().map(|node| node.width(groups))),
            Self::Group(_, node) | Self::Atomic(node) => node.width(groups),
            Self::Repeat { node, min, max, .. } => {
                let (node_min, node_max) = node.width(groups);
                let most = if node_max == Some(0) {
                    Some(0)
                } else {
                    max.zip(node_max).map(|(a, b)| a.saturating_mul(b))
                };
                (node_min.saturating_mul(*min), most)
            }
            Self::Back(group, _) => {
                let at = usize::try_from(*group).unwrap_or(usize::MAX).wrapping_sub(1);
                groups.get(at).copied().unwrap_or((0, None))
            }
            Self::Condition { yes, no, .. } => {
                widest([yes.width(groups), no.width(groups)].into_iter())
            }
        }
    }
}

fn widest(widths: impl Iterator<Item = (u32, Option<u32>)>) -> (u32, Option<u32>) {
    widths
        .reduce(|(min, max), (other_min, other_max)| {
            (min.min(other_min), max.zip(other_max).map(|(a, b)| a.max(b)))
        })
        .unwrap_or((0, Some(0)))
}
