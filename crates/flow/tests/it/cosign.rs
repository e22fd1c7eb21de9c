//! Witnesses that cosign, are away, lie, and find that a log was set back or forked.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use flow::{Collector, OwnLog, Rounds};
use jiff::Timestamp;
use model::Clock;
use platforms::{Reach, http_client};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Store, StoreError};
use tlog::checkpoint::Checkpoint;
use tlog::cosignature::cosign;
use tlog::note::{Kind, Note, SigningKey};
use tlog::policy::Policy;
use tlog::tile::TileId;
use tlog::tree::{Frontier, Tiles as _};
use tlog::witness::{AddCheckpoint, Answer, Refusal, Watched};
use tlog::{Hash, leaf_hash};

const ORIGIN: &str = "log.example";

fn key(name: &str, kind: Kind) -> SigningKey {
    SigningKey::new(name, kind, &leaf_hash(name.as_bytes())).unwrap()
}

/// A clock that is set by hand.
#[derive(Debug, Default)]
struct Hands(Mutex<i64>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + *self.0.lock().unwrap()).unwrap()
    }
}

#[derive(Debug, Default)]
struct Tree {
    frontier: Frontier,
    tiles: BTreeMap<TileId, Vec<Hash>>,
}

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Tree>>);

impl Log {
    fn of(size: u64, seed: u8) -> Self {
        let log = Self::default();
        log.grow(size, seed);
        log
    }

    fn grow(&self, size: u64, seed: u8) {
        let mut tree = self.0.lock().unwrap();
        while tree.frontier.size() < size {
            let leaf = leaf_hash(&[tree.frontier.size() as u8, seed]);
            tree.frontier.append(leaf);
        }
        let new = tree.frontier.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes));
        let new: Vec<_> = new.collect();
        tree.tiles.extend(new);
    }

    fn note(&self) -> Note {
        let tree = self.0.lock().unwrap();
        let checkpoint = Checkpoint::new(ORIGIN, tree.frontier.size(), tree.frontier.root());
        let mut note = Note::new(checkpoint.to_string()).unwrap();
        note.sign(&key(ORIGIN, Kind::Ed25519)).unwrap();
        note
    }
}

impl OwnLog for Log {
    async fn checkpoint(&self) -> Result<Option<Note>, StoreError> {
        Ok(Some(self.note()))
    }

    async fn tiles(
        &self,
        wanted: BTreeSet<TileId>,
    ) -> Result<BTreeMap<TileId, Vec<Hash>>, StoreError> {
        let tree = self.0.lock().unwrap();
        Ok(wanted.into_iter().map(|id| (id, tree.tiles.hash_tile(id).unwrap())).collect())
    }
}

/// A witness on a real address.
struct Witness {
    name: &'static str,
    url: String,
}

impl Witness {
    async fn start(name: &'static str) -> Self {
        Self::with_clock(name, Arc::default()).await
    }

    async fn with_clock(name: &'static str, clock: Arc<Hands>) -> Self {
        let store = Store::open_in_memory().await.unwrap();
        let take = move |State((store, clock)): State<(Store, Arc<Hands>)>, body: String| async move {
            let keys = vec![key(ORIGIN, Kind::Ed25519).verifier().clone()];
            let logs = [Watched { origin: ORIGIN.into(), keys }];
            let witness = key(name, Kind::Cosignature);
            let answer = match body.parse::<AddCheckpoint>() {
                Ok(request) => {
                    store.add_checkpoint(&request, &logs, &witness, clock.now()).await.unwrap()
                }
                Err(error) => Answer::Refused(Refusal::Unreadable(error)),
            };
            (StatusCode::from_u16(answer.status()).unwrap(), answer.body())
        };
        Self::on(
            name,
            Router::new().route("/w/add-checkpoint", post(take)).with_state((store, clock)),
        )
        .await
    }

    /// Cosigns something else than it was asked to.
    async fn liar(name: &'static str) -> Self {
        let lie = move || async move {
            format!("{}\n", cosign("another\n", &key(name, Kind::Cosignature), 1).unwrap())
        };
        Self::on(name, Router::new().route("/w/add-checkpoint", post(lie))).await
    }

    async fn on(name: &'static str, router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/w/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { name, url }
    }

    fn away(name: &'static str) -> Self {
        Self { name, url: "http://127.0.0.1:1/w".into() }
    }
}

fn policy(witnesses: &[&Witness], needed: usize) -> Policy {
    let mut text = format!("log {}\n", key(ORIGIN, Kind::Ed25519).verifier());
    for Witness { name, url } in witnesses {
        text += &format!("witness {name} {} {url}\n", key(name, Kind::Cosignature).verifier());
    }
    let names: Vec<_> = witnesses.iter().map(|witness| witness.name).collect();
    text += &format!("group g {needed} {}\nquorum g\n", names.join(" "));
    text.parse().unwrap()
}

