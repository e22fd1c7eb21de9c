//! The functions that the engine evaluates itself, described for the check and the manual.

use super::{Family, Prepared, Signature, Site};
use crate::jsonpath::Path;
use crate::types::Type;
use crate::value::Value;

pub(super) fn register(all: &mut Vec<Signature>) {
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
    let id = || Type::Union([Type::Str, Type::Int, Type::None].into());
    let finding = |name, doc| {
        let mut finding = Signature::engine(name, Type::Effect, doc)
            .constant("clause", Type::Str)
            .argument("item", id())
            .default(Value::None)
            .argument("account", id())
            .default(Value::None)
            .argument("quote", Type::optional(Type::Str))
            .default(Value::None);
        finding.osprey = false;
        finding
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
            .prepared(prepare_path)
            .family(Family::Data)
            .constant("path", Type::Str)
            .argument("required", Type::Bool)
            .default(true)
            .argument("coerce_type", Type::Bool)
            .default(true),
        Signature::engine("EntityJson", Type::entity(Type::Variable), "The entity whose id is at a path of the event's data.")
            .prepared(prepare_path)
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
        finding("Breach", "Finds that a clause is breached. What follows from it is the ladder's to say."),
        finding("Refer", "Sends the item to people, because a rule alone cannot tell.")
            .argument("queue", Type::optional(Type::Str))
            .default(Value::None)
            .argument("priority", Type::optional(Type::Int))
            .default(Value::None),
    ]);
}

fn prepare_path(site: &Site<'_>) -> Result<Prepared, Vec<super::ArgumentError>> {
    let Some(path) = site.text("path") else { return Ok(Prepared::Nothing) };
    Path::parse(path).map(Prepared::Path).map_err(|error| {
        site.error("path", format!("the path is not valid: {error}"), "write a path such as `$.user.name`; keys with other characters go in quotes: `$.'display name'`")
    })
}
