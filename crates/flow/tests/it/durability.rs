//! The engine is dropped in the middle of its work, again and again.

use crate::world::{World, item};
use flow::{Engine, Intake, Refused, Settings, Status};
use model::SeededIds;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Whatever was acknowledged is there after the crash, with the same answer, and nothing is there
/// twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_crash_and_nothing_is_decided_twice() {
    let settings = Settings { batch_events: 7, ..Settings::default() };
    let mut world = World::with(settings).await;
    let acknowledged = Arc::new(Mutex::new(HashMap::new()));
    let mut next = 0;
    for round in 0..12_u64 {
        let mut clients = JoinSet::new();
        for n in next..next + 60 {
            let (intake, acknowledged) = (world.intake.clone(), Arc::clone(&acknowledged));
            let event = world.post(n, &format!("account-{}", n % 5), "bulk");
            clients.spawn(async move {
                if let Ok(answer) = intake.submit_waiting(event).await {
                    acknowledged.lock().unwrap().insert(n, answer.decision.unwrap());
                }
            });
        }
        next += 60;
        tokio::time::sleep(Duration::from_millis(round * 3)).await;
        world = world.crash().await;
        clients.abort_all();
        while clients.join_next().await.is_some() {}

        let known = acknowledged.lock().unwrap().clone();
        for (n, decision) in &known {
            let found = world.engine.store.lookup_item(&item(*n)).await.unwrap().unwrap();
            assert_eq!(found.decision.unwrap().decision.id, *decision, "round {round}, event {n}");
        }
        // The platform sends all of the round again, as it must when it got no answer.
        for n in next - 60..next {
            let event = world.post(n, &format!("account-{}", n % 5), "bulk");
            let answer = world.intake.submit_waiting(event).await.unwrap();
            if let Some(decision) = known.get(&n) {
                assert_eq!((answer.status, answer.decision), (Status::Duplicate, Some(*decision)));
            }
            acknowledged.lock().unwrap().insert(n, answer.decision.unwrap());
        }
    }
    let decided = usize::try_from(next).unwrap();
    assert!(acknowledged.lock().unwrap().len() == decided);
    assert_eq!(world.count_decisions().await, decided);
    let leaves = world.engine.store.leaves(0, 10_000).await.unwrap();
    assert_eq!(leaves.len(), decided, "each decision has its leaf");
    assert_eq!(world.engine.store.backlog().await.unwrap().waiting, u64::from(next));
}

/// Two servers on one database file are a mistake, but not one that decides anything twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_do_not_decide_twice() {
    let world = World::new().await;
    let other = Engine::new(
        Arc::clone(&world.engine.rulebook),
        world.engine.store.clone(),
        world.clock.clone(),
        Arc::new(SeededIds::new("the other writer")),
        Settings::default(),
    );
    let (second, _) = Intake::start(other, CancellationToken::new());
    let submit = |intake: &Intake, n| {
        let (intake, event) = (intake.clone(), world.post(n, &format!("account-{n}"), "bulk"));
        tokio::spawn(async move { intake.submit(event).await.unwrap().decision.unwrap() })
    };
    let pairs: Vec<_> = (0..200).map(|n| (submit(&world.intake, n), submit(&second, n))).collect();
    for (one, two) in pairs {
        assert_eq!(one.await.unwrap(), two.await.unwrap());
    }
    assert_eq!(world.count_decisions().await, 200);
}

#[tokio::test]
async fn after_a_crash_the_old_handle_answers_and_does_not_hang() {
    let world = World::new().await;
    let intake = world.intake.clone();
    let event = world.post(1, "ann", "fine");
    let _world = world.crash().await;
    assert_eq!(intake.submit(event).await, Err(Refused::Stopping));
}
