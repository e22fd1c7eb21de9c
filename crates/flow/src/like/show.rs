//! Like items and precedents as JSON: the same for the command line and the interface. Holds posts' texts, so it
//! must not be shown to everybody.

use super::{LikeItem, Precedents};
use likeness::Difference;
use model::{DecidedBy, Decision, Outcome};
use serde_json::{Value, json};
use std::ops::Range;

impl LikeItem {
    /// This item as JSON; `asked` is the text that was asked about.
    #[must_use]
    pub fn shown(&self, asked: &str) -> Value {
        let shared = self.shared.iter().map(|passage| {
            json!({
                "asked": [passage.one.start, passage.one.end],
                "found": [passage.other.start, passage.other.end],
                "text": self.text.get(passage.other.clone()),
            })
        });
        let differences = self.differences.iter().map(|one| difference(one, asked, &self.text));
        json!({
            "item": self.item,
            "url": self.url,
            "posted_at": self.posted_at,
            "text": self.text,
            "like": self.is_like(),
            "similarity": self.similarity.ratio(),
            "shared_stretches": self.similarity.shared,
            "all_stretches": self.similarity.all,
            "shared": shared.collect::<Vec<_>>(),
            "differences": differences.collect::<Vec<_>>(),
            "signals": self.signals,
            "decision": self.decision.as_ref().map(decision),
            "waits": self.waits,
        })
    }
}

impl Precedents {
    /// These precedents as JSON; `asked` is the text that was asked about.
    #[must_use]
    pub fn shown(&self, asked: &str) -> Value {
        let nearest = self.nearest.iter().map(|one| {
            json!({ "held": one.held, "rulebook": one.rulebook, "like": one.like.shown(asked) })
        });
        json!({
            "clause": self.clause,
            "settled": self.settled,
            "nearest": nearest.collect::<Vec<_>>(),
        })
    }
}

fn difference(one: &Difference, asked: &str, found: &str) -> Value {
    let cut = |text: &str, places: &[Range<usize>]| -> Vec<String> {
        places.iter().filter_map(|place| text.get(place.clone())).map(str::to_owned).collect()
    };
    json!({
        "kind": one.kind.word(),
        "asked": cut(asked, &one.one),
        "found": cut(found, &one.other),
    })
}

fn decision(decision: &Decision) -> Value {
    let clauses = match &decision.outcome {
        Outcome::Breach { clauses } => clauses.as_slice(),
        Outcome::NoBreach => &[],
    };
    json!({
        "id": decision.id,
        "decided_at": decision.decided_at,
        "clauses": clauses,
        "measures": decision.measures,
        "by_people": matches!(decision.by, DecidedBy::People(_)),
        "rulebook": decision.rulebook,
        "reason": decision.reason,
    })
}
