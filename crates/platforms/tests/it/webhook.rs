//! Delivery to a receiver that accepts, fails, asks to wait, redirects, is gone or hangs.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use jiff::Timestamp;
use model::{
    AccountId, ActionId, AutomatedDecision, ClauseId, ClauseText, Decided, DecidedBy, Decision,
    DecisionId, Enforcement, InLog, ItemId, Logged, Measure, Outcome, Redress, RulebookVersion,
    Source, Statement, StatementDraft,
};
use platforms::webhook::{Delivery, Endpoint, ID, SIGNATURE, Secret, TIMESTAMP, deliver, verify};
use platforms::{Reach, http_client};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn enforcement() -> Logged {
    let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let rulebook = RulebookVersion::new("ab");
    let clause = ClauseId::new("spam#bulk").unwrap();
    let id = DecisionId::new("6f9619ff-8b86-4d01-b42d-00cf4fc964ff".parse().unwrap());
    let texts = || BTreeMap::from([("en".to_string(), "Words.".to_string())]);
    let decision = Decision {
        id,
        item: ItemId::new("post-1").unwrap(),
        account: AccountId::new("ann").unwrap(),
        action_id: ActionId::new("1").unwrap(),
        case: None,
        decided_at: at,
        conduct_at: at,
        rulebook: rulebook.clone(),
        outcome: Outcome::Breach { clauses: vec![clause.clone()] },
        findings: Vec::new(),
        measures: vec![Measure::Remove],
        ladder: None,
        source: Source::OwnInitiative,
        automated_detection: true,
        by: DecidedBy::Automation,
        replaces: None,
        reason: None,
        emergency: None,
        exemption: None,
        departs: Vec::new(),
        evidence: Vec::new(),
    };
    let statement = Statement::new(StatementDraft {
        decision: id,
        clause: vec![ClauseText {
            id: clause,
            policy_title: "Spam".into(),
            title: "Bulk".into(),
            text: "Do not post in bulk.".into(),
            language: "en".into(),
            rulebook: rulebook.clone(),
        }],
        passage: None,
        facts: texts(),
        notice: texts(),
        language: "en".into(),
        automated_decision: AutomatedDecision::Fully,
        territorial_scope: Vec::new(),
        redress: Redress {
            how: texts(),
            until: "2026-12-01T00:00:00Z".parse().unwrap(),
            url: None,
        },
        rulebook,
    })
    .unwrap();
    let decided = Decided::new(decision, statement).unwrap();
    let log = InLog { index: 7, leaf: "{}".into(), receipt: "a receipt\n".into() };
    Enforcement::of(&decided, "https://evenhand.example").unwrap().logged(log)
}

type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn receiver() -> (String, Seen) {
    async fn keep(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> StatusCode {
        seen.lock().unwrap().push((headers, body));
        StatusCode::NO_CONTENT
    }
    async fn busy() -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "99999999")]).into_response()
    }
    async fn hang() -> StatusCode {
        tokio::time::sleep(Duration::from_secs(60)).await;
        StatusCode::OK
    }
    let seen = Seen::default();
    let app = Router::new()
        .route("/ok", post(keep))
        .route("/broken", post(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/busy", post(busy))
        .route("/wrong", post(|| async { StatusCode::UNPROCESSABLE_ENTITY }))
        .route("/gone", post(|| async { StatusCode::GONE }))
        .route("/elsewhere", post(|| async { Redirect::permanent("/ok") }))
        .route("/hang", post(hang))
        .with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (format!("http://{address}"), seen)
}

async fn attempt(base: &str, path: &str, secrets: &[Secret]) -> Delivery {
    let reach =
        Reach { private_addresses: true, timeout: Duration::from_millis(500), ..Reach::default() };
    let to = Endpoint { url: format!("{base}{path}"), secrets: secrets.to_vec() };
    deliver(&http_client(&reach).unwrap(), &to, &enforcement(), Timestamp::now()).await
}

#[tokio::test]
async fn what_arrives_can_be_verified_and_is_the_same_message_each_time() {
    let (base, seen) = receiver().await;
    let secrets = [Secret::from_bytes(&[7; 32]).unwrap()];
    for _ in 0..2 {
        assert_eq!(attempt(&base, "/ok", &secrets).await, Delivery::Delivered);
    }
    let seen = seen.lock().unwrap();
    let mut ids = Vec::new();
    for (headers, body) in seen.iter() {
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
        let (id, timestamp, signature) = (header(ID), header(TIMESTAMP), header(SIGNATURE));
        let now = Timestamp::now();
        assert_eq!(verify(&secrets, id, timestamp, signature, body, now), Ok(()));
        ids.push(id);
        let message: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert_eq!(message["type"], "decision.enforce");
        assert_eq!(message["data"]["measures"][0]["measure"], "remove");
        assert_eq!(message["data"]["statement"]["clause"]["id"], "spam#bulk");
    }
    assert_eq!(ids, ["msg_6f9619ff8b864d01b42d00cf4fc964ff"; 2]);
}

#[tokio::test]
async fn what_does_not_arrive_is_tried_again() {
    let (base, _) = receiver().await;
    let secrets = [Secret::from_bytes(&[7; 32]).unwrap()];
    let day = Some(Duration::from_secs(24 * 3600));
    for (path, expected_after, says) in [
        ("/broken", None, "answered 500"),
        ("/busy", day, "answered 503"),
        ("/elsewhere", None, "answered 308"),
        ("/nowhere", None, "answered 404"),
        ("/hang", None, "took too long"),
    ] {
        let Delivery::Retry { after, why } = attempt(&base, path, &secrets).await else {
            panic!("{path} is no success")
        };
        assert_eq!(after, expected_after, "{path}");
        assert!(why.contains(says), "{path}: {why}");
    }
    assert_eq!(attempt(&base, "/gone", &secrets).await, Delivery::Gone);
    let wrong = Delivery::Rejected { why: "the platform answered 422".into() };
    assert_eq!(attempt(&base, "/wrong", &secrets).await, wrong);
    let nobody = attempt("http://127.0.0.1:1", "/", &secrets).await;
    assert!(matches!(nobody, Delivery::Retry { .. }), "{nobody:?}");
}
