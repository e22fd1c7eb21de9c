//! Before and beside a decision: the preview, milder steps, evidence.

use crate::world::{World, account, files, words};
use flow::{Bytes, EmergencyPlea, Held, ReviewError, Reviewed, Supplied, Verdict};
use model::{CaseId, ClauseId, DepartsFrom, EvidenceId, EvidenceKind};
use store::Forget;

fn breach() -> Verdict {
    Verdict {
        outcome: Held::Breach,
        clause: Some(ClauseId::new("spam#bulk").unwrap()),
        passage: Some(Bytes { start: 0, end: 7 }),
        reason: "The same offer under forty posts.".into(),
        emergency: None,
        departs: None,
        break_glass: None,
        step: None,
        evidence: Vec::new(),
    }
}

async fn case(world: &World, n: u32, account: &str) -> CaseId {
    world.submit(n, account, "perhaps").await.unwrap().case.unwrap()
}

/// A world whose rulebook lets people choose a milder step.
async fn lenient() -> World {
    let mut files = files();
    files.get_mut("rulebook.toml").unwrap().push_str("\n[people]\nmilder_step = true\n");
    World::under(files).await
}

/// An account with a delivered warning, and a case on what it posted after.
async fn warned(world: &World) -> CaseId {
    let id = case(world, 1, "ann").await;
    let Reviewed::Decided(first) = world.review.decide(id, "reviewer 1", breach()).await.unwrap()
    else {
        panic!()
    };
    world.deliver(first.decision().id).await;
    world.pass(60);
    case(world, 2, "ann").await
}

#[tokio::test]
async fn a_preview_says_what_deciding_then_does_and_keeps_nothing() {
    let world = World::new().await;
    let id = warned(&world).await;
    let before = world.count_decisions().await;
    let seen = world.review.preview(id, "reviewer 2", &breach()).await.unwrap();
    assert!(seen.ready(), "{seen:?}");
    let ladder = seen.ladder.clone().unwrap();
    assert_eq!(ladder.steps.iter().map(|step| step.says).collect::<Vec<_>>(), [false, true, false]);
    assert!(ladder.steps.iter().all(|step| step.open == step.says), "{ladder:?}");
    assert!(ladder.arithmetic.contains("1 warning or strike"), "{}", ladder.arithmetic);
    assert_eq!(world.count_decisions().await, before, "a preview decides nothing");

    let decided = world.review.decide(id, "reviewer 2", breach()).await.unwrap();
    let Reviewed::Decided(decided) = decided else { panic!("{decided:?}") };
    let foreseen = seen.decided.as_ref().unwrap();
    assert_eq!(foreseen.decision().measures, decided.decision().measures);
    assert_eq!(foreseen.decision().ladder, decided.decision().ladder);
    let (language, notice) = seen.notice().unwrap();
    assert_eq!(decided.statement().parts().notice[language], notice);
    let gone = world.review.preview(id, "reviewer 2", &breach()).await;
    assert_eq!(gone, Err(ReviewError::AlreadyDecided));
}

#[tokio::test]
async fn a_preview_names_what_is_missing_and_who_must_agree() {
    let world = World::new().await;
    let id = case(&world, 1, "ann").await;
    let blank = Verdict { reason: String::new(), ..breach() };
    let seen = world.review.preview(id, "reviewer 1", &blank).await.unwrap();
    assert!(!seen.ready() && seen.decided.is_some());
    assert_eq!(seen.missing, ["the reason in plain words"]);
    let nothing = Verdict { clause: None, passage: None, ..breach() };
    let seen = world.review.preview(id, "reviewer 1", &nothing).await.unwrap();
    assert_eq!((seen.decided, seen.missing), (None, vec!["the clause"]));
    let quoting = Verdict { reason: "ann did it again.".into(), ..breach() };
    let seen = world.review.preview(id, "reviewer 1", &quoting).await.unwrap();
    assert!(seen.refused.as_deref().unwrap_or_default().contains("names the author"), "{seen:?}");
    let plea = EmergencyPlea { reason: String::new(), evidence: Vec::new() };
    let urgent = Verdict { emergency: Some(plea), ..breach() };
    let seen = world.review.preview(id, "reviewer 1", &urgent).await.unwrap();
    assert!(seen.second.as_deref().unwrap_or_default().contains("2 people"), "{seen:?}");
    assert_eq!(seen.missing, ["which harm cannot wait", "what shows that it cannot wait"]);
    assert_eq!(words(seen.decided.unwrap().decision()), ["remove", "suspend"]);
}

