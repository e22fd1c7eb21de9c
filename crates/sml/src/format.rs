//! One layout for all rule files. It changes white space, line breaks and trailing commas, and
//! splits lines at `;`; it never changes the tree, a literal's spelling or a comment.

mod layout;
mod pieces;

use crate::lexer::{Lexed, lex};
use crate::token::{Kind, Token};
use crate::{Diagnostic, Span, parse};

use layout::Writer;
use pieces::Piece;

/// How many blank lines in a row are kept.
const MAX_BLANK_LINES: usize = 2;

/// Lays out a rule file; what is wrong with it if it cannot be read.
///
/// Formatting what has been formatted changes nothing.
///
/// ```
/// let text = "Hit=Rule( when_all = [ Score>5 ],description='spam') # first\n";
/// let formatted = sml::format(text).unwrap();
/// assert_eq!(formatted, "Hit = Rule(when_all=[Score > 5], description='spam')  # first\n");
/// ```
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, diagnostics) = parse(source);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let mut text = layout(source);
    // A list that is broken over lines gets a trailing comma, and with it stays broken, which can
    // leave more room for its neighbours: they settle in the next round.
    for _ in 0..8 {
        let again = layout(&text);
        if again == text {
            break;
        }
        text = again;
    }
    Ok(text)
}

fn layout(source: &str) -> String {
    let Lexed { tokens, comments, .. } = lex(source);
    let mut formatter =
        Formatter { source, comments, next_comment: 0, out: Writer::default(), end: 0 };
    let ends = |token: &Token| matches!(token.kind, Kind::Newline | Kind::Op(";") | Kind::End);
    for statement in tokens.split_inclusive(ends) {
        if let Some((end, statement)) = statement.split_last() {
            formatter.statement(statement, *end);
        }
    }
    formatter.comments_before(source.len() as u32);
    formatter.out.finish()
}

#[derive(Debug)]
struct Formatter<'s> {
    source: &'s str,
    comments: Vec<Span>,
    next_comment: usize,
    out: Writer,
    /// Where the last thing that was written ends in the source.
    end: u32,
}

impl Formatter<'_> {
    fn statement(&mut self, tokens: &[Token], end: Token) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        self.comments_before(first.span.start);
        self.blank_lines(first.span.start);
        let mut leaves = Vec::new();
        for token in tokens {
            if token.span.start == token.span.end {
                continue;
            }
            let text = token.span.text(self.source).replace("\r\n", "\n").replace('\r', "\n");
            let before = self.take_comments(token.span.start);
            let mut leaf = pieces::Leaf { kind: token.kind, text, before, after: None };
            if let Some(comment) = self.comment_on_line(token.span.end, end.span.start) {
                leaf.after = Some(comment);
            }
            leaves.push(leaf);
        }
        self.end = last.span.end;
        let trailing = leaves.last_mut().and_then(|leaf| leaf.after.take());
        self.out.statement(&Piece::tree(leaves));
        if let Some(comment) = trailing {
            self.out.comment(&comment);
        }
        self.out.end_line();
    }

    /// Writes the comments on lines of their own that stand before `offset`.
    fn comments_before(&mut self, offset: u32) {
        while let Some(span) = self.comments.get(self.next_comment).copied() {
            if span.start >= offset {
                return;
            }
            self.next_comment += 1;
            self.blank_lines(span.start);
            let comment = self.comment_text(span);
            self.out.line(&comment);
            self.end = span.end;
        }
    }

    /// The comments before `offset`, inside of a statement.
    fn take_comments(&mut self, offset: u32) -> Vec<String> {
        let mut taken = Vec::new();
        while let Some(span) = self.comments.get(self.next_comment).copied() {
            if span.start >= offset {
                break;
            }
            self.next_comment += 1;
            taken.push(self.comment_text(span));
        }
        taken
    }

    /// The comment that follows on the line of a token which ends at `offset`, if it belongs to it.
    fn comment_on_line(&mut self, offset: u32, statement_end: u32) -> Option<String> {
        let span = self.comments.get(self.next_comment).copied()?;
        let between = Span::new(offset, span.start).text(self.source);
        let belongs = span.start <= statement_end.max(offset)
            && between.chars().all(|c| matches!(c, ' ' | '\t' | '\x0c'));
        if !belongs || span.start < offset {
            return None;
        }
        self.next_comment += 1;
        Some(self.comment_text(span))
    }

    fn comment_text(&self, span: Span) -> String {
        span.text(self.source).trim_end().to_owned()
    }

    /// Keeps blank lines between what was written and what stands at `offset`.
    fn blank_lines(&mut self, offset: u32) {
        let between = Span::new(self.end, offset).text(self.source).replace("\r\n", "\n");
        let line_ends = between.matches(['\n', '\r']).count();
        if !self.out.is_empty() {
            self.out.blank_lines(line_ends.saturating_sub(1).min(MAX_BLANK_LINES));
        }
    }
}
