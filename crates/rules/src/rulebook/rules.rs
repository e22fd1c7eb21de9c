//! The rules of a rulebook by name and text, for comparing versions and for saying how many looked
//! at a post. Must not check or run them.

use crate::sources::Sources;
use sml::tree::{Callee, Expr, Statement};
use std::collections::BTreeMap;

/// Name of each rule to its text as written.
pub(super) fn load(sources: &Sources) -> BTreeMap<String, String> {
    let mut rules = BTreeMap::new();
    for (_, text) in sources.iter().filter(|(path, _)| path.ends_with(".sml")) {
        for statement in sml::parse(text).0.statements {
            let Statement::Assign(assign) = statement else { continue };
            let Expr::Call(call) = &assign.value else { continue };
            if matches!(&call.function, Callee::Name(name) if &*name.text == "Rule") {
                rules.insert(assign.name.text.to_string(), assign.span.text(text).to_owned());
            }
        }
    }
    rules
}
