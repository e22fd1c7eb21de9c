//! Types as `functions.toml` writes them: as in annotations, and nested as deep as needed.

use crate::types::Type;

/// The type that a text names; the part that is no type if it names none.
pub(super) fn parse(text: &str) -> Result<Type, String> {
    let text = text.trim();
    if let Some(kind) = simple(text) {
        return Ok(kind);
    }
    if let Some((before, last)) = split(text, '|')
        .split_last()
        .filter(|(_, rest)| !rest.is_empty())
        .map(|(last, rest)| (rest.to_vec(), *last))
    {
        let mut variants = before.iter().map(|one| parse(one)).collect::<Result<Vec<_>, _>>()?;
        variants.push(parse(last)?);
        return Ok(match variants.as_slice() {
            [one, Type::None] => Type::optional(one.clone()),
            _ => Type::Union(variants.into()),
        });
    }
    let inner = text.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)));
    let Some((name, inner)) = inner else { return Err(text.to_owned()) };
    match name.trim() {
        "Optional" => parse(inner).map(Type::optional),
        "List" | "list" => parse(inner).map(Type::list),
        "Entity" => parse(inner).map(Type::entity),
        "Union" => {
            let variants =
                split(inner, ',').into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            Ok(Type::Union(variants.into()))
        }
        _ => Err(text.to_owned()),
    }
}

fn simple(name: &str) -> Option<Type> {
    Some(match name {
        "str" => Type::Str,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "None" => Type::None,
        "Any" => Type::Any,
        "Effect" => Type::Effect,
        "Rule" => Type::Rule,
        "Entity" => Type::entity(Type::Any),
        "List" => Type::list(Type::Any),
        "TimeDelta" => Type::TimeDelta,
        _ => return None,
    })
}

/// The parts between separators that stand outside all brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(move |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0 && c == separator
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_they_are_written() {
        for text in [
            "str",
            "Optional[float]",
            "List[List[str]]",
            "List[Optional[str]]",
            "Union[str, int]",
            "Entity[str]",
            "Effect",
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(parse("str | None").unwrap().to_string(), "Optional[str]");
        assert_eq!(parse("int | str").unwrap().to_string(), "Union[int, str]");
        for wrong in ["string", "List[", "Optional[text]", "", "Dict[str, str]"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
