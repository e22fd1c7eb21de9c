//! What comes with appeals: who reads it on the second level, and how much of it one account may hand in.

use crate::appeals::{appeals, clause, left_up, plea, reply};
use crate::world::World;
use flow::{AnsweredAppeal, AppealError, LONGEST_EVIDENCE, MOST_PIECES, Plea, Reply, Supplied};
use model::{AppealOutcome, Appellant, ReceiptState};

#[tokio::test]
async fn who_proposes_an_answer_on_the_second_level_reads_what_came_with_the_first() {
    let world = World::new().await;
    for n in 1..=2 {
        let decision = world.breach(n, "ann").await;
        world.receipt(decision.id, ReceiptState::NoticeDelivered).await;
        world.pass(10);
    }
    let (reported, held) = left_up(&world).await;
    let all = appeals(&world);
    let by = |evidence: Vec<Supplied>| Plea {
        by: Appellant::Reporter { report: reported.report.clone() },
        evidence,
        ..plea(held.decision().id)
    };
    let text = Supplied::Text { title: String::new(), text: "Forty of them".into() };
    let first = all.submit(by(vec![text])).await.unwrap().id;
    let piece = all.evidence(first).await.unwrap()[0].id;
    all.answer(first, "reviewer 2", reply(AppealOutcome::Rejected)).await.unwrap();
    let second = all.submit(by(Vec::new())).await.unwrap().id;
    let granted = Reply { clause: Some(clause()), ..reply(AppealOutcome::Granted) };
    let alone = all.answer(second, "reviewer 3", granted).await.unwrap();
    assert!(matches!(alone, AnsweredAppeal::Proposed { .. }), "{alone:?}");
    let reads = async |who: &str| all.evidence_bytes(piece, who).await.map(|(_, bytes)| bytes);
    let bytes = Some(b"Forty of them".to_vec());
    assert_eq!(all.look(second, "reviewer 3").await.unwrap().evidence[0].id, piece);
    assert_eq!(reads("reviewer 3").await, Ok(bytes.clone()), "who proposes");
    all.approve(second, "reviewer 4").await.unwrap();
    for who in ["reviewer 2", "reviewer 3", "reviewer 4"] {
        assert_eq!(reads(who).await, Ok(bytes.clone()), "{who} answered");
    }
    assert_eq!(reads("reviewer 1").await, Err(AppealError::TookPart), "who decided");
}

#[tokio::test]
async fn appeals_at_once_do_not_hand_in_more_than_one_account_may() {
    let world = World::new().await;
    let mut pleas = Vec::new();
    for n in 1..=3 {
        let decision = world.breach(n, "ann").await;
        let large = |piece: u32| {
            let mut bytes = vec![b'a'; LONGEST_EVIDENCE];
            bytes.splice(..9, format!("{n} {piece:7}").into_bytes());
            Supplied::File { title: String::new(), name: "a.txt".into(), bytes }
        };
        let pieces = u32::try_from(MOST_PIECES).unwrap();
        pleas.push(Plea { evidence: (0..pieces).map(large).collect(), ..plea(decision.id) });
    }
    let all = appeals(&world);
    let [one, two, three] = pleas.try_into().unwrap();
    let done = tokio::join!(all.submit(one), all.submit(two), all.submit(three));
    let refused = [done.0, done.1, done.2].into_iter().filter_map(Result::err);
    let refused: Vec<AppealError> = refused.collect();
    assert_eq!(refused.len(), 1, "two of 50 MiB fill it");
    assert!(matches!(refused[0], AppealError::BadEvidence(_)), "{refused:?}");
}
