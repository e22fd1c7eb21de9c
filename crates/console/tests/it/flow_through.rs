//! Events and people's decisions through the whole road: in over HTTP, decided, kept, read again.

use crate::client::{Reply, get, get_with, post};
use crate::world::World;
use axum::Router;
use http::StatusCode;
use serde_json::{Value, json};
use store::Scope;

const PLATFORM: (&str, &str) = ("authorization", "Bearer platform");
const ANA: (&str, &str) = ("authorization", "Bearer ana");
const BEN: (&str, &str) = ("authorization", "Bearer ben");
const JSON: (&str, &str) = ("content-type", "application/json");
const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

async fn start() -> (World, Router) {
    let world = World::new().await;
    world.key("platform", &[Scope::Events, Scope::Receipts, Scope::Regulator], None).await;
    world.key("ana", &[Scope::Review], Some("reviewer 1")).await;
    world.key("ben", &[Scope::Review], Some("reviewer 2")).await;
    let router = world.router();
    (world, router)
}

fn event(id: &str, text: &str) -> Value {
    json!({
        "action_id": format!("action {id}"), "action_name": "post_created",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "item": { "id": id, "url": format!("https://plaza.example/p/{id}"), "text": text },
            "account": { "id": format!("account of {id}"), "name": "ann" }
        }
    })
}

async fn send(router: &Router, event: &Value) -> Reply {
    let path = "/api/v1/events?wait=decision";
    post(router, path, &[PLATFORM, JSON], event.to_string()).await
}

async fn ask(router: &Router, who: (&str, &str), path: &str, body: Value) -> Reply {
    post(router, path, &[who, JSON], body.to_string()).await
}

#[tokio::test]
async fn a_breach_is_decided_and_everybody_can_read_why() {
    let (_world, router) = start().await;
    let sent = send(&router, &event("p1", "I say it again: they are vermin.")).await.json();
    assert_eq!((&sent["status"], &sent["action_id"]), (&json!("decided"), &json!("action p1")));
    assert_eq!(sent["measures"][0]["measure"], "remove");
    assert_eq!(sent["statement"]["passage"]["text"], "they are vermin");
    let id = sent["decision"].as_str().unwrap();

    let public = get(&router, &format!("/api/v1/decisions/{id}")).await.json();
    assert_eq!(public["clauses"], json!(["hateful-conduct#dehumanisation"]));
    assert_eq!(
        (&public["automated_detection"], &public["automated_decision"]),
        (&json!(true), &json!("fully"))
    );
    assert_eq!(public["passage"], Value::Null);
    assert_eq!(public["leaf"]["hash"].as_str().unwrap().len(), 64);
    let page = get(&router, &format!("/decisions/{id}")).await;
    assert!(page.text().contains("Dehumanisation") && page.text().contains("Entmenschlichung"));
    for secret in ["account of p1", "I say it again", "\"p1\""] {
        assert!(!page.text().contains(secret) && !public.to_string().contains(secret), "{secret}");
    }

    let person = get_with(&router, &format!("/api/v1/decisions/{id}/person"), &[PLATFORM]).await;
    assert_eq!(person.json(), sent["statement"]);
    let dsa =
        get_with(&router, &format!("/api/v1/decisions/{id}/regulator"), &[PLATFORM]).await.json();
    assert_eq!(dsa["automated_decision"], "AUTOMATED_DECISION_FULLY");

    let receipt =
        json!({"decision": id, "state": "notice_delivered", "at": "2026-11-23T12:40:00Z"});
    assert_eq!(ask(&router, PLATFORM, "/api/v1/receipts", receipt).await.status, StatusCode::OK);
    let page = get(&router, &format!("/decisions/{id}")).await;
    assert!(page.text().contains("The person was shown the notice"));
    let other = json!({"decision": "8c966393-6386-56b5-b4f9-8929dfd00a4a", "state": "enforced", "at": "2026-11-23T12:40:00Z"});
    ask(&router, PLATFORM, "/api/v1/receipts", other).await.problem("receipt-unknown");
}

#[tokio::test]
async fn the_same_event_is_decided_once_and_another_under_its_id_is_refused() {
    let (_world, router) = start().await;
    let first = send(&router, &event("p1", "they are vermin")).await.json();
    let again = send(&router, &event("p1", "they are vermin")).await.json();
    assert_eq!(again["status"], "duplicate");
    assert_eq!(
        (&again["decision"], &again["statement"]),
        (&first["decision"], &first["statement"])
    );
    let mut other = event("p1", "something else");
    let reply = send(&router, &other).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert_eq!(reply.problem("action-id-reused")["action_id"], "action p1");
    other["data"]["item"]["id"] = json!(null);
    other["action_id"] = json!("action p2");
    send(&router, &other).await.problem("malformed-event");
    let nothing = json!({"action_id": 5, "action_name": "follow", "timestamp": "2026-11-23T12:00:00Z", "data": {}});
    assert_eq!(send(&router, &nothing).await.json()["status"], "recorded");
}

