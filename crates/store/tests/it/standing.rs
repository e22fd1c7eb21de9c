//! Standing follows from decisions and receipts; labels are the last word on each.

use crate::fixtures::{Held, World, account};
use jiff::SignedDuration;
use model::{Measure, Receipt, ReceiptState, StandingKind};
use store::{Entity, Kept, Label, Store};

#[tokio::test]
async fn only_a_delivered_notice_counts_and_nothing_that_was_replaced() {
    let (world, store) = (World::new("standing"), Store::open_in_memory().await.unwrap());
    let (first, id) = world.record(1, "ann", &Held::breach());
    let until = world.now + SignedDuration::from_hours(24);
    let locks = Held { measures: vec![Measure::Lock { until }], ..Held::breach() };
    let (second, strike) = world.record(2, "ann", &locks);
    let light = Held { warns: false, ..Held::breach() };
    let (third, _) = world.record(3, "ann", &light);
    let (other, _) = world.record(4, "ben", &Held::no_breach());
    store.record(&[first.clone(), second, third, other]).await.unwrap();

    let accounts = [account("ann"), account("ben"), account("nobody")];
    let read = async || {
        let mut standings = store.standings(&accounts).await.unwrap();
        assert!(standings.len() <= 1, "only accounts with entries");
        standings.remove(&accounts[0]).unwrap_or_default()
    };
    let later = world.now + SignedDuration::from_hours(1);
    let standing = read().await;
    let kinds: Vec<_> = standing.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [StandingKind::Warning, StandingKind::Strike]);
    assert_eq!(standing.counting("hateful-conduct", later).count(), 0, "nothing was delivered");

    for (state, at) in [
        (ReceiptState::Enforced, world.now),
        (ReceiptState::NoticeDelivered, later),
        (ReceiptState::NoticeDelivered, world.now + SignedDuration::from_mins(5)),
    ] {
        let receipt = Receipt { ending: None, decision: id, state, at, detail: None };
        store.receipt(&receipt, later).await.unwrap();
    }
    let standing = read().await;
    let delivered = standing.entries[0].delivered_at;
    assert_eq!(delivered, Some(world.now + SignedDuration::from_mins(5)), "the first delivery");
    assert_eq!(standing.counting("hateful-conduct", later).count(), 1);
    assert_eq!(standing.counting("spam", later).count(), 0);

    let undo = Held { replaces: Some(id), ..Held::no_breach() };
    store.record(&[world.later(first.event.as_ref().unwrap(), &undo).0]).await.unwrap();
    let standing = read().await;
    assert_eq!(standing.entries.len(), 1);
    assert_eq!(standing.entries[0].decision, strike);
    assert_eq!(standing.counting("hateful-conduct", later).count(), 0);
}

#[tokio::test]
async fn standings_of_a_thousand_accounts_come_at_once() {
    let (world, store) = (World::new("thousand"), Store::open_in_memory().await.unwrap());
    let names: Vec<String> = (0..1000).map(|n| format!("account {n}")).collect();
    let records = names.iter().zip(0..).map(|(name, n)| world.record(n, name, &Held::breach()).0);
    store.record(&records.collect::<Vec<_>>()).await.unwrap();
    let accounts: Vec<_> = names.iter().map(|name| account(name)).collect();
    let standings = store.standings(&accounts).await.unwrap();
    assert_eq!(standings.len(), 1000);
    assert!(standings.values().all(|standing| standing.entries.len() == 1));
}

#[tokio::test]
async fn the_last_word_on_a_label_counts() {
    let (world, store) = (World::new("labels"), Store::open_in_memory().await.unwrap());
    let entity = |kind: &str| Entity { kind: kind.into(), id: "1".into() };
    let label = |kind: &str, name: &str, set, minutes| Label {
        entity: entity(kind),
        name: name.into(),
        set,
        at: world.now + SignedDuration::from_mins(minutes),
        expires_at: set.then(|| world.now + SignedDuration::from_hours(24)),
        reason: "Rule".into(),
    };
    for labels in [
        vec![label("User", "new", true, 0), label("Post", "new", true, 0)],
        vec![
            label("User", "new", true, 1),
            label("User", "new", false, 2),
            label("User", "b", true, 2),
        ],
    ] {
        let mut record = world.with(Some(world.received(1, "ann")), Kept::Nothing);
        record.labels = labels;
        store.record(&[record]).await.unwrap();
    }
    let labels = store.labels(&[entity("User")]).await.unwrap();
    assert_eq!(labels.len(), 1, "the post with the same id is another thing");
    let expected = [label("User", "b", true, 2), label("User", "new", false, 2)];
    assert_eq!(labels[&entity("User")], expected);
}
