//! Scorers that answer, are slow, fail, lie, and answer without end.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use platforms::{Ask, Reach, Scorers, http_client};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

type Calls = Arc<AtomicUsize>;

async fn answer(
    State(calls): State<Calls>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    calls.fetch_add(1, Ordering::SeqCst);
    let text = String::from_utf8(body.to_vec()).unwrap();
    if text.contains("slow") {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    if text.contains("fail") {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if text.contains("lie") {
        return "<html>".into_response();
    }
    if text.contains("endless") {
        return "x".repeat(2 << 20).into_response();
    }
    let secret = headers.get("x-key").and_then(|key| key.to_str().ok()).unwrap_or("none");
    let query = query.unwrap_or_default();
    serde_json::json!({"score": 0.75, "key": secret, "query": query}).to_string().into_response()
}

async fn server() -> (String, Calls) {
    let calls = Calls::default();
    let router = Router::new().route("/", post(answer).get(answer)).with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, calls)
}

fn scorers() -> Scorers {
    let reach = Reach { private_addresses: true, ..Reach::default() };
    Scorers::new(http_client(&reach).unwrap())
}

fn ask(url: &str, text: &str) -> Ask {
    Ask {
        scorer: "Toxicity".into(),
        url: url.into(),
        post: true,
        arguments: format!("{{\"text\":\"{text}\"}}"),
        timeout: Duration::from_millis(300),
        budget: Duration::from_secs(1),
        cache_ttl: Duration::from_secs(60),
        cache_most: 2,
        secret: Some(("x-key".into(), "s3cret".into())),
    }
}

#[tokio::test]
async fn each_question_is_answered_or_fails_by_itself() {
    let (url, _) = server().await;
    let asks = ["good", "slow", "fail", "lie", "endless"].map(|text| ask(&url, text));
    let begun = Instant::now();
    let said = scorers().ask(asks.into()).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    let [good, slow, fail, lie, endless] = said.try_into().unwrap();
    let good = good.unwrap();
    assert_eq!((good["score"].as_f64(), good["key"].as_str()), (Some(0.75), Some("s3cret")));
    for (said, why) in [
        (slow, "it took longer than"),
        (fail, "status 500"),
        (lie, "not JSON"),
        (endless, "too long"),
    ] {
        let error = said.unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn the_budget_of_a_batch_is_kept_however_many_questions_there_are() {
    let (url, _) = server().await;
    let asks: Vec<Ask> = (0..200)
        .map(|number| Ask {
            timeout: Duration::from_millis(200),
            budget: Duration::from_millis(500),
            ..ask(&url, &format!("slow {number}"))
        })
        .collect();
    let begun = Instant::now();
    let said = scorers().ask(asks).await;
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
    assert_eq!(said.len(), 200);
    assert!(said.iter().all(Result::is_err));
    assert!(said[199].as_ref().unwrap_err().contains("used up"), "{:?}", said[199]);
}

#[tokio::test]
async fn answers_are_remembered_within_bounds() {
    let (url, calls) = server().await;
    let scorers = scorers();
    for text in ["a", "a", "b", "a"] {
        scorers.ask(vec![ask(&url, text)]).await.pop().unwrap().unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    // A third answer takes the place of the oldest; a failure is not remembered.
    scorers.ask(vec![ask(&url, "c")]).await.pop().unwrap().unwrap();
    scorers.ask(vec![ask(&url, "a")]).await.pop().unwrap().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    for _ in 0..2 {
        scorers.ask(vec![ask(&url, "fail")]).await.pop().unwrap().unwrap_err();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 6);
    let get = Ask { post: false, cache_most: 0, ..ask(&url, "a b") };
    let said = scorers.ask(vec![get]).await.pop().unwrap().unwrap();
    assert_eq!(said["query"].as_str(), Some("text=a+b"));
}