struct House {
    store: Store,
    clock: Arc<Hands>,
}

impl House {
    async fn new() -> Self {
        Self { store: Store::open_in_memory().await.unwrap(), clock: Arc::default() }
    }

    fn collector(&self, log: &Log, policy: &Policy) -> Collector<Log> {
        self.patient(log, policy, Rounds::default().patience)
    }

    fn patient(&self, log: &Log, policy: &Policy, patience: Duration) -> Collector<Log> {
        let client = http_client(&Reach { private_addresses: true, ..Reach::default() }).unwrap();
        let clock: Arc<dyn Clock> = Arc::<Hands>::clone(&self.clock);
        Collector::new(
            log.clone(),
            self.store.clone(),
            client,
            policy.clone(),
            clock,
            Rounds { patience, ..Rounds::default() },
        )
    }

    /// Size of the cosigned checkpoint that is kept, and who cosigned it.
    async fn kept(&self, policy: &Policy) -> Option<(u64, Vec<String>)> {
        let kept = self.store.cosigned().await.unwrap()?;
        let note: Note = kept.checkpoint.parse().unwrap();
        let accepted = policy.accept(&note).unwrap();
        let names = accepted.cosignatures.iter().map(|(witness, _)| witness.name.clone());
        Some((kept.size, names.collect()))
    }
}

fn trouble(collector: &Collector<Log>, n: usize) -> String {
    collector.states()[n].trouble.clone().unwrap_or_default()
}

#[tokio::test]
async fn two_of_three_are_enough_and_the_third_is_named() {
    let (a, b, c) = (Witness::start("a").await, Witness::start("b").await, Witness::away("c"));
    let policy = policy(&[&a, &b, &c], 2);
    let (house, log) = (House::new().await, Log::of(10, 0));
    let collector = house.collector(&log, &policy);
    for size in [10, 25, 300, 700] {
        log.grow(size, 0);
        collector.round().await.unwrap();
        assert_eq!(house.kept(&policy).await, Some((size, vec!["a".into(), "b".into()])));
    }
    let states = collector.states();
    assert_eq!(states[0].cosigned, Some((700, 1_800_000_000)));
    assert_eq!((states[1].trouble.as_deref(), states[2].cosigned), (None, None));
    assert!(trouble(&collector, 2).contains("no answer"), "{}", trouble(&collector, 2));

    // A restart forgets how far each witness is; they say so themselves.
    log.grow(900, 0);
    house.collector(&log, &policy).round().await.unwrap();
    assert_eq!(house.kept(&policy).await, Some((900, vec!["a".into(), "b".into()])));
}

#[tokio::test]
async fn too_few_are_not_enough_and_the_last_good_one_stays() {
    let (a, b) = (Witness::start("a").await, Witness::away("b"));
    let (one, both) = (policy(&[&a], 1), policy(&[&a, &b], 2));
    let (house, log) = (House::new().await, Log::of(10, 0));
    house.collector(&log, &both).round().await.unwrap();
    assert_eq!(house.store.cosigned().await.unwrap(), None);
    house.collector(&log, &one).round().await.unwrap();
    assert_eq!(house.kept(&one).await, Some((10, vec!["a".into()])));
    log.grow(20, 0);
    house.collector(&log, &both).round().await.unwrap();
    assert_eq!(house.kept(&one).await, Some((10, vec!["a".into()])));
}

#[tokio::test]
async fn cosignatures_are_renewed_when_they_grow_old() {
    let house = House::new().await;
    let a = Witness::with_clock("a", Arc::clone(&house.clock)).await;
    let policy = policy(&[&a], 1);
    let log = Log::of(10, 0);
    let collector = house.collector(&log, &policy);
    let collected = async |seconds: i64| {
        *house.clock.0.lock().unwrap() = seconds;
        collector.round().await.unwrap();
        house.store.cosigned().await.unwrap().unwrap().collected_at.as_second() - 1_800_000_000
    };
    assert_eq!(collected(0).await, 0);
    assert_eq!(collected(599).await, 0);
    assert_eq!(collected(600).await, 600);
}

