//! Reads a path. The grammar is ambiguous; the reference settles it by precedence, loosest
//! first: brackets, `..`, `.`, `|`, `&`, `where`.

use std::fmt;

use super::Step;
use crate::value::{Str, parse_integer};

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Where, in bytes from the start of the path.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} of the path", self.message, self.offset)
    }
}

impl std::error::Error for PathError {}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Operator(String),
    Number(i64),
    DoubleDot,
    Where,
    Mark(char),
}

const MAX_DEPTH: usize = 64;

pub(super) fn parse(source: &str) -> Result<Step, PathError> {
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens, at: 0, end: source.len(), depth: 0 };
    let step = parser.path(Level::Brackets)?;
    match parser.tokens.get(parser.at) {
        None => Ok(step),
        Some(_) => Err(parser.error("the path should end or go on with `.` or `[`")),
    }
}

fn tokens(source: &str) -> Result<Vec<(usize, Token)>, PathError> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let offset = source.len() - rest.len();
        let error = |message: String| PathError { offset, message };
        let (token, length) = match first {
            ' ' | '\t' | '\n' => (None, 1),
            'a'..='z' | 'A'..='Z' | '_' | '@' => {
                let length =
                    rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '-')));
                let word = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
                let token =
                    if word == "where" { Token::Where } else { Token::Name(word.to_owned()) };
                (Some(token), word.len())
            }
            '\'' | '"' | '`' => {
                let (text, length) = quoted(rest, first)
                    .ok_or_else(|| error(format!("the quote {first} is not closed")))?;
                (Some(if first == '`' { Token::Operator(text) } else { Token::Name(text) }), length)
            }
            '.' if rest.starts_with("..") => (Some(Token::DoubleDot), 2),
            '*' | '.' | '[' | ']' | '(' | ')' | '$' | ',' | ':' | '|' | '&' => {
                (Some(Token::Mark(first)), 1)
            }
            _ => {
                let digits = rest.strip_prefix('-').unwrap_or(rest);
                let digits = digits.find(|c: char| !c.is_numeric()).unwrap_or(digits.len());
                let length = digits + usize::from(first == '-');
                let number =
                    rest.get(..length).and_then(parse_integer).and_then(|number| number.as_int());
                match number {
                    Some(number) => (Some(Token::Number(number)), length),
                    None => {
                        return Err(error(format!(
                            "unexpected `{first}`; quote keys that are not plain names: $.'{first}...'"
                        )));
                    }
                }
            }
        };
        tokens.extend(token.map(|token| (offset, token)));
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(tokens)
}

/// The text between quotes and the length with them; a backslash takes the next character as it is.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((text, at + 1)),
            '\\' => text.push(chars.next().map(|(_, c)| c).filter(|&c| c != '\n')?),
            _ => text.push(c),
        }
    }
    None
}

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Brackets,
    DoubleDot,
    Dot,
    Union,
    Intersect,
    Where,
    Primary,
}

/// Makes one step of two.
type Combine = fn(Box<Step>, Box<Step>) -> Step;

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn error(&self, message: &str) -> PathError {
        let offset = self.tokens.get(self.at).map_or(self.end, |(offset, _)| *offset);
        PathError { offset, message: message.to_owned() }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn take(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn close(&mut self, mark: char) -> Result<(), PathError> {
        if self.take(mark) { Ok(()) } else { Err(self.error(&format!("`{mark}` should be here"))) }
    }

    /// A path of operators that bind at least as tightly as `level`.
    fn path(&mut self, level: Level) -> Result<Step, PathError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("the path is nested too deeply"));
        }
        let mut left = self.primary()?;
        loop {
            let (found, combine): (_, Combine) = match self.peek() {
                Some(Token::Mark('[')) if level == Level::Brackets => {
                    self.at += 1;
                    left = Step::Child(Box::new(left), Box::new(self.bracket()?));
                    continue;
                }
                Some(Token::DoubleDot) => (Level::DoubleDot, Step::Descendants),
                Some(Token::Mark('.')) => (Level::Dot, Step::Child),
                Some(Token::Mark('|')) => (Level::Union, Step::Union),
                Some(Token::Mark('&')) => (Level::Intersect, |_, _| Step::Intersect),
                Some(Token::Where) => (Level::Where, Step::Where),
                _ => break,
            };
            if found < level {
                break;
            }
            self.at += 1;
            let right = self.path(next(found))?;
            left = combine(Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn primary(&mut self) -> Result<Step, PathError> {
        let step = match self.peek() {
            Some(Token::Name(_)) => return self.fields(),
            Some(Token::Mark('*')) => Step::AnyField,
            Some(Token::Mark('$')) => Step::Root,
            Some(Token::Operator(name)) => match name.as_str() {
                "this" => Step::This,
                "parent" => Step::Parent,
                _ => return Err(self.error("the only named operators are `this` and `parent`")),
            },
            Some(Token::Mark('[')) => {
                self.at += 1;
                return self.bracket();
            }
            Some(Token::Mark('(')) => {
                self.at += 1;
                let inner = self.path(Level::Brackets)?;
                self.close(')')?;
                return Ok(inner);
            }
            _ => return Err(self.error("a key, `*`, `$`, `[` or `(` should be here")),
        };
        self.at += 1;
        Ok(step)
    }

    /// One or more names with commas between; a quoted `*` still means all.
    fn fields(&mut self) -> Result<Step, PathError> {
        let mut names = Vec::new();
        loop {
            match self.peek() {
                Some(Token::Name(name)) => names.push(Str::from(name.as_str())),
                _ => return Err(self.error("a key should be here")),
            }
            self.at += 1;
            if !self.take(',') {
                break;
            }
        }
        Ok(if names.iter().any(|name| name.as_str() == "*") {
            Step::AnyField
        } else {
            Step::Fields(names)
        })
    }

    /// What stands in brackets, the closing one included.
    fn bracket(&mut self) -> Result<Step, PathError> {
        let step = match self.peek() {
            Some(Token::Name(_)) => self.fields()?,
            Some(Token::Mark('*')) => {
                self.at += 1;
                Step::Slice(None, None)
            }
            _ => {
                let start = self.number();
                if self.take(':') {
                    Step::Slice(start, self.number())
                } else {
                    Step::Index(start.ok_or_else(|| {
                        self.error("a key, a number, a slice or `*` should be here")
                    })?)
                }
            }
        };
        self.close(']')?;
        Ok(step)
    }

    fn number(&mut self) -> Option<i64> {
        let Some(Token::Number(number)) = self.peek() else { return None };
        let number = *number;
        self.at += 1;
        Some(number)
    }
}

fn next(level: Level) -> Level {
    match level {
        Level::Brackets => Level::DoubleDot,
        Level::DoubleDot => Level::Dot,
        Level::Dot => Level::Union,
        Level::Union => Level::Intersect,
        Level::Intersect => Level::Where,
        Level::Where | Level::Primary => Level::Primary,
    }
}
