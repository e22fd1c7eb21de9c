//! A tree as text, with or without places, to compare it with another.

use sml::tree::{Annotation, Callee, Expr, FormatPart, Name, Statement};
use sml::{LineIndex, Root, Span};

/// The tree with the line and column (in bytes) where each node starts.
pub(crate) fn with_places(source: &str, root: &Root) -> String {
    Dump { lines: Some(LineIndex::new(source)) }.root(root)
}

/// The tree alone.
pub(crate) fn without_places(root: &Root) -> String {
    Dump { lines: None }.root(root)
}

struct Dump {
    lines: Option<LineIndex>,
}

impl Dump {
    fn root(&self, root: &Root) -> String {
        let lines: Vec<_> =
            root.statements.iter().map(|statement| self.statement(statement)).collect();
        lines.join("\n")
    }

    fn at(&self, span: Span) -> String {
        let Some(lines) = &self.lines else { return String::new() };
        let place = lines.position(span.start);
        format!("@{}:{}", place.line, place.column)
    }

    fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Expr(call) => self.expr(&Expr::Call(call.clone())),
            Statement::Assign(assign) => {
                let annotation =
                    assign.annotation.as_ref().map_or_else(String::new, |annotation| {
                        format!(": {}", self.annotation(annotation))
                    });
                let (name, value) = (self.name(&assign.name), self.expr(&assign.value));
                format!("{name}{annotation} = {value}")
            }
        }
    }

    fn annotation(&self, annotation: &Annotation) -> String {
        let at = self.at(annotation.span());
        let all = |list: &[Annotation], between: &str| {
            list.iter()
                .map(|annotation| self.annotation(annotation))
                .collect::<Vec<_>>()
                .join(between)
        };
        match annotation {
            Annotation::Name(name) => self.name(name),
            Annotation::Generic { name, arguments, .. } => {
                format!("(generic{at} {} {})", name.text, all(arguments, " "))
            }
            Annotation::Union { variants, .. } => format!("(union{at} {})", all(variants, " ")),
        }
    }

    fn name(&self, name: &Name) -> String {
        format!("{}{}", name.text, self.at(name.span))
    }

    fn callee(&self, callee: &Callee) -> String {
        match callee {
            Callee::Name(name) => self.name(name),
            Callee::Attribute(attribute) => self.expr(&Expr::Attribute(attribute.clone())),
        }
    }

    fn all<'a>(&self, exprs: impl IntoIterator<Item = &'a Expr>) -> String {
        exprs.into_iter().map(|expr| format!(" {}", self.expr(expr))).collect()
    }

    fn expr(&self, expr: &Expr) -> String {
        let at = self.at(expr.span());
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::Attribute(attribute) => {
                format!(
                    "(attribute{at} {} {})",
                    self.name(&attribute.object),
                    attribute.attribute.text
                )
            }
            Expr::String(literal) => format!("(str{at} {})", quoted(&literal.value)),
            Expr::Int(literal) => {
                let value = u128::from_str_radix(&literal.digits, literal.radix);
                format!(
                    "(int{at} {})",
                    value.map_or_else(|_| literal.digits.clone(), |v| v.to_string())
                )
            }
            Expr::Float(literal) => format!("(float{at} {:016x})", literal.value.to_bits()),
            Expr::Bool(literal) => format!("({}{at})", literal.value),
            Expr::None(_) => format!("(none{at})"),
            Expr::List(list) => format!("(list{at}{})", self.all(&list.items)),
            Expr::FormatString(string) => {
                let parts = string.parts.iter().map(|part| match part {
                    FormatPart::Text(text) => format!(" {}", quoted(text)),
                    FormatPart::Name(name) => format!(" {{{}}}", name.text),
                });
                format!("(format{at}{})", parts.collect::<String>())
            }
            Expr::Call(call) => {
                let arguments = call.arguments.iter().map(|argument| {
                    format!(" {}={}", argument.keyword.text, self.expr(&argument.value))
                });
                let function = self.callee(&call.function);
                format!("(call{at} {function}{})", arguments.collect::<String>())
            }
            Expr::Binary(node) => {
                format!("({}{at}{})", node.operator.as_str(), self.all([&node.left, &node.right]))
            }
            Expr::Unary(node) => {
                format!("({}{at}{})", node.operator.as_str(), self.all([&node.operand]))
            }
            Expr::Compare(node) => {
                format!("({}{at}{})", node.operator.as_str(), self.all([&node.left, &node.right]))
            }
            Expr::Logic(node) => {
                format!("({}{at}{})", node.operator.as_str(), self.all(&node.operands))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
