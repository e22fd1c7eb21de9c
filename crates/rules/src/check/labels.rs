//! Labels that are put on or taken off: they are declared, and for this type of entity.

use std::collections::HashMap;
use std::sync::Arc;

use sml::tree::{Assign, Expr};

use super::calls::{Calls, Context};
use super::files::FileId;
use super::names::is_local;
use super::walk::{Visit, calls, function_name, walk};
use crate::problem::Problem;
use crate::value::Value;

type Stored<'t> = HashMap<(Option<FileId>, Arc<str>), (FileId, &'t Assign)>;

pub(crate) fn check(context: &Context<'_>, checked: &Calls, problems: &mut Vec<Problem>) {
    let Some(labels) = context.labels else { return };
    let stored = stored(context);
    for (id, file) in context.files.iter().enumerate() {
        for (call, _) in calls(&file.root) {
            let Some("LabelAdd" | "LabelRemove") = function_name(call) else { continue };
            // An entity that is not stored has no declared type; the call is checked by types.
            let Some(Expr::Name(entity)) = call.argument("entity") else { continue };
            let Some(Value::Str(name)) = checked
                .get(id, call.span)
                .and_then(|call| call.known.get(call.signature.position("label")?)?.as_ref())
            else {
                continue;
            };
            let Some(kind) = entity_type(context, checked, &stored, id, entity) else {
                problems.push(
                    file.error(
                        entity.span,
                        "no-entity",
                        format!("`{}` is not stored as an entity", entity.text),
                    )
                    .with_hint(
                        "labels go on what is stored by `EntityJson(...)` or `Entity(...)` under a \
                         name",
                    ),
                );
                continue;
            };
            let Some(label) = labels.get(name) else {
                let span = call.argument("label").map_or(call.span, Expr::span);
                problems.push(labels.unknown(context, id, span, name));
                continue;
            };
            if !label.valid_for.contains(&kind) {
                let hint = match label.valid_for.as_slice() {
                    [] => format!("declare `valid_for: [{kind}]` for it"),
                    kinds => format!("it is declared for {}", kinds.join(", ")),
                };
                problems.push(
                    file.error(
                        entity.span,
                        "label-for-entity",
                        format!("the label `{name}` is not for entities of type `{kind}`"),
                    )
                    .with_hint(hint),
                );
            }
        }
    }
}

fn stored<'t>(context: &Context<'t>) -> Stored<'t> {
    let mut stored = HashMap::new();
    for (id, file) in context.files.iter().enumerate() {
        walk(&file.root, &mut |visit| {
            if let Visit::Assign(assign) = visit {
                let scope = is_local(&assign.name.text).then_some(id);
                stored.insert((scope, Arc::clone(&assign.name.text)), (id, assign));
            }
        });
    }
    stored
}

/// The type of the entity that a name stores. Osprey stumbles over names of names and over local
/// names; we follow them.
fn entity_type(
    context: &Context<'_>,
    checked: &Calls,
    stored: &Stored<'_>,
    file: FileId,
    name: &sml::tree::Name,
) -> Option<String> {
    let mut key = (is_local(&name.text).then_some(file), Arc::clone(&name.text));
    for _ in 0..=stored.len() {
        if context.environment.like_osprey && key.0.is_some() {
            return None;
        }
        let (at, assign) = stored.get(&key)?;
        match &assign.value {
            Expr::Call(call) if matches!(function_name(call), Some("Entity" | "EntityJson")) => {
                let call = checked.get(*at, call.span)?;
                let kind = call.known.get(call.signature.position("type")?)?.as_ref()?;
                return kind.as_str().map(str::to_owned);
            }
            Expr::Name(other) if !context.environment.like_osprey => {
                key = (is_local(&other.text).then_some(*at), Arc::clone(&other.text));
            }
            _ => return None,
        }
    }
    None
}
