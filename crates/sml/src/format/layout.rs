//! Where lines break and where spaces go.

use crate::token::Kind;

use super::pieces::{Group, GroupKind, Leaf, Piece};

/// How long a line may get where it can be helped.
const WIDTH: usize = 100;

const INDENT: usize = 4;

/// Text that is being laid out.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: String,
    indent: usize,
    /// A comment ends the line: what comes next needs a new one.
    line_is_over: bool,
    /// Where the comment begins that was written last, for a comma that must stand before it.
    comment_at: Option<usize>,
    /// Nothing has been written on this line.
    line_is_new: bool,
}

/// Where a piece stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Statement,
    Within(GroupKind),
}

impl Writer {
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn blank_lines(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n('\n', count));
    }

    /// A line of its own.
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub(super) fn statement(&mut self, pieces: &[Piece]) {
        self.line_is_new = true;
        self.pieces(pieces, Place::Statement, 0);
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.comment_at = Some(self.out.len());
        self.out.push_str("  ");
        self.out.push_str(text);
        self.line_is_over = true;
    }

    pub(super) fn end_line(&mut self) {
        self.out.push('\n');
        self.line_is_over = false;
        self.comment_at = None;
    }

    fn new_line(&mut self) {
        self.end_line();
        self.out.extend(std::iter::repeat_n(' ', self.indent));
        self.line_is_new = true;
    }

    fn column(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }

    /// Writes pieces that stand beside each other; `room` is kept free at the end.
    fn pieces(&mut self, pieces: &[Piece], place: Place, room: usize) {
        if let Some(text) = flat(pieces, place)
            && (fits(&text, self.column() + room) || !can_break(pieces, place))
        {
            self.write(&text, false);
            return;
        }
        let Place::Within(kind) = place else {
            return self.run(pieces, place, room);
        };
        let lines: Vec<&[Piece]> = soft_lines(pieces);
        let deeper = if kind == GroupKind::Parentheses { 0 } else { INDENT };
        for (index, line) in lines.iter().enumerate() {
            if index == 1 {
                self.indent += deeper;
            }
            if index > 0 {
                self.new_line();
            }
            self.run(line, place, room);
        }
        if lines.len() > 1 {
            self.indent -= deeper;
        }
    }

    /// Writes pieces without soft breaks between them: some of their brackets break.
    fn run(&mut self, pieces: &[Piece], place: Place, room: usize) {
        let mut broken: Vec<bool> = pieces
            .iter()
            .map(|piece| matches!(piece, Piece::Group(group) if group.must_break()))
            .collect();
        while !lines_fit(pieces, &broken, place, self.column() + room) {
            let widest = pieces
                .iter()
                .enumerate()
                .filter(|(index, _)| broken.get(*index) == Some(&false))
                .filter_map(|(index, piece)| match piece {
                    Piece::Group(group) if !group.items.is_empty() => {
                        Some((flat(std::slice::from_ref(piece), place)?.len(), index))
                    }
                    _ => None,
                })
                .max_by_key(|(width, index)| (*width, std::cmp::Reverse(*index)));
            match widest.and_then(|(_, index)| broken.get_mut(index)) {
                Some(breaks) => *breaks = true,
                None => break,
            }
        }
        let mut before: Option<(&Piece, Option<&Piece>)> = None;
        for (piece, breaks) in pieces.iter().zip(broken) {
            let space =
                before.is_some_and(|(last, earlier)| space_between(earlier, last, piece, place));
            match piece {
                Piece::Leaf(leaf) => self.leaf(leaf, space),
                Piece::Group(group) if breaks => self.broken_group(group, space),
                Piece::Group(group) => {
                    self.comments_before(&group.open);
                    let text = flat_group(group).unwrap_or_default();
                    self.write(&text, space);
                    self.comment_after(&group.close);
                }
            }
            before = Some((piece, before.map(|(last, _)| last)));
        }
    }

    fn broken_group(&mut self, group: &Group, space: bool) {
        self.leaf(&group.open, space);
        self.indent += INDENT;
        for (index, item) in group.items.iter().enumerate() {
            self.new_line();
            self.pieces(item, Place::Within(group.kind), 1);
            let takes_comma = matches!(group.kind, GroupKind::Call | GroupKind::List);
            let has_comma = item.last().is_some_and(|piece| piece.last().is(","));
            if takes_comma && !has_comma && index + 1 == group.items.len() {
                self.comma();
            }
        }
        for comment in &group.close.before {
            self.new_line();
            self.out.push_str(comment);
        }
        self.indent -= INDENT;
        self.new_line();
        self.write(&group.close.text, false);
        self.comment_after(&group.close);
    }

    fn leaf(&mut self, leaf: &Leaf, space: bool) {
        self.comments_before(leaf);
        self.write(&leaf.text, space);
        self.comment_after(leaf);
    }

    fn comments_before(&mut self, leaf: &Leaf) {
        for comment in &leaf.before {
            if !self.line_is_new {
                self.new_line();
            }
            self.out.push_str(comment);
            self.line_is_new = false;
            self.line_is_over = true;
        }
    }

    fn comment_after(&mut self, leaf: &Leaf) {
        if let Some(comment) = &leaf.after {
            self.comment(comment);
        }
    }

    fn write(&mut self, text: &str, space: bool) {
        if self.line_is_over {
            self.new_line();
        } else if space && !self.line_is_new {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.line_is_new = false;
        self.comment_at = None;
    }

    /// A comma after what was written, before its comment.
    fn comma(&mut self) {
        match self.comment_at {
            Some(at) => self.out.insert(at, ','),
            None => self.out.push(','),
        }
    }
}

