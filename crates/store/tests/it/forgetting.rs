//! The files: erased bytes, copies, damage, readers beside the writer.

use crate::fixtures::{Held, World};
use std::collections::HashMap;
use std::path::Path;
use store::{DecisionFilter, Opening, Store, StoreError};

/// Every file of the database, one after the other.
fn raw(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn erased_openings_leave_no_byte_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new("erase");
    let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
    let mut ids = Vec::new();
    for batch in 0..20 {
        let held = Held { people: vec![format!("secret reviewer {batch:03}")], ..Held::breach() };
        let (records, new): (Vec<_>, Vec<_>) =
            (0..50).map(|n| world.record(batch * 50 + n, "ann", &held)).unzip();
        store.record(&records).await.unwrap();
        ids.extend(new);
    }
    // All of some decisions, one field of others, next to each other: pages are split and merged.
    let mut gone = Vec::new();
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 3 != 0) {
        let fields: &[&str] = if n % 3 == 1 {
            &["account", "content", "excerpt", "facts", "people"]
        } else {
            &["people"]
        };
        let before = store.openings(*id).await.unwrap();
        if n == 1 {
            assert!(holds(&raw(folder.path()), &before[0].salt), "a test that can fail");
        }
        gone.extend(before.into_iter().filter(|opening| fields.contains(&opening.field.as_str())));
        assert_eq!(store.erase_openings(*id, fields).await.unwrap(), fields.len() as u64);
        let left = store.openings(*id).await.unwrap();
        assert_eq!(left.len(), 5 - fields.len());
        if n > 960 {
            break;
        }
    }
    let bytes = raw(folder.path());
    let salts: HashMap<&[u8], &Opening> =
        gone.iter().map(|opening| (opening.salt.as_slice(), opening)).collect();
    let found = bytes.windows(32).find_map(|window| salts.get(window));
    assert_eq!(found, None, "of {} erased openings", salts.len());
    assert_eq!(store.erase_openings(ids[1], &["account"]).await.unwrap(), 0);
    store.close().await;
}

#[tokio::test]
async fn a_copy_is_whole_and_made_while_running() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new("backup");
    let path = folder.path().join("odd name ?#%41 é.db");
    let store = Store::open(&path).await.unwrap();
    store.record(&[world.record(1, "ann", &Held::breach()).0]).await.unwrap();
    let copy = folder.path().join("copy.db");
    let writing = async {
        for n in 2..40 {
            store.record(&[world.record(n, "ann", &Held::breach()).0]).await.unwrap();
        }
    };
    let (copied, ()) = tokio::join!(store.backup(&copy), writing);
    copied.unwrap();
    assert!(path.exists(), "the file has the name that was asked for");
    assert!(matches!(store.backup(&copy).await, Err(StoreError::Taken(_))));
    let checked = Store::check(&copy).await.unwrap();
    assert!(checked.events >= 1 && checked.events == checked.decisions, "{checked:?}");
    let restored = Store::open(&copy).await.unwrap();
    let page = restored.decisions(&DecisionFilter::default(), None, 100).await.unwrap();
    assert_eq!(page.entries.len() as u64, checked.decisions);
    restored.record(&[world.record(99, "ann", &Held::breach()).0]).await.unwrap();
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenhand.db");
    let missing = folder.path().join("no such folder").join("evenhand.db");
    assert!(
        matches!(Store::open(&missing).await, Err(StoreError::Open { path, .. }) if path.contains("no such folder"))
    );
    assert!(matches!(Store::check(&missing).await, Err(StoreError::Open { .. })));
    std::fs::write(&path, "A letter to my aunt. ".repeat(500)).unwrap();
    assert!(matches!(Store::open(&path).await, Err(StoreError::Damaged(_))));
    assert!(matches!(Store::check(&path).await, Err(StoreError::Damaged(_))));

    std::fs::remove_file(&path).unwrap();
    let store = Store::open(&path).await.unwrap();
    let world = World::new("damage");
    let records = (0..50).map(|n| world.record(n, "ann", &Held::breach()).0);
    store.record(&records.collect::<Vec<_>>()).await.unwrap();
    store.close().await;
    assert_eq!(Store::check(&path).await.unwrap().events, 50);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(Store::check(&path).await, Err(StoreError::Damaged(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_do_not_wait_for_the_writer_and_see_whole_batches() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            let world = World::new("readers");
            for batch in 0..30 {
                let records =
                    (0..20).map(|n| world.record(batch * 20 + n, "ann", &Held::breach()).0);
                store.record(&records.collect::<Vec<_>>()).await.unwrap();
            }
        })
    };
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut last = 0;
                while last < 600 {
                    let overview = store.overview(jiff::Timestamp::UNIX_EPOCH).await.unwrap();
                    assert_eq!(overview.events, overview.decisions, "of one moment");
                    assert_eq!(overview.events % 20, 0, "whole batches");
                    assert!(overview.events >= last);
                    last = overview.events;
                }
            })
        })
        .collect();
    writer.await.unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(store.leaves(590, 100).await.unwrap().len(), 10);
}
