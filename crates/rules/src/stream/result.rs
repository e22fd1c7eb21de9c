//! Writes what came of an event, one line of JSON. Must not evaluate anything.

use super::envelope::Envelope;
use super::written::written;
use super::{Output, Stream};
use crate::Outcome;
use crate::evaluate::Shape;
use crate::labels::{Dropped, LabelMutation};
use crate::value::json::write_str;

impl Stream {
    pub(super) fn write(
        &self,
        outcome: &Outcome,
        envelope: &Envelope<'_>,
        mutations: &[LabelMutation],
        out: &mut String,
    ) {
        let plan = &self.plan;
        let shape = Shape {
            only_matched: self.settings.output == Output::Matched,
            non_finite: self.settings.non_finite,
            messages: self.settings.messages,
        };
        match self.settings.output {
            Output::Full | Output::Matched => {}
            Output::OspreyFeatures => {
                outcome.write_features_as(out, plan, &envelope.event, shape);
                out.push('\n');
                return;
            }
            Output::OspreyStored => return self.write_stored(outcome, envelope, shape, out),
        }
        out.push_str("{\"action_id\":");
        out.push_str(envelope.id);
        out.push_str(",\"features\":");
        outcome.write_features_as(out, plan, &envelope.event, shape);
        out.push_str(",\"effects\":");
        outcome.write_effects(out);
        out.push_str(",\"verdicts\":[");
        for (at, verdict) in outcome.verdicts().iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_str(out, verdict);
        }
        out.push_str("],\"errors\":");
        outcome.write_errors_as(out, shape);
        out.push_str(",\"label_mutations\":[");
        for (at, mutation) in mutations.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_mutation(out, mutation);
        }
        out.push_str("]}\n");
    }

    /// Osprey's `StoredExecutionResult`. Its tracebacks are of Python's frames; ours are the exception
    /// alone.
    fn write_stored(
        &self,
        outcome: &Outcome,
        envelope: &Envelope<'_>,
        shape: Shape,
        out: &mut String,
    ) {
        out.push_str("{\"id\":");
        out.push_str(envelope.id);
        out.push_str(",\"extracted_features\":");
        outcome.write_features_as(out, &self.plan, &envelope.event, shape);
        out.push_str(",\"error_traces\":[");
        for (at, error) in outcome.errors.iter().enumerate() {
            out.push_str(if at > 0 { ",{\"traceback\":" } else { "{\"traceback\":" });
            write_str(out, &format!("{}: {}\n", error.kind, error.message));
            out.push_str(",\"rules_source_location\":");
            let source = self.plan.source(error.place);
            let place = format!("{}:{}:{}", error.path, error.line, error.col);
            write_str(out, &format!("{place} - {}", written(source)));
            out.push('}');
        }
        out.push_str("],\"timestamp\":");
        outcome.write_timestamp(out, &envelope.event);
        out.push_str(",\"action_data\":");
        out.push_str(envelope.event.data);
        out.push_str("}\n");
    }
}

fn write_mutation(out: &mut String, mutation: &LabelMutation) {
    out.push_str("{\"entity\":");
    write_str(out, &mutation.entity);
    let lists = [
        (",\"added\":[", &mutation.added),
        (",\"removed\":[", &mutation.removed),
        (",\"updated\":[", &mutation.updated),
    ];
    for (key, labels) in lists {
        out.push_str(key);
        for (at, label) in labels.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_str(out, label);
        }
        out.push(']');
    }
    out.push_str(",\"dropped\":[");
    for (at, (label, why)) in mutation.dropped.iter().enumerate() {
        out.push_str(if at > 0 { ",[" } else { "[" });
        write_str(out, label);
        out.push_str(match why {
            Dropped::ConflictingMutation => ",\"CONFLICTING_MUTATION\"]",
            Dropped::CannotOverrideManual => ",\"CANNOT_OVERRIDE_MANUAL\"]",
            Dropped::InvalidEntityId => ",\"INVALID_ENTITY_ID\"]",
        });
    }
    out.push_str("]}");
}
