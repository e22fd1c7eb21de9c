//! The table of all functions.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Argument, Call, Family, Needs, Run, Signature};
use crate::types::Type;
use crate::value::{Fault, Value};

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
    by_name: HashMap<&'static str, FunctionId>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let signatures = signatures();
    let by_name = signatures
        .iter()
        .zip(0..)
        .map(|(signature, at)| (signature.name, FunctionId(at)))
        .collect();
    Table { signatures, by_name }
});

fn signatures() -> Vec<Signature> {
    let mut all = Vec::new();
    engine(&mut all);
    all
}

impl Signature {
    /// A function of Osprey's library that the engine evaluates.
    fn engine(name: &'static str, returns: Type, doc: &'static str) -> Self {
        Self {
            name,
            arguments: Vec::new(),
            further: None,
            returns,
            family: Family::Engine,
            doc,
            osprey: true,
            needs: Needs::Nothing,
            run: Run::Engine,
            prepare: None,
        }
    }

    /// A function of Osprey's library.
    #[expect(dead_code, reason = "used by the families")]
    fn osprey(
        name: &'static str,
        returns: Type,
        doc: &'static str,
        run: fn(&Call<'_>) -> Result<Value, Fault>,
    ) -> Self {
        Self { run: Run::Pure(run), family: Family::Strings, ..Self::engine(name, returns, doc) }
    }

    fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    fn argument(mut self, name: &'static str, kind: Type) -> Self {
        self.arguments.push(Argument { name, kind, default: None, constant: false });
        self
    }

    fn constant(mut self, name: &'static str, kind: Type) -> Self {
        self.arguments.push(Argument { name, kind, default: None, constant: true });
        self
    }

    /// Gives the last argument a default.
    fn default(mut self, value: impl Into<Value>) -> Self {
        if let Some(argument) = self.arguments.last_mut() {
            argument.default = Some(value.into());
        }
        self
    }

    fn further(mut self, kind: Type) -> Self {
        self.further = Some(kind);
        self
    }
}

fn engine(all: &mut Vec<Signature>) {
    let strings = || Type::list(Type::Str);
    let booleans = || Type::list(Type::Bool);
    let any_entity = || Type::entity(Type::Any);
    let delay = || Type::optional(Type::TimeDelta);
    let experiment = |name, doc| {
        Signature::engine(name, Type::Experiment, doc)
            .argument("entity", any_entity())
            .constant("buckets", strings())
            .constant("bucket_sizes", Type::list(Type::Float))
            .constant("version", Type::Int)
            .constant("revision", Type::Int)
    };
    let label = |name, doc| {
        Signature::engine(name, Type::Effect, doc)
            .family(Family::Labels)
            .argument("entity", any_entity())
            .constant("label", Type::Str)
            .argument("delay_action_by", delay())
            .default(Value::None)
            .argument("apply_if", Type::optional(Type::Rule))
            .default(Value::None)
            .argument("expires_after", delay())
            .default(Value::None)
    };
    all.extend([
        Signature::engine("Import", Type::None, "Makes the names of other files visible in this one, and runs those files.")
            .constant("rules", strings()),
        Signature::engine("Require", Type::None, "Runs another file, if the condition holds, without making its names visible.")
            .argument("rule", Type::Str)
            .argument("require_if", Type::Bool)
            .default(true),
        Signature::engine("Rule", Type::Rule, "True if all conditions are. The description says what was found; names in braces stand for their values.")
            .argument("when_all", booleans())
            .argument("description", Type::Str),
        Signature::engine("WhenRules", Type::None, "If any of the rules is true, all of the effects follow.")
            .argument("rules_any", Type::list(Type::Rule))
            .argument("then", Type::list(Type::Effect)),
        Signature::engine("JsonData", Type::Any, "The value at a path of the event's data, as the type that the annotation asks for.")
            .family(Family::Data)
            .constant("path", Type::Str)
            .argument("required", Type::Bool)
            .default(true)
            .argument("coerce_type", Type::Bool)
            .default(true),
        Signature::engine("EntityJson", Type::entity(Type::Variable), "The entity whose id is at a path of the event's data.")
            .family(Family::Data)
            .constant("type", Type::Str)
            .constant("path", Type::Str)
            .argument("required", Type::Bool)
            .default(true)
            .argument("coerce_type", Type::Bool)
            .default(true),
        Signature::engine("Entity", Type::entity(Type::Variable), "The entity of a type with this id.")
            .family(Family::Data)
            .constant("type", Type::Str)
            .argument("id", Type::Variable),
        Signature::engine("GetActionName", Type::Str, "The name of the event's action.").family(Family::Data),
        Signature::engine("GetActionId", Type::Int, "The id of the event's action.").family(Family::Data),
        Signature::engine("ResolveOptional", Type::Variable, "The value if there is one, else the default; fails without either.")
            .family(Family::Data)
            .argument("optional_value", Type::optional(Type::Variable))
            .argument("default_value", Type::optional(Type::Variable))
            .default(Value::None)
            .constant("should_report_error", Type::Bool)
            .default(false),
        experiment("Experiment", "Puts an entity into one of the buckets of an experiment, always the same one."),
        experiment("ExperimentsBucketAssignment", "The same as Experiment."),
        Signature::engine("ExperimentWhen", booleans(), "The conditions given for the bucket that the experiment chose.")
            .argument("experiment", Type::Experiment)
            .further(booleans()),
        label("LabelAdd", "Puts a label on an entity."),
        label("LabelRemove", "Takes a label off an entity."),
        Signature::engine("HasLabel", Type::Bool, "Whether an entity carries a label.")
            .family(Family::Labels)
            .argument("entity", any_entity())
            .constant("label", Type::Str)
            .argument("manual", Type::optional(Type::Bool))
            .default(Value::None)
            .constant("status", Type::Str)
            .default("added")
            .argument("min_label_age", delay())
            .default(Value::None)
            .argument("error_on_empty", Type::Bool)
            .default(false),
        Signature::engine("DeclareVerdict", Type::Effect, "Tells the caller a verdict.").family(Family::Labels).argument("verdict", Type::Str),
    ]);
}