/// The pieces on one line; `None` if something must break.
fn flat(pieces: &[Piece], place: Place) -> Option<String> {
    let mut out = String::new();
    let mut before: Option<(&Piece, Option<&Piece>)> = None;
    for piece in pieces {
        if before.is_some_and(|(last, earlier)| space_between(earlier, last, piece, place)) {
            out.push(' ');
        }
        match piece {
            Piece::Leaf(leaf) if leaf.after.is_none() && leaf.before.is_empty() => {
                out.push_str(&leaf.text)
            }
            Piece::Leaf(_) => return None,
            Piece::Group(group) if group.open.before.is_empty() && group.close.after.is_none() => {
                out.push_str(&flat_group(group)?);
            }
            Piece::Group(_) => return None,
        }
        before = Some((piece, before.map(|(last, _)| last)));
    }
    Some(out)
}

/// A group on one line, without the comments around it.
fn flat_group(group: &Group) -> Option<String> {
    if group.must_break() {
        return None;
    }
    let items: Option<Vec<String>> =
        group.items.iter().map(|item| flat(item, Place::Within(group.kind))).collect();
    Some(format!("{}{}{}", group.open.text, items?.join(" "), group.close.text))
}

/// Whether a text fits on lines of which the first has `used` columns in use.
fn fits(text: &str, used: usize) -> bool {
    let first = text.split('\n').next().unwrap_or_default();
    used + first.chars().count() <= WIDTH
}

/// Whether a break is possible anywhere.
fn can_break(pieces: &[Piece], place: Place) -> bool {
    place != Place::Statement && soft_lines(pieces).len() > 1
        || pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Group(group) if !group.items.is_empty()))
}

/// Split before `and`, `or` and a text that continues another.
fn soft_lines(pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut lines = Vec::new();
    let mut begin = 0;
    for (index, pair) in pieces.windows(2).enumerate() {
        let [before, piece] = pair else { continue };
        let (before, leaf) = (before.last(), piece.first());
        let logic = matches!(leaf.kind, Kind::Keyword("and" | "or"));
        let joined_texts = before.kind == Kind::String && leaf.kind == Kind::String;
        if logic || joined_texts {
            lines.extend(pieces.get(begin..=index));
            begin = index + 1;
        }
    }
    lines.extend(pieces.get(begin..));
    lines
}

/// Whether all lines fit if the groups that `broken` marks break.
fn lines_fit(pieces: &[Piece], broken: &[bool], place: Place, used: usize) -> bool {
    let mut column = used;
    let mut before: Option<(&Piece, Option<&Piece>)> = None;
    for (piece, breaks) in pieces.iter().zip(broken) {
        let space =
            before.is_some_and(|(last, earlier)| space_between(earlier, last, piece, place));
        column += usize::from(space);
        match piece {
            Piece::Group(group) if *breaks => {
                if column + group.open.text.len() > WIDTH {
                    return false;
                }
                column = group.close.text.len();
            }
            Piece::Leaf(leaf) => {
                column += leaf.text.split('\n').next().map_or(0, |t| t.chars().count())
            }
            Piece::Group(group) => {
                column += flat_group(group).map_or(0, |text| text.chars().count())
            }
        }
        before = Some((piece, before.map(|(last, _)| last)));
    }
    column <= WIDTH
}

/// Whether a space stands between `left` (which comes after `earlier`) and `right`.
fn space_between(earlier: Option<&Piece>, left: &Piece, right: &Piece, place: Place) -> bool {
    if let Piece::Group(Group { kind: GroupKind::Call | GroupKind::Types, .. }) = right {
        return false;
    }
    let (left, right) = (left.last(), right.first());
    let prefix = matches!(left.kind, Kind::Op("-" | "**"))
        && earlier.is_none_or(|earlier| !earlier.last().kind.ends_value());
    let keyword_argument =
        place == Place::Within(GroupKind::Call) && (left.is("=") || right.is("="));
    !(prefix || keyword_argument || left.is(".") || right.is(".") || right.is(",") || right.is(":"))
}
