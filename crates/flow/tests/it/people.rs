//! Cases, second persons, replacements and reports.

use crate::world::{World, account, item, start_of_time, words};
use flow::{Bytes, EmergencyPlea, Held, Report, ReviewError, Reviewed, Status, Verdict};
use model::{CaseId, ClauseId, Decided, DecidedBy, DecisionId, Outcome, ReceiptState, Source};
use std::sync::Arc;

fn breach() -> Verdict {
    Verdict {
        outcome: Held::Breach,
        clause: Some(ClauseId::new("spam#bulk").unwrap()),
        passage: None,
        reason: "The same offer under forty posts.".into(),
        emergency: None,
        departs: None,
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

fn no_breach() -> Verdict {
    Verdict { outcome: Held::NoBreach, clause: None, reason: "It is a joke.".into(), ..breach() }
}

fn decided(reviewed: Result<Reviewed, ReviewError>) -> Arc<Decided> {
    match reviewed.unwrap() {
        Reviewed::Decided(decided) => decided,
        proposed @ Reviewed::Proposed { .. } => panic!("{proposed:?}"),
    }
}

async fn case(world: &World, n: u32, account: &str) -> CaseId {
    world.submit(n, account, "perhaps").await.unwrap().case.unwrap()
}

#[tokio::test]
async fn a_person_decides_a_case_once() {
    let world = World::new().await;
    let id = case(&world, 1, "ann").await;
    let verdict = Verdict { passage: Some(Bytes { start: 0, end: 7 }), ..breach() };
    let held = decided(world.review.decide(id, "reviewer 1", verdict).await);
    let decision = held.decision();
    assert_eq!(words(decision), ["remove", "warn"]);
    assert_eq!((decision.case, &decision.source), (Some(id), &Source::OwnInitiative));
    assert_eq!(decision.by, DecidedBy::People(vec!["reviewer 1".into()]));
    assert_eq!(held.statement().parts().passage.as_ref().unwrap().text, "perhaps");
    let again = world.review.decide(id, "reviewer 2", no_breach()).await;
    assert_eq!(again, Err(ReviewError::AlreadyDecided));
    assert_eq!(world.engine.store.due(world.now(), 9).await.unwrap().len(), 1);
    let stranger = CaseId::new(world.engine.ids.next());
    let none = world.review.decide(stranger, "reviewer 1", breach()).await;
    assert_eq!(none, Err(ReviewError::NoSuchCase(stranger)));
}

#[tokio::test]
async fn a_wrong_verdict_changes_nothing() {
    let world = World::new().await;
    let id = case(&world, 1, "ann").await;
    for wrong in [
        Verdict { passage: Some(Bytes { start: 0, end: 99 }), ..breach() },
        Verdict { clause: None, ..breach() },
    ] {
        let refused = world.review.decide(id, "reviewer 1", wrong).await;
        assert!(matches!(refused, Err(ReviewError::NotAllowed(_))), "{refused:?}");
    }
    assert_eq!(world.count_decisions().await, 0);
    decided(world.review.decide(id, "reviewer 1", no_breach()).await);
}

#[tokio::test]
async fn two_people_decide_an_emergency() {
    let world = World::new().await;
    let id = case(&world, 1, "head of state").await;
    let plea = EmergencyPlea {
        reason: "It calls for an attack tonight.".into(),
        evidence: vec!["https://news.example/42".into()],
    };
    let verdict = Verdict { emergency: Some(plea), ..breach() };
    assert_eq!(world.review.approve(id, "reviewer 2").await, Err(ReviewError::NothingProposed));
    let proposed = world.review.decide(id, "reviewer 1", verdict).await.unwrap();
    assert!(matches!(proposed, Reviewed::Proposed { case, .. } if case == id), "{proposed:?}");
    assert_eq!(world.count_decisions().await, 0, "nothing is done on one person's word");
    let alone = world.review.approve(id, "reviewer 1").await;
    assert!(matches!(alone, Err(ReviewError::SamePerson(_))), "{alone:?}");
    let world = world.restart().await;
    let held = decided(world.review.approve(id, "reviewer 2").await);
    assert_eq!(words(held.decision()), ["remove", "suspend"]);
    let people = vec!["reviewer 1".to_owned(), "reviewer 2".to_owned()];
    assert_eq!(held.decision().by, DecidedBy::People(people));
    assert_eq!(held.decision().emergency.as_ref().unwrap().approved_by, "reviewer 2");
    let again = world.review.approve(id, "reviewer 3").await;
    assert_eq!(again, Err(ReviewError::AlreadyDecided));
}

#[tokio::test]
async fn a_mistake_is_undone_by_somebody_else() {
    let world = World::new().await;
    let id = case(&world, 1, "ann").await;
    let first = decided(world.review.decide(id, "reviewer 1", breach()).await).decision().id;
    let own = world.review.replace(first, "reviewer 1", no_breach()).await;
    assert!(matches!(own, Err(ReviewError::SamePerson(_))), "{own:?}");
    world.receipt(first, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let second = decided(world.review.replace(first, "reviewer 2", no_breach()).await);
    assert_eq!(second.decision().outcome, Outcome::NoBreach);
    assert_eq!(second.decision().replaces, Some(first));
    assert_eq!(world.decision(first).await.replaced_by, Some(second.decision().id));
    // The platform is told to end what it did, and the warning weighs nothing any more.
    assert_eq!(world.engine.store.due(world.now(), 9).await.unwrap().len(), 2);
    assert_eq!(words(&world.breach(2, "ann").await), ["remove", "warn"]);
    let twice = world.review.replace(first, "reviewer 3", no_breach()).await;
    assert!(matches!(twice, Err(ReviewError::NotAllowed(_))), "{twice:?}");
    let stranger = DecisionId::new(world.engine.ids.next());
    let none = world.review.replace(stranger, "reviewer 3", no_breach()).await;
    assert_eq!(none, Err(ReviewError::NoSuchDecision(stranger)));
}

#[tokio::test]
async fn what_automation_decided_any_person_may_replace() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    let second = decided(world.review.replace(first.id, "reviewer 1", no_breach()).await);
    assert_eq!(second.decision().replaces, Some(first.id));
    assert_eq!(second.decision().account, account("ann"));
}

#[tokio::test]
async fn a_report_opens_a_case_or_joins_the_one_that_waits() {
    let world = World::new().await;
    let report = |n| Report {
        item: item(n),
        reason: "Look at this.".into(),
        clause: Some(ClauseId::new("spam#bulk").unwrap()),
        reporter: Some("carl".into()),
    };
    let unseen = world.review.report(report(1)).await;
    assert_eq!(unseen, Err(ReviewError::NoSuchItem(item(1))));
    let fine = world.submit(1, "ann", "fine").await.unwrap();
    assert_eq!(fine.status, Status::Decided);
    let opened = world.review.report(report(1)).await.unwrap();
    let joined = world.review.report(report(1)).await.unwrap();
    assert_eq!(opened.case, joined.case);
    assert_ne!(opened.report, joined.report);
    let unknown = Report { clause: Some(ClauseId::new("no#such").unwrap()), ..report(1) };
    let refused = world.review.report(unknown).await;
    assert!(matches!(refused, Err(ReviewError::NotAllowed(_))), "{refused:?}");
    let held = decided(world.review.decide(opened.case, "reviewer 1", breach()).await);
    assert_eq!(held.decision().source, Source::Report);
    assert_eq!(words(held.decision()), ["remove", "warn"]);
    // The audit compares what was held in the end, and never an item with itself.
    let audited = world.engine.store.treated(start_of_time(), -1, 9, None).await.unwrap();
    let ids: Vec<_> = audited.iter().map(|one| one.decision.as_ref().map(|it| it.id)).collect();
    assert_eq!(ids, [Some(held.decision().id)]);

    let waiting = case(&world, 2, "ben").await;
    assert_eq!(world.review.report(report(2)).await.unwrap().case, waiting);
}
