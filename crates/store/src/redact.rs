//! Takes out of a kept JSON value what could point to a person, so that it can still be read back as
//! what it is. Must not know which table the value comes from.

use crate::StoreError;
use crate::sql::unreadable;
use serde_json::Value;

/// What stands where something was erased.
pub(crate) const ERASED: &str = "(erased)";

/// Names of ids that the platform gave, and of texts that people or rules wrote about a post.
const TEXTS: [&str; 10] = [
    "item",
    "account",
    "action_id",
    "reason",
    "explanation",
    "why_referred",
    "decision_facts",
    "content_id",
    "reporter",
    // Of evidence that a decision cites: whoever has a file could tell that it was about this.
    "sha256",
];
/// Names of texts per language.
const TONGUES: [&str; 2] = ["facts", "notice"];
/// Names of quotations, which may be absent.
const QUOTES: [&str; 1] = ["passage"];

/// The value without what could point to a person.
///
/// # Errors
/// [`StoreError::Unreadable`] when it is no JSON.
pub(crate) fn redacted(text: &str) -> Result<String, StoreError> {
    let mut value: Value =
        serde_json::from_str(text).map_err(|error| unreadable("a kept value", &error))?;
    redact(&mut value);
    Ok(value.to_string())
}

fn redact(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact),
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.as_str();
                match value {
                    Value::Null => {}
                    _ if QUOTES.contains(&name) => *value = Value::Null,
                    Value::String(_) | Value::Number(_) if TEXTS.contains(&name) => {
                        *value = ERASED.into();
                    }
                    Value::Object(texts) if TONGUES.contains(&name) => {
                        texts.values_mut().for_each(|text| *text = ERASED.into());
                    }
                    // What stands before an exempted post is one text, in no language of its own.
                    Value::String(text) if TONGUES.contains(&name) => *text = ERASED.into(),
                    _ => redact(value),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_go_and_what_was_held_stays() {
        let text = r#"{"item":"p1","account":7,"outcome":"breach","clauses":["a#b"],
            "findings":[{"clause":"a#b","passage":{"text":"vermin"},"explanation":"says so"}],
            "facts":{"en":"It says so.","de":"So ist es."},"replaces":null,"reason":"clear"}"#;
        let expected = serde_json::json!({
            "item": ERASED, "account": ERASED, "outcome": "breach", "clauses": ["a#b"],
            "findings": [{ "clause": "a#b", "passage": null, "explanation": ERASED }],
            "facts": { "en": ERASED, "de": ERASED }, "replaces": null, "reason": ERASED,
        });
        let left: Value = serde_json::from_str(&redacted(text).unwrap()).unwrap();
        assert_eq!(left, expected);
    }
}
