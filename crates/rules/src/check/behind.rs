//! What stands behind a declared function: its arguments become those of the function, table or
//! scorer that answers for it.

use std::sync::Arc;

use super::Callable;
use super::lower_calls::Given;
use crate::declared::{Binding, From, look_up};
use crate::functions::{self, ArgumentError, FunctionId, Lists, Prepared};
use crate::value::Value;

/// Makes ready what a call can reuse from event to event, and says which of our functions
/// answers, if one does.
pub(super) fn prepare(
    callable: Callable<'_>,
    known: &[Option<Value>],
    lists: &dyn Lists,
) -> Result<(Option<FunctionId>, Prepared), Vec<ArgumentError>> {
    let Some(declared) = callable.declared else {
        let Some(id) = callable.id else { return Ok((None, Prepared::Nothing)) };
        return functions::prepare(id, known, lists).map(|prepared| (Some(id), prepared));
    };
    match &declared.binding {
        Binding::Builtin(id, from) => {
            let given = |name: &str| known.get(declared.signature.position(name)?)?.clone();
            let defaults = functions::get(*id).map_or(&[][..], |behind| &behind.arguments);
            let behind: Vec<Option<Value>> = from
                .iter()
                .zip(defaults)
                .map(|(from, argument)| match from {
                    From::Argument(name) => given(name),
                    From::Fixed(value) => Some(value.clone()),
                    From::Default => argument.default.clone(),
                })
                .collect();
            let prepared = functions::prepare(*id, &behind, lists);
            // The author sees the declared function, not the one behind it.
            let told = prepared.map_err(|errors| {
                errors.into_iter().map(|error| ArgumentError { argument: None, ..error }).collect()
            });
            told.map(|prepared| (Some(*id), prepared))
        }
        Binding::Table(table, _) => Ok((look_up(), Prepared::Table(Arc::clone(table)))),
        Binding::Ask(_) | Binding::Effect | Binding::Absent => Ok((None, Prepared::Nothing)),
    }
}

/// For each argument of the function that answers, where its value comes from.
pub(super) fn arguments(given: &Given<'_, '_>) -> Vec<From> {
    let front = || {
        let all = given.checked.signature.arguments.iter();
        all.map(|argument| From::Argument(argument.name.to_string()))
    };
    match given.checked.declared.map(|declared| &declared.binding) {
        Some(Binding::Builtin(_, from)) => from.clone(),
        Some(Binding::Table(_, key)) => front().skip(*key).take(1).collect(),
        _ => front().collect(),
    }
}
