//! Reads a pattern as Python's `re` does (3.11), with its errors at its places.

mod atoms;

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::CharIndices;

use super::PatternError;
use super::tree::{Anchor, Case, Mode, Node};

const MAX_DEPTH: usize = 200;

/// Python's own limit on counts is 2^32 - 1; anything near it only ever exhausts memory.
const MAX_REPEAT: u32 = u32::MAX;

#[derive(Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    verbose: bool,
    ascii: bool,
}

impl Flags {
    fn case(self) -> Case {
        match (self.ignore_case, self.ascii) {
            (false, _) => Case::Exact,
            (true, false) => Case::Folded,
            (true, true) => Case::FoldedAscii,
        }
    }
}

/// The pattern's tree and the numbers of its named groups.
pub(super) fn parse(pattern: &str, ignore_case: bool) -> Result<(Node, Vec<u32>), PatternError> {
    let mut flags = Flags { ignore_case, ..Flags::default() };
    loop {
        let mut parser = Parser::new(pattern);
        let result = parser.whole(flags);
        // A global `(?x)` changes how the whole pattern reads, so it is read again.
        if parser.found_verbose && !flags.verbose {
            flags.verbose = true;
            continue;
        }
        // Other global flags apply to the whole too, and stand before everything that they touch.
        let mut named: Vec<u32> = parser.names.values().copied().collect();
        named.sort_unstable();
        return result.map(|node| (node, named));
    }
}

struct Parser<'a> {
    pattern: &'a str,
    chars: Peekable<CharIndices<'a>>,
    /// For each group so far its width, or None while it is open.
    widths: Vec<Option<(u32, Option<u32>)>>,
    names: HashMap<&'a str, u32>,
    /// Groups below this number may be named inside the look-behind being read.
    look_behind: Option<u32>,
    /// Groups that conditions name by number, to be checked at the end.
    conditions: Vec<(u32, usize)>,
    depth: usize,
    found_verbose: bool,
}

impl<'a> Parser<'a> {
    fn new(pattern: &'a str) -> Self {
        Self {
            pattern,
            chars: pattern.char_indices().peekable(),
            widths: Vec::new(),
            names: HashMap::new(),
            look_behind: None,
            conditions: Vec::new(),
            depth: 0,
            found_verbose: false,
        }
    }

    fn groups(&self) -> u32 {
        u32::try_from(self.widths.len()).unwrap_or(u32::MAX)
    }

    fn offset(&mut self) -> usize {
        self.chars.peek().map_or(self.pattern.len(), |(at, _)| *at)
    }

    fn error<T>(&mut self, message: impl Into<String>) -> Result<T, PatternError> {
        let offset = self.offset();
        Err(PatternError { offset, message: message.into() })
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn next(&mut self) -> Option<char> {
        self.chars.next().map(|(_, c)| c)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn whole(&mut self, mut flags: Flags) -> Result<Node, PatternError> {
        let node = self.either(&mut flags, true)?;
        if self.peek().is_some() {
            return self.error("this `)` closes nothing");
        }
        let groups = self.groups();
        match self.conditions.iter().find(|(group, _)| *group > groups) {
            Some(&(group, offset)) => {
                Err(PatternError { offset, message: format!("there is no group {group}") })
            }
            None => Ok(node),
        }
    }

    /// Alternatives, up to a `)` or the end.
    fn either(&mut self, flags: &mut Flags, top: bool) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error("the pattern is nested too deeply");
        }
        let mut nodes = vec![self.sequence(flags, top)?];
        while self.take('|') {
            nodes.push(self.sequence(flags, false)?);
        }
        self.depth -= 1;
        match nodes.pop() {
            Some(only) if nodes.is_empty() => Ok(only),
            Some(last) => {
                nodes.push(last);
                Ok(Node::Either(nodes))
            }
            None => Ok(Node::Empty),
        }
    }