#[tokio::test]
async fn a_batch_is_answered_line_by_line() {
    let (_world, router) = start().await;
    let lines = [
        event("p1", "good morning").to_string(),
        "{\"action_id\":".into(),
        String::new(),
        event("p2", "they are vermin").to_string(),
        event("p1", "good evening").to_string(),
        event("p3", "it was staged").to_string(),
    ];
    let reply = post(&router, "/api/v1/events", &[PLATFORM, NDJSON], lines.join("\n")).await;
    assert_eq!(reply.status, StatusCode::OK);
    let results = reply.json()["results"].as_array().unwrap().clone();
    let told: Vec<_> = results
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["status"].as_str().or(one["problem"]["type"].as_str()).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "decided"),
            (2, "/problems/malformed-event"),
            (4, "decided"),
            (5, "/problems/action-id-reused"),
            (6, "referred")
        ]
    );
    for (item, answer) in [("p1", "no_breach"), ("p2", "breach"), ("p3", "waiting")] {
        let found = get(&router, &format!("/api/v1/lookup?item={item}")).await.json();
        assert_eq!(found["answer"], answer, "{item}");
    }
}

#[tokio::test]
async fn people_decide_what_was_referred_and_others_replace_it() {
    let (_world, router) = start().await;
    let sent = send(&router, &event("p1", "it was staged")).await.json();
    let case = sent["case"].as_str().unwrap();
    let found = get(&router, "/api/v1/lookup?item=p1").await.json();
    assert_eq!((&found["answer"], &found["case"]), (&json!("waiting"), &json!(case)));
    let path = format!("/api/v1/cases/{case}/decide");
    let unknown = json!({"outcome": "breach", "clause": "no-such#clause", "reason": "x"});
    ask(&router, ANA, &path, unknown).await.problem("refused");
    let verdict = json!({"outcome": "breach", "clause": "violent-events#denial", "passage": {"start": 0, "end": 13}, "reason": "A court has established the event."});
    let decided = ask(&router, ANA, &path, verdict.clone()).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    ask(&router, ANA, &path, verdict).await.problem("case-closed");
    let id = decided.json()["decision"].as_str().unwrap().to_owned();

    let path = format!("/api/v1/decisions/{id}/replace");
    let verdict =
        json!({"outcome": "no_breach", "reason": "It quotes a denial in order to oppose it."});
    ask(&router, ANA, &path, verdict.clone()).await.problem("same-person");
    let replaced = ask(&router, BEN, &path, verdict).await;
    assert_eq!(replaced.status, StatusCode::OK, "{}", replaced.text());
    let later = replaced.json()["decision"].as_str().unwrap().to_owned();
    let page = get(&router, &format!("/decisions/{id}")).await;
    assert!(
        page.text().contains(&format!(
            "<a href=\"/decisions/{later}\">another decision took its place</a>"
        ))
    );
    let found = get(&router, "/api/v1/lookup?item=p1").await.json();
    assert_eq!((&found["answer"], &found["decision"]), (&json!("no_breach"), &json!(later)));
}

#[tokio::test]
async fn an_emergency_needs_two_people() {
    let (_world, router) = start().await;
    send(&router, &event("p1", "good morning")).await;
    let reported = ask(
        &router,
        PLATFORM,
        "/api/v1/reports",
        json!({"item": "p1", "reason": "He calls us vermin."}),
    )
    .await;
    assert_eq!(reported.status, StatusCode::OK, "{}", reported.text());
    let case = reported.json()["case"].as_str().unwrap().to_owned();
    // What was never sent here is kept, and waits for its event.
    let later = json!({"item": "nothing", "reason": "x"});
    let later = ask(&router, PLATFORM, "/api/v1/reports", later).await.json();
    assert_eq!((&later["items"][0]["item"], &later["case"]), (&json!("nothing"), &Value::Null));

    let verdict = json!({"outcome": "breach", "clause": "hateful-conduct#dehumanisation", "passage": {"start": 0, "end": 12}, "reason": "It calls people vermin.", "emergency": {"reason": "A crowd gathers.", "evidence": ["https://news.example/42"]}});
    let proposed = ask(&router, ANA, &format!("/api/v1/cases/{case}/decide"), verdict).await;
    assert_eq!(proposed.status, StatusCode::ACCEPTED, "{}", proposed.text());
    assert_eq!(proposed.json()["status"], "proposed");
    let path = format!("/api/v1/cases/{case}/approve");
    post(&router, &path, &[ANA], "").await.problem("same-person");
    let decided = post(&router, &path, &[BEN], "").await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    let id = decided.json()["decision"].as_str().unwrap().to_owned();
    let public = get(&router, &format!("/api/v1/decisions/{id}")).await.json();
    assert_eq!((&public["people"], &public["emergency"]), (&json!(2), &json!("A crowd gathers.")));
    assert!(
        get(&router, &format!("/decisions/{id}")).await.text().contains("Why it could not wait")
    );
}

