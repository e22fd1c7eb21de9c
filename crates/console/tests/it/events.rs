//! Bad bodies on the way in: each is answered with what is wrong and what to do.

use crate::client::{Reply, post};
use crate::world::World;
use axum::Router;
use std::io::Write as _;
use store::Scope;

const KEY: (&str, &str) = ("authorization", "Bearer platform");
const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

async fn router() -> Router {
    let world = World::new().await;
    world.key("platform", &[Scope::Events, Scope::Receipts], None).await;
    world.router()
}

async fn event(router: &Router, body: impl Into<axum::body::Body>) -> Reply {
    post(router, "/api/v1/events", &[KEY, JSON], body).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

#[tokio::test]
async fn bad_events_are_told_what_and_where() {
    let router = router().await;
    let deep = format!(
        r#"{{"action_id":"1","action_name":"x","timestamp":"2026-01-01T00:00:00Z","data":{}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let with = |data: &str| {
        format!(
            r#"{{"action_id":"1","action_name":"x","timestamp":"2026-01-01T00:00:00Z","data":{data}}}"#
        )
    };
    for (body, kind, says) in [
        (b"".to_vec(), "malformed-event", "EOF"),
        (b"{\"action_id\": \"a\xFF\"}".to_vec(), "not-utf8", "offset 16"),
        ("{\"action_id\": \"ü".as_bytes()[..16].to_vec(), "not-utf8", "offset 15"),
        (b"{\"action_name\":\"x\"}".to_vec(), "malformed-event", "missing field `action_id`"),
        (b"{\"action_id\":\"\"}".to_vec(), "malformed-event", "the id is empty"),
        ("{\"action_id\":\"a\u{202E}b\"}".as_bytes().to_vec(), "malformed-event", "U+202E"),
        (br#"{"action_id":"a\u0000b"}"#.to_vec(), "malformed-event", "U+0000"),
        (with(r#"{"a":1,"a":2}"#).into_bytes(), "malformed-event", "stands twice"),
        (with("1e999").into_bytes(), "malformed-event", "out of range"),
        (deep.into_bytes(), "malformed-event", "recursion limit"),
        (vec![b' '; (1 << 20) + 1], "event-too-large", "1048577 bytes"),
    ] {
        let reply = event(&router, body).await;
        let problem = reply.problem(kind);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    }
}

#[tokio::test]
async fn too_large_a_body_is_refused_before_it_is_read() {
    let router = router().await;
    let problem = event(&router, vec![b'x'; 10 << 20]).await.problem("body-too-large");
    assert_eq!(problem["limit"], 8 << 20);
    // Without a length, the bytes are counted as they come.
    let chunks = (0..20).map(|_| Ok::<_, std::io::Error>(bytes::Bytes::from(vec![b'x'; 1 << 20])));
    let body = axum::body::Body::from_stream(futures_util::stream::iter(chunks));
    event(&router, body).await.problem("body-too-large");
}

#[tokio::test]
async fn gzip_is_undone_within_bounds() {
    let router = router().await;
    let send =
        async |body: Vec<u8>| post(&router, "/api/v1/events", &[KEY, JSON, GZIP], body).await;
    send(gzip(&vec![b' '; 30 << 20])).await.problem("expands-too-far");
    send(b"no gzip".to_vec()).await.problem("bad-gzip");
    let whole = gzip(b"{\"action_id\":\"\"}");
    send(whole[..whole.len() - 4].to_vec()).await.problem("bad-gzip");
    assert!(
        send(whole).await.problem("malformed-event")["detail"].as_str().unwrap().contains("empty")
    );
    let brotli =
        post(&router, "/api/v1/events", &[KEY, JSON, ("content-encoding", "br")], "{}").await;
    brotli.problem("unsupported-encoding");
}

#[tokio::test]
async fn other_types_and_misspelt_queries_are_refused() {
    let router = router().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    post(&router, "/api/v1/events", &[KEY, form], "{}").await.problem("unsupported-media-type");
    post(&router, "/api/v1/events", &[KEY], "{}").await.problem("unsupported-media-type");
    let reply = post(&router, "/api/v1/events?wiat=decision", &[KEY, JSON], "{}").await;
    assert!(reply.problem("unknown-parameter")["detail"].as_str().unwrap().contains("`wait`"));
    post(&router, "/api/v1/events?wait=long", &[KEY, JSON], "{}").await.problem("bad-query");
}

#[tokio::test]
async fn bad_receipts_and_reports_are_told_what_is_wrong() {
    let router = router().await;
    for (path, body, says) in [
        ("/api/v1/receipts", r#"{"decision":"x"}"#, "UUID"),
        ("/api/v1/receipts", r#"{"state":"done"}"#, "unknown variant"),
        ("/api/v1/reports", r#"{"item":"1"}"#, "missing field `reason`"),
        ("/api/v1/reports", r#"{"item":"1","reason":"a","reason":"b"}"#, "stands twice"),
        ("/api/v1/reports", r#"{"item":"1","reason":"a","why":1}"#, "unknown field `why`"),
    ] {
        let problem = post(&router, path, &[KEY, JSON], body).await.problem("malformed-body");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_does_not_hold_its_place() {
    let world = World::new().await;
    world.key("platform", &[Scope::Events], None).await;
    let mut console = world.console();
    console.bounds.patience = std::time::Duration::from_millis(50);
    let router = console::router(console::ConsoleState::new(console));
    let never = futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
    let reply = event(&router, axum::body::Body::from_stream(never)).await;
    reply.problem("timeout");
    assert_eq!(reply.header("retry-after"), "1");
}
