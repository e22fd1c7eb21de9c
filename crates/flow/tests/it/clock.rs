//! A clock that goes back: decisions and the log go on in the order in which things came.

use crate::world::World;
use flow::monitor::{Monitor, Shown};
use jiff::SignedDuration;
use model::Clock as _;
use std::sync::Arc;
use std::time::Duration;
use store::Forget;
use store::log::{LogReader, examine};
use tlog::policy::Policy;

async fn until(world: &World, size: u64) -> LogReader {
    for _ in 0..1000 {
        if let Some(log) = world.engine.log() {
            let latest = log.latest_checkpoint().await.unwrap();
            if latest.is_some_and(|(_, checkpoint)| checkpoint.size >= size) {
                return log.clone();
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the log does not reach {size} leaves");
}

#[tokio::test]
async fn clock_going_back_changes_no_order_and_stops_no_log() {
    let world = World::new().await;
    world.keep_log(world.stop.clone());
    let mut decisions = Vec::new();
    for (n, minutes) in [(1, 0), (2, -60 * 24 * 30), (3, -60 * 24 * 300), (4, 60 * 24 * 900)] {
        world.pass(minutes);
        decisions.push(world.breach(n, "ann").await.id);
    }
    let log = until(&world, 4).await;
    let mut times = Vec::new();
    let vkey = String::from_utf8(log.vkey().await.unwrap().unwrap()).unwrap();
    let key: tlog::note::VerifierKey = vkey.trim().parse().unwrap();
    for (place, id) in (0..).zip(&decisions) {
        let shown = log.receipt(*id).await.unwrap().unwrap();
        assert_eq!(shown.index, place, "leaves stand in the order in which things came");
        shown.receipt.verify(&shown.leaf, &Policy::log(key.clone())).unwrap();
        let leaf: serde_json::Value = serde_json::from_slice(&shown.leaf).unwrap();
        times.push(leaf["decided_at"].as_str().unwrap().to_owned());
    }
    assert!(times[1] < times[0] && times[2] < times[1] && times[3] > times[0], "{times:?}");
    let mut public = log.directory();
    examine(&mut public, &[key], None, |_, _| Ok(())).unwrap();
}

fn removed(item: &str, decision: Option<model::DecisionId>) -> Shown {
    Shown {
        item: Some(item.into()),
        account: None,
        measure: "remove".into(),
        decision: decision.map(|id| id.to_string()),
        ended: None,
    }
}

#[tokio::test]
async fn a_platform_that_removes_in_secret_is_found_and_its_items_are_forgotten() {
    let world = World::new().await;
    world.keep_log(world.stop.clone());
    let first = world.breach(1, "ann").await.id;
    let second = world.breach(2, "ben").await.id;
    let log = until(&world, 2).await;
    let store = world.engine.store.clone();
    let clock = Arc::clone(&world.clock) as Arc<dyn model::Clock>;
    let monitor = Monitor::new(store.clone(), log, clock, SignedDuration::from_mins(15));
    let before = monitor.size().await.unwrap();
    let honest = [removed("post-1", Some(first)), removed("post-2", Some(second))];
    let found = monitor.look(&honest, before).await.unwrap();
    assert_eq!((found.agree, found.unlogged.len(), found.undone.len()), (2, 0, 0));
    // Swapped: each decision is given for the other's item.
    let swapped = [removed("post-2", Some(first)), removed("post-1", Some(second))];
    let found = monitor.look(&swapped, before).await.unwrap();
    assert_eq!(found.unlogged.len(), 2, "{found:?}");
    // One in secret, one not carried out; young ones have time.
    let list = [honest[0].clone(), removed("post-77", None)];
    let found = monitor.look(&list, before).await.unwrap();
    assert_eq!((found.unlogged.len(), found.undone.len(), found.pending), (1, 0, 1));
    world.pass(16);
    let found = monitor.look(&list, before).await.unwrap();
    assert_eq!((found.unlogged.len(), found.undone.len(), found.pending), (1, 1, 0));
    let (look, kept) = store.last_monitor_look().await.unwrap().unwrap();
    assert_eq!((look.unlogged, look.undone, look.at), (1, 1, world.clock.now()));
    assert_eq!(kept[1].item.as_deref(), Some("post-2"));
    assert_eq!(store.monitor_looks(10).await.unwrap().len(), 4);
    // The item is forgotten here, too.
    let forget = Forget::Item(crate::world::item(2));
    world.engine.store.erase(&forget, world.now(), true).await.unwrap();
    let (_, kept) = store.last_monitor_look().await.unwrap().unwrap();
    assert!(kept.iter().all(|one| one.item.as_deref() != Some("post-2")), "{kept:?}");
}
