//! `claims/*.json`: claims that somebody checked, as schema.org's ClaimReview says them. Must not match anything.

use crate::problem::Problem;
use crate::sources::Sources;
use serde::Serialize;
use serde_json::Value;
use sml::Span;

/// A claim that somebody checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its name: the review's address, else its file and place in it.
    pub name: String,
    /// The claim itself, in a sentence: `claimReviewed`.
    pub text: String,
    /// Who checked it.
    pub author: Option<String>,
    /// What they found, in their word.
    pub rating: Option<String>,
    /// When it was published, as it is written.
    pub published: Option<String>,
}

/// Reads every review of the registry. A file holds one, a list, or a graph of them.
pub(super) fn load(sources: &Sources, problems: &mut Vec<Problem>) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for (path, text) in sources.under("claims", "json") {
        let mut wrong = |message: String, hint: &str| {
            let problem = Problem::error(sources, path, Span::at(0), "claim", message);
            problems.push(problem.with_hint(hint));
        };
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                wrong(format!("this is no JSON: {error}"), "write schema.org's ClaimReview");
                continue;
            }
        };
        let all = match &value {
            Value::Array(all) => all.iter().collect(),
            Value::Object(map) => match map.get("@graph") {
                Some(Value::Array(all)) => all.iter().collect(),
                _ => vec![&value],
            },
            _ => Vec::new(),
        };
        for (number, one) in all.into_iter().enumerate() {
            if kind(one) != Some("ClaimReview") {
                continue;
            }
            let Some(text) = text_at(one, "/claimReviewed") else {
                wrong(
                    format!("review {} has no `claimReviewed`", number + 1),
                    "write the claim in a sentence",
                );
                continue;
            };
            let name = text_at(one, "/url").unwrap_or_else(|| format!("{path}#{}", number + 1));
            if claims.iter().any(|other| other.name == name) {
                wrong(format!("there are two reviews `{name}`"), "leave one of them out");
                continue;
            }
            claims.push(Claim {
                name,
                text,
                author: text_at(one, "/author/name"),
                rating: text_at(one, "/reviewRating/alternateName"),
                published: text_at(one, "/datePublished"),
            });
        }
    }
    claims
}

fn kind(review: &Value) -> Option<&str> {
    match review.get("@type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind == "ClaimReview")
        }
        _ => None,
    }
}

fn text_at(review: &Value, place: &str) -> Option<String> {
    let text = review.pointer(place)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviews_are_read_alone_in_lists_and_in_graphs() {
        let review = |n: u32, more: &str| {
            format!(r#"{{"@type":"ClaimReview","claimReviewed":"claim {n}"{more}}}"#)
        };
        let whole = r#","url":"https://check.example/2","author":{"name":"Check"},"reviewRating":{"alternateName":"False"}"#;
        let files = [
            ("claims/a.json", review(1, "")),
            ("claims/b.json", format!("[{},{{\"@type\":\"Person\"}}]", review(2, whole))),
            ("claims/c.json", format!(r#"{{"@graph":[{}]}}"#, review(3, ""))),
            ("claims/d.json", r#"{"@type":["ClaimReview"]}"#.to_owned()),
            ("claims/e.json", "{".to_owned()),
        ];
        let own = |(path, text): (&str, String)| (path.to_owned(), text);
        let mut problems = Vec::new();
        let claims = load(&Sources::from_map(files.map(own).into()), &mut problems);
        let names: Vec<&str> = claims.iter().map(|claim| claim.name.as_str()).collect();
        assert_eq!(names, ["claims/a.json#1", "https://check.example/2", "claims/c.json#1"]);
        assert_eq!(claims[1].rating.as_deref(), Some("False"));
        let said: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(said, ["claims/d.json", "claims/e.json"]);
    }
}
