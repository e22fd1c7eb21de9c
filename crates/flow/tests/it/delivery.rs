//! The platform fails, is slow, lies, rejects and is away: nothing is lost, nothing is doubled,
//! and the order of each account is kept.

use crate::world::World;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use flow::{Hooks, Outbox, Persistence};
use model::ReceiptState;
use platforms::webhook::{Endpoint, ID, Secret};
use platforms::{Reach, http_client};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How the platform treats one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Take,
    Fail,
    /// Takes it, but says that it failed.
    TakeAndFail,
    /// Takes it, but answers too late.
    TakeAndHang,
    Reject,
}

#[derive(Debug, Default)]
pub(crate) struct Platform {
    pub(crate) moods: VecDeque<Mood>,
    /// Ids as they came, repeats included.
    came: Vec<String>,
    /// What it did: each decision once, per account in order.
    pub(crate) done: HashSet<String>,
    pub(crate) order: HashMap<String, Vec<String>>,
    /// Ends of measures: the decision and the ending.
    pub(crate) ended: Vec<(String, String)>,
}

pub(crate) type Shared = Arc<Mutex<Platform>>;

async fn take(State(platform): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let id = headers.get(ID).unwrap().to_str().unwrap().to_owned();
    let message: serde_json::Value = serde_json::from_slice(&body).unwrap();
    if message["type"] == "measure.ended" {
        let word = |key: &str| message["data"][key].as_str().unwrap().to_owned();
        platform.lock().unwrap().ended.push((word("decision"), word("ending")));
        return StatusCode::OK;
    }
    let account = message["data"]["account"].as_str().unwrap().to_owned();
    let item = message["data"]["item"].as_str().unwrap().to_owned();
    let mood = {
        let mut platform = platform.lock().unwrap();
        let mood = platform.moods.pop_front().unwrap_or(Mood::Take);
        platform.came.push(id.clone());
        let takes = matches!(mood, Mood::Take | Mood::TakeAndFail | Mood::TakeAndHang);
        if takes && platform.done.insert(id) {
            platform.order.entry(account).or_default().push(item);
        }
        mood
    };
    match mood {
        Mood::Take => StatusCode::OK,
        Mood::Fail | Mood::TakeAndFail => StatusCode::INTERNAL_SERVER_ERROR,
        Mood::TakeAndHang => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            StatusCode::OK
        }
        Mood::Reject => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub(crate) async fn platform(moods: impl IntoIterator<Item = Mood>) -> (String, Shared) {
    let shared = Shared::default();
    shared.lock().unwrap().moods.extend(moods);
    let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&shared));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, shared)
}

/// The clock stands still in these tests: a pause of nothing is due at once.
pub(crate) fn hasty() -> Persistence {
    Persistence {
        first_pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
        most_rejections: 3,
        look_every: Duration::from_millis(10),
        at_once: 4,
        ..Persistence::default()
    }
}

pub(crate) fn start(world: &World, url: &str, persistence: Persistence) -> CancellationToken {
    let timeout = Duration::from_millis(200);
    let reach = Reach { private_addresses: true, timeout, ..Reach::default() };
    let endpoint =
        Endpoint { url: url.into(), secrets: vec![Secret::from_bytes(&[5; 32]).unwrap()] };
    let stop = CancellationToken::new();
    world.keep_log(stop.clone());
    let client = http_client(&reach).unwrap();
    let hooks = Hooks::new(Arc::clone(&world.engine), client, [7; 32]);
    hooks.configure(endpoint);
    Outbox::start(Arc::clone(&world.engine), hooks, persistence, stop.clone());
    stop
}

