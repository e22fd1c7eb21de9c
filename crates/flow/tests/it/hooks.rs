//! Several addresses: one carries decisions out, others get copies. What one of them does holds up no other.

use crate::delivery::{Mood, Shared, hasty, platform, until_empty};
use crate::world::World;
use flow::{Hooks, NewHook, Outbox};
use model::{Measure, ReceiptState};
use platforms::webhook::{Endpoint, Secret};
use platforms::{Reach, http_client};
use std::sync::Arc;
use std::time::Duration;
use store::{CopyState, HookKind, HookState};
use tokio_util::sync::CancellationToken;

fn hooks(world: &World, configured: Option<&str>) -> Hooks {
    let timeout = Duration::from_millis(200);
    let reach = Reach { private_addresses: true, timeout, ..Reach::default() };
    let hooks = Hooks::new(Arc::clone(&world.engine), http_client(&reach).unwrap(), [7; 32]);
    if let Some(url) = configured {
        let secrets = vec![Secret::from_bytes(&[5; 32]).unwrap()];
        hooks.configure(Endpoint { url: url.into(), secrets });
    }
    hooks
}

async fn add(hooks: &Hooks, name: &str, url: &str, enforces: bool) -> String {
    let new = NewHook { name: name.into(), url: url.into(), enforces, events: Vec::new() };
    hooks.add(&new, "reviewer 1").await.unwrap().0.id
}

fn start(world: &World, hooks: &Hooks) -> CancellationToken {
    let stop = CancellationToken::new();
    world.keep_log(stop.clone());
    Outbox::start(Arc::clone(&world.engine), hooks.clone(), hasty(), stop.clone());
    stop
}

async fn until(what: impl AsyncFn() -> bool) {
    let wait = async {
        while !what().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
}

/// Waits until nothing waits for an address, and says how much of what was copied was given up.
async fn settled(world: &World, hook: &str, copies: usize) -> usize {
    let all = async |state| world.engine.store.copies(hook, state, None, 999).await.unwrap();
    until(async || {
        all(None).await.len() == copies && all(Some(CopyState::Waiting)).await.is_empty()
    })
    .await;
    all(Some(CopyState::Dead)).await.len()
}

fn order(platform: &Shared, account: &str) -> Vec<String> {
    platform.lock().unwrap().order.get(account).cloned().unwrap_or_default()
}

#[tokio::test]
async fn copies_go_to_each_address_once_and_in_order_whatever_another_one_does() {
    let world = World::new().await;
    let (main_url, main) = platform([]).await;
    let (good_url, good) = platform([Mood::Fail, Mood::TakeAndFail, Mood::TakeAndHang]).await;
    let (bad_url, bad) = platform([Mood::Reject; 200]).await;
    let hooks = hooks(&world, Some(&main_url));
    world.breach(9, "ann").await;
    let good_id = add(&hooks, "archive", &good_url, false).await;
    let bad_id = add(&hooks, "broken", &bad_url, false).await;
    for n in 0..4 {
        world.breach(n, "ann").await;
        world.breach(n + 10, "ben").await;
    }
    start(&world, &hooks);
    assert_eq!(until_empty(&world).await.dead, 0);
    assert_eq!(settled(&world, &good_id, 8).await, 0);
    assert_eq!(settled(&world, &bad_id, 8).await, 8);
    let posts = |from: usize| (from..from + 4).map(|n| format!("post-{n}")).collect::<Vec<_>>();
    // What was decided before somebody entered an address is not copied to it.
    assert_eq!(order(&good, "ann"), posts(0));
    assert_eq!(order(&good, "ben"), posts(10));
    assert_eq!(order(&main, "ann").len(), 5);
    assert!(bad.lock().unwrap().done.is_empty());

    // What was given up goes out after all, once the receiver is mended.
    bad.lock().unwrap().moods.clear();
    let dead = world.engine.store.copies(&bad_id, Some(CopyState::Dead), None, 9).await.unwrap();
    let one = dead[0].decision.to_string();
    hooks.again(&bad_id, &one, "reviewer 1").await.unwrap();
    assert!(hooks.again(&bad_id, "nothing", "reviewer 1").await.is_err());
    assert_eq!(settled(&world, &bad_id, 8).await, 7);
    assert_eq!(bad.lock().unwrap().done.len(), 1);
    // Seen by nobody as an attempt of the platform's.
    assert_eq!(world.engine.store.unenforced(-1, 99).await.unwrap()[0].attempts, 1);
}

#[tokio::test]
async fn without_one_in_the_settings_the_address_that_was_entered_carries_decisions_out() {
    let world = World::new().await;
    world.breach(1, "ann").await;
    let hooks = hooks(&world, None);
    let stop = start(&world, &hooks);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.engine.store.backlog().await.unwrap().waiting, 1, "it waits");
    let (url, platform) = platform([]).await;
    let id = add(&hooks, "plaza", &url, true).await;
    until_empty(&world).await;
    assert_eq!(order(&platform, "ann"), ["post-1"], "also what waited before");
    let (name, url, events) = ("b".into(), "http://localhost/b".into(), Vec::new());
    let second = NewHook { name, url, enforces: true, events };
    let error = hooks.add(&second, "reviewer 1").await.unwrap_err().to_string();
    assert!(error.contains("“plaza” carries decisions out already"), "{error}");
    hooks.remove(&id, "reviewer 1").await.unwrap();
    hooks.add(&second, "reviewer 1").await.unwrap();
    stop.cancel();
}

