//! Whatever stands in brackets: calls, lists, and what only Python has there.

use crate::token::Kind;
use crate::tree::{Argument, Call, Callee, Expr, List};
use crate::{Diagnostic, Span, text};

use super::operand::{Operand, Shape};
use super::{MAX_QUOTED, Parse, Parser};

const NO_COMPREHENSION: &str = "rules have no loops: use a function that takes the whole list";
const NO_TUPLE: &str = "write a list: `[a, b]`";

impl Parser<'_> {
    pub(super) fn call(&mut self, function: Operand) -> Parse<Operand> {
        self.advance();
        let mut arguments: Vec<Argument> = Vec::new();
        let mut nameless = None;
        let (mut named, mut unpacked) = (false, false);
        let mut height = function.height;
        while !self.is(")") {
            let item = if self.is("**") {
                named = true;
                unpacked = true;
                (self.dropped_argument()?, false)
            } else if self.kind() == Kind::Name && self.token(1).kind == Kind::Op("=") {
                named = true;
                let keyword = text::name(self.source, self.advance().span);
                self.advance();
                let value = self.expression()?;
                height = height.max(value.height);
                arguments.push(Argument { keyword, value: value.expr });
                (value.span, false)
            } else {
                let argument = {
                    let starred = self.is("*");
                    self.positional_argument(if starred { unpacked } else { named })?
                };
                nameless.get_or_insert((argument.span, argument.shape));
                (argument.span, argument.name().is_some())
            };
            if !self.item_ends(item, ")")? {
                break;
            }
        }
        self.expect(")")?;
        let span = Span::new(function.span.start, self.end());
        match nameless {
            Some((argument, shape)) => Ok(self.nameless_argument(span, &function, argument, shape)),
            // What only Python has was refused already.
            None if function.shape != Shape::Sml => Ok(Operand::foreign(span, Shape::Foreign)),
            None => self.called(function.expr, arguments, span, height),
        }
    }

    fn called(
        &mut self,
        function: Expr,
        arguments: Vec<Argument>,
        span: Span,
        height: u32,
    ) -> Parse<Operand> {
        let function = match function {
            Expr::Name(name) => Callee::Name(name),
            Expr::Attribute(attribute) => Callee::Attribute(attribute),
            _ => {
                let message = "only a function's name can be called";
                let hint = "write the name of a function before the `(`";
                return Ok(self.foreign(span, Shape::Foreign, message, hint));
            }
        };
        self.over(Expr::Call(Call { function, arguments, span }), height)
    }

    /// `**value`: Osprey drops it without a word, whatever it is.
    fn dropped_argument(&mut self) -> Parse<Span> {
        self.advance();
        let before = self.refusals.len();
        let value = self.expression()?;
        self.refusals.truncate(before);
        Ok(value.span)
    }

    fn positional_argument(&mut self, after_named: bool) -> Parse<Operand> {
        let argument = self.item()?;
        if self.is("=") {
            let message = format!("`{}` cannot name an argument", self.quote(argument.span));
            return Err(Diagnostic::error("bad-argument-name", argument.span, message)
                .with_hint("write `name=value`, or `==` to compare")
                .into());
        }
        let argument = self.comprehension(argument.span.start, argument)?;
        if after_named {
            let message = format!(
                "`{}` needs a name, as the arguments before it have",
                self.quote(argument.span)
            );
            return Err(Diagnostic::error("nameless-argument", argument.span, message)
                .with_hint("write `name=value`")
                .into());
        }
        Ok(argument)
    }

    fn nameless_argument(
        &mut self,
        call: Span,
        function: &Operand,
        argument: Span,
        shape: Shape,
    ) -> Operand {
        let name = self.quote(function.span);
        let value = if shape == Shape::Sml { self.quote(argument) } else { "value".into() };
        let diagnostic = Diagnostic::error(
            "nameless-argument",
            call,
            format!("`{name}` has an argument without a name"),
        )
        .with_hint(format!("write `{name}(name={value})`"))
        .with_label(argument, "this one");
        self.refuse(diagnostic);
        Operand::foreign(call, Shape::Foreign)
    }

    pub(super) fn subscript(&mut self, value: Operand) -> Parse<Operand> {
        self.advance();
        loop {
            let mut item = None;
            if !self.is(":") {
                item = Some(self.item()?);
            }
            while self.eat(":") {
                if !matches!(self.kind(), Kind::Op(":" | "," | "]")) {
                    item = Some(self.expression()?);
                }
            }
            let item = item.unwrap_or_else(|| Operand::foreign(self.span(), Shape::Foreign));
            if !self.item_ends(item.end(), "]")? || self.is("]") {
                break;
            }
        }
        self.expect("]")?;
        let span = Span::new(value.span.start, self.end());
        let hint = if self.is("(") {
            "functions take no type in brackets: write it after the name, `Name: Type = ..`"
                .to_owned()
        } else {
            format!("use a function, such as `ListRead(list={}, index=0)`", self.quote(value.span))
        };
        Ok(self.foreign(span, Shape::Place, "SML cannot take an element out with `[ ]`", hint))
    }

    pub(super) fn list(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        let mut items = Vec::new();
        let mut height = 0;
        while !self.is("]") {
            let item = self.item()?;
            if self.begins_comprehension() {
                self.clauses()?;
                self.expect("]")?;
                let span = Span::new(start, self.end());
                let message = "SML has no list comprehension";
                return Ok(self.foreign(span, Shape::Foreign, message, NO_COMPREHENSION));
            }
            let more = self.item_ends(item.end(), "]")?;
            height = height.max(item.height);
            items.push(item.expr);
            if !more {
                break;
            }
        }
        self.expect("]")?;
        let span = Span::new(start, self.end());
        self.over(Expr::List(List { items, span }), height)
    }

    pub(super) fn parenthesis(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        if self.is_word("yield") {
            let value = self.yields()?;
            self.expect(")")?;
            return Ok(value);
        }
        if self.eat(")") {
            let span = Span::new(start, self.end());
            return Ok(self.foreign(
                span,
                Shape::Place,
                "SML has no empty tuple",
                "write `[]` or `None`",
            ));
        }
        let starred = self.is("*").then(|| self.span());
        let first = self.item()?;
        self.after_first(start, starred, first)
    }

    /// What a parenthesis is shows after the first value in it.
    fn after_first(&mut self, start: u32, starred: Option<Span>, first: Operand) -> Parse<Operand> {
        if self.begins_comprehension() {
            self.clauses()?;
            self.expect(")")?;
            let span = Span::new(start, self.end());
            let message = "SML has no generator";
            return Ok(self.foreign(span, Shape::Foreign, message, NO_COMPREHENSION));
        }
        if !self.is(",") {
            self.item_ends(first.end(), ")")?;
            if let Some(star) = starred {
                let message = "`*` means nothing here";
                return Err(Diagnostic::error("unexpected", star, message)
                    .with_hint("drop it")
                    .into());
            }
            self.expect(")")?;
            return Ok(Operand { span: Span::new(start, self.end()), ..first });
        }
        self.advance();
        while !self.is(")") {
            let item = self.item()?;
            if !self.item_ends(item.end(), ")")? {
                break;
            }
        }
        self.expect(")")?;
        let span = Span::new(start, self.end());
        let inside = self.text(Span::new(start + 1, self.end() - 1)).trim_end_matches([',', ' ']);
        let short = inside.len() <= MAX_QUOTED && !inside.contains(['\n', '\r']);
        let hint = if short { format!("write a list: `[{inside}]`") } else { NO_TUPLE.to_owned() };
        Ok(self.foreign(span, Shape::Place, "SML has no tuple", hint))
    }

    pub(super) fn braces(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        let mut dictionary = self.is("}");
        while !self.is("}") {
            let item = if self.eat("**") {
                dictionary = true;
                self.bit_or()?
            } else {
                let key = self.item()?;
                if self.eat(":") {
                    dictionary = true;
                    self.expression()?
                } else {
                    key
                }
            };
            if self.begins_comprehension() {
                self.clauses()?;
                break;
            }
            if !self.item_ends(item.end(), "}")? {
                break;
            }
        }
        self.expect("}")?;
        let span = Span::new(start, self.end());
        let (message, hint) = if dictionary {
            ("SML has no dictionary", "read values of the event with `JsonData(path=..)`")
        } else {
            ("SML has no set", "write a list: `[a, b]`")
        };
        Ok(self.foreign(span, Shape::Foreign, message, hint))
    }

    /// Values at a statement's own level: with a comma they are a tuple.
    pub(super) fn values(&mut self) -> Parse<Operand> {
        if self.is_word("yield") {
            return self.yields();
        }
        let first = self.item_or_value()?;
        if !self.is(",") {
            return Ok(first);
        }
        while self.eat(",") {
            if self.at_statement_end() || matches!(self.kind(), Kind::Op("=" | ":" | ")")) {
                break;
            }
            self.item_or_value()?;
        }
        let span = Span::new(first.span.start, self.end());
        Ok(self.foreign(span, Shape::Place, "SML has no tuple", NO_TUPLE))
    }

    /// What can stand between commas outside of brackets.
    fn item_or_value(&mut self) -> Parse<Operand> {
        if self.is("*") { self.starred() } else { self.expression() }
    }

    fn comprehension_target(&mut self) -> Parse<Operand> {
        if self.is("*") { self.starred() } else { self.bit_or() }
    }

    fn yields(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        if self.eat_word("from") {
            self.expression()?;
        } else if !self.at_statement_end() && !self.is(")") && !self.is("=") {
            self.values()?;
        }
        let span = Span::new(start, self.end());
        Ok(self.foreign(span, Shape::Foreign, "SML has no `yield`", "name the value: `Name = ..`"))
    }

    /// What can stand between commas in brackets.
    fn item(&mut self) -> Parse<Operand> {
        match (self.kind(), self.token(1).kind) {
            (Kind::Name, Kind::Op(":=")) => self.named_inside(),
            (Kind::Op("*"), _) => self.starred(),
            _ => self.expression(),
        }
    }

    fn named_inside(&mut self) -> Parse<Operand> {
        let name = self.advance().span;
        self.advance();
        self.expression()?;
        let span = Span::new(name.start, self.end());
        let name = self.quote(name);
        let message = "SML cannot name a value inside of another (`:=`)";
        let hint = format!("write `{name} = ..` on a line of its own, then `{name}` here");
        Ok(self.foreign(span, Shape::Foreign, message, hint))
    }

    fn starred(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        let value = self.bit_or()?;
        let span = Span::new(start, value.span.end);
        let message = "SML cannot unpack a list with `*`";
        Ok(self.foreign(span, Shape::Place, message, "write out its items"))
    }

    /// After an item (its place, and whether it is a name): whether another may follow.
    fn item_ends(&mut self, (item, is_name): (Span, bool), closing: &str) -> Parse<bool> {
        if self.eat(",") {
            return Ok(true);
        }
        if self.is(closing) {
            return Ok(false);
        }
        let unknown_prefix = self.kind() == Kind::String && is_name;
        if !self.kind().begins_value() || unknown_prefix {
            return Err(self.unexpected());
        }
        let next = self.span();
        self.expression()?;
        let message =
            format!("a comma is missing between `{}` and `{}`", self.quote(item), self.quote(next));
        Err(Diagnostic::error("missing-comma", item, message)
            .with_hint("separate values with `,`")
            .with_label(Span::at(item.end), "`,` goes here")
            .into())
    }

    fn begins_comprehension(&self) -> bool {
        self.is_word("for") || self.is_word("async")
    }

    /// `for x in y if z`, once or more.
    fn clauses(&mut self) -> Parse<()> {
        while self.begins_comprehension() {
            self.eat_word("async");
            self.expect_word("for")?;
            self.comprehension_target()?;
            while self.eat(",") && !self.is_word("in") {
                self.comprehension_target()?;
            }
            self.expect_word("in")?;
            self.disjunction()?;
            while self.eat_word("if") {
                self.disjunction()?;
            }
        }
        Ok(())
    }

    /// A generator as the only argument of a call.
    fn comprehension(&mut self, start: u32, item: Operand) -> Parse<Operand> {
        if !self.begins_comprehension() {
            return Ok(item);
        }
        self.clauses()?;
        Ok(Operand::foreign(Span::new(start, self.end()), Shape::Foreign))
    }

    pub(super) fn lambda(&mut self) -> Parse<Operand> {
        let start = self.advance().span.start;
        while !self.is(":") {
            let star = self.eat("*") || self.eat("**");
            if self.kind() == Kind::Name {
                self.advance();
                if self.eat("=") {
                    self.expression()?;
                }
            } else if !star && !self.eat("/") {
                return Err(self.unexpected());
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect(":")?;
        self.expression()?;
        let span = Span::new(start, self.end());
        let hint = "write the value itself, or name it on a line of its own";
        Ok(self.foreign(span, Shape::Foreign, "SML has no `lambda`", hint))
    }
}
