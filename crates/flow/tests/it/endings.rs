//! Measures that end by themselves: once, also after crashes, never what was undone before; and the
//! platform is told.

use crate::delivery::{hasty, platform, start, until_empty};
use crate::world::{World, words};
use flow::{Held, Reviewed, Verdict, end_due};
use model::{DecisionId, Receipt, ReceiptState};
use std::time::Duration;

const THREE_DAYS: i64 = 3 * 24 * 60;

/// A first breach with its notice, and a second one: a lock for three days.
async fn locked(world: &World, n: u32, account: &str) -> DecisionId {
    let first = world.breach(n, account).await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let second = world.breach(n + 1, account).await;
    assert_eq!(words(&second), ["remove", "lock"]);
    second.id
}

fn no_breach() -> Verdict {
    Verdict {
        outcome: Held::NoBreach,
        clause: None,
        passage: None,
        reason: "It was a quotation.".into(),
        emergency: None,
        departs: Some("It warns of the offers and sells nothing.".into()),
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

#[tokio::test]
async fn a_lock_ends_once_and_the_platform_takes_it_back() {
    let world = World::new().await;
    let lock = locked(&world, 1, "ann").await;
    world.pass(THREE_DAYS - 1);
    assert_eq!(end_due(&world.engine).await.unwrap(), 0, "not before its time");
    world.pass(1);
    let world = world.restart().await;
    let both = tokio::join!(end_due(&world.engine), end_due(&world.engine));
    assert!(both.0.unwrap() + both.1.unwrap() >= 1);
    assert_eq!(end_due(&world.engine).await.unwrap(), 0);
    let stored = world.decision(lock).await;
    assert_eq!(stored.endings.len(), 1);
    let ending = &stored.endings[0];
    assert_eq!((ending.position, ending.lifted_at), (1, None));
    assert_eq!(Some(ending.ended_at), stored.decision.measures[1].until());

    // What ended is owed to the platform until the platform says that it took it back.
    let (url, heard) = platform([]).await;
    let stop = start(&world, &url, hasty());
    until_empty(&world).await;
    let owed = world.engine.store.unenforced(-1, 10).await.unwrap();
    assert_eq!(owed.iter().filter(|one| one.ending == Some(ending.id)).count(), 1);
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard.ended, [(lock.to_string(), ending.id.to_string())]);
    }
    let leaf = world.engine.store.leaves(ending.leaf, 1).await.unwrap().remove(0);
    let leaf: serde_json::Value = serde_json::from_slice(&leaf.bytes).unwrap();
    assert_eq!((&leaf["kind"], &leaf["ends"]), (&"ending".into(), &lock.to_string().into()));
    let receipt = |state| Receipt {
        decision: lock,
        ending: Some(ending.id),
        state,
        at: world.now(),
        detail: None,
    };
    // A receipt may come long afterwards, and twice.
    world.pass(60 * 24 * 40);
    world.review.receipt(receipt(ReceiptState::Enforced)).await.unwrap();
    world.review.receipt(receipt(ReceiptState::Enforced)).await.unwrap();
    assert!(world.review.receipt(receipt(ReceiptState::NoticeDelivered)).await.is_err());
    let stranger = Receipt {
        ending: Some(model::EndingId::new(world.engine.ids.next())),
        ..receipt(ReceiptState::Enforced)
    };
    assert!(world.review.receipt(stranger).await.is_err());
    assert_eq!(world.decision(lock).await.endings[0].lifted_at, Some(world.now()));
    let owed = world.engine.store.unenforced(-1, 10).await.unwrap();
    assert!(owed.iter().all(|one| one.ending.is_none()), "{owed:?}");
    stop.cancel();
}

#[tokio::test]
async fn what_was_undone_before_does_not_end_again() {
    let world = World::new().await;
    let lock = locked(&world, 1, "ann").await;
    let other = locked(&world, 11, "ben").await;
    let undone = world.review.replace(lock, "reviewer 1", no_breach()).await.unwrap();
    assert!(matches!(undone, Reviewed::Decided(_)));
    world.pass(THREE_DAYS);
    end_due(&world.engine).await.unwrap();
    assert_eq!(world.decision(lock).await.endings, []);
    assert_eq!(world.decision(other).await.endings.len(), 1);
    assert_eq!(end_due(&world.engine).await.unwrap(), 0, "nothing is looked at for ever");
    // Undone after its end: the end stays on record, and nothing is sent twice for it.
    world.review.replace(other, "reviewer 1", no_breach()).await.unwrap();
    assert_eq!(end_due(&world.engine).await.unwrap(), 0);
    assert_eq!(world.decision(other).await.endings.len(), 1);
}

#[tokio::test]
async fn crashes_in_the_middle_neither_lose_nor_double_an_end() {
    let mut world = World::new().await;
    let mut locks = Vec::new();
    for n in 0..30 {
        locks.push(locked(&world, n * 2 + 100, &format!("account {n}")).await);
    }
    let undone: Vec<_> = locks.iter().copied().step_by(5).collect();
    world.pass(THREE_DAYS + 60);
    for (round, id) in (0_u64..).zip(&undone) {
        let stop = tokio_util::sync::CancellationToken::new();
        let worker = flow::endings(std::sync::Arc::clone(&world.engine), stop);
        // People undo while measures end: whichever comes first, each lock ends in one way.
        world.review.replace(*id, "reviewer 1", no_breach()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(round * 3 % 11)).await;
        worker.abort();
        let _ = worker.await;
        world = world.crash().await;
    }
    while end_due(&world.engine).await.unwrap() > 0 {}
    let leaves = world.engine.store.leaves(0, 10_000).await.unwrap();
    let ends = |id: &DecisionId| {
        let said = format!("\"ends\":\"{id}\"");
        leaves.iter().filter(|leaf| String::from_utf8_lossy(&leaf.bytes).contains(&said)).count()
    };
    for id in &locks {
        let stored = world.decision(*id).await;
        assert_eq!(stored.endings.len(), ends(id), "a row and a leaf, or none");
        let expected = usize::from(stored.replaced_by.is_none());
        assert!(stored.endings.len() >= expected && stored.endings.len() <= 1, "{id}");
    }
    let places: Vec<u64> = leaves.iter().map(|leaf| leaf.index).collect();
    assert_eq!(places, (0..leaves.len() as u64).collect::<Vec<_>>(), "no gap");
}
