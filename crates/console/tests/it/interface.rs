//! The interface for programs: its description, its keys, its queries.

use crate::client::{get, get_with, post, send};
use crate::world::World;
use http::StatusCode;
use store::Scope;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn the_description_holds_every_address_that_answers() {
    let router = World::new().await.router();
    let json = get(&router, "/openapi.json").await.json();
    assert!(json["openapi"].as_str().unwrap().starts_with("3."));
    let paths = json["paths"].as_object().unwrap();
    let described: Vec<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    let mut expected = vec![
        "get /api/v1/affiliations",
        "post /api/v1/affiliations",
        "post /api/v1/affiliations/{id}/withdraw",
        "get /api/v1/emergencies",
        "get /api/v1/exemptions",
        "post /api/v1/exemptions",
        "get /api/v1/exemptions/{id}",
        "post /api/v1/exemptions/{id}/{word}",
        "post /api/v1/erasures",
        "post /api/v1/like",
        "post /api/v1/events",
        "post /api/v1/receipts",
        "post /api/v1/reports",
        "get /api/v1/reports/{token}",
        "post /api/v1/reports/{id}/unfounded",
        "post /api/v1/reporters/measures",
        "post /api/v1/bulk",
        "get /api/v1/bulk/{id}",
        "post /api/v1/bulk/{id}/{act}",
        "get /api/v1/cases",
        "get /api/v1/cases/{id}",
        "post /api/v1/cases/{id}/decide",
        "post /api/v1/cases/{id}/approve",
        "post /api/v1/cases/{id}/preview",
        "get /api/v1/cases/{id}/evidence",
        "post /api/v1/cases/{id}/evidence",
        "get /api/v1/evidence/{id}",
        "post /api/v1/cases/{id}/work",
        "get /api/v1/cases/{id}/history",
        "get /api/v1/queues",
        "get /api/v1/filters",
        "put /api/v1/filters/{name}",
        "delete /api/v1/filters/{name}",
        "get /api/v1/decisions",
        "get /api/v1/decisions/{id}",
        "get /api/v1/decisions/{id}/disclosure",
        "get /api/v1/decisions/{id}/person",
        "get /api/v1/decisions/{id}/regulator",
        "post /api/v1/decisions/{id}/replace",
        "get /api/v1/lists/{name}",
        "post /api/v1/lists/{name}",
        "get /api/v1/lookup",
        "get /api/v1/overview",
        "get /api/v1/rulebook",
        "get /api/v1/rulebook/history",
        "get /api/v1/rulebook/{version}",
        "get /api/v1/rulebook/replays/{digest}",
        "get /api/v1/accounts/{id}",
        "post /api/v1/accounts/{id}/link",
        "get /api/v1/appeals",
        "post /api/v1/appeals",
        "get /api/v1/appeals/{id}",
        "post /api/v1/appeals/{id}/evidence",
        "post /api/v1/appeals/{id}/answer",
        "post /api/v1/appeals/{id}/approve",
        "get /api/v1/enforcement",
        "get /api/v1/evenness",
        "get /api/v1/evenness/history",
        "get /api/v1/evenness/{id}",
        "get /api/v1/monitor",
        "post /api/v1/enforcement/{decision}/redeliver",
        "post /api/v1/restrictions",
        "get /api/v1/webhooks",
        "post /api/v1/webhooks",
        "get /api/v1/webhooks/{id}",
        "post /api/v1/webhooks/{id}",
        "delete /api/v1/webhooks/{id}",
        "post /api/v1/webhooks/{id}/rotate",
        "post /api/v1/webhooks/{id}/test",
        "get /api/v1/webhooks/{id}/deliveries",
        "post /api/v1/webhooks/{id}/deliveries/{decision}/redeliver",
    ];
    expected.sort_unstable();
    let mut described: Vec<_> = described.iter().map(String::as_str).collect();
    described.sort_unstable();
    assert_eq!(described, expected);
    for (path, methods) in paths {
        for (method, about) in methods.as_object().unwrap() {
            assert!(
                about["responses"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .any(|status| status.starts_with('2')),
                "{path}"
            );
            // Each described address is mounted: it never answers that there is nothing.
            let path = path
                .replace("{id}", "x")
                .replace("{version}", "x")
                .replace("{name}", "x")
                .replace("{digest}", "x")
                .replace("{token}", "x")
                .replace("{act}", "stop")
                .replace("{word}", "approve");
            let reply = match method.as_str() {
                "get" => get(&router, &path).await,
                other => {
                    let asked = http::Request::builder().method(other.to_uppercase().as_str());
                    let asked = asked.uri(&path).header(JSON.0, JSON.1);
                    send(&router, asked.body(axum::body::Body::from("{}")).unwrap()).await
                }
            };
            assert_ne!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(!reply.text().contains("Nothing answers at this address"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_examples_of_the_description_are_read_as_they_stand() {
    let router = World::new().await.router();
    let json = get(&router, "/openapi.json").await.json();
    let example = |name: &str| json["components"]["schemas"][name]["example"].to_string();
    let event = example("EventBody");
    model::Event::parse(event.as_bytes(), model::Limits::default()).unwrap();
    serde_json::from_str::<model::Receipt>(&example("ReceiptBody")).unwrap();
    serde_json::from_str::<flow::Report>(&example("ReportBody")).unwrap();
    serde_json::from_str::<flow::Verdict>(&example("VerdictBody")).unwrap();
}

/// The names that a schema describes, those of its parts included.
fn described(all: &serde_json::Value, schema: &serde_json::Value) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        names.extend(described(all, &all["components"]["schemas"][name]));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        names.extend(described(all, part));
    }
    names.extend(schema["properties"].as_object().into_iter().flat_map(|p| p.keys().cloned()));
    names
}

#[tokio::test]
async fn answers_hold_what_the_description_says() {
    let world = World::new().await;
    let ids = world.fill().await;
    let router = world.router();
    let all = get(&router, "/openapi.json").await.json();
    for (path, template) in [
        (format!("/api/v1/decisions/{}", ids[6]), "/api/v1/decisions/{id}"),
        (format!("/api/v1/decisions/{}", ids[7]), "/api/v1/decisions/{id}"),
        ("/api/v1/decisions".into(), "/api/v1/decisions"),
        ("/api/v1/overview".into(), "/api/v1/overview"),
        ("/api/v1/rulebook".into(), "/api/v1/rulebook"),
    ] {
        let response = &all["paths"][template]["get"]["responses"]["200"];
        let names = described(&all, &response["content"]["application/json"]["schema"]);
        let answer = get(&router, &path).await.json();
        for name in answer.as_object().unwrap().keys() {
            assert!(names.contains(name), "{path} answers `{name}`, described are {names:?}");
        }
    }
}

#[tokio::test]
async fn keys_open_what_their_scopes_say() {
    let world = World::new().await;
    world.key("reader", &[Scope::Regulator], None).await;
    world.key("nameless", &[Scope::Review], None).await;
    world.key("ana", &[Scope::Review], Some("reviewer 7")).await;
    let router = world.router();
    for (method, path, scope) in [
        ("post", "/api/v1/events", "events"),
        ("post", "/api/v1/receipts", "receipts"),
        ("post", "/api/v1/reports", "events"),
        ("get", "/api/v1/cases", "review"),
        ("get", "/api/v1/cases/x", "review"),
        ("post", "/api/v1/cases/x/decide", "review"),
        ("post", "/api/v1/cases/x/approve", "review"),
        ("post", "/api/v1/decisions/x/replace", "review"),
        ("get", "/api/v1/decisions/x/person", "events"),
    ] {
        let ask = async |headers: &[(&str, &str)]| match method {
            "get" => get_with(&router, path, headers).await,
            _ => post(&router, path, &[headers, &[JSON]].concat(), "{}").await,
        };
        let none = ask(&[]).await;
        none.problem("key-missing");
        assert_eq!(none.header("www-authenticate"), "Bearer");
        assert!(none.text().contains(scope), "{path}");
        ask(&[("authorization", "Bearer wrong")]).await.problem("key-unknown");
        ask(&[("authorization", "Basic reader")]).await.problem("key-missing");
        ask(&[("authorization", "Bearer reader")]).await.problem("scope-missing");
    }
    let nameless =
        get_with(&router, "/api/v1/cases", &[("authorization", "Bearer nameless")]).await;
    assert!(nameless.problem("scope-missing")["detail"].as_str().unwrap().contains("pseudonym"));
    let ana = get_with(&router, "/api/v1/cases", &[("authorization", "bearer ana")]).await;
    assert_eq!(ana.json()["cases"], serde_json::json!([]));
    world.store.revoke_key("key ana", world.now()).await.unwrap();
    let ana = get_with(&router, "/api/v1/cases", &[("authorization", "Bearer ana")]).await;
    ana.problem("key-unknown");
}

#[tokio::test]
async fn a_key_that_sends_too_fast_is_told_when_to_come_again() {
    let world = World::new().await;
    world.key("ana", &[Scope::Review], Some("reviewer 7")).await;
    let mut console = world.console();
    console.bounds.requests_per_second = std::num::NonZeroU32::MIN;
    let router = console::router(console::ConsoleState::new(console));
    let headers = [("authorization", "Bearer ana")];
    let mut replies = Vec::new();
    for _ in 0..3 {
        replies.push(get_with(&router, "/api/v1/cases", &headers).await);
    }
    assert_eq!(replies[1].status, StatusCode::OK);
    replies[2].problem("too-many-requests");
    assert_eq!(replies[2].header("retry-after"), "1");
}

#[tokio::test]
async fn cases_are_listed_and_read_by_reviewers() {
    let world = World::new().await;
    world.fill().await;
    world.key("ana", &[Scope::Review], Some("reviewer 7")).await;
    let router = world.router();
    let headers = [("authorization", "Bearer ana")];
    let list = get_with(&router, "/api/v1/cases?state=waiting&queue=hate", &headers).await.json();
    let id = list["cases"][0]["id"].as_str().unwrap();
    assert_eq!(list["cases"][0]["item"], "post-8");
    let case = get_with(&router, &format!("/api/v1/cases/{id}"), &headers).await.json();
    assert!(case["event"]["data"]["item"]["text"].as_str().unwrap().contains("SECRET WORDS"));
    let none = get_with(&router, "/api/v1/cases?queue=other", &headers).await.json();
    assert_eq!(none["cases"], serde_json::json!([]));
    get_with(&router, "/api/v1/cases?state=lost", &headers).await.problem("bad-query");
    get_with(&router, "/api/v1/cases/x", &headers).await.problem("not-found");
}

#[tokio::test]
async fn misspelt_queries_are_refused_with_a_hint() {
    let router = World::new().await.router();
    for (path, kind, says) in [
        ("/api/v1/decisions?claus=a%23b", "unknown-parameter", "did you mean `clause`?"),
        ("/api/v1/decisions?clause=ab", "bad-query", "is not a clause"),
        ("/api/v1/decisions?outcome=bad", "bad-query", "`breach` or `no_breach`"),
        ("/api/v1/decisions?measure=shoot", "bad-query", "`age_gate`"),
        ("/api/v1/decisions?before=zz", "bad-query", "no place in this list"),
        ("/api/v1/overview?days=0", "bad-query", "1 to 366"),
        ("/api/v1/overview?days=many", "bad-query", "invalid digit"),
        ("/api/v1/lookup", "bad-query", "either `item` or `url`"),
        ("/api/v1/lookup?item=a&url=b", "bad-query", "either `item` or `url`"),
        ("/api/v1/lookup?item=a%00b", "bad-query", "U+0000"),
        ("/api/v1/rulebook?lang=de", "unknown-parameter", "it takes none"),
    ] {
        let problem = get(&router, path).await.problem(kind);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{path}: {problem}");
    }
}

#[tokio::test]
async fn every_problem_has_its_page() {
    let router = World::new().await.router();
    let all = get(&router, "/problems").await;
    for kind in console::problem::ALL {
        let path = format!("/problems/{}", kind.name);
        assert!(all.text().contains(&path));
        let page = get(&router, &path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(kind.title), "{path}");
    }
}

#[tokio::test]
async fn a_running_list_is_changed_by_reviewers_and_each_change_is_told() {
    let world = World::new().await;
    world.key("ana", &[Scope::Review], Some("reviewer 7")).await;
    world.key("nameless", &[Scope::Review], None).await;
    let router = world.router();
    let headers = [JSON, ("authorization", "Bearer ana")];
    let path = "/api/v1/lists/blocked";
    for (body, version) in [
        (r#"{"add": ["a.example", "b.example"], "why": "raid"}"#, 1),
        (r#"{"remove": ["a.example"], "why": "over"}"#, 2),
    ] {
        let reply = post(&router, path, &headers, body).await.json();
        assert_eq!(reply, serde_json::json!({"list": "blocked", "version": version}));
    }
    let told = get_with(&router, path, &headers).await.json();
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[2]["entry"], "a.example");
    assert_eq!(changes[2]["in"], false);
    assert_eq!((&changes[2]["by"], &changes[2]["why"]), (&"reviewer 7".into(), &"over".into()));
    let body = r#"{"add": ["x"], "why": "w"}"#;
    post(&router, "/api/v1/lists/other", &headers, body).await.problem("not-found");
    let nameless = [JSON, ("authorization", "Bearer nameless")];
    let reply = post(&router, path, &nameless, body).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
}
