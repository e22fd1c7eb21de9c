//! The public log: what is recorded is signed for in its order and published; whatever is wrong with
//! the database, the files or the key is found before anything is signed.

use crate::fixtures::{Held, World};
use std::path::Path;
use store::Store;
use store::log::{Log, LogError, Mirror, examine, follow, read_history};
use tlog::note::Note;
use tlog::policy::Policy;

const ORIGIN: &str = "evenhand.example/log";
const SEED: [u8; 32] = [7; 32];

pub(crate) async fn store(data: &Path) -> Store {
    Store::open(&data.join("evenhand.sqlite")).await.unwrap()
}

async fn record(store: &Store, world: &World, from: u32, count: u32) -> Vec<model::DecisionId> {
    let made: Vec<_> = (from..from + count)
        .map(|n| world.record(n, &format!("account {n}"), &Held::breach()))
        .collect();
    let (records, ids): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    store.record(&records).await.unwrap();
    ids
}

async fn open(store: &Store, data: &Path) -> Result<Log, LogError> {
    Log::open(store.clone(), data, ORIGIN, &SEED).await
}

fn sound(data: &Path, log: &Log) -> u64 {
    let keys = [log.verifier().clone()];
    let mut leaves = 0;
    let counted = |_, _: &[u8]| {
        leaves += 1;
        Ok(())
    };
    let examined = examine(&mut data.join("log").as_path(), &keys, None, counted).unwrap();
    assert_eq!(examined.checkpoint.size, leaves);
    leaves
}

#[tokio::test]
async fn what_is_recorded_is_published_with_a_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("published"));
    let store = store(data).await;
    // Leaves from before there was a log are taken first.
    let mut ids = record(&store, &world, 0, 3).await;
    let mut log = open(&store, data).await.unwrap();
    let reader = log.reader();
    assert_eq!(reader.receipt(ids[0]).await.unwrap(), None, "not before it is signed for");
    assert_eq!(log.integrate().await.unwrap(), 3);
    for (from, count) in [(3, 252), (255, 1), (256, 1), (257, 300), (557, 700)] {
        ids.extend(record(&store, &world, from, count).await);
        assert_eq!(log.integrate().await.unwrap(), u64::from(count));
        assert_eq!(sound(data, &log), u64::from(from + count));
    }
    assert_eq!(log.integrate().await.unwrap(), 0);
    let policy = Policy::log(log.verifier().clone());
    for at in [0, 254, 255, 256, 511, 512, 1256] {
        let shown = reader.receipt(ids[at]).await.unwrap().unwrap();
        assert_eq!(shown.index, at as u64);
        shown.receipt.verify(&shown.leaf, &policy).unwrap();
        let leaf = String::from_utf8(shown.leaf.clone()).unwrap();
        assert!(leaf.contains(&ids[at].to_string()), "{leaf}");
    }
    // What one process published the next goes on with.
    drop(log);
    let mut log = open(&store, data).await.unwrap();
    record(&store, &world, 5_000, 10).await;
    assert_eq!(log.integrate().await.unwrap(), 10);
    assert_eq!(sound(data, &log), 1_267);
}

#[tokio::test]
async fn files_that_are_gone_or_spoilt_are_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("anew"));
    let store = store(data).await;
    record(&store, &world, 0, 600).await;
    let mut log = open(&store, data).await.unwrap();
    log.integrate().await.unwrap();
    drop(log);
    std::fs::remove_dir_all(data.join("log/tile")).unwrap();
    let log = open(&store, data).await.unwrap();
    assert_eq!(sound(data, &log), 600);
    drop(log);
    std::fs::write(data.join("log/tile/0/000"), [1; 8192]).unwrap();
    std::fs::write(data.join("log/tile/1/000.p/2"), [1; 64]).unwrap();
    let log = open(&store, data).await.unwrap();
    assert_eq!(sound(data, &log), 600);
}