#[tokio::test]
async fn a_milder_step_needs_the_rulebook_and_a_public_reason() {
    let world = World::new().await;
    let id = warned(&world).await;
    let milder = Verdict { step: Some(0), departs: Some("It sells nothing.".into()), ..breach() };
    let refused = world.review.decide(id, "reviewer 1", milder.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("lets nobody choose"), "{refused}");

    let world = lenient().await;
    let id = warned(&world).await;
    let harder = Verdict { step: Some(2), ..milder.clone() };
    let refused = world.review.decide(id, "reviewer 1", harder).await.unwrap_err();
    assert!(refused.to_string().contains("the warning comes first"), "{refused}");
    let silent = Verdict { departs: Some(" ".into()), ..milder.clone() };
    let seen = world.review.preview(id, "reviewer 1", &silent).await.unwrap();
    assert!(seen.milder && !seen.ready(), "{seen:?}");
    let refused = world.review.decide(id, "reviewer 1", silent).await;
    assert!(matches!(refused, Err(ReviewError::DepartsFromLadder(_))), "{refused:?}");

    let decided = world.review.decide(id, "reviewer 1", milder).await.unwrap();
    let Reviewed::Decided(decided) = decided else { panic!("{decided:?}") };
    let decision = decided.decision();
    assert_eq!(words(decision), ["remove", "warn"]);
    let [departed] = decision.departs.as_slice() else { panic!("{decision:?}") };
    assert!(matches!(&departed.from, DepartsFrom::Ladder { step: 1, .. }), "{departed:?}");
    let public = decided.statement().public_view(decision, false);
    let said = &public.facts["en"];
    assert!(said.contains("says step 2 of 3") && said.contains("milder step 1"), "{said}");
    assert!(said.contains("It sells nothing"), "{said}");
    let notice = &decided.statement().parts().notice["en"];
    assert!(notice.contains("the next step is: removal of the post, a lock"), "{notice}");
}

#[tokio::test]
async fn evidence_is_kept_by_its_hash_cited_and_forgotten() {
    let world = World::new().await;
    let id = case(&world, 1, "ann").await;
    let file = |bytes: &[u8]| Supplied::File {
        title: "The letter".into(),
        name: "C:\\letters\\letter.txt".into(),
        bytes: bytes.to_vec(),
    };
    let letter = world.review.attach(id, "reviewer 1", file(b"Dear all")).await.unwrap();
    assert_eq!(
        (letter.kind, letter.file_name.as_deref()),
        (EvidenceKind::Document, Some("letter.txt"))
    );
    let again = world.review.attach(id, "reviewer 2", file(b"Dear all")).await.unwrap();
    assert_eq!(again.id, letter.id, "the same bytes are kept once");
    let script = world.review.attach(id, "reviewer 1", file(b"<svg onload='x'/>")).await;
    assert!(matches!(script, Err(ReviewError::NotAllowed(_))), "{script:?}");
    let link = Supplied::Link {
        title: String::new(),
        link: "https://news.example/7".into(),
        retrieved_at: None,
    };
    let link = world.review.attach(id, "reviewer 1", link).await.unwrap();
    assert_eq!(link.retrieved_at, Some(world.now()));
    assert_eq!(world.review.evidence(id).await.unwrap().len(), 2);

    let unknown = EvidenceId::new(world.engine.ids.next());
    let wrong = Verdict { evidence: vec![unknown], ..breach() };
    let refused = world.review.decide(id, "reviewer 1", wrong).await;
    assert_eq!(refused, Err(ReviewError::NoSuchEvidence(unknown)));
    let verdict = Verdict { evidence: vec![letter.id, link.id, letter.id], ..breach() };
    let decided = world.review.decide(id, "reviewer 1", verdict).await.unwrap();
    let Reviewed::Decided(decided) = decided else { panic!("{decided:?}") };
    assert_eq!(decided.decision().evidence.len(), 2);
    let facts = &decided.statement().parts().facts["en"];
    assert!(facts.contains(&format!("a document ({})", letter.sha256)), "{facts}");

    let (_, bytes) = world.review.evidence_bytes(letter.id).await.unwrap();
    assert_eq!(bytes.as_deref(), Some(&b"Dear all"[..]));
    let forget = Forget::Account(account("ann"));
    world.engine.store.erase(&forget, world.now(), true).await.unwrap().unwrap();
    let (left, bytes) = world.review.evidence_bytes(letter.id).await.unwrap();
    assert_eq!((left.title.as_str(), bytes), ("(erased)", None));
    let kept = world.engine.store.decision(decided.decision().id).await.unwrap().unwrap();
    assert_eq!(kept.decision.evidence[0].sha256, "(erased)");
}

#[tokio::test]
async fn a_report_that_was_split_off_counts_for_the_priority_of_what_its_reporter_sends_next() {
    let world = World::new().await;
    for n in [1, 2] {
        world.submit(n, "ann", "fine").await.unwrap();
    }
    let first = world.report(1, Some("spam#bulk"), "carl").await;
    let joined = world.report(1, None, "dora").await;
    assert_eq!(first.case, joined.case);
    let apart = flow::Asked::Split { clause: None, reports: vec![joined.report] };
    let split = world.review.work(first.case, "reviewer 1", apart).await.unwrap();
    let flow::Worked::Split(own) = split else { panic!("{split:?}") };
    world.review.decide(own, "reviewer 1", crate::world::no_breach()).await.unwrap();
    let next = world.report(2, None, "dora").await;
    let case = world.engine.store.case(next.case).await.unwrap().unwrap();
    assert_eq!(case.reports[0].trust, 320, "one of one was not upheld");
}
