//! The table of all functions.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Argument, Family, FindFn, Needs, Prepare, Run, RunFn, Signature, Special};
use crate::types::Type;
use crate::value::Value;

/// A function's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(u16);

/// All functions, in a fixed order.
#[must_use]
pub fn registry() -> &'static [Signature] {
    &TABLE.signatures
}

/// The function of a name.
#[must_use]
pub fn find(name: &str) -> Option<FunctionId> {
    TABLE.by_name.get(name).copied()
}

/// The signature of a function.
#[must_use]
pub fn get(id: FunctionId) -> Option<&'static Signature> {
    TABLE.signatures.get(usize::from(id.0))
}

struct Table {
    signatures: Vec<Signature>,
    by_name: HashMap<String, FunctionId>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let signatures = signatures();
    let by_name = signatures
        .iter()
        .zip(0..)
        .map(|(signature, at)| (signature.name.to_string(), FunctionId(at)))
        .collect();
    Table { signatures, by_name }
});

fn signatures() -> Vec<Signature> {
    let mut all = Vec::new();
    for register in [
        super::engine::register,
        super::strings::register,
        super::clean::register,
        super::regexes::register,
        super::lists::register,
        super::hashes::register,
        super::links::register,
        super::mail::register,
        super::phone::register,
        super::network::register,
        super::time::register,
        super::chance::register,
        super::matching::register,
        super::patterns::register,
        super::sites::register,
        super::shape::register,
        super::identifiers::register,
        super::numbers::register,
        super::terms::register,
        super::tables::register,
        super::counters::register,
        super::atproto::register,
    ] {
        register(&mut all);
    }
    all
}

impl Signature {
    /// A function of Osprey's library that the engine evaluates.
    pub(crate) fn engine(name: &'static str, returns: Type, doc: &'static str) -> Self {
        Self {
            name: name.into(),
            arguments: Vec::new(),
            further: None,
            returns,
            family: Family::Engine,
            doc: doc.into(),
            osprey: true,
            needs: Needs::Nothing,
            run: Run::Engine,
            prepare: None,
            find: None,
        }
    }

    /// A function of Osprey's library.
    pub(super) fn osprey(
        family: Family,
        name: &'static str,
        returns: Type,
        doc: &'static str,
        run: RunFn,
    ) -> Self {
        Self { family, run: Run::Pure(run), ..Self::engine(name, returns, doc) }
    }

    /// A function of our own.
    pub(super) fn ours(
        family: Family,
        name: &'static str,
        returns: Type,
        doc: &'static str,
        run: RunFn,
    ) -> Self {
        Self { osprey: false, ..Self::osprey(family, name, returns, doc, run) }
    }

    /// A function of our own that the engine evaluates with more than its arguments.
    pub(super) fn special(
        family: Family,
        name: &'static str,
        returns: Type,
        special: Special,
        doc: &'static str,
    ) -> Self {
        let run = Run::Special(special);
        Self { osprey: false, family, run, ..Self::engine(name, returns, doc) }
    }

    pub(super) fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    pub(super) fn argument(mut self, name: &'static str, kind: Type) -> Self {
        self.arguments.push(Argument {
            name: name.into(),
            alias: None,
            kind,
            default: None,
            constant: false,
        });
        self
    }

    pub(super) fn constant(mut self, name: &'static str, kind: Type) -> Self {
        self.arguments.push(Argument {
            name: name.into(),
            alias: None,
            kind,
            default: None,
            constant: true,
        });
        self
    }

    /// Gives the last argument another keyword.
    pub(super) fn alias(mut self, name: &'static str) -> Self {
        if let Some(argument) = self.arguments.last_mut() {
            argument.alias = Some(name);
        }
        self
    }

    /// Gives the last argument a default.
    pub(super) fn default(mut self, value: impl Into<Value>) -> Self {
        if let Some(argument) = self.arguments.last_mut() {
            argument.default = Some(value.into());
        }
        self
    }

    pub(super) fn further(mut self, kind: Type) -> Self {
        self.further = Some(kind);
        self
    }

    pub(super) fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    pub(super) fn prepared(mut self, prepare: Prepare) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// How to find the passages that a call rests on.
    pub(super) fn found_by(mut self, find: FindFn) -> Self {
        self.find = Some(find);
        self
    }
}
