//! A new rulebook comes into force whole or not at all.

use crate::world::{World, files, words};
use flow::{ReloadError, reload};
use rules::Sources;

#[tokio::test]
async fn a_rulebook_that_checks_comes_into_force() {
    let world = World::new().await;
    let before = world.engine.rulebook.load().version().clone();
    let mut changed = files();
    let main = changed.get_mut("main.sml").unwrap();
    *main = main.replace("pattern='bulk'", "pattern='heap'");
    let version = reload(&world.engine, Sources::from_map(changed.clone())).await.unwrap();
    assert_ne!(version, before);
    let old = world.submit(1, "ann", "bulk").await.unwrap().decided.unwrap();
    assert!(old.decision().measures.is_empty());
    let new = world.submit(2, "ann", "heap").await.unwrap().decided.unwrap();
    assert_eq!(
        (words(new.decision()), &new.decision().rulebook),
        (vec!["remove", "warn"], &version)
    );
    let history = world.engine.store.rulebooks().await.unwrap();
    let versions: Vec<_> = history.iter().map(|adoption| &adoption.version).collect();
    assert_eq!(versions, [&version, &before]);
    assert_eq!(world.engine.store.rulebook(&version).await.unwrap(), Some(changed));
}

#[tokio::test]
async fn a_rulebook_that_does_not_check_or_fails_its_cases_does_not() {
    let world = World::new().await;
    let before = world.engine.rulebook.load().version().clone();
    let mut broken = files();
    broken.insert("main.sml".into(), "Broken = Rule(when_all=[Nowhere])\n".into());
    let refused = reload(&world.engine, Sources::from_map(broken)).await.unwrap_err();
    assert!(matches!(&refused, ReloadError::Problems(found) if !found.is_empty()), "{refused}");
    let mut wrong = files();
    wrong.insert("cases/spam.yaml".into(), CASE.into());
    let refused = reload(&world.engine, Sources::from_map(wrong)).await.unwrap_err();
    assert!(matches!(&refused, ReloadError::Cases(failed) if failed.len() == 1), "{refused}");
    assert_eq!(*world.engine.rulebook.load().version(), before);
    assert_eq!(world.engine.store.rulebooks().await.unwrap().len(), 1);
    assert_eq!(words(&world.breach(1, "ann").await), ["remove", "warn"]);
}

const CASE: &str = r#"
- name: "Bulk is said to be fine"
  event: {text: "bulk", language: en}
  expect: {breach: [], refer: []}
"#;
