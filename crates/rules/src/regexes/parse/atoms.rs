//! The parts of a pattern that stand for one character or place: escapes and sets.

use super::super::PatternError;
use super::super::tree::{Anchor, Case, Class, Node, Set};
use super::{Flags, Parser};

impl Parser<'_> {
    pub(super) fn escape(&mut self, flags: Flags) -> Result<Node, PatternError> {
        let Some(c) = self.next() else { return self.error("the pattern ends in a backslash") };
        let anchor = match c {
            'A' => Some(Anchor::Start),
            'Z' => Some(Anchor::End),
            'b' => Some(Anchor::Boundary { ascii: flags.ascii }),
            'B' => Some(Anchor::NotBoundary { ascii: flags.ascii }),
            _ => None,
        };
        if let Some(anchor) = anchor {
            return Ok(Node::Anchor(anchor));
        }
        if let Some(class) = class(c, flags.ascii) {
            return Ok(Node::Set(Set {
                negative: false,
                ranges: Vec::new(),
                classes: vec![class],
                case: Case::Exact,
            }));
        }
        if c.is_ascii_digit() && c != '0' {
            return self.reference(c, flags);
        }
        self.character(c).map(|c| Node::Literal(c, flags.case()))
    }

    /// `\1` to `\99`, or three octal digits.
    fn reference(&mut self, first: char, flags: Flags) -> Result<Node, PatternError> {
        let mut digits = String::from(first);
        if let Some((_, second)) = self.chars.next_if(|(_, c)| c.is_ascii_digit()) {
            digits.push(second);
            if digits.bytes().all(|digit| digit < b'8')
                && let Some((_, third)) = self.chars.next_if(|(_, c)| ('0'..'8').contains(c))
            {
                digits.push(third);
                return self.octal(&digits).map(|c| Node::Literal(c, flags.case()));
            }
        }
        let group = self.count(&digits)?;
        if group > self.groups() {
            return self.error(format!("there is no group {group}"));
        }
        self.back(group, flags)
    }

    fn octal(&mut self, digits: &str) -> Result<char, PatternError> {
        match u8::from_str_radix(digits, 8) {
            Ok(code) => Ok(char::from(code)),
            Err(_) => self.error("an octal escape goes up to \\377"),
        }
    }

    /// The character that an escape stands for, the same inside sets and outside.
    fn character(&mut self, c: char) -> Result<char, PatternError> {
        Ok(match c {
            'a' => '\u{7}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' => return self.code(2),
            'u' => return self.code(4),
            'U' => return self.code(8),
            '0' => {
                let mut digits = String::from(c);
                while digits.len() < 3
                    && let Some((_, digit)) = self.chars.next_if(|(_, c)| ('0'..'8').contains(c))
                {
                    digits.push(digit);
                }
                return self.octal(&digits);
            }
            'N' => return self.by_name(),
            c if c.is_ascii_alphanumeric() => {
                return self.error(format!("there is no escape \\{c}"));
            }
            c => c,
        })
    }

    /// `{NAME}` after `\\N`.
    fn by_name(&mut self) -> Result<char, PatternError> {
        let mut name = String::new();
        if self.chars.next_if(|(_, c)| *c == '{').is_some() {
            while let Some((_, c)) = self.chars.next_if(|(_, c)| *c != '}') {
                name.push(c);
            }
            if self.chars.next_if(|(_, c)| *c == '}').is_some()
                && let Some(character) = sml::character_named(&name)
            {
                return Ok(character);
            }
        }
        self.error("no character has this name; write for example \\N{BULLET}")
    }

    fn code(&mut self, length: usize) -> Result<char, PatternError> {
        let mut digits = String::new();
        while digits.len() < length
            && let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_hexdigit())
        {
            digits.push(digit);
        }
        let code =
            if digits.len() == length { u32::from_str_radix(&digits, 16).ok() } else { None };
        match code.and_then(char::from_u32) {
            Some(c) => Ok(c),
            None => {
                self.error(format!("this escape needs {length} hexadecimal digits of a character"))
            }
        }
    }

    pub(super) fn set(&mut self, flags: Flags) -> Result<Set, PatternError> {
        let negative = self.take('^');
        let mut set = Set { negative, ranges: Vec::new(), classes: Vec::new(), case: flags.case() };
        let mut first = true;
        loop {
            if !first && self.take(']') {
                return Ok(set);
            }
            first = false;
            let low = self.set_item(flags)?;
            if !self.peek_range() {
                match low {
                    Item::Character(c) => set.ranges.push((c, c)),
                    Item::Class(class) => set.classes.push(class),
                }
                continue;
            }
            self.next();
            match (low, self.set_item(flags)?) {
                (Item::Character(low), Item::Character(high)) if low <= high => {
                    set.ranges.push((low, high))
                }
                (Item::Character(_), Item::Character(_)) => {
                    return self.error("the range runs backwards");
                }
                _ => return self.error("a range runs from one character to another"),
            }
        }
    }

    /// Whether a `-` follows that is not the last of the set.
    fn peek_range(&mut self) -> bool {
        let mut ahead = self.chars.clone();
        ahead.next().is_some_and(|(_, c)| c == '-') && ahead.next().is_none_or(|(_, c)| c != ']')
    }

    fn set_item(&mut self, flags: Flags) -> Result<Item, PatternError> {
        match self.next() {
            None => self.error("the set is not closed"),
            Some('\\') => {
                let Some(c) = self.next() else {
                    return self.error("the pattern ends in a backslash");
                };
                if let Some(class) = class(c, flags.ascii) {
                    return Ok(Item::Class(class));
                }
                match c {
                    'b' => Ok(Item::Character('\u{8}')),
                    '1'..='7' => {
                        let mut digits = String::from(c);
                        while digits.len() < 3
                            && let Some((_, digit)) =
                                self.chars.next_if(|(_, c)| ('0'..'8').contains(c))
                        {
                            digits.push(digit);
                        }
                        self.octal(&digits).map(Item::Character)
                    }
                    c => self.character(c).map(Item::Character),
                }
            }
            Some(c) => Ok(Item::Character(c)),
        }
    }
}

enum Item {
    Character(char),
    Class(Class),
}

fn class(c: char, ascii: bool) -> Option<Class> {
    let letter = c.to_ascii_lowercase();
    matches!(letter, 'd' | 's' | 'w').then_some(Class {
        letter,
        negative: c.is_ascii_uppercase(),
        ascii,
    })
}