#[tokio::test]
async fn an_older_copy_of_the_database_signs_nothing_until_its_leaves_are_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("older"));
    let first = store(data).await;
    record(&first, &world, 0, 300).await;
    let mut log = open(&first, data).await.unwrap();
    log.integrate().await.unwrap();
    let copy = data.join("copy");
    first.backup(&copy).await.unwrap();
    record(&first, &world, 300, 400).await;
    log.integrate().await.unwrap();
    let published = std::fs::read_to_string(data.join("log/checkpoint")).unwrap();
    drop(log);
    first.close().await;
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("evenhand.sqlite{end}")));
    }
    std::fs::rename(&copy, data.join("evenhand.sqlite")).unwrap();
    let second = store(data).await;
    let refused = open(&second, data).await.unwrap_err();
    assert!(matches!(refused, LogError::RolledBack { kept: 300, seen: 700, .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(data.join("log/checkpoint")).unwrap(), published);
    // Also when only one of the two traces of the later log is left.
    let last = std::fs::read(data.join("log.last")).unwrap();
    std::fs::remove_file(data.join("log.last")).unwrap();
    assert!(matches!(open(&second, data).await, Err(LogError::RolledBack { .. })));
    std::fs::write(data.join("log.last"), last).unwrap();

    assert_eq!(Log::recover(&second, data).await.unwrap(), 400);
    // The head in the copy is older than the leaves now; they are signed for again, byte for byte.
    let mut log = open(&second, data).await.unwrap();
    assert_eq!(log.size(), 700);
    assert_eq!(std::fs::read_to_string(data.join("log/checkpoint")).unwrap(), published);
    let ids = record(&second, &world, 9_000, 1).await;
    assert_eq!(log.integrate().await.unwrap(), 1);
    assert_eq!(log.reader().index_of(ids[0]).await.unwrap(), Some(700));
    assert_eq!(sound(data, &log), 701);
}

#[tokio::test]
async fn a_database_with_another_history_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let first = store(data).await;
    record(&first, &World::new("one"), 0, 5).await;
    let mut log = open(&first, data).await.unwrap();
    log.integrate().await.unwrap();
    drop(log);
    // The same key and as many leaves, but others.
    let other = tempfile::tempdir().unwrap();
    std::fs::copy(data.join("log.key"), other.path().join("log.key")).unwrap();
    let second = store(other.path()).await;
    record(&second, &World::new("two"), 0, 5).await;
    let mut log = open(&second, other.path()).await.unwrap();
    log.integrate().await.unwrap();
    drop(log);
    std::fs::copy(data.join("log.last"), other.path().join("log.last")).unwrap();
    let refused = open(&second, other.path()).await.unwrap_err();
    assert!(matches!(refused, LogError::Forked { size: 5, .. }), "{refused}");
    // Longer than the other: its beginning is what differs.
    std::fs::remove_file(other.path().join("log.last")).unwrap();
    let mut log = open(&second, other.path()).await.unwrap();
    record(&second, &World::new("three"), 5, 5).await;
    log.integrate().await.unwrap();
    drop(log);
    std::fs::copy(data.join("log/checkpoint"), other.path().join("log.last")).unwrap();
    let refused = open(&second, other.path()).await.unwrap_err();
    assert!(matches!(refused, LogError::Forked { size: 5, .. }), "{refused}");
}

#[tokio::test]
async fn a_leaf_that_changed_on_the_disk_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("flipped"));
    let store = store(data).await;
    let mut log = open(&store, data).await.unwrap();
    record(&store, &world, 0, 20).await;
    log.integrate().await.unwrap();
    record(&store, &world, 20, 20).await;
    let url = format!("sqlite://{}", data.join("evenhand.sqlite").display());
    let flipped = sqlx::AnyPool::connect(&url).await.unwrap();
    let flip = "update leaf set bytes = cast(replace(bytes, 'breach', 'breech') as blob) \
        where seq = 33";
    assert_eq!(sqlx::query(flip).execute(&flipped).await.unwrap().rows_affected(), 1);
    let refused = log.integrate().await.unwrap_err();
    assert!(refused.to_string().contains("leaf 33"), "{refused}");
    assert!(matches!(log.integrate().await, Err(LogError::Stopped(_))), "and it stays so");
    assert_eq!(sound(data, &log), 20);
    assert!(data.join("log.stopped").exists());
}

#[tokio::test]
async fn two_processes_cannot_keep_one_log() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("two"));
    let store = store(data).await;
    let mut log = open(&store, data).await.unwrap();
    assert!(matches!(open(&store, data).await, Err(LogError::Held(_))));
    // Somebody who removes the lock meets the comparison in the database.
    std::fs::remove_file(data.join("log.lock")).unwrap();
    let mut second = open(&store, data).await.unwrap();
    record(&store, &world, 0, 2).await;
    assert_eq!(log.integrate().await.unwrap(), 2);
    record(&store, &world, 2, 2).await;
    let refused = second.integrate().await.unwrap_err();
    assert!(matches!(refused, LogError::Swapped), "{refused}");
    assert_eq!(log.integrate().await.unwrap(), 2);
    assert_eq!(sound(data, &log), 4);
}