pub(crate) async fn until_empty(world: &World) -> store::Backlog {
    let wait = async {
        loop {
            let backlog = world.engine.store.backlog().await.unwrap();
            if backlog.waiting == 0 {
                return backlog;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap()
}

#[tokio::test]
async fn a_platform_that_fails_hangs_and_lies_gets_everything_once_and_in_order() {
    let world = World::new().await;
    let moods =
        [Mood::Fail, Mood::TakeAndFail, Mood::Take, Mood::TakeAndHang, Mood::Fail, Mood::Fail];
    let (url, platform) = platform(moods.into_iter().cycle().take(24)).await;
    for n in 0..6 {
        world.breach(n, "ann").await;
        world.breach(n + 10, "ben").await;
    }
    start(&world, &url, hasty());
    let backlog = until_empty(&world).await;
    assert_eq!(backlog.dead, 0);
    let platform = platform.lock().unwrap();
    assert_eq!(platform.done.len(), 12, "nothing lost");
    assert!(platform.came.len() > 12, "some came more than once");
    let of = |account: &str| platform.order[account].clone();
    assert_eq!(of("ann"), (0..6).map(|n| format!("post-{n}")).collect::<Vec<_>>());
    assert_eq!(of("ben"), (10..16).map(|n| format!("post-{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_rejected_becomes_a_dead_letter_and_holds_up_nothing() {
    let world = World::new().await;
    let (url, platform) = platform([Mood::Reject; 3]).await;
    let first = world.breach(1, "ann").await;
    world.breach(2, "ann").await;
    start(&world, &url, hasty());
    assert_eq!(until_empty(&world).await.dead, 1);
    let dead = world.engine.store.dead_letters(9).await.unwrap();
    assert_eq!((dead[0].decision, dead[0].attempts), (first.id, 3));
    assert_eq!(dead[0].why, "the platform answered 422");
    assert_eq!(platform.lock().unwrap().order["ann"], ["post-2"]);
    // Somebody put it right: the dead letter goes out after all.
    assert!(world.engine.store.revive(first.id, world.now()).await.unwrap());
    assert_eq!(until_empty(&world).await.dead, 0);
    assert_eq!(platform.lock().unwrap().order["ann"], ["post-2", "post-1"]);
}

#[tokio::test]
async fn what_waits_survives_a_restart_and_is_given_up_after_days() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    let patient = Persistence { look_every: Duration::from_millis(10), ..Persistence::default() };
    let stop = start(&world, "http://127.0.0.1:1/hook", patient);
    let tried = async {
        while !world.engine.store.due(world.now(), 9).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), tried).await.unwrap();
    stop.cancel();
    assert_eq!(world.engine.store.backlog().await.unwrap().waiting, 1, "it waits for later");

    let world = world.restart().await;
    world.pass(60 * 24 * 2);
    let (url, platform) = platform([]).await;
    let stop = start(&world, &url, patient);
    until_empty(&world).await;
    stop.cancel();
    assert_eq!(platform.lock().unwrap().order["ann"], ["post-1"]);
    assert!(world.decision(first.id).await.receipts.is_empty(), "only the platform can say so");

    world.breach(2, "ann").await;
    world.pass(60 * 24 * 4);
    start(&world, "http://127.0.0.1:1/hook", patient);
    assert_eq!(until_empty(&world).await.dead, 1);
}

#[tokio::test]
async fn a_receipt_that_comes_before_the_answer_ends_the_attempts() {
    let world = World::new().await;
    let first = world.breach(1, "ann").await;
    world.receipt(first.id, ReceiptState::Enforced).await;
    let (url, platform) = platform([]).await;
    start(&world, &url, hasty());
    until_empty(&world).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(platform.lock().unwrap().came.is_empty());
}

/// Waits until nothing is due at this moment.
async fn until_tried(world: &World) {
    let tried = async {
        while !world.engine.store.due(world.now(), 99).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), tried).await.unwrap();
}

#[tokio::test]
async fn a_platform_that_is_down_for_a_day_gets_everything_once_and_is_not_hammered() {
    let world = World::new().await;
    let moods = [Mood::Fail, Mood::Fail, Mood::TakeAndFail, Mood::Fail, Mood::TakeAndHang];
    let (url, platform) = platform(moods.into_iter().cycle().take(100_000)).await;
    for n in 0..3 {
        world.breach(n, "ann").await;
        world.breach(n + 10, "ben").await;
    }
    // The pauses are those of a real server; only the clock runs faster.
    let patient = Persistence { look_every: Duration::from_millis(5), ..Persistence::default() };
    start(&world, &url, patient);
    for quarter in 0..24 * 4 {
        until_tried(&world).await;
        if quarter == 48 {
            // Decided in the middle of it: waits behind what was decided before.
            world.breach(3, "ann").await;
        }
        world.pass(15);
    }
    let attempts = platform.lock().unwrap().came.len();
    assert!((20..=120).contains(&attempts), "{attempts} attempts in a day");
    assert_eq!(world.engine.store.backlog().await.unwrap().dead, 0, "a day is not long enough");

    platform.lock().unwrap().moods.clear();
    for _ in 0..4 * 7 {
        until_tried(&world).await;
        world.pass(15);
    }
    let backlog = until_empty(&world).await;
    assert_eq!(backlog.dead, 0);
    let platform = platform.lock().unwrap();
    assert_eq!(platform.order["ann"], ["post-0", "post-1", "post-2", "post-3"]);
    assert_eq!(platform.order["ben"], ["post-10", "post-11", "post-12"]);
}
