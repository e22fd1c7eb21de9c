//! The passage that a finding rests on: what the rule quotes, or what the text functions in its
//! conditions matched. Looked for only when a finding is made. Must not judge.

use super::Run;
use crate::found::{Certainty, Found};
use crate::functions;
use crate::plan::{Operand, What};
use crate::value::{Effect, FindingEffect, RuleValue, Value};
use model::{ClauseId, Passage};

/// Where the text of an item stands in the canonical event.
const ITEM_TEXT: &str = "$.item.text";

pub(super) fn findings(run: &Run<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for super::Fired { effect, rules, block, .. } in &run.fired {
        let (finding, certainty) = match &**effect {
            Effect::Breach(finding) => (finding, Certainty::Breach),
            Effect::Refer { finding, queue, priority } => {
                let queue = queue.as_ref().map(|queue| queue.as_str().to_owned());
                let priority = priority.and_then(|number| u8::try_from(number.clamp(0, 100)).ok());
                (finding, Certainty::Refer { queue, priority })
            }
            Effect::Verdict { .. } | Effect::Label(_) => continue,
        };
        let Ok(clause) = ClauseId::new(&finding.clause) else { continue };
        let names = rules.iter().map(|rule| rule.name.as_str().to_owned()).collect();
        let explanation = rules.first().map(|rule| filled(rule)).unwrap_or_default();
        let passage = passage(run, finding, *block);
        found.push(Found { clause, certainty, rules: names, passage, explanation });
    }
    found
}

/// A rule's description with its names filled in.
fn filled(rule: &RuleValue) -> String {
    let mut text = rule.description.as_str().to_owned();
    for (name, value) in &rule.features {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

fn passage(run: &Run<'_>, finding: &FindingEffect, when: usize) -> Option<Passage> {
    if let Some(quote) = &finding.quote {
        return locate(run, None, quote);
    }
    let What::When { rules, .. } = &run.plan.ops.get(when)?.what else { return None };
    rules
        .iter()
        .filter(|rule| run.value(rule).is_some_and(Value::truth))
        .find_map(|rule| matched(run, rule))
}

/// The first match in the conditions behind an operand that holds. What stands under `not` is no
/// ground for a finding.
fn matched(run: &Run<'_>, operand: &Operand) -> Option<Passage> {
    let Operand::Place(place) = operand else { return None };
    match &run.plan.ops.get(*place as usize)?.what {
        What::Rule { when_all, .. } => matched(run, when_all),
        What::List(operands) | What::Logic { operands, .. } => operands
            .iter()
            .filter(|operand| run.value(operand).is_some_and(Value::truth))
            .find_map(|operand| matched(run, operand)),
        What::Order(_, left, right) | What::Equal { left, right, negated: false } => {
            matched(run, left).or_else(|| matched(run, right))
        }
        What::Call { function, prepared, arguments } => {
            let values = run.arguments(arguments)?;
            let found = functions::passages(*function, prepared, &values, &run.context);
            found.into_iter().find_map(|hit| {
                let text = values.get(hit.argument)?.as_str()?;
                let source =
                    arguments.get(hit.argument).and_then(|given| field(run, &given.operand));
                match source {
                    Some(field) => Passage::cut(&field, text, hit.start, hit.end).ok(),
                    None => locate(run, None, text.get(hit.start..hit.end)?),
                }
            })
        }
        _ => None,
    }
}

/// The path of the data that an operand is, if it is data as it came.
fn field(run: &Run<'_>, operand: &Operand) -> Option<String> {
    let Operand::Place(place) = operand else { return None };
    match &run.plan.ops.get(*place as usize)?.what {
        What::Data { path, .. } => Some(path.to_string()),
        What::Resolve { value, .. } => field(run, value),
        _ => None,
    }
}

/// A passage of the item's own text.
fn locate(run: &Run<'_>, field: Option<&str>, passage: &str) -> Option<Passage> {
    let Value::Map(data) = &run.data else { return None };
    let Value::Map(item) = data.get("item")? else { return None };
    let text = item.get("text")?.as_str()?;
    let start = text.find(passage).filter(|_| !passage.is_empty())?;
    Passage::cut(field.unwrap_or(ITEM_TEXT), text, start, start + passage.len()).ok()
}
