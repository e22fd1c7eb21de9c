//! The tree of one rule file: what was written, and where each piece stands.
//!
//! The spans start where CPython's `ast` lets the same node start, since failures at run time are
//! told by that place. Parentheses leave no node, but an operation that begins with one starts at it.
//! The tree does not know types, functions or other files.

use std::sync::Arc;

use crate::Span;

/// One rule file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Root {
    /// The statements in the order of the text.
    pub statements: Vec<Statement>,
}

/// One line of a rule file, as it were.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `Name = value`
    Assign(Assign),
    /// A function called for what it does: `Import(rules=["models/base.sml"])`
    Expr(Call),
}

impl Statement {
    /// Where the statement stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Assign(assign) => assign.span,
            Self::Expr(call) => call.span,
        }
    }
}

/// `Name: annotation = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// The name that gets the value.
    pub name: Name,
    /// The type that was asked for, if any.
    pub annotation: Option<Annotation>,
    /// The value.
    pub value: Expr,
    /// From the name to the end of the value.
    pub span: Span,
}

/// An identifier, NFKC-normalised as Python does, so that equal names are equal texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The identifier.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A type as written after a colon.
#[derive(Clone, Debug, PartialEq)]
pub enum Annotation {
    /// `str`; `None` is the name `None`
    Name(Name),
    /// `Optional[str]`, `Union[int, str]`
    Generic {
        /// The name before the bracket.
        name: Name,
        /// What stands in the bracket, at least one.
        arguments: Vec<Annotation>,
        /// From the name to the closing bracket.
        span: Span,
    },
    /// `int | str | None`, in the order of the text
    Union {
        /// The variants, at least two; none of them is itself a `Union`.
        variants: Vec<Annotation>,
        /// From the first variant to the last.
        span: Span,
    },
}

impl Annotation {
    /// Where the annotation stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span,
            Self::Generic { span, .. } | Self::Union { span, .. } => *span,
        }
    }
}

/// Anything that has a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `Score`
    Name(Name),
    /// `Module.Name`
    Attribute(Attribute),
    /// `"text"`, with escapes resolved and neighbours joined
    String(StringLiteral),
    /// `42`, `0xff`; never negative
    Int(IntLiteral),
    /// `1.5`; never negative, may be infinite (`1e400`)
    Float(FloatLiteral),
    /// `True`, `False`
    Bool(BoolLiteral),
    /// `None`
    None(Span),
    /// `[a, b]`
    List(List),
    /// `f"actions/{Name}.sml"`
    FormatString(FormatString),
    /// `StringLength(s=Text)`
    Call(Call),
    /// `a + b`
    Binary(Box<Binary>),
    /// `not a`, `-a`
    Unary(Box<Unary>),
    /// `a == b`, `a in b`
    Compare(Box<Compare>),
    /// `a and b and c`
    Logic(Logic),
}

impl Expr {
    /// Where the expression stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span,
            Self::Attribute(attribute) => attribute.span,
            Self::String(literal) => literal.span,
            Self::Int(literal) => literal.span,
            Self::Float(literal) => literal.span,
            Self::Bool(literal) => literal.span,
            Self::None(span) => *span,
            Self::List(list) => list.span,
            Self::FormatString(string) => string.span,
            Self::Call(call) => call.span,
            Self::Binary(binary) => binary.span,
            Self::Unary(unary) => unary.span,
            Self::Compare(compare) => compare.span,
            Self::Logic(logic) => logic.span,
        }
    }

    /// The expressions that this one is made of, in the order of the text.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Self::List(list) => list.items.iter().collect(),
            Self::Call(call) => call.arguments.iter().map(|argument| &argument.value).collect(),
            Self::Binary(binary) => vec![&binary.left, &binary.right],
            Self::Unary(unary) => vec![&unary.operand],
            Self::Compare(compare) => vec![&compare.left, &compare.right],
            Self::Logic(logic) => logic.operands.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// `Module.Name`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// What stands before the dot.
    pub object: Name,
    /// What stands after it.
    pub attribute: Name,
    /// From the object to the end.
    pub span: Span,
}