#[tokio::test]
async fn a_disabled_address_gets_later_what_left_meanwhile_and_one_that_is_gone_disables_itself() {
    let world = World::new().await;
    let (main_url, _) = platform([]).await;
    let (url, copies) = platform([]).await;
    let hooks = hooks(&world, Some(&main_url));
    let id = add(&hooks, "archive", &url, false).await;
    let gone = axum::Router::new().fallback(async || axum::http::StatusCode::GONE);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone_url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, gone).await.unwrap() });
    let gone_id = add(&hooks, "closed", &gone_url, false).await;
    hooks.enable(&id, false, "reviewer 1").await.unwrap();
    start(&world, &hooks);
    world.breach(1, "ann").await;
    until_empty(&world).await;
    let store = &world.engine.store;
    until(async || store.webhook(&gone_id).await.unwrap().unwrap().state == HookState::Gone).await;
    assert_eq!(store.webhook(&gone_id).await.unwrap().unwrap().waiting, 1, "nothing is lost");
    assert!(order(&copies, "ann").is_empty());
    hooks.enable(&id, true, "reviewer 1").await.unwrap();
    assert_eq!(settled(&world, &id, 1).await, 0);
    assert_eq!(order(&copies, "ann"), ["post-1"]);
    hooks.remove(&id, "reviewer 1").await.unwrap();
    world.breach(2, "ann").await;
    until_empty(&world).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(order(&copies, "ann"), ["post-1"]);
    assert!(store.webhook(&id).await.unwrap().is_none());
    assert!(hooks.test(&id, "reviewer 1").await.is_err());
}

#[tokio::test]
async fn under_another_key_nothing_is_sent_until_the_secret_is_rotated() {
    let world = World::new().await;
    let (url, _) = platform([]).await;
    let first = hooks(&world, None);
    let id = add(&first, "plaza", &url, true).await;
    assert!(first.platform().await.unwrap().is_some());
    let client = http_client(&Reach { private_addresses: true, ..Reach::default() }).unwrap();
    let other = Hooks::new(Arc::clone(&world.engine), client, [8; 32]);
    assert!(other.platform().await.unwrap().is_none());
    let (secret, _) = other.rotate(&id, 24, "reviewer 1").await.unwrap();
    let endpoint = other.platform().await.unwrap().unwrap();
    assert_eq!(endpoint.secrets.len(), 1, "the old one cannot be made any more");
    assert_eq!(endpoint.secrets[0].reveal(), secret.reveal());
}

