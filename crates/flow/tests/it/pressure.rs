//! Too much at once, a store that cannot write, and a stop.

use crate::world::World;
use flow::{Readiness, Refused, Settings, Status};
use futures_util::future::join_all;
use std::time::Duration;

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_keeps_what_it_took() {
    let settings = Settings { queue_events: 10, batch_events: 4, ..Settings::default() };
    let world = World::with(settings).await;
    let answers = join_all((0..200).map(|n| world.submit(n, "ann", "fine"))).await;
    let taken: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let busy = answers.iter().filter(|answer| matches!(answer, Err(Refused::Busy { .. }))).count();
    assert!(taken.len() >= 10, "{}", taken.len());
    assert_eq!(taken.len() + busy, 200, "nothing else happened");
    assert_eq!(world.count_decisions().await, taken.len());
    // What was refused can be sent again, until all is there.
    for n in 0..200 {
        world.intake.submit_waiting(world.post(n, "ann", "fine")).await.unwrap();
    }
    assert_eq!(world.count_decisions().await, 200);
}

#[tokio::test]
async fn the_queue_is_bounded_by_bytes_too() {
    let settings = Settings { queue_bytes: 50_000, ..Settings::default() };
    let world = World::with(settings).await;
    let long = "x".repeat(20_000);
    let answers = join_all((0..10).map(|n| world.submit(n, "ann", &long))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    // One that is larger than the whole queue still passes, alone.
    let huge = "x".repeat(60_000);
    assert_eq!(world.submit(20, "ann", &huge).await.unwrap().status, Status::Decided);
}

#[tokio::test]
async fn a_full_disk_refuses_recovers_and_loses_nothing() {
    let settings = Settings { patience: Duration::from_millis(300), ..Settings::default() };
    let world = World::with(settings).await;
    world.submit(1, "ann", "fine").await.unwrap();
    world.engine.store.limit(0).await.unwrap();
    let big = "x".repeat(500_000);
    // It waits in the writer's hands; its caller is told that the answer is late.
    assert_eq!(world.submit(2, "ann", &big).await, Err(Refused::Late));
    let Readiness::Storage(why) = world.intake.readiness() else { panic!("ready") };
    assert!(why.contains("disk is full"), "{why}");
    let refused = world.submit(3, "ann", "fine").await;
    assert!(matches!(refused, Err(Refused::Storage { .. })), "{refused:?}");

    world.engine.store.limit(1 << 30).await.unwrap();
    let ready = async {
        while world.intake.readiness() != Readiness::Ready {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), ready).await;
    assert!(waited.is_ok(), "{:?}", world.intake.readiness());
    // What was in hand was kept; sending it again is safe.
    assert_eq!(world.submit(2, "ann", &big).await.unwrap().status, Status::Duplicate);
    assert_eq!(world.submit(3, "ann", "fine").await.unwrap().status, Status::Decided);
    assert_eq!(world.count_decisions().await, 3);
}

#[tokio::test]
async fn a_stop_keeps_what_waits_and_takes_no_more() {
    let world = World::new().await;
    let waiting = join_all((0..50).map(|n| world.submit(n, "ann", "fine")));
    let stop = async {
        tokio::task::yield_now().await;
        world.stop.cancel();
    };
    let (answers, ()) = tokio::join!(waiting, stop);
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    let stopped = answers.iter().filter(|answer| **answer == Err(Refused::Stopping)).count();
    assert_eq!(taken + stopped, 50, "{answers:?}");
    assert_eq!(world.count_decisions().await, taken);
    assert_eq!(world.submit(99, "ann", "fine").await, Err(Refused::Stopping));
    assert_eq!(world.intake.readiness(), Readiness::Stopping);
}
