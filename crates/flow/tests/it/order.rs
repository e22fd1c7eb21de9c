//! Order, idempotency, and what one event does to the next.

use crate::world::{World, item, post_at, start_of_time, words};
use flow::{Decision, Memory, Refused, Status, Undecided};
use futures_util::future::join_all;
use model::{ActionId, Event, Json, ReceiptState, Ruling};
use std::sync::Arc;
use store::Entity;

#[tokio::test]
async fn an_event_becomes_a_decision_that_is_kept() {
    let world = World::new().await;
    let answer = world.submit(1, "ann", "bulk").await.unwrap();
    assert_eq!(answer.status, Status::Decided);
    let stored = world.decision(answer.decision.unwrap()).await;
    assert_eq!(words(&stored.decision), ["remove", "warn"]);
    assert!(stored.acts);
    assert_eq!(stored.decision.rulebook, *world.engine.rulebook.load().version());
    // Its leaf and its enforcement were kept in the same transaction.
    let leaves = world.engine.store.leaves(0, 10).await.unwrap();
    assert_eq!((leaves.len(), leaves[0].decision), (1, Some(stored.decision.id)));
    assert!(leaves[0].bytes.len() < 4096, "{}", leaves[0].bytes.len());
    let clear = String::from_utf8(leaves[0].bytes.clone()).unwrap();
    assert!(!clear.contains("ann") && !clear.contains("post-1"), "{clear}");
    let due = world.engine.store.due(world.now(), 10).await.unwrap();
    assert_eq!(due.len(), 1);

    let fine = world.submit(2, "ann", "good morning").await.unwrap();
    assert_eq!(fine.status, Status::Decided);
    let stored = world.decision(fine.decision.unwrap()).await;
    assert!(stored.decision.measures.is_empty() && !stored.acts);
}

#[tokio::test]
async fn the_same_event_is_decided_once() {
    let world = World::new().await;
    let first = world.submit(1, "ann", "bulk").await.unwrap();
    let again = world.submit(1, "ann", "bulk").await.unwrap();
    assert_eq!((again.status, again.decision), (Status::Duplicate, first.decision));
    // In one batch, too.
    let same = (0..20).map(|_| world.submit(2, "ann", "bulk"));
    let answers: Vec<_> = join_all(same).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| answer.decision == answers[0].decision));
    assert_eq!(answers.iter().filter(|answer| answer.status == Status::Decided).count(), 1);
    assert_eq!(world.count_decisions().await, 2);
}

#[tokio::test]
async fn an_id_that_comes_again_with_other_content_is_a_conflict_and_both_are_kept() {
    let world = World::new().await;
    let id = ActionId::new("event-1").unwrap();
    let texts = ["bulk", "good morning", "bulk", "good evening"];
    let answers = join_all(texts.map(|text| world.submit(1, "ann", text))).await;
    assert_eq!(answers[0].as_ref().unwrap().status, Status::Decided);
    assert_eq!(answers[1], Err(Refused::Conflict(id.clone())));
    assert_eq!(answers[2].as_ref().unwrap().status, Status::Duplicate);
    let later = world.submit(1, "ben", "good morning").await;
    assert_eq!(later, Err(Refused::Conflict(id.clone())));
    let kept = world.engine.store.conflicts(&id).await.unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(world.count_decisions().await, 1);
}

