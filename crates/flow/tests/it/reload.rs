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
    let sources = Sources::from_map(changed.clone());
    world.agree(&sources.version()).await;
    let version = reload(&world.engine, sources).await.unwrap();
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

#[tokio::test]
async fn a_reload_waits_for_people_where_the_rulebook_asks_for_two() {
    let world = World::saying("\n[four_eyes]\nrulebook = 2\n").await;
    let mut files = files();
    let toml = files.entry("rulebook.toml".into()).or_default();
    *toml = toml.replace("Test rules", "Other rules") + "\n[four_eyes]\nrulebook = 2\n";
    let sources = Sources::from_map(files);
    let version = sources.version();
    let refused = flow::reload(&world.engine, sources.clone()).await;
    assert!(
        matches!(&refused, Err(flow::ReloadError::NeedsPeople { version: kept, people: 2 }) if *kept == version),
        "{refused:?}"
    );
    assert_ne!(*world.engine.rulebook.load().version(), version);
    let drafts = world.engine.store.draft(&version).await.unwrap();
    assert!(drafts.is_some(), "it can be tried before anybody agrees");
    let approvals = world.review.approvals();
    let proposed = flow::approval::Proposed {
        class: model::ActClass::Rulebook,
        about: version.as_str().to_owned(),
        body: model::Json::parse("{}").unwrap(),
        why: "The title was wrong.".into(),
    };
    let act = approvals.propose(proposed, "editor 1").await.unwrap();
    assert!(flow::reload(&world.engine, sources.clone()).await.is_err());
    approvals.approve(&act.id, "reviewer 2", "").await.unwrap();
    assert_eq!(flow::reload(&world.engine, sources).await.unwrap(), version);
}
