//! Webhooks by programs and from the desk: secrets are shown once, rotate without a gap, and addresses stay outside.

use crate::client::{get_with, post, send};
use crate::world::World;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::Role;
use platforms::webhook::{ID, SIGNATURE, Secret, TIMESTAMP, verify};
use std::sync::{Arc, Mutex};
use store::Scope;

const JSON: (&str, &str) = ("content-type", "application/json");
const AUTH: (&str, &str) = ("authorization", "Bearer tool");

/// What came: the headers that sign it, and the body.
type Came = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn take(State(came): State<Came>, headers: HeaderMap, body: Bytes) -> StatusCode {
    came.lock().unwrap().push((headers, body));
    StatusCode::NO_CONTENT
}

async fn receiver() -> (String, Came) {
    let came = Came::default();
    let app = axum::Router::new().fallback(take).with_state(Arc::clone(&came));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook/TOKEN", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, came)
}

/// Whether the last message that came is signed by this secret, as a receiver checks it.
fn signed(world: &World, came: &Came, secret: &str) -> bool {
    let came = came.lock().unwrap();
    let (headers, body) = came.last().unwrap();
    let header = |name: &str| headers[name].to_str().unwrap();
    let secrets = [Secret::parse(secret).unwrap()];
    let (id, at, signature) = (header(ID), header(TIMESTAMP), header(SIGNATURE));
    verify(&secrets, id, at, signature, body, world.now()).is_ok()
}

