//! What a decision under an exemption does in place of what the ladder says: the breach stays a breach and counts,
//! the item stands behind a notice, and nothing is taken. Must not grant an exemption, nor hide a breach.

use super::Context;
use crate::rulebook::{AccountStep, Step};
use model::{ClauseId, Exempted, ItemId, Measure};

/// The exemption under which a breach stands, if one runs for this item and clause and the step takes anything.
pub(super) fn exempted(
    context: &Context<'_>,
    item: &ItemId,
    clause: &ClauseId,
    step: &Step,
) -> Option<Exempted> {
    // What only informs readers takes nothing: there is nothing to be exempt from.
    let takes = !step.informs();
    let covers = |one: &&model::Exemption| one.covers(item, clause, context.now);
    context.exemptions.iter().filter(|_| takes).find(covers).map(model::Exemption::exempted)
}

/// A notice in place of what a step does to the item, a warning in place of what it does to the account.
pub(super) fn instead(step: &Step) -> Vec<Measure> {
    let warns = step.account != AccountStep::None;
    std::iter::once(Measure::Notice).chain(warns.then_some(Measure::Warn)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{decide, entry_of};
    use super::*;
    use crate::found::{Certainty, Found};
    use crate::rulebook::fixture::book;
    use jiff::{SignedDuration, Timestamp};
    use model::{
        AffiliationKind, Decided, Event, Exemption, ExemptionEnd, Outcome, Ruling, Standing,
        Subject,
    };

    const POSTED: &str = "2026-08-31T12:00:00Z";

    fn exemption(item: &str, clause: &str) -> Exemption {
        let posted: Timestamp = POSTED.parse().unwrap();
        Exemption {
            id: "e7".into(),
            item: ItemId::new(item).unwrap(),
            account: model::AccountId::new("a1").unwrap(),
            clause: ClauseId::new(clause).unwrap(),
            class: AffiliationKind::None,
            reason: "A minister says it, and people judge ministers by what they say".into(),
            notice: "This breaches a clause, and stays for the record.".into(),
            people: vec!["one".into(), "two".into()],
            from: posted,
            until: posted + SignedDuration::from_hours(24 * 30),
            ended: None,
        }
    }

    fn decided(exemptions: &[Exemption], clause: &str, after: i64) -> Decided {
        let posted: Timestamp = POSTED.parse().unwrap();
        let event: Event = serde_json::from_value(serde_json::json!({
            "action_id": "e1", "action_name": "post_created", "timestamp": posted,
            "data": { "item": { "id": "i1", "text": "I will kill you", "created_at": posted }, "account": { "id": "a1" } },
        }))
        .unwrap();
        let subject = Subject::of(&event).unwrap().unwrap();
        let found = Found {
            clause: ClauseId::new(clause).unwrap(),
            certainty: Certainty::Breach,
            rules: vec!["Threat".into()],
            item: None,
            account: None,
            passage: None,
            explanation: "A threat".into(),
        };
        let context = Context {
            now: posted + SignedDuration::from_hours(after),
            id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            case_id: "00000000-0000-0000-0000-0000000000ff".parse().unwrap(),
            public_url: "https://evenhand.example",
            exemptions,
        };
        match decide(&book(&[]), &event, &subject, &[found], &Standing::default(), context) {
            Ruling::Decided(decided) => *decided,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_exempted_breach_stays_a_breach_counts_the_same_and_takes_nothing() {
        let plain = decided(&[], "care#threats", 1);
        assert!(plain.decision().measures.contains(&Measure::Remove), "{:?}", plain.decision());
        let under = decided(&[exemption("i1", "care#threats")], "care#threats", 1);
        let decision = under.decision();
        assert_eq!(decision.outcome, plain.decision().outcome);
        assert!(matches!(decision.outcome, Outcome::Breach { .. }));
        assert_eq!(decision.ladder, plain.decision().ladder, "the same step of the same ladder");
        assert_eq!(decision.measures, [Measure::Notice, Measure::Warn]);
        let counts = |decided: &Decided| {
            let entry = entry_of(decided.decision()).unwrap();
            (entry.kind, entry.ladder, entry.step, entry.expires_at)
        };
        assert_eq!(counts(&under), counts(&plain));
        let kept = decision.exemption.as_ref().unwrap();
        assert_eq!(
            (kept.id.as_str(), kept.notice.as_str()),
            ("e7", "This breaches a clause, and stays for the record.")
        );
        let facts = &under.statement().parts().facts["en"];
        assert!(facts.contains("exemption e7") && facts.contains("A minister says it"), "{facts}");
    }

    #[test]
    fn it_reaches_one_item_under_one_clause_while_it_runs() {
        let revoked = Exemption {
            ended: Some(ExemptionEnd {
                at: POSTED.parse().unwrap(),
                revoked: Some("It was no minister.".into()),
                by: Some("three".into()),
            }),
            ..exemption("i1", "care#threats")
        };
        let plain = decided(&[], "care#threats", 1).decision().measures.clone();
        for (other, after) in [
            (exemption("i2", "care#threats"), 1),
            (exemption("i1", "care#insults"), 1),
            (exemption("i1", "care#threats"), 24 * 30),
            (revoked, 1),
        ] {
            let decided = decided(std::slice::from_ref(&other), "care#threats", after);
            assert_eq!(decided.decision().exemption, None, "{other:?}");
            let kinds = |all: &[Measure]| all.iter().map(Measure::word).collect::<Vec<_>>();
            assert_eq!(kinds(&decided.decision().measures), kinds(&plain), "{other:?}");
        }
    }
}
