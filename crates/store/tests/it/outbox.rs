//! The outbox, receipts and keys.

use crate::fixtures::{Held, World};
use jiff::SignedDuration;
use model::{DecisionId, Ids as _, Receipt, ReceiptState};
use store::{ApiKey, Attempt, Scope, Store, StoreError};

async fn place(store: &Store, id: DecisionId) -> u64 {
    store.decision(id).await.unwrap().unwrap().leaf
}

#[tokio::test]
async fn what_is_due_is_sent_tried_again_and_given_up() {
    let (world, store) = (World::new("due"), Store::open_in_memory().await.unwrap());
    let (first, a) = world.record(1, "ann", &Held::breach());
    let (second, b) = world.record(2, "ben", &Held::breach());
    let (quiet, _) = world.record(3, "eve", &Held::no_breach());
    store.record(&[first, second, quiet]).await.unwrap();
    let due = store.due(world.now, 10).await.unwrap();
    assert_eq!(due.iter().map(|due| due.decision).collect::<Vec<_>>(), [a, b]);
    assert!(due[0].body.as_str().contains(&a.to_string()));
    assert_eq!(store.due(world.now - SignedDuration::from_secs(1), 10).await.unwrap(), []);
    assert_eq!(store.due(world.now, 1).await.unwrap().len(), 1);

    store.attempted(place(&store, a).await, world.now, &Attempt::Delivered).await.unwrap();
    let next_at = world.now + SignedDuration::from_mins(1);
    let failed = |next_at| Attempt::Failed { why: "status 500".into(), next_at };
    store.attempted(place(&store, b).await, world.now, &failed(Some(next_at))).await.unwrap();
    assert!(store.due(world.now, 10).await.unwrap().is_empty());
    let backlog = store.backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.oldest, backlog.dead), (1, Some(world.now), 0));
    let due = store.due(next_at, 10).await.unwrap();
    assert_eq!((due.len(), due[0].decision, due[0].attempts), (1, b, 1));

    store.attempted(place(&store, b).await, next_at, &failed(None)).await.unwrap();
    let dead = store.dead_letters(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].decision, dead[0].attempts), (1, b, 2));
    assert_eq!((dead[0].why.as_str(), dead[0].at), ("status 500", next_at));
    assert_eq!(store.backlog().await.unwrap().dead, 1);
    assert_eq!(store.overview(world.now).await.unwrap().not_enforced, 2);

    assert!(!store.revive(a, world.now).await.unwrap(), "it was delivered");
    assert!(store.revive(b, world.now).await.unwrap());
    assert_eq!(store.due(world.now, 10).await.unwrap().len(), 1);
    assert!(store.dead_letters(10).await.unwrap().is_empty());
    let attempt = store.attempted(2, world.now, &Attempt::Delivered).await;
    assert_eq!(attempt, Err(StoreError::NoSuch("enforcement")));
}

#[tokio::test]
async fn decisions_on_one_account_keep_their_order() {
    let (world, store) = (World::new("order"), Store::open_in_memory().await.unwrap());
    let (first, a) = world.record(1, "ann", &Held::breach());
    let (second, b) = world.record(2, "ann", &Held::breach());
    let (other, c) = world.record(3, "ben", &Held::breach());
    store.record(&[first, second, other]).await.unwrap();
    let due = |at| {
        let store = store.clone();
        async move {
            let due = store.due(at, 10).await.unwrap();
            due.into_iter().map(|due| due.decision).collect::<Vec<_>>()
        }
    };
    assert_eq!(due(world.now).await, [a, b, c]);
    let next_at = world.now + SignedDuration::from_mins(1);
    let failed = |next_at| Attempt::Failed { why: "status 500".into(), next_at };
    store.attempted(place(&store, a).await, world.now, &failed(Some(next_at))).await.unwrap();
    assert_eq!(due(world.now).await, [c], "the second waits for the first");
    assert_eq!(due(next_at).await, [a, b, c]);
    store.attempted(place(&store, a).await, next_at, &failed(None)).await.unwrap();
    assert_eq!(due(world.now).await, [b, c], "a dead letter holds up nothing");
}

#[tokio::test]
async fn receipts_are_kept_once_and_end_the_waiting() {
    let (world, store) = (World::new("receipts"), Store::open_in_memory().await.unwrap());
    let (record, id) = world.record(1, "ann", &Held::breach());
    store.record(&[record]).await.unwrap();
    let receipt =
        |state| Receipt { ending: None, decision: id, state, at: world.now, detail: None };
    let failed = Receipt { detail: Some("no such post".into()), ..receipt(ReceiptState::Failed) };
    assert!(store.receipt(&failed, world.now).await.unwrap());
    assert_eq!(store.overview(world.now).await.unwrap().not_enforced, 1);
    assert!(store.receipt(&receipt(ReceiptState::Enforced), world.now).await.unwrap());
    assert!(!store.receipt(&receipt(ReceiptState::Enforced), world.now).await.unwrap());
    assert_eq!(store.overview(world.now).await.unwrap().not_enforced, 0);
    assert!(store.due(world.now, 1).await.unwrap().is_empty(), "done is done");
    // The answer to our own request may come after the receipt.
    store.attempted(place(&store, id).await, world.now, &Attempt::Delivered).await.unwrap();
    let receipts = store.decision(id).await.unwrap().unwrap().receipts;
    assert_eq!(receipts, [receipt(ReceiptState::Enforced), failed]);
    let stranger =
        Receipt { decision: DecisionId::new(world.ids.next()), ..receipt(ReceiptState::Enforced) };
    assert_eq!(store.receipt(&stranger, world.now).await, Err(StoreError::NoSuch("decision")));
}

#[tokio::test]
async fn a_key_is_known_by_its_token_until_it_is_withdrawn() {
    let (world, store) = (World::new("keys"), Store::open_in_memory().await.unwrap());
    let key = ApiKey {
        id: "review-1".into(),
        scopes: vec![Scope::Review, Scope::Regulator],
        pseudonym: Some("reviewer 7".into()),
        created_at: world.now,
        revoked_at: None,
    };
    store.add_key(&key, "eh_secret").await.unwrap();
    assert!(matches!(store.add_key(&key, "eh_other").await, Err(StoreError::Taken(_))));
    assert_eq!(store.key("eh_secret").await.unwrap(), Some(key.clone()));
    assert_eq!(store.key("eh_other").await.unwrap(), None);
    assert!(store.revoke_key("review-1", world.now).await.unwrap());
    assert!(!store.revoke_key("review-1", world.now).await.unwrap());
    assert!(!store.revoke_key("nobody", world.now).await.unwrap());
    assert_eq!(store.key("eh_secret").await.unwrap(), None);
    let withdrawn = ApiKey { revoked_at: Some(world.now), ..key };
    assert_eq!(store.keys().await.unwrap(), [withdrawn]);
}
