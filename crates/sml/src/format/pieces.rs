//! A statement as the formatter sees it: words, and brackets with items in them.

use crate::token::Kind;

/// A token and the comments around it.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Comments on lines of their own before it.
    pub(super) before: Vec<String>,
    /// A comment after it on its line.
    pub(super) after: Option<String>,
}

impl Leaf {
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(self.kind, Kind::Op(found) if found == operator)
    }

    fn has_comment(&self) -> bool {
        self.after.is_some() || !self.before.is_empty()
    }
}

/// What a statement is made of.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Leaf(Leaf),
    Group(Group),
}

/// Brackets and what stands in them.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) kind: GroupKind,
    pub(super) open: Leaf,
    /// Split after each comma.
    pub(super) items: Vec<Vec<Piece>>,
    pub(super) close: Leaf,
}

/// What brackets are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupKind {
    /// The arguments of a call.
    Call,
    List,
    /// The types in an annotation.
    Types,
    /// Around a value.
    Parentheses,
}

impl Piece {
    /// Finds the brackets in a statement.
    pub(super) fn tree(leaves: Vec<Leaf>) -> Vec<Self> {
        let mut leaves = leaves.into_iter();
        let (mut items, _) = read_items(&mut leaves);
        // There are no commas outside of brackets.
        items.drain(..).flatten().collect()
    }

    /// The leaf that a piece begins with.
    pub(super) fn first(&self) -> &Leaf {
        match self {
            Self::Leaf(leaf) => leaf,
            Self::Group(group) => &group.open,
        }
    }

    /// The leaf that a piece ends with.
    pub(super) fn last(&self) -> &Leaf {
        match self {
            Self::Leaf(leaf) => leaf,
            Self::Group(group) => &group.close,
        }
    }

    fn has_comment(&self) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.has_comment(),
            Self::Group(group) => {
                group.open.has_comment() || group.close.has_comment() || group.must_break()
            }
        }
    }
}

impl Group {
    /// Whether its items must stand on lines of their own: a comment or a trailing comma says so.
    pub(super) fn must_break(&self) -> bool {
        let trailing_comma = matches!(self.kind, GroupKind::Call | GroupKind::List)
            && self
                .items
                .last()
                .and_then(|item| item.last())
                .is_some_and(|piece| piece.last().is(","));
        trailing_comma
            || self.open.after.is_some()
            || !self.close.before.is_empty()
            || self.items.iter().flatten().any(Piece::has_comment)
    }
}

/// Reads items up to a closing bracket, and that.
fn read_items(leaves: &mut std::vec::IntoIter<Leaf>) -> (Vec<Vec<Piece>>, Option<Leaf>) {
    let mut items = Vec::new();
    let mut item: Vec<Piece> = Vec::new();
    let mut close = None;
    while let Some(leaf) = leaves.next() {
        match leaf.kind {
            Kind::Op("(" | "[") => {
                let after_value = item.last().is_some_and(|piece| piece.last().kind.ends_value());
                let kind = match (leaf.is("("), after_value) {
                    (true, true) => GroupKind::Call,
                    (true, false) => GroupKind::Parentheses,
                    (false, true) => GroupKind::Types,
                    (false, false) => GroupKind::List,
                };
                let (items, end) = read_items(leaves);
                let end = end.unwrap_or_else(|| leaf.clone());
                item.push(Piece::Group(Group { kind, open: leaf, items, close: end }));
            }
            Kind::Op(")" | "]") => {
                close = Some(leaf);
                break;
            }
            Kind::Op(",") => {
                item.push(Piece::Leaf(leaf));
                items.push(std::mem::take(&mut item));
            }
            _ => item.push(Piece::Leaf(leaf)),
        }
    }
    if !item.is_empty() {
        items.push(item);
    }
    (items, close)
}
