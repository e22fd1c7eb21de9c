//! A platform that treats like posts of two groups unlike: what the public report says, how a stranger adds it up, and
//! what those who work there see and answer.

use crate::client::{get, get_with};
use crate::world::{World, files};
use flow::audit::{EvennessReport, Terms, publish_on, read_sets, recheck};
use model::{ActionId, ClauseId, Clock as _, DecisionId, Event, Json, Outcome, Role};

const AUDIT: &str = "[[grouping]]\nname = \"side\"\ntitle = \"Side\"\nfrom = \"$.account.side\"\n";
const SETS: u64 = 24;

/// Six words that no other set has.
fn words(set: u64) -> String {
    let mut seed = set.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut word = || {
        let letters = (0..7).map(|_| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + (seed >> 33) as u8 % 20)
        });
        letters.collect::<String>()
    };
    (0..6).map(|_| word()).collect::<Vec<_>>().join(" ")
}

/// The same said by both sides, in words that only one of which is found: `SECRET` must appear nowhere.
async fn uneven() -> World {
    let mut rulebook = files(&[]);
    rulebook.insert("audit.toml".into(), AUDIT.into());
    let world = World::under(rulebook).await;
    for set in 0..SETS {
        for (side, said) in [("red", "they are vermin"), ("blue", "they are such vermin")] {
            let data = format!(
                r#"{{"item":{{"id":"SECRET-{side}-{set}","text":"{} {said} SECRET"}},"account":{{"id":"SECRET-author-{side}-{set}","side":"{side}"}}}}"#,
                words(set)
            );
            let event = Event {
                action_id: ActionId::new(&format!("{side}-{set}")).unwrap(),
                action_name: "post_created".into(),
                timestamp: world.clock.now(),
                data: Json::parse(&data).unwrap(),
                secret_data: None,
            };
            world.intake.submit(event).await.unwrap();
        }
    }
    world
}

async fn publish(world: &World) -> EvennessReport {
    let named: (&dyn model::Ids, _) = (world.ids.as_ref(), world.clock.now());
    let book = world.engine.rulebook.load_full();
    let terms = Terms { deals: 499, ..Terms::default() };
    publish_on(&world.store, (book, None), named, terms).await.unwrap()
}

#[tokio::test]
async fn a_planted_double_standard_is_published_and_can_be_added_up_again() {
    let world = uneven().await;
    let router = world.router();
    assert!(get(&router, "/evenness").await.text().contains("There is no report yet"));
    assert_eq!(get(&router, "/api/v1/evenness").await.status, 404);
    let report = publish(&world).await;
    let clause = &report.clauses[0];
    assert_eq!((clause.sets, clause.divergent, clause.unexplained), (SETS, SETS, SETS));
    assert_eq!((report.items as u64, report.never_flagged as u64), (2 * SETS, SETS));
    let found = &clause.comparisons[0];
    assert_eq!((found.one.as_str(), found.other.as_str()), ("blue", "red"));
    assert_eq!(found.verdict, "clear imbalance");
    assert_eq!((found.aspects[0].one, found.aspects[0].other), (0, SETS));
    assert!(found.unlike.iter().all(|pair| pair.similarity.unwrap() > 0.7));
    assert!(report.drift[0].alarm && report.drift[0].against_other == SETS, "{:?}", report.drift);
    assert!(report.control.as_ref().is_some_and(|control| !control.alarmed));

    let page = get(&router, "/evenness").await;
    let text = page.text();
    for says in [
        "1 comparison shows a clear imbalance",
        "in 0 only the post of `blue` was met with a measure, in 24 only that of `red`",
        "The platform has said nothing to this pair yet",
        "Nobody has looked at pairs",
        "<title>Evenness",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    let one = get(&router, &format!("/evenness/{}", report.id)).await;
    let twin = get(&router, "/api/v1/evenness").await;
    let history = get_with(&router, "/evenness/history", &[("accept", "application/json")]).await;
    let sets = get(&router, &format!("/evenness/{}/sets.ndjson", report.id)).await;
    assert_eq!(history.json()[0]["id"], report.id.as_str());
    for reply in [&page, &one, &twin, &history, &sets] {
        assert_eq!(reply.status, 200);
        assert!(!reply.text().contains("SECRET") && !reply.text().contains(&words(0)));
    }
    let paper = get(&router, &format!("/evenness/{}/report.pdf", report.id)).await;
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.bytes.starts_with(b"%PDF-") && paper.bytes.len() > 10_000);
    for missing in ["/evenness/none", "/evenness/none/report.pdf", "/evenness/none/sets.ndjson"] {
        assert_eq!(get(&router, missing).await.status, 404, "{missing}");
    }

    // A stranger has the report, the sets and the log.
    let published: EvennessReport = serde_json::from_str(twin.text()).unwrap();
    let sets = read_sets(sets.text()).unwrap();
    let held = world.store.decisions(&store::DecisionFilter::default(), None, 1_000).await.unwrap();
    let in_log = |id: DecisionId| -> Option<Vec<ClauseId>> {
        let stored = held.entries.iter().find(|one| one.decision.id == id)?;
        Some(match &stored.decision.outcome {
            Outcome::Breach { clauses } => clauses.clone(),
            Outcome::NoBreach => Vec::new(),
        })
    };
    assert_eq!(recheck(&published, &sets, Some(&in_log)), Vec::<String>::new());
    for change in [
        |report: &mut EvennessReport| report.clauses[0].divergent -= 1,
        |report: &mut EvennessReport| {
            report.clauses[0].comparisons[0].verdict = "no evidence of imbalance".into()
        },
        |report: &mut EvennessReport| report.clauses[0].comparisons[0].gamma = Some(1.1),
        |report: &mut EvennessReport| report.clauses[0].comparisons[0].bet = 1.0,
        |report: &mut EvennessReport| report.clauses[0].comparisons[0].aspects[0].other = 3,
        |report: &mut EvennessReport| report.clauses[0].divergence = None,
    ] {
        let mut changed = published.clone();
        change(&mut changed);
        assert!(!recheck(&changed, &sets, None).is_empty());
    }
    let mut other = sets.clone();
    other[0].cases[0].measured ^= true;
    assert!(!recheck(&published, &other, Some(&in_log)).is_empty());

    // The next night counts no pair twice.
    world.later(24 * 60);
    let next = publish(&world).await;
    assert_eq!((next.drift[0].pairs, next.control.unwrap().nights), (SETS, 2));
}