#[tokio::test]
async fn the_key_is_kept_to_its_owner_and_can_be_changed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("key"));
    let store = store(data).await;
    let mut log = open(&store, data).await.unwrap();
    let key = data.join("log.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    record(&store, &world, 0, 3).await;
    log.integrate().await.unwrap();
    let old = log.verifier().clone();
    log.rotate(&[8; 32]).await.unwrap();
    let new = log.verifier().clone();
    assert_ne!(old, new);
    // Both signed the last checkpoint of the old key.
    let note: Note = std::fs::read_to_string(data.join("log/checkpoint")).unwrap().parse().unwrap();
    let both = [old.clone(), new.clone()];
    assert_eq!(note.verify(&both).unwrap().len(), 2);
    log.rotate(&[9; 32]).await.unwrap();
    record(&store, &world, 3, 3).await;
    log.integrate().await.unwrap();
    let newest = log.verifier().clone();
    let history = std::fs::read_to_string(data.join("log/keys")).unwrap();
    let keys = read_history(&history).unwrap();
    assert_eq!(keys, [(0, old), (3, new), (3, newest)]);
    // A key that nobody announced breaks the chain.
    let (first, rest) = history.split_once("\n---\n").unwrap();
    let (_, last) = rest.split_once("\n---\n").unwrap();
    assert!(read_history(&format!("{first}\n---\n{last}")).is_err());
    // What is published can be built anew, the history of keys as well.
    std::fs::remove_dir_all(data.join("log")).unwrap();
    drop(log);
    let log = open(&store, data).await.unwrap();
    assert_eq!(std::fs::read_to_string(data.join("log/keys")).unwrap(), history);
    // Whoever trusts the first key can follow, and a key is believed only while it was the key.
    let all = |_: &tlog::note::VerifierKey| true;
    let only = |wanted: usize| {
        let wanted = keys[wanted].1.clone();
        move |key: &tlog::note::VerifierKey| *key == wanted
    };
    assert_eq!(follow(&keys, &keys[0].1, 3, only(0)).as_ref(), Some(&keys[0].1));
    assert_eq!(follow(&keys, &keys[0].1, 9, only(2)).as_ref(), Some(&keys[2].1));
    assert_eq!(follow(&keys, &keys[0].1, 9, only(0)), None, "the old key signs no more");
    assert_eq!(follow(&keys, &keys[2].1, 2, all), None, "the new key did not sign yet");
    assert_eq!(follow(&keys, &keys[1].1, 9, only(0)), None, "never back");
    drop(log);
    let log = open(&store, data).await.unwrap();
    assert_eq!(log.verifier(), &keys.last().unwrap().1);
    drop(log);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = open(&store, data).await.unwrap_err().to_string();
    assert!(refused.contains("chmod 600"), "{refused}");
    std::fs::remove_file(&key).unwrap();
    let refused = open(&store, data).await.unwrap_err().to_string();
    assert!(refused.contains("the key of the log is gone"), "{refused}");
    assert!(!key.exists(), "no second key where there was one");
}

/// What witnesses signed is published beside the log's own signature, and stands over a restart.
#[tokio::test]
async fn cosignatures_are_published_with_the_checkpoint_that_they_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("cosigned"));
    let store = store(data).await;
    record(&store, &world, 0, 3).await;
    let mut log = open(&store, data).await.unwrap();
    log.integrate().await.unwrap();
    assert!(!log.publish_cosignatures().await.unwrap(), "there are none");
    let (mut note, checkpoint) = log.reader().latest_checkpoint().await.unwrap().unwrap();
    let witness =
        tlog::note::SigningKey::new("w", tlog::note::Kind::Cosignature, &[9; 32]).unwrap();
    note.add(tlog::cosignature::cosign(note.text(), &witness, 5).unwrap());
    let kept = store::Cosigned {
        size: checkpoint.size,
        checkpoint: note.to_string(),
        collected_at: jiff::Timestamp::UNIX_EPOCH,
    };
    assert!(store.keep_cosigned(&kept).await.unwrap());
    assert!(log.publish_cosignatures().await.unwrap());
    assert!(!log.publish_cosignatures().await.unwrap(), "once");
    assert_eq!(log.reader().latest_checkpoint().await.unwrap().unwrap().0, note);
    let older = store::Cosigned { size: 2, ..kept };
    assert!(!store.keep_cosigned(&older).await.unwrap(), "never back");

    // The log starts again from such a checkpoint; the next one has no cosignatures yet.
    drop(log);
    let mut log = open(&store, data).await.unwrap();
    assert_eq!(sound(data, &log), 3);
    record(&store, &world, 3, 1).await;
    log.integrate().await.unwrap();
    assert!(!log.publish_cosignatures().await.unwrap());
    let (next, _) = log.reader().latest_checkpoint().await.unwrap().unwrap();
    assert_eq!(next.signatures().len(), 1);
}

