//! Lines: assignments, calls, and the statements that only Python has.

use crate::token::Kind;
use crate::tree::{Assign, Expr, Statement};
use crate::{Diagnostic, Span};

use super::operand::{Operand, Shape};
use super::{Broken, Parse, Parser};

impl Parser<'_> {
    /// Reads the whole file.
    pub(super) fn file(&mut self) {
        while self.kind() != Kind::End {
            match self.kind() {
                Kind::Newline | Kind::Dedent => {
                    self.advance();
                }
                Kind::Indent => self.unexpected_indent(),
                _ => self.line(),
            }
        }
    }

    /// Reads a line: statements with `;` between them.
    fn line(&mut self) {
        let begin = self.at;
        let outcome = self.compound_statement().unwrap_or_else(|| self.simple_statements());
        let Err(Broken(diagnostic)) = outcome else { return };
        while !matches!(self.kind(), Kind::Newline | Kind::End) {
            self.advance();
        }
        let tokens = self.tokens.get(begin..self.at).unwrap_or_default();
        let reported = tokens.iter().any(|token| token.kind == Kind::Broken);
        if !reported {
            self.diagnostics.extend(diagnostic.map(|diagnostic| *diagnostic));
        }
        self.refusals.clear();
        self.advance();
        // The block of a statement that could not be read says nothing of use.
        if self.kind() == Kind::Indent {
            self.skip_block();
        }
    }

    fn simple_statements(&mut self) -> Parse<()> {
        loop {
            let statement = self.simple_statement()?;
            if self.refusals.is_empty() {
                self.statements.extend(statement);
            } else {
                self.tell_refusals();
            }
            if !self.at_statement_end() {
                return Err(self.unexpected());
            }
            if !self.eat(";") || matches!(self.kind(), Kind::Newline | Kind::End) {
                return Ok(());
            }
        }
    }

    /// Of refusals inside of each other the outermost is told.
    fn tell_refusals(&mut self) {
        let mut refusals = std::mem::take(&mut self.refusals);
        refusals.sort_by_key(|refusal| (refusal.span.start, std::cmp::Reverse(refusal.span.end)));
        let mut told = 0;
        for refusal in refusals {
            if told == 0 || refusal.span.start >= told {
                told = refusal.span.end.max(told);
                self.diagnostics.push(refusal);
            }
        }
    }

    fn simple_statement(&mut self) -> Parse<Option<Statement>> {
        if let Kind::Keyword(word) = self.kind()
            && let Some(hint) = python_statement(word)
        {
            return self.python_statement(word, hint).map(|()| None);
        }
        let start = self.span().start;
        let target = self.values()?;
        match self.kind() {
            Kind::Op("=") => self.assignment(start, target),
            Kind::Op(":") => self.annotated_assignment(start, target),
            Kind::Op(operator)
                if operator.len() > 1 && operator.ends_with('=') && operator != ":=" =>
            {
                self.augmented_assignment(operator, target)
            }
            _ => Ok(self.bare_value(target)),
        }
    }

    fn assignment(&mut self, start: u32, target: Operand) -> Parse<Option<Statement>> {
        self.check_target(&target)?;
        self.advance();
        let mut value = self.values()?;
        let mut targets = 1;
        while self.is("=") {
            self.check_target(&value)?;
            self.advance();
            value = self.values()?;
            targets += 1;
        }
        let span = Span::new(start, self.end());
        if targets > 1 {
            self.foreign(
                span,
                Shape::Foreign,
                "a value can be given to one name only",
                "write one line for each name",
            );
            return Ok(None);
        }
        let Some(name) = target.name().cloned() else {
            self.refuse_target(&target);
            return Ok(None);
        };
        Ok(Some(Statement::Assign(Assign { name, annotation: None, value: value.expr, span })))
    }

    fn annotated_assignment(&mut self, start: u32, target: Operand) -> Parse<Option<Statement>> {
        if !matches!(target.expr, Expr::Name(_) | Expr::Attribute(_))
            && target.shape != Shape::Place
        {
            let message = format!("`{}` cannot have a type", self.quote(target.span));
            return Err(Diagnostic::error("bad-target", target.span, message)
                .with_hint("a type stands after a name: `Name: Type = ..`")
                .into());
        }
        self.advance();
        let annotation = self.annotation(start)?;
        let value = if self.eat("=") { Some(self.values()?) } else { None };
        let span = Span::new(start, self.end());
        let name = target.name().filter(|_| !target.is_parenthesised()).cloned();
        let Some(name) = name else {
            self.refuse_target(&target);
            return Ok(None);
        };
        let Some(value) = value else {
            let message = format!("`{}` gets a type, but no value", name.text);
            self.refuse(
                Diagnostic::error("missing-value", span, message)
                    .with_hint(format!("write `{} = ..`", self.quote(span))),
            );
            return Ok(None);
        };
        if let Some(annotation) = &annotation {
            self.check_literal(annotation, &value);
        }
        Ok(Some(Statement::Assign(Assign { name, annotation, value: value.expr, span })))
    }

    fn augmented_assignment(
        &mut self,
        operator: &str,
        target: Operand,
    ) -> Parse<Option<Statement>> {
        self.check_target(&target)?;
        let start = target.span.start;
        self.advance();
        self.values()?;
        let span = Span::new(start, self.end());
        self.foreign(
            span,
            Shape::Foreign,
            format!("SML has no `{operator}`: a name gets its value once"),
            "give the new value a name of its own",
        );
        Ok(None)
    }

    /// Refuses what Python cannot assign to either.
    fn check_target(&self, target: &Operand) -> Parse<()> {
        let place = target.shape == Shape::Place
            || target.shape == Shape::Sml
                && matches!(target.expr, Expr::Name(_) | Expr::Attribute(_) | Expr::List(_));
        if place {
            return Ok(());
        }
        let message = format!("`{}` cannot get a value", self.quote(target.span));
        Err(Diagnostic::error("bad-target", target.span, message)
            .with_hint("a name stands before the `=`; write `==` to compare")
            .into())
    }

    /// Python can assign to this, SML cannot.
    fn refuse_target(&mut self, target: &Operand) {
        // One message for one mistake: `A, B = 1, 2` is not wrong twice.
        self.refusals.clear();
        let (message, hint) = match target.name() {
            Some(name) => (
                format!("`({})` stands in parentheses before its type", name.text),
                "drop the parentheses",
            ),
            None => (
                format!("`{}` cannot get a value, only a name can", self.quote(target.span)),
                "write `Name = ..`, one line for each name",
            ),
        };
        self.refuse(Diagnostic::error("bad-target", target.span, message).with_hint(hint));
    }

    fn bare_value(&mut self, value: Operand) -> Option<Statement> {
        let value = match value {
            Operand { shape: Shape::Sml, expr: Expr::Call(call), .. } => {
                return Some(Statement::Expr(call));
            }
            value => value,
        };
        let text = self.quote(value.span);
        let hint = match &value.expr {
            Expr::String(_) | Expr::FormatString(_) => "begin a comment with `#`".to_owned(),
            Expr::Compare(compare) if value.shape == Shape::Sml => format!(
                "write `{} = ..` to give a name its value, or `Name = {text}` to keep the answer",
                self.quote(compare.left.span()),
            ),
            _ => format!("give it a name: `Name = {text}`"),
        };
        if self.at_statement_end() {
            self.refusals.clear();
            let message = "a value alone on a line does nothing";
            self.refuse(Diagnostic::error("bare-value", value.span, message).with_hint(hint));
        }
        None
    }

    /// A statement that begins with one of Python's words.
    fn python_statement(&mut self, word: &str, hint: &str) -> Parse<()> {
        let start = self.advance().span;
        let alone = matches!(word, "pass" | "break" | "continue");
        if self.is("=") || self.is(":") || alone && !self.at_statement_end() {
            return Err(self.after_reserved_word(word));
        }
        let mut nesting = 0u32;
        loop {
            match self.kind() {
                Kind::Newline | Kind::End => break,
                Kind::Op(";") if nesting == 0 => break,
                Kind::Broken => return Err(Broken(None)),
                Kind::Op("(" | "[" | "{") => nesting += 1,
                Kind::Op(")" | "]" | "}") => nesting = nesting.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
        let span = Span::new(start.start, self.end());
        self.foreign(span, Shape::Foreign, format!("SML has no `{word}`"), hint);
        Ok(())
    }

    fn after_reserved_word(&self, word: &str) -> Broken {
        if !self.is("=") && !self.is(":") {
            return self.unexpected();
        }
        let message = format!("`{word}` is a reserved word and cannot be a name");
        Diagnostic::error("reserved-word", self.span(), message)
            .with_hint(format!("choose another, such as `{word}_`"))
            .into()
    }

    /// Reads over a Python statement with a block, if one stands here.
    fn compound_statement(&mut self) -> Option<Parse<()>> {
        let decorated = self.is("@");
        while self.is("@") {
            self.skip_line();
            self.eat_newline();
        }
        if decorated && !matches!(self.kind(), Kind::Keyword("def" | "class" | "async")) {
            return Some(Err(self.unexpected()));
        }
        let (word, hint) = match self.kind() {
            Kind::Keyword(word) => (word, block_statement(word)?),
            Kind::Name if self.text(self.span()) == "match" && self.line_opens_block() => {
                ("match", block_statement("if")?)
            }
            _ => return None,
        };
        if self.token(1).kind == Kind::Op("=") {
            self.advance();
            return Some(Err(self.after_reserved_word(word)));
        }
        if matches!(word, "else" | "elif" | "except" | "finally") {
            let message = format!("`{word}` belongs to nothing before it");
            let diagnostic = Diagnostic::error("unexpected", self.span(), message).with_hint(hint);
            return Some(Err(diagnostic.into()));
        }
        Some(self.blocks(word, hint))
    }

    fn blocks(&mut self, word: &str, hint: &str) -> Parse<()> {
        let start = self.span();
        loop {
            let line = self.skip_line();
            let mut tokens = self.tokens.get(line.clone()).unwrap_or_default().iter();
            if tokens.clone().any(|token| token.kind == Kind::Broken) {
                return Err(Broken(None));
            }
            if !tokens.any(|token| token.kind == Kind::Op(":")) {
                let message = format!("`:` is missing at the end of this `{word}`");
                return Err(Diagnostic::error("missing-colon", self.span(), message)
                    .with_hint(hint)
                    .into());
            }
            let opens = self.previous().is_some_and(|token| token.kind == Kind::Op(":"));
            if !opens {
                break;
            }
            self.eat_newline();
            if self.kind() != Kind::Indent {
                let message = format!("the block of this `{word}` is missing");
                return Err(Diagnostic::error("missing-block", self.span(), message)
                    .with_label(start, "it begins here")
                    .with_hint(hint)
                    .into());
            }
            self.skip_block();
            if !matches!(self.kind(), Kind::Keyword("elif" | "else" | "except" | "finally")) {
                break;
            }
        }
        let span = Span::new(start.start, self.end().max(start.end));
        self.foreign(span, Shape::Foreign, format!("SML has no `{word}`"), hint);
        self.tell_refusals();
        Ok(())
    }

    fn unexpected_indent(&mut self) {
        let span = self.advance().span;
        if self.kind() == Kind::Broken {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error("unexpected-indent", span, "this line is indented")
                .with_hint("begin every statement in the first column"),
        );
    }

    /// Reads up to the end of the line; gives the tokens.
    fn skip_line(&mut self) -> std::ops::Range<usize> {
        let begin = self.at;
        while !matches!(self.kind(), Kind::Newline | Kind::End) {
            self.advance();
        }
        begin..self.at
    }

    fn eat_newline(&mut self) {
        if self.kind() == Kind::Newline {
            self.advance();
        }
    }

    /// Reads over a block whose indentation comes next.
    fn skip_block(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.advance().kind {
                Kind::Indent => depth += 1,
                Kind::Dedent => depth = depth.saturating_sub(1),
                Kind::End => return,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether this line ends with a colon and the next one is indented.
    fn line_opens_block(&self) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let Some(end) = rest.iter().position(|token| token.kind == Kind::Newline) else {
            return false;
        };
        end.checked_sub(1).and_then(|last| rest.get(last)).is_some_and(|t| t.kind == Kind::Op(":"))
            && rest.get(end + 1).is_some_and(|token| token.kind == Kind::Indent)
    }
}

/// Python's statements without a block, and what to write instead.
fn python_statement(word: &str) -> Option<&'static str> {
    Some(match word {
        "import" | "from" => "write `Import(rules=['path/to/file.sml'])`",
        "pass" | "break" | "continue" => "drop it: a rule file is a list of named values",
        "return" | "raise" | "assert" => "name the condition: `Hit = A == B`",
        "del" | "global" | "nonlocal" => "drop it: every name has one value, in all files",
        _ => return None,
    })
}

/// Python's statements with a block, and what to write instead.
fn block_statement(word: &str) -> Option<&'static str> {
    Some(match word {
        "if" | "elif" | "else" => {
            "name the condition and use it: `Hit = Rule(when_all=[A, B], description='..')`"
        }
        "for" | "while" => "rules have no loops: use a function that takes the whole list",
        "def" | "class" | "async" => "name values instead: `Name = ..`",
        "try" | "except" | "finally" => {
            "a value that fails is `None`: give a default with `ResolveOptional`"
        }
        "with" => "rules do not open anything: name values instead",
        _ => return None,
    })
}
