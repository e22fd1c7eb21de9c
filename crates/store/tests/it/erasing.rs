//! Forgetting a person: no byte of them stays in the files, the log keeps its leaves, and an older
//! copy forgets again.

use crate::fixtures::{Held, World, account, item_of};
use std::path::Path;
use store::{DecisionFilter, Forget, Store, StoreError};

/// Every file of the database, one after the other.
fn raw(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a_forgotten_account_leaves_no_byte_and_every_leaf_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (world, copies) = (World::new("erase-account"), tempfile::tempdir().unwrap());
    let store = Store::open(&folder.path().join("evenhand.db")).await.unwrap();
    let mut records = Vec::new();
    for n in 0..60 {
        let who = if n % 3 == 0 { "secret-zoe" } else { "ann" };
        let held = Held { facts: format!("A fact about {who}."), ..Held::breach() };
        records.push(world.record(n, who, &held).0);
    }
    let (case, _, _) = world.referred(70, "main", 1);
    records.push(case);
    store.record(&records).await.unwrap();
    let copy = copies.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    let before = store.leaves(0, 100).await.unwrap();
    let page = store.decisions(&DecisionFilter::default(), None, 100).await.unwrap();
    let mut salts = Vec::new();
    for entry in page.entries.iter().filter(|e| e.decision.account.as_str() == "secret-zoe") {
        let openings = store.openings(entry.decision.id).await.unwrap();
        salts.extend(openings.into_iter().map(|opening| opening.salt));
    }
    assert!(salts.len() >= 20 * 4 && holds(&raw(folder.path()), b"secret-zoe"));

    let zoe = Forget::Account(account("secret-zoe"));
    assert_eq!(store.erase(&zoe, world.now, false).await, Err(StoreError::Unsent(20)));
    assert_eq!(store.leaves(0, 100).await.unwrap().len(), before.len(), "nothing was done");
    let done = store.erase(&zoe, world.now, true).await.unwrap().unwrap();
    assert_eq!((done.events, done.decisions, done.leaf), (20, 20, 60));
    assert_eq!(done.openings, salts.len() as u64);
    assert_eq!(store.erase(&zoe, world.now, true).await, Ok(None), "nothing is left of it");

    let bytes = raw(folder.path());
    assert!(!holds(&bytes, b"secret-zoe"), "the account, its posts' addresses, the facts");
    for salt in &salts {
        assert!(!holds(&bytes, salt), "an opening");
    }
    assert!(holds(&bytes, b"ann"), "a test that can fail: others are still there");

    // The log has one leaf more, and it names nobody and no decision.
    let after = store.leaves(0, 100).await.unwrap();
    assert_eq!(after[..60], before[..]);
    assert_eq!((after.len(), after[60].decision), (61, None));
    let said = String::from_utf8(after[60].bytes.clone()).unwrap();
    assert!(said.contains(r#""decisions":20"#) && said.contains(r#""kind":"erasure""#), "{said}");
    assert!(page.entries.iter().all(|entry| !said.contains(&entry.decision.id.to_string())));

    // What was held stays readable, and decisions go on after the erasure's place.
    let later = store.decisions(&DecisionFilter::default(), None, 100).await.unwrap();
    let held = |page: &store::Page<store::StoredDecision>| {
        let entries = page.entries.iter();
        entries.map(|e| (e.decision.id, e.decision.measures.clone(), e.leaf)).collect::<Vec<_>>()
    };
    assert_eq!(held(&later), held(&page));
    let (record, id) = world.record(80, "ann", &Held::breach());
    store.record(&[record]).await.unwrap();
    assert_eq!(store.decision(id).await.unwrap().unwrap().leaf, 61);

    // An older copy still knows; the manifest, which names nobody, makes it forget again.
    let manifest = Store::manifest(&folder.path().join("evenhand.db")).unwrap();
    assert_eq!(manifest, store.erasures().await.unwrap());
    let told = serde_json::to_string(&manifest).unwrap();
    assert!(!told.contains("zoe"), "{told}");
    assert!(holds(&raw(copies.path()), b"secret-zoe"));
    let old = Store::open(&copy).await.unwrap();
    assert_eq!(old.erase_again(&manifest).await.unwrap(), 20);
    assert!(!holds(&raw(copies.path()), b"secret-zoe"));
    assert_eq!(old.leaves(0, 100).await.unwrap()[..], before[..]);
    assert_eq!(old.erase_again(&manifest).await.unwrap(), 20, "again is no harm");
}

#[tokio::test]
async fn one_item_or_the_event_of_one_decision_is_forgotten_alone() {
    let (world, store) = (World::new("erase-item"), Store::open_in_memory().await.unwrap());
    let (first, one) = world.record(1, "ann", &Held::breach());
    let (second, two) = world.record(2, "ann", &Held::breach());
    let (third, three) = world.record(3, "ann", &Held::breach());
    let item = item_of(&first);
    let event = second.event.as_ref().unwrap().event.clone();
    store.record(&[first, second, third]).await.unwrap();
    assert!(store.erase(&Forget::Item(item.clone()), world.now, true).await.unwrap().is_some());
    assert_eq!(store.lookup_item(&item).await.unwrap(), None);
    assert!(store.erase(&Forget::Decision(two), world.now, true).await.unwrap().is_some());
    assert_eq!(store.event(&event.action_id).await.unwrap(), None);
    assert_eq!(store.openings(one).await.unwrap().len(), 0);
    assert_eq!(store.openings(two).await.unwrap().len(), 0);
    assert!(store.openings(three).await.unwrap().len() > 3);
    let missing = Forget::Item(model::ItemId::new("never-seen").unwrap());
    assert_eq!(store.erase(&missing, world.now, true).await, Ok(None));
    assert_eq!(store.erasures().await.unwrap().len(), 2);
}
