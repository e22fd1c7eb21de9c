//! The receipt in what goes to a platform (the body of the webhook) or to a regulator, and what that
//! body says that the leaf must say too. Must not believe either.

use super::verify::Found;
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A body, as far as a leaf can speak of it.
#[derive(Debug, Deserialize)]
struct Body {
    log: InLog,
    /// Of an order to a platform.
    decision: Option<String>,
    measures: Option<Vec<Measure>>,
    replaces: Option<String>,
    /// Of a regulator's view: the id, which is the decision's.
    puid: Option<String>,
    automated_detection: Option<String>,
    automated_decision: Option<String>,
}

/// A webhook's message: the order is its data.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Sent {
    Message { data: Body },
    Bare(Body),
}

#[derive(Debug, Deserialize)]
struct InLog {
    leaf: String,
    receipt: String,
}

#[derive(Debug, Deserialize)]
struct Measure {
    measure: String,
    until: Option<Timestamp>,
}

/// What a body carries.
pub(super) fn found(text: &str) -> Result<Found> {
    let sent: Sent = serde_json::from_str(text).context(
        "this JSON carries no receipt: an order to the platform and a regulator's view have one under `log`",
    )?;
    let (Sent::Message { data: body } | Sent::Bare(body)) = sent;
    let mut shown = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        value.into_iter().for_each(|value| drop(shown.insert(name.into(), value)));
    };
    say("decision", body.decision.or(body.puid).map(Value::from));
    say("replaces", body.replaces.map(Value::from));
    say("measures", body.measures.map(|all| all.iter().map(Measure::in_leaf).collect()));
    say("automated_detection", body.automated_detection.map(|word| json!(word == "Yes")));
    let automated = body
        .automated_decision
        .map(|word| word.trim_start_matches("AUTOMATED_DECISION_").to_ascii_lowercase().into());
    say("automated_decision", automated);
    Ok(Found {
        receipt: body.log.receipt,
        leaf: Some(body.log.leaf),
        shown: Some(shown.into()),
        ..Found::default()
    })
}

impl Measure {
    /// As a leaf writes it: to the hour.
    fn in_leaf(&self) -> Value {
        match self.until {
            Some(until) => json!({
                "measure": self.measure,
                "until": until.strftime("%Y-%m-%dT%H:00Z").to_string(),
            }),
            None => json!({ "measure": self.measure }),
        }
    }
}