#[tokio::test]
async fn those_who_work_there_look_at_pairs_answer_them_and_judge_them_blind() {
    let world = uneven().await;
    let router = world.router();
    let auditor = world.browser(&router, Role::Auditor).await;
    let administrator = world.browser(&router, Role::Administrator).await;
    let reviewer = world.browser(&router, Role::Reviewer).await;
    assert!(auditor.get("/console/audit").await.text().contains("No report was made yet"));
    assert_eq!(auditor.post("/console/audit", "").await.status, 403);
    assert_eq!(reviewer.get("/console/audit").await.status, 403);
    assert_eq!(administrator.post("/console/audit", "").await.status, 303);

    let room = auditor.get("/console/audit").await;
    assert!(
        room.text().contains("A bet of 1 against even-handedness stands at"),
        "{}",
        room.text()
    );
    let list = auditor.get("/console/audit/pairs").await;
    let (_, link) = list.text().split_once("href=\"/console/audit/pair?").unwrap();
    let link = format!("/console/audit/pair?{}", link.split('"').next().unwrap());
    let link = link.replace("&#38;", "&").replace("&amp;", "&");
    let pair = auditor.get(&link).await;
    assert_eq!(pair.status, 200, "{link}");
    assert!(
        pair.text().contains("<mark>") && pair.text().contains("vermin SECRET"),
        "{}",
        pair.text()
    );
    assert!(
        pair.text().contains("<details><summary>Who wrote it")
            && !pair.text().contains("<textarea")
    );

    // An answer is public, beside the pair.
    let field = |name: &str| {
        let (_, after) = link.split_once(&format!("{name}=")).unwrap();
        after.split('&').next().unwrap().to_owned()
    };
    let about = format!("clause={}&one={}&other={}", field("clause"), field("one"), field("other"));
    let short = administrator.post("/console/audit/pair", &format!("{about}&said=no")).await;
    assert_eq!(short.status, 422);
    assert!(short.text().contains("role=\"alert\""));
    let said = format!("{about}&said=The+word+%E2%80%9Csuch%E2%80%9D+was+missed+%3Cb%3E");
    assert_eq!(auditor.post("/console/audit/pair", &said).await.status, 403);
    assert_eq!(administrator.post("/console/audit/pair", &said).await.status, 303);
    let page = get(&router, "/evenness").await;
    assert!(page.text().contains("The word “such” was missed &#60;b&#62;"), "{}", page.text());
    assert!(auditor.get("/console/audit/pairs").await.text().contains("has answered"));

    // Blind: both texts, no author, no outcome.
    let blind = reviewer.get("/console/audit/blind").await;
    assert!(blind.text().contains("vermin SECRET"), "{}", blind.text());
    for told in ["SECRET-author", "removed", "Breach", "red", "blue"] {
        assert!(!blind.text().contains(&format!(">{told}")), "{told}");
    }
    let (_, look) = blind.text().split_once("action=\"/console/audit/blind/").unwrap();
    let look = look.split('"').next().unwrap();
    let to = format!("/console/audit/blind/{look}");
    assert_eq!(reviewer.post(&to, "same=perhaps").await.status, 400);
    assert_eq!(reviewer.post(&to, "same=different").await.status, 303);
    // A second thought does not count: it would not be blind.
    assert_eq!(reviewer.post(&to, "same=same").await.status, 303);
    assert_eq!(reviewer.post("/console/audit/blind/999", "same=same").await.status, 404);
    world.later(1);
    let report = publish(&world).await;
    assert_eq!(
        (report.pairing.alike, report.pairing.wrongly_joined, report.pairing.people),
        (1, 1, 1)
    );
    let page = get(&router, "/evenness").await;
    assert!(
        page.text().contains("called 1 of 1 pairs different that the matching called alike"),
        "{}",
        page.text()
    );
}