    fn sequence(&mut self, flags: &mut Flags, first: bool) -> Result<Node, PatternError> {
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '|' | ')' => break,
                ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' if flags.verbose => {
                    self.next();
                }
                '#' if flags.verbose => while !matches!(self.next(), None | Some('\n')) {},
                '*' | '+' | '?' | '{' => self.repeat(&mut nodes, *flags)?,
                '(' => {
                    let at_start = first && nodes.is_empty();
                    if let Some(node) = self.group(flags, at_start)? {
                        nodes.push(node);
                    }
                }
                _ => {
                    let node = self.single(*flags)?;
                    nodes.push(node);
                }
            }
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop().unwrap_or(Node::Empty),
            _ => Node::Sequence(nodes),
        })
    }

    /// A character, an escape, a set or an anchor.
    fn single(&mut self, flags: Flags) -> Result<Node, PatternError> {
        match self.next() {
            Some('.') => Ok(Node::Any { newline: flags.dot_all }),
            Some('^') => {
                Ok(Node::Anchor(if flags.multi_line { Anchor::LineStart } else { Anchor::Start }))
            }
            Some('$') => Ok(Node::Anchor(if flags.multi_line {
                Anchor::LineEnd
            } else {
                Anchor::EndOrNewline
            })),
            Some('[') => self.set(flags).map(Node::Set),
            Some('\\') => self.escape(flags),
            Some(c) => Ok(Node::Literal(c, flags.case())),
            None => Ok(Node::Empty),
        }
    }

    fn repeat(&mut self, nodes: &mut Vec<Node>, flags: Flags) -> Result<(), PatternError> {
        let (min, max) = match self.next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            _ => match self.counts()? {
                Some(counts) => counts,
                None => {
                    nodes.push(Node::Literal('{', flags.case()));
                    return Ok(());
                }
            },
        };
        let node = match nodes.pop() {
            None | Some(Node::Anchor(_)) => {
                return self.error("there is nothing to repeat before this");
            }
            Some(Node::Repeat { .. }) => {
                return self.error("a repetition cannot be repeated; put it in (?:...)");
            }
            Some(node) => Box::new(node),
        };
        let mode = match self.peek() {
            Some('?') => Mode::Lazy,
            Some('+') => Mode::Possessive,
            _ => Mode::Greedy,
        };
        if mode != Mode::Greedy {
            self.next();
        }
        nodes.push(Node::Repeat { node, min, max, mode });
        Ok(())
    }

    /// The counts after `{`; None (and nothing taken) if it is a plain brace.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        if self.peek() == Some('}') {
            return Ok(None);
        }
        let back = self.chars.clone();
        let low = self.digits();
        let high = if self.take(',') { self.digits() } else { low.clone() };
        if !self.take('}') {
            self.chars = back;
            return Ok(None);
        }
        let min = if low.is_empty() { 0 } else { self.count(&low)? };
        let max = if high.is_empty() { None } else { Some(self.count(&high)?) };
        if max.is_some_and(|max| max < min) {
            return self.error("the least count is greater than the most");
        }
        Ok(Some((min, max)))
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_digit()) {
            digits.push(digit);
        }
        digits
    }

    fn count(&mut self, digits: &str) -> Result<u32, PatternError> {
        match digits.parse() {
            Ok(count) if count < MAX_REPEAT => Ok(count),
            _ => self.error("the count is too large"),
        }
    }

    /// What `(` begins. None for comments and global flags.
    fn group(&mut self, flags: &mut Flags, at_start: bool) -> Result<Option<Node>, PatternError> {
        self.next();
        if !self.take('?') {
            return self.capture(*flags, None).map(Some);
        }
        match self.next() {
            Some('P') => self.named(*flags).map(Some),
            Some(':') => self.inside(*flags).map(grouped).map(Some),
            Some('>') => self.inside(*flags).map(|node| Some(Node::Atomic(Box::new(node)))),
            Some('#') => loop {
                match self.next() {
                    Some(')') => return Ok(None),
                    Some(_) => {}
                    None => return self.error("the comment is not closed"),
                }
            },
            Some('=') => self.look(*flags, false, false).map(Some),
            Some('!') => self.look(*flags, false, true).map(Some),
            Some('<') => match self.next() {
                Some('=') => self.look(*flags, true, false).map(Some),
                Some('!') => self.look(*flags, true, true).map(Some),
                _ => self.error(
                    "only (?<= and (?<! begin with (?<; named groups are written (?P<name>...)",
                ),
            },
            Some('(') => self.condition(*flags).map(Some),
            Some(c) if c == '-' || c.is_ascii_alphabetic() => self.flags(flags, c, at_start),
            _ => self.error("nothing begins like this after `(?`"),
        }
    }

    /// The rest of a group up to its `)`. Flags set inside end with it.
    fn inside(&mut self, mut flags: Flags) -> Result<Node, PatternError> {
        let node = self.either(&mut flags, false)?;
        if self.take(')') { Ok(node) } else { self.error("a `)` is missing") }
    }

    fn capture(&mut self, flags: Flags, name: Option<&'a str>) -> Result<Node, PatternError> {
        self.widths.push(None);
        let group = self.groups();
        if let Some(name) = name
            && self.names.insert(name, group).is_some()
        {
            return self.error(format!("there are two groups named `{name}`"));
        }
        let node = self.inside(flags)?;
        let width = node.width(&self.known_widths());
        if let Some(slot) = self.widths.get_mut(index(group)) {
            *slot = Some(width);
        }
        Ok(Node::Group(group, Box::new(node)))
    }

    fn known_widths(&self) -> Vec<(u32, Option<u32>)> {
        self.widths.iter().map(|width| width.unwrap_or((0, None))).collect()
    }

    fn named(&mut self, flags: Flags) -> Result<Node, PatternError> {
        match self.next() {
            Some('<') => {
                let name = self.name('>')?;
                self.capture(flags, Some(name))
            }
            Some('=') => {
                let name = self.name(')')?;
                match self.names.get(name).copied() {
                    Some(group) => self.back(group, flags),
                    None => self.error(format!("there is no group named `{name}`")),
                }
            }
            _ => self.error("only (?P<name>...) and (?P=name) begin with (?P"),
        }
    }

    /// A name and the mark after it.
    fn name(&mut self, end: char) -> Result<&'a str, PatternError> {
        let name = self.until(end)?;
        let mut chars = name.chars();
        let identifier = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
            && chars.all(|c| c == '_' || c.is_alphanumeric());
        if identifier { Ok(name) } else { self.error(format!("`{name}` is not a name")) }
    }

    fn until(&mut self, end: char) -> Result<&'a str, PatternError> {
        let start = self.offset();
        loop {
            let at = self.offset();
            match self.next() {
                Some(c) if c == end => return Ok(self.pattern.get(start..at).unwrap_or_default()),
                Some(_) => {}
                None => return self.error(format!("a `{end}` is missing")),
            }
        }
    }

    fn back(&mut self, group: u32, flags: Flags) -> Result<Node, PatternError> {
        if self.widths.get(index(group)).is_none_or(Option::is_none) {
            return self.error("a group cannot refer to itself while it is open");
        }
        if self.look_behind.is_some_and(|first| group >= first) {
            return self.error("a look-behind cannot refer to a group inside itself");
        }
        Ok(Node::Back(group, flags.case()))
    }

    fn look(&mut self, flags: Flags, behind: bool, negative: bool) -> Result<Node, PatternError> {
        let outer = self.look_behind;
        if behind && outer.is_none() {
            self.look_behind = Some(self.groups() + 1);
        }
        let node = self.inside(flags)?;
        self.look_behind = outer;
        if behind {
            let (min, max) = node.width(&self.known_widths());
            if max != Some(min) {
                return self.error("a look-behind must have a fixed width");
            }
        }
        Ok(Node::Look { node: Box::new(node), behind, negative })
    }

    fn condition(&mut self, flags: Flags) -> Result<Node, PatternError> {
        let offset = self.offset();
        let name = self.until(')')?;
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
            let group = self.count(name)?;
            if group == 0 {
                return self.error("groups are counted from 1");
            }
            self.conditions.push((group, offset));
            group
        } else {
            match self.names.get(name).copied() {
                Some(group) => group,
                None => return self.error(format!("there is no group named `{name}`")),
            }
        };
        if self.look_behind.is_some_and(|first| group >= first) {
            return self.error("a look-behind cannot refer to a group inside itself");
        }
        let (mut yes_flags, mut no_flags) = (flags, flags);
        let yes = self.sequence(&mut yes_flags, false)?;
        let no = if self.take('|') { self.sequence(&mut no_flags, false)? } else { Node::Empty };
        if self.peek() == Some('|') {
            return self.error("a condition has at most two branches");
        }
        if !self.take(')') {
            return self.error("a `)` is missing");
        }
        Ok(Node::Condition { group, yes: Box::new(yes), no: Box::new(no) })
    }

    /// `(?i)` for all, `(?i-s:...)` for a part.
    fn flags(
        &mut self,
        outer: &mut Flags,
        first: char,
        at_start: bool,
    ) -> Result<Option<Node>, PatternError> {
        let mut on = String::new();
        let mut off = String::new();
        let mut removing = false;
        let mut c = first;
        let global = loop {
            match c {
                'i' | 'm' | 's' | 'x' => if removing { &mut off } else { &mut on }.push(c),
                'a' | 'u' if !removing => on.push(c),
                'L' => return self.error("the flag `L` is for bytes only"),
                '-' if !removing => removing = true,
                ':' => break false,
                ')' if !removing => break true,
                _ => return self.error(format!("`{c}` is not a flag that can stand here")),
            }
            c = match self.next() {
                Some(c) => c,
                None => return self.error("the flags are not closed"),
            };
        };
        if on.contains('a') && on.contains('u') {
            return self.error("the flags `a` and `u` exclude each other");
        }
        if on.chars().any(|c| off.contains(c)) {
            return self.error("a flag is turned on and off at once");
        }
        if removing && off.is_empty() {
            return self.error("a flag is missing after `-`");
        }
        if global {
            if !at_start {
                return self.error("flags for the whole pattern must stand at its start");
            }
            set_flags(outer, &on, true);
            self.found_verbose |= on.contains('x');
            return Ok(None);
        }
        let mut flags = *outer;
        set_flags(&mut flags, &on, true);
        set_flags(&mut flags, &off, false);
        self.inside(flags).map(grouped).map(Some)
    }
}

/// A group that only groups still counts as one thing, even when it is a repetition inside.
fn grouped(node: Node) -> Node {
    match node {
        Node::Repeat { .. } | Node::Anchor(_) => Node::Sequence(vec![node]),
        node => node,
    }
}

fn set_flags(flags: &mut Flags, letters: &str, value: bool) {
    for letter in letters.chars() {
        match letter {
            'i' => flags.ignore_case = value,
            'm' => flags.multi_line = value,
            's' => flags.dot_all = value,
            'x' => flags.verbose = value,
            'a' => flags.ascii = value,
            _ => flags.ascii = false,
        }
    }
}

fn index(group: u32) -> usize {
    usize::try_from(group).unwrap_or(usize::MAX).wrapping_sub(1)
}
