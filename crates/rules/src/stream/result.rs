//! Writes what came of an event, one line of JSON. Must not evaluate anything.

use super::envelope::Envelope;
use super::{Output, Stream};
use crate::Outcome;
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
        out.push_str("{\"action_id\":");
        out.push_str(envelope.id);
        out.push_str(",\"features\":");
        let shape = crate::evaluate::Shape {
            only_matched: self.settings.output == Output::Matched,
            non_finite: self.settings.non_finite,
            messages: self.settings.messages,
        };
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