#[tokio::test]
async fn whose_copies_they_were_is_forgotten_with_the_account() {
    let world = World::new().await;
    let (url, _) = platform([Mood::Fail; 99]).await;
    let hooks = hooks(&world, None);
    let id = add(&hooks, "archive", &url, false).await;
    let decision = world.breach(1, "ann").await;
    assert!(decision.measures.contains(&Measure::Remove));
    let store = &world.engine.store;
    store.copy_outbox(&id, world.now()).await.unwrap();
    assert_eq!(store.due_copies(&id, world.now(), 9).await.unwrap()[0].account, "ann");
    let forget = store::Forget::Account(model::AccountId::new("ann").unwrap());
    store.erase(&forget, world.now(), true).await.unwrap().unwrap();
    assert!(store.copies(&id, None, None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_gets_copies_of_what_it_chose() {
    let world = World::new().await;
    let (url, _) = platform([]).await;
    let hooks = hooks(&world, None);
    let store = &world.engine.store;
    let chosen = |name: &str, events: &[HookKind], enforces| NewHook {
        name: name.into(),
        url: format!("{url}/{name}"),
        enforces,
        events: events.to_vec(),
    };
    let new = chosen("ends", &[HookKind::Ending], false);
    let (ends, _) = hooks.add(&new, "reviewer 1").await.unwrap();
    assert_eq!(ends.events, [HookKind::Ending]);
    let (all, _) = hooks.add(&chosen("all", &[], false), "reviewer 1").await.unwrap();
    assert_eq!(all.events, HookKind::ALL);
    // Who carries decisions out gets all of them.
    let half = chosen("platform", &[HookKind::Decision], true);
    let error = hooks.add(&half, "reviewer 1").await.unwrap_err().to_string();
    assert!(error.contains("gets all messages"), "{error}");

    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::NoticeDelivered).await;
    world.pass(1);
    let lock = world.breach(2, "ann").await;
    world.pass(3 * 24 * 60);
    assert!(flow::end_due(&world.engine).await.unwrap() > 0);
    let copied = async |hook: &str| {
        store.copy_outbox(hook, world.now()).await.unwrap();
        let copies = store.copies(hook, None, None, 99).await.unwrap();
        copies.iter().map(|one| (one.decision, one.ending.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(copied(&ends.id).await, [(lock.id, true)]);
    let everything = [(lock.id, true), (lock.id, false), (first.id, false)];
    assert_eq!(copied(&all.id).await, everything);

    // Another choice holds from now on; what was left out is not sent later.
    hooks.choose(&ends.id, &[HookKind::Decision], "reviewer 2").await.unwrap();
    assert_eq!(copied(&ends.id).await, [(lock.id, true)]);
    let third = world.breach(3, "bea").await;
    assert_eq!(copied(&ends.id).await, [(third.id, false), (lock.id, true)]);
    let kept = store.webhook(&ends.id).await.unwrap().unwrap();
    assert_eq!(kept.events, [HookKind::Decision]);
    let events = store.webhook_events(&ends.id, 9).await.unwrap();
    assert_eq!((events[0].what.as_str(), events[0].by.as_str()), ("chose", "reviewer 2"));
    assert_eq!(events[0].detail.as_deref(), Some("decision.enforce"));
    hooks.choose(&ends.id, &[], "reviewer 2").await.unwrap();
    assert_eq!(store.webhook(&ends.id).await.unwrap().unwrap().events, HookKind::ALL);
}

#[tokio::test]
async fn what_was_not_chosen_is_passed_over_once() {
    let world = World::new().await;
    let hooks = hooks(&world, None);
    let new = NewHook {
        name: "ends".into(),
        url: "http://localhost/ends".into(),
        enforces: false,
        events: vec![HookKind::Ending],
    };
    let (ends, _) = hooks.add(&new, "reviewer 1").await.unwrap();
    for n in 1..=5 {
        world.breach(n, &format!("account-{n}")).await;
    }
    let store = &world.engine.store;
    store.copy_outbox(&ends.id, world.now()).await.unwrap();
    assert!(store.copies(&ends.id, None, None, 9).await.unwrap().is_empty());
    // Chosen afterwards, they do not come back.
    hooks.choose(&ends.id, &[], "reviewer 1").await.unwrap();
    store.copy_outbox(&ends.id, world.now()).await.unwrap();
    assert!(store.copies(&ends.id, None, None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_left_before_another_choice_is_judged_by_the_one_of_then() {
    let world = World::new().await;
    let hooks = hooks(&world, None);
    let store = &world.engine.store;
    let (name, url) = ("archive".into(), "http://localhost/archive".into());
    let new = NewHook { name, url, enforces: false, events: vec![HookKind::Ending] };
    let (hook, _) = hooks.add(&new, "reviewer 1").await.unwrap();
    let choose = async |events: &[HookKind]| hooks.choose(&hook.id, events, "ann").await.unwrap();
    // Nobody copied in between: the round of sending may come later than the choice.
    world.breach(1, "ann").await;
    choose(&[]).await;
    let second = world.breach(2, "ben").await;
    choose(&[HookKind::Ending]).await;
    // Nor does it matter that nothing is sent at all.
    hooks.enable(&hook.id, false, "ann").await.unwrap();
    world.breach(3, "cy").await;
    choose(&[HookKind::Decision]).await;
    let fourth = world.breach(4, "dee").await;
    choose(&[HookKind::Ending]).await;
    world.breach(5, "eve").await;
    assert_eq!(store.webhook(&hook.id).await.unwrap().unwrap().waiting, 2);
    hooks.enable(&hook.id, true, "ann").await.unwrap();
    store.copy_outbox(&hook.id, world.now()).await.unwrap();
    let copies = store.copies(&hook.id, None, None, 9).await.unwrap();
    let copied: Vec<_> = copies.iter().map(|one| one.decision).collect();
    assert_eq!(copied, [fourth.id, second.id]);
}