#[tokio::test]
async fn a_mirror_follows_and_refuses_another_history() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("mirrored"));
    let store = store(data).await;
    let mut log = open(&store, data).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let public = data.join("log");
    let mut mirror = Mirror::new(public.as_path(), copy.path());
    let keys = [log.verifier().clone()];
    for (from, count) in [(0, 300), (300, 1), (301, 400)] {
        record(&store, &world, from, count).await;
        log.integrate().await.unwrap();
        let followed = mirror.follow(&keys, |_, _| Ok(())).unwrap();
        assert_eq!(followed.checkpoint.size, u64::from(from + count));
    }
    examine(&mut copy.path(), &keys, None, |_, _| Ok(())).unwrap();
    // The same key, another history: the mirror keeps what it has.
    let other = tempfile::tempdir().unwrap();
    std::fs::copy(data.join("log.key"), other.path().join("log.key")).unwrap();
    let second = self::store(other.path()).await;
    record(&second, &World::new("other"), 0, 900).await;
    let mut forged = open(&second, other.path()).await.unwrap();
    forged.integrate().await.unwrap();
    let public = other.path().join("log");
    let before = std::fs::read(copy.path().join("checkpoint")).unwrap();
    let refused = Mirror::new(public.as_path(), copy.path()).follow(&keys, |_, _| Ok(()));
    assert!(refused.is_err());
    assert_eq!(std::fs::read(copy.path().join("checkpoint")).unwrap(), before);
    examine(&mut copy.path(), &keys, None, |_, _| Ok(())).unwrap();
}

/// A change of the key that is cut off right after the new key was announced is ended at the next start:
/// what everybody reads is signed by the key that everybody is told.
#[tokio::test]
async fn a_change_of_the_key_that_was_cut_off_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("cut off"));
    let store = store(data).await;
    record(&store, &world, 0, 3).await;
    let mut log = open(&store, data).await.unwrap();
    log.integrate().await.unwrap();
    let old = std::fs::read(data.join("log.key")).unwrap();
    let checkpoint = std::fs::read_to_string(data.join("log/checkpoint")).unwrap();
    let head = "update log_head set checkpoint = $1";
    log.rotate(&[8; 32]).await.unwrap();
    let new = log.verifier().clone();
    drop(log);
    // As it was before the swap: announced, not taken over, nothing signed by the new key.
    std::fs::rename(data.join("log.key"), data.join("log.key.next")).unwrap();
    std::fs::write(data.join("log.key"), old).unwrap();
    let owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(data.join("log.key"), owner).unwrap();
    for name in ["log/checkpoint", "log.last"] {
        std::fs::write(data.join(name), &checkpoint).unwrap();
    }
    let url = format!("sqlite://{}", data.join("evenhand.sqlite").display());
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    sqlx::query(head).bind(&checkpoint).execute(&pool).await.unwrap();
    let log = open(&store, data).await.unwrap();
    assert_eq!(log.verifier(), &new);
    assert_eq!(sound(data, &log), 3);
    let vkey = std::fs::read_to_string(data.join("log/vkey")).unwrap();
    assert_eq!(vkey.trim(), new.to_string());
}

/// A file that has more bytes than it should is as wrong as one that has others.
#[tokio::test]
async fn bytes_after_the_end_of_a_tile_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (data, world) = (folder.path(), World::new("longer"));
    let store = store(data).await;
    record(&store, &world, 0, 300).await;
    let mut log = open(&store, data).await.unwrap();
    log.integrate().await.unwrap();
    let keys = [log.verifier().clone()];
    for name in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"] {
        let path = data.join("log").join(name);
        let right = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&right[..], &[0; 32]].concat()).unwrap();
        let mut public = data.join("log");
        let found = examine(&mut public.as_path(), &keys, None, |_, _| Ok(()));
        assert!(found.is_err(), "{name}");
        public.push(name);
        std::fs::write(public, right).unwrap();
    }
    sound(data, &log);
}