#[tokio::test]
async fn an_earlier_rulebook_stays_readable() {
    use crate::world::{files, load};
    let (world, router) = start().await;
    let before = world.version();
    let id = send(&router, &event("p1", "they are vermin")).await.json()["decision"]
        .as_str()
        .unwrap()
        .to_owned();
    world.later(10);
    let title =
        ("policies/hateful-conduct.md", "## Dehumanisation {", "## Calling people vermin {");
    let changed = files(&[title]);
    let sources = rules::Sources::from_map(changed.clone());
    let approvals = flow::approval::Approvals::new(std::sync::Arc::clone(&world.engine));
    let proposed = flow::approval::Proposed {
        class: model::ActClass::Rulebook,
        about: sources.version().as_str().to_owned(),
        body: model::Json::parse("{}").unwrap(),
        why: "A clearer title.".into(),
    };
    let act = approvals.propose(proposed, "reviewer 1").await.unwrap();
    approvals.approve(&act.id, "reviewer 2", "").await.unwrap();
    flow::reload(&world.engine, sources).await.unwrap();
    assert_eq!(world.version(), *load(changed).version());
    let page = get(&router, &format!("/rulebook/{before}/hateful-conduct")).await;
    assert!(
        page.text().contains("which is not the one in force")
            && page.text().contains(">Dehumanisation<")
    );
    assert!(get(&router, "/rulebook").await.text().contains("Calling people vermin"));
    let decision = get(&router, &format!("/decisions/{id}")).await;
    assert!(decision.text().contains("<h1>Dehumanisation</h1>"));
    let history = get(&router, "/api/v1/rulebook/history").await.json();
    let in_force: Vec<_> =
        history.as_array().unwrap().iter().map(|one| one["in_force"].as_bool().unwrap()).collect();
    assert_eq!(in_force, [true, false]);
}

#[tokio::test]
async fn the_operator_sees_whether_it_is_ready() {
    let (world, _) = start().await;
    let state = console::ConsoleState::new(world.console());
    let admin = console::admin_router(state, std::sync::Arc::new(|| "evenhand_up 1\n".into()));
    assert_eq!(get(&admin, "/livez").await.text(), "ok\n");
    let ready = get(&admin, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["intake"]), (StatusCode::OK, &json!("ok")));
    assert_eq!(get(&admin, "/healthz").await.status, StatusCode::OK);
    assert!(get(&admin, "/metrics").await.text().contains("evenhand_up 1"));
}

#[tokio::test]
async fn reviewers_find_what_is_like_a_post() {
    let (_world, router) = start().await;
    send(&router, &event("p1", "I say it again: they are vermin.")).await;
    send(&router, &event("p2", "I say it again: they are not vermin.")).await;
    let found = ask(&router, ANA, "/api/v1/like", json!({ "item": "p1", "threshold": 0.5 })).await;
    let found = found.json();
    assert_eq!(found["like"].as_array().unwrap().len(), 1, "{found}");
    let near = &found["like"][0];
    assert_eq!((&near["item"], &near["like"]), (&json!("p2"), &json!(false)));
    assert_eq!(
        near["differences"][0],
        json!({ "kind": "negation", "asked": [], "found": ["not"] })
    );
    let text = json!({ "text": "i say it AGAIN they are vermin" });
    let found = ask(&router, ANA, "/api/v1/like", text).await.json();
    assert_eq!(
        (&found["like"][0]["item"], &found["like"][0]["like"]),
        (&json!("p1"), &json!(true))
    );
    assert_eq!(found["like"][0]["decision"]["clauses"], json!(["hateful-conduct#dehumanisation"]));

    let by_platform = ask(&router, PLATFORM, "/api/v1/like", json!({ "item": "p1" })).await;
    assert_eq!(by_platform.status, StatusCode::FORBIDDEN);
    for (wrong, status) in [
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({ "item": "p1", "text": "x" }), StatusCode::BAD_REQUEST),
        (json!({ "item": "p1", "limit": 0 }), StatusCode::BAD_REQUEST),
        (json!({ "item": "p1", "threshold": 0.1 }), StatusCode::BAD_REQUEST),
        (json!({ "item": "p9" }), StatusCode::NOT_FOUND),
    ] {
        let reply = ask(&router, ANA, "/api/v1/like", wrong.clone()).await;
        assert_eq!(reply.status, status, "{wrong}");
    }
}
