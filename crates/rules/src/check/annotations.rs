//! Annotations as types.

use sml::Span;
use sml::tree::{Annotation, Name};

use super::files::File;
use crate::problem::Problem;
use crate::types::Type;

/// What an annotation says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    /// The type of the value.
    pub(crate) kind: Type,
    /// What becomes of it beside.
    pub(crate) wrapper: Wrapper,
}

/// The wrappers that say what becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapper {
    /// None.
    Plain,
    /// `Secret[...]`: read from the secret data, never shown.
    Secret,
    /// `ExtractSecret[...]`: read from the secret data, and shown.
    ExtractSecret,
    /// `ExtractLiteral[...]`: shown although it is a literal.
    ExtractLiteral,
}

/// Why an annotation is no type.
#[derive(Debug)]
pub(crate) struct Wrong {
    span: Span,
    message: String,
    hint: String,
}

impl Wrong {
    fn at(span: Span, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: hint.into() }
    }

    pub(crate) fn problem(self, file: &File) -> Problem {
        file.error(self.span, "annotation", self.message).with_hint(self.hint)
    }
}

const TYPES: &str = "the types are `str`, `int`, `float`, `bool`, `None`, `Optional[T]`, \
                     `Union[A, B]`, `List[T]`, `Entity[str]`, `Entity[int]`, `Secret[T]`";

/// Reads an annotation.
pub(crate) fn read(annotation: &Annotation) -> Result<Read, Wrong> {
    let (generic, span, arguments) = match annotation {
        Annotation::Name(name) => {
            return Ok(Read { kind: simple(name)?, wrapper: Wrapper::Plain });
        }
        Annotation::Generic { name, arguments, span } => {
            (&*name.text, *span, arguments.iter().collect::<Vec<_>>())
        }
        Annotation::Union { variants, span } => match variants.split_last() {
            Some((Annotation::Name(last), rest)) if &*last.text == "None" => {
                ("Optional", *span, rest.iter().collect())
            }
            _ => ("Union", *span, variants.iter().collect()),
        },
    };
    let wrapper = match generic {
        "Secret" => Wrapper::Secret,
        "ExtractSecret" => Wrapper::ExtractSecret,
        "ExtractLiteral" => Wrapper::ExtractLiteral,
        _ => Wrapper::Plain,
    };
    let one = || match arguments.as_slice() {
        [argument] => Ok(*argument),
        _ => Err(Wrong::at(
            span,
            format!("`{generic}` takes one type, not {}", arguments.len()),
            match generic {
                "Optional" => "write `Union[A, B, None]` for several types",
                _ => "write one type in the brackets",
            },
        )),
    };
    let kind = match generic {
        "Optional" => match inner(one()?, generic)? {
            Type::None => Type::None,
            kind => Type::optional(kind),
        },
        "Union" => union(span, &arguments)?,
        "List" => match arguments.as_slice() {
            [item] => Type::list(inner(item, generic)?),
            [_, extra, ..] => {
                return Err(Wrong::at(extra.span(), "`List` takes one type", "write `List[str]`"));
            }
            [] => return Err(Wrong::at(span, "`List` needs a type", "write `List[str]`")),
        },
        "Entity" => match one()? {
            Annotation::Name(name) if &*name.text == "str" => Type::entity(Type::Str),
            Annotation::Name(name) if &*name.text == "int" => Type::entity(Type::Int),
            other => {
                return Err(Wrong::at(
                    other.span(),
                    "the id of an entity is a text or an integer",
                    "write `Entity[str]` or `Entity[int]`",
                ));
            }
        },
        _ if wrapper != Wrapper::Plain => read(one()?)?.kind,
        _ => {
            let hint = match generic {
                "list" => "write `List[...]`, with a capital letter".into(),
                "set" | "dict" | "tuple" => "there are lists only: write `List[...]`".into(),
                _ => TYPES.to_owned(),
            };
            return Err(Wrong::at(span, format!("there is no type `{generic}[...]`"), hint));
        }
    };
    Ok(Read { kind, wrapper })
}

fn simple(name: &Name) -> Result<Type, Wrong> {
    let wrong = |message: String, hint: &str| Err(Wrong::at(name.span, message, hint));
    match &*name.text {
        "str" => Ok(Type::Str),
        "int" => Ok(Type::Int),
        "float" => Ok(Type::Float),
        "bool" => Ok(Type::Bool),
        "None" => Ok(Type::None),
        "Optional" | "Union" | "List" | "Entity" | "Secret" | "ExtractSecret"
        | "ExtractLiteral" => {
            let text = &name.text;
            wrong(format!("`{text}` of what?"), &format!("write `{text}[str]`, for example"))
        }
        "string" | "String" | "text" => {
            wrong(format!("there is no type `{}`", name.text), "write `str`")
        }
        "boolean" | "Boolean" | "Bool" => {
            wrong(format!("there is no type `{}`", name.text), "write `bool`")
        }
        "integer" | "Integer" | "Int" => {
            wrong(format!("there is no type `{}`", name.text), "write `int`")
        }
        text => wrong(format!("there is no type `{text}`"), TYPES),
    }
}

/// A type inside `Optional`, `Union` or `List`, which must be a simple one.
fn inner(annotation: &Annotation, outer: &str) -> Result<Type, Wrong> {
    match annotation {
        Annotation::Name(name) => simple(name),
        other => Err(Wrong::at(
            other.span(),
            format!("`{outer}` takes simple types only"),
            "write `str`, `int`, `float`, `bool` or `None` in the brackets",
        )),
    }
}

fn union(span: Span, variants: &[&Annotation]) -> Result<Type, Wrong> {
    if let [_] = variants {
        return Err(Wrong::at(span, "a union of one type is that type", "write the type alone"));
    }
    let mut kinds: Vec<Type> = Vec::new();
    for variant in variants {
        let kind = inner(variant, "Union")?;
        if kinds.contains(&kind) {
            return Err(Wrong::at(
                variant.span(),
                format!("`{kind}` stands twice in this union"),
                "remove one of them",
            ));
        }
        kinds.push(kind);
    }
    Ok(Type::Union(kinds.into()))
}
