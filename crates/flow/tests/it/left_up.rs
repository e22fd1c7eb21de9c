//! What was left alone is looked at by a draw that nobody steers: by the item's id under a key that was committed to, the
//! same for all, kept with its chance; a published share allows for what was not drawn.

use crate::world::{World, files, item};
use flow::audit::{EvennessReport, Rate, Terms, draw, gather, publish};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::Forget;

/// A world whose audit looks at three in ten of what was left alone.
fn three_in_ten() -> std::collections::BTreeMap<String, String> {
    let mut files = files();
    let audit = "[left_up]\nrate = 0.3\n[[grouping]]\nname = \"side\"\ntitle = \"Side\"\nfrom = \"$.account.id\"\n";
    files.insert("audit.toml".into(), audit.into());
    files
}

const POSTS: u32 = 300;

async fn posted() -> World {
    let world = World::under(three_in_ten()).await;
    for n in 0..POSTS {
        let said = if n % 10 == 0 { "bulk" } else { "nothing" };
        let text = format!("a post about {said} that goes on for some words");
        world.submit(n, if n % 2 == 0 { "red" } else { "blue" }, &text).await.unwrap();
    }
    world
}

async fn publish_now(world: &World) -> EvennessReport {
    publish(&world.engine, Terms { deals: 99, ..Terms::default() }).await.unwrap()
}

#[tokio::test]
async fn an_item_is_drawn_by_its_id_alone_and_whoever_knows_the_key_draws_the_same() {
    let world = posted().await;
    let report = publish_now(&world).await;
    let store = &world.engine.store;
    let keys = store.left_up_keys().await.unwrap();
    let months: Vec<&str> = keys.iter().map(|key| key.month.as_str()).collect();
    assert_eq!(months, ["2026-03", "2026-04"], "the next month's key is there before the month");
    assert_eq!(report.draw_keys.len(), 2);
    for (key, shown) in keys.iter().zip(&report.draw_keys) {
        assert_eq!(shown.commitment, hex::encode(Sha256::digest(&key.key)));
        assert_eq!(shown.key, None, "no key is told before its month is over");
    }
    let drawn = |n: &u32| draw(&keys[0].key, &item(*n)).unwrap() < (1i64 << 53) / 10 * 3;
    let expected: Vec<u32> = (0..POSTS).filter(|n| n % 10 == 0 || drawn(n)).collect();
    assert_eq!(report.items, expected.len());
    assert_eq!(report.never_flagged, expected.iter().filter(|n| *n % 10 != 0).count());
    assert!(report.never_flagged > 50 && report.never_flagged < 120, "{}", report.never_flagged);
    assert!((report.never_flagged_drawn - 0.3).abs() < 1e-9);
    // Looking again draws the same.
    assert_eq!(publish_now(&world).await.items, report.items);
}

#[tokio::test]
async fn a_key_is_told_when_its_month_is_over() {
    let world = posted().await;
    publish_now(&world).await;
    world.pass(31 * 24 * 60);
    let report = publish_now(&world).await;
    let told: Vec<(&str, bool)> =
        report.draw_keys.iter().map(|key| (key.month.as_str(), key.key.is_some())).collect();
    assert_eq!(told, [("2026-03", true), ("2026-04", false), ("2026-05", false)]);
    let march = &report.draw_keys[0];
    let key = hex::decode(march.key.as_deref().unwrap()).unwrap();
    assert_eq!(hex::encode(Sha256::digest(&key)), march.commitment);
    assert!(report.draw_keys[1].made_at < "2026-04-01T00:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn a_lower_rate_later_is_everybodys_and_being_reported_changes_no_chance() {
    let world = posted().await;
    publish_now(&world).await;
    let mut files = three_in_ten();
    let audit = files.get_mut("audit.toml").unwrap();
    *audit = audit.replace("0.3", "0.1");
    let sources = rules::Sources::from_map(files);
    world.agree(&sources.version()).await;
    flow::reload(&world.engine, sources).await.unwrap();
    for n in POSTS..2 * POSTS {
        world.submit(n, "red", "another post that says nothing").await.unwrap();
    }
    let report = publish_now(&world).await;
    assert!((report.never_flagged_drawn - 0.1).abs() < 1e-9);
    let keys = world.engine.store.left_up_keys().await.unwrap();
    let drawn = |n: &u32| draw(&keys[0].key, &item(*n)).unwrap() < (1i64 << 53) / 10;
    let measured = |n: &u32| *n < POSTS && n.is_multiple_of(10);
    let expected = (0..2 * POSTS).filter(|n| measured(n) || drawn(n)).count();
    assert_eq!(report.items, expected);

    // People let a reported post stand: it is among those left alone, and seen only if its draw says so.
    let (of, least) = ((0..POSTS).find(|n| n % 10 != 0 && !drawn(n)).unwrap(), Some(100_000));
    assert_eq!(world.engine.store.least_rate(Timestamp::MIN).await.unwrap(), least);
    let report =
        flow::Report { item: item(of), reason: "look".into(), clause: None, reporter: None };
    world.review.report(report).await.unwrap();
    assert_eq!(publish_now(&world).await.items, expected);

    // An erasure forgets the draw.
    world.engine.store.erase(&Forget::Item(item(0)), world.now(), true).await.unwrap();
    assert_eq!(publish_now(&world).await.items, expected - 1);
}

#[tokio::test]
async fn without_a_rate_everything_is_looked_at() {
    let world = World::new().await;
    for n in 0..20 {
        world.submit(n, "ann", "nothing at all to see in this one").await.unwrap();
    }
    let report = publish_now(&world).await;
    assert_eq!((report.items, report.never_flagged_drawn), (20, 1.0));
    let book = world.engine.rulebook.load_full();
    let all =
        gather(&world.engine.store, (&book, None), Timestamp::MIN, None::<Rate>, |_| {}).await;
    assert_eq!(all.unwrap().items.len(), 20);
}
