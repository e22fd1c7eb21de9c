//! Annotations as types. Must not report anything: whoever checks a program says what is wrong.

use crate::types::Type;
use sml::tree::Annotation;
use std::sync::Arc;

/// The type that an annotation names; `None` when it names no type.
pub fn of_annotation(annotation: &Annotation) -> Option<Type> {
    match annotation {
        Annotation::Name(name) => simple(&name.text),
        Annotation::Generic { name, arguments, .. } => generic(&name.text, arguments),
        Annotation::Union { variants, .. } => {
            let types = variants.iter().map(of_annotation).collect::<Option<Vec<_>>>()?;
            match types.as_slice() {
                [inner, Type::None] => Some(Type::optional(inner.clone())),
                _ => Some(Type::Union(types.into())),
            }
        }
    }
}

fn simple(name: &str) -> Option<Type> {
    Some(match name {
        "str" => Type::Str,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "None" => Type::None,
        _ => return None,
    })
}

fn generic(name: &str, arguments: &[Annotation]) -> Option<Type> {
    if name == "Union" {
        let types = arguments.iter().map(of_annotation).collect::<Option<Vec<_>>>()?;
        return Some(Type::Union(types.into()));
    }
    let [inner] = arguments else { return None };
    let inner = Arc::new(of_annotation(inner)?);
    Some(match name {
        "Optional" => Type::Optional(inner),
        "List" => Type::List(inner),
        "Entity" => Type::Entity(inner),
        "Secret" => Type::Secret(inner),
        "ExtractSecret" => Type::ExtractSecret(inner),
        "ExtractLiteral" => Type::ExtractLiteral(inner),
        _ => return None,
    })
}