/// A text, with escapes resolved and neighbouring literals joined.
#[derive(Clone, Debug, PartialEq)]
pub struct StringLiteral {
    /// The text itself.
    pub value: String,
    /// From the first literal to the last.
    pub span: Span,
}

/// A whole number of any size.
#[derive(Clone, Debug, PartialEq)]
pub struct IntLiteral {
    /// The digits in `radix`, without prefix and underscores.
    pub digits: String,
    /// 2, 8, 10 or 16.
    pub radix: u32,
    /// Where it stands.
    pub span: Span,
}

/// A number with a point or an exponent.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatLiteral {
    /// Its value.
    pub value: f64,
    /// Where it stands.
    pub span: Span,
}

/// `True` or `False`
#[derive(Clone, Debug, PartialEq)]
pub struct BoolLiteral {
    /// Its value.
    pub value: bool,
    /// Where it stands.
    pub span: Span,
}

/// `[a, b]`
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// What stands in it.
    pub items: Vec<Expr>,
    /// From bracket to bracket.
    pub span: Span,
}

/// A text with names in it. Neighbouring literals, plain ones too, are part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FormatString {
    /// Texts and names in order; no two texts are neighbours and none is empty.
    pub parts: Vec<FormatPart>,
    /// From the first literal to the last.
    pub span: Span,
}

/// A piece of a [`FormatString`].
#[derive(Clone, Debug, PartialEq)]
pub enum FormatPart {
    /// Text as it is, doubled braces made single.
    Text(String),
    /// The name in `{Name}`.
    Name(Name),
}

/// `Function(keyword=value)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub function: Callee,
    /// The arguments in the order of the text. A keyword may stand twice: the last one counts.
    pub arguments: Vec<Argument>,
    /// From the function to the closing parenthesis.
    pub span: Span,
}

impl Call {
    /// The value of the argument `keyword`, the last one if it stands twice.
    pub fn argument(&self, keyword: &str) -> Option<&Expr> {
        self.arguments
            .iter()
            .rev()
            .find(|argument| &*argument.keyword.text == keyword)
            .map(|argument| &argument.value)
    }
}

/// What is called.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// `Function(..)`
    Name(Name),
    /// `Module.Function(..)`
    Attribute(Attribute),
}

impl Callee {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span,
            Self::Attribute(attribute) => attribute.span,
        }
    }
}

/// `keyword=value`
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name before the `=`.
    pub keyword: Name,
    /// The value after it.
    pub value: Expr,
}

/// `left operator right`
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// What is computed.
    pub operator: BinaryOperator,
    /// Where the operator stands.
    pub operator_span: Span,
    /// The operand before it.
    pub left: Expr,
    /// The operand after it.
    pub right: Expr,
    /// From the left operand to the right one.
    pub span: Span,
}

/// An operator of arithmetic or on bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Modulo,
    /// `**`
    Power,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
}

impl BinaryOperator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
        }
    }
}

/// `operator operand`
#[derive(Clone, Debug, PartialEq)]
pub struct Unary {
    /// What is computed.
    pub operator: UnaryOperator,
    /// The operand.
    pub operand: Expr,
    /// From the operator to the end of the operand.
    pub span: Span,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `not`
    Not,
    /// `-`
    Negate,
}

impl UnaryOperator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Negate => "-",
        }
    }
}

/// `left operator right`
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// What is asked.
    pub operator: CompareOperator,
    /// Where the operator stands.
    pub operator_span: Span,
    /// The operand before it.
    pub left: Expr,
    /// The operand after it.
    pub right: Expr,
    /// From the left operand to the right one.
    pub span: Span,
}

/// A question about two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOperator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// `a and b and c`: as many operands as stand beside each other without parentheses.
#[derive(Clone, Debug, PartialEq)]
pub struct Logic {
    /// `and` or `or`.
    pub operator: LogicOperator,
    /// The operands, at least two.
    pub operands: Vec<Expr>,
    /// From the first operand to the last.
    pub span: Span,
}

/// How truths are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicOperator {
    /// `and`
    And,
    /// `or`
    Or,
}

impl LogicOperator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}