#[tokio::test]
async fn old_and_new_secret_sign_while_they_change_and_only_the_new_one_after() {
    let world = World::new().await;
    world.key("tool", &[Scope::Enforcement], None).await;
    let router = world.router();
    let (url, came) = receiver().await;
    let body = serde_json::json!({ "name": "archive", "url": url }).to_string();
    let made = post(&router, "/api/v1/webhooks", &[AUTH, JSON], body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let first = made.json()["secret"].as_str().unwrap().to_owned();
    let id = made.json()["webhook"]["id"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/api/v1/webhooks/{id}{rest}");
    let test = async || {
        let reply = post(&router, &path("/test"), &[AUTH], "").await;
        assert_eq!(reply.json(), serde_json::json!({ "delivered": true, "why": null }));
    };
    let rotate = async |hours: u32| {
        let asked = serde_json::json!({ "overlap_hours": hours }).to_string();
        let reply = post(&router, &path("/rotate"), &[AUTH, JSON], asked).await;
        reply.json()["secret"].as_str().unwrap().to_owned()
    };

    test().await;
    assert!(signed(&world, &came, &first));
    let second = rotate(2).await;
    test().await;
    assert!(signed(&world, &came, &first) && signed(&world, &came, &second));
    world.later(121);
    test().await;
    assert!(!signed(&world, &came, &first) && signed(&world, &came, &second));
    let third = rotate(48).await;
    // Somebody read the second: it ends at once, and with it what it overlapped with.
    let fourth = rotate(0).await;
    test().await;
    assert!(signed(&world, &came, &fourth));
    for old in [&first, &second, &third] {
        assert!(!signed(&world, &came, old));
    }
    let last = came.lock().unwrap().last().unwrap().1.clone();
    let message: serde_json::Value = serde_json::from_slice(&last).unwrap();
    assert_eq!(message["type"], "webhook.test");

    // No answer after the one that made it holds a secret.
    for rest in ["", "/deliveries", "/deliveries?state=dead"] {
        let shown = get_with(&router, &path(rest), &[AUTH]).await;
        assert_eq!(shown.status, StatusCode::OK, "{rest}");
        assert!(!shown.text().contains("whsec_"), "{}", shown.text());
    }
    let twice = post(&router, "/api/v1/webhooks", &[AUTH, JSON], body).await;
    assert!(twice.problem("webhook-refused")["detail"].as_str().unwrap().contains("already"));
    let long = r#"{"overlap_hours": 721}"#;
    post(&router, &path("/rotate"), &[AUTH, JSON], long).await.problem("webhook-refused");
    let off = post(&router, &path(""), &[AUTH, JSON], r#"{"enabled": false}"#).await.json();
    assert_eq!(off["webhook"]["state"], "disabled");
    let none = post(&router, &path("/deliveries/x/redeliver"), &[AUTH], "").await;
    none.problem("not-found");
    let remove = http::Request::delete(path("")).header(AUTH.0, AUTH.1);
    let gone = send(&router, remove.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    get_with(&router, &path(""), &[AUTH]).await.problem("not-found");
}

#[tokio::test]
async fn an_administrator_does_the_same_on_pages() {
    let world = World::new().await;
    let router = world.router();
    let boss = world.browser(&router, Role::Administrator).await;
    let (url, came) = receiver().await;
    let made = boss.post("/console/webhooks", &format!("name=archive&gets=copies&url={url}")).await;
    let (_, after) = made.text().split_once("value=\"whsec_").unwrap();
    let secret = format!("whsec_{}", after.split('"').next().unwrap()).replace("&#x2b;", "+");
    let secret = secret.replace("&#43;", "+").replace("&#x3d;", "=").replace("&#61;", "=");
    let all = boss.get("/console/webhooks").await;
    assert!(all.text().contains("archive") && !all.text().contains("TOKEN"), "{}", all.text());
    let (_, id) = all.text().split_once("href=\"/console/webhooks/").unwrap();
    let one = format!("/console/webhooks/{}", id.split('"').next().unwrap());
    let tested = boss.post(&one, "do=test").await;
    assert!(tested.text().contains("The test message was taken."), "{}", tested.text());
    assert!(signed(&world, &came, &secret));
    let rotated = boss.post(&one, "do=rotate&hours=24").await;
    assert!(rotated.text().contains("whsec_"));
    assert!(!boss.get(&one).await.text().contains("whsec_"));
    for act in ["disable", "enable"] {
        let reply = boss.post(&one, &format!("do={act}")).await;
        assert_eq!(reply.header("location"), format!("{one}?done=1"));
    }
    // A new secret, or the end of it, asks who one is when that was long ago.
    world.later(11);
    for fields in ["do=rotate&hours=0", "do=remove"] {
        let reply = boss.post(&one, fields).await;
        assert!(reply.header("location").starts_with("/console/again?"), "{}", reply.text());
    }
    let shown = boss.get(&one).await;
    assert!(shown.text().contains("New secret, by reviewer 1"), "{}", shown.text());
}

#[tokio::test]
async fn addresses_inside_are_refused_unless_the_operator_allows_them() {
    let world = World::new().await;
    world.key("tool", &[Scope::Enforcement], None).await;
    let mut console = world.console();
    let client = platforms::http_client(&platforms::Reach::default()).unwrap();
    console.hooks = flow::Hooks::new(Arc::clone(&world.engine), client, [7; 32]);
    let router = console::router(console::ConsoleState::new(console));
    let boss = world.browser(&router, Role::Administrator).await;
    for url in [
        "http://127.0.0.1:9000/",
        "https://10.0.0.8/hook",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "http://example.org/",
        "file:///etc/passwd",
        "https://a:b@example.org/",
    ] {
        let body = serde_json::json!({ "name": "x", "url": url }).to_string();
        let reply = post(&router, "/api/v1/webhooks", &[AUTH, JSON], body).await;
        reply.problem("webhook-refused");
        let page = boss.post("/console/webhooks", &format!("name=x&url={url}")).await;
        assert_eq!(page.status, 422, "{url}");
        assert!(page.text().contains("role=\"alert\""), "{url}");
    }
    // A name that leads home is refused when it is called.
    let body = r#"{"name": "x", "url": "https://localhost/"}"#;
    let made = post(&router, "/api/v1/webhooks", &[AUTH, JSON], body).await.json();
    let path = format!("/api/v1/webhooks/{}/test", made["webhook"]["id"].as_str().unwrap());
    let said = post(&router, &path, &[AUTH], "").await.json();
    assert_eq!(said["delivered"], false);
    assert!(said["why"].as_str().unwrap().contains("no public address"), "{said}");
}

#[tokio::test]
async fn programs_and_people_choose_which_messages_an_address_gets() {
    let world = World::new().await;
    world.key("tool", &[Scope::Enforcement], None).await;
    let router = world.router();
    let body = r#"{"name": "ends", "url": "https://ends.example", "events": ["measure.ended"]}"#;
    let made = post(&router, "/api/v1/webhooks", &[AUTH, JSON], body).await.json();
    assert_eq!(made["webhook"]["events"], serde_json::json!(["measure.ended"]));
    let path = format!("/api/v1/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
    let both = r#"{"events": [], "enabled": false}"#;
    let now = post(&router, &path, &[AUTH, JSON], both).await.json();
    assert_eq!(now["webhook"]["events"], serde_json::json!(["decision.enforce", "measure.ended"]));
    assert_eq!(now["webhook"]["state"], "disabled");
    let wrong = r#"{"events": ["decision.made"]}"#;
    assert_eq!(post(&router, &path, &[AUTH, JSON], wrong).await.status, StatusCode::BAD_REQUEST);
    let half = r#"{"name": "p", "url": "https://p.example", "enforces": true, "events": ["measure.ended"]}"#;
    post(&router, "/api/v1/webhooks", &[AUTH, JSON], half).await.problem("webhook-refused");

    let browser = world.browser(&router, Role::Administrator).await;
    let form = "name=copies&url=https%3A%2F%2Fcopies.example&gets=copies&decisions=1";
    let page = browser.post("/console/webhooks", form).await;
    assert!(page.text().contains("Gets copies of decisions."), "{}", page.text());
    let id = page.text().split_once("/console/webhooks/").unwrap().1[..32].to_owned();
    let reply = browser.post(&format!("/console/webhooks/{id}"), "do=choose&endings=1").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let page = browser.get(&format!("/console/webhooks/{id}")).await;
    assert!(page.text().contains("Gets copies of ends of measures."), "{}", page.text());
    assert!(page.text().contains("Gets other messages, by reviewer 1: measure.ended"));
    let all = browser.get("/console/webhooks").await;
    assert!(all.text().contains("copies of ends of measures"), "{}", all.text());
}
