//! An expression written as the reference's printer writes it, for what an Osprey worker stores about
//! failures. Must not be used to format rules: it drops comments and adds brackets.

use num_bigint::BigInt;
use sml::tree::{Callee, Expr, FormatPart, Statement};

use crate::value::{Value, float_text, repr};

/// The expression that stands in `source`; what stands there, if it is none.
pub(super) fn written(source: &str) -> String {
    // In brackets lines go on, as they do where the expression came from.
    let (root, _) = sml::parse(&format!("X = (\n{source}\n)\n"));
    match root.statements.first() {
        Some(Statement::Assign(assign)) => expression(&assign.value),
        _ => source.to_owned(),
    }
}

fn expression(expr: &Expr) -> String {
    match expr {
        Expr::Name(name) => name.text.to_string(),
        Expr::Attribute(attribute) => {
            format!("{}.{}", attribute.object.text, attribute.attribute.text)
        }
        Expr::String(literal) => quoted(&literal.value),
        Expr::Int(literal) => BigInt::parse_bytes(literal.digits.as_bytes(), literal.radix)
            .map_or_else(|| literal.digits.clone(), |number| number.to_string()),
        Expr::Float(literal) => float_text(literal.value),
        Expr::Bool(literal) => if literal.value { "True" } else { "False" }.to_owned(),
        Expr::None(_) => "None".to_owned(),
        Expr::List(list) => format!("[{}]", joined(list.items.iter().map(expression), ", ")),
        Expr::FormatString(string) => {
            let parts = string.parts.iter().map(|part| match part {
                FormatPart::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                FormatPart::Name(name) => format!("{{{}}}", name.text),
            });
            format!("f{}", quoted(&joined(parts, "")))
        }
        Expr::Call(call) => {
            let function = match &call.function {
                Callee::Name(name) => name.text.to_string(),
                Callee::Attribute(attribute) => {
                    format!("{}.{}", attribute.object.text, attribute.attribute.text)
                }
            };
            let arguments = call.arguments.iter().map(|argument| {
                format!("{}={}", argument.keyword.text, expression(&argument.value))
            });
            format!("{function}({})", joined(arguments, ", "))
        }
        Expr::Binary(binary) => format!(
            "({} {} {})",
            expression(&binary.left),
            binary.operator.as_str(),
            expression(&binary.right)
        ),
        Expr::Unary(unary) => {
            format!("({} {})", unary.operator.as_str(), expression(&unary.operand))
        }
        Expr::Compare(compare) => format!(
            "{} {} {}",
            expression(&compare.left),
            compare.operator.as_str(),
            expression(&compare.right)
        ),
        Expr::Logic(logic) => {
            let between = format!(" {} ", logic.operator.as_str());
            format!("({})", joined(logic.operands.iter().map(expression), &between))
        }
    }
}

fn quoted(text: &str) -> String {
    repr(&Value::str(text)).unwrap_or_default()
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_written_as_the_reference_prints_them() {
        for (source, text) in [
            ("JsonData( path = \"$.a\", required=False )", "JsonData(path='$.a', required=False)"),
            ("A+ 0x10\n  **B", "(A + (16 ** B))"),
            ("not A in [1.50, -2, None]", "(not A in [1.5, (- 2), None])"),
            ("A == 'it\\'s' and\nB or C", "((A == \"it's\" and B) or C)"),
            ("f'{{x}} {Name}' # so", "f'{{x}} {Name}'"),
        ] {
            assert_eq!(written(source), text);
        }
    }
}
