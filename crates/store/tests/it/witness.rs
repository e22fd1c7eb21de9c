//! The witness's memory: it goes forward only, also over a restart and for two askers at once.

use jiff::Timestamp;
use std::path::Path;
use store::Store;
use tlog::checkpoint::Checkpoint;
use tlog::note::{Kind, Note, SigningKey};
use tlog::proof::consistency;
use tlog::tree::Frontier;
use tlog::witness::{AddCheckpoint, Answer, Refusal, Watched};
use tlog::{Hash, leaf_hash};

const ORIGIN: &str = "log.example";

fn key(name: &str, kind: Kind) -> SigningKey {
    SigningKey::new(name, kind, &leaf_hash(name.as_bytes())).unwrap()
}

/// A request to go from `old` to `size`; `fork` changes the leaves from 5 on.
fn growth(old: u64, size: u64, fork: u8) -> AddCheckpoint {
    let mut tree = Frontier::new();
    for n in 0..size {
        tree.append(leaf_hash(&[n as u8, if n < 5 { 0 } else { fork }]));
    }
    let tiles = tree.new_tiles().into_iter().map(|tile| (tile.id, tile.hashes));
    let tiles: std::collections::BTreeMap<_, Vec<Hash>> = tiles.collect();
    let checkpoint = Checkpoint::new(ORIGIN, size, tree.root());
    let mut checkpoint = Note::new(checkpoint.to_string()).unwrap();
    checkpoint.sign(&key(ORIGIN, Kind::Ed25519)).unwrap();
    let proof = consistency(&tiles, old.min(size), size).unwrap();
    AddCheckpoint { old, proof, checkpoint }
}

async fn ask(store: &Store, request: &AddCheckpoint) -> Answer {
    ask_at(store, request, Timestamp::UNIX_EPOCH).await
}

async fn ask_at(store: &Store, request: &AddCheckpoint, at: Timestamp) -> Answer {
    let keys = vec![key(ORIGIN, Kind::Ed25519).verifier().clone()];
    let logs = [Watched { origin: ORIGIN.into(), keys }];
    let witness = key("witness.example", Kind::Cosignature);
    store.add_checkpoint(request, &logs, &witness, at).await.unwrap()
}

async fn open(folder: &Path) -> Store {
    Store::open(&folder.join("evenhand.sqlite")).await.unwrap()
}

#[tokio::test]
async fn what_was_cosigned_is_remembered_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(ask(&store, &growth(0, 10, 0)).await.status(), 200);
    drop(store);
    // Not even closed: as after a crash.
    let store = open(folder.path()).await;
    assert_eq!(ask(&store, &growth(0, 10, 0)).await, Answer::Refused(Refusal::Stale(10)));
    assert_eq!(ask(&store, &growth(10, 20, 0)).await.status(), 200);
    let witnessed = store.witnessed().await.unwrap();
    assert_eq!((witnessed.len(), witnessed[0].seen.size), (1, 20));
    let note: Note = witnessed[0].checkpoint.parse().unwrap();
    let keys = [
        key(ORIGIN, Kind::Ed25519).verifier().clone(),
        key("witness.example", Kind::Cosignature).verifier().clone(),
    ];
    assert_eq!(note.verify(&keys).unwrap().len(), 2, "signed by the log and by us");
}

#[tokio::test]
async fn contradictions_are_kept_and_change_nothing() {
    let store = Store::open_in_memory().await.unwrap();
    assert_eq!(ask(&store, &growth(0, 10, 0)).await.status(), 200);
    let before = store.witnessed().await.unwrap();
    for forked in [growth(10, 10, 1), growth(10, 20, 1), growth(10, 20, 1)] {
        assert_eq!(ask(&store, &forked).await.status(), 422);
    }
    // Anybody can send this; it says nothing about the log.
    let mut unsigned = growth(10, 20, 2);
    unsigned.checkpoint = Note::new(unsigned.checkpoint.text()).unwrap();
    assert_eq!(ask(&store, &unsigned).await.status(), 403);
    assert_eq!(store.witnessed().await.unwrap(), before);
    let evidence = store.evidence(ORIGIN).await.unwrap();
    assert_eq!(evidence.len(), 2, "each once");
    assert_eq!(evidence[1].1, growth(10, 20, 1).to_string());
    let other = Watched { origin: "other.example".into(), keys: Vec::new() };
    let witness = key("witness.example", Kind::Cosignature);
    let request = growth(10, 20, 0);
    let answer = store.add_checkpoint(&request, &[other], &witness, Timestamp::UNIX_EPOCH).await;
    assert_eq!(answer.unwrap().status(), 404);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_turn_the_times_round() {
    let store = Store::open_in_memory().await.unwrap();
    let witness = key("witness.example", Kind::Cosignature);
    let mut times = Vec::new();
    for (old, size, second) in [(0, 10, 500), (10, 20, 400), (20, 30, 600)] {
        let request = growth(old, size, 0);
        let at = Timestamp::from_second(second).unwrap();
        let Answer::Cosigned(signature) = ask_at(&store, &request, at).await else { panic!() };
        let text = request.checkpoint.text();
        times.push(tlog::cosignature::verify(text, &signature, witness.verifier()).unwrap());
    }
    assert_eq!(times, [500, 500, 600]);
}

/// Two forks ask at the same moment, again and again: one of them is cosigned, never both.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_forks_only_one_is_cosigned() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(ask(&store, &growth(0, 5, 0)).await.status(), 200);
    let asked = (0..16_u8).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { ask(&store, &growth(5, 20, 1 + n % 2)).await.status() })
    });
    let mut statuses = Vec::new();
    for answer in asked.collect::<Vec<_>>() {
        statuses.push(answer.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
}
