//! Batches of events by HTTP. Must not know what is in a line.

use crate::terminal::Terminal;
use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rules::stream::Stream;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Mutex;

/// No batch may be larger, in bytes.
const LARGEST: usize = 64 << 20;

#[derive(Clone)]
struct Shared {
    streams: Arc<Vec<Arc<Mutex<Stream>>>>,
    next: Arc<AtomicUsize>,
    token: Option<[u8; 32]>,
}

/// Serves until it is told to stop; gives the streams back, as their events left them.
pub(super) async fn serve(
    address: SocketAddr,
    token: Option<String>,
    streams: Vec<Stream>,
    terminal: &Terminal,
) -> Result<Vec<Stream>> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    terminal.tell(&format!("taking batches at http://{}/events", listener.local_addr()?));
    let streams: Vec<_> = streams.into_iter().map(|one| Arc::new(Mutex::new(one))).collect();
    let shared = Shared {
        streams: Arc::new(streams),
        next: Arc::default(),
        token: token.map(|token| Sha256::digest(token.as_bytes()).into()),
    };
    let router = Router::new()
        .route("/events", post(events))
        .route("/livez", get(|| async { "ok\n" }))
        .with_state(shared.clone());
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await?;
    let streams = Arc::try_unwrap(shared.streams).unwrap_or_default();
    let streams = streams.into_iter().filter_map(Arc::into_inner).map(Mutex::into_inner);
    Ok(streams.collect())
}

/// Waits for SIGINT or SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// `POST /events`: lines of events in, lines of results out, in their order. Lines that are no events
/// follow as `{"refused": {"line": 3, "why": "..."}}`.
async fn events(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    if !shared.admits(&headers) {
        let told = "this worker takes batches with `Authorization: Bearer TOKEN` only\n";
        return (StatusCode::UNAUTHORIZED, told).into_response();
    }
    // Only now: whoever has no token fills no memory.
    let Ok(body) = to_bytes(body, LARGEST).await else {
        let told = format!("the batch ended early or has more than {} MiB\n", LARGEST >> 20);
        return (StatusCode::PAYLOAD_TOO_LARGE, told).into_response();
    };
    let number = shared.next.fetch_add(1, Ordering::Relaxed) % shared.streams.len().max(1);
    let Some(stream) = shared.streams.get(number).cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut stream = stream.lock_owned().await;
    let done = tokio::task::spawn_blocking(move || stream.block(&body, 1)).await;
    let Ok(done) = done else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut out = done.out;
    for (line, why) in &done.refused {
        let refused = serde_json::json!({ "refused": { "line": line, "why": why } });
        out.push_str(&refused.to_string());
        out.push('\n');
    }
    ([(CONTENT_TYPE, "application/x-ndjson")], out).into_response()
}

impl Shared {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Of hashes, so that the time of the comparison says nothing about the token.
        <[u8; 32]>::from(Sha256::digest(given.as_bytes())) == *token
    }
}