#[tokio::test]
async fn what_carries_no_readable_item_is_recorded_or_refused() {
    let world = World::new().await;
    let event = |id: &str, data: &str| Event {
        action_id: ActionId::new(id).unwrap(),
        data: Json::parse(data).unwrap(),
        ..world.post(0, "ann", "")
    };
    let like = world.intake.submit(event("like", r#"{"account":{"id":"ann"}}"#)).await.unwrap();
    assert_eq!((like.status, like.decision), (Status::Recorded, None));
    let no_account = event("broken", r#"{"item":{"id":"1"}}"#);
    let refused = world.intake.submit(no_account).await.unwrap_err();
    let Refused::BadItem(why) = refused else { panic!("{refused:?}") };
    assert!(why.contains("`account` is missing"), "{why}");
    // Nothing was kept, so the corrected event may have the same id.
    let corrected = event("broken", r#"{"item":{"id":"1"},"account":{"id":"ann"}}"#);
    assert_eq!(world.intake.submit(corrected).await.unwrap().status, Status::Decided);
}

#[tokio::test]
async fn an_item_waits_in_one_case() {
    let world = World::new().await;
    let opened = world.submit(1, "ann", "perhaps").await.unwrap();
    assert_eq!(opened.status, Status::Referred);
    let mut edited = world.post(2, "ann", "perhaps, edited");
    edited.data =
        Json::parse(r#"{"item":{"id":"post-1","text":"perhaps, edited"},"account":{"id":"ann"}}"#)
            .unwrap();
    let joined = world.intake.submit(edited).await.unwrap();
    assert_eq!((joined.status, joined.case), (Status::Referred, opened.case));
    let case = world.engine.store.case(opened.case.unwrap()).await.unwrap().unwrap();
    assert_eq!(case.case.findings.len(), 2);
    assert_eq!(case.case.item, item(1));
}

/// Within one batch and across batches, an event sees the labels that the one before it set.
#[tokio::test]
async fn labels_reach_the_next_event() {
    let world = World::new().await;
    let posts = [(1, "echo"), (2, "mark"), (3, "echo")];
    let answers = join_all(posts.map(|(n, text)| world.submit(n, "ann", text))).await;
    let mut breaches = Vec::new();
    for answer in answers {
        let decided = answer.unwrap().decided.unwrap();
        breaches.push(decided.decision().outcome.clause().is_some());
    }
    assert_eq!(breaches, [false, false, true]);
    let world = world.restart().await;
    let later = world.submit(4, "ann", "echo").await.unwrap().decided.unwrap();
    assert!(later.decision().outcome.clause().is_some());
    let other = world.submit(5, "ben", "echo").await.unwrap().decided.unwrap();
    assert!(other.decision().outcome.clause().is_none());
}

/// A label that no rule asks for is fetched all the same before it is changed.
#[tokio::test]
async fn a_label_keeps_its_beginning_when_it_is_set_again() {
    let world = World::new().await;
    let thing = Entity { kind: "Thing".into(), id: "post-1".into() };
    let since = |world: &World| {
        let (store, thing) = (world.engine.store.clone(), thing.clone());
        async move {
            let labels = store.labels(std::slice::from_ref(&thing)).await.unwrap();
            let label = &labels[&thing][0];
            assert!(label.set && label.name == "tagged");
            label.at
        }
    };
    world.submit(1, "ann", "tag").await.unwrap();
    assert_eq!(since(&world).await, start_of_time());
    let world = world.restart().await;
    world.pass(60);
    let mut again = world.post(2, "ann", "");
    again.data =
        Json::parse(r#"{"item":{"id":"post-1","text":"tag again"},"account":{"id":"ann"}}"#)
            .unwrap();
    world.intake.submit(again).await.unwrap();
    assert_eq!(since(&world).await, start_of_time());
}

/// A platform whose clock runs ahead cannot make warnings lapse.
#[tokio::test]
async fn nothing_was_posted_after_it_reached_us() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.pass(1);
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let skewed =
        post_at(world.now() + jiff::SignedDuration::from_hours(24 * 999), 2, "ann", "bulk");
    let answer = world.intake.submit(skewed).await.unwrap();
    let decided = answer.decided.unwrap();
    assert_eq!(decided.decision().conduct_at, world.now());
    assert_eq!(words(decided.decision()), ["remove", "lock"]);
}

#[tokio::test]
async fn the_ladder_climbs_only_after_the_warning_arrived() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    assert_eq!(words(&first), ["remove", "warn"]);
    world.pass(10);
    // The platform has enforced it, but the person was not told yet.
    world.receipt(first.id, ReceiptState::Enforced).await;
    assert_eq!(words(&world.breach(2, "ann").await), ["remove", "warn"]);
    let before_delivery = world.post(3, "ann", "bulk");
    world.pass(10);
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(10);
    // Posted before the notice arrived, sent to us after.
    let answer = world.intake.submit(before_delivery).await.unwrap();
    assert_eq!(words(answer.decided.unwrap().decision()), ["remove", "warn"]);
    assert_eq!(words(&world.breach(4, "ann").await), ["remove", "lock"]);
    assert_eq!(words(&world.breach(5, "ben").await), ["remove", "warn"], "each by their own");
    // A year later it has lapsed.
    world.pass(60 * 24 * 365);
    assert_eq!(words(&world.breach(6, "ann").await), ["remove", "warn"]);
}

#[tokio::test]
async fn a_receipt_cannot_date_a_warning_before_its_decision() {
    let world = World::new().await;
    let early = world.post(2, "ann", "bulk");
    world.pass(60);
    let first = world.breach(1, "ann").await;
    let receipt = model::Receipt {
        ending: None,
        decision: first.id,
        state: ReceiptState::NoticeDelivered,
        at: start_of_time() - jiff::SignedDuration::from_hours(9),
        detail: None,
    };
    world.review.receipt(receipt).await.unwrap();
    let answer = world.intake.submit(early).await.unwrap();
    assert_eq!(words(answer.decided.unwrap().decision()), ["remove", "warn"]);
}

#[test]
fn two_runs_without_a_store_come_to_the_same_bytes() {
    let run = || {
        let mut memory = Memory::new(Arc::new(crate::world::rulebook()), "https://test.example");
        let texts = ["bulk", "perhaps", "echo", "mark", "echo", "fine"];
        let mut written = Vec::new();
        for (n, text) in (0..).zip(texts) {
            let event = post_at(start_of_time(), n, "ann", text);
            let Decision::Judged(judged) = memory.decide(&event).unwrap() else { panic!("{n}") };
            written.push(serde_json::to_string(&judged.ruling).unwrap());
            assert!(matches!(memory.decide(&event), Ok(Decision::Duplicate)));
        }
        let other = post_at(start_of_time(), 0, "ben", "fine");
        assert!(matches!(memory.decide(&other), Err(Undecided::Conflict(_))));
        written
    };
    let once = run();
    assert_eq!(once, run());
    let breaches: Vec<_> = once.iter().map(|ruling| ruling.contains("spam#bulk")).collect();
    assert_eq!(breaches, [true, true, false, false, true, false]);
}

#[tokio::test]
async fn a_run_decides_as_the_server_does() {
    let world = World::new().await;
    let mut memory = Memory::new(Arc::new(crate::world::rulebook()), "https://test.example");
    for (n, text) in [(1, "bulk"), (2, "fine"), (3, "perhaps")] {
        let event = world.post(n, "ann", text);
        let Decision::Judged(judged) = memory.decide(&event).unwrap() else { panic!("{n}") };
        let answer = world.intake.submit(event).await.unwrap();
        match judged.ruling {
            Ruling::Decided(alone) => {
                let served = answer.decided.unwrap();
                assert_eq!(alone.decision().outcome, served.decision().outcome);
                assert_eq!(alone.decision().measures, served.decision().measures);
            }
            Ruling::Referred(_) => assert_eq!(answer.status, Status::Referred),
            Ruling::NoItem => panic!("{n}"),
        }
    }
}