#[tokio::test]
async fn a_witness_finds_a_restored_backup_a_fork_and_a_liar() {
    let (a, liar) = (Witness::start("a").await, Witness::liar("l").await);
    let policy = policy(&[&a, &liar], 1);
    let house = House::new().await;
    house.collector(&Log::of(50, 0), &policy).round().await.unwrap();
    assert_eq!(house.kept(&policy).await, Some((50, vec!["a".into()])));

    let older = house.collector(&Log::of(40, 0), &policy);
    older.round().await.unwrap();
    assert!(trouble(&older, 0).contains("old backup was restored"), "{}", trouble(&older, 0));
    assert!(trouble(&older, 1).contains("no cosignature"), "{}", trouble(&older, 1));

    let fork = house.collector(&Log::of(60, 1), &policy);
    fork.round().await.unwrap();
    assert!(trouble(&fork, 0).contains("another history"), "{}", trouble(&fork, 0));
    assert_eq!(house.kept(&policy).await, Some((50, vec!["a".into()])), "never set back");
}

#[tokio::test]
async fn the_collector_runs_until_it_is_told_to_stop() {
    let a = Witness::start("a").await;
    let policy = policy(&[&a], 1);
    let (house, log) = (House::new().await, Log::of(10, 0));
    let stop = tokio_util::sync::CancellationToken::new();
    let running = house.collector(&log, &policy).start(stop.clone());
    while house.kept(&policy).await.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_a_witness_that_does_not_answer() {
    let a = Witness::start("a").await;
    let silent = Router::new().route("/w/add-checkpoint", post(std::future::pending::<String>));
    let silent = Witness::on("s", silent).await;
    let policy = policy(&[&a, &silent], 1);
    let (house, log) = (House::new().await, Log::of(10, 0));
    let collector = house.patient(&log, &policy, Duration::from_secs(3_600));
    let round = tokio::spawn(async move { collector.round().await });
    while house.kept(&policy).await != Some((10, vec!["a".into()])) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    round.abort();

    log.grow(20, 0);
    let hasty = house.patient(&log, &policy, Duration::from_millis(200));
    hasty.round().await.unwrap();
    assert_eq!(house.kept(&policy).await, Some((20, vec!["a".into()])));
    assert!(trouble(&hasty, 1).contains("did not answer within"), "{}", trouble(&hasty, 1));
}

#[tokio::test]
async fn an_old_cosignature_sent_again_does_not_count_as_a_new_one() {
    let log = Log::of(10, 0);
    let text = log.note().text().to_owned();
    let again = move || async move {
        format!("{}\n", cosign(&text, &key("a", Kind::Cosignature), 1_800_000_000).unwrap())
    };
    let a = Witness::on("a", Router::new().route("/w/add-checkpoint", post(again))).await;
    let policy = policy(&[&a], 1);
    let house = House::new().await;
    let collector = house.collector(&log, &policy);
    for seconds in [0, 700] {
        *house.clock.0.lock().unwrap() = seconds;
        collector.round().await.unwrap();
        let kept = house.store.cosigned().await.unwrap().unwrap();
        assert_eq!(kept.collected_at.as_second(), 1_800_000_000);
        assert_eq!(collector.states()[0].cosigned, Some((10, 1_800_000_000)));
    }
    assert!(
        trouble(&collector, 0).contains("dated 700 seconds away"),
        "{}",
        trouble(&collector, 0)
    );
}

#[tokio::test]
async fn what_a_witness_says_is_short_plain_and_not_asked_for_at_every_round() {
    let asked = Arc::new(Mutex::new(0_u32));
    let count = Arc::clone(&asked);
    let shout = move || {
        *count.lock().unwrap() += 1;
        async {
            (StatusCode::FORBIDDEN, "\u{1b}[31mno\r\n2026-01-01 ERROR forged\u{0}".repeat(100))
        }
    };
    let loud = Witness::on("l", Router::new().route("/w/add-checkpoint", post(shout))).await;
    let flood = || async { "x".repeat(1 << 20) };
    let flood = Witness::on("f", Router::new().route("/w/add-checkpoint", post(flood))).await;
    let ahead = || async { (StatusCode::CONFLICT, "18446744073709551616\n") };
    let ahead = Witness::on("h", Router::new().route("/w/add-checkpoint", post(ahead))).await;
    let policy = policy(&[&loud, &flood, &ahead], 1);
    let (house, log) = (House::new().await, Log::of(10, 0));
    let collector = house.collector(&log, &policy);
    for _ in 0..5 {
        collector.round().await.unwrap();
    }
    assert_eq!(*asked.lock().unwrap(), 1, "one that fails rests");
    *house.clock.0.lock().unwrap() = 2;
    collector.round().await.unwrap();
    assert_eq!(*asked.lock().unwrap(), 2);
    for n in 0..3 {
        let trouble = trouble(&collector, n);
        assert!(!trouble.is_empty() && trouble.len() < 500, "{trouble}");
        assert!(!trouble.contains(char::is_control), "{trouble:?}");
    }
    assert_eq!(house.store.cosigned().await.unwrap(), None);
}
