//! The audit over the whole way: posts are decided, their authors challenge the decisions, people answer and exempt, and what
//! is published says of which group the challenges were granted and whose posts stood.

use crate::world::{World, files, item};
use flow::audit::{EvennessReport, Terms, publish, read_sets, recheck};
use flow::{AnsweredAppeal, Appeals, Exemptions, NewExemption, Plea, Reply, Status};
use model::{AppealOutcome, Appellant, ClauseId, DecisionId};
use std::sync::Arc;

/// Sets of like posts: one of each side.
const SETS: u32 = 9;

/// Each side posts the same, and all of it is removed.
async fn alike() -> (World, Vec<[DecisionId; 2]>) {
    let mut files = files();
    let audit = "[[grouping]]\nname = \"side\"\ntitle = \"Side\"\nfrom = \"$.account.id\"\n";
    files.insert("audit.toml".into(), audit.into());
    let world = World::under(files).await;
    let mut decided = Vec::new();
    for set in 0..SETS {
        let mut both = Vec::new();
        for (at, side) in (0..).zip(["blue", "red"]) {
            let word = |n: u32| format!("{}{}", ["alpha", "gamma", "delta"][n as usize % 3], n * 7);
            let words: Vec<String> = (0..6).map(|n| word(set * 6 + n)).collect();
            let text = format!("bulk {}", words.join(" "));
            let answer = world.submit(set * 2 + at, side, &text).await.unwrap();
            assert_eq!(answer.status, Status::Decided);
            both.push(answer.decided.unwrap().decision().id);
        }
        decided.push([both[0], both[1]]);
    }
    (world, decided)
}

async fn published(world: &World) -> EvennessReport {
    publish(&world.engine, Terms { deals: 199, ..Terms::default() }).await.unwrap()
}

/// Pairs in which the one side's post fared worse in an aspect, and the other's.
fn counts(report: &EvennessReport, aspect: &str) -> (u64, u64) {
    let found = &report.clauses[0].comparisons[0];
    assert_eq!((found.one.as_str(), found.other.as_str()), ("blue", "red"));
    let counts = found.aspects.iter().find(|one| one.aspect == aspect).unwrap();
    (counts.one, counts.other)
}

#[tokio::test]
async fn whose_challenges_are_granted_is_published() {
    let (world, decided) = alike().await;
    let appeals = Appeals::new(Arc::clone(&world.engine));
    for [blue, red] in &decided {
        for (decision, outcome) in
            [(*blue, AppealOutcome::Granted), (*red, AppealOutcome::Rejected)]
        {
            let plea = Plea {
                decision,
                by: Appellant::Person,
                text: "It was once.".into(),
                language: None,
                evidence: Vec::new(),
            };
            let id = appeals.submit(plea).await.unwrap().id;
            let reply = Reply {
                outcome,
                reason: "The offer was looked at again.".into(),
                clause: None,
                passage: None,
                departs: Some("It was said to those who had asked.".into()),
                evidence: Vec::new(),
            };
            let answered = appeals.answer(id, "senior 1", reply).await.unwrap();
            assert!(matches!(answered, AnsweredAppeal::Answered { .. }), "{answered:?}");
        }
    }
    let report = published(&world).await;
    assert_eq!(report.clauses[0].sets, u64::from(SETS));
    // Of each two challenges the one of red was refused; and only blue's measures were taken back.
    assert_eq!(counts(&report, "appeal"), (0, SETS.into()));
    assert_eq!(counts(&report, "lasting"), (0, SETS.into()));
    assert_eq!(counts(&report, "exemption"), (0, 0));
    let p = report.clauses[0].comparisons[0].aspects.iter().find(|one| one.aspect == "appeal");
    assert!(p.unwrap().p.unwrap() < 0.01, "nine of nine");
    strangers_agree(&world, &report).await;
}

#[tokio::test]
async fn whose_posts_stand_as_exemptions_is_published() {
    let (world, decided) = alike().await;
    let exemptions = Exemptions::new(Arc::clone(&world.engine));
    for set in 0..SETS {
        let new = NewExemption {
            item: item(set * 2 + 1),
            clause: ClauseId::new("spam#bulk").unwrap(),
            notice: "This breaches our rules. It stays up because it shows what was said.".into(),
            days: 7,
            why: "It announces a law before the vote".into(),
        };
        let act = exemptions.propose(new, "senior 1").await.unwrap();
        exemptions.answer(&act.id, "senior 2", true, "").await.unwrap();
    }
    assert!(world.decision(decided[0][1]).await.replaced_by.is_some());
    let report = published(&world).await;
    // Blue's posts were taken, while red's like ones stood.
    assert_eq!(counts(&report, "exemption"), (SETS.into(), 0));
    assert_eq!(counts(&report, "appeal"), (0, 0));
    strangers_agree(&world, &report).await;
}

/// Whoever has only what is published comes to the same.
async fn strangers_agree(world: &World, report: &EvennessReport) {
    let store = &world.engine.store;
    let sets = store.evenness_sets(&report.id).await.unwrap().unwrap();
    assert_eq!(recheck(report, &read_sets(&sets).unwrap(), None), Vec::<String>::new());
    let kept = store.evenness(None).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<EvennessReport>(&kept.body).unwrap(), *report);
}
